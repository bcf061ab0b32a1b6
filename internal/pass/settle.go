package pass

import (
	"context"
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// settle writes down what came of a change that the tracker did not take.
func (w *writer) settle(ctx context.Context, seq int64, c roadmap.Change, err error) error {
	settleCtx := context.WithoutCancel(ctx)
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

// verify reads back what was taken, and was written to items that stood as now,
// with our comments there. A change counts as written when it is seen; an answer
// of 200 that changed nothing counts as refused. Where the reading fails, the
// entries stay open and the next pass settles them.
func (w *writer) verify(ctx context.Context, now map[roadmap.Key]roadmap.Item, there []roadmap.Comment, took []unverified) error {
	if len(took) == 0 {
		return nil
	}
	ctx, cancel := finishing(ctx)
	defer cancel()
	items, comments, err := w.readBack(ctx, now, took)
	for _, u := range took {
		c := u.change
		if err != nil {
			w.o.Results[c.ID] = Result{store.Unknown, "it could not be read back: " + err.Error()}
			continue
		}
		outcome, why, as := settled(c, items, comments, w.before(c, there))
		if outcome == store.Done {
			as.Remote = u.receipt.Remote
		} else {
			outcome, why = store.Refused, notSeen[c.Action]
		}
		w.o.Results[c.ID] = Result{outcome, why}
		if outcome == store.Refused && c.Action == roadmap.AddLabel && !c.Undo {
			err = w.Store.SettleVanished(ctx, u.seq, c, why, w.Now())
		} else {
			err = w.Store.Settle(ctx, u.seq, c, outcome, why, as, w.Now())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notSeen says what became of a change that a tracker took and did not make, or
// that something undid at once. It counts as refused: made again at every pass it
// would be fought over for ever.
var notSeen = map[roadmap.Action]string{
	roadmap.AddLabel:      "the tracker took it, but the label is not there: something takes it off at once",
	roadmap.RemoveLabel:   "the tracker took it, but the label is there still",
	roadmap.CreateComment: "the tracker took it, but the comment is not there",
	roadmap.UpdateComment: "the tracker took it, but the comment did not change",
}

// before is our comment as it stood when a change was about to be made; nil where
// it does not matter whether the text is another one after it: it may say the same.
func (w *writer) before(c roadmap.Change, there []roadmap.Comment) *roadmap.OurComment {
	was, found := w.o.Ours[c.Key].Comment, standing(there, c.Key, c.Remote)
	if was == nil || found == nil || was.Text == "" || was.Text == c.Value || !was.EditedAt.IsZero() || found.Shows() != was.Shows {
		return nil
	}
	return was
}

// readBack reads the items whose labels were changed and the comments that were
// written.
func (w *writer) readBack(ctx context.Context, now map[roadmap.Key]roadmap.Item, took []unverified) (map[roadmap.Key]roadmap.Item, []roadmap.Comment, error) {
	var labelled []roadmap.Key
	var said []roadmap.Item
	for _, u := range took {
		if u.change.Action.IsComment() {
			said = append(said, now[u.change.Key])
		} else if n := len(labelled); n == 0 || labelled[n-1] != u.change.Key {
			labelled = append(labelled, u.change.Key)
		}
	}
	items := now
	var comments []roadmap.Comment
	var err error
	if len(labelled) > 0 {
		items, err = w.read(ctx, labelled)
		for _, it := range said {
			if _, read := items[it.Key]; err == nil && !read {
				items[it.Key] = it
			}
		}
	}
	if err == nil && len(said) > 0 {
		comments, err = w.tracker.Comments(ctx, said)
	}
	return items, comments, err
}

// stops reports whether an error means that nothing more can be written to this
// tracker now.
func stops(err error) bool {
	switch connectors.KindOf(err) {
	case connectors.Auth, connectors.RateLimited, connectors.Removed:
		return true
	}
	return false
}

var errStopped = fmt.Errorf("stopped before it was sent")
