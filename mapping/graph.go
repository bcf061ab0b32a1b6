package mapping

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Input is everything that a mapping rests on.
type Input struct {
	Org *config.Org
	Now time.Time
	// Items is every item that can be seen, of all trackers, in any order. The
	// alignment points to them, so they must not be changed while it is in use.
	Items []roadmap.Item
	// Edges holds the sets that trackers keep apart from their items, by
	// tracker and by the name of the set.
	Edges map[string]map[string][]roadmap.Edge
	// Incomplete names the trackers whose pull did not finish: what is not seen
	// there may yet exist.
	Incomplete map[string]bool
	// Missing are items that are known and were not found where they should be;
	// whether they are gone is not known yet.
	Missing map[roadmap.Key]bool
}

// hop is one resolved link of the graph.
type hop struct {
	to    int32 // index of the item; hidden where we cannot see it
	way   roadmap.Way
	field string
	name  string // what was named, where it cannot be seen
}

const hidden = int32(-1)

// graph is all items and the hops between them. Items are held by index so that
// a walk touches integers only.
type graph struct {
	org      *config.Org
	items    []*roadmap.Item
	byKey    map[roadmap.Key]int32
	byRef    map[roadmap.Ref]int32
	byHuman  map[string][]int32 // goals by their key without the tracker
	goal     []int32            // index into goals, or -1
	goals    []Goal
	extra    map[int32][]hop // hops from edge sets: project to initiative, initiative to its parent
	whens    map[int32][]hop // hops from the file's conditions
	blind    map[int32]bool  // projects and initiatives that are tied to others that we cannot see
	rules    map[string]bool // labels that rules write: no facts, or what we write would change what we find
	ways     map[roadmap.Way]bool
	labels   []template
	fields   []string        // the "field:..." forms that the file names
	projects map[string]bool // of which something is seen; filled where the file names fields
	isolated map[string]bool // trackers with an incomplete pull
	missing  map[roadmap.Key]bool
}

// pointers gives where all items stand: a copy of a million of them would be as
// large as all that is made of them.
func pointers(lists ...[]roadmap.Item) []*roadmap.Item {
	var all []*roadmap.Item
	for _, list := range lists {
		all = slices.Grow(all, len(list))
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}

// template is one `label:` way: what stands before and after the goal's name.
type template struct{ before, after string }

func newTemplate(form string) template {
	before, after, _ := strings.Cut(form, "{goal}")
	return template{before, after}
}

// match gives the goal's name that a label holds.
func (t template) match(label string) (string, bool) {
	rest, ok := strings.CutPrefix(label, t.before)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, t.after)
	return rest, ok && rest != ""
}

// newGraph fails only on a condition of the file that fails on an item.
func newGraph(in Input) (*graph, error) {
	g := &graph{
		org:      in.Org,
		items:    pointers(in.Items, fileGoals(in.Org)),
		byKey:    make(map[roadmap.Key]int32, len(in.Items)),
		byRef:    make(map[roadmap.Ref]int32, len(in.Items)),
		byHuman:  map[string][]int32{},
		extra:    map[int32][]hop{},
		whens:    map[int32][]hop{},
		blind:    map[int32]bool{},
		rules:    map[string]bool{},
		ways:     map[roadmap.Way]bool{},
		projects: map[string]bool{},
		isolated: in.Incomplete,
		missing:  in.Missing,
	}
	slices.SortFunc(g.items, func(a, b *roadmap.Item) int { return a.Key.Compare(b.Key) })
	for i, it := range g.items {
		g.byKey[it.Key] = int32(i)
		g.byRef[it.Ref] = int32(i)
	}
	// A former key leads to the item unless another item has that key today.
	for i, it := range g.items {
		for _, former := range it.Former {
			ref := roadmap.NewRef(it.Key.Tracker, former)
			if _, taken := g.byRef[ref]; !taken {
				g.byRef[ref] = int32(i)
			}
		}
	}
	for _, rule := range in.Org.Rules {
		if rule.Label != "" {
			g.rules[rule.Label] = true
		}
	}
	for _, w := range in.Org.Links {
		g.ways[w.Way] = true
		switch w.Way {
		case roadmap.WayLabel:
			g.labels = append(g.labels, newTemplate(w.Label))
		case roadmap.WayField:
			g.fields = append(g.fields, w.Field)
		}
	}
	for _, tracker := range in.Org.Trackers {
		for _, set := range []string{roadmap.SetProjectInitiative, roadmap.SetInitiativeParent} {
			for _, e := range in.Edges[tracker.Name][set] {
				from, seen := g.byKey[e.From]
				to := g.resolve(roadmap.Link{Way: roadmap.WayProject, Field: set, To: e.To})
				if seen {
					g.extra[from] = append(g.extra[from], to)
				}
				switch {
				case set != roadmap.SetProjectInitiative: // no owner is read from an initiative above
				case seen && to.to == hidden:
					g.blind[from] = true
				case !seen && to.to != hidden:
					g.blind[to.to] = true
				}
			}
		}
	}
	g.findGoals(in.Edges)
	if len(g.fields) > 0 {
		g.learnProjects()
	}
	return g, g.findWhens(in.Now)
}

