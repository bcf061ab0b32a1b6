package pass

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// findOurs tells what is ours, and looks in the trackers for comments of ours
// on items that this database has never looked at: after the database is lost,
// or moved, nothing may be said twice. Only items that have a finding or carry a
// label of a rule are looked at, once each, many to a request.
func (p *Pass) findOurs(ctx context.Context, w *world, o *Outcome, incomplete map[string]bool) (err error) {
	o.Ours = w.ours
	if p.Offline {
		return nil
	}
	adopted := 0
	for _, t := range p.Org.Trackers {
		if incomplete[t.Name] {
			continue
		}
		if err := p.lookAt(ctx, t, o); err != nil {
			return err
		}
		items := p.suspects(t.Name, o, w.searched)
		if len(items) == 0 {
			continue
		}
		comments, err := p.Trackers[t.Name].Comments(ctx, items)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			o.Troubles = append(o.Troubles, err)
			continue
		}
		for _, c := range newest(comments) {
			if err := p.adopt(ctx, o, c); err != nil {
				return err
			}
			adopted++
		}
		keys := make([]roadmap.Key, len(items))
		for i, it := range items {
			keys[i] = it.Key
		}
		if err := p.Store.LookedFor(ctx, keys); err != nil {
			return err
		}
	}
	if adopted > 0 {
		p.Log.Warn("found comments of ours that the database did not know: it was lost, or is another", "org", p.Org.Name, "comments", adopted)
		o.Ours, _, err = p.Store.Ours(ctx)
	}
	return err
}

// suspects gives the items of a tracker that may carry a comment of ours that
// this database does not know.
func (p *Pass) suspects(tracker string, o *Outcome, searched map[roadmap.Key]bool) []roadmap.Item {
	var items []roadmap.Item
	seen := map[roadmap.Key]bool{}
	add := func(it *roadmap.Item) {
		if it.Key.Tracker == tracker && it.Kind != roadmap.KindFileGoal && !searched[it.Key] && !seen[it.Key] {
			seen[it.Key] = true
			items = append(items, *it)
		}
	}
	for _, f := range o.Alignment.Findings {
		if it, ok := o.Alignment.Item(f.Key); ok {
			add(it)
		}
	}
	o.Alignment.EachItem(func(it *roadmap.Item) {
		for _, rule := range p.Org.Rules {
			if rule.Enabled && rule.Label != "" && it.HasLabel(rule.Label) {
				add(it)
			}
		}
	})
	return items
}

// unread gives items of a tracker with a comment of ours that speaks and was not
// read for as long as a count of ids holds: those that were not for longest, and
// no more than a few, since some trackers are asked item by item.
func (p *Pass) unread(t config.Tracker, o *Outcome) []roadmap.Item {
	var items []roadmap.Item
	for k, ours := range o.Ours {
		c := ours.Comment
		if k.Tracker != t.Name || c == nil || c.Deleted || len(c.Rules) == 0 || p.Now().Before(c.Looked.Add(t.Census)) {
			continue
		}
		if it, there := o.Alignment.Item(k); there {
			items = append(items, *it)
		}
	}
	slices.SortFunc(items, func(a, b roadmap.Item) int {
		return cmp.Or(o.Ours[a.Key].Comment.Looked.Compare(o.Ours[b.Key].Comment.Looked), a.Key.Compare(b.Key))
	})
	return items[:min(len(items), batch)]
}

// lookAt reads such comments again, and remembers what became of them. Nothing
// else rests on that, so a failure is not one of the pass.
func (p *Pass) lookAt(ctx context.Context, t config.Tracker, o *Outcome) error {
	if p.Look {
		return nil
	}
	items := p.unread(t, o)
	if len(items) == 0 {
		return nil
	}
	comments, err := p.Trackers[t.Name].Comments(ctx, items)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.Log.Warn("our comments could not be read again", "org", p.Org.Name, "tracker", t.Name, "error", err)
		return nil
	}
	for _, it := range items {
		was := o.Ours[it.Key].Comment
		*was = seenAgain(*was, standing(comments, it.Key, was.Remote), p.Now())
		if err := p.Store.LookedAt(ctx, it.Key, *was); err != nil {
			return err
		}
	}
	return nil
}

