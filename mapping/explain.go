package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/alignd/alignd/internal/roadmap"
)

// Explanation tells how an item reaches a goal, hop by hop, or what stopped
// every way that was tried. Its JSON is the contract's `explain --json`.
type Explanation struct {
	Ref     roadmap.Ref   `json:"ref"`
	Title   string        `json:"title"`
	Role    string        `json:"role"` // story, goal, sprint, person, or item (none of them)
	Why     string        `json:"why"`  // what makes it neither story nor goal, or ""
	Linkage Linkage       `json:"linkage"`
	Goals   []roadmap.Ref `json:"goals"`
	Paths   [][]Hop       `json:"paths"`
	Tried   []Try         `json:"tried"`
	Doubts  []string      `json:"doubts"` // what cannot be seen, where that decides the linkage
	Near    []Near        `json:"near"`   // what almost leads to a goal, where nothing does
	Fix     string        `json:"fix"`    // how a story that is not linked is linked, or ""
	Roles   []Role        `json:"roles"`  // of a goal: who is PM and who is PO
	Above   []roadmap.Ref `json:"above"`  // of a goal: the goals that it is part of
	Below   []roadmap.Ref `json:"below"`  // of a goal: the goals that are part of it
	Stories []Serving     `json:"stories"`
	Owns    []Owned       `json:"owns"` // of a person: the open goals that they answer for
}

func newExplanation(ref roadmap.Ref, title string) Explanation {
	return Explanation{
		Ref: ref, Title: title, Goals: []roadmap.Ref{}, Paths: [][]Hop{}, Tried: []Try{}, Doubts: []string{}, Near: []Near{},
		Roles: []Role{}, Above: []roadmap.Ref{}, Below: []roadmap.Ref{}, Stories: []Serving{}, Owns: []Owned{},
	}
}

// Try is one way that was followed from one item and what came of it.
type Try struct {
	From   roadmap.Ref `json:"from"`
	Link   roadmap.Way `json:"link"`
	Field  string      `json:"field"` // where the link was read, as in a Hop; "" where there is none
	Result string      `json:"result"`
}

// Find resolves what a person typed: a ref, or a key alone where only one item
// has it. Former keys of moved issues count.
func (a *Alignment) Find(name string) (*roadmap.Item, error) {
	if i, ok := a.g.byRef[roadmap.Ref(name)]; ok {
		return a.g.items[i], nil
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
		return a.g.items[found[0]], nil
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
		return newExplanation("", "")
	}
	it := a.g.items[i]
	w := newWalker(a.g)
	w.run(i)
	e := newExplanation(it.Ref, it.Title)
	e.Linkage = w.linkage()
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
				e.Tried = append(e.Tried, a.tried(at, w.before(int32(pos)))...)
			}
		}
	}
	if e.Linkage == Unknown {
		e.Doubts = a.doubts(w)
	}
	switch {
	case a.g.goal[i] >= 0:
		e.Role = string(roadmap.RoleGoal)
		a.explainGoal(&e, a.g.goal[i])
	case a.isStory(k):
		e.Role = string(roadmap.RoleStory)
		if e.Linkage != Linked {
			e.Near = a.near(w)
		}
		if e.Linkage == Unlinked || e.Linkage == Closed {
			e.Near = append(e.Near, a.nearby(it)...)
			e.Fix = a.fixInWords(it, slices.Concat(a.meant(e.Near), a.goalsByProject()[neighbourhood(it)]))
		}
	default:
		e.Role, e.Why = "item", a.whyNoStory(it)
	}
	return e
}

// doubts says what keeps the walk that was run last from being seen to its end.
func (a *Alignment) doubts(w *walker) []string {
	doubts := []string{}
	add := func(format string, args ...any) {
		if d := fmt.Sprintf(format, args...); !slices.Contains(doubts, d) {
			doubts = append(doubts, d)
		}
	}
	for _, b := range w.hidden {
		from := w.g.items[w.queue[b.pos]].Ref
		if tracker, may := w.g.mayName(b.hop.name); may && b.hop.way != roadmap.WayParent && b.hop.way != roadmap.WayProject {
			add("%s of %s may name a goal of %s, whose pull is incomplete", b.hop.field, from, tracker)
			continue
		}
		name := b.hop.name
		if !issueKey.MatchString(name) {
			name = "an item with the id " + name
		}
		add("%s of %s leads to %s, which cannot be seen with this token", b.hop.field, from, name)
	}
	for _, i := range w.queue {
		it := w.g.items[i]
		if w.g.isolated[it.Key.Tracker] {
			add("the pull of %s is incomplete", it.Key.Tracker)
		}
		if w.g.missing[it.Key] {
			add("%s was not found at the last look; whether it is gone shows at the next", it.Ref)
		}
	}
	return doubts
}

func (a *Alignment) isStory(k roadmap.Key) bool {
	_, ok := a.Story(k)
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
