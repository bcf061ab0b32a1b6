package linear

import (
	"errors"
	"net/url"
	"strings"
)

// redacted is an error whose text cannot hold a secret, whatever the network
// stack chose to quote.
type redacted struct {
	err  error
	text string
}

// Error implements error.
func (r redacted) Error() string { return r.text }

// Unwrap gives the cause, so that errors.Is finds the context's end.
func (r redacted) Unwrap() error { return r.err }

// hide takes our secrets out of a text, as they are and as a form holds them.
func (t *Tracker) hide(s string) string {
	for _, secret := range []string{t.o.Token, t.o.ClientSecret, t.token} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[secret]")
			s = strings.ReplaceAll(s, url.QueryEscape(secret), "[secret]")
		}
	}
	return s
}

// unwrapURL takes off net/http's wrapping, which says nothing that the tracker's
// name and the operation do not.
func unwrapURL(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}
