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
		outcome, why, as := settled(e.Change, byKey, comments, ours[e.Change.Key].Comment)
		p.Log.Warn("found an open write of an earlier run", "org", p.Org.Name, "ref", e.Change.Ref, "action", e.Change.Action, "outcome", outcome)
		if err := p.Store.Settle(ctx, e.Seq, e.Change, outcome, why, as, p.Now()); err != nil {
			return err
		}
	}
	return p.Store.PutItems(ctx, items)
}

// settled tells from what stands in the tracker whether a change was made. was is
// our comment as it was before it; nil: there was none.
func settled(c roadmap.Change, items map[roadmap.Key]roadmap.Item, comments []roadmap.Comment, was *roadmap.OurComment) (o store.Outcome, why string, as store.Written) {
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
				return store.Done, "", written(found)
			}
		}
	case roadmap.UpdateComment:
		found := standing(comments, c.Key, c.Remote)
		switch {
		case found == nil:
		case edited(c, *found, was):
			return store.Done, "", written(*found)
		default:
			why = "it cannot be told from the edit before; it is made again if it is needed"
			return store.Failed, why, as
		}
	}
	return store.Failed, "it was not delivered", as
}

// edited reports whether a comment was edited as a change would have it. A tracker
// that stores what it says tells; else its mark names the rules, and where those
// are the same with and without the edit, another body than before does.
func edited(c roadmap.Change, found roadmap.Comment, was *roadmap.OurComment) bool {
	switch {
	case found.Mark.Says != "":
		return found.Mark.Says == c.Says() && found.Editor != roadmap.EditorOther
	case !slices.Equal(found.Mark.Rules, c.Mark.Rules):
		return false
	case was == nil || !slices.Equal(c.Mark.Rules, slices.Sorted(maps.Keys(was.Rules))):
		return true
	}
	return was.Shows != "" && found.Shows() != was.Shows
}

// written is a comment of ours as it was found.
func written(found roadmap.Comment) store.Written {
	return store.Written{Remote: found.Remote, Shows: found.Shows(), Edited: found.Edited}
}
