package plan

import (
	"time"

	"github.com/alignd/alignd/config"
)

// quietUntil reports whether now is in a quiet time, and when that ends.
func quietUntil(q config.Quiet, now time.Time, loc *time.Location) (time.Time, bool) {
	t := now.In(loc)
	is := false
	// Quiet hours and weekends join: Friday 18:00 with both ends on Monday 08:00.
	for range 10 + int(maxShift/time.Minute) {
		end, quiet := quietAt(q, t)
		if !quiet {
			break
		}
		if !end.After(t) {
			// The clocks skip or repeat the very end: look for it minute by minute.
			end = t.Truncate(time.Minute).Add(time.Minute)
		}
		is, t = true, end
	}
	return t, is
}

// maxShift is no less than any zone moves its clocks in a night.
const maxShift = 3 * time.Hour

// quietAt reports whether one moment is quiet, and the end of the stretch that
// makes it so.
func quietAt(q config.Quiet, t time.Time) (time.Time, bool) {
	midnight := func(days int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
	}
	at := func(days, minutes int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+days, 0, minutes, 0, 0, t.Location())
	}
	if q.Weekends {
		switch t.Weekday() {
		case time.Saturday:
			return midnight(2), true
		case time.Sunday:
			return midnight(1), true
		}
	}
	if !q.Hours || q.From == q.To {
		return time.Time{}, false
	}
	now := t.Hour()*60 + t.Minute()
	switch {
	case q.From < q.To && now >= q.From && now < q.To:
		return at(0, q.To), true
	case q.From > q.To && now >= q.From:
		return at(1, q.To), true
	case q.From > q.To && now < q.To:
		return at(0, q.To), true
	}
	return time.Time{}, false
}
