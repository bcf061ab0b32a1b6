package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Alignment is what a mapping finds: stories with their linkage, goals with
// their owners and stories, and the rules that do not hold.
type Alignment struct {
	Org     *config.Org
	At      time.Time
	Goals   []Goal  // in order of importance: by source, then by item
	Stories []Story // sorted by ref
	// Findings are sorted by item, then rule.
	Findings []roadmap.Finding
	// Silent holds the items of which no rule may speak now, because a chain
	// ends in what we cannot see: nothing already said of them is taken back.
	Silent map[roadmap.Key]bool
	veiled bool // of some story, open or done, the tracker withholds what it belongs to
	g      *graph
	byGoal map[roadmap.Key]int // index into Goals
	story  []int32             // per item of the graph: index into Stories, or -1
}

// Story is an open item at the level of delivery, with the goals that it meets.
type Story struct {
	Item    *roadmap.Item
	Linkage Linkage
	Goals   []int32 // indexes into Alignment.Goals: the open ones if linked, else all met
	facts   string  // hash of what its linkage rests on; "" where no rule can speak of it
}

// Map makes the alignment. It fails only on an expression of the file that
// fails on an item.
func Map(in Input) (*Alignment, error) {
	g, err := newGraph(in)
	if err != nil {
		return nil, err
	}
	a := &Alignment{
		Org: in.Org, At: in.Now, Goals: g.goals, Silent: map[roadmap.Key]bool{},
		g: g, byGoal: map[roadmap.Key]int{}, story: make([]int32, len(g.items)),
	}
	for i, goal := range g.goals {
		a.byGoal[goal.Item.Key] = i
	}
	w := newWalker(g)
	up := a.goalsAbove(w)
	for i, it := range g.items {
		is, err := a.mayBeStory(it, int32(i))
		if err != nil {
			return nil, err
		}
		if !is || it.Status == roadmap.StatusTriage || it.Status == roadmap.StatusDropped {
			continue
		}
		w.run(int32(i))
		l := w.linkage()
		s := Story{Item: it, Linkage: l, Goals: w.met(l == Linked)}
		if l == Closed || l == Unlinked {
			s.facts = w.facts() // no rule speaks of the others
		}
		a.count(it, w.met(false), up)
		a.veiled = a.veiled || slices.ContainsFunc(it.Links, roadmap.Link.Withheld)
		if it.Status == roadmap.StatusDone {
			continue // counts as work done for its goals, but is no story any more
		}
		a.Stories = append(a.Stories, s)
		if l == Unknown {
			a.Silent[it.Key] = true
		}
	}
	slices.SortFunc(a.Stories, func(x, y Story) int { return cmp.Compare(x.Item.Ref, y.Item.Ref) })
	for i := range a.story {
		a.story[i] = -1
	}
	for i, s := range a.Stories {
		a.story[g.byKey[s.Item.Key]] = int32(i)
	}
	if err := a.judge(); err != nil {
		return nil, err
	}
	return a, nil
}

// mayBeStory reports whether an item is at the level of delivery, whatever its
// status: a standard issue of a configured project or team that is no goal and
// passes the file's stories.where.
func (a *Alignment) mayBeStory(it *roadmap.Item, i int32) (bool, error) {
	if it.Kind != roadmap.KindIssue || it.Level != roadmap.LevelStory || !it.InScope || a.g.goal[i] >= 0 {
		return false, nil
	}
	if a.Org.Stories.Where == nil {
		return true, nil
	}
	ok, err := a.g.match(a.Org.Stories.Where, it, a.At)
	if err != nil {
		return false, fmt.Errorf("stories.where on %s: %w", it.Ref, err)
	}
	return ok, nil
}

// goalsAbove gives, for each goal, the goals above it: a parent initiative is
// not empty while its children are worked on.
func (a *Alignment) goalsAbove(w *walker) [][]int32 {
	above := make([][]int32, len(a.Goals))
	direct := make([][]int32, len(a.Goals))
	for n := range a.Goals {
		w.run(a.g.byKey[a.Goals[n].Item.Key])
		for _, pos := range w.goals {
			direct[n] = append(direct[n], a.g.goal[w.queue[pos]])
		}
	}
	for n := range direct {
		seen := map[int32]bool{int32(n): true}
		for queue := slices.Clone(direct[n]); len(queue) > 0; queue = queue[1:] {
			if next := queue[0]; !seen[next] {
				seen[next] = true
				above[n] = append(above[n], next)
				queue = append(queue, direct[next]...)
			}
		}
	}
	return above
}

// count adds a story to the goals that it meets, open or closed, and to those
// above them, once each.
func (a *Alignment) count(it *roadmap.Item, met []int32, above [][]int32) {
	counted := map[int32]bool{}
	add := func(n int32) {
		if counted[n] {
			return
		}
		counted[n] = true
		if it.Status.Open() {
			a.Goals[n].OpenStories++
		} else {
			a.Goals[n].DoneStories++
		}
	}
	for _, n := range met {
		add(n)
		for _, up := range above[n] {
			add(up)
		}
	}
}

// Goal finds a goal by its item.
func (a *Alignment) Goal(k roadmap.Key) (Goal, bool) {
	i, ok := a.byGoal[k]
	if !ok {
		return Goal{}, false
	}
	return a.Goals[i], true
}

// Story finds a story by its item.
func (a *Alignment) Story(k roadmap.Key) (Story, bool) {
	i, ok := a.g.byKey[k]
	if !ok || a.story[i] < 0 {
		return Story{}, false
	}
	return a.Stories[a.story[i]], true
}

// Item finds any item of the graph.
func (a *Alignment) Item(k roadmap.Key) (*roadmap.Item, bool) {
	i, ok := a.g.byKey[k]
	if !ok {
		return nil, false
	}
	return a.g.items[i], true
}

// Role tells what an item is now: a goal, or else a story.
func (a *Alignment) Role(k roadmap.Key) roadmap.Role {
	if _, ok := a.byGoal[k]; ok {
		return roadmap.RoleGoal
	}
	return roadmap.RoleStory
}

// RestsOn gives a function that tells which items what is said of an item rests
// on, beside itself: of a story, all that its walk meets; of a goal, the projects
// and initiatives that may name its owners. Goals of the file are left out, and so
// are the stories of a goal, which are too many.
func (a *Alignment) RestsOn() func(roadmap.Key) []*roadmap.Item {
	w := newWalker(a.g)
	projectsOf, initiativesOf := a.g.projectEdges()
	return func(k roadmap.Key) []*roadmap.Item {
		i, known := a.g.byKey[k]
		if !known {
			return nil
		}
		on := slices.Concat(projectsOf[i], initiativesOf[i])
		if a.isStory(k) {
			w.run(i)
			on = w.queue[1:]
		}
		var items []*roadmap.Item
		for _, at := range on {
			if it := a.g.items[at]; it.Kind != roadmap.KindFileGoal {
				items = append(items, it)
			}
		}
		return items
	}
}

// EachItem hands on every item of the graph, in order.
func (a *Alignment) EachItem(f func(*roadmap.Item)) {
	for _, it := range a.g.items {
		f(it)
	}
}
