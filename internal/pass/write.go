package pass

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
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

// giveUp is how many writes in a row may be lost before a tracker counts as
// down: each costs its retries and time-outs.
const giveUp = 3

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
		if o.Alignment != nil {
			w.walked = o.Alignment.Walked()
		}
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
	walked  func(roadmap.Key) []*roadmap.Item // nil: what is written rests on nothing but itself
	over    error                             // why nothing more is sent to this tracker
	lost    int                               // how many writes in a row went wrong as they do when a tracker is down
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
	now, err := w.read(ctx, append(slices.Clone(keys), w.under(keys)...))
	var there []roadmap.Comment
	if err == nil {
		there, err = w.present(ctx, changes, now)
	}
	if err != nil {
		w.over = err
		for _, c := range changes {
			w.o.Results[c.ID] = Result{store.Failed, err.Error()}
		}
		return nil
	}
	var fit []roadmap.Change
	for _, c := range changes {
		if found := unknown(there, c); found != nil {
			if err := w.adopt(ctx, w.o, *found); err != nil {
				return err
			}
			w.Log.Warn("found a comment of ours that the database did not know: it is an old copy, or another", "org", w.Org.Name, "ref", c.Ref)
			w.o.Results[c.ID] = Result{store.Skipped, "a comment of ours is there already; the next pass goes on from it"}
			continue
		}
		why := w.unfit(c, now)
		if why == "" && c.Action == roadmap.UpdateComment {
			if why, err = w.rewritten(ctx, c, there); err != nil {
				return err
			}
		}
		if why != "" {
			w.o.Results[c.ID] = Result{store.Skipped, why}
			if err := w.Store.Skip(ctx, w.o.Run, c, why, w.Now()); err != nil {
				return err
			}
			continue
		}
		fit = append(fit, c)
	}
	slices.SortStableFunc(fit, labelsFirst)
	var sent []unverified
	for len(fit) > 0 {
		if ctx.Err() != nil {
			w.over = errStopped
		}
		n := lot(fit, w.tracker.Together())
		if w.over != nil {
			for _, c := range fit[:n] {
				w.o.Results[c.ID] = Result{store.Skipped, w.over.Error()}
			}
		} else {
			labels, err := w.send(ctx, fit[:n])
			if err != nil {
				return err
			}
			sent = append(sent, labels...)
		}
		fit = fit[n:]
	}
	return w.verify(ctx, keys, sent)
}

// under gives what is met in this tracker from some items on: a change rests on
// that as much as on the item itself.
func (w *writer) under(keys []roadmap.Key) []roadmap.Key {
	var met []roadmap.Key
	for _, k := range keys {
		if w.walked == nil {
			break
		}
		for _, it := range w.walked(k) {
			if it.Key.Tracker == k.Tracker && !slices.Contains(keys, it.Key) {
				met = append(met, it.Key)
			}
		}
	}
	slices.SortFunc(met, roadmap.Key.Compare)
	return slices.Compact(met)
}

// labelsFirst puts comments last, so that one only ever speaks of labels that
// are there, and the labels of many items can go together.
func labelsFirst(a, b roadmap.Change) int {
	switch {
	case a.Action.IsComment() == b.Action.IsComment():
		return 0
	case b.Action.IsComment():
		return -1
	}
	return 1
}

// lot gives how many of the first changes go into one request: the label
// changes of so many items, or one comment.
func lot(changes []roadmap.Change, together int) int {
	n := slices.IndexFunc(changes, func(c roadmap.Change) bool { return c.Action.IsComment() })
	switch n {
	case 0:
		return 1
	case -1:
		n = len(changes)
	}
	return cut(changes[:n], max(together, 1))
}

// present reads our comments on the items that are about to get one, or whose
// comment is about to be edited.
func (w *writer) present(ctx context.Context, changes []roadmap.Change, now map[roadmap.Key]roadmap.Item) ([]roadmap.Comment, error) {
	var items []roadmap.Item
	for _, c := range changes {
		if it, is := now[c.Key]; is && c.Action.IsComment() {
			items = append(items, it)
		}
	}
	if len(items) == 0 {
		return nil, nil
	}
	return w.tracker.Comments(ctx, items)
}

// unknown gives the comment of ours that stands where one is about to be written;
// nil: there is none. The database does not know of it, but it may be an old copy,
// or another one that was not there when it was written.
func unknown(there []roadmap.Comment, c roadmap.Change) *roadmap.Comment {
	var found *roadmap.Comment
	for i := range there {
		if c.Action == roadmap.CreateComment && there[i].Key == c.Key && there[i].Remote != "" {
			found = &there[i] // the newest of its lives
		}
	}
	return found
}

