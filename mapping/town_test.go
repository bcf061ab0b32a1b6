package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// town is a random org over a Jira Cloud, a Jira Data Center and a Linear, made
// so that what its rules must find is known as it is built: truth by
// construction. Everything in it is in order but what a gap breaks.
type town struct {
	r      *rand.Rand
	n      int // counts everything that needs a name of its own
	items  []*roadmap.Item
	edges  map[string]map[string][]roadmap.Edge
	goals  strings.Builder // of the org's file
	people strings.Builder // of the org's file
	want   []string        // RULE REF of each finding that must be
	made   map[string]int  // how often each gap and hard case was made

	open   []*roadmap.Item // goals that are in order, for stories to serve
	closed []*roadmap.Item
}

// fileOf is the org's file of every town.
const fileOf = `
org: town
trackers:
  cloud: {type: jira, url: "https://town.atlassian.net", auth: {type: bearer, token: "env:NONE"}, projects: [PAY], deployment: cloud}
  dc: {type: jira, url: "https://jira.town.example", auth: {type: bearer, token: "env:NONE"}, projects: [OPS], deployment: datacenter}
  eng: {type: linear, auth: {type: api-key, token: "env:NONE"}, teams: [ENG]}
links: [parent, project, {label: "goal:{goal}"}, {issue-link: [implements]}, {field: "field:Strategic goal"}]
people:
  nobody: {accounts: {cloud: nobody}}
%s
roadmap:
  - {from: cloud, jql: project = ROAD, po: "field:Product Owner"}
  - {from: eng, goals: initiatives}
  - {from: dc, jql: project = STRAT, po: "field:Product Owner"}
  - from: file
    goals:
      - {id: AMB-1, title: Closed and of the same key as a goal of Jira, status: done}
%s
`

func newTown(r *rand.Rand) *town {
	t := &town{r: r, edges: map[string]map[string][]roadmap.Edge{"cloud": {}, "dc": {}, "eng": {}}, made: map[string]int{}}
	ambiguous := t.item("cloud", "AMB-1", "Initiative", roadmap.LevelAbove, roadmap.StatusDropped)
	t.edge("cloud", roadmap.SetGoals+"0", ambiguous, nil)
	for range 3 {
		t.open = append(t.open, t.goal(t.tracker(), roadmap.StatusDoing, t.person(), t.person()))
		t.closed = append(t.closed, t.goal(t.tracker(), pick(r, roadmap.StatusDone, roadmap.StatusDropped), nil, nil))
	}
	for _, g := range t.open {
		t.serve(g)
	}
	return t
}

func (t *town) file() string { return fmt.Sprintf(fileOf, t.people.String(), t.goals.String()) }

func (t *town) tracker() string { return pick(t.r, "cloud", "dc", "eng") }

func (t *town) next() int {
	t.n++
	return t.n
}

func (t *town) find(rule roadmap.Rule, ref roadmap.Ref) {
	t.want = append(t.want, string(rule)+" "+string(ref))
}

// item makes an item with nothing around it.
func (t *town) item(tracker, key, kind string, level int, status roadmap.Status) *roadmap.Item {
	it := &roadmap.Item{
		Key: roadmap.Key{Tracker: tracker, ID: fmt.Sprintf("%d", 10_000+t.next())}, Ref: roadmap.NewRef(tracker, key),
		Kind: roadmap.KindIssue, Type: kind, Level: level, Status: status, Title: "Title " + key, Created: now.AddDate(0, -2, 0),
		People: map[string][]roadmap.Person{}, Fields: map[string][]string{},
	}
	it.Project, _, _ = strings.Cut(key, "-")
	it.InScope = slices.Contains([]string{"PAY", "OPS", "ENG"}, it.Project)
	if tracker == "eng" {
		it.Team, it.Project = it.Project, ""
	}
	t.items = append(t.items, it)
	return it
}

