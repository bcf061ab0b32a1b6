package jira

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

const tryCredentials = "make a new API token at https://id.atlassian.com/manage-profile/security/api-tokens, " +
	"check that auth.user is the e-mail address it belongs to, and that a token with scopes goes with the url https://api.atlassian.com/ex/jira/CLOUD-ID"

// refused is the error for credentials that Jira does not accept.
func (t *Tracker) refused(r request, err error) error {
	return t.fail(r.op, connectors.Auth, err, tryCredentials)
}

// errNotJira is wrapped by the error for an answer that Jira would not give: it
// concerns the whole tracker, not what was asked.
var errNotJira = errors.New("is this the Jira base URL, or is a login page in between?")

// notJira is the error for an answer that Jira would not give.
func (t *Tracker) notJira(r request, what string) error {
	kind := connectors.Invalid
	if r.write {
		kind = connectors.Unknown
	}
	return t.fail(r.op, kind, fmt.Errorf("%s answered, but %s: %w", t.base.Host, what, errNotJira),
		"open the url in a browser without a session, and look for a sign-on page or a proxy")
}

// noAnswer is the error for a request that brought no answer.
func (t *Tracker) noAnswer(r request, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // host and reason are enough, and a URL may be long
	}
	kind := t.maybe(r)
	if notSent(err) {
		kind = connectors.Temporary
	}
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return t.fail(r.op, kind, fmt.Errorf("broken off: %w", err), "")
	case errors.Is(err, transport.ErrRedirect):
		return t.fail(r.op, connectors.Invalid, err, "if that is the same Jira, put its address under url; if it is a login page, use an address that needs none")
	case errors.Is(err, transport.ErrForeignHost):
		return t.fail(r.op, connectors.Invalid, err, "")
	case errors.As(err, &cert):
		return t.fail(r.op, connectors.Temporary, fmt.Errorf("the certificate of %s cannot be trusted: %w", t.base.Host, err),
			"install the authority that signed it on this machine, or check that nothing stands in between")
	case errors.As(err, &dns):
		return t.fail(r.op, kind, fmt.Errorf("cannot find the host %s: %w", t.base.Host, err), "check the spelling of url, and this machine's DNS")
	case notSent(err):
		return t.fail(r.op, kind, fmt.Errorf("cannot reach %s: %w", t.base.Host, err), "check url, and that this machine may connect there (network, proxy, firewall)")
	}
	return t.fail(r.op, kind, fmt.Errorf("no whole answer from %s: %w", t.base.Host, err), "")
}

// refusal is the error for an answer with a status of 300 or more.
func (t *Tracker) refusal(r request, resp *gojira.Response, body []byte) error {
	says := t.says(resp, body)
	code := resp.StatusCode
	if !isJSON(resp.Header) && code != http.StatusUnauthorized && code != http.StatusTooManyRequests && code < 500 {
		says += " (and the answer is not JSON)"
	}
	err := fmt.Errorf("%d %s", code, says)
	switch {
	case code == http.StatusUnauthorized, strings.Contains(says, "anonymous users"):
		// The second is how a search answers whoever it does not know
		// (https://github.com/solidify/jira-azuredevops-migrator/issues/178).
		return t.refused(r, err)
	case code == http.StatusForbidden:
		return t.fail(r.op, connectors.Forbidden, err, "ask a Jira administrator which permission the account lacks")
	case code == http.StatusNotFound:
		try := "check that it exists and that the account may see it"
		if !isJSON(resp.Header) {
			try = "check that url is the Jira base URL"
		}
		return t.fail(r.op, connectors.NotFound, err, try)
	case code == http.StatusGone:
		return t.fail(r.op, connectors.Removed, err, "look for a newer alignd")
	case code == http.StatusTooManyRequests:
		e := t.fail(r.op, connectors.RateLimited, err, "")
		e.RetryAfter = transport.RetryAfter(resp.Response)
		return e
	case code == http.StatusConflict: // two edits met, and ours was not done
		return t.fail(r.op, connectors.Temporary, err, "")
	case code == http.StatusRequestTimeout, code >= 500:
		kind := t.maybe(r)
		if code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" {
			kind = connectors.Temporary // turned away at the door
		}
		e := t.fail(r.op, kind, err, "")
		e.RetryAfter = transport.RetryAfter(resp.Response)
		return e
	}
	if project := missingProject.FindStringSubmatch(says); project != nil {
		return t.fail(r.op, connectors.NotFound,
			fmt.Errorf("project %q does not exist, or this account may not see it", project[1]),
			"check the project's key, and give the account the permission Browse Projects there")
	}
	return t.fail(r.op, connectors.Invalid, err, "")
}

// missingProject is what a search says of a project that is gone or hidden.
var missingProject = regexp.MustCompile(`The value '([^']*)' does not exist for the field 'project'`)

// says gives Jira's own words for what went wrong, sorted, on one line.
func (t *Tracker) says(resp *gojira.Response, body []byte) string {
	// One shape for the ErrorCollection and for what gateways answer. A value
	// of errors is a string, or now and then a list of them.
	var e struct {
		ErrorMessages   []string        `json:"errorMessages"`
		WarningMessages []string        `json:"warningMessages"`
		Errors          json.RawMessage `json:"errors"`
		Message         string          `json:"message"`
		ErrorMessage    string          `json:"errorMessage"`
	}
	var words []string
	if json.Unmarshal(body, &e) == nil {
		words = append(words, e.ErrorMessages...)
		words = append(words, e.WarningMessages...)
		words = append(words, e.Message, e.ErrorMessage)
		var fields map[string]json.RawMessage
		if json.Unmarshal(e.Errors, &fields) == nil {
			for name, raw := range fields {
				var one string
				var many []string
				if json.Unmarshal(raw, &one) == nil {
					many = []string{one}
				} else if json.Unmarshal(raw, &many) != nil {
					continue
				}
				words = append(words, name+": "+strings.Join(many, "; "))
			}
		}
	}
	words = slices.DeleteFunc(words, func(s string) bool { return strings.TrimSpace(s) == "" })
	slices.Sort(words)
	text := strings.Join(slices.Compact(words), " ")
	if text == "" {
		text = http.StatusText(resp.StatusCode)
	}
	return t.safe(text)
}

// safe makes a tracker's words fit for an error: one line, not long, no secret.
func (t *Tracker) safe(s string) string {
	for _, secret := range t.hide {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	s = strings.Join(strings.Fields(visible(s)), " ")
	return cut(s, 500)
}
