package linearsim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// limits are what one user may spend in an hour. All keys of a user share one
// budget (linear.app/developers/rate-limiting).
type limits struct{ requests, points int }

// documentedLimits are those of an API key, as seen in live headers in 2026.
var documentedLimits = limits{requests: 2500, points: 3_000_000}

// buckets are the two leaky buckets of one user.
type buckets struct{ requests, points bucket }

// bucket refills continuously, at its limit an hour.
type bucket struct {
	limit int
	left  float64
	at    time.Time
}

func (b *bucket) refill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.left = min(float64(b.limit), b.left+float64(b.limit)*d.Hours())
		b.at = now
	}
}

// SetBudget sets how many requests and points of complexity one user may spend
// in an hour, and fills every bucket. The default is what is documented for an
// API key: 2,500 and 3,000,000. The buckets refill by the server's clock, so
// under a clock that stands still they never do.
func (s *Server) SetBudget(requests, points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = limits{requests: requests, points: points}
	s.buckets = map[string]*buckets{}
}

// bucketsOf gives a user's buckets, refilled up to now.
func (s *Server) bucketsOf(user string) *buckets {
	now := s.now()
	b := s.buckets[user]
	if b == nil {
		b = &buckets{
			requests: bucket{s.limits.requests, float64(s.limits.requests), now},
			points:   bucket{s.limits.points, float64(s.limits.points), now},
		}
		s.buckets[user] = b
	}
	b.requests.refill(now)
	b.points.refill(now)
	return b
}

// takeRequest spends one request; a request that is refused costs nothing.
func (b *buckets) takeRequest() *apiError {
	if b.requests.left < 1 {
		return rateLimited(fmt.Sprintf("Only %d requests are allowed per 1 hour.", b.requests.limit))
	}
	b.requests.left--
	return nil
}

func (b *buckets) takePoints(n int) *apiError {
	if b.points.left < float64(n) {
		return rateLimited(fmt.Sprintf("Only %d complexity points are allowed per 1 hour.", b.points.limit))
	}
	b.points.left -= float64(n)
	return nil
}

// rateLimited arrives with HTTP status 400, although the extensions say 429.
func rateLimited(what string) *apiError {
	return &apiError{
		status:     http.StatusBadRequest,
		Message:    "Rate limit exceeded. " + what + " For more information see our developer docs at: https://linear.app/developers/rate-limiting",
		Extensions: &extensions{Type: "ratelimited", Code: "RATELIMITED", StatusCode: 429},
	}
}

// headers tells the budget. Reset is in epoch milliseconds and always an hour
// from now, as the real one is.
func (b *buckets) headers(h http.Header, now time.Time) {
	reset := strconv.FormatInt(now.Add(time.Hour).UnixMilli(), 10)
	h.Set("X-RateLimit-Requests-Limit", itoa(b.requests.limit))
	h.Set("X-RateLimit-Requests-Remaining", itoa(int(b.requests.left)))
	h.Set("X-RateLimit-Requests-Reset", reset)
	h.Set("X-RateLimit-Complexity-Limit", itoa(b.points.limit))
	h.Set("X-RateLimit-Complexity-Remaining", itoa(int(b.points.left)))
	h.Set("X-RateLimit-Complexity-Reset", reset)
}

// status is the answer of rateLimitStatus.
func (b *buckets) status(user string, now time.Time) node {
	row := func(typ string, b bucket) node {
		return record{"RateLimitResultPayload", map[string]any{
			"type": typ, "requestedAmount": 0, "allowedAmount": b.limit,
			"period": time.Hour.Milliseconds(), "remainingAmount": int(b.left),
			"reset": now.Add(time.Hour).UnixMilli(),
		}}
	}
	return record{"RateLimitPayload", map[string]any{
		"identifier": user, "kind": "apiKey",
		"limits": []node{row("requests", b.requests), row("complexity", b.points)},
	}}
}

func itoa(n int) string { return strconv.Itoa(n) }
