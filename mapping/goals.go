package mapping

import (
	"slices"
	"strconv"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Goal is one roadmap goal with its owners and what is worked on for it.
type Goal struct {
	Item   *roadmap.Item
	Source int // index of its roadmap source in the org's file
	PM, PO []Owner
	// POStated and PMStated tell whether the source says where the role is
	// read from at all; where it does not, no rule speaks of it.
	PMStated, POStated bool
	// POUnseen and PMUnseen: the role is read from projects or initiatives of
	// which some cannot be seen, so there may be more people than are known.
	PMUnseen, POUnseen bool
	// OpenStories and DoneStories count those whose walk meets it or a goal
	// below it.
	OpenStories, DoneStories int
}

// findGoals marks which items are goals: members of a source's query on Jira,
// every initiative or project on Linear, and the goals of the file. An item
// that two sources name belongs to the first.
func (g *graph) findGoals(edges map[string]map[string][]roadmap.Edge) {
	g.goal = make([]int32, len(g.items))
	for i := range g.goal {
		g.goal[i] = -1
	}
	for s, src := range g.org.Roadmap {
		var members []int32
		switch {
		case src.From == roadmap.FileTracker:
			for _, fg := range src.File {
				members = append(members, g.byKey[roadmap.Key{Tracker: roadmap.FileTracker, ID: fg.ID}])
			}
		case src.JQL != "":
			for _, e := range edges[src.From][roadmap.SetGoals+strconv.Itoa(s)] {
				if i, ok := g.byKey[e.From]; ok {
					members = append(members, i)
				}
			}
		default:
			kind := roadmap.KindInitiative
			if src.Goals == "projects" {
				kind = roadmap.KindProject
			}
			for i := range g.items {
				if g.items[i].Key.Tracker == src.From && g.items[i].Kind == kind {
					members = append(members, int32(i))
				}
			}
		}
		slices.Sort(members)
		for _, i := range members {
			if g.goal[i] >= 0 {
				continue
			}
			g.goal[i] = int32(len(g.goals))
			g.goals = append(g.goals, Goal{
				Item: g.items[i], Source: s,
				PMStated: src.From == roadmap.FileTracker || src.PM != "",
				POStated: src.From == roadmap.FileTracker || src.PO != "",
			})
			human := g.items[i].Ref.Key()
			g.byHuman[human] = append(g.byHuman[human], i)
		}
	}
	people := newIdentities(g.org)
	projectsOf, initiativesOf := g.projectEdges()
	pm, po := make([][]roadmap.Person, len(g.goals)), make([][]roadmap.Person, len(g.goals))
	for i := range g.goals {
		goal := &g.goals[i]
		src := g.org.Roadmap[goal.Source]
		pm[i] = g.named(goal, src, src.PM, projectsOf, initiativesOf)
		po[i] = g.named(goal, src, src.PO, projectsOf, initiativesOf)
		people.learn(pm[i])
		people.learn(po[i])
	}
	for i := range g.goals {
		goal := &g.goals[i]
		src := g.org.Roadmap[goal.Source]
		goal.PM, goal.PO = people.owners(pm[i]), people.owners(po[i])
		if src.From == roadmap.FileTracker {
			fg := src.File[slices.IndexFunc(src.File, func(f config.FileGoal) bool { return f.ID == goal.Item.Key.ID })]
			goal.PM, goal.PO = people.byNames(fg.PM), people.byNames(fg.PO)
		}
		blind := g.blind[g.byKey[goal.Item.Key]]
		goal.PMUnseen = blind && elsewhere(src, src.PM)
		goal.POUnseen = blind && elsewhere(src, src.PO)
	}
}

// projectEdges gives the projects of each initiative and the initiatives of
// each project, by index.
func (g *graph) projectEdges() (projectsOf, initiativesOf map[int32][]int32) {
	projectsOf, initiativesOf = map[int32][]int32{}, map[int32][]int32{}
	for from, hops := range g.extra {
		if g.items[from].Kind != roadmap.KindProject {
			continue
		}
		for _, h := range hops {
			if h.to != hidden {
				projectsOf[h.to] = append(projectsOf[h.to], from)
				initiativesOf[from] = append(initiativesOf[from], h.to)
			}
		}
	}
	for _, is := range projectsOf {
		slices.Sort(is)
	}
	for _, is := range initiativesOf {
		slices.Sort(is)
	}
	return projectsOf, initiativesOf
}

// elsewhere reports whether a role of a Linear goal is read from other items
// than the goal.
func elsewhere(src config.Source, field string) bool {
	return src.Goals == "projects" && field == "owner" || src.Goals == "initiatives" && field == "lead"
}

// visible limits what is said of roles that are read from other items than the
// goal: a private project or initiative leaves no trace, and may name somebody.
func visible(src config.Source, fields ...string) string {
	if slices.ContainsFunc(fields, func(f string) bool { return elsewhere(src, f) }) {
		return " that alignd can see"
	}
	return ""
}

// named gives the accounts that a goal's field names. On Linear a project is
// owned by the owners of its initiatives, and an initiative is led by the leads
// of its open projects.
func (g *graph) named(goal *Goal, src config.Source, field string, projectsOf, initiativesOf map[int32][]int32) []roadmap.Person {
	it := goal.Item
	i := g.byKey[it.Key]
	var people []roadmap.Person
	switch {
	case src.Goals == "projects" && field == "owner":
		for _, in := range initiativesOf[i] {
			people = append(people, g.items[in].People["owner"]...)
		}
	case src.Goals == "initiatives" && field == "lead":
		for _, p := range projectsOf[i] {
			if g.items[p].Status.Open() {
				people = append(people, g.items[p].People["lead"]...)
			}
		}
	default:
		people = it.People[field]
	}
	return people
}
