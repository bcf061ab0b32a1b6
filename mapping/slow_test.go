package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/example"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// slow is a second mapper, written for clarity alone: it follows every chain to
// its end by plain recursion over what the case's lines say. It shares nothing
// with the real one.
type slow struct {
	at         map[string]node
	incomplete map[string]bool
}

// node is one item as a random graph makes it.
type node struct {
	ref    string
	kind   string // story, epic, initiative, issue, project
	status string
	goal   bool
	to     []string // where its links lead
}

// chains follows every chain from an item and tells what each of them meets:
// goals, and whether any chain ends in the unseen or enters an incomplete
// tracker. seen holds the items of the chain so far.
func (s slow) chains(ref string, seen []string) (goals []string, blind bool) {
	n, visible := s.at[ref]
	switch {
	case !visible:
		return nil, true
	case slices.Contains(seen, ref):
		return nil, false // a cycle ends a chain
	}
	blind = s.incomplete[tracker(ref)]
	if n.goal && len(seen) > 0 {
		return []string{ref}, blind
	}
	for _, next := range n.to {
		g, b := s.chains(next, append(slices.Clone(seen), ref))
		goals, blind = append(goals, g...), blind || b
	}
	slices.Sort(goals)
	return slices.Compact(goals), blind
}

func (s slow) open(ref string) bool { return s.at[ref].status == "todo" || s.at[ref].status == "doing" }

// linkage gives the contract's word, and the goals that go with it.
func (s slow) linkage(ref string) (word string, goals []string) {
	all, blind := s.chains(ref, nil)
	open := slices.DeleteFunc(slices.Clone(all), func(g string) bool { return !s.open(g) })
	switch {
	case len(open) > 0:
		return "linked", open
	case blind:
		return "unknown", all
	case len(all) > 0:
		return "closed", all
	}
	return "unlinked", nil
}

// serves reports whether an item meets a goal or, through the goals that it
// meets, one above them.
func (s slow) serves(ref, goal string, seen []string) bool {
	goals, _ := s.chains(ref, nil)
	for _, g := range goals {
		if g == goal || !slices.Contains(seen, g) && s.serves(g, goal, append(slices.Clone(seen), g)) {
			return true
		}
	}
	return false
}

// lines tells everything in the words of the real mapper's describe.
func (s slow) lines() []string {
	var out []string
	for _, n := range s.at {
		if n.goal {
			open, done := 0, 0
			for _, o := range s.at {
				if story := o.kind == "story" || o.kind == "issue"; !story || o.goal || !s.serves(o.ref, n.ref, nil) {
					continue
				}
				if s.open(o.ref) {
					open++
				} else if o.status == "done" {
					done++
				}
			}
			out = append(out, fmt.Sprintf("goal %s open=%d done=%d", n.ref, open, done))
		} else if (n.kind == "story" || n.kind == "issue") && s.open(n.ref) {
			word, goals := s.linkage(n.ref)
			out = append(out, fmt.Sprintf("%s %s %s", n.ref, word, strings.Join(goals, ",")))
		}
	}
	slices.Sort(out)
	return out
}

func describe(a *mapping.Alignment) []string {
	var out []string
	for _, g := range a.Goals {
		out = append(out, fmt.Sprintf("goal %s open=%d done=%d", g.Item.Ref, g.OpenStories, g.DoneStories))
	}
	for _, s := range a.Stories {
		var goals []string
		for _, g := range s.Goals {
			goals = append(goals, string(a.Goals[g].Item.Ref))
		}
		slices.Sort(goals)
		out = append(out, fmt.Sprintf("%s %s %s", s.Item.Ref, s.Linkage, strings.Join(goals, ",")))
	}
	slices.Sort(out)
	return out
}

func tracker(ref string) string { return roadmap.Ref(ref).Tracker() }

// graph is a random graph as the real mapper takes it.
type graph struct {
	items      []roadmap.Item
	edges      map[string]map[string][]roadmap.Edge
	incomplete map[string]bool
}

func (g graph) input(org *config.Org) mapping.Input {
	return mapping.Input{Org: org, Now: now, Items: g.items, Edges: g.edges, Incomplete: g.incomplete}
}

