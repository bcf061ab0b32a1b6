package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// step is one thing that happens, and the plan of the pass after it. What the
// plan writes is written before the next step.
type step struct {
	what string
	do   func(*scene)
	want []string
}

func live(t *testing.T, s *scene, steps ...step) {
	t.Helper()
	for _, step := range steps {
		step.do(s)
		p := s.build()
		if diff := cmp.Diff(append([]string{}, step.want...), lines(p)); diff != "" {
			t.Fatalf("%s (-want +have):\n%s", step.what, diff)
		}
		s.apply(p)
		for _, line := range lines(s.build()) {
			if !strings.HasPrefix(line, "held: ") {
				t.Fatalf("%s: the pass after it still writes %s", step.what, line)
			}
		}
	}
}

const ref = roadmap.Ref("jira:PAY-1")

// flagged is the first pass over a story without a goal.
var flagged = step{
	"a story serves no goal", func(s *scene) { s.finds(noGoal, ref, "f1") },
	[]string{"jira:PAY-1 add-label needs-goal", "jira:PAY-1 create-comment [story-without-goal]"},
}

// TestLife tells the lives that label and comment of a story may have.
func TestLife(t *testing.T) {
	nothing := func(*scene) {}
	t.Run("found, and resolved", func(t *testing.T) {
		live(t, newScene(), flagged,
			step{"nothing new", nothing, nil},
			step{"the facts change", func(s *scene) { s.finds(noGoal, ref, "f2") }, []string{"jira:PAY-1 update-comment [story-without-goal]"}},
			step{"it finds a goal", func(s *scene) { s.holds(noGoal, ref) }, []string{"jira:PAY-1 remove-label needs-goal", "jira:PAY-1 update-comment resolved"}},
			step{"nothing new", nothing, nil},
			step{"it loses its goal", func(s *scene) { s.finds(noGoal, ref, "f3") }, []string{"jira:PAY-1 add-label needs-goal", "jira:PAY-1 update-comment [story-without-goal]"}},
		)
	})
	t.Run("new facts in the same words write nothing", func(t *testing.T) {
		live(t, newScene(), flagged, step{"the facts change, the words do not", func(s *scene) {
			fact := s.findings[0].Fact
			s.finds(noGoal, ref, "f2")
			s.findings[0].Fact = fact
		}, nil})
	})
	t.Run("a person removes the label", func(t *testing.T) {
		live(t, newScene(), flagged,
			step{"removed", func(s *scene) { s.unlabel(ref, "needs-goal") }, []string{"held: jira:PAY-1 add-label needs-goal: vetoed"}},
			step{"nothing new", nothing, []string{"held: jira:PAY-1 add-label needs-goal: vetoed"}},
			step{"the facts change", func(s *scene) { s.finds(noGoal, ref, "f2") }, []string{"jira:PAY-1 add-label needs-goal", "jira:PAY-1 update-comment [story-without-goal]"}},
			step{"it finds a goal", func(s *scene) { s.holds(noGoal, ref) }, []string{"jira:PAY-1 remove-label needs-goal", "jira:PAY-1 update-comment resolved"}},
		)
	})
	t.Run("a person removes the label, and the story finds a goal", func(t *testing.T) {
		live(t, newScene(), flagged, step{"both", func(s *scene) { s.unlabel(ref, "needs-goal"); s.holds(noGoal, ref) }, []string{"jira:PAY-1 update-comment resolved"}})
	})
	t.Run("a person deletes the comment", func(t *testing.T) {
		vetoed := []string{"held: jira:PAY-1 create-comment [story-without-goal]: vetoed"}
		live(t, newScene(), flagged,
			step{"deleted", func(s *scene) { s.deleteComment(ref) }, vetoed},
			step{"nothing new", nothing, vetoed},
			step{"the facts change: a new comment, the second", func(s *scene) { s.finds(noGoal, ref, "f2") }, []string{"jira:PAY-1 create-comment [story-without-goal]"}},
			step{"deleted again", func(s *scene) { s.deleteComment(ref) }, vetoed},
			step{"it finds a goal: nothing is there to edit", func(s *scene) { s.holds(noGoal, ref) }, []string{"jira:PAY-1 remove-label needs-goal"}},
			step{"it loses its goal as before: still vetoed", func(s *scene) { s.finds(noGoal, ref, "f2") }, append([]string{"jira:PAY-1 add-label needs-goal"}, vetoed...)},
		)
	})
	t.Run("four comments are enough for a life", func(t *testing.T) {
		s := newScene()
		live(t, s, flagged)
		for n, facts := range []string{"f2", "f3", "f4"} {
			s.deleteComment(ref)
			s.finds(noGoal, ref, facts)
			live(t, s, step{"deleted, and new facts", nothing, []string{"jira:PAY-1 create-comment [story-without-goal]"}})
			if got := s.ours[keyOf(ref)].Comment; got.N != n+1 || got.ID != roadmap.CommentID("acme", keyOf(ref), n+1) {
				t.Errorf("comment %d is called %d, %s", n+1, got.N, got.ID)
			}
		}
		s.deleteComment(ref)
		s.finds(noGoal, ref, "f5")
		live(t, s, step{"deleted a fourth time", nothing, []string{"held: jira:PAY-1 create-comment [story-without-goal]: vetoed"}})
	})
	t.Run("a label that a person put there is theirs", func(t *testing.T) {
		live(t, newScene(),
			step{"labelled, then found", func(s *scene) { s.label(ref, "needs-goal"); s.finds(noGoal, ref, "f1") }, []string{"jira:PAY-1 create-comment [story-without-goal]"}},
			step{"it finds a goal", func(s *scene) { s.holds(noGoal, ref) }, []string{"jira:PAY-1 update-comment resolved"}},
		)
	})
	t.Run("the ignore label stops everything, and its removal lets it go on", func(t *testing.T) {
		live(t, newScene(), flagged,
			step{"ignored, and it finds a goal", func(s *scene) { s.label(ref, "alignd:ignore"); s.holds(noGoal, ref) }, []string{
				"held: jira:PAY-1 remove-label needs-goal: ignored", "held: jira:PAY-1 update-comment resolved: ignored",
			}},
			step{"no longer ignored", func(s *scene) { s.unlabel(ref, "alignd:ignore") }, []string{"jira:PAY-1 remove-label needs-goal", "jira:PAY-1 update-comment resolved"}},
		)
	})
	t.Run("what is said stays said when grace and since are made stricter", func(t *testing.T) {
		live(t, newScene(), flagged, step{"a year's grace", func(s *scene) {
			r := s.org.Rules[noGoal]
			r.Grace, r.Since = config.Duration{Days: 365}, s.now
			s.org.Rules[noGoal] = r
		}, nil})
	})
	t.Run("an incomplete pass takes nothing back", func(t *testing.T) {
		live(t, newScene(), flagged, step{"half of the pull is missing, and with it the finding", func(s *scene) { s.complete = false; s.holds(noGoal, ref) }, []string{
			"held: jira:PAY-1 remove-label needs-goal: incomplete", "held: jira:PAY-1 update-comment resolved: incomplete",
		}})
	})
	t.Run("on unknown nothing is raised and nothing is taken back", func(t *testing.T) {
		live(t, newScene(),
			step{"unknown from the start", func(s *scene) { s.silent[keyOf(ref)] = true; s.finds(noGoal, ref, "f1") }, nil},
			step{"seen", func(s *scene) { s.silent[keyOf(ref)] = false }, flagged.want},
			step{"unknown again", func(s *scene) { s.silent[keyOf(ref)] = true; s.holds(noGoal, ref) }, nil},
		)
	})
	t.Run("a comment found again after the database was lost is not written anew", func(t *testing.T) {
		live(t, newScene(),
			step{"found, facts and text not known", func(s *scene) {
				s.finds(noGoal, ref, "f1")
				s.label(ref, "needs-goal")
				s.ours[keyOf(ref)] = roadmap.Ours{
					Labels:  map[string]roadmap.OurLabel{"needs-goal": {}},
					Comment: &roadmap.OurComment{ID: roadmap.CommentID("acme", keyOf(ref), 0), Remote: "7", Rules: map[roadmap.Rule]string{noGoal: ""}},
				}
			}, nil},
			step{"it finds a goal", func(s *scene) { s.holds(noGoal, ref) }, []string{"jira:PAY-1 remove-label needs-goal", "jira:PAY-1 update-comment resolved"}},
		)
	})
	t.Run("the file gives the rule another label", func(t *testing.T) {
		live(t, newScene(), flagged, step{"kein-ziel", func(s *scene) {
			r := s.org.Rules[noGoal]
			r.Label = "kein-ziel"
			s.org.Rules[noGoal] = r
		}, []string{"jira:PAY-1 add-label kein-ziel", "jira:PAY-1 remove-label needs-goal"}})
	})
	t.Run("a rule may write a label only, a comment only, or nothing", func(t *testing.T) {
		for _, c := range []struct {
			label   string
			comment bool
			want    []string
		}{
			{"needs-goal", false, []string{"jira:PAY-1 add-label needs-goal"}},
			{"", true, []string{"jira:PAY-1 create-comment [story-without-goal]"}},
			{"", false, nil},
		} {
			s := newScene()
			r := s.org.Rules[noGoal]
			r.Label, r.Comment = c.label, c.comment
			s.org.Rules[noGoal] = r
			live(t, s, step{"found", flagged.do, c.want})
		}
	})
	t.Run("a goal in the file and an item that is gone have nothing to write to", func(t *testing.T) {
		s := newScene()
		s.finds(noPO, "file:GROW-1", "f1")
		s.item("file:GROW-1").Kind = roadmap.KindFileGoal
		s.finds(noGoal, "jira:GONE-1", "f1")
		delete(s.items, keyOf("jira:GONE-1"))
		live(t, s, step{"found", nothing, nil})
	})
}

