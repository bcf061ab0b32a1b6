package connectortest

import (
	"context"
	"slices"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Counted is a World whose tracker counts ids.
type Counted interface {
	World
	// Remove deletes an item for good.
	Remove(t *testing.T, k roadmap.Key)
	// Hide takes from the client's account the sight of the configured project or
	// team.
	Hide(t *testing.T)
}

// RunCensus runs the cases of a census; make gives a fresh, empty world.
func RunCensus(t *testing.T, make func(t *testing.T) Counted) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Counted)
	}{
		{"a census lists every id of the place, once, and nothing else", countsAll},
		{"a census does not list what was deleted", countsDeleted},
		{"a census of a hidden place concludes nothing", countsHidden},
		{"a census of an empty place is an empty page of it", countsNothing},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, make(t)) })
	}
}

// count reads a census to its end.
func count(t *testing.T, c connectors.Tracker) (pages []connectors.Count, ids []string) {
	t.Helper()
	var from connectors.Cursor
	for range 100 {
		p, err := c.Census(context.Background(), from)
		if err != nil {
			t.Fatalf("Census: %v", err)
		}
		pages = append(pages, p)
		ids = append(ids, p.IDs...)
		if !p.More {
			slices.Sort(ids)
			return pages, ids
		}
		from = p.Next
	}
	t.Fatal("Census never ends")
	return nil, nil
}

func idsOf(keys []roadmap.Key) []string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	slices.Sort(ids)
	return ids
}

func countsAll(t *testing.T, w Counted) {
	keys := addMany(t, w)
	w.AddGoal(t, "A goal")
	_, under := w.Outside(t, "Elsewhere")
	c := w.Client(t, true)
	for range 2 { // a Tracker may count twice
		pages, ids := count(t, c)
		if want := idsOf(append(slices.Clone(keys), under)); !slices.Equal(ids, want) {
			t.Errorf("counted %q, want %q", ids, want)
		}
		for _, p := range pages {
			if p.Hidden || p.Place == "" || p.Place != pages[0].Place {
				t.Errorf("a page of %q, hidden %t, beside one of %q", p.Place, p.Hidden, pages[0].Place)
			}
		}
		items, _, _ := pull(t, always(w.Client(t, true)), "")
		if it := items[keys[0]]; pages[0].Place != it.Project && pages[0].Place != it.Team {
			t.Errorf("the place is %q, the item's project %q, its team %q", pages[0].Place, it.Project, it.Team)
		}
	}
}

func countsDeleted(t *testing.T, w Counted) {
	keys := addMany(t, w)
	w.Remove(t, keys[7])
	if _, ids := count(t, w.Client(t, true)); slices.Contains(ids, keys[7].ID) || len(ids) != len(keys)-1 {
		t.Errorf("counted %q after %s was deleted", ids, keys[7])
	}
}

func countsHidden(t *testing.T, w Counted) {
	addMany(t, w)
	w.Hide(t)
	pages, ids := count(t, w.Client(t, true))
	if len(ids) != 0 || !slices.ContainsFunc(pages, func(p connectors.Count) bool { return p.Hidden && p.Place != "" }) {
		t.Errorf("counted %q in %+v", ids, pages)
	}
}

func countsNothing(t *testing.T, w Counted) {
	pages, ids := count(t, w.Client(t, true))
	if len(ids) != 0 || len(pages) != 1 || pages[0].Place == "" || pages[0].Hidden {
		t.Errorf("counted %q in %+v", ids, pages)
	}
}
