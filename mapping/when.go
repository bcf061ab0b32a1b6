package mapping

import (
	"fmt"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// findWhens follows the file's conditions: from every item of which one is true
// to the goal that stands beside it. What is a goal itself is not asked: how
// goals stand to each other is for the trackers to say, and a wide condition
// would put every goal below one of them.
func (g *graph) findWhens(now time.Time) error {
	for _, w := range g.org.Links {
		if w.Way != roadmap.WayWhen {
			continue
		}
		h := hop{to: hidden, way: roadmap.WayWhen, field: when(w), name: w.Goal.Key()}
		if to, found := g.goalNamed(string(w.Goal)); found {
			h.to = to
		} else if _, may := g.mayName(string(w.Goal)); !may {
			continue // names no goal of today, so it leads nowhere
		}
		for i := range g.items {
			if g.goal[i] >= 0 {
				continue
			}
			ok, err := g.match(w.When, g.items[i], now)
			if err != nil {
				return fmt.Errorf("links: when on %s: %w", g.items[i].Ref, err)
			}
			if ok {
				g.whens[int32(i)] = append(g.whens[int32(i)], h)
			}
		}
	}
	return nil
}

// when words a `when:` way as a hop does.
func when(w config.LinkWay) string { return "when " + w.When.Source }

// whenMiss tells why a condition leads from an item to no goal that can be seen.
func (a *Alignment) whenMiss(it *roadmap.Item, w config.LinkWay) string {
	is, err := a.g.match(w.When, it, a.At)
	switch _, found := a.g.goalNamed(string(w.Goal)); {
	case a.g.goal[a.g.byKey[it.Key]] >= 0:
		return "a goal is not asked: " + w.When.Source
	case err != nil || !is:
		return "not true of it: " + w.When.Source
	case found:
		return "true of it, but leads nowhere that another way does not: " + w.When.Source
	}
	if tracker, may := a.g.mayName(string(w.Goal)); may {
		return fmt.Sprintf("true of it, but %s is not seen, and the pull of %s is incomplete: %s", w.Goal, tracker, w.When.Source)
	}
	miss := fmt.Sprintf("true of it, but %s is no goal", w.Goal)
	if near := a.nearGoal(string(w.Goal)); near != "" {
		miss += "; did you mean " + near + "?"
	}
	return miss + ": " + w.When.Source
}
