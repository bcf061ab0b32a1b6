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
	keys := slices.AppendSeq(slices.Collect(maps.Keys(o.Ours)), maps.Keys(facts))
	slices.SortFunc(keys, roadmap.Key.Compare)
	for _, k := range slices.Compact(keys) {
		it, there := o.Alignment.Item(k)
		if !there || o.Alignment.Silent[k] {
			continue
		}
		ours, err := p.rememberOurs(ctx, it, o.Ours[k], facts[k], asked)
		if err == nil {
			ours, err = p.rememberSeen(ctx, it, ours, facts[k], asked)
		}
		if err != nil {
			return err
		}
		o.Ours[k] = ours
	}
	return nil
}

// rememberOurs brings the record of an item's labels of ours up to date. facts
// are those for which each label is asked for now.
func (p *Pass) rememberOurs(ctx context.Context, it *roadmap.Item, ours roadmap.Ours, facts map[string]string, asked map[string]bool) (roadmap.Ours, error) {
	for _, label := range slices.Sorted(maps.Keys(ours.Labels)) {
		was := ours.Labels[label]
		now, stands := facts[label]
		switch {
		case !stands && asked[label] && !it.HasLabel(label):
			// The rule holds again and the label is off: nothing of ours is left.
			if err := p.Store.Forget(ctx, it.Key, label); err != nil {
				return ours, err
			}
			delete(ours.Labels, label)
			continue
		case stands && it.HasLabel(label) && now != was.Facts:
			// The label stands for new facts: a person who removes it now has seen these.
			if err := p.Store.Restate(ctx, it.Key, label, now); err != nil {
				return ours, err
			}
			was.Facts = now
		}
		var err error
		if was.Off, err = p.off(ctx, it, label, was.Off); err != nil {
			return ours, err
		}
		ours.Labels[label] = was
	}
	return ours, nil
}

// rememberSeen does the same for labels that are asked for, were there already
// and are not ours: those of a person, or of this alignd before its database
// was lost.
func (p *Pass) rememberSeen(ctx context.Context, it *roadmap.Item, ours roadmap.Ours, facts map[string]string, asked map[string]bool) (roadmap.Ours, error) {
	for _, label := range slices.Sorted(maps.Keys(facts)) {
		was, known := ours.Seen[label]
		if _, our := ours.Labels[label]; label == "" || our || !it.HasLabel(label) || known && was.Facts == facts[label] {
			continue
		}
		if err := p.Store.See(ctx, it.Key, label, facts[label]); err != nil {
			return ours, err
		}
		if ours.Seen == nil {
			ours.Seen = map[string]roadmap.SeenLabel{}
		}
		was.Facts = facts[label]
		ours.Seen[label] = was
	}
	for _, label := range slices.Sorted(maps.Keys(ours.Seen)) {
		was := ours.Seen[label]
		if _, stands := facts[label]; !stands && asked[label] {
			if err := p.Store.Forget(ctx, it.Key, label); err != nil {
				return ours, err
			}
			delete(ours.Seen, label)
			continue
		}
		var err error
		if was.Off, err = p.off(ctx, it, label, was.Off); err != nil {
			return ours, err
		}
		ours.Seen[label] = was
	}
	return ours, nil
}

// off gives since when a label is known to be off the item, the zero time where
// it is there, and stores it where that is news: a person's word has a date, for
// those who ask about it.
func (p *Pass) off(ctx context.Context, it *roadmap.Item, label string, was time.Time) (time.Time, error) {
	if it.HasLabel(label) == was.IsZero() {
		return was, nil
	}
	is := time.Time{}
	if !it.HasLabel(label) {
		is = p.Now()
	}
	return is, p.Store.TakenOff(ctx, it.Key, label, is)
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
