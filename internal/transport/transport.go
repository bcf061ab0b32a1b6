// Package transport speaks HTTP politely: it paces requests, waits as it is
// told, retries what is safe to retry, sends the credential to one host only,
// refuses redirects, and keeps secrets out of errors and logs. It knows nothing
// of any tracker.
package transport

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Options shape a client.
type Options struct {
	Base      *url.URL            // the only scheme and host that requests, and so the credential, may go to
	Authorize func(*http.Request) // adds the credential to a request that goes to Base; nil: none
	Accept    string              // Accept header; default application/json
	Headers   map[string]string   // further headers on every request
	UserAgent string              // "alignd/VERSION"
	Rate      float64             // requests per second; 0: 10. Not looked at when Pace is given
	Timeout   time.Duration       // of one attempt, body included; 0: 60 s
	Attempts  int                 // at most, for one request; 0: 4
	// WaitMax is the longest that one wait between attempts may be; a server
	// that asks for more gets its answer returned as it is. 0: 60 s.
	WaitMax time.Duration
	Log     *slog.Logger // nil: none

	// WaitMin is the wait after the first attempt where the server does not say
	// how long to wait; each further wait is twice as long, and each is varied
	// by 0.7 to 1.3. 0: 2 s. Tests make it short.
	WaitMin time.Duration
	// Pace is shared by the clients that should keep to one rate together, such
	// as the reading and the writing client of one tracker. nil: a pace of the
	// client's own, at Rate.
	Pace *Pace
	// Limits say what the server limits besides the number of requests.
	Limits Limits
	// MaxBody is the longest answer, in bytes, that is read; a longer one is an
	// error. 0: 64 MiB.
	MaxBody int64
	// Transport makes the connections. nil: http.DefaultTransport, so that
	// clients made for every pass share their idle connections.
	Transport http.RoundTripper
}

// The defaults of Options.
const (
	defaultRate     = 10
	defaultTimeout  = 60 * time.Second
	defaultAttempts = 4
	defaultWaitMin  = 2 * time.Second
	defaultWaitMax  = 60 * time.Second
	defaultMaxBody  = 64 << 20
)

// Safety says what a client may repeat.
type Safety int

const (
	// Reads may be repeated after any failure that may pass: no connection,
	// time-out, 429, 5xx, an answer cut short.
	Reads Safety = iota
	// Writes may be repeated only when the server is known not to have acted:
	// the connection was never made, or it answered 429 or 503 with Retry-After.
	Writes
)

// ErrRedirect is wrapped by the error for an answer that is a redirect; the
// message names the target.
var ErrRedirect = errors.New("redirect refused")

// ErrForeignHost is wrapped by the error for a request to a host other than Base.
var ErrForeignHost = errors.New("request to another host refused")

// ErrNotSent is wrapped by the error for a request that never left: no
// connection was made, or the wait for our turn was broken off. A write that
// fails with it has not been done.
var ErrNotSent = errors.New("not sent")

// ErrTooLarge is wrapped by the error for an answer longer than MaxBody.
var ErrTooLarge = errors.New("answer too large")

// New makes a client. The last answer is returned whatever its status: 429 and
// 5xx reach the caller after the attempts are used up, with a readable body.
// The body of every answer is already in memory, so reading it cannot fail and
// an answer cut short is an error of the request, not of the reading. Two
// clients with one Pace pace together.
//
// Request URLs must carry no user information: net/http names the URL, user
// included, in its errors.
func New(o Options, s Safety) *http.Client {
	o = o.withDefaults()
	p := &policy{safety: s, waitMin: o.WaitMin, waitMax: o.WaitMax, pace: o.Pace, limits: o.Limits, log: o.Log}
	rc := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &attempt{o: o},
			CheckRedirect: keepRedirect,
		},
		RetryMax:     o.Attempts - 1,
		RetryWaitMin: o.WaitMin,
		RetryWaitMax: o.WaitMax,
		CheckRetry:   p.again,
		Backoff:      p.wait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return &http.Client{
		Transport:     &door{base: o.Base, client: rc},
		CheckRedirect: keepRedirect,
	}
}

// keepRedirect hands a redirect to us instead of following it: door refuses it
// in words that hold no credential, which net/http's own error would not.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (o Options) withDefaults() Options {
	if o.Base == nil {
		o.Base = &url.URL{} // every host is foreign
	}
	if o.Accept == "" {
		o.Accept = "application/json"
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Attempts <= 0 {
		o.Attempts = defaultAttempts
	}
	if o.WaitMin <= 0 {
		o.WaitMin = defaultWaitMin
	}
	if o.WaitMax <= 0 {
		o.WaitMax = defaultWaitMax
	}
	if o.MaxBody <= 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.Pace == nil {
		o.Pace = NewPace(o.Rate)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	return o
}
