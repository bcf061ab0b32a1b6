package pass

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// fitting gives the changes that fit what stands in the tracker now. Of the others
// it notes why they are skipped.
func (w *writer) fitting(ctx context.Context, changes []roadmap.Change, now map[roadmap.Key]roadmap.Item, there []roadmap.Comment) ([]roadmap.Change, error) {
	strange, err := w.meetOurs(ctx, changes, there)
	if err != nil {
		return nil, err
	}
	var fit []roadmap.Change
	for _, c := range changes {
		why := cmp.Or(strange[c.Key], w.unfit(c, now))
		if why == "" && c.Action == roadmap.UpdateComment {
			if why, err = w.rewritten(ctx, c, standing(there, c.Key, c.Remote)); err != nil {
				return nil, err
			}
		}
		if why == "" {
			fit = append(fit, c)
			continue
		}
		w.o.Results[c.ID] = Result{store.Skipped, why}
		if why == saysSo {
			continue // it is in the ledger already
		}
		if err := w.Store.Skip(ctx, w.o.Run, c, why, w.Now()); err != nil {
			return nil, err
		}
	}
	return fit, nil
}

// under gives what changes of some items rest on, in this tracker, beside the
// items themselves.
func (w *writer) under(keys []roadmap.Key) []roadmap.Key {
	var met []roadmap.Key
	for _, k := range keys {
		if w.restsOn == nil {
			break
		}
		for _, it := range w.restsOn(k) {
			if it.Key.Tracker == k.Tracker && !slices.Contains(keys, it.Key) {
				met = append(met, it.Key)
			}
		}
	}
	slices.SortFunc(met, roadmap.Key.Compare)
	return slices.Compact(met)
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

// meetOurs takes back comments of ours that stand where one is about to be
// written: the database does not know of them, but it may be an old copy, or another
// one that was not there when they were written. Nothing is written to such an item
// now: what a person has undone on it since is known only from its comment.
func (w *writer) meetOurs(ctx context.Context, changes []roadmap.Change, there []roadmap.Comment) (why map[roadmap.Key]string, err error) {
	why = map[roadmap.Key]string{}
	for _, found := range newest(there) {
		creates := slices.ContainsFunc(changes, func(c roadmap.Change) bool { return c.Key == found.Key && c.Action == roadmap.CreateComment })
		if !creates || found.Remote == "" {
			continue
		}
		if err := w.adopt(ctx, w.o, found); err != nil {
			return nil, err
		}
		w.Log.Warn("found a comment of ours that the database did not know: it is an old copy, or another", "org", w.Org.Name, "item", found.Key)
		why[found.Key] = "a comment of ours is there already; the next pass goes on from it"
	}
	return why, nil
}

// saysSo is why an edit is not made that stands already: another alignd has made
// it, or this one before its database was put back.
const saysSo = "our comment says so already"

// rewritten says why our comment is not edited now: someone else has edited it and
// we did not know, or it says so already; or "".
func (w *writer) rewritten(ctx context.Context, c roadmap.Change, found *roadmap.Comment) (string, error) {
	was := w.o.Ours[c.Key].Comment
	if was == nil || found == nil {
		return "", nil // the edit itself tells
	}
	if is := seenAgain(*was, found, w.Now()); !is.EditedAt.Equal(was.EditedAt) {
		return "someone has edited our comment since; the next pass looks at it anew", w.Store.LookedAt(ctx, c.Key, is)
	}
	if found.Mark.Says != "" && edited(c, *found, nil) {
		return saysSo, w.Store.Adopt(ctx, w.o.Run, c, saysSo, written(*found), w.Now())
	}
	return "", nil
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
	for _, met := range w.restsOn(c.Key) {
		if met.Key.Tracker != c.Key.Tracker {
			continue
		}
		if is, there := now[met.Key]; !there || !same(*met, is) {
			return fmt.Sprintf("%s, on which it rests, has changed since it was read; the next pass looks at it anew", met.Ref)
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
