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

// What is documented for API keys, as seen in live headers in 2026, and for the
// users that OAuth apps act as.
var (
	keyLimits = limits{requests: 2500, points: 3_000_000}
	appLimits = limits{requests: 5000, points: 2_000_000}
)

// buckets are the two leaky buckets of one user.
type buckets struct{ requests, points bucket }

// bucket refills continuously, by its limit in each period.
type bucket struct {
	limit int
	per   time.Duration
	left  float64
	at    time.Time
}

func newBucket(limit int, per time.Duration, now time.Time) bucket {
	return bucket{limit, per, float64(limit), now}
}

func (b *bucket) refill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.left = min(float64(b.limit), b.left+float64(b.limit)*float64(d)/float64(b.per))
		b.at = now
	}
}

// take spends n of what is there; what is refused costs nothing.
func (b *bucket) take(n int) bool {
	if b.left < float64(n) {
		return false
	}
	b.left -= float64(n)
	return true
}

// SetBudget sets how many requests and points of complexity one user may spend
// in an hour, and fills every bucket. The default is what is documented: 2,500
// and 3,000,000 for an API key, 5,000 and 2,000,000 for an app. The buckets
// refill by the server's clock, so under a clock that stands still they never do.
func (s *Server) SetBudget(requests, points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = &limits{requests: requests, points: points}
	s.buckets = map[string]*buckets{}
}

// limitsOf are the limits of a user.
func (s *Server) limitsOf(u *User) limits {
	switch {
	case s.limits != nil:
		return *s.limits
	case u.App:
		return appLimits
	}
	return keyLimits
}

// bucketsOf gives a user's buckets, refilled up to now.
func (s *Server) bucketsOf(u *User) *buckets {
	now := s.now()
	b := s.buckets[u.ID]
	if b == nil {
		l := s.limitsOf(u)
		b = &buckets{newBucket(l.requests, time.Hour, now), newBucket(l.points, time.Hour, now)}
		s.buckets[u.ID] = b
	}
	b.requests.refill(now)
	b.points.refill(now)
	return b
}

func (s *Server) takeRequest(b *buckets) *apiError {
	if !b.requests.take(1) {
		return s.rateLimited(fmt.Sprintf("Only %d requests are allowed per 1 hour.", b.requests.limit))
	}
	return nil
}

func (s *Server) takePoints(b *buckets, n int) *apiError {
	if !b.points.take(n) {
		return s.rateLimited(fmt.Sprintf("Only %d complexity points are allowed per 1 hour.", b.points.limit))
	}
	return nil
}

// rateLimited usually arrives with HTTP status 400, although the extensions say 429.
func (s *Server) rateLimited(what string) *apiError {
	e := &apiError{
		status:     either(s.settings.RateLimitStatus, http.StatusBadRequest),
		Message:    "Rate limit exceeded. " + what + " For more information see our developer docs at: https://linear.app/developers/rate-limiting",
		Extensions: &extensions{Type: "ratelimited", Code: "RATELIMITED", StatusCode: http.StatusTooManyRequests},
	}
	if s.settings.RateLimitBare {
		e.Extensions = nil
	}
	return e
}

// endpoint is the limit of one root field, for each user.
type endpoint struct {
	limit int
	per   time.Duration
}

// use names whose use of which root field is counted.
type use struct{ user, root string }

// SetEndpointLimit limits how often each user may ask for one root field, such
// as commentCreate, in a period. Zero n takes the limit away.
func (s *Server) SetEndpointLimit(root string, n int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.endpoints, root)
	if n > 0 {
		s.endpoints[root] = endpoint{n, per}
	}
	s.used = map[use]*bucket{}
}

// takeEndpoints counts the root fields that have limits of their own and tells
// of them in headers. The refusal reads as that for the plan's cap does; only
// its code and numbers tell them apart.
func (s *Server) takeEndpoints(h http.Header, user string, roots []string) *apiError {
	now := s.now()
	for _, root := range roots {
		limit, limited := s.endpoints[root]
		if !limited {
			continue
		}
		b := s.used[use{user, root}]
		if b == nil {
			fresh := newBucket(limit.limit, limit.per, now)
			b = &fresh
			s.used[use{user, root}] = b
		}
		b.refill(now)
		ok := b.take(1)
		h.Set("X-RateLimit-Endpoint-Requests-Limit", itoa(b.limit))
		h.Set("X-RateLimit-Endpoint-Requests-Remaining", itoa(int(b.left)))
		h.Set("X-RateLimit-Endpoint-Requests-Reset", strconv.FormatInt(now.Add(b.per).UnixMilli(), 10))
		h.Set("X-RateLimit-Endpoint-Name", root)
		if !ok {
			return &apiError{
				status: either(s.settings.RateLimitStatus, http.StatusBadRequest), Message: "usage limit exceeded",
				Extensions: &extensions{Code: "RATELIMITED", endpointUse: &endpointUse{
					Duration: b.per.Milliseconds(), Limit: b.limit, Requested: 1,
				}},
			}
		}
	}
	return nil
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
func (b *buckets) status(user *User, now time.Time) node {
	row := func(typ string, b bucket) node {
		return record{"RateLimitResultPayload", map[string]any{
			"type": typ, "requestedAmount": 0, "allowedAmount": b.limit,
			"period": b.per.Milliseconds(), "remainingAmount": int(b.left),
			"reset": now.Add(time.Hour).UnixMilli(),
		}}
	}
	kind := "apiKey"
	if user.App {
		kind = "oauthApp"
	}
	return record{"RateLimitPayload", map[string]any{
		"identifier": user.ID, "kind": kind,
		"limits": []node{row("requests", b.requests), row("complexity", b.points)},
	}}
}

func itoa(n int) string { return strconv.Itoa(n) }