// issue makes an item of a tracker's story project or team.
func (t *town) issue(tracker, kind string, level int, status roadmap.Status) *roadmap.Item {
	project := map[string]string{"cloud": "PAY", "dc": "OPS", "eng": "ENG"}[tracker]
	return t.item(tracker, fmt.Sprintf("%s-%d", project, t.next()), kind, level, status)
}

func (t *town) story(tracker string) *roadmap.Item {
	kind := pick(t.r, "Story", "Bug", "Task")
	if tracker == "eng" {
		kind = "Issue"
	}
	return t.issue(tracker, kind, roadmap.LevelStory, pick(t.r, roadmap.StatusTodo, roadmap.StatusDoing))
}

// between makes what stands between stories and goals: an epic, wherever, or a
// project.
func (t *town) between(tracker string) *roadmap.Item {
	status := pick(t.r, roadmap.StatusTodo, roadmap.StatusDoing, roadmap.StatusDone)
	if tracker != "eng" {
		it := t.issue(tracker, "Epic", roadmap.LevelEpic, status)
		if t.r.IntN(3) == 0 { // in a project that is not configured: followed all the same
			it.Ref, it.InScope = roadmap.NewRef(tracker, fmt.Sprintf("OLD-%d", t.next())), false
		}
		return it
	}
	it := t.item(tracker, fmt.Sprintf("p%d", t.next()), "Project", roadmap.LevelEpic, status)
	it.Kind = roadmap.KindProject
	return it
}

func (t *town) edge(tracker, set string, from, to *roadmap.Item) {
	e := roadmap.Edge{From: from.Key}
	if to != nil {
		e.To = to.Key
	}
	t.edges[tracker][set] = append(t.edges[tracker][set], e)
}

// person makes somebody new, as a list of one.
func (t *town) person() []roadmap.Person {
	n := t.next()
	p := roadmap.Person{ID: fmt.Sprintf("u%d", n), Name: fmt.Sprintf("Person %d", n), Active: true}
	if t.r.IntN(2) == 0 {
		p.Email = fmt.Sprintf("p%d@town.example", n)
	}
	return []roadmap.Person{p}
}

// goal makes a goal with its owners, and on Linear the projects that they lead.
func (t *town) goal(tracker string, status roadmap.Status, pm, po []roadmap.Person) *roadmap.Item {
	at := func(people []roadmap.Person) []roadmap.Person {
		people = slices.Clone(people)
		for i := range people {
			people[i].Tracker = tracker
		}
		return people
	}
	if tracker != "eng" {
		project, set := "ROAD", roadmap.SetGoals+"0"
		if tracker == "dc" {
			project, set = "STRAT", roadmap.SetGoals+"2"
		}
		g := t.item(tracker, fmt.Sprintf("%s-%d", project, t.next()), "Initiative", roadmap.LevelAbove, status)
		g.People["assignee"], g.People["field:Product Owner"] = at(pm), at(po)
		t.edge(tracker, set, g, nil)
		return g
	}
	g := t.item(tracker, fmt.Sprintf("i%d", t.next()), "Initiative", roadmap.LevelAbove, status)
	g.Kind, g.People["owner"] = roadmap.KindInitiative, at(pm)
	for _, p := range at(po) {
		led := t.between(tracker)
		led.Status, led.People["lead"] = roadmap.StatusDoing, []roadmap.Person{p}
		t.edge(tracker, roadmap.SetProjectInitiative, led, g)
	}
	if t.r.IntN(2) == 0 { // a finished project: whoever led it owns nothing any more
		done := t.between(tracker)
		done.Status, done.People["lead"] = roadmap.StatusDone, []roadmap.Person{{Tracker: tracker, ID: "gone", Name: "Gone"}}
		t.edge(tracker, roadmap.SetProjectInitiative, done, g)
	}
	return g
}

