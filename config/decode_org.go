package config

import (
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var orgName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// defaultSchedule is often enough that a story is mapped within a coffee break,
// and far from any tracker's rate limit.
const defaultSchedule = "@every 15m"

// org decodes the whole file.
func (d *decoder) org(root *node) loaded {
	t, ok := d.table(root, root.pos, "", orgKeys())
	if !ok {
		return loaded{}
	}
	o := &Org{Path: d.file, Schedule: defaultSchedule, Mode: Observe, Roles: Split}
	l := loaded{org: o, dir: d.dir}

	if t.need("org") {
		if s, at, ok := t.text("org"); ok {
			l.name, o.Name = at, s
			if !orgName.MatchString(s) {
				d.fail(at, "org", "as in org: acme", "must be 1 to 40 of a-z, 0-9 and -")
			}
		}
	}
	o.Location = d.timezone(t)
	d.loc = o.Location
	if s, at, ok := t.text("schedule"); ok {
		o.Schedule = s
		if wrong := checkSchedule(s); wrong != "" {
			d.fail(at, "schedule", `as in "*/15 * * * *" or "@every 15m"`, "%s", wrong)
		}
	}
	if s, ok := t.word("mode"); ok {
		o.Mode = Mode(s)
	}
	if s, ok := t.word("roles"); ok {
		o.Roles = Roles(s)
	}
	if s, at, ok := t.text("store"); ok {
		l.store, o.Store = at, s
		if strings.HasSuffix(s, "/") {
			d.fail(at, "store", "as in state/acme.db", "must be a file, not a folder")
		}
	}
	if t.need("trackers") {
		f := t.values["trackers"]
		o.Trackers = d.trackerList(f.value, f.pos)
	}
	if t.need("roadmap") {
		o.Roadmap = d.roadmap(t)
	}
	if f, ok := t.values["people"]; ok {
		o.People = d.people(f.value)
	}
	o.Links = d.links(t)
	if f, ok := t.values["stories"]; ok {
		if st, ok := d.table(f.value, f.pos, "stories", storyKeys()); ok {
			o.Stories.Where = st.expr("where")
		}
	}
	o.Rules = d.rules(t)
	d.labelsOfRules(o.Rules)
	o.Say = d.say(t)
	o.Limits = d.limits(t)
	o.Quiet = d.quiet(t)
	return l
}

// timezone gives UTC also where what is written is wrong, so that the dates
// after it can still be checked.
func (d *decoder) timezone(t *table) *time.Location {
	s, at, ok := t.text("timezone")
	if !ok {
		return time.UTC
	}
	loc, err := time.LoadLocation(s)
	if err != nil || s == "Local" { // Local means another thing on every machine
		d.fail(at, "timezone", "as in Europe/Berlin or UTC", "is not a name of the IANA time zone database")
		return time.UTC
	}
	return loc
}

// checkSchedule says what is wrong with a cron line, or "".
func checkSchedule(s string) string {
	// The org's own timezone key rules. Besides, the parser panics on "TZ=" without a
	// space: https://github.com/robfig/cron/issues/554.
	if strings.HasPrefix(s, "TZ=") || strings.HasPrefix(s, "CRON_TZ=") {
		return "must not name a time zone; the key timezone does"
	}
	if every, ok := strings.CutPrefix(s, "@every "); ok {
		d, err := time.ParseDuration(every)
		if err != nil {
			return "what follows @every is not a duration such as 15m or 1h30m"
		}
		if d < time.Second {
			return "@every must be at least 1s" // cron would round it up without a word
		}
	}
	sched, err := cron.ParseStandard(s)
	if err != nil {
		return "is neither a cron line of five fields nor @every, @hourly, @daily, @weekly or @monthly"
	}
	// Next looks five years ahead; a line such as "0 0 30 2 *" has no next time.
	if sched.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return "names a time that never comes"
	}
	return ""
}
