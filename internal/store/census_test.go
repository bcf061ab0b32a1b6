package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// inScope is a story of the project that its key begins with.
func inScope(id, ref string) roadmap.Item {
	it := story(id, ref, "Title", 0)
	it.Project, _, _ = strings.Cut(ref, "-")
	it.InScope, it.Status = true, roadmap.StatusTodo
	return it
}

func ids(keys []roadmap.Key) []string {
	all := []string{}
	for _, k := range keys {
		all = append(all, k.ID)
	}
	return all
}

// One pass that does not find an item makes it missing; a second one makes it
// gone; being found in between makes it neither.
func TestItTakesTwoPassesToLoseAnItem(t *testing.T) {
	s := fresh(t)
	if err := s.PutItems(t.Context(), []roadmap.Item{inScope("1", "PAY-1")}); err != nil {
		t.Fatal(err)
	}
	miss := func(pass int) []string {
		t.Helper()
		gone, err := s.Missed(t.Context(), []roadmap.Key{key("1")}, noon.Add(time.Duration(pass)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return ids(gone)
	}
	state := func() string {
		t.Helper()
		items, missing, err := s.Items(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d known, %d missing", len(items), len(missing))
	}
	for _, step := range []struct {
		what string
		do   func() []string
		gone []string
		want string
	}{
		{"missed once", func() []string { return miss(1) }, []string{}, "1 known, 1 missing"},
		{"missed again by the same pass", func() []string { return miss(1) }, []string{}, "1 known, 1 missing"},
		{"brought by a page", func() []string {
			if err := s.PutPage(t.Context(), "jira", connectors.Page{Items: []roadmap.Item{inScope("1", "PAY-1")}}, noon); err != nil {
				t.Fatal(err)
			}
			return []string{}
		}, []string{}, "1 known, 0 missing"},
		{"missed once", func() []string { return miss(2) }, []string{}, "1 known, 1 missing"},
		{"missed by the next pass", func() []string { return miss(3) }, []string{"1"}, "0 known, 0 missing"},
		{"missed when gone already", func() []string { return miss(4) }, []string{}, "0 known, 0 missing"},
		{"read directly", func() []string {
			if err := s.PutItems(t.Context(), []roadmap.Item{inScope("1", "PAY-1")}); err != nil {
				t.Fatal(err)
			}
			return []string{}
		}, []string{}, "1 known, 0 missing"},
	} {
		if diff := cmp.Diff(step.gone, step.do()); diff != "" {
			t.Errorf("%s: gone: -want +got:\n%s", step.what, diff)
		}
		if got := state(); got != step.want {
			t.Errorf("%s: %s, want %s", step.what, got, step.want)
		}
	}
}

// What a count lacks, and what it has too much, place by place.
func TestCount(t *testing.T) {
	s := fresh(t)
	dropped := inScope("5", "PAY-5")
	dropped.Status = roadmap.StatusDropped
	outside := inScope("6", "PAY-6")
	outside.InScope = false
	if err := s.PutItems(t.Context(), []roadmap.Item{
		inScope("1", "PAY-1"), inScope("2", "PAY-2"), inScope("3", "WEB-3"), inScope("4", "PAY-4"), dropped, outside,
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.BeginCount(t.Context(), "jira"); err != nil {
		t.Fatal(err)
	}
	// PAY-4 has moved to WEB; PAY-2 is nowhere; 7 is new.
	for place, counted := range map[string][]string{"pay": {"1", "7"}, "WEB": {"3", "4"}} {
		if err := s.PutCount(t.Context(), "jira", place, counted); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what string
		ask  func() ([]roadmap.Key, error)
		want []string
	}{
		{"PAY lacks", func() ([]roadmap.Key, error) { return s.Uncounted(t.Context(), "jira", "pay") }, []string{"2"}},
		{"WEB lacks", func() ([]roadmap.Key, error) { return s.Uncounted(t.Context(), "jira", "WEB") }, []string{}},
		{"new in PAY", func() ([]roadmap.Key, error) { return s.Unheld(t.Context(), "jira", "pay") }, []string{"7"}},
		{"new in WEB", func() ([]roadmap.Key, error) { return s.Unheld(t.Context(), "jira", "WEB") }, []string{}},
	} {
		got, err := c.ask()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, ids(got)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.what, diff)
		}
	}
}

// Ids are counted when nobody has for a day, or when an item of a project was
// missed once; the end of a count clears what it lists.
func TestWhenACountIsDue(t *testing.T) {
	s := fresh(t)
	due := func(now time.Time) bool {
		t.Helper()
		is, err := s.CensusDue(t.Context(), "jira", 24*time.Hour, now)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if err := s.PutPage(t.Context(), "jira", connectors.Page{Items: []roadmap.Item{inScope("1", "PAY-1")}}, noon); err != nil {
		t.Fatal(err)
	}
	if !due(noon) {
		t.Error("never counted, and not due")
	}
	end := func(counted ...string) {
		t.Helper()
		if err := s.PutCount(t.Context(), "jira", "PAY", counted); err != nil {
			t.Fatal(err)
		}
		if err := s.EndCount(t.Context(), "jira", noon); err != nil {
			t.Fatal(err)
		}
	}
	end("1")
	if due(noon.Add(23 * time.Hour)) {
		t.Error("due before a day is over")
	}
	if !due(noon.Add(24 * time.Hour)) {
		t.Error("not due after a day")
	}
	if _, err := s.Missed(t.Context(), []roadmap.Key{key("1")}, noon); err != nil {
		t.Fatal(err)
	}
	if !due(noon.Add(time.Hour)) {
		t.Error("an item was missed, and no count is due")
	}
	end("1")
	if _, missing, err := s.Items(t.Context()); err != nil || len(missing) > 0 {
		t.Errorf("counted, and missing: %v, %v", missing, err)
	}
	if n, err := s.Counted(t.Context(), "jira", "PAY"); err != nil || n != 0 {
		t.Errorf("a count leaves %d rows behind, %v", n, err)
	}
}
