package mapping

import (
	"cmp"
	"maps"
	"slices"

	"github.com/alignd/alignd/internal/roadmap"
)

// sprint is an active sprint of a Jira or a cycle of a Linear team, with the open
// stories in it of which the rule may speak. Each team has a Cycle 12 of its own.
type sprint struct {
	tracker, team, name string
	title               string  // its name, with its team where two of a tracker go by that
	stories             []Story // in order
	linked              int     // those that are linked, or of which that cannot be told
}

func (s *sprint) key() roadmap.Key {
	return roadmap.Key{Tracker: s.tracker, ID: "sprint:" + s.team + ":" + s.name}
}

func (s *sprint) ref() roadmap.Ref { return roadmap.NewRef(s.tracker, "sprint:"+s.title) }

// keeps reports whether at least this share of the stories is linked.
func (s *sprint) keeps(share float64) bool {
	const hair = 1e-9 // to a computer 0.56 of 25 is a hair more than 14
	return float64(s.linked)+hair >= share*float64(len(s.stories))
}

// sprints gives the active sprints, sorted. A story of which it cannot be told
// whether it is linked counts as if it were.
func (a *Alignment) sprints() ([]*sprint, error) {
	rule := a.Org.Rules[roadmap.SprintOffRoadmap]
	type place struct{ tracker, team, name string }
	at := map[place]*sprint{}
	for _, s := range a.Stories {
		if !s.Item.InSprint || s.Item.Sprint == "" {
			continue
		}
		applies, err := a.applies(rule, roadmap.SprintOffRoadmap, s.Item)
		if err != nil {
			return nil, err
		}
		if !applies {
			continue
		}
		p := place{s.Item.Key.Tracker, s.Item.Team, s.Item.Sprint}
		if at[p] == nil {
			at[p] = &sprint{tracker: p.tracker, team: p.team, name: p.name, title: p.name}
		}
		at[p].stories = append(at[p].stories, s)
		if s.Linkage == Linked || s.Linkage == Unknown {
			at[p].linked++
		}
	}
	all := slices.SortedFunc(maps.Values(at), func(x, y *sprint) int {
		return cmp.Or(cmp.Compare(x.tracker, y.tracker), cmp.Compare(x.name, y.name), cmp.Compare(x.team, y.team))
	})
	for _, s := range all {
		if slices.ContainsFunc(all, func(o *sprint) bool { return o != s && o.tracker == s.tracker && o.name == s.name }) {
			s.title += " (" + s.team + ")"
		}
	}
	return all, nil
}
