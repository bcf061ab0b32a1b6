package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// titles gives "key title" of every item that is not gone, sorted.
func titles(t *testing.T, s *Store) []string {
	t.Helper()
	items, _, err := s.Items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, it := range items {
		all = append(all, it.Ref.Key()+" "+it.Title)
	}
	slices.Sort(all)
	return all
}

func cursorOf(t *testing.T, s *Store) string {
	t.Helper()
	c, complete, err := s.Cursor(t.Context(), "jira")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s complete=%v", c, complete)
}

func TestPageAndCursorGoTogether(t *testing.T) {
	s := fresh(t)
	if got := cursorOf(t, s); got != " complete=false" {
		t.Errorf("a new database stands at %q", got)
	}
	put := func(ctx context.Context, p connectors.Page) error { return s.PutPage(ctx, "jira", p, noon) }
	if err := put(t.Context(), connectors.Page{Items: []roadmap.Item{story("1", "PAY-1", "One", 0)}, Next: "c1", More: true}); err != nil {
		t.Fatal(err)
	}
	if got := cursorOf(t, s); got != "c1 complete=false" {
		t.Errorf("after the first of two pages: %q", got)
	}

	// A page one item of which cannot be stored: none of it is, and the cursor stays.
	bad := story("3", "PAY-3", "Three", 0)
	bad.Created = bad.Created.AddDate(math.MaxInt16, 0, 0) // a year that JSON has no form for
	err := put(t.Context(), connectors.Page{
		Items: []roadmap.Item{story("2", "PAY-2", "Two", 0), bad},
		Sets:  []connectors.Set{{Name: "goals:0", First: true, Last: true, Edges: []roadmap.Edge{{From: key("9")}}}},
		Next:  "c2",
	})
	if err == nil || !strings.Contains(err.Error(), "jira#3") || !strings.Contains(err.Error(), s.Path()) {
		t.Errorf("the error says neither which item nor which database: %v", err)
	}

	// A run that is stopped just then.
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := put(stopped, connectors.Page{Items: []roadmap.Item{story("2", "PAY-2", "Two", 0)}, Next: "c2"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}

	if diff := cmp.Diff([]string{"PAY-1 One"}, titles(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := cursorOf(t, s); got != "c1 complete=false" {
		t.Errorf("after two pages that were not stored: %q", got)
	}
	if edges, err := s.Edges(t.Context()); err != nil || len(edges) != 0 {
		t.Errorf("edges %v of a page that was not stored, error %v", edges, err)
	}

	if err := put(t.Context(), connectors.Page{Items: []roadmap.Item{story("2", "PAY-2", "Two", 0)}, Next: "c2"}); err != nil {
		t.Fatal(err)
	}
	if got := cursorOf(t, s); got != "c2 complete=true" {
		t.Errorf("after the last page: %q", got)
	}
	if err := s.PullBroken(t.Context(), "jira"); err != nil {
		t.Fatal(err)
	}
	if got := cursorOf(t, s); got != "c2 complete=false" {
		t.Errorf("after a pull that broke: %q", got)
	}
}

func TestWhatIsKnownOfAnItem(t *testing.T) {
	type step struct {
		put  *roadmap.Item
		gone string // id
	}
	put := func(id, humanKey, title string, minutes int) step {
		it := story(id, humanKey, title, minutes)
		return step{put: &it}
	}
	for _, c := range []struct {
		name  string
		steps []step
		want  []string // key, title, and former keys where there are any
	}{
		{"a newer copy replaces an older", []step{put("1", "PAY-1", "Old", 0), put("1", "PAY-1", "New", 1)}, []string{"PAY-1 New"}},
		{"an older copy (a lagging index) changes nothing", []step{put("1", "PAY-1", "New", 5), put("1", "PAY-1", "Old", 0)}, []string{"PAY-1 New"}},
		{"of two copies of one time the later read counts", []step{put("1", "PAY-1", "First", 0), put("1", "PAY-1", "Second", 0)}, []string{"PAY-1 Second"}},
		{"gone", []step{put("1", "PAY-1", "One", 0), {gone: "1"}}, []string{}},
		{"gone and back", []step{put("1", "PAY-1", "One", 0), {gone: "1"}, put("1", "PAY-1", "Back", 1)}, []string{"PAY-1 Back"}},
		{"gone and back unchanged", []step{put("1", "PAY-1", "One", 0), {gone: "1"}, put("1", "PAY-1", "One", 0)}, []string{"PAY-1 One"}},
		{"an older copy does not bring it back", []step{put("1", "PAY-1", "One", 5), {gone: "1"}, put("1", "PAY-1", "Old", 0)}, []string{}},
		{"gone before it was ever seen", []step{{gone: "1"}, put("2", "PAY-2", "Two", 0)}, []string{"PAY-2 Two"}},
		{"moved: the former key is kept", []step{put("1", "PAY-1", "One", 0), put("1", "WEB-7", "One", 1)}, []string{"WEB-7 One (PAY-1)"}},
		{"moved twice", []step{put("1", "PAY-1", "One", 0), put("1", "WEB-7", "One", 1), put("1", "OPS-3", "One", 2)}, []string{"OPS-3 One (WEB-7, PAY-1)"}},
		{"moved and back: its key is no former one", []step{put("1", "PAY-1", "One", 0), put("1", "WEB-7", "One", 1), put("1", "PAY-1", "One", 2)}, []string{"PAY-1 One (WEB-7)"}},
		{"former keys outlive further changes", []step{put("1", "PAY-1", "One", 0), put("1", "WEB-7", "One", 1), put("1", "WEB-7", "Two", 2), put("1", "WEB-7", "Three", 3)}, []string{"WEB-7 Three (PAY-1)"}},
		{"two items that had one key", []step{put("1", "PAY-1", "One", 0), put("1", "WEB-7", "One", 1), put("2", "PAY-1", "Two", 1)}, []string{"PAY-1 Two", "WEB-7 One (PAY-1)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			for _, st := range c.steps {
				var err error
				if st.put != nil {
					err = s.PutItems(t.Context(), []roadmap.Item{*st.put})
				} else {
					for began := range 2 { // one pass that misses it, and another
						_, err = s.Missed(t.Context(), []roadmap.Key{key(st.gone)}, time.UnixMilli(int64(began+1)))
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			items, _, err := s.Items(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, it := range items {
				line := it.Ref.Key() + " " + it.Title
				if len(it.Former) > 0 {
					slices.SortStableFunc(it.Former, func(a, b string) int { return strings.Compare(b, a) })
					line += " (" + strings.Join(it.Former, ", ") + ")"
				}
				got = append(got, line)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Everything that a tracker says of an item comes back as it went in.
func TestAnItemComesBackWhole(t *testing.T) {
	s := fresh(t)
	it := story("1", "PAY-1", "A \"title\" with \x00 and 東京 and </script>", 0)
	it.Labels = []string{"a", "b c"}
	it.People = map[string][]roadmap.Person{"field:Product Owner": {{Tracker: "jira", ID: "p", Name: "Ana", Active: true}}}
	it.Links = []roadmap.Link{{Way: roadmap.WayParent, Field: "parent", To: key("2")}, {Way: roadmap.WayParent, Field: "Epic Link", ToRef: "jira:PAY-9"}}
	it.InScope, it.Level, it.Status = true, roadmap.LevelSubtask, roadmap.StatusDoing
	if err := s.PutItems(t.Context(), []roadmap.Item{it}); err != nil {
		t.Fatal(err)
	}
	items, _, err := s.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Fatalf("%d items, error %v", len(items), err)
	}
	if diff := cmp.Diff(it, items[0]); diff != "" {
		t.Errorf("-put +read:\n%s", diff)
	}
}

// A set holds as it was until the last piece of a new reading has come.
func TestSetsAreReadWholeOrNotAtAll(t *testing.T) {
	const first, last = true, true
	type piece struct {
		first, last bool
		from        string // ids, one letter each
	}
	for _, c := range []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"one piece", []piece{{first, last, "ab"}}, "ab"},
		{"three pieces", []piece{{first, false, "a"}, {false, false, "b"}, {false, last, "c"}}, "abc"},
		{"not at its end", []piece{{first, false, "a"}, {false, false, "b"}}, ""},
		{"a new reading replaces the old", []piece{{first, last, "abc"}, {first, last, "cd"}}, "cd"},
		{"a new reading under way leaves the old", []piece{{first, last, "abc"}, {first, false, "d"}}, "abc"},
		{"broken off and begun again", []piece{{first, last, "abc"}, {first, false, "d"}, {first, last, "e"}}, "e"},
		{"resumed by a later run", []piece{{first, last, "abc"}, {first, false, "d"}, {false, last, "e"}}, "de"},
		{"empty from now on", []piece{{first, last, "abc"}, {first, last, ""}}, ""},
		{"a row told twice", []piece{{first, false, "ab"}, {false, last, "bc"}}, "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			other := connectors.Set{Name: "goals:1", First: true, Last: true, Edges: []roadmap.Edge{{From: key("z")}}}
			if err := s.PutPage(t.Context(), "jira", connectors.Page{Sets: []connectors.Set{other}}, noon); err != nil {
				t.Fatal(err)
			}
			for _, p := range c.pieces {
				set := connectors.Set{Name: "goals:0", First: p.first, Last: p.last}
				for _, id := range p.from {
					set.Edges = append(set.Edges, roadmap.Edge{From: key(string(id))})
				}
				if err := s.PutPage(t.Context(), "jira", connectors.Page{Sets: []connectors.Set{set}}, noon); err != nil {
					t.Fatal(err)
				}
			}
			edges, err := s.Edges(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range edges["jira"]["goals:0"] {
				got += e.From.ID
				if !e.To.IsZero() {
					t.Errorf("%v leads somewhere", e)
				}
			}
			if got != c.want {
				t.Errorf("the set holds %q, want %q", got, c.want)
			}
			if n := len(edges["jira"]["goals:1"]); n != 1 {
				t.Errorf("the other set holds %d rows, want 1", n)
			}
		})
	}
}

func BenchmarkStoreItems(b *testing.B) {
	s := fresh(b)
	const n = 100_000
	items := make([]roadmap.Item, n)
	for i := range items {
		items[i] = story(fmt.Sprint(i), fmt.Sprintf("PAY-%d", i), "Export chargebacks to a spreadsheet", 0)
		items[i].Labels = []string{"backend", "payments"}
		items[i].People = map[string][]roadmap.Person{"assignee": {{Tracker: "jira", ID: "5b10a2844c20165700ede21g", Name: "Ana", Active: true}}}
		items[i].Links = []roadmap.Link{{Way: roadmap.WayParent, Field: "parent", To: key(fmt.Sprint(i / 10))}}
	}
	if err := s.PutItems(b.Context(), items); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		all, _, err := s.Items(b.Context())
		if err != nil || len(all) != n {
			b.Fatalf("%d items, error %v", len(all), err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "items/s")
}
