package pass

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// remember keeps since when each finding stands, and brings the record of what
// is ours up to date with what people did. Only a complete pass concludes
// anything, and only one that may write forgets: a look at what another file
// would do must not lift a person's veto.
func (p *Pass) remember(ctx context.Context, o *Outcome) error {
	if err := p.Store.Standing(ctx, o.Alignment.Findings, o.Alignment.Silent, p.Now()); err != nil {
		return err
	}
	if p.Allow == nil {
		return nil
	}
	facts := map[roadmap.Key]map[string]string{}
	for _, f := range o.Alignment.Findings {
		if facts[f.Key] == nil {
			facts[f.Key] = map[string]string{}
		}
		facts[f.Key][p.Org.Rules[f.Rule].Label] += f.Facts
	}
	asked := map[string]bool{} // labels that the file asks for: no other tells whether its rule holds
	for _, r := range p.Org.Rules {
		asked[r.Label] = asked[r.Label] || r.Enabled
	}
	for _, k := range slices.SortedFunc(maps.Keys(o.Ours), roadmap.Key.Compare) {
		ours := o.Ours[k]
		it, seen := o.Alignment.Item(k)
		if !seen || o.Alignment.Silent[k] {
			continue
		}
		for _, label := range slices.Sorted(maps.Keys(ours.Labels)) {
			was := ours.Labels[label]
			now, stands := facts[k][label]
			switch {
			case !stands && asked[label] && !it.HasLabel(label):
				// The rule holds again and the label is off: nothing of ours is left.
				if err := p.Store.Forget(ctx, k, label); err != nil {
					return err
				}
				delete(ours.Labels, label)
			case stands && it.HasLabel(label) && now != was.Facts:
				// The label stands for new facts: a person who removes it now has seen these.
				if err := p.Store.Restate(ctx, k, label, now); err != nil {
					return err
				}
				ours.Labels[label] = roadmap.OurLabel{Facts: now, Off: was.Off}
			}
			if was, still := ours.Labels[label]; still && it.HasLabel(label) != was.Off.IsZero() {
				// A person's word has a date, for those who ask about it.
				was.Off = time.Time{}
				if !it.HasLabel(label) {
					was.Off = p.Now()
				}
				if err := p.Store.TakenOff(ctx, k, label, was.Off); err != nil {
					return err
				}
				ours.Labels[label] = was
			}
		}
	}
	return nil
}

// restate keeps the facts for which our comments stand, where they change and
// the comment goes on saying the same: nothing is written to the tracker then,
// and a person who deletes the comment has seen the new facts.
func (p *Pass) restate(ctx context.Context, o *Outcome) error {
	changing := map[roadmap.Key]bool{}
	note := func(c roadmap.Change) {
		if c.Action.IsComment() {
			changing[c.Key] = true
		}
	}
	for _, c := range o.Plan.Changes {
		note(c)
	}
	for _, h := range o.Plan.Held {
		if h.Reason != plan.Grace && h.Reason != plan.Since { // of a finding that the comment does not speak of yet
			note(h.Change)
		}
	}
	stands := map[roadmap.Key]bool{}
	for _, f := range o.Alignment.Findings { // sorted by item
		c := o.Ours[f.Key].Comment
		if c == nil || c.Deleted || changing[f.Key] || o.Alignment.Silent[f.Key] {
			continue
		}
		facts, spoken := c.Rules[f.Rule]
		if spoken && facts != f.Facts {
			c.Rules[f.Rule] = f.Facts
			stands[f.Key] = true
		}
		if spoken && c.Undone != nil && len(c.Undone) == 0 {
			// What had been resolved is so again: the next time it may be said.
			if err := p.Store.Redone(ctx, f.Key); err != nil {
				return err
			}
			c.Undone = nil
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(stands), roadmap.Key.Compare) {
		if err := p.Store.RestateComment(ctx, k, o.Ours[k].Comment.Rules); err != nil {
			return err
		}
	}
	return nil
}
