package pass

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// Left is a write of a run that is not taken back, and why.
type Left struct {
	Change roadmap.Change
	Why    string
}

// Undo takes back what a run wrote: labels that it added come off, labels that
// it took off come back, comments say again what they said before, and one that
// it wrote says that it was taken back. What people or a later run have changed
// since is left as it is. What is taken back is not written again until the
// facts change. allow is asked before anything is written.
func (p *Pass) Undo(ctx context.Context, run int64, allow func(changes []roadmap.Change, left []Left) (bool, error)) (*Outcome, error) {
	o := &Outcome{Results: map[string]Result{}}
	p.began = p.Now()
	release, err := p.Store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	for _, t := range p.Org.Trackers {
		if err := p.heal(ctx, t.Name); err != nil {
			return nil, err
		}
	}
	if o.Ours, _, err = p.Store.Ours(ctx); err != nil {
		return nil, err
	}
	changes, left, err := p.reverse(ctx, run, o.Ours)
	if err != nil {
		return nil, err
	}
	allowed, err := allow(changes, left)
	if err != nil || !allowed || len(changes) == 0 {
		return o, err
	}
	if o.Run, err = p.Store.BeginRun(ctx, true, p.Now()); err != nil {
		return nil, err
	}
	o.Wrote = true
	o.Plan = plan.Plan{Org: p.Org.Name, At: p.Now(), Complete: true, Changes: changes}
	err = p.write(ctx, o)
	if ctx.Err() != nil {
		return o, err
	}
	trouble := ""
	if failed := o.WriteErr(); failed != nil {
		trouble = failed.Error()
	}
	if endErr := p.Store.EndRun(ctx, o.Run, err == nil, trouble, p.Now()); err == nil {
		err = endErr
	}
	return o, err
}

// reverse finds what would take back a run's writes, the newest first, and what
// is left as it is.
func (p *Pass) reverse(ctx context.Context, run int64, ours map[roadmap.Key]roadmap.Ours) (changes []roadmap.Change, left []Left, err error) {
	log, err := p.Store.Log(ctx)
	if err != nil {
		return nil, nil, err
	}
	mine := slices.DeleteFunc(slices.Clone(log), func(e store.Entry) bool { return e.Run != run })
	if len(mine) == 0 {
		return nil, nil, fmt.Errorf("run %d wrote nothing, or there was no such run. Try: alignd log, which tells the runs", run)
	}
	now, err := p.asTheyAre(ctx, mine)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range slices.Backward(mine) {
		if e.Outcome != store.Done {
			continue
		}
		c, why := back(e, log, ours[e.Change.Key], now)
		if why != "" {
			left = append(left, Left{e.Change, why})
			continue
		}
		changes = append(changes, c)
	}
	return changes, left, nil
}

// asTheyAre reads the items of ledger entries directly.
func (p *Pass) asTheyAre(ctx context.Context, entries []store.Entry) (map[roadmap.Key]roadmap.Item, error) {
	now := map[roadmap.Key]roadmap.Item{}
	for _, t := range p.Org.Trackers {
		var keys []roadmap.Key
		for _, e := range entries {
			if e.Change.Key.Tracker == t.Name && !slices.Contains(keys, e.Change.Key) {
				keys = append(keys, e.Change.Key)
			}
		}
		if len(keys) == 0 {
			continue
		}
		if err := p.sameSite(ctx, t.Name); err != nil {
			return nil, err
		}
		items, err := p.Trackers[t.Name].Fetch(ctx, keys, nil)
		if err != nil {
			return nil, err
		}
		if err := p.Store.PutItems(ctx, items); err != nil {
			return nil, err
		}
		for _, it := range items {
			now[it.Key] = it
		}
	}
	return now, nil
}

// back gives the change that takes back one write, or says why there is none.
func back(e store.Entry, log []store.Entry, ours roadmap.Ours, items map[roadmap.Key]roadmap.Item) (c roadmap.Change, why string) {
	was := e.Change
	it, there := items[was.Key]
	switch {
	case !there:
		return c, "the item is gone, or cannot be seen any more"
	case slices.ContainsFunc(log, func(later store.Entry) bool {
		return later.Seq > e.Seq && later.Outcome == store.Done && overwrites(later.Change, was)
	}):
		return c, "it was written again since"
	}
	c = roadmap.Change{
		ID: "undo-" + was.ID, Key: was.Key, Ref: it.Ref, Kind: it.Kind, Role: was.Role, Title: it.Title,
		Value: was.Value, Rules: was.Rules, Facts: was.Facts, Undo: true,
		Why: fmt.Sprintf("run %d is taken back", e.Run),
	}
	_, label := ours.Labels[was.Value]
	switch was.Action {
	case roadmap.AddLabel:
		c.Action = roadmap.RemoveLabel
		switch {
		case !it.HasLabel(was.Value):
			return c, "someone has taken the label off already"
		case !label:
			return c, "the label is not ours any more"
		}
	case roadmap.RemoveLabel:
		c.Action = roadmap.AddLabel
		if it.HasLabel(was.Value) {
			return c, "the label is back already"
		}
	case roadmap.CreateComment, roadmap.UpdateComment:
		if c, why = backComment(c, e, log, ours.Comment); why != "" {
			return c, why
		}
	}
	// A label that is taken back stays on the record, and so counts as one that a
	// person took off, also where the database is lost.
	c.Mark.Org, c.Mark.Labels = was.Mark.Org, append([]string{}, slices.Sorted(maps.Keys(ours.Labels))...)
	return c, ""
}

// overwrites reports whether a change writes what an earlier one has written.
func overwrites(c, earlier roadmap.Change) bool {
	if c.Key != earlier.Key || c.Action.IsComment() != earlier.Action.IsComment() {
		return false
	}
	return c.Action.IsComment() || c.Value == earlier.Value
}

// backComment makes a comment say what it said before the write, or that it was
// taken back where it said nothing.
func backComment(c roadmap.Change, e store.Entry, log []store.Entry, now *roadmap.OurComment) (roadmap.Change, string) {
	was := e.Change
	switch {
	case now == nil || now.ID != was.Mark.ID:
		return c, "the comment is not ours any more"
	case now.Deleted:
		return c, "a person has deleted the comment"
	case !now.EditedAt.IsZero():
		return c, "someone has edited the comment since"
	}
	c.Action, c.Remote, c.Mark, c.Undone = roadmap.UpdateComment, now.Remote, was.Mark, map[roadmap.Rule]string{}
	maps.Copy(c.Undone, now.Rules) // with the facts of today: who takes it back has seen them
	for _, before := range slices.Backward(log) {
		if before.Seq >= e.Seq || before.Outcome != store.Done || !before.Change.Action.IsComment() || before.Change.Key != c.Key || before.Change.Mark.ID != c.Mark.ID {
			continue
		}
		c.Text, c.Value, c.Mark, c.RuleFacts = before.Change.Text, before.Change.Value, before.Change.Mark, before.Change.RuleFacts
		return c, ""
	}
	c.Mark.Rules = []roadmap.Rule{}
	c.Text = roadmap.Text{{roadmap.Say("What stood here was taken back by those who run alignd.")}, {roadmap.Say(c.Mark.Line())}}
	c.Value, c.RuleFacts = c.Text.Plain(), map[roadmap.Rule]string{}
	return c, ""
}