// rewritten says why our comment is not edited now where someone else has edited
// it and we did not know, or "".
func (w *writer) rewritten(ctx context.Context, c roadmap.Change, there []roadmap.Comment) (string, error) {
	was := w.o.Ours[c.Key].Comment
	found := standing(there, c.Key, c.Remote)
	if was == nil || found == nil {
		return "", nil // the edit itself tells
	}
	is := seenAgain(*was, found, w.Now())
	if is.EditedAt.Equal(was.EditedAt) {
		return "", nil
	}
	return "someone has edited our comment since; the next pass looks at it anew", w.Store.LookedAt(ctx, c.Key, is)
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
	if _, err := w.Store.Missed(ctx, gone, w.began); err != nil {
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
	if c.Undo {
		return "" // it rests on what we wrote, not on the item
	}
	seen, _ := w.o.Alignment.Item(c.Key)
	if seen == nil || !same(*seen, it) {
		return "the item has changed since it was read; the next pass looks at it anew"
	}
	for _, met := range w.walked(c.Key) {
		if met.Key.Tracker != c.Key.Tracker {
			continue
		}
		if is, there := now[met.Key]; !there || !same(*met, is) {
			return fmt.Sprintf("%s, to which it leads, has changed since it was read; the next pass looks at it anew", met.Ref)
		}
	}
	return ""
}

// same reports whether nothing has changed on an item that a plan may rest on;
// an expression of the file may rest on any field but its own time of change.
func same(a, b roadmap.Item) bool {
	for _, it := range []*roadmap.Item{&a, &b} {
		it.Updated, it.Former, it.InScope = time.Time{}, nil, false
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
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

// send makes the changes of one request: intent, write, outcome. The outcome of
// a label waits until it has been read back. Once begun, a change is finished
// even when the service is told to stop.
func (w *writer) send(ctx context.Context, changes []roadmap.Change) (labels []unverified, err error) {
	ctx, cancel := finishing(ctx)
	defer cancel()
	seqs := make([]int64, len(changes))
	for i, c := range changes {
		if seqs[i], err = w.Store.Begin(ctx, w.o.Run, c, w.Now()); err != nil {
			return nil, err
		}
	}
	var lost error
	for i, receipt := range w.tracker.Apply(ctx, changes) {
		c := changes[i]
		if kind := connectors.KindOf(receipt.Err); kind == connectors.Temporary || kind == connectors.Unknown {
			lost = receipt.Err
		}
		if receipt.Err == nil && !c.Action.IsComment() {
			labels = append(labels, unverified{seqs[i], c})
			continue
		}
		if err := w.settle(ctx, seqs[i], c, receipt); err != nil {
			return nil, err
		}
	}
	if lost == nil {
		w.lost = 0
	} else if w.lost++; w.lost >= giveUp && w.over == nil {
		w.over = lost
	}
	return labels, nil
}

// settle writes down what came of a change that needs no reading back.
func (w *writer) settle(ctx context.Context, seq int64, c roadmap.Change, receipt connectors.Receipt) error {
	settleCtx := context.WithoutCancel(ctx)
	err := receipt.Err
	if err == nil {
		w.o.Results[c.ID] = Result{Outcome: store.Done}
		return w.Store.Settle(settleCtx, seq, c, store.Done, "", store.Written{Remote: receipt.Remote, Edited: receipt.Edited}, w.Now())
	}
	outcome := store.Failed
	switch connectors.KindOf(err) {
	case connectors.Unknown:
		outcome = store.Unknown
	case connectors.Forbidden, connectors.Invalid:
		outcome = store.Refused
	case connectors.NotFound:
		// Where the item is there still, a person has deleted our comment.
		if c.Action.IsComment() {
			items, fetchErr := w.tracker.Fetch(ctx, []roadmap.Key{c.Key}, nil)
			if fetchErr != nil || len(items) == 0 {
				break
			}
			if err := w.Store.CommentDeleted(settleCtx, c, w.Now()); err != nil {
				return err
			}
			outcome, err = store.Skipped, fmt.Errorf("a person deleted our comment; it stays so until the facts change")
		}
	}
	if stops(err) {
		w.over = err
	}
	w.Log.Info("write failed", "org", w.Org.Name, "ref", c.Ref, "action", c.Action, "outcome", outcome, "error", err)
	w.o.Results[c.ID] = Result{outcome, err.Error()}
	return w.Store.Settle(settleCtx, seq, c, outcome, err.Error(), store.Written{}, w.Now())
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
		if err := w.Store.Settle(ctx, u.seq, u.change, outcome, why, store.Written{}, w.Now()); err != nil {
			return err
		}
	}
	return nil
}
