package config

import (
	"regexp"
	"strconv"
)

// Limits where the file says nothing.
const (
	defaultCommentsPerRun = 20
	defaultMaxShare       = 0.3
)

func (d *decoder) limits(top *table) Limits {
	l := Limits{CommentsPerRun: defaultCommentsPerRun, MaxShare: defaultMaxShare}
	f, ok := top.values["limits"]
	if !ok {
		return l
	}
	t, ok := d.table(f.value, f.pos, "limits", "comments_per_run", "max_share", "mentions_per_person")
	if !ok {
		return l
	}
	t.notYet("mentions_per_person")
	if v, at, ok := t.number("comments_per_run"); ok {
		if v != float64(int(v)) || v < 0 || v > 1000 {
			d.fail(at, "limits.comments_per_run", "", "must be a whole number from 0 to 1000")
		} else {
			l.CommentsPerRun = int(v)
		}
	}
	if v, at, ok := t.number("max_share"); ok {
		if v <= 0 || v > 1 {
			d.fail(at, "limits.max_share", "as in 0.3, which is 30 %", "must be more than 0 and at most 1")
		} else {
			l.MaxShare = v
		}
	}
	return l
}

var quietHours = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$`)

func (d *decoder) quiet(top *table) Quiet {
	var q Quiet
	f, ok := top.values["quiet"]
	if !ok {
		return q
	}
	t, ok := d.table(f.value, f.pos, "quiet", "hours", "weekends")
	if !ok {
		return q
	}
	t.flag("weekends", &q.Weekends)
	s, at, ok := t.text("hours")
	if !ok {
		return q
	}
	m := quietHours.FindStringSubmatch(s)
	if m == nil {
		d.fail(at, "quiet.hours", `as in "18:00-08:00"`, "must be two times of day, 00:00 to 23:59")
		return q
	}
	q.Hours, q.From, q.To = true, minutes(m[1], m[2]), minutes(m[3], m[4])
	if q.From == q.To {
		d.fail(at, "quiet.hours", "to never write, set mode: observe", "begins and ends at the same time")
	}
	return q
}

// minutes after midnight, of two numbers that are known to be such.
func minutes(hours, mins string) int {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(mins)
	return 60*h + m
}
