package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// policy decides whether a request is tried again, and after how long.
type policy struct {
	safety           Safety
	waitMin, waitMax time.Duration
	pace             *Pace
	limits           Limits
	log              *slog.Logger
}

// again is retryablehttp's CheckRetry. It never returns an error of its own: the
// last answer, or the last failure, is what the caller gets.
func (p *policy) again(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil
	}
	if err != nil {
		return p.againAfterFailure(err), nil
	}
	if d := p.asked(resp); d > p.waitMax {
		p.leave(resp, d)
		return false, nil
	}
	switch code := resp.StatusCode; {
	case TurnedAway(resp):
		return true, nil
	case p.safety == Writes:
		return false, nil
	default:
		return code == http.StatusRequestTimeout || code >= 500 && code != http.StatusNotImplemented, nil
	}
}

func (p *policy) againAfterFailure(err error) bool {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	var held *HeldError
	switch {
	case errors.As(err, &held):
		return false // the server has told us when
	case errors.Is(err, ErrTooLarge), errors.As(err, &cert), errors.As(err, &record):
		return false // the same again
	case errors.As(err, &dns) && dns.IsNotFound:
		return false // more likely a mistyped name than a name server's bad moment
	case p.safety == Writes:
		return errors.Is(err, ErrNotSent)
	}
	return true
}

// asked is how long an answer asks us to wait: as it says, else as what it is
// about says; 0 where neither does.
func (p *policy) asked(resp *http.Response) time.Duration {
	if d, ok := told(resp); ok {
		return d
	}
	if resp != nil && TurnedAway(resp) {
		_, d := p.limits.hit(resp)
		return d
	}
	return 0
}

// leave keeps every client of the pace, and not this request alone, away from
// what a refusal is about.
func (p *policy) leave(resp *http.Response, d time.Duration) {
	if resp != nil && TurnedAway(resp) {
		if name, _ := p.limits.hit(resp); name != "" {
			p.pace.leave(name, d)
		}
	}
}

// wait is retryablehttp's Backoff: as told, else growing from waitMin, varied so
// that many clients do not come back together. A server that says "0" gets the
// growing wait too, since it has just refused us.
func (p *policy) wait(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	d := p.asked(resp)
	if d <= 0 {
		d = p.waitMax
		if attempt < 16 { // beyond that the shift says nothing more
			d = min(p.waitMin<<attempt, p.waitMax)
		}
		d = min(time.Duration(float64(d)*(0.7+0.6*rand.Float64())), p.waitMax)
	}
	attrs := []any{slog.Duration("wait", d), slog.Int("attempt", attempt+1)}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("url", place(resp.Request.URL)))
	}
	p.log.Debug("trying again", attrs...)
	p.leave(resp, d)
	return d
}

// TurnedAway reports whether an answer says that the request was refused before
// anything was done: 429, or 503 with Retry-After. Jira Data Center sends
// retry-after: 0 with ordinary answers too, among its X-RateLimit headers; that
// says nothing of a 503.
func TurnedAway(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		after := resp.Header.Get("Retry-After")
		return after != "" && (after != "0" || resp.Header.Get("X-RateLimit-Interval-Seconds") == "")
	}
	return false
}

// RetryAfter is how long the server asked us to wait, or 0 where it did not
// say. resp may be nil.
func RetryAfter(resp *http.Response) time.Duration {
	d, _ := told(resp)
	return max(d, 0)
}

// told reads Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3) and,
// on a 429 without it, X-RateLimit-Reset (ISO 8601, sometimes without seconds:
// developer.atlassian.com/cloud/jira/platform/rate-limiting) or, from Jira Data
// Center, X-RateLimit-Interval-Seconds, after which there are new tokens
// (confluence.atlassian.com, "Adjusting your code for rate limiting"). Each of
// them may be missing. Points in time are measured from the answer's own Date, so our clock need not agree with
// the server's.
func told(resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	if after := resp.Header.Get("Retry-After"); after != "" {
		if s, err := strconv.ParseInt(after, 10, 64); err == nil && s >= 0 {
			return time.Duration(min(s, 365*24*3600)) * time.Second, true // bounded, or the product overflows
		}
		if at, err := http.ParseTime(after); err == nil {
			return since(resp, at)
		}
	}
	if resp.StatusCode != http.StatusTooManyRequests {
		return 0, false // Atlassian sends the reset with ordinary answers too
	}
	reset := resp.Header.Get("X-RateLimit-Reset")
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, reset); err == nil {
			return since(resp, at)
		}
	}
	if s, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Interval-Seconds"), 10, 64); err == nil && s > 0 {
		return time.Duration(min(s, 365*24*3600)) * time.Second, true
	}
	return 0, false
}

// since is the time from the answer's Date to at; not known without a Date.
func since(resp *http.Response, at time.Time) (time.Duration, bool) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return max(at.Sub(date), 0), true
}
