package pass

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// batch is how many items are read before and after their writes in one go.
const batch = 50

// inHand is how long a change that has begun may still take when the service
// is told to stop: less than the ten seconds in which it must have ended.
const inHand = 8 * time.Second

// write carries out the plan, tracker by tracker, items in batches: read, write
// what still fits, read back.
func (p *Pass) write(ctx context.Context, o *Outcome) error {
	for _, t := range p.Org.Trackers {
		var changes []roadmap.Change
		for _, c := range o.Plan.Changes {
			if c.Key.Tracker == t.Name {
				changes = append(changes, c)
			}
		}
		slices.SortStableFunc(changes, func(a, b roadmap.Change) int { return cmp.Compare(a.Ref, b.Ref) })
		w := writer{Pass: p, tracker: p.Trackers[t.Name], o: o}
		for len(changes) > 0 && w.over == nil {
			n := cut(changes, batch)
			if err := w.batch(ctx, changes[:n]); err != nil {
				return err
			}
			changes = changes[n:]
		}
		for _, c := range changes {
			o.Results[c.ID] = Result{store.Skipped, w.over.Error()}
		}
	}
	return ctx.Err()
}

// cut gives how many changes make up the first n items.
func cut(changes []roadmap.Change, n int) int {
	items := 0
	for i, c := range changes {
		if i == 0 || changes[i-1].Key != c.Key {
			items++
		}
		if items > n {
			return i
		}
	}
	return len(changes)
}

// writer writes to one tracker.
type writer struct {
	*Pass
	tracker connectors.Tracker
	o       *Outcome
	over    error // why nothing more is sent to this tracker
}

// unverified is a label that was sent and is yet to be read back.
type unverified struct {
	seq    int64
	change roadmap.Change
}

func (w *writer) batch(ctx context.Context, changes []roadmap.Change) error {
	var keys []roadmap.Key
	for _, c := range changes {
		if len(keys) == 0 || keys[len(keys)-1] != c.Key {
			keys = append(keys, c.Key)
		}
	}
	now, err := w.read(ctx, keys)
	if err != nil {
		w.over = err
		for _, c := range changes {
			w.o.Results[c.ID] = Result{store.Failed, err.Error()}
		}
		return nil
	}
	var sent []unverified
	for _, c := range changes {
		if ctx.Err() != nil {
			w.over = errStopped
		}
		if w.over != nil {
			w.o.Results[c.ID] = Result{store.Skipped, w.over.Error()}
			continue
		}
		if why := w.unfit(c, now); why != "" {
			w.o.Results[c.ID] = Result{store.Skipped, why}
			if err := w.Store.Note(ctx, w.o.Run, c, store.Skipped, why, w.Now()); err != nil {
				return err
			}
			continue
		}
		u, err := w.send(ctx, c)
		if err != nil {
			return err
		}
		if u != nil {
			sent = append(sent, *u)
		}
	}
	return w.verify(ctx, keys, sent)
}

// read reads items directly and stores what came.
func (w *writer) read(ctx context.Context, keys []roadmap.Key) (map[roadmap.Key]roadmap.Item, error) {
	items, err := w.tracker.Fetch(ctx, keys, nil)
	if err != nil {
		return nil, err
	}
	byKey := map[roadmap.Key]roadmap.Item{}
	for _, it := range items {
		byKey[it.Key] = it
	}
	var gone []roadmap.Key
	for _, k := range keys {
		if _, there := byKey[k]; !there {
			gone = append(gone, k)
		}
	}
	if err := w.Store.MarkGone(ctx, gone); err != nil {
		return nil, err
	}
	return byKey, w.Store.PutItems(ctx, items)
}

// unfit says why a change does not fit the item any more, or "".
func (w *writer) unfit(c roadmap.Change, now map[roadmap.Key]roadmap.Item) string {
	it, there := now[c.Key]
	if !there {
		return "the item is gone, or cannot be seen any more"
	}
	seen, _ := w.o.Alignment.Item(c.Key)
	if seen == nil || !same(*seen, it) {
		return "the item has changed since it was read; the next pass looks at it anew"
	}
	return ""
}

// same reports whether nothing has changed on an item that a plan may rest on.
func same(a, b roadmap.Item) bool {
	return a.Status == b.Status && a.Level == b.Level && a.Project == b.Project && a.Team == b.Team &&
		slices.Equal(a.Labels, b.Labels) &&
		slices.Equal(a.Links, b.Links) &&
		(len(a.People) == 0 && len(b.People) == 0 || reflect.DeepEqual(a.People, b.People))
}

// finishing gives a context for work that has begun and must end: it outlives
// the cancellation of ctx by inHand, and has no limit before that.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(inHand, cancel)
		context.AfterFunc(work, func() { late.Stop() })
	})
	return work, func() { unhook(); cancel() }
}

// send makes one change: intent, write, outcome. The outcome of a label waits
// until it has been read back. Once begun, a change is finished even when the
// service is told to stop.
func (w *writer) send(ctx context.Context, c roadmap.Change) (*unverified, error) {
	ctx, cancel := finishing(ctx)
	defer cancel()
	seq, err := w.Store.Begin(ctx, w.o.Run, c, w.Now())
	if err != nil {
		return nil, err
	}
	receipt, err := w.tracker.Apply(ctx, c)
	if err == nil && (c.Action == roadmap.AddLabel || c.Action == roadmap.RemoveLabel) {
		return &unverified{seq, c}, nil
	}
	settleCtx := context.WithoutCancel(ctx)
	if err == nil {
		w.o.Results[c.ID] = Result{Outcome: store.Done}
		return nil, w.Store.Settle(settleCtx, seq, c, store.Done, "", receipt.Remote, w.Now())
	}
	outcome := store.Failed
	switch connectors.KindOf(err) {
	case connectors.Unknown:
		outcome = store.Unknown
	case connectors.NotFound:
		// The item was there a moment ago: a person has deleted our comment.
		if c.Action == roadmap.UpdateComment {
			if err := w.Store.CommentDeleted(settleCtx, c.Key); err != nil {
				return nil, err
			}
			outcome, err = store.Skipped, fmt.Errorf("a person deleted our comment; it stays so until the facts change")
		}
	}
	if stops(err) {
		w.over = err
	}
	w.Log.Info("write failed", "org", w.Org.Name, "ref", c.Ref, "action", c.Action, "outcome", outcome, "error", err)
	w.o.Results[c.ID] = Result{outcome, err.Error()}
	return nil, w.Store.Settle(settleCtx, seq, c, outcome, err.Error(), "", w.Now())
}

// verify reads the items back. A label counts as written when it is seen; an
// answer of 200 that changed nothing is a failure. Where the reading fails, the
// entries stay open and the next pass settles them.
func (w *writer) verify(ctx context.Context, keys []roadmap.Key, sent []unverified) error {
	if len(sent) == 0 {
		return nil
	}
	ctx, cancel := finishing(ctx)
	defer cancel()
	now, err := w.read(ctx, keys)
	for _, u := range sent {
		if err != nil {
			w.o.Results[u.change.ID] = Result{store.Unknown, "it could not be read back: " + err.Error()}
			continue
		}
		outcome, why, _ := settled(u.change, now, nil)
		if outcome == store.Failed {
			why = "the tracker took it, but the label did not change"
		}
		w.o.Results[u.change.ID] = Result{outcome, why}
		if err := w.Store.Settle(ctx, u.seq, u.change, outcome, why, "", w.Now()); err != nil {
			return err
		}
	}
	return nil
}