// TestOneComment: two rules on one item share the one comment, and each rule
// may come and go in it.
func TestOneComment(t *testing.T) {
	s := newScene()
	live(t, s,
		step{"two rules", func(s *scene) { s.finds(noGoal, ref, "f1"); s.finds(noPO, ref, "p1") }, []string{
			"jira:PAY-1 add-label needs-goal", "jira:PAY-1 add-label needs-po", "jira:PAY-1 create-comment [goal-without-po story-without-goal]",
		}},
	)
	want := "Fact of goal-without-po: p1.\nFact of story-without-goal: f1.\nTo fix it: fix goal-without-po; fix story-without-goal.\nTo silence this: add the label alignd:ignore.\nalignd · acme · goal-without-po, story-without-goal"
	if got := s.ours[keyOf(ref)].Comment.Text; got != want {
		t.Errorf("the comment is\n%s\nnot\n%s", got, want)
	}
	live(t, s,
		step{"one is resolved", func(s *scene) { s.holds(noPO, ref) }, []string{"jira:PAY-1 remove-label needs-po", "jira:PAY-1 update-comment [story-without-goal]"}},
		step{"it comes back", func(s *scene) { s.finds(noPO, ref, "p1") }, []string{"jira:PAY-1 add-label needs-po", "jira:PAY-1 update-comment [goal-without-po story-without-goal]"}},
		step{"both are resolved", func(s *scene) { s.holds(noPO, ref); s.holds(noGoal, ref) }, []string{
			"jira:PAY-1 remove-label needs-goal", "jira:PAY-1 remove-label needs-po", "jira:PAY-1 update-comment resolved",
		}},
	)
	if got, want := s.ours[keyOf(ref)].Comment.Text, "Resolved: jira:PAY-1 is fine.\nalignd · acme · resolved"; got != want {
		t.Errorf("the comment ends as\n%s\nnot\n%s", got, want)
	}
}

