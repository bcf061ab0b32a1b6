package jirasim

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// TokenBucket is the rate limit that an administrator of a Data Center site
// sets: each account has Size requests, and gets Fill more every Every until
// they are Size again (confluence.atlassian.com, "Improving instance stability
// with rate limiting"). The zero value is no limit.
type TokenBucket struct {
	Size  int
	Fill  int
	Every time.Duration // whole seconds
}

// LimitRate puts another limit in place of DataCenter.RateLimit, with every
// account's bucket full; the zero TokenBucket takes it away. A Cloud site limits
// by other means.
func (s *Server) LimitRate(b TokenBucket) { s.buckets.set(b) }

// buckets holds what each account has left. Nobody has a bucket too.
type buckets struct {
	mu    sync.Mutex
	limit TokenBucket
	left  map[string]bucket // by account id
}

type bucket struct {
	tokens int
	filled time.Time // when tokens were last added
}

func (b *buckets) set(limit TokenBucket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.left = limit, map[string]bucket{}
}

// take takes one token of an account and tells in headers what is left; ok is
// false when there was none. Header names are the documented ones; retry-after
// is 0 while tokens remain.
func (b *buckets) take(h http.Header, account string, now time.Time) (ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit.Size <= 0 || b.limit.Every <= 0 {
		return true
	}
	mine, known := b.left[account]
	if !known {
		mine = bucket{b.limit.Size, now}
	}
	if n := int(now.Sub(mine.filled) / b.limit.Every); n > 0 {
		mine.tokens = min(b.limit.Size, mine.tokens+n*b.limit.Fill)
		mine.filled = mine.filled.Add(time.Duration(n) * b.limit.Every)
	}
	if ok = mine.tokens > 0; ok {
		mine.tokens--
	}
	b.left[account] = mine
	wait := 0
	if mine.tokens == 0 {
		wait = int((mine.filled.Add(b.limit.Every).Sub(now) + time.Second - 1) / time.Second)
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.limit.Size))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(mine.tokens))
	h.Set("X-RateLimit-Interval-Seconds", strconv.Itoa(int(b.limit.Every/time.Second)))
	h.Set("X-RateLimit-FillRate", strconv.Itoa(b.limit.Fill))
	h.Set("retry-after", strconv.Itoa(wait))
	return ok
}
