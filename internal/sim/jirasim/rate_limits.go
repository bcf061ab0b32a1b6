package jirasim

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// RateLimit is one of the limiters of a site. Each counts for itself, any of
// them may refuse a request, and a refused one is counted by none
// (developer.atlassian.com, "Rate limiting").
type RateLimit struct {
	Reason   string // the RateLimit-Reason header; "": left out, as gateways do
	Route    string // the requests it counts, as Request.Route has them; "": all
	Writes   bool   // counts only requests that mean to change something
	PerIssue bool   // counts each issue for itself, and requests about issues only

	Calls  int           // how many it lets through within Window; 0: none at all
	Window time.Duration // by the site's clock
	Hourly bool          // instead of Window: since the last full hour

	Status       int           // 0: 429
	Times        int           // how many requests it refuses before it is lifted by itself; 0: any number
	RetryAfter   time.Duration // what a refusal advises; 0: until the next request will be let through
	NoRetryAfter bool          // refusals come without Retry-After
	NoReset      bool          // answers come without X-RateLimit-Reset
	NoSeconds    bool          // X-RateLimit-Reset comes as 2026-03-26T16:00Z
}

// IssueWriteLimits gives the two limiters of writes to one issue that Jira
// Cloud has: 20 in 2 seconds and 100 in 30 seconds.
func IssueWriteLimits() []RateLimit {
	l := RateLimit{Reason: "jira-per-issue-on-write", Writes: true, PerIssue: true}
	short, long := l, l
	short.Calls, short.Window = 20, 2*time.Second
	long.Calls, long.Window = 100, 30*time.Second
	return []RateLimit{short, long}
}

// HourlyQuota gives the limiter of all requests of a site within a full hour.
// One request costs one point here; on the real service it depends.
func HourlyQuota(points int) RateLimit {
	return RateLimit{Reason: "jira-quota-tenant-based", Calls: points, Hourly: true}
}

// SetRateLimits replaces the limiters of the site and forgets what they have
// counted; without any it limits nothing, as a new site does.
func (s *Server) SetRateLimits(limits ...RateLimit) {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.limiter.meters = nil
	for _, l := range limits {
		s.limiter.meters = append(s.limiter.meters, &meter{RateLimit: l, taken: map[string][]time.Time{}})
	}
}

// limiter holds the rate limits that are in force.
type limiter struct {
	mu     sync.Mutex
	meters []*meter
}

type meter struct {
	RateLimit
	taken   map[string][]time.Time // issue id, "" where not PerIssue -> requests let through, oldest first
	refused int
}

// throttle counts a request and gives the refusal of the first limiter that does
// not let it through, or status 0. It sets the headers that tell of the limits.
func (s *Server) throttle(c *call, h http.Header) reply {
	issue := s.issueOf(c)
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	now := s.clock()
	var counting []*meter
	for _, m := range s.limiter.meters {
		if !m.counts(c, issue) {
			continue
		}
		if left, free := m.left(issue, now); left <= 0 {
			m.refused++
			m.tell(h, 0, free)
			refusal := m.refusal(h, now, free)
			if m.Times > 0 && m.refused >= m.Times {
				s.limiter.meters = slices.DeleteFunc(s.limiter.meters, func(k *meter) bool { return k == m })
			}
			return refusal
		}
		counting = append(counting, m)
	}
	least := math.MaxInt
	for _, m := range counting {
		m.taken[m.key(issue)] = append(m.taken[m.key(issue)], now)
		if left, free := m.left(issue, now); left < least && !m.PerIssue {
			least = left
			m.tell(h, left, free)
		}
	}
	return reply{}
}

func (s *Server) issueOf(c *call) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.find(c.PathValue("issueIdOrKey")); r != nil {
		return r.ID
	}
	if r, _ := s.commentByID(c.PathValue("commentId")); r != nil {
		return r.ID
	}
	return ""
}

func (m *meter) key(issue string) string {
	if m.PerIssue {
		return issue
	}
	return ""
}

func (m *meter) counts(c *call, issue string) bool {
	return (m.Route == "" || m.Route == c.Pattern) && (!m.Writes || isWrite(c.Method, c.URL.Path)) && (!m.PerIssue || issue != "")
}

// left gives how many more requests are let through now, and when the oldest
// counted one is forgotten.
func (m *meter) left(issue string, now time.Time) (int, time.Time) {
	begin := now.Add(-m.Window)
	if m.Hourly {
		begin = now.Truncate(time.Hour).Add(-1)
	}
	k := m.key(issue)
	m.taken[k] = slices.DeleteFunc(m.taken[k], func(t time.Time) bool { return !t.After(begin) })
	free := now.Add(m.Window)
	if len(m.taken[k]) > 0 {
		free = m.taken[k][0].Add(m.Window)
	}
	if m.Hourly {
		free = now.Truncate(time.Hour).Add(time.Hour)
	}
	return m.Calls - len(m.taken[k]), free
}

// tell sets the headers of ordinary answers and refusals alike. NearLimit means
// that less than a fifth is left.
func (m *meter) tell(h http.Header, left int, free time.Time) {
	if m.Calls == 0 && !m.Hourly {
		return
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(m.Calls))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-NearLimit", strconv.FormatBool(5*left < m.Calls))
	if layout := "2006-01-02T15:04:05Z"; !m.NoReset {
		if m.NoSeconds {
			layout = "2006-01-02T15:04Z"
		}
		h.Set("X-RateLimit-Reset", free.UTC().Format(layout))
	}
}

func (m *meter) refusal(h http.Header, now, free time.Time) reply {
	if m.Reason != "" {
		h.Set("RateLimit-Reason", m.Reason)
	}
	if !m.NoRetryAfter {
		wait := cmp.Or(m.RetryAfter, free.Sub(now))
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	}
	if status := cmp.Or(m.Status, http.StatusTooManyRequests); status != http.StatusTooManyRequests {
		return fail(status, "The service is temporarily unavailable.")
	}
	return fail(http.StatusTooManyRequests, "Rate limit exceeded.")
}
