package config

import (
	"regexp"
	"strconv"
)

// Limits where the file says nothing.
const (
	defaultCommentsPerRun = 20
	defaultMaxShare       = 0.3
	defaultMentions       = 3
)

func (d *decoder) limits(top *table) Limits {
	l := Limits{CommentsPerRun: defaultCommentsPerRun, MaxShare: defaultMaxShare, MentionsPerPerson: defaultMentions}
	f, ok := top.values["limits"]
	if !ok {
		return l
	}
	t, ok := d.table(f.value, f.pos, "limits", limitKeys())
	if !ok {
		return l
	}
	if v, ok := t.number("comments_per_run"); ok {
		l.CommentsPerRun = int(v)
	}
	if v, ok := t.number("max_share"); ok {
		l.MaxShare = v
	}
	if v, ok := t.number("mentions_per_person"); ok {
		l.MentionsPerPerson = int(v)
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
	t, ok := d.table(f.value, f.pos, "quiet", quietKeys())
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
