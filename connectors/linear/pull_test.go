package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// pulled is everything that a complete pull brought.
type pulled struct {
	items    []roadmap.Item
	sets     []connectors.Set
	warnings []string
	pages    int
	cursor   connectors.Cursor
}

func pullAll(t *testing.T, tr *Tracker, from connectors.Cursor) pulled {
	t.Helper()
	p := pulled{cursor: from}
	for {
		page, err := tr.Pull(context.Background(), p.cursor)
		if err != nil {
			t.Fatalf("page %d: %v", p.pages, err)
		}
		p.pages++
		p.items = append(p.items, page.Items...)
		p.sets = append(p.sets, page.Sets...)
		p.warnings = append(p.warnings, page.Warnings...)
		p.cursor = page.Next
		if !page.More {
			return p
		}
		if p.pages > 100 {
			t.Fatal("the pull does not end")
		}
	}
}

func utc(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return at
}

func TestPullItems(t *testing.T) {
	f := newFake(t)
	const at = "2026-09-21T10:00:00.000Z"
	f.rows("issues",
		issueRow("i1", "ENG-1", at, `"title":"Pay\u0000 twice"`, `"priority":2`, `"labelIds":["l-web","l-need"]`, `"state":{"type":"started"}`,
			`"startedAt":"2026-09-02T00:00:00.000Z"`, `"previousIdentifiers":["WEB-9"]`, `"project":{"id":"p1","name":"Checkout"}`,
			`"cycle":{"id":"c-7"}`, `"projectMilestone":{"id":"m-beta"}`, `"assignee":{"id":"u-ana"}`, `"creator":{"id":"u-app"}`),
		issueRow("i2", "ENG-2", at, `"parent":{"id":"i1"}`, `"cycle":{"id":"c-named"}`, `"assignee":{"id":"u-hidden"}`))
	f.rows("projects", projectRow("p1", "aaaabbbbcccc", at, `"name":"Checkout"`, `"lead":{"id":"u-gone"}`, `"targetDate":"2026-12-31"`, `"labelIds":["pl-po"]`))
	f.rows("initiatives", initiativeRow("n1", "ddddeeeeffff", at, `"name":"Grow"`, `"owner":{"id":"u-ana"}`))
	f.rows("initiativeToProjects",
		`{"id":"e1","archivedAt":null,"initiative":{"id":"n1"},"project":{"id":"p1"}}`,
		`{"id":"e2","archivedAt":"2026-09-01T00:00:00.000Z","initiative":{"id":"n1"},"project":{"id":"p2"}}`)
	f.rows("initiativeRelations", `{"id":"r1","archivedAt":null,"initiative":{"id":"n2"},"relatedInitiative":{"id":"n1"}}`)

	tr := f.tracker()
	got := pullAll(t, tr, "")

	k := func(id string) roadmap.Key { return roadmap.Key{Tracker: "eng", ID: id} }
	person := func(id, name, email string, active bool, kind roadmap.PersonKind) []roadmap.Person {
		p := roadmap.Person{Tracker: "eng", ID: "u-" + id, Name: name, Email: email, Active: active, Kind: kind}
		if active { // or a mention would be refused
			p.URL = "https://linear.app/acme/profiles/" + strings.ToLower(name)
		}
		return []roadmap.Person{p}
	}
	want := []roadmap.Item{
		{
			Key: k("n1"), Ref: "eng:ddddeeeeffff", Kind: roadmap.KindInitiative, Type: "Initiative", Level: roadmap.LevelAbove,
			Title: "Grow", URL: "https://linear.app/acme/initiative/i", Status: roadmap.StatusDoing, Priority: roadmap.PriorityNone,
			People:  map[string][]roadmap.Person{"owner": person("ana", "Ana", "ana@acme.example", true, roadmap.Human)},
			Created: utc("2026-09-01T08:00:00Z"), Updated: utc(at),
		},
		{
			Key: k("p1"), Ref: "eng:aaaabbbbcccc", Kind: roadmap.KindProject, Type: "Project", Level: roadmap.LevelEpic,
			Title: "Checkout", URL: "https://linear.app/acme/project/p", Status: roadmap.StatusDoing, Labels: []string{"needs-po"}, Priority: roadmap.PriorityNone,
			People:  map[string][]roadmap.Person{"lead": person("gone", "Gone", "gone@acme.example", false, roadmap.Human)},
			Created: utc("2026-09-01T08:00:00Z"), Updated: utc(at), Target: "2026-12-31",
		},
		{
			Key: k("i1"), Ref: "eng:ENG-1", Former: []string{"WEB-9"}, Kind: roadmap.KindIssue, Type: "Issue", Level: roadmap.LevelStory,
			Title: "Pay twice", URL: "https://linear.app/acme/issue/ENG-1", Status: roadmap.StatusDoing, Labels: []string{"needs-goal", "web"},
			Project: "Checkout", Milestone: "Beta", Team: "ENG", Priority: roadmap.PriorityHigh, Sprint: "Cycle 7", InSprint: true,
			People: map[string][]roadmap.Person{
				"assignee": person("ana", "Ana", "ana@acme.example", true, roadmap.Human),
				"reporter": person("app", "Robot", "", true, roadmap.App),
			},
			Links:   []roadmap.Link{{Way: roadmap.WayProject, Field: "project", To: k("p1")}},
			Created: utc("2026-09-01T08:00:00Z"), Updated: utc(at), Started: utc("2026-09-02T00:00:00Z"), InScope: true,
		},
		{
			Key: k("i2"), Ref: "eng:ENG-2", Kind: roadmap.KindIssue, Type: "Issue", Level: roadmap.LevelSubtask,
			Title: "T", URL: "https://linear.app/acme/issue/ENG-1", Status: roadmap.StatusTodo, Team: "ENG", Priority: roadmap.PriorityNone, Sprint: "Autumn",
			People: map[string][]roadmap.Person{
				"assignee": {{Tracker: "eng", ID: "u-hidden", Name: "somebody", Active: true, Kind: roadmap.Human}},
			},
			Links:   []roadmap.Link{{Way: roadmap.WayParent, Field: "parent", To: k("i1")}},
			Created: utc("2026-09-01T08:00:00Z"), Updated: utc(at), InScope: true,
		},
	}
	// nil and empty slices mean the same.
	if diff := cmp.Diff(want, got.items, cmp.FilterValues(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	wantSets := []connectors.Set{
		{Name: roadmap.SetProjectInitiative, First: true, Last: true, Edges: []roadmap.Edge{{From: k("p1"), To: k("n1")}}},
		{Name: roadmap.SetInitiativeParent, First: true, Last: true, Edges: []roadmap.Edge{{From: k("n1"), To: k("n2")}}},
	}
	if diff := cmp.Diff(wantSets, got.sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
	for _, a := range f.log {
		if a.Auth != testToken {
			t.Errorf("%s was asked with Authorization %q, want the bare key", a.Root, a.Auth)
		}
	}
}

func TestStatuses(t *testing.T) {
	const archived = "2026-09-01T00:00:00.000Z"
	yes := true
	for _, tt := range []struct {
		what    string
		status  roadmap.Status
		putAway bool // archived
		trashed bool
		want    roadmap.Status
	}{
		{"issue in triage", issueStatus("triage"), false, false, roadmap.StatusTriage},
		{"issue in the backlog", issueStatus("backlog"), false, false, roadmap.StatusTodo},
		{"issue unstarted", issueStatus("unstarted"), false, false, roadmap.StatusTodo},
		{"issue started", issueStatus("started"), false, false, roadmap.StatusDoing},
		{"issue completed", issueStatus("completed"), false, false, roadmap.StatusDone},
		{"issue canceled", issueStatus("canceled"), false, false, roadmap.StatusDropped},
		{"issue a duplicate", issueStatus("duplicate"), false, false, roadmap.StatusDropped},
		{"issue of a type that does not exist yet", issueStatus("dreaming"), false, false, roadmap.StatusTriage},
		{"issue completed, then archived by age", issueStatus("completed"), true, false, roadmap.StatusDone},
		{"issue started, then archived", issueStatus("started"), true, false, roadmap.StatusDropped},
		{"issue started, then trashed", issueStatus("started"), false, true, roadmap.StatusDropped},
		{"issue completed, then trashed", issueStatus("completed"), true, true, roadmap.StatusDropped},
		{"project backlog", projectStatus("backlog"), false, false, roadmap.StatusTodo},
		{"project planned", projectStatus("planned"), false, false, roadmap.StatusTodo},
		{"project started", projectStatus("started"), false, false, roadmap.StatusDoing},
		{"project paused", projectStatus("paused"), false, false, roadmap.StatusDoing},
		{"project completed", projectStatus("completed"), false, false, roadmap.StatusDone},
		{"project canceled", projectStatus("canceled"), false, false, roadmap.StatusDropped},
		{"project planned, archived", projectStatus("planned"), true, false, roadmap.StatusDropped},
		{"initiative Proposed", initiativeStatus("Proposed"), false, false, roadmap.StatusTodo},
		{"initiative Planned", initiativeStatus("Planned"), false, false, roadmap.StatusTodo},
		{"initiative Active", initiativeStatus("Active"), false, false, roadmap.StatusDoing},
		{"initiative Completed", initiativeStatus("Completed"), false, false, roadmap.StatusDone},
		{"initiative Canceled", initiativeStatus("Canceled"), false, false, roadmap.StatusDropped},
	} {
		var at *string
		var trash *bool
		if tt.putAway {
			s := archived
			at = &s
		}
		if tt.trashed {
			trash = &yes
		}
		if got := shelved(tt.status, at, trash); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
}

// A pull that dies resumes where it was, and only a complete crawl moves the
// watermark, less five minutes.
func TestPullResumesAndWatermarks(t *testing.T) {
	f := newFake(t)
	f.on("issues", func(v map[string]any) reply {
		switch v["after"] {
		case nil:
			return reply{Body: `{"data":` + connection("issues", "c1", issueRow("i3", "ENG-3", "2026-09-21T12:00:00.000Z")) + `}`}
		case "c1":
			return reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", "2026-09-21T09:00:00.000Z")) + `}`}
		}
		return reply{Status: 500, Body: `{}`}
	})
	tr := f.tracker()
	var first connectors.Page
	for len(first.Items) == 0 {
		var err error
		if first, err = tr.Pull(context.Background(), first.Next); err != nil {
			t.Fatal(err)
		}
	}
	if !first.More || len(first.Items) != 1 {
		t.Fatalf("first page: %+v", first)
	}
	before := len(f.log)
	rest := pullAll(t, f.tracker(), first.Next) // another process
	issues := f.asks("issues")
	if got := issues[1].Variables["after"]; got != "c1" {
		t.Errorf("resumed after %v, want c1", got)
	}
	if rest.items[0].Ref != "eng:ENG-1" {
		t.Errorf("resumed with %s", rest.items[0].Ref)
	}
	if got := f.roots(before); !slices.Equal(got[11:], []string{"issues", "initiativeToProjects", "initiativeRelations"}) {
		t.Errorf("after the start-up reads: %v, want one request a page", got)
	}
	pullAll(t, f.tracker(), rest.cursor)
	last := f.asks("issues")[2].Variables["filter"]
	b, _ := json.Marshal(last)
	if want := `{"team":{"key":{"in":["ENG"]}},"updatedAt":{"gte":"2026-09-21T11:55:00.000Z"}}`; string(b) != want {
		t.Errorf("next pull filters by %s\nwant %s", b, want)
	}
	if b, _ := json.Marshal(issues[0].Variables["filter"]); strings.Contains(string(b), "updatedAt") {
		t.Errorf("the first pull filters by %s", b)
	}
}

func TestPullStartsAnewWhenTheTeamsChange(t *testing.T) {
	f := newFake(t)
	f.rows("issues", issueRow("i1", "ENG-1", "2026-09-21T09:00:00.000Z"))
	done := pullAll(t, f.tracker(), "")
	pullAll(t, f.tracker(func(o *Options) { o.Config.Teams = []string{"OPS", "ENG"} }), done.cursor)
	if b, _ := json.Marshal(f.asks("issues")[1].Variables["filter"]); strings.Contains(string(b), "updatedAt") {
		t.Errorf("with another team the pull filters by %s, want everything again", b)
	}
}

func TestTheWorkspaceHasAName(t *testing.T) {
	if site, err := newFake(t).tracker().Site(t.Context()); err != nil || site != "org-1" {
		t.Errorf("%q, %v", site, err)
	}
}

// Labels and people that are new since the start are looked up once more.
func TestPullMeetsNewLabelsAndPeople(t *testing.T) {
	f := newFake(t)
	f.script("issueLabels",
		reply{Body: `{"data":` + connection("issueLabels", "") + `}`},
		reply{Body: `{"data":` + connection("issueLabels", "", `{"id":"l-new","name":"fresh","isGroup":false}`) + `}`})
	f.rows("issues",
		issueRow("i1", "ENG-1", "2026-09-21T09:00:00.000Z", `"labelIds":["l-new","l-never"]`, `"assignee":{"id":"u-never"}`),
		issueRow("i2", "ENG-2", "2026-09-21T09:00:00.000Z", `"labelIds":["l-never"]`, `"assignee":{"id":"u-never"}`))
	tr := f.tracker()
	got := pullAll(t, tr, "")
	if !slices.Equal(got.items[0].Labels, []string{"fresh"}) {
		t.Errorf("labels %v, want [fresh]", got.items[0].Labels)
	}
	pullAll(t, tr, got.cursor)
	if n, m := len(f.asks("issueLabels")), len(f.asks("users")); n != 2 || m != 2 {
		t.Errorf("labels were read %d times and users %d times, want 2 and 2", n, m)
	}
}

func TestFirstReadsComeInPages(t *testing.T) {
	f := newFake(t)
	f.on("users", func(v map[string]any) reply {
		n := 0
		if s, ok := v["after"].(string); ok {
			_, _ = fmt.Sscanf(s, "u%d", &n)
		}
		next := ""
		if n < 2 {
			next = fmt.Sprintf("u%d", n+1)
		}
		return reply{Body: `{"data":` + connection("users", next, fmt.Sprintf(`{"id":"u%d","name":"U","email":"","url":"","active":true,"app":false}`, n)) + `}`}
	})
	tr := f.tracker()
	if err := tr.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(tr.dir.users) != 3 {
		t.Errorf("read %d users, want 3 from 3 pages", len(tr.dir.users))
	}
}
