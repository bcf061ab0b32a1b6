package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// wednesday is the time of a scene that does not say another.
var wednesday = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

// scene is an org with its items as they stand in the tracker, what is ours on
// them, and which rules do not hold. Its methods are what happens to it.
type scene struct {
	org      *config.Org
	now      time.Time
	complete bool
	items    map[roadmap.Key]*roadmap.Item
	findings []roadmap.Finding
	silent   map[roadmap.Key]bool
	ours     map[roadmap.Key]roadmap.Ours
	stories  int
}

func newScene() *scene {
	return &scene{
		org: &config.Org{
			Name: "acme", Location: time.UTC,
			Rules: map[roadmap.Rule]config.Rule{
				roadmap.StoryWithoutGoal: {Enabled: true, Grace: config.Duration{Days: 3}, Label: "needs-goal", Comment: true},
				roadmap.GoalWithoutPO:    {Enabled: true, Grace: config.Duration{Days: 7}, Label: "needs-po", Comment: true},
			},
			Limits: config.Limits{CommentsPerRun: 20, MaxShare: 0.3},
		},
		now: wednesday, complete: true, stories: 1000,
		items:  map[roadmap.Key]*roadmap.Item{},
		silent: map[roadmap.Key]bool{},
		ours:   map[roadmap.Key]roadmap.Ours{},
	}
}

func keyOf(ref roadmap.Ref) roadmap.Key {
	return roadmap.Key{Tracker: ref.Tracker(), ID: "id of " + ref.Key()}
}

// item gives an item of the tracker; a new one is 30 days old.
func (s *scene) item(ref roadmap.Ref) *roadmap.Item {
	k := keyOf(ref)
	if s.items[k] == nil {
		s.items[k] = &roadmap.Item{
			Key: k, Ref: ref, Kind: roadmap.KindIssue, Title: "Title of " + ref.Key(), Status: roadmap.StatusTodo,
			Created: s.now.AddDate(0, 0, -30),
		}
	}
	return s.items[k]
}

// finds puts a finding in place, or new facts in the place of the old ones.
func (s *scene) finds(rule roadmap.Rule, ref roadmap.Ref, facts string) {
	s.holds(rule, ref)
	it := s.item(ref)
	f := roadmap.Finding{
		Rule: rule, Key: it.Key, Ref: ref, Role: roadmap.RoleStory, Title: it.Title, Why: "no link", Facts: facts,
		Created: it.Created, InSprint: it.InSprint,
		Fact: roadmap.Line{roadmap.Say("Fact of " + string(rule) + ": " + facts + ".")},
		Help: roadmap.Line{roadmap.Say("Nearest goals.")},
		Fix:  roadmap.Line{roadmap.Say("fix " + string(rule))}, Begun: it.Created,
	}
	if rule == roadmap.GoalWithoutPO {
		f.Role, f.Why = roadmap.RoleGoal, "no owner"
	}
	s.findings = append(s.findings, f)
}

// holds takes a finding away: the rule holds.
func (s *scene) holds(rule roadmap.Rule, ref roadmap.Ref) {
	s.findings = slices.DeleteFunc(s.findings, func(f roadmap.Finding) bool { return f.Rule == rule && f.Ref == ref })
}

func (s *scene) label(ref roadmap.Ref, label string) {
	it := s.item(ref)
	it.Labels = append(it.Labels, label)
	slices.Sort(it.Labels)
}

func (s *scene) unlabel(ref roadmap.Ref, label string) {
	it := s.item(ref)
	it.Labels = slices.DeleteFunc(it.Labels, func(l string) bool { return l == label })
}

// deleteComment is a person deleting our comment, once we have noticed it.
func (s *scene) deleteComment(ref roadmap.Ref) {
	o := s.ours[keyOf(ref)]
	c := *o.Comment
	c.Deleted = true
	o.Comment = &c
	s.ours[keyOf(ref)] = o
}

func (s *scene) input() plan.Input {
	return plan.Input{
		Org: s.org, Now: s.now, Complete: s.complete, Findings: s.findings, Silent: s.silent, Ours: s.ours, Stories: s.stories,
		Item: func(k roadmap.Key) (*roadmap.Item, bool) { it, ok := s.items[k]; return it, ok },
		Role: func(roadmap.Key) roadmap.Role { return roadmap.RoleStory },
		Resolved: func(k roadmap.Key, _ []roadmap.Rule) roadmap.Line {
			return roadmap.Line{roadmap.Say("Resolved: " + string(s.items[k].Ref) + " is fine.")}
		},
	}
}

// build makes the plan, with its times in the org's zone.
func (s *scene) build() plan.Plan {
	p := plan.Build(s.input())
	for i, h := range p.Held {
		if !h.Until.IsZero() {
			p.Held[i].Until = h.Until.In(s.org.Location)
		}
	}
	return p
}

// apply carries out a plan: the tracker changes, and what is ours is recorded
// as the store records it.
func (s *scene) apply(p plan.Plan) {
	for _, c := range p.Changes {
		o := s.ours[c.Key]
		o.Labels = maps.Clone(o.Labels)
		switch c.Action {
		case roadmap.AddLabel:
			s.label(c.Ref, c.Value)
			if o.Labels == nil {
				o.Labels = map[string]roadmap.OurLabel{}
			}
			o.Labels[c.Value] = roadmap.OurLabel{Facts: c.Facts}
		case roadmap.RemoveLabel:
			s.unlabel(c.Ref, c.Value)
			delete(o.Labels, c.Value)
		case roadmap.CreateComment, roadmap.UpdateComment:
			n := 0
			for roadmap.CommentID(c.Mark.Org, c.Key, n) != c.Mark.ID {
				n++
			}
			remote := c.Remote
			if c.Action == roadmap.CreateComment {
				remote = fmt.Sprintf("comment %d on %s", n, c.Ref)
			}
			o.Comment = &roadmap.OurComment{N: n, ID: c.Mark.ID, Remote: remote, Rules: maps.Clone(c.RuleFacts), Text: c.Value}
		}
		s.ours[c.Key] = o
	}
}

// lines words a plan: what is written, then what is held and why.
func lines(p plan.Plan) []string {
	words := func(c roadmap.Change) string {
		what := c.Value
		if c.Action == roadmap.CreateComment || c.Action == roadmap.UpdateComment {
			what = "resolved"
			if len(c.Mark.Rules) > 0 {
				what = fmt.Sprint(c.Mark.Rules)
			}
		}
		return fmt.Sprintf("%s %s %s", c.Ref, c.Action, what)
	}
	out := []string{}
	for _, c := range p.Changes {
		out = append(out, words(c))
	}
	for _, h := range p.Held {
		line := "held: " + words(h.Change) + ": " + string(h.Reason)
		if !h.Until.IsZero() {
			line += " until " + h.Until.Format("Mon 2006-01-02 15:04")
		}
		out = append(out, line)
	}
	return out
}

// wants compares a plan with lines.
func wants(t *testing.T, p plan.Plan, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), lines(p)); diff != "" {
		t.Errorf("plan (-want +have):\n%s", diff)
	}
}

// last gives the last line of a comment.
func last(s string) string { return s[strings.LastIndex(s, "\n")+1:] }

const (
	noGoal = roadmap.StoryWithoutGoal
	noPO   = roadmap.GoalWithoutPO
)
