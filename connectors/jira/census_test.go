package jira

import (
	"slices"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// TestACensusPassesOverAHiddenPlace, on both kinds of Jira.
func TestACensusPassesOverAHiddenPlace(t *testing.T) {
	s, server := newServer(t, jirasim.DataCenter{})
	s.add("PAY", 5)
	_, cloud := builtIn(t)
	for name, tt := range map[string]struct {
		o    Options
		want int
	}{"Cloud": {cloud, 3}, "Data Center": {server, 5}} {
		tt.o.Config.Projects = []string{"NOPE", "PAY", "GONE"}
		tr := mustNew(t, tt.o)
		hidden, ids := []string{}, 0
		for c, more := (connectors.Count{}), true; more; more = c.More {
			var err error
			if c, err = tr.Census(t.Context(), c.Next); err != nil {
				t.Fatal(err)
			}
			if c.Hidden {
				hidden = append(hidden, c.Place)
			} else if ids += len(c.IDs); c.Place != "PAY" {
				t.Errorf("%s: counted in %s", name, c.Place)
			}
		}
		if !slices.Equal(hidden, []string{"NOPE", "GONE"}) || ids != tt.want {
			t.Errorf("%s: hidden %v, %d ids", name, hidden, ids)
		}
		if _, err := tr.Census(t.Context(), "no cursor"); connectors.KindOf(err) != connectors.Invalid {
			t.Errorf("%s: a cursor of something else: %v", name, err)
		}
	}
}

// What must not end a pull too early or never must not do so to a census: a
// place that is cut short would look as if the rest of it had been deleted.
func TestCensusPages(t *testing.T) {
	gone := answer{status: 400, body: `{"errorMessages":["The page token is not valid."],"errors":{}}`}
	for name, tt := range map[string]struct {
		answers []answer
		kind    connectors.Kind
		ids     int
		hidden  bool
	}{
		"two pages":                   {[]answer{found("p2", `{"id":"1"}`), found("", `{"id":"2"}`)}, "", 2, false},
		"a token that expired":        {[]answer{found("p2", `{"id":"1"}`), gone, found("p2", `{"id":"1"}`), found("", `{"id":"2"}`)}, "", 3, false},
		"a token that always does":    {[]answer{found("p2", `{"id":"1"}`), gone, found("p2", `{"id":"1"}`), gone}, "", 2, true},
		"a page that leads to itself": {[]answer{found("p2", `{"id":"1"}`)}, connectors.Temporary, 2, false}, // it starts over once
		"not the last, and no way on": {[]answer{ok(`{"issues":[],"isLast":false}`)}, connectors.Temporary, 0, false},
		"no answer":                   {[]answer{{status: 503}}, connectors.Temporary, 0, false},
	} {
		s := newSite(t)
		s.on("POST search/jql", tt.answers...)
		tr := s.tracker(t, nil)
		ids, hidden := 0, false
		c, err := connectors.Count{}, error(nil)
		for more := true; more && err == nil; more = c.More {
			if c, err = tr.Census(t.Context(), c.Next); err == nil {
				ids, hidden = ids+len(c.IDs), hidden || c.Hidden
			}
		}
		if kind := connectors.KindOf(err); kind != tt.kind {
			t.Errorf("%s: kind %q: %v", name, kind, err)
		}
		if ids != tt.ids || hidden != tt.hidden {
			t.Errorf("%s: %d ids, hidden %t", name, ids, hidden)
		}
	}
}
