package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// attempt makes one attempt at a request: it waits for our turn, adds headers
// and credential, and reads the whole answer within the time-out.
type attempt struct{ o Options }

// attemptError is a request that failed without an answer.
type attemptError struct {
	err  error
	sent bool // a connection was there, so the server may have acted
}

func (e *attemptError) Error() string { return e.err.Error() }

// Unwrap gives the cause and, where nothing was sent, ErrNotSent.
func (e *attemptError) Unwrap() []error {
	if e.sent {
		return []error{e.err}
	}
	return []error{e.err, ErrNotSent}
}

// RoundTrip implements http.RoundTripper.
func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := a.o.Pace.wait(req.Context(), a.o.Limits.names(req), a.o.Limits.target(req), a.o.WaitMax); err != nil {
		return nil, &attemptError{err: fmt.Errorf("wait for our turn: %w", err)}
	}
	ctx, cancel := context.WithTimeout(req.Context(), a.o.Timeout)
	defer cancel()

	// A connection handed out is the earliest sign that anything may have been
	// sent; the hook runs in a goroutine of net/http's.
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	fail := func(err error) error {
		if errors.Is(err, context.DeadlineExceeded) && req.Context().Err() == nil {
			err = fmt.Errorf("no answer from %s within %s: %w", req.URL.Host, a.o.Timeout, context.DeadlineExceeded)
		}
		return &attemptError{err: err, sent: sent.Load()}
	}

	resp, err := a.o.Transport.RoundTrip(a.dress(req.Clone(ctx)))
	if err != nil {
		return nil, fail(err)
	}
	var buf bytes.Buffer
	buf.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead) // most answers tell how long they are
	_, err = buf.ReadFrom(io.LimitReader(resp.Body, a.o.MaxBody+1))
	body := buf.Bytes()
	_ = resp.Body.Close()
	if err != nil {
		return nil, fail(fmt.Errorf("the answer was cut short: %w", err))
	}
	if int64(len(body)) > a.o.MaxBody {
		return nil, fail(fmt.Errorf("%w: %s sent more than %d bytes", ErrTooLarge, req.URL.Host, a.o.MaxBody))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// dress adds what every request carries. The door has made sure that the
// request goes to Base; a header that the caller set stays, except a
// credential, which is ours alone to add.
func (a *attempt) dress(req *http.Request) *http.Request {
	req.Header.Del("Authorization")
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", a.o.Accept)
	}
	if a.o.UserAgent != "" {
		req.Header.Set("User-Agent", a.o.UserAgent)
	}
	for name, value := range a.o.Headers {
		req.Header.Set(name, value)
	}
	if a.o.Authorize != nil && sameHost(req.URL, a.o.Base) {
		a.o.Authorize(req)
	}
	return req
}
