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
	if told, ok := told(resp); ok && told > p.waitMax {
		return false, nil
	}
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests:
		return true, nil
	case code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
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
	switch {
	case errors.Is(err, ErrTooLarge), errors.As(err, &cert), errors.As(err, &record):
		return false // the same again
	case errors.As(err, &dns) && dns.IsNotFound:
		return false // more likely a mistyped name than a name server's bad moment
	case p.safety == Writes:
		return errors.Is(err, ErrNotSent)
	}
	return true
}

// wait is retryablehttp's Backoff: as told, else growing from waitMin, varied so
// that many clients do not come back together. A server that says "0" gets the
// growing wait too, since it has just refused us.
func (p *policy) wait(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	d, ok := told(resp)
	if !ok || d <= 0 {
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
	return d
}

// RetryAfter is how long the server asked us to wait, or 0 where it did not
// say. resp may be nil.
func RetryAfter(resp *http.Response) time.Duration {
	d, _ := told(resp)
	return max(d, 0)
}

// told reads Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3) and,
// on a 429 without it, X-RateLimit-Reset (ISO 8601, sometimes without seconds:
// developer.atlassian.com/cloud/jira/platform/rate-limiting). Points in time
// are measured from the answer's own Date, so our clock need not agree with
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
