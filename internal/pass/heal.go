package pass

import (
	"context"
	"maps"
	"slices"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// heal settles the writes of one tracker whose outcome is not known: those that
// a crash cut off, and those to which no answer came. The tracker is read; what
// stands there decides. Nothing is sent.
func (p *Pass) heal(ctx context.Context, tracker string) error {
	open, err := p.Store.OpenEntries(ctx)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(e store.Entry) bool { return e.Change.Key.Tracker != tracker })
	if len(open) == 0 {
		return nil
	}
	if err := p.sameSite(ctx, tracker); err != nil {
		return err
	}
	var keys []roadmap.Key
	for _, e := range open {
		if !slices.Contains(keys, e.Change.Key) {
			keys = append(keys, e.Change.Key)
		}
	}
	t := p.Trackers[tracker]
	items, err := t.Fetch(ctx, keys, nil)
	if err != nil {
		return err
	}
	comments, err := t.Comments(ctx, items)
	if err != nil {
		return err
	}
	ours, _, err := p.Store.Ours(ctx)
	if err != nil {
		return err
	}
	byKey := map[roadmap.Key]roadmap.Item{}
	for _, it := range items {
		byKey[it.Key] = it
	}
	for _, e := range open {
		outcome, why, as := settled(e.Change, byKey, comments)
		if e.Change.Action == roadmap.UpdateComment && outcome == store.Done && doubtful(e.Change, ours[e.Change.Key].Comment, standing(comments, e.Change.Key, e.Change.Remote)) {
			outcome, why = store.Failed, "it cannot be told from the edit before; it is made again"
		}
		p.Log.Warn("found an open write of an earlier run", "org", p.Org.Name, "ref", e.Change.Ref, "action", e.Change.Action, "outcome", outcome)
		if err := p.Store.Settle(ctx, e.Seq, e.Change, outcome, why, as, p.Now()); err != nil {
			return err
		}
		if e.Change.Action == roadmap.UpdateComment && outcome == store.Failed {
			if err := p.mayBeOurs(ctx, e.Change.Key, ours[e.Change.Key].Comment, as); err != nil {
				return err
			}
		}
	}
	return p.Store.PutItems(ctx, items)
}

// mayBeOurs takes an edit that is seen after one of ours had no outcome for ours:
// a tracker may not tell whose it was.
func (p *Pass) mayBeOurs(ctx context.Context, k roadmap.Key, was *roadmap.OurComment, as store.Written) error {
	if was == nil || !as.Edited.After(was.Edited) {
		return nil
	}
	is := *was
	is.Edited = as.Edited
	return p.Store.LookedAt(ctx, k, is)
}

// doubtful reports whether an edited comment may stand as it was before the edit:
// its mark names rules, not the facts that the text tells, unless the tracker
// stores what it says, and no later edit is seen on it.
func doubtful(c roadmap.Change, was *roadmap.OurComment, found *roadmap.Comment) bool {
	return was != nil && found.Mark.Says == "" && !found.Edited.After(was.Edited) && slices.Equal(c.Mark.Rules, slices.Sorted(maps.Keys(was.Rules)))
}

// settled tells from what stands in the tracker whether a change was made.
func settled(c roadmap.Change, items map[roadmap.Key]roadmap.Item, comments []roadmap.Comment) (o store.Outcome, why string, as store.Written) {
	it, there := items[c.Key]
	if !there {
		return store.Failed, "the item is gone, or cannot be seen any more", as
	}
	switch c.Action {
	case roadmap.AddLabel, roadmap.RemoveLabel:
		if it.HasLabel(c.Value) == (c.Action == roadmap.AddLabel) {
			return store.Done, "", as
		}
	case roadmap.CreateComment:
		for _, found := range comments {
			if found.Key == c.Key && found.Mark.ID == c.Mark.ID {
				return store.Done, "", store.Written{Remote: found.Remote, Edited: found.Edited}
			}
		}
	case roadmap.UpdateComment:
		// An edit made twice is the same as once: it is planned again if needed.
		found := standing(comments, c.Key, c.Remote)
		if found == nil {
			break
		}
		as = store.Written{Remote: found.Remote, Edited: found.Edited}
		if found.Mark.Says == c.Says() || found.Mark.Says == "" && slices.Equal(found.Mark.Rules, c.Mark.Rules) {
			return store.Done, "", as
		}
	}
	return store.Failed, "it was not delivered", as
}