// standing finds the comment of ours that is known on an item; nil: it is missing.
func standing(comments []roadmap.Comment, k roadmap.Key, remote string) *roadmap.Comment {
	i := slices.IndexFunc(comments, func(c roadmap.Comment) bool { return c.Key == k && c.Remote == remote })
	if i < 0 {
		return nil
	}
	return &comments[i]
}

// seenAgain is what we know of our comment when it was looked for: someone else
// has edited it since we wrote it or saw it last, or it is missing. A missing one
// may only be hidden, so nothing is concluded from that.
func seenAgain(was roadmap.OurComment, found *roadmap.Comment, now time.Time) roadmap.OurComment {
	was.Looked = now
	if found == nil {
		if was.DeletedAt.IsZero() {
			was.DeletedAt = now
		}
		return was
	}
	if was.EditedAt.IsZero() && othersEdit(was, *found) {
		was.EditedAt = now
	}
	was.DeletedAt, was.Shows, was.Edited = time.Time{}, found.Shows(), found.Edited
	return was
}

// othersEdit reports whether someone else has edited our comment since it was
// read last. Where the tracker does not tell by whom, another body than then does,
// if it was edited later than then too: a tracker may come to show the same text
// otherwise.
func othersEdit(was roadmap.OurComment, found roadmap.Comment) bool {
	switch found.Editor {
	case roadmap.EditorOther:
		return true
	case roadmap.EditorUs:
		return false
	}
	return was.Shows != "" && found.Shows() != was.Shows && found.Edited.After(was.Edited)
}

// newest keeps one comment of each item: that of its latest life.
func newest(comments []roadmap.Comment) []roadmap.Comment {
	var kept []roadmap.Comment
	at := map[roadmap.Key]int{}
	for _, c := range comments {
		if i, ok := at[c.Key]; ok {
			kept[i] = c
			continue
		}
		at[c.Key] = len(kept)
		kept = append(kept, c)
	}
	return kept
}

// adopt takes back a comment of ours that was found in a tracker, and the labels
// that stand with it. A label that the comment says is ours and that is not on
// the item was removed by a person: it is taken back as vetoed.
func (p *Pass) adopt(ctx context.Context, o *Outcome, c roadmap.Comment) error {
	it, ok := o.Alignment.Item(c.Key)
	if !ok {
		return nil
	}
	facts := map[roadmap.Rule]string{}
	for _, f := range o.Alignment.Findings {
		if f.Key == c.Key {
			facts[f.Rule] = f.Facts
		}
	}
	spoken := map[roadmap.Rule]string{}
	labels := c.Mark.Labels
	for _, rule := range c.Mark.Rules {
		spoken[rule] = facts[rule]
		if label := p.Org.Rules[rule].Label; label != "" && c.Mark.Labels == nil {
			labels = append(labels, label)
		}
	}
	why := "found in the tracker: the database did not know it"
	role := o.Alignment.Role(it.Key)
	if c.Remote != "" {
		change := roadmap.Change{
			Key: it.Key, Ref: it.Ref, Kind: it.Kind, Role: role, Action: roadmap.CreateComment,
			Mark: c.Mark, Remote: c.Remote, Rules: c.Mark.Rules, Why: why, RuleFacts: spoken,
		}
		as := written(c)
		if c.Editor == roadmap.EditorOther {
			as.EditedAt = p.Now() // a person's words, whatever we had said before
		}
		if err := p.Store.Adopt(ctx, o.Run, change, why, as, p.Now()); err != nil {
			return err
		}
	}
	for _, label := range labels {
		held := ""
		for rule, f := range facts {
			if p.Org.Rules[rule].Label == label {
				held += f
			}
		}
		change := roadmap.Change{Key: it.Key, Ref: it.Ref, Kind: it.Kind, Role: role, Action: roadmap.AddLabel, Value: label, Rules: c.Mark.Rules, Why: why, Facts: held}
		if err := p.Store.Adopt(ctx, o.Run, change, why, store.Written{}, p.Now()); err != nil {
			return err
		}
	}
	return nil
}
