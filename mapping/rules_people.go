package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// The rules on people and sprints, of which nothing is written: they have no
// item to write to.

// judgePOs: a product owner has no more open goals than one can answer for.
func (a *Alignment) judgePOs() error {
	rule := a.Org.Rules[roadmap.POOverloaded]
	if !rule.Enabled {
		return nil
	}
	goals := map[string][]string{} // owner -> refs
	who := map[string]Owner{}
	for _, g := range a.Goals {
		if !g.Item.Status.Open() || a.g.isolated[g.Item.Key.Tracker] || a.g.missing[g.Item.Key] {
			continue // it may have been closed, or be gone
		}
		applies, err := a.applies(rule, roadmap.POOverloaded, g.Item)
		if err != nil {
			return err
		}
		for _, o := range g.PO {
			if applies {
				goals[o.ID] = append(goals[o.ID], string(g.Item.Ref))
				who[o.ID] = o
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(goals)) {
		if len(goals[id]) <= rule.MaxGoals {
			continue
		}
		slices.Sort(goals[id])
		name := a.nameAmong(who, id)
		a.Findings = append(a.Findings, roadmap.Finding{
			Rule: roadmap.POOverloaded, Role: roadmap.RolePerson, Title: who[id].Name,
			Key: roadmap.Key{Tracker: "person", ID: id}, Ref: roadmap.NewRef("person", name),
			Why: fmt.Sprintf("product owner of %d open goals, and %d is the most: %s",
				len(goals[id]), rule.MaxGoals, strings.Join(goals[id], ", ")),
			Facts: hash(goals[id]...),
		})
	}
	return nil
}

// nameAmong gives the name by which a person goes; of two with one name, with
// what tells them apart.
func (a *Alignment) nameAmong(who map[string]Owner, id string) string {
	name := who[id].Name
	for other, o := range who {
		if other != id && o.Name == name {
			return name + " (" + id + ")"
		}
	}
	return name
}

// judgeSprints: a fair share of what an active sprint does serves a goal. A story
// of which that cannot be told counts as if it did.
func (a *Alignment) judgeSprints() error {
	rule := a.Org.Rules[roadmap.SprintOffRoadmap]
	if !rule.Enabled {
		return nil
	}
	sprints, err := a.sprints()
	if err != nil {
		return err
	}
	for _, sp := range sprints {
		if sp.keeps(rule.MinShare) {
			continue
		}
		a.Findings = append(a.Findings, roadmap.Finding{
			Rule: roadmap.SprintOffRoadmap, Role: roadmap.RoleSprint, Title: sp.title,
			Key: sp.key(), Ref: sp.ref(),
			Why:   shareInWords(sp.linked, len(sp.stories), rule.MinShare),
			Facts: hash(fmt.Sprint(sp.linked, len(sp.stories))),
		})
	}
	return nil
}

// shareInWords says how many of a sprint's stories serve a goal, and how many
// should.
func shareInWords(linked, all int, share float64) string {
	switch {
	case all == 1:
		return "its one open story serves no roadmap goal"
	case linked == 0:
		return fmt.Sprintf("none of its %d open stories serves a roadmap goal, and %.0f %% should", all, 100*share)
	}
	return fmt.Sprintf("%d of its %d open stories %s a roadmap goal (%d %%), and %.0f %% should",
		linked, all, verb(linked, "serves", "serve"), 100*linked/all, 100*share)
}
