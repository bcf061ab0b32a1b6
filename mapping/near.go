package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/alignd/alignd/internal/roadmap"
)

// Near is something that almost leads from a story to a goal: what a person
// would look at first to mend it.
type Near struct {
	Kind string      `json:"kind"` // "label", "title", "item", "name" or "place"
	From roadmap.Ref `json:"from"` // the item on which it was found: the story, or one on its way
	Goal roadmap.Ref `json:"goal"` // the goal that it may mean; "" where it is none in particular
	Text string      `json:"text"`
}

// maxNames is how many goals of like names are told.
const maxNames = 3

// near finds what almost leads on, over all items of the walk that was run last.
func (a *Alignment) near(w *walker) []Near {
	near := []Near{}
	for pos, i := range w.queue {
		if pos > 0 && a.g.goal[i] >= 0 {
			continue
		}
		near = append(near, a.nearLabels(a.g.items[i])...)
		near = append(near, a.nearKey(a.g.items[i])...)
	}
	near = append(near, a.deadEnds(w)...)
	return append(near, a.nearNames(w)...)
}

// meant gives the open goals that somebody has named already, if not rightly.
// What is only alike is no advice.
func (a *Alignment) meant(near []Near) []int32 {
	var goals []int32
	for _, n := range near {
		named := n.Kind == "label" || n.Kind == "title"
		if g := a.goalCalled(string(n.Goal)); named && g >= 0 && a.Goals[g].Item.Status.Open() {
			goals = append(goals, g)
		}
	}
	return goals
}

// nearLabels finds labels that are all but goal labels: of a key that no goal
// has and one nearly has, or of a goal's key in another form.
func (a *Alignment) nearLabels(it *roadmap.Item) []Near {
	var near []Near
	for _, t := range a.g.labels {
		for _, label := range it.Labels {
			if a.g.rules[label] || label == roadmap.IgnoreLabel {
				continue
			}
			var goal int32
			if name, ok := t.match(label); ok {
				if _, found := a.g.goalNamed(name); found || len(a.g.byHuman[name]) > 1 {
					continue
				}
				goal = a.goalCalled(a.nearGoal(name))
			} else {
				goal = a.goalKeyIn(label)
			}
			if goal >= 0 && !a.anyForm(label) {
				near = append(near, Near{"label", it.Ref, a.Goals[goal].Item.Ref, fmt.Sprintf("the label %s is almost %s, that of %s",
					label, t.before+a.Goals[goal].Item.Ref.Key()+t.after, a.goalInWords(goal))})
			}
		}
	}
	return near
}

// anyForm reports whether a label names a goal by some form of the file.
func (a *Alignment) anyForm(label string) bool {
	return slices.ContainsFunc(a.g.labels, func(t template) bool {
		name, ok := t.match(label)
		_, found := a.g.goalNamed(name)
		return ok && found
	})
}

// nearKey finds the key of a goal in an item's title.
func (a *Alignment) nearKey(it *roadmap.Item) []Near {
	goal := a.goalKeyIn(it.Title)
	if goal < 0 {
		return nil
	}
	return []Near{{"title", it.Ref, a.Goals[goal].Item.Ref, fmt.Sprintf("the title of %s names %s, but a title is no link", it.Ref, a.goalInWords(goal))}}
}

// goalCalled gives the goal of a key or ref, or -1.
func (a *Alignment) goalCalled(name string) int32 {
	if i, found := a.g.goalNamed(name); found && name != "" {
		return a.g.goal[i]
	}
	return -1
}

// goalKeyIn gives the first open goal whose key stands as a word in a text, in
// any case, or -1. A key without a digit is too much like an ordinary word.
func (a *Alignment) goalKeyIn(text string) int32 {
	text = " " + strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
			return r
		}
		return ' '
	}, text)) + " "
	for n, g := range a.Goals {
		key := g.Item.Ref.Key()
		if g.Item.Status.Open() && strings.ContainsAny(key, "0123456789") && strings.Contains(text, " "+strings.ToLower(key)+" ") {
			return int32(n)
		}
	}
	return -1
}