// resolve finds what a link leads to.
func (g *graph) resolve(l roadmap.Link) hop {
	h := hop{to: hidden, way: l.Way, field: l.Field, name: cmp.Or(l.ToRef.Key(), l.To.ID, "something")}
	if !l.To.IsZero() {
		if i, ok := g.byKey[l.To]; ok {
			h.to = i
		}
		return h
	}
	if i, ok := g.byRef[l.ToRef]; ok {
		h.to = i
	}
	return h
}

// hops gives every way on from an item, as the trackers state them. A hop that
// two fields state (parent and Epic Link) is given once.
func (g *graph) hops(i int32, buf []hop) []hop {
	it := g.items[i]
	buf = buf[:0]
	for _, l := range it.Links {
		if g.ways[l.Way] {
			buf = appendHop(buf, g.resolve(l))
		}
	}
	if g.ways[roadmap.WayProject] {
		for _, h := range g.extra[i] {
			buf = appendHop(buf, h)
		}
	}
	for _, label := range it.Labels {
		if g.rules[label] {
			continue
		}
		for _, t := range g.labels {
			name, ok := t.match(label)
			if !ok {
				continue
			}
			if to, found := g.goalNamed(name); found {
				buf = appendHop(buf, hop{to: to, way: roadmap.WayLabel, field: "label " + label})
			} else if _, may := g.mayName(name); may {
				buf = appendHop(buf, hop{to: hidden, way: roadmap.WayLabel, field: "label " + label, name: name})
			}
		}
	}
	for _, spec := range g.fields {
		for _, value := range it.Fields[spec] {
			if h, ok := g.fieldHop(it, spec, value); ok {
				buf = appendHop(buf, h)
			}
		}
	}
	for _, h := range g.whens[i] {
		buf = appendHop(buf, h)
	}
	return buf
}

func appendHop(hops []hop, h hop) []hop {
	if h.to != hidden && slices.ContainsFunc(hops, func(o hop) bool { return o.to == h.to }) {
		return hops
	}
	return append(hops, h)
}

// goalNamed finds the goal that a label names: by its ref (jira:ROAD-1) or,
// where only one goal has it, by its key alone (GROW-1).
func (g *graph) goalNamed(name string) (int32, bool) {
	if i, ok := g.byRef[roadmap.Ref(name)]; ok && g.goal[i] >= 0 {
		return i, true
	}
	if is := g.byHuman[name]; len(is) == 1 {
		return is[0], true
	}
	return 0, false
}

// mayName reports whether a label's name that is no goal's may yet be that of a
// goal which the incomplete pull of a tracker has not shown, and of which.
func (g *graph) mayName(name string) (tracker string, may bool) {
	if len(g.byHuman[name]) > 0 {
		return "", false // it names more than one goal already
	}
	_, full := g.org.Tracker(roadmap.Ref(name).Tracker())
	full = full || roadmap.Ref(name).Tracker() == roadmap.FileTracker
	for _, src := range g.org.Roadmap {
		if g.isolated[src.From] && (!full || roadmap.Ref(name).Tracker() == src.From) {
			return src.From, true
		}
	}
	return "", false
}

// fileGoals makes items of the goals that stand in the org's file.
func fileGoals(org *config.Org) []roadmap.Item {
	var items []roadmap.Item
	for _, src := range org.Roadmap {
		for _, fg := range src.File {
			items = append(items, roadmap.Item{
				Key:    roadmap.Key{Tracker: roadmap.FileTracker, ID: fg.ID},
				Ref:    roadmap.NewRef(roadmap.FileTracker, fg.ID),
				Kind:   roadmap.KindFileGoal,
				Type:   "Goal",
				Level:  roadmap.LevelAbove,
				Title:  fg.Title,
				Status: fg.Status,
				Target: fg.Target,
				URL:    fg.URL,
			})
		}
	}
	return items
}

// match asks an expression of the file about an item, without the labels that
// rules write: a rule must not answer to its own writing.
func (g *graph) match(e *config.Expr, it *roadmap.Item, now time.Time) (bool, error) {
	if slices.ContainsFunc(it.Labels, func(l string) bool { return g.rules[l] }) {
		bare := *it
		bare.Labels = slices.DeleteFunc(slices.Clone(it.Labels), func(l string) bool { return g.rules[l] })
		it = &bare
	}
	return e.Match(it, now)
}
