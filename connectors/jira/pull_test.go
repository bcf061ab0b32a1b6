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