// deadEnds finds the items between story and goal from which nothing leads on,
// with how many other open stories hang on them: a goal for one of these is a
// goal for all of those.
func (a *Alignment) deadEnds(w *walker) []Near {
	leads := map[int32]bool{}
	for _, f := range w.from {
		if f.pos >= 0 {
			leads[f.pos] = true
		}
	}
	for _, b := range w.hidden {
		leads[b.pos] = true
	}
	ends := map[int32]int{} // item -> how many other stories
	for pos := int32(1); int(pos) < len(w.queue); pos++ {
		if i := w.queue[pos]; !leads[pos] && a.g.goal[i] < 0 {
			ends[i] = 0
		}
	}
	if len(ends) == 0 {
		return nil
	}
	other := newWalker(a.g)
	for _, s := range a.Stories {
		start := a.g.byKey[s.Item.Key]
		if start == w.queue[0] {
			continue
		}
		other.run(start)
		for _, i := range other.queue[1:] {
			if _, end := ends[i]; end {
				ends[i]++
			}
		}
	}
	var near []Near
	for _, i := range w.queue {
		n, end := ends[i]
		if !end {
			continue
		}
		it := a.g.items[i]
		text := fmt.Sprintf("%s (%s %q, %s) has no goal itself", it.Ref, it.Type, cut(it.Title), it.Status)
		if n > 0 {
			text += fmt.Sprintf("; %s on it too, and a goal for it would serve all", plural(n, "other open story hangs", "other open stories hang"))
		}
		near = append(near, Near{Kind: "item", From: it.Ref, Text: text})
	}
	return near
}

// nearNames finds open goals that go by much the same name as the story, or as
// anything that it leads to: a closed goal's successor, say.
func (a *Alignment) nearNames(w *walker) []Near {
	type match struct {
		goal  int32
		from  *roadmap.Item
		score float64
	}
	var matches []match
	for n := range a.Goals {
		goal := a.Goals[n].Item
		at := a.g.byKey[goal.Key]
		if !goal.Status.Open() || slices.Contains(w.queue, at) {
			continue
		}
		best := match{goal: int32(n)}
		for _, i := range w.queue {
			if s := likeness(goal.Title, a.g.items[i].Title); s > best.score {
				best.score, best.from = s, a.g.items[i]
			}
		}
		if best.from != nil {
			matches = append(matches, best)
		}
	}
	slices.SortStableFunc(matches, func(x, y match) int { return cmp.Compare(y.score, x.score) })
	var near []Near
	for _, m := range matches[:min(maxNames, len(matches))] {
		how := "is much like that of"
		if m.score == 1 {
			how = "is that of"
		}
		near = append(near, Near{
			"name", m.from.Ref, a.Goals[m.goal].Item.Ref,
			fmt.Sprintf("the name of %s %s %s", m.from.Ref, how, a.goalInWords(m.goal)),
		})
	}
	return near
}

// nearby tells which goals the work around an item serves most.
func (a *Alignment) nearby(it *roadmap.Item) []Near {
	var near []Near
	for _, n := range a.goalsByProject()[neighbourhood(it)] {
		near = append(near, Near{"place", it.Ref, a.Goals[n].Item.Ref, "other work in " + place(it) + " serves " + a.goalInWords(n)})
	}
	return near
}

// likeness tells how much a title is like a goal's, up to 1: the same words. 0:
// not enough to speak of.
func likeness(goal, title string) float64 {
	g, t := titleWords(goal), titleWords(title)
	shared := 0
	for _, word := range g {
		if slices.Contains(t, word) {
			shared++
		}
	}
	switch {
	case len(g) == 0 || len(t) == 0:
		return 0
	case shared == len(g) && len(g) == len(t):
		return 1
	}
	const enough = 0.75 // of the words of both; or the whole of one within the other
	dice := 2 * float64(shared) / float64(len(g)+len(t))
	if shared < 2 || dice < enough && shared < min(len(g), len(t)) {
		return 0
	}
	return dice
}

// titleWords gives the words of a title that carry meaning: those of three
// letters or more, each once.
func titleWords(title string) []string {
	var words []string
	for _, word := range strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(word)) >= 3 && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// goalInWords names a goal in a line of text.
func (a *Alignment) goalInWords(n int32) string {
	g := a.Goals[n].Item
	return fmt.Sprintf("the %s goal %s %q", g.Status.Goal(), g.Ref, cut(g.Title))
}
