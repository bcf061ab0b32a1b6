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
// of 200 that changed nothing is a failure. Where the reading fails, the entries
// stay open and the next pass settles them.
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
		outcome, why, _ := settled(c, items, comments)
		switch {
		case outcome != store.Done && c.Action == roadmap.CreateComment:
			why = "the tracker took it, but the comment is not there"
		case outcome != store.Done && c.Action == roadmap.UpdateComment:
			why = "the tracker took it, but the comment did not change"
		case outcome != store.Done:
			why = "the tracker took it, but the label did not change"
		case c.Action == roadmap.UpdateComment && w.news(c) && unmoved(c, there, comments):
			outcome, why = store.Failed, "the tracker took it, but the comment did not change"
		}
		w.o.Results[c.ID] = Result{outcome, why}
		if err := w.Store.Settle(ctx, u.seq, c, outcome, why, store.Written{Remote: u.receipt.Remote, Edited: u.receipt.Edited}, w.Now()); err != nil {
			return err
		}
	}
	return nil
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

// news reports whether an edit says something else than our comment did, as far
// as that is known.
func (w *writer) news(c roadmap.Change) bool {
	was := w.o.Ours[c.Key].Comment
	return was != nil && was.Text != "" && was.Text != c.Value
}

// unmoved reports whether a comment is the same before and after, as far as the
// tracker tells.
func unmoved(c roadmap.Change, before, after []roadmap.Comment) bool {
	was, is := standing(before, c.Key, c.Remote), standing(after, c.Key, c.Remote)
	return was != nil && is != nil && is.Mark.Says == "" && was.Body == is.Body && was.Edited.Equal(is.Edited)
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
