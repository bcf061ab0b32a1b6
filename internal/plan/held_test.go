package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// circumstances are the reasons to hold a change, in the contract's order. Each
// makes a scene, in which jira:PAY-1 serves no goal, one where it applies.
var circumstances = []struct {
	reason plan.Reason
	until  string
	make   func(*scene)
}{
	{plan.Incomplete, "", func(s *scene) { s.complete = false }},
	{plan.Ignored, "", func(s *scene) { s.label("jira:PAY-1", "alignd:ignore") }},
	{plan.Vetoed, "", func(s *scene) {
		// We said it; a person removed the label and deleted the comment.
		k := keyOf("jira:PAY-1")
		s.ours[k] = roadmap.Ours{
			Labels: map[string]roadmap.OurLabel{"needs-goal": {Facts: "f1"}},
			Comment: &roadmap.OurComment{
				ID: roadmap.CommentID("acme", k, 0), Remote: "1", Rules: map[roadmap.Rule]string{noGoal: "f1"}, Deleted: true,
			},
		}
	}},
	{plan.Since, "", func(s *scene) {
		r := s.org.Rules[noGoal]
		r.Since = s.now.AddDate(0, 0, 1)
		s.org.Rules[noGoal] = r
	}},
	{plan.Grace, " until Sun 2027-01-17 12:00", func(s *scene) {
		r := s.org.Rules[noGoal]
		r.Grace = config.Duration{Days: 90} // of an item that is 30 days old
		s.org.Rules[noGoal] = r
	}},
	{plan.Quiet, " until Wed 2026-11-18 13:00", func(s *scene) { s.org.Quiet = config.Quiet{Hours: true, From: 11 * 60, To: 13 * 60} }},
	{plan.TooMany, "", func(s *scene) { s.stories = 50; crowd(s, 30) }},
	{plan.Limit, "", func(s *scene) { s.org.Limits.CommentsPerRun = 0 }},
}

// crowd gives other stories, newer than PAY-1, that serve no goal.
func crowd(s *scene, n int) {
	for i := range n {
		ref := roadmap.Ref(fmt.Sprintf("jira:WEB-%d", i))
		s.item(ref).Created = s.now.AddDate(0, 0, -20)
		s.finds(noGoal, ref, "f1")
	}
}

// ofPAY1 gives what a plan says of jira:PAY-1.
func ofPAY1(p plan.Plan) plan.Plan {
	var out plan.Plan
	for _, c := range p.Changes {
		if c.Ref == "jira:PAY-1" {
			out.Changes = append(out.Changes, c)
		}
	}
	for _, h := range p.Held {
		if h.Ref == "jira:PAY-1" {
			out.Held = append(out.Held, h)
		}
	}
	return out
}

// TestHeld: each reason holds label and comment, and says until when where it
// is only a matter of time.
func TestHeld(t *testing.T) {
	for _, c := range circumstances {
		t.Run(string(c.reason), func(t *testing.T) {
			s := newScene()
			s.finds(noGoal, "jira:PAY-1", "f1")
			c.make(s)
			p := ofPAY1(s.build())
			comment := "held: jira:PAY-1 create-comment [story-without-goal]: " + string(c.reason) + c.until
			if c.reason == plan.Limit { // of comments; labels are quiet
				wants(t, p, "jira:PAY-1 add-label needs-goal", comment)
				return
			}
			wants(t, p, "held: jira:PAY-1 add-label needs-goal: "+string(c.reason)+c.until, comment)
		})
	}
}

// TestReasonsInOrder: where two reasons hold a change, the first in the
// contract's order is named. (Since and grace are not even asked of what has
// been said before, which is why a veto stands before them.)
func TestReasonsInOrder(t *testing.T) {
	for i, first := range circumstances {
		for _, second := range circumstances[i+1:] {
			t.Run(fmt.Sprintf("%s before %s", first.reason, second.reason), func(t *testing.T) {
				s := newScene()
				s.finds(noGoal, "jira:PAY-1", "f1")
				second.make(s)
				first.make(s)
				p := ofPAY1(s.build())
				if len(p.Changes) != 0 || len(p.Held) != 2 {
					t.Fatalf("want label and comment held, have %q", lines(p))
				}
				for _, h := range p.Held {
					if h.Reason != first.reason {
						t.Errorf("%s is held for %q", h.Action, h.Reason)
					}
				}
			})
		}
	}
}

