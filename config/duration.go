package config

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Duration is a length of time as the org's file states it. A day of the
// calendar is not always 24 hours, and a business day not always the next one,
// so they are kept apart; of the three fields at most one is set. The zero
// Duration is no time at all.
type Duration struct {
	Clock    time.Duration // "90m", "36h"
	Days     int           // calendar days: "3d"; "2w" is 14
	Business int           // business days, Monday to Friday: "3bd"
}

// maxDays bounds a duration to ten years, so that no arithmetic overflows and
// a slip such as 300000d is noticed.
const maxDays = 3660

var errDuration = errors.New("not a duration; write a whole number and a unit: 90m, 36h, 3d, 2w or 3bd (business days)")

// ParseDuration reads "90m", "36h", "3d", "2w", "3bd" or "0".
func ParseDuration(s string) (Duration, error) {
	if s == "0" {
		return Duration{}, nil
	}
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i > 9 {
		return Duration{}, errDuration
	}
	n, err := strconv.Atoi(s[:i])
	if err != nil {
		return Duration{}, errDuration
	}
	var d Duration
	days := n
	switch s[i:] {
	case "m":
		d.Clock, days = time.Duration(n)*time.Minute, n/(24*60)
	case "h":
		d.Clock, days = time.Duration(n)*time.Hour, n/24
	case "d":
		d.Days = n
	case "w":
		d.Days, days = 7*n, 7*n
	case "bd":
		d.Business = n
	default:
		return Duration{}, errDuration
	}
	if days > maxDays {
		return Duration{}, errors.New("longer than ten years")
	}
	return d, nil
}

// String gives the duration as the file would state it; ParseDuration reads it
// back as the same Duration.
func (d Duration) String() string {
	switch {
	case d.Business != 0:
		return fmt.Sprintf("%dbd", d.Business)
	case d.Days != 0 && d.Days%7 == 0:
		return fmt.Sprintf("%dw", d.Days/7)
	case d.Days != 0:
		return fmt.Sprintf("%dd", d.Days)
	case d.Clock == 0:
		return "0"
	case d.Clock%time.Hour == 0:
		return fmt.Sprintf("%dh", d.Clock/time.Hour)
	case d.Clock%time.Minute == 0:
		return fmt.Sprintf("%dm", d.Clock/time.Minute)
	}
	return d.Clock.String()
}

// After gives the time that lies d after t. Days are days of the calendar in
// loc (UTC where it is nil): three days after 10:00 is 10:00, also across a
// change of the clocks. A business day leads to the same time of the next
// Monday to Friday, so one business day after a Saturday is the Monday.
func (d Duration) After(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	t = t.Add(d.Clock)
	if d.Days == 0 && d.Business == 0 {
		return t
	}
	local := t.In(loc)
	// Counted on the calendar first and set on the clock once, at the end: a
	// time that the clocks skip on a day in between must not stick.
	days := d.Days
	weekday := int(local.Weekday())
	for left := d.Business; left > 0; {
		days++
		if day := time.Weekday((weekday + days) % 7); day != time.Saturday && day != time.Sunday {
			left--
		}
	}
	return local.AddDate(0, 0, days)
}

// MarshalText gives String, so that a Duration reads well in JSON.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