// String tells a graph that two mappers disagree about.
func (g graph) String() string {
	var b strings.Builder
	for t := range g.incomplete {
		fmt.Fprintf(&b, "incomplete %s\n", t)
	}
	for _, it := range g.items {
		fmt.Fprintf(&b, "%s %s %s %v %v", it.Ref, it.Type, it.Status, it.Labels, it.Fields)
		for _, l := range it.Links {
			fmt.Fprintf(&b, " %s=%s%s", l.Way, l.To, l.ToRef)
		}
		b.WriteByte('\n')
	}
	for tracker, sets := range g.edges {
		fmt.Fprintf(&b, "%s %v\n", tracker, sets)
	}
	return b.String()
}

// specOf is the field that random items name goals in.
const specOf = "field:Strategic goal"

// randomGraph makes a small graph with cycles, unseen ends, two trackers and
// every way, as input and for the slow mapper.
func randomGraph(r *rand.Rand) (graph, slow) {
	s := slow{at: map[string]node{}, incomplete: map[string]bool{}}
	if r.IntN(8) == 0 {
		s.incomplete[pick(r, "jira", "eng")] = true
	}
	var nodes []node
	for i := range 3 + r.IntN(10) {
		n := node{status: pick(r, "todo", "doing", "doing", "done", "dropped", "triage")}
		n.kind = pick(r, "story", "story", "epic", "initiative", "issue", "issue", "project")
		switch n.kind {
		case "issue":
			n.ref = fmt.Sprintf("eng:ENG-%d", i)
		case "project":
			n.ref = fmt.Sprintf("eng:project%d", i)
		default:
			n.ref = fmt.Sprintf("jira:PAY-%d", i+1)
			n.goal = r.IntN(10) < map[string]int{"story": 1, "epic": 2, "initiative": 7}[n.kind]
		}
		if n.goal && n.status == "triage" {
			n.status = "todo"
		}
		nodes = append(nodes, n)
	}
	g := graph{edges: map[string]map[string][]roadmap.Edge{"jira": {}, "eng": {}}, incomplete: s.incomplete}
	for i := range nodes {
		g.items = append(g.items, g.item(r, &nodes[i], nodes, s.incomplete["jira"]))
		s.at[nodes[i].ref] = nodes[i]
	}
	return g, s
}