// TestGrace: when a new story is first told, in the org's own days.
func TestGrace(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		when, err := time.ParseInLocation("Mon 2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct{ name, grace, created, until string }{
		{"three days", "3d", "Wed 2026-11-18 10:00", "Sat 2026-11-21 10:00"},
		{"hours", "36h", "Wed 2026-11-18 10:00", "Thu 2026-11-19 22:00"},
		{"business days skip the weekend", "3bd", "Thu 2026-11-19 10:00", "Tue 2026-11-24 10:00"},
		{"created on a Saturday, told on the Monday", "1bd", "Sat 2026-11-21 10:00", "Mon 2026-11-23 10:00"},
		{"a day that the clocks make 25 hours long is one day", "1d", "Sat 2026-10-24 10:00", "Sun 2026-10-25 10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.org.Location = berlin
			rule := s.org.Rules[noGoal]
			if rule.Grace, err = config.ParseDuration(c.grace); err != nil {
				t.Fatal(err)
			}
			s.org.Rules[noGoal] = rule
			s.item("jira:PAY-1").Created = at(c.created).UTC()
			s.finds(noGoal, "jira:PAY-1", "f1")

			s.now = at(c.until).Add(-time.Second)
			wants(t, s.build(),
				"held: jira:PAY-1 add-label needs-goal: grace until "+c.until,
				"held: jira:PAY-1 create-comment [story-without-goal]: grace until "+c.until)
			s.now = at(c.until)
			wants(t, s.build(),
				"jira:PAY-1 add-label needs-goal",
				"jira:PAY-1 create-comment [story-without-goal]")
		})
	}
}

// TestQuiet: when a change waits, and until when.
func TestQuiet(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := config.Quiet{Hours: true, From: 18 * 60, To: 8 * 60}
	both := config.Quiet{Hours: true, From: 18 * 60, To: 8 * 60, Weekends: true}
	lunch := config.Quiet{Hours: true, From: 12 * 60, To: 13 * 60}
	for _, c := range []struct {
		name  string
		quiet config.Quiet
		now   string // in Berlin
		until string // "": it is not quiet
	}{
		{"no quiet at all", config.Quiet{}, "Sun 2026-11-22 03:00", ""},
		{"by day", night, "Wed 2026-11-18 17:59", ""},
		{"from the evening", night, "Wed 2026-11-18 18:00", "Thu 2026-11-19 08:00"},
		{"after midnight", night, "Thu 2026-11-19 03:00", "Thu 2026-11-19 08:00"},
		{"to the minute", night, "Thu 2026-11-19 08:00", ""},
		{"hours within one day", lunch, "Wed 2026-11-18 12:30", "Wed 2026-11-18 13:00"},
		{"outside hours within one day", lunch, "Wed 2026-11-18 13:00", ""},
		{"quiet hours alone leave the weekend", night, "Sat 2026-11-21 12:00", ""},
		{"a weekend", config.Quiet{Weekends: true}, "Sat 2026-11-21 12:00", "Mon 2026-11-23 00:00"},
		{"Friday night joins the weekend and Monday's night", both, "Fri 2026-11-20 19:00", "Mon 2026-11-23 08:00"},
		{"Sunday noon waits for Monday's morning", both, "Sun 2026-11-22 12:00", "Mon 2026-11-23 08:00"},
		{"the night in which the clocks go back", night, "Sat 2026-10-24 23:00", "Sun 2026-10-25 08:00"},
		{"the night in which the clocks go forward", night, "Sat 2026-03-28 23:00", "Sun 2026-03-29 08:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.org.Location, s.org.Quiet = berlin, c.quiet
			if s.now, err = time.ParseInLocation("Mon 2006-01-02 15:04", c.now, berlin); err != nil {
				t.Fatal(err)
			}
			s.now = s.now.UTC() // a pass's clock need not be in the org's zone
			s.finds(noGoal, "jira:PAY-1", "f1")
			if c.until == "" {
				wants(t, s.build(), "jira:PAY-1 add-label needs-goal", "jira:PAY-1 create-comment [story-without-goal]")
				return
			}
			wants(t, s.build(),
				"held: jira:PAY-1 add-label needs-goal: quiet until "+c.until,
				"held: jira:PAY-1 create-comment [story-without-goal]: quiet until "+c.until)
		})
	}
}

