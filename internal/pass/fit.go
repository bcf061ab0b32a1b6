package pass

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

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

// rewritten says why our comment is not edited now where someone else has edited
// it and we did not know, or "".
func (w *writer) rewritten(ctx context.Context, c roadmap.Change, found *roadmap.Comment) (string, error) {
	was := w.o.Ours[c.Key].Comment
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
