package jira

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// pulled is all that a round brought.
type pulled struct {
	items    []string            // refs, in order
	goals    map[string][]string // sets by name; "complete" where the reading is
	warnings []string
	pages    int
	next     connectors.Cursor
}

// round pulls until there is no more, or an error.
func pullAll(t *testing.T, tr *Tracker, from connectors.Cursor) (pulled, error) {
	t.Helper()
	p := pulled{goals: map[string][]string{}, next: from}
	for range 100 {
		page, err := tr.Pull(t.Context(), p.next)
		if err != nil {
			return p, err
		}
		p.pages++
		p.next = page.Next
		for _, it := range page.Items {
			p.items = append(p.items, string(it.Ref))
		}
		p.warnings = append(p.warnings, page.Warnings...)
		for _, s := range page.Sets {
			if s.First {
				p.goals[s.Name] = nil
			}
			for _, e := range s.Edges {
				p.goals[s.Name] = append(p.goals[s.Name], e.From.String())
			}
			if s.Last {
				p.goals[s.Name] = append(p.goals[s.Name], "complete")
			}
		}
		if !page.More {
			return p, nil
		}
	}
	t.Fatal("the pull does not end")
	return p, nil
}

func searches(s *site) []wireSearch {
	var all []wireSearch
	for _, a := range s.requests("POST search/jql") {
		var w wireSearch
		if err := json.Unmarshal([]byte(a.body), &w); err != nil {
			panic(err)
		}
		all = append(all, w)
	}
	return all
}

// A crawl of several pages leaves its watermark before the first of them: an
// issue that changed while it went on may not have come.
func TestTheWatermarkStaysBeforeTheCrawl(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql",
		found("p2", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")),
		found("", issueJSON(2, "PAY-2", "2096-03-01T10:00:00.000+0000")), // changed long after the first page
		found(""), // WEB
		found(""), // goals: changed, members
		found(""),
	)
	tr := s.tracker(t, nil)
	p, err := pullAll(t, tr, "")
	if err != nil {
		t.Fatal(err)
	}
	var c cursor
	if err := json.Unmarshal([]byte(p.next), &c); err != nil {
		t.Fatal(err)
	}
	if seen, tooFar := c.Seen["project:PAY"], time.Now().UnixMilli(); seen == 0 || seen > tooFar {
		t.Errorf("the watermark is %d, after the first page came (%d at the latest)", seen, tooFar)
	}
}

func TestARoundAndTheNext(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql",
		found("p2", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")),
		found("", issueJSON(2, "PAY-2", "2026-03-01T12:00:00.000+0100")), // 11:00 UTC
		found(""), // WEB is empty
		found("", issueJSON(9, "ROAD-1", "2026-02-01T00:00:00.000+0000")),
		found("m2", `{"id":"9"}`),
		found("", `{"id":"10"}`),
		found("s2", `{"id":"1"}`),
		found("", `{"id":"2"}`),
		found(""), // the next round, five searches that find nothing
	)
	change := func(o *Options) {
		o.Config.Projects = []string{"PAY", "WEB"}
		o.Config.JQL = "labels != no-sync OR labels is EMPTY"
		o.Sources = map[int]config.Source{2: {From: "jira", JQL: "project = ROAD ORDER BY rank", PM: "assignee", PO: "field:Product Owner"}}
	}
	first, err := pullAll(t, s.tracker(t, change), "")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(first.items, " "); got != "jira:PAY-1 jira:PAY-2 jira:ROAD-1" {
		t.Errorf("items %s", got)
	}
	if got := fmt.Sprint(first.goals); got != "map[goals:2:[jira#9 jira#10 complete] scope:[jira#1 jira#2 complete]]" {
		t.Errorf("goals and scope %s", got)
	}
	if first.pages != 8 {
		t.Errorf("%d pages for 8 requests", first.pages)
	}
	second, err := pullAll(t, s.tracker(t, change), first.next)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(second.goals); got != "map[goals:2:[complete] scope:[complete]]" {
		t.Errorf("read again, and nothing found: %s", got)
	}
	var asked []string
	for _, w := range searches(s) {
		asked = append(asked, fmt.Sprintf("%s @%s %d", w.JQL, w.NextPageToken, w.MaxResults))
	}
	want := []string{
		`project = "PAY" AND (labels != no-sync OR labels is EMPTY) ORDER BY updated ASC, key ASC @ 100`,
		`project = "PAY" AND (labels != no-sync OR labels is EMPTY) ORDER BY updated ASC, key ASC @p2 100`,
		`project = "WEB" AND (labels != no-sync OR labels is EMPTY) ORDER BY updated ASC, key ASC @ 100`,
		`(project = ROAD) ORDER BY updated ASC, key ASC @ 100`,
		`(project = ROAD) ORDER BY key ASC @ 5000`,
		`(project = ROAD) ORDER BY key ASC @m2 5000`,
		`project in ("PAY", "WEB") AND (labels != no-sync OR labels is EMPTY) ORDER BY key ASC @ 5000`,
		`project in ("PAY", "WEB") AND (labels != no-sync OR labels is EMPTY) ORDER BY key ASC @s2 5000`,
		// 2026-03-01T11:00Z less five minutes; a stream that was empty stays unbounded.
		`project = "PAY" AND (labels != no-sync OR labels is EMPTY) AND updated >= 1772362500000 ORDER BY updated ASC, key ASC @ 100`,
		`project = "WEB" AND (labels != no-sync OR labels is EMPTY) ORDER BY updated ASC, key ASC @ 100`,
		`(project = ROAD) AND updated >= 1769903700000 ORDER BY updated ASC, key ASC @ 100`,
		`(project = ROAD) ORDER BY key ASC @ 5000`,
		`project in ("PAY", "WEB") AND (labels != no-sync OR labels is EMPTY) ORDER BY key ASC @ 5000`,
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(asked, "\n"), strings.Join(want, "\n"))
	}
	fields := searches(s)[0].Fields
	for _, f := range []string{"parent", "customfield_10014", "customfield_10020", "customfield_10018", "customfield_10050"} {
		if !slices.Contains(fields, f) {
			t.Errorf("the field %s is not asked for", f)
		}
	}
	if slices.Contains(fields, "description") || slices.Contains(fields, "comment") {
		t.Errorf("more than needed is asked for: %v", fields)
	}
	for _, once := range []string{"GET serverInfo", "GET myself", "GET field"} {
		if n := len(s.requests(once)); n != 2 {
			t.Errorf("%s asked %d times in two passes", once, n)
		}
	}
}