// TestText: a comment has at most six lines and closes with its mark line, from
// which it is known again.
func TestText(t *testing.T) {
	s := newScene()
	s.finds(noGoal, ref, "f1")
	p := s.build()
	c := p.Changes[1]
	if n := strings.Count(c.Value, "\n") + 1; n > 6 {
		t.Errorf("%d lines:\n%s", n, c.Value)
	}
	if c.Value != c.Text.Plain() {
		t.Errorf("the value %q is not the text %q", c.Value, c.Text.Plain())
	}
	m, ok := roadmap.ParseMarkLine(last(c.Value))
	if !ok || m.Org != "acme" || !slices.Equal(m.Rules, []roadmap.Rule{noGoal}) {
		t.Errorf("mark line %q reads as %+v, %v", last(c.Value), m, ok)
	}
	if want := []string{"needs-goal"}; !slices.Equal(c.Mark.Labels, want) {
		t.Errorf("the mark says that the labels %v are ours, not %v", c.Mark.Labels, want)
	}
	if want := roadmap.CommentID("acme", keyOf(ref), 0); c.Mark.ID != want {
		t.Errorf("comment id %s, want %s", c.Mark.ID, want)
	}

	// Five findings on one item still fit into six lines.
	s = newScene()
	for _, rule := range []roadmap.Rule{roadmap.GoalWithoutPM, noPO, roadmap.GoalWithoutStories, roadmap.OwnerInactive, noGoal} {
		s.org.Rules[rule] = config.Rule{Enabled: true, Comment: true}
		s.finds(rule, ref, "f1")
	}
	all := s.build().Changes[0].Value
	if n := strings.Count(all, "\n") + 1; n != 6 || strings.Count(all, "Fact of") != 5 || strings.Count(all, "; fix ") != 4 {
		t.Errorf("%d lines:\n%s", n, all)
	}

	// An org's own words take the place of alignd's; how to silence it and the
	// mark stay. Beside another rule, their first line does.
	s = newScene()
	s.finds(noGoal, ref, "f1")
	s.findings[0].Said = roadmap.Text{{roadmap.Say("Our own words.")}, {roadmap.Say("And more of them.")}}
	if got, want := s.build().Changes[1].Value, "Our own words.\nAnd more of them.\nTo silence this: add the label alignd:ignore.\nalignd · acme · story-without-goal"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	s.finds(noPO, ref, "p1")
	if got := s.build().Changes[2].Value; !strings.Contains(got, "Our own words.\n") || strings.Contains(got, "And more") || strings.Count(got, "\n") != 4 {
		t.Errorf("beside another rule:\n%s", got)
	}

	// A label that a person had put there is not said to be ours.
	s = newScene()
	s.label(ref, "needs-goal")
	s.finds(noGoal, ref, "f1")
	if got := s.build().Changes[0].Mark.Labels; got == nil || len(got) != 0 {
		t.Errorf("labels of ours: %#v, want an empty list", got)
	}
}

