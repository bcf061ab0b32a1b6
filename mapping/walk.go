package mapping

import (
	"slices"

	"github.com/alignd/alignd/internal/roadmap"
)

// Linkage tells how a story stands to the roadmap.
type Linkage string

// The four linkages, in the contract's words.
const (
	Linked   Linkage = "linked"   // some chain reaches an open goal
	Closed   Linkage = "closed"   // chains reach closed goals only
	Unlinked Linkage = "unlinked" // no chain reaches a goal
	Unknown  Linkage = "unknown"  // some chain ends in what we cannot see
)

// walker follows links from one item at a time; its buffers are used again from
// walk to walk. The results of a walk hold until the next one.
type walker struct {
	g       *graph
	stamp   []uint32 // walk in which an item was last met
	walk    uint32
	queue   []int32
	from    []from // per entry of queue: how it was come to
	hopsBuf []hop

	goals  []int32 // positions in queue of the goals met
	hidden []blind // ends that cannot be seen
}

// from tells how an item of a walk was come to: the position in the queue of
// the item before it, and the hop. The start has -1.
type from struct {
	pos int32
	hop hop
}

// blind is an end that cannot be seen, with the position of the item whose link
// leads there.
type blind struct {
	pos int32
	hop hop
}

func newWalker(g *graph) *walker {
	return &walker{g: g, stamp: make([]uint32, len(g.items))}
}

// run walks from one item along every way, breadth first, so that the first
// path to anything is a shortest one. It stops at the first goal of each chain;
// an item met before ends a chain, which is also how a cycle ends.
func (w *walker) run(start int32) {
	w.walk++
	w.queue = append(w.queue[:0], start)
	w.from = append(w.from[:0], from{pos: -1})
	w.goals, w.hidden = w.goals[:0], w.hidden[:0]
	w.stamp[start] = w.walk
	for pos := int32(0); int(pos) < len(w.queue); pos++ {
		i := w.queue[pos]
		if pos > 0 && w.g.goal[i] >= 0 {
			w.goals = append(w.goals, pos)
			continue
		}
		w.hopsBuf = w.g.hops(i, w.hopsBuf)
		for _, h := range w.hopsBuf {
			switch {
			case h.to == hidden:
				w.hidden = append(w.hidden, blind{pos, h})
			case w.stamp[h.to] != w.walk:
				w.stamp[h.to] = w.walk
				w.queue = append(w.queue, h.to)
				w.from = append(w.from, from{pos, h})
			}
		}
	}
}

// linkage judges the walk that was run last.
func (w *walker) linkage() Linkage {
	for _, pos := range w.goals {
		if w.g.items[w.queue[pos]].Status.Open() {
			return Linked
		}
	}
	if len(w.hidden) > 0 || w.entersDoubtful() {
		return Unknown
	}
	if len(w.goals) > 0 {
		return Closed
	}
	return Unlinked
}

// entersDoubtful reports whether any item of the walk is missing, or from a
// tracker whose pull did not finish.
func (w *walker) entersDoubtful() bool {
	if len(w.g.isolated)+len(w.g.missing) == 0 {
		return false
	}
	return slices.ContainsFunc(w.queue, func(i int32) bool {
		k := w.g.items[i].Key
		return w.g.isolated[k.Tracker] || w.g.missing[k]
	})
}

// met gives the goals of the walk that was run last, or the open ones of them.
// Sorted by importance.
func (w *walker) met(openOnly bool) []int32 {
	var goals []int32
	for _, pos := range w.goals {
		i := w.queue[pos]
		if !openOnly || w.g.items[i].Status.Open() {
			goals = append(goals, w.g.goal[i])
		}
	}
	slices.Sort(goals)
	return goals
}

// Hop is one step of a path as people read it.
type Hop struct {
	From  roadmap.Ref `json:"from"`
	To    roadmap.Ref `json:"to"`
	Link  roadmap.Way `json:"link"`
	Field string      `json:"field"`
}

// before gives the items through which the walk came to a position of the queue.
func (w *walker) before(pos int32) []int32 {
	var all []int32
	for pos = w.from[pos].pos; pos >= 0; pos = w.from[pos].pos {
		all = append(all, w.queue[pos])
	}
	return all
}

// path gives the hops from the start to the item at a position of the queue.
func (w *walker) path(pos int32) []Hop {
	var hops []Hop
	for ; w.from[pos].pos >= 0; pos = w.from[pos].pos {
		f := w.from[pos]
		hops = append(hops, Hop{
			From:  w.g.items[w.queue[f.pos]].Ref,
			To:    w.g.items[w.queue[pos]].Ref,
			Link:  f.hop.way,
			Field: f.hop.field,
		})
	}
	slices.Reverse(hops)
	return hops
}
