package mapping

import (
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Role tells who holds a role of a goal, and where that was read.
type Role struct {
	Role  string    `json:"role"`  // "pm" or "po"
	Field string    `json:"field"` // as the org's file names it; "" where it names none
	Who   []Holding `json:"who"`
	Why   string    `json:"why"` // why nobody holds it, or ""
}

// Holding is one person in a role.
type Holding struct {
	Name   string `json:"name"`
	Active bool   `json:"active"`
}

// Serving is one story of a goal or a sprint: open or done, with how it comes to
// the goal.
type Serving struct {
	Ref     roadmap.Ref    `json:"ref"`
	Title   string         `json:"title"`
	Status  roadmap.Status `json:"status"`
	Linkage Linkage        `json:"linkage"`
	Way     string         `json:"way"` // the ways from story to goal, each once: "parent", "project, label"; "" of a sprint
	Goals   []roadmap.Ref  `json:"goals"`
}

// explainGoal fills in what is told of a goal.
func (a *Alignment) explainGoal(e *Explanation, n int32) {
	goal := a.Goals[n]
	src := a.Org.Roadmap[goal.Source]
	e.Roles = []Role{
		a.role("pm", goal, src, src.PM, goal.PM, goal.PMStated, goal.PMUnseen),
		a.role("po", goal, src, src.PO, goal.PO, goal.POStated, goal.POUnseen),
	}
	w := newWalker(a.g)
	above := a.goalsAbove(w)
	for _, up := range above[n] {
		e.Above = append(e.Above, a.Goals[up].Item.Ref)
	}
	for below, up := range above {
		if slices.Contains(up, n) {
			e.Below = append(e.Below, a.Goals[below].Item.Ref)
		}
	}
	slices.Sort(e.Above)
	slices.Sort(e.Below)
	e.Stories = append(e.Stories, a.serving(w, n, above)...)
}

// serving gives the stories that count for a goal, open and done, by ref. It
// walks from every story once more: only an explanation asks for it.
func (a *Alignment) serving(w *walker, n int32, above [][]int32) []Serving {
	var all []Serving
	for i, it := range a.g.items {
		is, err := a.mayBeStory(it, int32(i))
		if err != nil || !is || it.Status == roadmap.StatusTriage || it.Status == roadmap.StatusDropped {
			continue // an expression that fails has failed in Map
		}
		w.run(int32(i))
		for _, pos := range w.goals {
			met := a.g.goal[w.queue[pos]]
			if met != n && !slices.Contains(above[met], n) {
				continue
			}
			s := Serving{Ref: it.Ref, Title: it.Title, Status: it.Status, Linkage: w.linkage(), Goals: []roadmap.Ref{a.Goals[met].Item.Ref}}
			var ways []string
			for _, h := range w.path(pos) {
				if !slices.Contains(ways, string(h.Link)) {
					ways = append(ways, string(h.Link))
				}
			}
			s.Way = strings.Join(ways, ", ")
			all = append(all, s)
			break
		}
	}
	slices.SortFunc(all, func(x, y Serving) int { return strings.Compare(string(x.Ref), string(y.Ref)) })
	return all
}

// role tells of one role of a goal.
func (a *Alignment) role(role string, g Goal, src config.Source, field string, who []Owner, stated, unseen bool) Role {
	r := Role{Role: role, Field: field, Who: []Holding{}}
	for _, o := range who {
		r.Who = append(r.Who, Holding{o.Name, o.Active()})
	}
	switch {
	case len(who) > 0:
	case !stated:
		r.Why = "the file does not say where the " + role + " of this source is read from"
	case unseen:
		r.Why = "some project or initiative that may name one cannot be seen"
	default:
		r.Why = where(src, field, role)
		for _, p := range g.Item.People[field] {
			if p.Kind == roadmap.Group || p.Kind == roadmap.App {
				r.Why = strings.Replace(r.Why, "names nobody", "names "+p.Name+", which is "+kindInWords(p.Kind)+" and no person", 1)
			}
		}
	}
	return r
}

func kindInWords(k roadmap.PersonKind) string {
	if k == roadmap.App {
		return "an app"
	}
	return "a group"
}