func TestADeadRunResumesWhereItWas(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", found("p2", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")))
	page, err := s.tracker(t, nil).Pull(t.Context(), "")
	if err != nil || !page.More {
		t.Fatal(page, err)
	}
	s.on("POST search/jql", found("", issueJSON(2, "PAY-2", "2026-02-01T10:00:00.000+0000")), found(""))
	rest, err := pullAll(t, s.tracker(t, nil), page.Next)
	if err != nil || strings.Join(rest.items, " ") != "jira:PAY-2" {
		t.Fatal(rest, err)
	}
	if got := searches(s)[1].NextPageToken; got != "p2" {
		t.Errorf("went on at %q", got)
	}
	if _, err := pullAll(t, s.tracker(t, nil), rest.next); err != nil {
		t.Fatal(err)
	}
	// The newest change was on the page before the death: 2026-03-01T10:00Z less five minutes.
	if got := searches(s)[2].JQL; !strings.Contains(got, "updated >= 1772358900000 ") {
		t.Errorf("the next round asks %s", got)
	}
}

func TestAFailedPageMovesNothing(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", found("p2", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")), answer{status: 503}, answer{status: 503}, found(""), found(""))
	got, err := pullAll(t, s.tracker(t, nil), "")
	if connectors.KindOf(err) != connectors.Temporary || got.pages != 1 {
		t.Fatal(got, err)
	}
	if _, err := pullAll(t, s.tracker(t, nil), got.next); err != nil {
		t.Fatal(err)
	}
	if all := searches(s); all[len(all)-1].NextPageToken != "p2" {
		t.Error("the failed page was passed over")
	}
}

func TestChangedConfigurationStartsAfresh(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", found("", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")))
	road := map[int]config.Source{0: {JQL: "project = ROAD", PM: "assignee", PO: "reporter"}}
	base := func(o *Options) { o.Sources = road }
	got, err := pullAll(t, s.tracker(t, base), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*Options)
		afresh bool
	}{
		"nothing changed": {base, false},
		"another token":   {func(o *Options) { base(o); o.Token = "another" }, false},
		"another page":    {func(o *Options) { base(o); o.PageSize = 7 }, false},
		"narrowed":        {func(o *Options) { base(o); o.Config.JQL = "labels = x" }, true},
		"another project": {func(o *Options) { base(o); o.Config.Projects = []string{"PAY", "WEB"} }, true},
		"another roadmap": {func(o *Options) { o.Sources = map[int]config.Source{0: {JQL: "project = NEW", PM: "assignee"}} }, true},
		"another role": {func(o *Options) {
			o.Sources = map[int]config.Source{0: {JQL: "project = ROAD", PM: "field:Product Owner"}}
		}, true},
		"another site url": {func(o *Options) { base(o); o.Config.Site = "https://other.example" }, true},
	} {
		before := len(searches(s))
		if _, err := s.tracker(t, tt.change).Pull(t.Context(), got.next); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if afresh := !strings.Contains(searches(s)[before].JQL, "updated >="); afresh != tt.afresh {
			t.Errorf("%s: afresh is %v: %s", name, afresh, searches(s)[before].JQL)
		}
	}
	if _, err := s.tracker(t, base).Pull(t.Context(), "not a cursor"); err != nil {
		t.Errorf("a cursor that cannot be read: %v", err)
	}
}

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

