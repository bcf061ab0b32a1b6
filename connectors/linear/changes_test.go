package linear

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// kept is what a database would hold of the pages.
type kept struct {
	items  map[roadmap.Key]roadmap.Item
	sets   map[string][]roadmap.Edge
	staged map[string][]roadmap.Edge
	cursor connectors.Cursor

	directory string
}

func newKept() *kept {
	return &kept{items: map[roadmap.Key]roadmap.Item{}, sets: map[string][]roadmap.Edge{}, staged: map[string][]roadmap.Edge{}}
}

func (k *kept) put(p connectors.Page) {
	for _, it := range p.Items {
		if old, ok := k.items[it.Key]; !ok || !old.Updated.After(it.Updated) {
			k.items[it.Key] = it
		}
	}
	for _, s := range p.Sets {
		if s.First {
			k.staged[s.Name] = nil
		}
		k.staged[s.Name] = append(k.staged[s.Name], s.Edges...)
		if s.Last {
			slices.SortFunc(k.staged[s.Name], func(a, b roadmap.Edge) int { return a.From.Compare(b.From)*2 + a.To.Compare(b.To) })
			k.sets[s.Name] = k.staged[s.Name]
		}
	}
	k.cursor = p.Next
}

// pull goes on until everything has come; between is called after every page,
// and reports whether the process dies there.
func (k *kept) pull(t interface{ Fatal(...any) }, tr *Tracker, between func() (dies bool)) {
	for range 500 {
		p, err := tr.Pull(context.Background(), k.cursor)
		if err != nil {
			t.Fatal(err)
		}
		k.put(p)
		if between() || !p.More {
			return
		}
	}
	t.Fatal(errors.New("the pull does not end"))
}

// Whatever people change, between passes and between the pages of one, and
// wherever a pass is broken off, and whether the directory that it kept is there
// for the next one, lost, or an old one: after the next complete pass all is
// known as a first pull of everything has it. What was deleted for good is known
// when the directory is next read whole.
func TestEveryChangeIsSeen(t *testing.T) {
	t.Parallel()
	w0, closeTown := newTown(t)
	closeTown()
	var names []string
	for name := range w0.acts() {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		w, closeTown := newTown(nil)
		defer closeTown()
		acts, size := w.acts(), rapid.IntRange(2, 4).Draw(t, "page size")
		act := func() {
			for range rapid.IntRange(0, 2).Draw(t, "acts") {
				// More than the overlap at times, which would read again what a
				// watermark must not be trusted with.
				w.now = w.now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Hour}).Draw(t, "later"))
				name := rapid.SampledFrom(names).Draw(t, "act")
				if err := acts[name](rapid.IntRange(0, 99).Draw(t, "n")); err != nil && name != "rename a label" && name != "rename a project label" {
					t.Fatal(name, err)
				}
			}
		}
		k, directories := newKept(), []string{""}
		for range rapid.IntRange(1, 3).Draw(t, "passes") {
			act()
			k.pull(t, w.trackerWith(t, size, k), func() bool { act(); return rapid.IntRange(0, 9).Draw(t, "dies") == 0 })
			directories = append(directories, k.directory)
			if rapid.IntRange(0, 4).Draw(t, "database") == 0 {
				k.directory = rapid.SampledFrom(directories).Draw(t, "directory")
			}
		}
		if w.deleted {
			w.now = w.now.Add(24 * time.Hour)
		}
		k.pull(t, w.trackerWith(t, size, k), func() bool { return false })
		k.pull(t, w.trackerWith(t, size, k), func() bool { return false }) // the one before may have gone on from a broken one

		fresh := newKept()
		fresh.pull(t, w.tracker(t, 0), func() bool { return false })
		if diff := cmp.Diff(fresh.items, k.items); diff != "" {
			t.Fatalf("items (-fresh +kept):\n%s", diff)
		}
		if diff := cmp.Diff(fresh.sets, k.sets); diff != "" {
			t.Fatalf("sets (-fresh +kept):\n%s", diff)
		}
	})
}
