package linear

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Linear keeps two leaky buckets, of requests and of complexity points, that
// refill continuously; the reset that it tells is always an hour ahead and no
// cliff (linear.app/developers/rate-limiting).

const (
	// dearest is at least what the dearest of our documents costs, in points, as
	// the documented formula has it; TestPrice asserts it.
	dearest = 3500
	// roomyPoints keeps a query below the 10,000 points at which Linear always
	// refuses it (linear.app/developers/rate-limiting): pages are made smaller
	// where it measures more.
	roomyPoints = 9000
	// blindWait is waited when Linear refuses without telling a limit.
	blindWait = 5 * time.Second
)

// meter is one bucket as the headers told it. The zero meter is not known.
type meter struct {
	limit, remaining float64
	reset            time.Time // zero: not told
	known            bool
}

// budget is what the latest answer said is left.
type budget struct {
	requests, points, endpoint meter
	cost                       float64   // of the latest answer, in points; 0: not told
	date                       time.Time // the server's clock; zero: not told
}

// take reads the headers of one answer. An answer without them (a 401 has none)
// changes nothing, except that the endpoint's own limit is told only while it
// is near.
func (b *budget) take(h http.Header) {
	if m := readMeter(h, "X-RateLimit-Requests-"); m.known {
		b.requests = m
	}
	if m := readMeter(h, "X-RateLimit-Complexity-"); m.known {
		b.points = m
	}
	b.cost, _ = strconv.ParseFloat(h.Get("X-Complexity"), 64)
	b.endpoint = readMeter(h, "X-RateLimit-Endpoint-Requests-")
	b.date, _ = http.ParseTime(h.Get("Date"))
}

func readMeter(h http.Header, prefix string) meter {
	limit, err := strconv.ParseFloat(h.Get(prefix+"Limit"), 64)
	if err != nil {
		return meter{}
	}
	remaining, err := strconv.ParseFloat(h.Get(prefix+"Remaining"), 64)
	if err != nil {
		return meter{}
	}
	m := meter{limit: limit, remaining: remaining, known: true}
	// Milliseconds since 1970, not seconds.
	if ms, err := strconv.ParseInt(h.Get(prefix+"Reset"), 10, 64); err == nil && ms > 0 {
		m.reset = time.UnixMilli(ms)
	}
	return m
}

// wait is how long after a refusal one more request may go through: what is
// missing, at the rate at which the bucket fills, and never beyond its reset.
func (b *budget) wait() time.Duration {
	d := max(b.requests.wait(1, b.date), b.points.wait(dearest, b.date))
	if b.endpoint.known && b.endpoint.remaining < 1 {
		// One field's own limit, over a time that is not told: only the reset helps.
		d = max(d, blindWait, b.endpoint.untilReset(b.date))
	}
	if d == 0 {
		return blindWait
	}
	return d
}

// wait is zero when the meter is not known or holds enough.
func (m meter) wait(need float64, now time.Time) time.Duration {
	if !m.known || m.remaining >= need || m.limit <= 0 {
		return 0
	}
	missing := min(need, m.limit) - max(m.remaining, 0)
	d := time.Duration(missing / (m.limit / 3600) * float64(time.Second))
	if left := m.untilReset(now); left > 0 {
		d = min(d, left)
	}
	return max(d.Round(time.Millisecond), time.Second)
}

// untilReset is zero when either point in time is not told. Both are the
// server's, so our clock need not be right.
func (m meter) untilReset(now time.Time) time.Duration {
	if now.IsZero() || m.reset.IsZero() {
		return 0
	}
	return max(m.reset.Sub(now), 0)
}

// String tells people what is left.
func (b *budget) String() string {
	if !b.requests.known && !b.points.known {
		return "not told"
	}
	return fmt.Sprintf("%.0f of %.0f requests and %.0f of %.0f points left in the hour",
		b.requests.remaining, b.requests.limit, b.points.remaining, b.points.limit)
}