// serve makes a story that reaches a goal.
func (t *town) serve(g *roadmap.Item) *roadmap.Item {
	s := t.story(t.tracker())
	t.reach(s, g)
	if t.r.IntN(6) == 0 {
		s.Status = roadmap.StatusDone // as good as an open one
	}
	return s
}

// reach leads an item to a goal, through none or some others, some of them in
// shapes that are hard to walk.
func (t *town) reach(it, g *roadmap.Item) {
	steps := t.r.IntN(4)
	if it.Key.Tracker == "eng" && it.Kind == roadmap.KindProject {
		steps = 0
	}
	if steps == 0 {
		t.link(it, g)
		return
	}
	tracker := it.Key.Tracker
	mid := t.between(tracker)
	t.link(it, mid)
	switch t.r.IntN(5) {
	case 0: // a diamond
		if tracker != "eng" {
			t.made["diamond"]++
			other := t.between(tracker)
			t.link(it, other)
			t.link(other, g)
		}
	case 1: // its own parent
		t.made["self link"]++
		mid.Links = append(mid.Links, roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: mid.Key})
	case 2: // a cycle with a way out
		t.made["cycle"]++
		mid.Links = append(mid.Links, roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: it.Key})
	}
	t.reach(mid, g)
}

// link leads an item to another by any way that there is from one to the other.
func (t *town) link(it, to *roadmap.Item) {
	jira, same := it.Key.Tracker != "eng", it.Key.Tracker == to.Key.Tracker
	isGoal := to.Level == roadmap.LevelAbove
	byID := func(way roadmap.Way, field string) func() {
		return func() { it.Links = append(it.Links, roadmap.Link{Way: way, Field: field, To: to.Key}) }
	}
	var ways []func()
	if isGoal {
		if !same {
			t.made["goal of another tracker"]++
		}
		ways = append(ways, func() { it.Labels = append(it.Labels, "goal:"+pick(t.r, string(to.Ref), to.Ref.Key())) })
	}
	if jira && (isGoal || same) {
		name := string(to.Ref)
		if same {
			name = pick(t.r, name, to.Ref.Key(), "https://jira.example/browse/"+to.Ref.Key())
		}
		ways = append(ways, func() { it.Fields[specOf] = append(it.Fields[specOf], name) })
	}
	switch {
	case jira && same:
		ways = append(ways, byID(roadmap.WayParent, "parent"), byID(roadmap.WayIssueLink, `issue link "implements"`), func() {
			ref := to.Ref
			if t.r.IntN(2) == 0 { // the key that it had before it was moved
				t.made["moved key"]++
				to.Former = append(to.Former, fmt.Sprintf("GONE-%d", t.next()))
				ref = roadmap.NewRef(to.Key.Tracker, to.Former[0])
			}
			it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayParent, Field: "Epic Link", ToRef: ref})
		})
	case same && it.Kind == roadmap.KindProject && isGoal:
		ways = append(ways, func() { t.edge("eng", roadmap.SetProjectInitiative, it, to) })
	case same && to.Kind == roadmap.KindProject:
		ways = append(ways, byID(roadmap.WayProject, "project"))
	}
	pick(t.r, ways...)()
	slices.Sort(it.Labels)
}

// input gives the town as a pass would, in any order.
func (t *town) input() mapping.Input {
	in := mapping.Input{Now: now, Edges: t.edges}
	for _, it := range t.items {
		in.Items = append(in.Items, *it)
	}
	t.r.Shuffle(len(in.Items), func(i, j int) { in.Items[i], in.Items[j] = in.Items[j], in.Items[i] })
	return in
}

// declare writes a person into the org's file, with leave for a double hat up to
// a day.
func (t *town) declare(p roadmap.Person, tracker string, until time.Time) {
	fmt.Fprintf(&t.people, "  who%d: {accounts: {%s: %s}, double_hat: {until: %s}}\n", t.next(), tracker, p.ID, until.Format(time.DateOnly))
}
