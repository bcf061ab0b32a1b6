package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// labels plans the labels of one item. A label that stands there already is
// left as it is, whoever put it there; only one of ours is ever removed.
func (b *builder) labels(s subject, active []roadmap.Finding) {
	wanted := map[string][]roadmap.Finding{}
	for _, f := range active {
		if label := b.in.Org.Rules[f.Rule].Label; label != "" {
			wanted[label] = append(wanted[label], f)
		}
	}
	ours := slices.Sorted(maps.Keys(s.ours.Labels)) // after each change
	for _, label := range slices.Sorted(maps.Keys(wanted)) {
		if s.item.HasLabel(label) {
			continue
		}
		c := b.change(s, roadmap.AddLabel, wanted[label])
		c.Value = label
		standsFor, known := s.ours.Labels[label].Facts, true
		if _, ours := s.ours.Labels[label]; !ours {
			var seen roadmap.SeenLabel
			seen, known = s.ours.Seen[label]
			standsFor = seen.Facts
		}
		undone := known && standsFor == c.Facts // someone took it off, and nothing has changed
		after := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(ours), label))))
		c.Mark = roadmap.Mark{Org: b.in.Org.Name, Labels: after}
		if past, had := s.ours.Past[label]; had && tooOften(past, c.Facts) && !undone {
			b.park(s, c, time.Time{})
			continue
		}
		if b.propose(s, c, undone) {
			ours = after
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.ours.Labels)) {
		if wanted[label] == nil && s.item.HasLabel(label) {
			c := b.change(s, roadmap.RemoveLabel, nil)
			c.Rules = b.rulesOf(label)
			c.Value, c.Why = label, b.over(c.Rules, func(r config.Rule) bool { return r.Label == label })
			after := slices.DeleteFunc(slices.Clone(ours), func(l string) bool { return l == label })
			c.Mark = roadmap.Mark{Org: b.in.Org.Name, Labels: after}
			if b.propose(s, c, false) {
				ours = after
			}
		}
	}
}

// tookOff reports whether someone took a label off the item that was ours, or was
// there already.
func (s subject) tookOff(label string) bool {
	_, ours := s.ours.Labels[label]
	_, seen := s.ours.Seen[label]
	return (ours || seen) && !s.item.HasLabel(label)
}

// maxFlips is how often someone else may take a label off, the facts changing in
// between, before alignd stands down; maxLoops is how often alignd itself may
// add it and take it off for the same facts, as where a query of the file
// answers to what alignd writes.
const (
	maxFlips = 2
	maxLoops = 3
)

// tooOften reports whether adding a label once more would be one time too many.
func tooOften(past roadmap.PastLabel, facts string) bool {
	switch {
	case !past.Off:
		return past.Flips+1 >= maxFlips
	case past.Facts == facts:
		return past.Loops+1 >= maxLoops
	}
	return false
}

// park holds what has come and gone too often, where nothing else does.
func (b *builder) park(s subject, c roadmap.Change, until time.Time) {
	reason := Parked
	switch {
	case !b.in.Complete:
		reason = Incomplete
	case s.item.HasLabel(roadmap.IgnoreLabel):
		reason = Ignored
	}
	if reason != Parked {
		until = time.Time{}
	}
	b.hold(c, reason, until)
}
