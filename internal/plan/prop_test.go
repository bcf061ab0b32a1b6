package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// anyScene draws a scene that has had a life: passes, people's deeds, changed
// facts, and a file that may have been edited since.
func anyScene(t *rapid.T) *scene {
	s := newScene()
	s.stories = rapid.SampledFrom([]int{5, 1000}).Draw(t, "stories")
	s.org.Limits.CommentsPerRun = rapid.IntRange(0, 6).Draw(t, "limit")
	happens(t, s)
	for range rapid.IntRange(0, 3).Draw(t, "passes") {
		s.apply(plan.Build(s.input()))
		happens(t, s)
	}
	s.complete = rapid.IntRange(0, 9).Draw(t, "complete") > 0
	if rapid.IntRange(0, 9).Draw(t, "quiet") == 0 {
		s.org.Quiet = config.Quiet{Weekends: true}
	}
	return s
}

// happens lets something happen to every item.
func happens(t *rapid.T, s *scene) {
	s.now = s.now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
	for i := range 30 {
		ref := roadmap.Ref(fmt.Sprintf("jira:PAY-%d", i))
		if it := s.item(ref); it.Created.Equal(s.now.AddDate(0, 0, -30)) {
			it.Created = s.now.AddDate(0, 0, -rapid.IntRange(0, 12).Draw(t, "age"))
			it.InSprint = rapid.Bool().Draw(t, "sprint")
		}
		rule := rapid.SampledFrom([]roadmap.Rule{noGoal, noGoal, noGoal, noPO}).Draw(t, "rule")
		label := s.org.Rules[rule].Label
		switch rapid.IntRange(0, 11).Draw(t, "deed") {
		case 0, 1, 2:
			s.finds(rule, ref, "f1")
		case 3:
			s.finds(rule, ref, "f2")
		case 4, 5:
			s.holds(rule, ref)
		case 6:
			s.unlabel(ref, label)
		case 7:
			if !s.item(ref).HasLabel(label) {
				s.label(ref, label)
			}
		case 8:
			if s.ours[keyOf(ref)].Comment != nil {
				s.deleteComment(ref)
			}
		case 9:
			if rapid.IntRange(0, 4).Draw(t, "ignore") == 0 && !s.item(ref).HasLabel("alignd:ignore") {
				s.label(ref, "alignd:ignore")
			}
		case 10:
			s.silent[keyOf(ref)] = rapid.Bool().Draw(t, "silent")
		}
	}
}

// TestPlanKeepsItsWord checks, on scenes of any kind, what must hold of every
// plan.
func TestPlanKeepsItsWord(t *testing.T) {
	seen := map[roadmap.Action]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		p := plan.Build(s.input())

		comments := 0
		written := map[string]bool{}
		for _, c := range p.Changes {
			seen[c.Action]++
			it, ours := s.items[c.Key], s.ours[c.Key]
			if written[c.ID] {
				t.Errorf("%s %s stands twice in the plan", c.Ref, c.Action)
			}
			written[c.ID] = true
			if s.silent[c.Key] || it.HasLabel("alignd:ignore") || !s.complete {
				t.Errorf("%s %s, though silent, ignored or incomplete", c.Ref, c.Action)
			}
			switch c.Action {
			case roadmap.AddLabel:
				if it.HasLabel(c.Value) {
					t.Errorf("%s has the label %s already", c.Ref, c.Value)
				}
				if was, is := ours.Labels[c.Value]; is && was.Facts == c.Facts {
					t.Errorf("%s: a person removed %s, and the facts are the same", c.Ref, c.Value)
				}
			case roadmap.RemoveLabel:
				if _, is := ours.Labels[c.Value]; !is {
					t.Errorf("%s: the label %s is not ours to remove", c.Ref, c.Value)
				}
			case roadmap.CreateComment:
				comments++
				if ours.Comment != nil && !ours.Comment.Deleted {
					t.Errorf("%s: a second comment", c.Ref)
				}
				if ours.Comment != nil && ours.Comment.ID == c.Mark.ID {
					t.Errorf("%s: a new comment with the id of a deleted one", c.Ref)
				}
			case roadmap.UpdateComment:
				if ours.Comment == nil || ours.Comment.Deleted || ours.Comment.Text == c.Value || ours.Comment.Remote != c.Remote {
					t.Errorf("%s: nothing to edit, or nothing new", c.Ref)
				}
			}
		}
		if comments > s.org.Limits.CommentsPerRun {
			t.Errorf("%d new comments, %d allowed", comments, s.org.Limits.CommentsPerRun)
		}
	})
	for _, a := range []roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel, roadmap.CreateComment, roadmap.UpdateComment} {
		if seen[a] < 20 {
			t.Errorf("only %d of all drawn changes are %s: the scenes prove little about it", seen[a], a)
		}
	}
}

// TestSameInputSamePlan: the order in which findings come changes nothing.
func TestSameInputSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		p := plan.Build(s.input())
		s.findings = rapid.Permutation(s.findings).Draw(t, "findings")
		q := plan.Build(s.input())
		if diff := cmp.Diff(p, q); diff != "" {
			t.Fatalf("another order, another plan:\n%s", diff)
		}
		if p.Fingerprint() != q.Fingerprint() {
			t.Fatalf("fingerprints %s and %s", p.Fingerprint(), q.Fingerprint())
		}
	})
}

// TestNothingIsDropped: what a pass without any circumstance would write is
// written or held by a pass under any circumstances, never forgotten; and
// nothing else is written.
func TestNothingIsDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		p := plan.Build(s.input())
		free := *s.org
		free.Quiet, free.Limits = config.Quiet{}, config.Limits{CommentsPerRun: 1000, MaxShare: 1}
		s.org, s.complete, s.stories = &free, true, 1000
		all := map[string]bool{}
		for _, c := range plan.Build(s.input()).Changes {
			all[c.ID] = true
		}
		for _, c := range p.Changes {
			if !all[c.ID] {
				t.Errorf("%s %s is written under limits only", c.Ref, c.Action)
			}
			delete(all, c.ID)
		}
		for _, h := range p.Held {
			delete(all, h.ID)
		}
		if len(all) > 0 {
			t.Errorf("%d changes are neither written nor held", len(all))
		}
	})
}

// TestAppliedMeansDone: after enough passes that are carried out there is
// nothing left to write: one pass where no limit is in the way, else as many as
// the limit makes necessary.
func TestAppliedMeansDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		for pass := range 32 {
			p := plan.Build(s.input())
			limited := slices.ContainsFunc(p.Held, func(h plan.Held) bool { return h.Reason == plan.Limit })
			s.apply(p)
			if limited && s.org.Limits.CommentsPerRun > 0 && pass < 30 {
				continue
			}
			if next := plan.Build(s.input()); len(next.Changes) > 0 {
				t.Fatalf("after pass %d there is still to write: %q", pass+1, lines(next))
			}
			return
		}
	})
}