// One project that is gone costs itself only: the others are pulled, then the
// round ends with the error, and the next pass begins a new one.
func TestAHiddenProjectDoesNotHideTheOthers(t *testing.T) {
	hidden := answer{status: 400, body: `{"errorMessages":["The value 'FG' does not exist for the field 'project'."],"errors":{}}`}
	for _, projects := range [][]string{{"FG", "PAY"}, {"PAY", "FG"}} {
		s := newSite(t)
		visible := found("", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000"))
		if projects[0] == "FG" {
			s.on("POST search/jql", hidden, visible, hidden, visible)
		} else {
			s.on("POST search/jql", visible, hidden, visible, hidden)
		}
		change := func(o *Options) { o.Config.Projects = projects }
		var next connectors.Cursor
		for pass := range 2 {
			got, err := pullAll(t, s.tracker(t, change), next)
			var e *connectors.Error
			if !errors.As(err, &e) || e.Kind != connectors.NotFound || e.Try == "" || e.Op != "search project FG" ||
				!strings.Contains(err.Error(), `project "FG" does not exist, or this account may not see it`) {
				t.Errorf("%v, pass %d: %v", projects, pass, err)
			}
			if strings.Join(got.items, " ") != "jira:PAY-1" {
				t.Errorf("%v, pass %d: pulled %v", projects, pass, got.items)
			}
			next = got.next
		}
		s.on("POST search/jql", found(""))
		if _, err := pullAll(t, s.tracker(t, change), next); err != nil {
			t.Errorf("%v: visible again, and still %v", projects, err)
		}
	}
}

func TestAnIssueThatCannotBeRead(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", found("", issueJSON(1, "PAY-1", "yesterday"), issueJSON(2, "PAY-2", "2026-03-01T10:00:00.000+0000")))
	got, err := pullAll(t, s.tracker(t, nil), "")
	if err != nil || strings.Join(got.items, " ") != "jira:PAY-2" || len(got.warnings) != 1 || !strings.Contains(got.warnings[0], `PAY-1: updated: "yesterday"`) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWithoutOrder(t *testing.T) {
	for in, want := range map[string]string{
		"project = A":                                   "project = A",
		"project = A ORDER BY rank":                     "project = A",
		"project = A order  by updated desc, key":       "project = A",
		`summary ~ "order by mail"`:                     `summary ~ "order by mail"`,
		`summary ~ 'a \' order by b'`:                   `summary ~ 'a \' order by b'`,
		`summary ~ "order by mail" ORDER BY key`:        `summary ~ "order by mail"`,
		"(project = A)ORDER BY key":                     "(project = A)",
		"orderby = 1 AND border by = 2":                 "orderby = 1 AND border by = 2",
		"ORDER BY key":                                  "",
		"  ":                                            "",
		"labels = order AND component = by ORDER\tBY x": "labels = order AND component = by",
	} {
		if got := withoutOrder(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func TestFetch(t *testing.T) {
	s := newSite(t)
	s.on("POST issue/bulkfetch",
		ok(`{"issues":[`+issueJSON(7, "NEW-1", "2026-03-01T10:00:00.000+0000")+`,`+issueJSON(7, "NEW-1", "2026-03-01T10:00:00.000+0000")+`]}`),
		ok(`{"issues":[]}`))
	var keys []roadmap.Key
	for i := range 120 {
		keys = append(keys, roadmap.Key{Tracker: "jira", ID: fmt.Sprint(1000 + i)})
	}
	keys = append(keys, roadmap.Key{Tracker: "eng", ID: "5"}, roadmap.Key{Tracker: "jira", ID: "no-number"}, keys[0])
	items, err := s.tracker(t, nil).Fetch(t.Context(), keys, []roadmap.Ref{"jira:OLD-1", "jira:not a key", "eng:ENG-1", "jira:GROW"})
	if err != nil || len(items) != 1 || items[0].Ref != "jira:NEW-1" || items[0].InScope {
		t.Fatal(items, err)
	}
	asked := s.requests("POST issue/bulkfetch")
	var sizes []int
	seen := map[string]bool{}
	for _, a := range asked {
		var b wireBulk
		if err := json.Unmarshal([]byte(a.body), &b); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(b.IDs))
		for _, id := range b.IDs {
			seen[id] = true
		}
	}
	if fmt.Sprint(sizes) != "[100 21]" || !seen["OLD-1"] || seen["5"] || seen["GROW"] {
		t.Errorf("asked for %v in %v", seen, sizes)
	}

	s.on("POST issue/bulkfetch", ok(`{"issues":[],"issueErrors":[{"id":"1","errorMessage":"try later"}]}`))
	_, err = s.tracker(t, nil).Fetch(t.Context(), keys[:1], nil)
	if connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "try later") {
		t.Errorf("an issue that could not be read: %v", err)
	}
	before := len(s.requests("POST issue/bulkfetch"))
	if items, err := s.tracker(t, nil).Fetch(t.Context(), nil, nil); err != nil || items != nil || len(s.requests("POST issue/bulkfetch")) != before {
		t.Errorf("nothing asked for: %v, %v", items, err)
	}
}
