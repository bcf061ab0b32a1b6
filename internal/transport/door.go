package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// door is what a request passes once, before and after all its attempts: no
// foreign host in, no redirect out.
type door struct {
	base   *url.URL
	client *retryablehttp.Client
}

// RoundTrip implements http.RoundTripper.
func (d *door) RoundTrip(req *http.Request) (*http.Response, error) {
	if !sameHost(req.URL, d.base) {
		return nil, fmt.Errorf("%w: %s is not %s (%w)", ErrForeignHost, place(req.URL), place(d.base), ErrNotSent)
	}
	r, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w (%w)", err, ErrNotSent)
	}
	resp, err := d.client.Do(r)
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, lastError(err)
	}
	if isRedirect(resp.StatusCode) {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w: %s answered %d and points to %s", ErrRedirect, place(req.URL), resp.StatusCode, target(resp))
	}
	return resp, nil
}

// lastError takes off the wrapping of the inner http.Client, since the outer one
// wraps again. An error that does not come from an attempt comes from the wait
// between two, before which the request is known not to have been acted upon.
func lastError(err error) error {
	var failed *attemptError
	if errors.As(err, &failed) {
		return failed
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return &attemptError{err: err}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// target names where a redirect leads, without user information, query and
// fragment: login pages carry tokens there.
func target(resp *http.Response) string {
	u, err := resp.Location()
	if err != nil {
		return "nowhere that can be read"
	}
	return place(u)
}

// place is a URL as it may be shown.
func place(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// sameHost compares scheme, host and port, a scheme's default port being the
// same as none.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) &&
		port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch strings.ToLower(u.Scheme) {
	case "https":
		return "443"
	case "http":
		return "80"
	}
	return ""
}