// TestFingerprint: the same writes have the same fingerprint, others another.
func TestFingerprint(t *testing.T) {
	build := func(change func(*scene)) string {
		s := newScene()
		s.finds(noGoal, ref, "f1")
		change(s)
		return plan.Build(s.input()).Fingerprint()
	}
	is := build(func(*scene) {})
	for _, c := range []struct {
		what   string
		change func(*scene)
		same   bool
	}{
		{"a minute later", func(s *scene) { s.now = s.now.Add(60e9) }, true},
		{"in mode write", func(s *scene) { s.org.Mode = config.Write }, true},
		{"another story held back", func(s *scene) { s.item("jira:PAY-2").Created = s.now; s.finds(noGoal, "jira:PAY-2", "f1") }, true},
		{"another story written", func(s *scene) { s.finds(noGoal, "jira:PAY-2", "f1") }, false},
		{"other words", func(s *scene) { s.finds(noGoal, ref, "f2") }, false},
		{"another label", func(s *scene) {
			r := s.org.Rules[noGoal]
			r.Label = "kein-ziel"
			s.org.Rules[noGoal] = r
		}, false},
		{"the label is there already", func(s *scene) { s.label(ref, "needs-goal") }, false},
	} {
		if got := build(c.change) == is; got != c.same {
			t.Errorf("%s: the same fingerprint: %v, want %v", c.what, got, c.same)
		}
	}
	linked := func(url string) string {
		return build(func(s *scene) { s.findings[0].Help = roadmap.Line{roadmap.LinkTo("A goal", url)} })
	}
	if linked("https://old.example/ROAD-1") != linked("https://new.example/ROAD-1") {
		t.Error("a tracker that moved changes the fingerprint")
	}
	if len(is) != 8 {
		t.Errorf("fingerprint %q", is)
	}
}
