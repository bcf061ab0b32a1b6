package jirasim

import (
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
)

// walk is one search on its way through the pages: the ids that matched when it
// began, in order. Behind a page token stand a walk and a place in it, so a page
// costs no sorting, and asking for a page twice gives the same page.
type walk struct {
	jql   string
	by    string // account id
	ids   []string
	stamp int // writes up to this one are in ids
}

const keepWalks = 64 // the oldest is forgotten, and its tokens expire

// walkBook keeps the walks that tokens were handed out for.
type walkBook struct {
	mu    sync.Mutex
	walks map[int]*walk
	order []int
	last  int
}

func (b *walkBook) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.walks, b.order = nil, nil
}

func (b *walkBook) add(w *walk) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.walks == nil {
		b.walks = map[int]*walk{}
	}
	b.last++
	b.walks[b.last] = w
	b.order = append(b.order, b.last)
	if len(b.order) > keepWalks {
		delete(b.walks, b.order[0])
		b.order = b.order[1:]
	}
	return b.last
}

// token makes the opaque name of a place in a walk.
func (b *walkBook) token(id, at int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "walk:%d:%d", id, at))
}

// open finds the place that a token stands for; ok is false for one that is
// made up or has expired.
func (b *walkBook) open(token string) (w *walk, id, at int, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, 0, 0, false
	}
	if n, err := fmt.Sscanf(string(raw), "walk:%d:%d", &id, &at); n != 2 || err != nil {
		return nil, 0, 0, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	w, ok = b.walks[id]
	return w, id, at, ok && at >= 0 && at <= len(w.ids)
}

// extend puts what was written since the walk began at its end. A walk ordered
// by `updated`, oldest first, thus meets again what was touched meanwhile, as on
// the real service, where a touched issue moves to the end.
func (b *walkBook) extend(w *walk, stamp int, more []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.stamp < stamp {
		w.stamp = stamp
		w.ids = append(slices.Clip(w.ids), more...)
	}
}

func (b *walkBook) state(w *walk) (ids []string, stamp int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return w.ids, w.stamp
}

// run gives the ids of what search knows to match, in order, as far as it was
// written after the given write.
func (s *Server) run(p *plan, after int) []string {
	var found []*record
	for _, r := range s.index {
		if r.stamp > after && s.searchable(p.user, r) && p.match(r) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, p.less)
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	return ids
}
