package linear

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// checkLabels tells of each label that may be written whether it is there, will
// be created, or can be neither.
func (t *Tracker) checkLabels(ctx context.Context, d *directory) ([]connectors.Probe, error) {
	books := map[roadmap.Kind]*labelBook{}
	var probes []connectors.Probe
	for _, kind := range slices.Sorted(maps.Keys(labelNames())) {
		names := t.o.Labels[kind]
		if len(names) == 0 && len(t.o.Config.LabelIDs) == 0 {
			continue // else an id may be of this kind
		}
		book, err := t.readLabels(ctx, kind)
		book.above = d.above()
		books[kind] = book
		what := fmt.Sprintf("labels of %ss", kind)
		switch {
		case err == nil:
		case lacks(err) != "" && len(names) == 0:
		case lacks(err) == none:
			probes = append(probes, connectors.Probe{
				What: what, Detail: "the workspace's plan has none",
				Try: "take the label out of the rule; its comment says the same",
			})
		default:
			more, err := failing(what, err)
			if err != nil {
				return probes, err
			}
			probes = append(probes, more...)
		}
		book.withheld = err != nil
	}
	for _, kind := range slices.Sorted(maps.Keys(books)) {
		if books[kind].withheld {
			continue
		}
		for _, name := range t.o.Labels[kind] {
			probes = append(probes, t.checkLabel(kind, name, books))
		}
	}
	return probes, nil
}

func (t *Tracker) checkLabel(kind roadmap.Kind, name string, books map[roadmap.Kind]*labelBook) connectors.Probe {
	p := connectors.Probe{What: fmt.Sprintf("label %s for %ss", name, kind), OK: true, Detail: "there"}
	wrong := func(err error) connectors.Probe {
		probes, _ := failing(p.What, err) // Invalid is always a probe
		return probes[0]
	}
	if err := t.misgiven("", kind, name, books); err != nil {
		return wrong(err)
	}
	book := books[kind]
	id, given := t.o.Config.LabelIDs[name]
	without := slices.Clone(t.o.Config.Teams)
	without = slices.DeleteFunc(without, func(team string) bool { _, ok := book.find(name, team); return ok })
	_, everywhere := book.find(name, "")
	near, inTheWay := book.near(name)
	ofTeam, teams := book.ofTeam(name)
	switch {
	case len(without) == 0 && given && book.byID[id].id == "":
		p.Detail = "there, by its name: label_ids gives one for another kind of item"
	case len(without) == 0 && !everywhere:
		p.Detail = "there, as a label of the teams"
	case len(without) == 0:
	case given:
		return wrong(t.noneGiven("", kind))
	case inTheWay:
		return wrong(t.inTheWay("", name, near))
	case teams:
		return wrong(t.fail("", connectors.Invalid,
			fmt.Errorf("the team %s has %q, so that there may be none of the whole workspace, and %s has none", ofTeam.team, t.clean(ofTeam.name), without[0]),
			"make it one of the whole workspace in Linear, or choose another label in the rule"))
	default:
		p.Detail = "will be created at the first write"
	}
	return p
}

// checkBudget tells what the latest answer said is left, which is shared with
// everything else that uses the same user's keys.
func (t *Tracker) checkBudget() connectors.Probe {
	p := connectors.Probe{What: "rate limit", OK: true, Detail: t.budget.String()}
	for _, m := range []meter{t.budget.requests, t.budget.points} {
		if m.known && m.remaining < m.limit/10 {
			p.OK = false
			p.Detail = "less than a tenth is left: " + t.budget.String()
			p.Try = "look for other programs that use keys of the same user, or use a key of a user of alignd's own"
		}
	}
	return p
}
