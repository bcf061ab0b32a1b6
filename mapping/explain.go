package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Explanation tells how an item reaches a goal, hop by hop, or what stopped
// every way that was tried. Its JSON is the contract's `explain --json`.
type Explanation struct {
	Ref     roadmap.Ref   `json:"ref"`
	Title   string        `json:"title"`
	Role    string        `json:"role"` // story, goal, or item (neither)
	Why     string        `json:"why"`  // what makes it neither story nor goal, or ""
	Linkage Linkage       `json:"linkage"`
	Goals   []roadmap.Ref `json:"goals"`
	Paths   [][]Hop       `json:"paths"`
	Tried   []Try         `json:"tried"`
}

// Try is one way that was followed from one item and what came of it.
type Try struct {
	From   roadmap.Ref `json:"from"`
	Link   roadmap.Way `json:"link"`
	Result string      `json:"result"`
}

// Find resolves what a person typed: a ref, or a key alone where only one item
// has it. Former keys of moved issues count.
func (a *Alignment) Find(name string) (*roadmap.Item, error) {
	if i, ok := a.g.byRef[roadmap.Ref(name)]; ok {
		return &a.g.items[i], nil
	}
	var found []int32
	var near string
	best := len(name)/3 + 1
	for ref, i := range a.g.byRef {
		if ref.Key() == name {
			found = append(found, i)
		}
		for _, c := range []string{string(ref), ref.Key()} {
			if d := levenshtein.ComputeDistance(strings.ToLower(c), strings.ToLower(name)); d < best || d == best && near != "" && c < near {
				best, near = d, c
			}
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	switch len(found) {
	case 1:
		return &a.g.items[found[0]], nil
	case 0:
		if near != "" {
			return nil, fmt.Errorf("nothing here is called %q; did you mean %q?", name, near)
		}
		return nil, fmt.Errorf("nothing here is called %q. Try: TRACKER:KEY, as in %s:ABC-1, after a pass has pulled it", name, a.anyTracker())
	}
	refs := make([]string, len(found))
	for n, i := range found {
		refs[n] = string(a.g.items[i].Ref)
	}
	return nil, fmt.Errorf("%q may be any of %s. Try: one of these in full", name, strings.Join(refs, ", "))
}

func (a *Alignment) anyTracker() string {
	if len(a.Org.Trackers) > 0 {
		return a.Org.Trackers[0].Name
	}
	return roadmap.FileTracker
}

// Explain tells how an item stands to the roadmap.
func (a *Alignment) Explain(k roadmap.Key) Explanation {
	i, ok := a.g.byKey[k]
	if !ok {
		return Explanation{Goals: []roadmap.Ref{}, Paths: [][]Hop{}, Tried: []Try{}}
	}
	it := &a.g.items[i]
	w := newWalker(a.g)
	w.run(i)
	e := Explanation{
		Ref: it.Ref, Title: it.Title, Linkage: w.linkage(),
		Goals: []roadmap.Ref{}, Paths: [][]Hop{}, Tried: []Try{},
	}
	switch {
	case a.g.goal[i] >= 0:
		e.Role = string(roadmap.RoleGoal)
	case a.isStory(k):
		e.Role = string(roadmap.RoleStory)
	default:
		e.Role, e.Why = "item", a.whyNoStory(it)
	}
	for _, pos := range w.goals {
		e.Paths = append(e.Paths, w.path(pos))
	}
	for _, g := range w.met(e.Linkage == Linked) {
		e.Goals = append(e.Goals, a.Goals[g].Item.Ref)
	}
	slices.Sort(e.Goals)
	if e.Linkage != Linked {
		for pos, at := range w.queue {
			if pos == 0 || a.g.goal[at] < 0 {
				e.Tried = append(e.Tried, a.tried(at)...)
			}
		}
	}
	return e
}

func (a *Alignment) isStory(k roadmap.Key) bool {
	_, ok := a.story[k]
	return ok
}

// whyNoStory says what keeps an item from being a story.
func (a *Alignment) whyNoStory(it *roadmap.Item) string {
	switch {
	case it.Level > roadmap.LevelStory:
		return "its type " + it.Type + " sits above stories"
	case it.Level < roadmap.LevelStory:
		return "a sub-task is part of a story"
	case !it.InScope:
		return "it is outside the configured projects and teams"
	case it.Status == roadmap.StatusTriage:
		return "it is still in triage"
	case !it.Status.Open():
		return "it is " + string(it.Status)
	}
	return "stories.where leaves it out"
}

// tried tells, for one item, what came of each way of the file.
func (a *Alignment) tried(i int32) []Try {
	it := &a.g.items[i]
	hops := a.g.hops(i, nil)
	var tries []Try
	for _, w := range a.Org.Links {
		add := func(format string, args ...any) {
			tries = append(tries, Try{From: it.Ref, Link: w.Way, Result: fmt.Sprintf(format, args...)})
		}
		none := true
		if w.Way == roadmap.WayProject && a.trackerType(it) != config.Linear {
			continue // there are none on Jira
		}
		for _, h := range hops {
			if h.way != w.Way {
				continue
			}
			if h.to == hidden && h.way == roadmap.WayLabel {
				continue // labelMisses tells of it
			}
			none = false
			if h.to == hidden {
				add("leads to %s, which cannot be seen with this token", h.name)
				continue
			}
			to := &a.g.items[h.to]
			if a.g.goal[h.to] >= 0 {
				add("leads to the goal %s, which is %s", to.Ref, to.Status.Goal())
			} else {
				add("leads to %s (%s %q), which is no goal itself", to.Ref, to.Type, to.Title)
			}
		}
		switch {
		case w.Way == roadmap.WayLabel:
			for _, miss := range a.labelMisses(it, w.Label) {
				none = false
				add("%s", miss)
			}
			if none {
				add("no label of the form %s", w.Label)
			}
		case none && w.Way == roadmap.WayProject && it.Kind == roadmap.KindProject:
			add("the project belongs to no initiative")
		case none && w.Way == roadmap.WayProject:
			add("it is in no project")
		case none:
			add("it has no %s", w.Way)
		}
	}
	return tries
}

// labelMisses tells of labels that have the form of a goal label and name no
// goal, with the goal that was probably meant.
func (a *Alignment) labelMisses(it *roadmap.Item, form string) []string {
	before, after, _ := strings.Cut(form, "{goal}")
	var misses []string
	for _, label := range it.Labels {
		name, ok := template{before, after}.match(label)
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
		best, near := 3, ""
		for _, g := range a.Goals {
			for _, c := range []string{g.Item.Ref.Key(), string(g.Item.Ref)} {
				if d := levenshtein.ComputeDistance(strings.ToLower(c), strings.ToLower(name)); d < best {
					best, near = d, c
				}
			}
		}
		if near != "" {
			miss += "; did you mean " + before + near + after + "?"
		}
		misses = append(misses, miss)
	}
	return misses
}
