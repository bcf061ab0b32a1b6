package connectors

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind tells what an error means for the pass.
type Kind string

// The kinds of error.
const (
	Auth        Kind = "auth"         // the tracker refused our credentials: stop asking it, exit 4
	NotFound    Kind = "not-found"    // gone, or not ours to see; the two cannot be told apart
	Forbidden   Kind = "forbidden"    // we may see it but not do this
	Invalid     Kind = "invalid"      // the tracker will never accept this request
	RateLimited Kind = "rate-limited" // refused before it was done, after waiting as told
	Temporary   Kind = "temporary"    // not done; may work later
	Removed     Kind = "removed"      // the API itself is gone
	Unknown     Kind = "unknown"      // a write that may or may not have been done: read before writing again
)

// Error is what every Tracker returns. Its text never holds a secret.
type Error struct {
	Tracker    string        // short name in the org's file
	Op         string        // what was being done: "search project PAY", "add label"
	Kind       Kind          //
	RetryAfter time.Duration // zero: not told
	Err        error         // what went wrong, in words
	Try        string        // what a person can do about it; "" where there is nothing
}

// Error gives one line: tracker, what was done, what went wrong, what to try.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s: %v", e.Tracker, e.Op, e.Err)
	if e.Try != "" {
		if !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, ".") {
			s += "."
		}
		s += " Try: " + e.Try
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the kind of an error, or "" where it is not a tracker's.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
