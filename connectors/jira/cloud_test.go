package jira

import (
	"fmt"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
)

func TestPageTokens(t *testing.T) {
	one := issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")
	gone := answer{status: 400, body: `{"errorMessages":["The page token is not valid."],"errors":{}}`}
	full := `{"issues":[` + one + `,` + one + `]`
	for _, tt := range []struct {
		name     string
		answers  []answer
		searches int
		kind     connectors.Kind
		says     string
	}{
		{"expired once: the stream starts over", []answer{found("p2", one), gone, found("p2", one), found("", one)}, 4, "", ""},
		{"expired again and again", []answer{found("p2", one), gone, found("p2", one), gone}, 4, connectors.Invalid, "page token is not valid"},
		{"a page that leads to itself", []answer{found("p2", one), found("p2", one), found("p2", one), found("p2", one)}, 4, connectors.Temporary, "read before"},
		{"pages that lead around", []answer{found("p2", one), found("p3", one), found("p2", one), found("p2", one), found("p3", one), found("p2", one)}, 6, connectors.Temporary, "read before"},
		{"three empty pages are passed over", []answer{found("a"), found("b"), found("c"), found("", one)}, 4, "", ""},
		{"four are too many", []answer{found("a"), found("b"), found("c"), found("d"), found("a"), found("b"), found("c"), found("d")}, 8, connectors.Temporary, "hold nothing"},
		{"not the last, and no way on", []answer{ok(full + `,"isLast":false}`)}, 1, connectors.Temporary, "nothing leads to the next"},
		{"full, and no word of the end", []answer{ok(full + `}`)}, 1, connectors.Temporary, "does not say whether"},
		{"not full, and no word of the end", []answer{ok(`{"issues":[` + one + `]}`)}, 1, "", ""},
		{"no issues at all", []answer{ok(`{"isLast":true}`)}, 1, connectors.Temporary, "holds no issues"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.on("POST search/jql", tt.answers...)
			_, err := pullAll(t, s.tracker(t, func(o *Options) { o.PageSize = 2 }), "")
			if connectors.KindOf(err) != tt.kind || tt.kind != "" && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %q: %v", connectors.KindOf(err), err)
			}
			if n := len(searches(s)); n != tt.searches {
				t.Errorf("%d searches, want %d", n, tt.searches)
			}
		})
	}
}

func TestASetThatStartsOverBeginsANewReading(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", found(""), found(""), found("m2", `{"id":"9"}`),
		answer{status: 400, body: `{}`}, found("", `{"id":"11"}`))
	got, err := pullAll(t, s.tracker(t, func(o *Options) { o.Sources = map[int]config.Source{0: {JQL: "project = ROAD"}} }), "")
	if err != nil || fmt.Sprint(got.goals) != "map[goals:0:[jira#11 complete]]" {
		t.Errorf("got %v, %v", got.goals, err)
	}
}
