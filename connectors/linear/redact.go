package linear

import (
	"errors"
	"net/url"
	"strings"
)

// redacted is an error whose text cannot hold the token, whatever the network
// stack chose to quote.
type redacted struct {
	err   error
	token string
}

// Error implements error.
func (r redacted) Error() string { return strings.ReplaceAll(r.err.Error(), r.token, "[secret]") }

// Unwrap gives the cause, so that errors.Is finds the context's end.
func (r redacted) Unwrap() error { return r.err }

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
