package mapping

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// issueKey is the form of a Jira issue's key; what stands before the hyphen is
// its project:
// https://confluence.atlassian.com/adminjiraserver/changing-the-project-key-format-938847081.html.
var issueKey = regexp.MustCompile(`^([A-Z][A-Z0-9_]*)-[1-9][0-9]*$`)

// FieldRef gives the issue of a tracker that a value of its field looks like: a
// key (PAY-9), a ref (jira:PAY-9) or the address of the issue's page. Whether
// there is such an issue is not known here.
func FieldRef(tracker, value string) (roadmap.Ref, bool) {
	name := nameIn(value)
	if roadmap.Ref(name).Tracker() == tracker {
		name = roadmap.Ref(name).Key()
	}
	return roadmap.NewRef(tracker, name), issueKey.MatchString(name)
}

// nameIn gives what a field's value names: the last step of an address, or the
// value itself.
func nameIn(value string) string {
	value = strings.TrimSpace(value)
	if _, path, ok := strings.Cut(value, "://"); ok {
		path, _, _ = strings.Cut(path, "#")
		path, _, _ = strings.Cut(path, "?")
		path = strings.TrimRight(path, "/")
		return path[strings.LastIndex(path, "/")+1:]
	}
	return value
}

// field words a `field:` way as a hop does.
func field(spec string) string {
	return "field " + strings.TrimSpace(strings.TrimPrefix(spec, "field:"))
}

// fieldHop finds what a value of a field leads to; ok is false where it names
// nothing.
func (g *graph) fieldHop(it *roadmap.Item, spec, value string) (h hop, ok bool) {
	name := nameIn(value)
	h = hop{to: hidden, way: roadmap.WayField, field: field(spec), name: name}
	if to, found := g.goalNamed(name); found {
		h.to = to
		return h, true
	}
	ref, isRef := FieldRef(it.Key.Tracker, value)
	if to, found := g.byRef[ref]; found && isRef {
		h.to = to
		return h, true
	}
	_, may := g.mayName(name)
	return h, may || isRef && !g.seesProject(ref)
}

// seesProject reports whether anything of a key's project can be seen, or any
// goal has a key of that form. Then a key that is not there is a slip; else it
// may be an issue of a project that this token does not show.
func (g *graph) seesProject(ref roadmap.Ref) bool {
	project := issueKey.FindStringSubmatch(ref.Key())[1]
	return g.projects[string(roadmap.NewRef(ref.Tracker(), project))] || g.projects[project]
}

// learnProjects notes the projects of which an item is seen, by tracker, and
// those of the goals, whatever their tracker.
func (g *graph) learnProjects() {
	for i := range g.items {
		ref := g.items[i].Ref
		if m := issueKey.FindStringSubmatch(ref.Key()); m != nil {
			g.projects[string(roadmap.NewRef(ref.Tracker(), m[1]))] = true
			if g.goal[i] >= 0 {
				g.projects[m[1]] = true
			}
		}
	}
}

// fieldMisses tells of the values of a field that name nothing that can be
// seen, with the goal that was probably meant.
func (a *Alignment) fieldMisses(it *roadmap.Item, spec string) []string {
	var misses []string
	for _, value := range it.Fields[spec] {
		h, ok := a.g.fieldHop(it, spec, value)
		if ok && h.to != hidden {
			continue
		}
		miss := fmt.Sprintf("the %s holds %q, which ", field(spec), cut(value))
		tracker, may := a.g.mayName(h.name)
		switch n := len(a.g.byHuman[h.name]); {
		case may:
			miss += "may name a goal of " + tracker + ", whose pull is incomplete"
		case ok:
			miss += "cannot be seen with this token"
		case n > 1:
			miss += fmt.Sprintf("may name any of %d goals; name its tracker too", n)
		default:
			miss += "names no goal and no issue"
		}
		if near := a.nearGoal(h.name); near != "" && !may {
			miss += "; did you mean " + near + "?"
		}
		misses = append(misses, miss)
	}
	return misses
}

// cut shortens what people wrote into a field to the length of a line.
func cut(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// hasWay reports whether a way can lead on from an item: some are of one kind
// of tracker only.
func (a *Alignment) hasWay(it *roadmap.Item, way roadmap.Way) bool {
	switch way {
	case roadmap.WayProject:
		return a.trackerType(it) == config.Linear
	case roadmap.WayIssueLink, roadmap.WayField:
		return a.trackerType(it) == config.Jira
	}
	return true
}
