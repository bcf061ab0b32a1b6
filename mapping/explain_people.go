package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// Owned is an open goal for which a person answers.
type Owned struct {
	Ref   roadmap.Ref `json:"ref"`
	Title string      `json:"title"`
	Role  string      `json:"role"` // "pm" or "po"
}

const (
	sprintName = "sprint:" // TRACKER:sprint:NAME is the ref of a sprint or cycle
	personName = "person:" // person:NAME is the ref of a person
)

// ExplainOther explains what has a ref and is no item: an active sprint or
// cycle, or a person who owns goals. ok is false where the name is of neither
// form.
func (a *Alignment) ExplainOther(name string) (e Explanation, ok bool, err error) {
	if who, is := strings.CutPrefix(name, personName); is {
		e, err = a.explainPerson(who)
		return e, true, err
	}
	if _, of, is := strings.Cut(name, sprintName); is && (strings.HasPrefix(name, sprintName) || strings.Contains(name, ":"+sprintName)) {
		e, err = a.explainSprint(name, of)
		return e, true, err
	}
	return Explanation{}, false, nil
}

// explainSprint tells which stories of a sprint serve a goal.
func (a *Alignment) explainSprint(name, title string) (Explanation, error) {
	all, err := a.sprints()
	if err != nil {
		return Explanation{}, err
	}
	var found, active []string
	var of *sprint
	for _, s := range all {
		active = append(active, string(s.ref()))
		if string(s.ref()) == name || name == sprintName+title && (s.title == title || s.name == title) {
			found, of = append(found, string(s.ref())), s
		}
	}
	switch {
	case len(found) > 1:
		return Explanation{}, fmt.Errorf("%q may be any of %s. Try: one of these in full", name, strings.Join(found, ", "))
	case len(active) == 0:
		return Explanation{}, fmt.Errorf("no story is in an active sprint, so there is no %q", name)
	case of == nil:
		return Explanation{}, fmt.Errorf("no active sprint is called %q. Try: %s", name, strings.Join(active[:min(8, len(active))], ", "))
	}
	e := newExplanation(of.ref(), of.title)
	e.Role = string(roadmap.RoleSprint)
	for _, s := range of.stories {
		serving := Serving{Ref: s.Item.Ref, Title: s.Item.Title, Status: s.Item.Status, Linkage: s.Linkage, Goals: []roadmap.Ref{}}
		for _, g := range s.Goals {
			serving.Goals = append(serving.Goals, a.Goals[g].Item.Ref)
		}
		e.Stories = append(e.Stories, serving)
	}
	e.Why = fmt.Sprintf("%d of %s linked", of.linked, plural(len(of.stories), "open story is", "open stories are"))
	return e, nil
}

// explainPerson tells which open goals a person answers for.
func (a *Alignment) explainPerson(name string) (Explanation, error) {
	who := map[string]Owner{}
	for _, g := range a.Goals {
		if g.Item.Status.Open() {
			for _, o := range slices.Concat(g.PM, g.PO) {
				who[o.ID] = o
			}
		}
	}
	var found []string
	var names []string
	for id, o := range who {
		full := a.nameAmong(who, id)
		names = append(names, personName+full)
		if full == name || o.Name == name || strings.EqualFold(id, declaredOwner+name) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	slices.Sort(names)
	if len(found) != 1 {
		if len(names) == 0 {
			return Explanation{}, fmt.Errorf("no open goal has an owner, so there is no %q", personName+name)
		}
		problem := "nobody who owns an open goal is called %q. Try: %s"
		if len(found) > 1 {
			names = nil
			for _, id := range found {
				names = append(names, personName+a.nameAmong(who, id))
			}
			problem = "%q may be any of several people. Try: %s"
		}
		return Explanation{}, fmt.Errorf(problem, personName+name, strings.Join(names[:min(8, len(names))], ", "))
	}
	e := newExplanation(roadmap.NewRef("person", a.nameAmong(who, found[0])), who[found[0]].Name)
	e.Role = string(roadmap.RolePerson)
	for _, g := range a.Goals {
		if !g.Item.Status.Open() {
			continue
		}
		is := func(o Owner) bool { return o.ID == found[0] }
		if slices.ContainsFunc(g.PM, is) {
			e.Owns = append(e.Owns, Owned{g.Item.Ref, g.Item.Title, "pm"})
		}
		if slices.ContainsFunc(g.PO, is) {
			e.Owns = append(e.Owns, Owned{g.Item.Ref, g.Item.Title, "po"})
		}
	}
	return e, nil
}