// item makes an item of a node and gives both of them random links.
func (g graph) item(r *rand.Rand, n *node, nodes []node, jiraIncomplete bool) roadmap.Item {
	ref := roadmap.Ref(n.ref)
	it := roadmap.Item{
		Key: example.KeyOf(ref), Ref: ref, Kind: roadmap.KindIssue, Type: n.kind, Status: roadmap.Status(n.status),
		Created: now, InScope: true, Fields: map[string][]string{},
		Level: map[string]int{"epic": roadmap.LevelEpic, "project": roadmap.LevelEpic, "initiative": roadmap.LevelAbove}[n.kind],
	}
	if n.kind == "project" {
		it.Kind = roadmap.KindProject
	}
	if n.goal {
		g.edges["jira"][roadmap.SetGoals+"0"] = append(g.edges["jira"][roadmap.SetGoals+"0"], roadmap.Edge{From: it.Key})
	}
	leads := func(way roadmap.Way, to string) {
		l := roadmap.Link{Way: way, Field: string(way), To: example.KeyOf(roadmap.Ref(to))}
		if r.IntN(4) == 0 { // as Jira's Epic Link: by its human key
			l.To, l.ToRef = roadmap.Key{}, roadmap.Ref(to)
		}
		it.Links, n.to = append(it.Links, l), append(n.to, to)
	}
	if r.IntN(6) == 0 {
		it.Sprint = "S1"
		switch first := nodes[0]; { // true of the file's condition, whose goal is PAY-1
		case n.goal: // which is not asked of goals
		case first.goal && first.ref == "jira:PAY-1":
			n.to = append(n.to, first.ref)
		case jiraIncomplete:
			n.to = append(n.to, "jira:not seen yet")
		}
	}
	for range r.IntN(5) {
		to := nodes[r.IntN(len(nodes))]
		switch r.IntN(9) {
		case 0:
			if r.IntN(3) == 0 {
				leads(roadmap.WayParent, fmt.Sprintf("%s:SECRET-%d", tracker(n.ref), r.IntN(3)))
			}
		case 1:
			if to.goal { // a label that names no goal leads nowhere
				it.Labels, n.to = append(it.Labels, "goal:"+to.ref), append(n.to, to.ref)
			}
		case 2:
			if n.kind == "project" { // a table that Linear keeps apart
				set := pick(r, roadmap.SetProjectInitiative, roadmap.SetInitiativeParent)
				g.edges["eng"][set] = append(g.edges["eng"][set], roadmap.Edge{From: it.Key, To: example.KeyOf(roadmap.Ref(to.ref))})
				n.to = append(n.to, to.ref)
			} else {
				leads(roadmap.WayProject, to.ref)
			}
		case 3:
			leads(roadmap.WayIssueLink, to.ref)
		case 4: // a field names any goal, and other issues of its own tracker
			if to.goal || tracker(to.ref) == tracker(n.ref) && tracker(n.ref) == "jira" {
				value := to.ref
				if tracker(to.ref) == tracker(n.ref) && r.IntN(2) == 0 {
					value = roadmap.Ref(to.ref).Key()
				}
				it.Fields[specOf], n.to = append(it.Fields[specOf], value), append(n.to, to.ref)
			}
		case 5: // or nothing at all, or what cannot be seen
			switch hidden := tracker(n.ref) + ":SECRET-1"; r.IntN(6) {
			case 0:
				it.Fields[specOf], n.to = append(it.Fields[specOf], "SECRET-1"), append(n.to, hidden)
			case 1, 2:
				it.Fields[specOf] = append(it.Fields[specOf], "nothing")
				if jiraIncomplete { // which alone has goals, and may have one of that name
					n.to = append(n.to, "jira:nothing")
				}
			}
		default:
			leads(roadmap.WayParent, to.ref)
		}
	}
	slices.Sort(it.Labels)
	return it
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// TestSlowMapperAgrees: on a thousand random graphs both mappers say the same
// of every story and every goal, and the order in which items and edges come
// changes nothing, findings and their facts included.
func TestSlowMapperAgrees(t *testing.T) {
	org := load(t, `
roadmap: [{from: jira, jql: project = ROAD}]
links: [parent, project, {label: "goal:{goal}"}, {issue-link: [implements]}, {field: "field:Strategic goal"}, {when: item.sprint == "S1", goal: jira:PAY-1}]
`)
	words, ways := map[string]int{}, map[roadmap.Way]int{}
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 2))
		g, s := randomGraph(r)
		a, err := mapping.Map(g.input(org))
		if err != nil {
			t.Fatal(err)
		}
		want := s.lines()
		if diff := cmp.Diff(want, describe(a)); diff != "" {
			t.Fatalf("seed %d (-slow +real):\n%s\nof\n%s", seed, diff, g)
		}
		for _, st := range a.Stories {
			words[string(st.Linkage)]++
		}
		for _, it := range g.items {
			for _, l := range it.Links {
				ways[l.Way]++
			}
			if len(it.Labels) > 0 {
				ways[roadmap.WayLabel]++
			}
			if len(it.Fields) > 0 {
				ways[roadmap.WayField]++
			}
			if it.Sprint != "" {
				ways[roadmap.WayWhen]++
			}
		}
		g.items = slices.Clone(g.items) // the alignment points to the others
		r.Shuffle(len(g.items), func(i, j int) { g.items[i], g.items[j] = g.items[j], g.items[i] })
		for _, sets := range g.edges {
			for _, set := range sets {
				r.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
			}
		}
		b, err := mapping.Map(g.input(org))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(describe(a), describe(b)) + cmp.Diff(a.Findings, b.Findings); diff != "" {
			t.Fatalf("seed %d: another order changed something:\n%s\nof\n%s", seed, diff, g)
		}
	}
	for _, word := range []string{"linked", "closed", "unlinked", "unknown"} {
		if words[word] < 100 {
			t.Errorf("only %d random stories are %s: the graphs prove little about them", words[word], word)
		}
	}
	for _, way := range org.Links {
		if ways[way.Way] < 200 {
			t.Errorf("only %d items of the random graphs have a link by %s", ways[way.Way], way.Way)
		}
	}
}
