package pass

import (
	"cmp"
	"context"
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
			w.restsOn = o.Alignment.RestsOn()
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
	restsOn func(roadmap.Key) []*roadmap.Item // nil: what is written rests on nothing but itself
	over    error                             // why nothing more is sent to this tracker
	lost    int                               // how many writes in a row went wrong as they do when a tracker is down
}

// unverified is a change that was sent and is yet to be read back.
type unverified struct {
	seq     int64
	change  roadmap.Change
	receipt connectors.Receipt
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
	fit, err := w.fitting(ctx, changes, now, there)
	if err != nil {
		return err
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
			took, err := w.send(ctx, fit[:n])
			if err != nil {
				return err
			}
			sent = append(sent, took...)
		}
		fit = fit[n:]
	}
	return w.verify(ctx, now, there, sent)
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

// send makes the changes of one request: intent, write, and the outcome of what
// the tracker did not take. What it took waits until it has been read back. Once
// begun, a change is finished even when the service is told to stop.
func (w *writer) send(ctx context.Context, changes []roadmap.Change) (took []unverified, err error) {
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
		if receipt.Err == nil {
			took = append(took, unverified{seqs[i], c, receipt})
			continue
		}
		if err := w.settle(ctx, seqs[i], c, receipt.Err); err != nil {
			return nil, err
		}
	}
	if lost == nil {
		w.lost = 0
	} else if w.lost++; w.lost >= giveUp && w.over == nil {
		w.over = lost
	}
	return took, nil
}
