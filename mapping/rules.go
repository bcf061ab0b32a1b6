package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// judge fills Findings: every rule of the file over what it is about.
func (a *Alignment) judge() error {
	near := a.goalsByProject()
	for _, err := range []error{
		a.judgeStories(roadmap.StoryWithoutGoal, Unlinked, func(s Story) roadmap.Finding { return a.storyWithoutGoal(s, near[neighbourhood(s.Item)]) }),
		a.judgeStories(roadmap.StoryOnClosedGoal, Closed, func(s Story) roadmap.Finding { return a.storyOnClosedGoal(s, near[neighbourhood(s.Item)]) }),
		a.judgeGoals(roadmap.GoalWithoutPO, a.goalWithoutPO),
		a.judgeGoals(roadmap.GoalWithoutPM, a.goalWithoutPM),
		a.judgeGoals(roadmap.GoalWithoutStories, a.goalWithoutStories),
		a.judgeGoals(roadmap.OwnerInactive, a.ownerInactive),
		a.judgeGoals(roadmap.UndeclaredDouble, a.undeclaredDouble),
		a.judgePOs(),
		a.judgeSprints(),
	} {
		if err != nil {
			return err
		}
	}
	slices.SortFunc(a.Findings, func(x, y roadmap.Finding) int {
		return cmp.Or(x.Key.Compare(y.Key), cmp.Compare(x.Rule, y.Rule))
	})
	return nil
}

// judgeStories applies a rule that no story of this linkage keeps.
func (a *Alignment) judgeStories(name roadmap.Rule, broken Linkage, find func(Story) roadmap.Finding) error {
	rule := a.Org.Rules[name]
	if !rule.Enabled {
		return nil
	}
	for _, s := range a.Stories {
		if s.Linkage != broken || a.Silent[s.Item.Key] {
			continue
		}
		applies, err := a.applies(rule, name, s.Item)
		if err != nil {
			return err
		}
		if !applies {
			continue
		}
		f := find(s)
		f.Rule, f.Role, f.Facts, f.InSprint = name, roadmap.RoleStory, hash(string(name), s.facts), s.Item.InSprint
		a.Findings = append(a.Findings, a.about(f, s.Item))
	}
	return nil
}

// verdict says how a rule stands on a goal.
type verdict int

const (
	holds verdict = iota
	broken
	doubtful // what it rests on cannot be seen to its end
)

// judgeGoals applies a rule to the open goals.
func (a *Alignment) judgeGoals(name roadmap.Rule, find func(Goal) (roadmap.Finding, verdict)) error {
	rule := a.Org.Rules[name]
	if !rule.Enabled {
		return nil
	}
	for _, g := range a.Goals {
		if !g.Item.Status.Open() {
			continue
		}
		f, v := find(g)
		if v == broken && (a.g.isolated[g.Item.Key.Tracker] || a.g.missing[g.Item.Key]) {
			v = doubtful
		}
		if v == doubtful {
			a.Silent[g.Item.Key] = true
		}
		if v != broken {
			continue
		}
		applies, err := a.applies(rule, name, g.Item)
		if err != nil {
			return err
		}
		if !applies {
			continue
		}
		f.Rule, f.Role, f.Facts = name, roadmap.RoleGoal, hash(string(name), f.Facts)
		a.Findings = append(a.Findings, a.about(f, g.Item))
	}
	return nil
}

// about fills in what a finding takes from its item, and the org's own wording.
func (a *Alignment) about(f roadmap.Finding, it *roadmap.Item) roadmap.Finding {
	f.Key, f.Ref, f.Title, f.Created = it.Key, it.Ref, it.Title, it.Created
	for _, parts := range a.Org.Say[f.Rule] {
		if line := fill(parts, f); len(line) > 0 {
			f.Said = append(f.Said, line)
		}
	}
	return f
}

// fill fills the slots of one line of an org's wording. A line in which nothing
// is left is left out.
func fill(parts []config.Part, f roadmap.Finding) roadmap.Line {
	var line roadmap.Line
	for _, p := range parts {
		switch p.Slot {
		case "":
			line = append(line, roadmap.Say(p.Text))
		case config.SlotFact:
			line = append(line, f.Fact...)
		case config.SlotGoals:
			line = append(line, f.Help...)
		case config.SlotFix:
			line = append(line, f.Fix...)
		case config.SlotTitle:
			line = append(line, roadmap.Quote(f.Title))
		case config.SlotWhy:
			line = append(line, roadmap.Quote(f.Why))
		}
	}
	if strings.TrimSpace((roadmap.Text{line}).Plain()) == "" {
		return nil
	}
	return line
}

// applies reports whether a rule speaks of an item at all: in its scope, and
// not silenced by its unless.
func (a *Alignment) applies(rule config.Rule, name roadmap.Rule, it *roadmap.Item) (bool, error) {
	if rule.Scope != nil {
		in, err := a.g.match(rule.Scope, it, a.At)
		if err != nil {
			return false, fmt.Errorf("rules.%s.scope on %s: %w", name, it.Ref, err)
		}
		if !in {
			return false, nil
		}
	}
	if rule.Unless != nil {
		silenced, err := a.g.match(rule.Unless, it, a.At)
		if err != nil {
			return false, fmt.Errorf("rules.%s.unless on %s: %w", name, it.Ref, err)
		}
		return !silenced, nil
	}
	return true, nil
}

// facts hashes what the linkage of the walk that was run last rests on: every
// item met, how it was come to, and whether goals met are open. Titles, times
// and our own labels are not facts.
func (w *walker) facts() string {
	lines := make([]string, 0, len(w.queue))
	for pos, i := range w.queue {
		line := w.g.items[i].Key.String()
		if pos > 0 {
			line += " by " + string(w.from[pos].hop.way)
		}
		if pos > 0 && w.g.goal[i] >= 0 {
			line += " goal " + w.g.items[i].Status.Goal()
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return hash(lines...)
}

// hash gives a short digest of lines.
func hash(lines ...string) string {
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:8])
}

// neighbourhood is where the stories stand that are like this one: its project
// on Jira, its team on Linear.
func neighbourhood(it *roadmap.Item) string {
	if it.Team != "" {
		return it.Key.Tracker + "/" + it.Team
	}
	return it.Key.Tracker + "/" + it.Project
}

// goalsByProject gives, per neighbourhood, the open goals that its linked
// stories serve, the most served first, at most two.
func (a *Alignment) goalsByProject() map[string][]int32 {
	served := map[string]map[int32]int{}
	for _, s := range a.Stories {
		if s.Linkage != Linked {
			continue
		}
		n := neighbourhood(s.Item)
		if served[n] == nil {
			served[n] = map[int32]int{}
		}
		for _, g := range s.Goals {
			served[n][g]++
		}
	}
	near := map[string][]int32{}
	for n, counts := range served {
		var goals []int32
		for g := range counts {
			goals = append(goals, g)
		}
		slices.SortFunc(goals, func(x, y int32) int { return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y)) })
		near[n] = goals[:min(2, len(goals))]
	}
	return near
}
