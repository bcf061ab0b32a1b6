package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// A database holds the items of one site, and takes no other's until it is told
// that it is the same one.
func TestAnotherSiteIsRefused(t *testing.T) {
	s := fresh(t)
	for _, step := range []struct {
		at, moved string // one of them
		refused   bool
	}{
		{at: ""}, // one that does not say changes nothing
		{at: "https://a.example"},
		{at: ""},
		{at: "https://a.example"},
		{at: "https://b.example", refused: true},
		{at: "https://a.example"},
		{moved: "https://b.example"},
		{at: "https://b.example"},
		{at: "https://a.example", refused: true},
	} {
		if step.moved != "" {
			if err := s.MoveSite(t.Context(), "jira", step.moved); err != nil {
				t.Fatal(err)
			}
			continue
		}
		err := s.AtSite(t.Context(), "jira", step.at)
		if errors.Is(err, ErrOtherSite) != step.refused || err != nil && (!strings.Contains(err.Error(), "https://a.example") || !strings.Contains(err.Error(), "https://b.example")) {
			t.Errorf("at %q: %v", step.at, err)
		}
		if err := s.AtSite(t.Context(), "other", "https://c.example"); err != nil {
			t.Errorf("another tracker: %v", err)
		}
	}
	// To know the site is not to have pulled, and to pull is not to forget it.
	if got := cursorOf(t, s); got != " complete=false" {
		t.Errorf("stands at %q", got)
	}
	if err := s.PutPage(t.Context(), "jira", connectors.Page{Next: "c1"}, noon); err != nil {
		t.Fatal(err)
	}
	if err := s.AtSite(t.Context(), "jira", "https://a.example"); !errors.Is(err, ErrOtherSite) {
		t.Errorf("after a page: %v", err)
	}
	if err := s.MoveSite(t.Context(), "jira", "https://a.example"); err != nil {
		t.Fatal(err)
	}
	if got := cursorOf(t, s); got != "c1 complete=true" {
		t.Errorf("after the site has moved it stands at %q", got)
	}
}

func TestTheNewestItems(t *testing.T) {
	s := fresh(t)
	var all []roadmap.Item
	for id, made := range map[string]time.Duration{"1": 3 * time.Hour, "2": 0, "3": 2 * time.Hour, "4": time.Hour, "5": 4 * time.Hour} {
		it := story(id, "PAY-"+id, "S", 0)
		it.Created = noon.Add(made)
		all = append(all, it)
	}
	elsewhere := story("9", "X-9", "S", 0)
	elsewhere.Key.Tracker = "other"
	if err := s.PutItems(t.Context(), append(all, elsewhere)); err != nil {
		t.Fatal(err)
	}
	for began := range 2 {
		if _, err := s.Missed(t.Context(), []roadmap.Key{key("5")}, time.UnixMilli(int64(began+1))); err != nil {
			t.Fatal(err)
		}
	}
	newest, err := s.Newest(t.Context(), "jira", 3)
	var keys []roadmap.Key
	for _, it := range newest {
		keys = append(keys, it.Key)
	}
	if got := strings.Join(ids(keys), " "); err != nil || got != "1 3 4" {
		t.Errorf("%q, %v", got, err)
	}
}