// TestMaxShare: a pass that would newly flag too many stories is held whole.
func TestMaxShare(t *testing.T) {
	for _, c := range []struct {
		name    string
		newly   int
		flagged int // before
		of      int
		held    bool
	}{
		{"20 of 20 are never too many", 20, 0, 20, false},
		{"21 of 21", 21, 0, 21, true},
		{"30 of 100 is the share, not more", 30, 0, 100, false},
		{"31 of 100", 31, 0, 100, true},
		{"those flagged before do not count", 30, 60, 100, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.org.Limits.CommentsPerRun = 1000
			crowd(s, c.flagged)
			s.stories = 1000
			s.apply(s.build())
			for i := range c.newly {
				s.finds(noGoal, roadmap.Ref(fmt.Sprintf("jira:PAY-%d", i)), "f1")
			}
			s.stories = c.of
			p := s.build()
			if held := len(p.Held) == 2*c.newly && len(p.Changes) == 0; held != c.held {
				t.Errorf("held whole: %v, want %v (%d changes, %d held)", held, c.held, len(p.Changes), len(p.Held))
			}
		})
	}

	t.Run("a resolved story that is flagged again is newly flagged", func(t *testing.T) {
		s := newScene()
		s.org.Limits.CommentsPerRun = 1000
		crowd(s, 40)
		s.apply(s.build())
		findings := s.findings
		s.findings = nil
		s.apply(s.build())
		s.findings, s.stories = findings, 100
		p := s.build()
		if len(p.Changes) != 0 || len(p.Held) != 80 || p.Held[0].Reason != plan.TooMany {
			t.Errorf("%d changes, %d held", len(p.Changes), len(p.Held))
		}
	})

	t.Run("goals do not count: they are few", func(t *testing.T) {
		s := newScene()
		s.org.Limits.CommentsPerRun = 1000
		for i := range 30 {
			s.finds(noPO, roadmap.Ref(fmt.Sprintf("jira:ROAD-%d", i)), "f1")
		}
		s.stories = 40
		if p := s.build(); len(p.Changes) != 60 {
			t.Errorf("%d changes, %d held", len(p.Changes), len(p.Held))
		}
	})
}

// TestCommentsPerRun: what is in an active sprint is told first, then the
// oldest; the rest follows pass by pass, and labels do not wait.
func TestCommentsPerRun(t *testing.T) {
	s := newScene()
	s.org.Limits.CommentsPerRun = 2
	for ref, days := range map[roadmap.Ref]int{"jira:PAY-1": 10, "jira:PAY-2": 40, "jira:PAY-3": 20, "jira:PAY-4": 5, "jira:PAY-5": 5} {
		s.item(ref).Created = s.now.AddDate(0, 0, -days)
	}
	s.item("jira:PAY-4").InSprint = true
	for ref := range 5 {
		s.finds(noGoal, roadmap.Ref(fmt.Sprintf("jira:PAY-%d", ref+1)), "f1")
	}
	p := s.build()
	wants(t, p,
		"jira:PAY-1 add-label needs-goal",
		"jira:PAY-2 add-label needs-goal",
		"jira:PAY-2 create-comment [story-without-goal]",
		"jira:PAY-3 add-label needs-goal",
		"jira:PAY-4 add-label needs-goal",
		"jira:PAY-4 create-comment [story-without-goal]",
		"jira:PAY-5 add-label needs-goal",
		"held: jira:PAY-1 create-comment [story-without-goal]: limit",
		"held: jira:PAY-3 create-comment [story-without-goal]: limit",
		"held: jira:PAY-5 create-comment [story-without-goal]: limit",
	)
	s.apply(p)
	p = s.build()
	wants(t, p,
		"jira:PAY-1 create-comment [story-without-goal]",
		"jira:PAY-3 create-comment [story-without-goal]",
		"held: jira:PAY-5 create-comment [story-without-goal]: limit",
	)
	s.apply(p)
	p = s.build()
	wants(t, p, "jira:PAY-5 create-comment [story-without-goal]")
	s.apply(p)
	wants(t, s.build())
}

// TestGraceOfAnEdit: where our comment stands already, what is held is its edit.
func TestGraceOfAnEdit(t *testing.T) {
	s := newScene()
	s.finds(noGoal, "jira:PAY-1", "f1")
	s.apply(s.build())
	s.holds(noGoal, "jira:PAY-1")
	s.apply(s.build())
	rule := s.org.Rules[noGoal]
	rule.Grace = config.Duration{Days: 90} // of an item that is 30 days old
	s.org.Rules[noGoal] = rule
	s.finds(noGoal, "jira:PAY-1", "f1")
	wants(t, s.build(),
		"held: jira:PAY-1 add-label needs-goal: grace until Sun 2027-01-17 12:00",
		"held: jira:PAY-1 update-comment [story-without-goal]: grace until Sun 2027-01-17 12:00")
}
