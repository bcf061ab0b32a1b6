package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// tried tells, for one item, what came of each way of the file. before are the
// items through which the walk came to it.
func (a *Alignment) tried(i int32, before []int32) []Try {
	it := a.g.items[i]
	hops := a.g.hops(i, nil)
	var tries []Try
	for _, w := range a.Org.Links {
		read := ""
		add := func(format string, args ...any) {
			tries = append(tries, Try{From: it.Ref, Link: w.Way, Field: read, Result: fmt.Sprintf(format, args...)})
		}
		if !a.hasWay(it, w.Way) {
			continue
		}
		none := true
		for _, h := range hops {
			if !a.g.ofWay(h, w) {
				continue
			}
			if h.to == hidden && (h.way == roadmap.WayLabel || h.way == roadmap.WayField) {
				continue // the misses tell of it
			}
			none, read = false, h.field
			if h.to != hidden && h.way == roadmap.WayWhen {
				add("leads to the goal %s, which is %s: %s", a.g.items[h.to].Ref, a.g.items[h.to].Status.Goal(), w.When.Source)
				continue
			}
			if h.to == hidden {
				add("leads to %s, which cannot be seen with this token", h.name)
				continue
			}
			to := a.g.items[h.to]
			switch {
			case h.to == i:
				add("leads to itself")
			case a.g.goal[h.to] >= 0:
				add("leads to the goal %s, which is %s", to.Ref, to.Status.Goal())
			case slices.Contains(before, h.to):
				add("leads back to %s: a circle", to.Ref)
			default:
				add("leads to %s (%s %q), which is no goal itself", to.Ref, to.Type, to.Title)
			}
		}
		read = ""
		var misses []string
		switch w.Way {
		case roadmap.WayLabel:
			misses = a.labelMisses(it, w.Label)
		case roadmap.WayField:
			misses = a.fieldMisses(it, w.Field)
		}
		for _, miss := range misses {
			none = false
			add("%s", miss)
		}
		switch {
		case none && w.Way == roadmap.WayWhen:
			add("%s", a.whenMiss(it, w))
		case none:
			add("%s", nothing(it, w))
		}
	}
	return tries
}

// ofWay reports whether a hop was read from this way of the file: there may be
// several labels, fields and conditions.
func (g *graph) ofWay(h hop, w config.LinkWay) bool {
	switch {
	case h.way != w.Way:
		return false
	case w.Way == roadmap.WayLabel:
		_, ok := newTemplate(w.Label).match(strings.TrimPrefix(h.field, "label "))
		return ok
	case w.Way == roadmap.WayField:
		return h.field == field(w.Field)
	case w.Way == roadmap.WayWhen: // one condition may stand beside two goals
		return h.field == when(w) && h.to != hidden && g.items[h.to].Ref == w.Goal
	}
	return true
}

// nothing words that an item has nothing of a way.
func nothing(it *roadmap.Item, w config.LinkWay) string {
	const double = " leads nowhere that another way does not"
	switch {
	case w.Way == roadmap.WayLabel && slices.ContainsFunc(it.Labels, func(l string) bool { _, ok := newTemplate(w.Label).match(l); return ok }):
		return "the label" + double
	case w.Way == roadmap.WayLabel:
		return "no label of the form " + w.Label
	case w.Way == roadmap.WayProject && it.Kind == roadmap.KindProject:
		return "the project belongs to no initiative"
	case w.Way == roadmap.WayProject:
		return "it is in no project"
	case w.Way == roadmap.WayIssueLink:
		return "it has no issue link " + quoted(w.IssueLinks)
	case w.Way == roadmap.WayField && len(it.Fields[w.Field]) > 0:
		return "the " + field(w.Field) + double
	case w.Way == roadmap.WayField:
		return "the " + field(w.Field) + " is empty"
	}
	return "it has no " + string(w.Way)
}

// labelMisses tells of labels that have the form of a goal label and name no
// goal, with the goal that was probably meant.
func (a *Alignment) labelMisses(it *roadmap.Item, form string) []string {
	t := newTemplate(form)
	var misses []string
	for _, label := range it.Labels {
		name, ok := t.match(label)
		if !ok {
			continue
		}
		if _, found := a.g.goalNamed(name); found {
			continue
		}
		if n := len(a.g.byHuman[name]); n > 1 {
			misses = append(misses, fmt.Sprintf("the label %s may name any of %d goals; name its tracker too", label, n))
			continue
		}
		if tracker, may := a.g.mayName(name); may {
			misses = append(misses, fmt.Sprintf("the label %s may name a goal of %s, whose pull is incomplete", label, tracker))
			continue
		}
		miss := fmt.Sprintf("the label %s names no goal", label)
		if near := a.nearGoal(name); near != "" {
			miss += "; did you mean " + t.before + near + t.after + "?"
		}
		misses = append(misses, miss)
	}
	return misses
}

// nearGoal gives the key or ref of the goal that a name was probably meant to
// be, or "".
func (a *Alignment) nearGoal(name string) string {
	best, near := 3, ""
	for _, g := range a.Goals {
		for _, c := range []string{g.Item.Ref.Key(), string(g.Item.Ref)} {
			if d := levenshtein.ComputeDistance(strings.ToLower(c), strings.ToLower(name)); d < best {
				best, near = d, c
			}
		}
	}
	return near
}
