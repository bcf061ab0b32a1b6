package jira

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// builtIn is the built-in Jira with a roadmap of two, and two stories under an
// epic that serves the first.
func builtIn(t *testing.T) (*jirasim.Server, Options) {
	t.Helper()
	return builtInAs(t, jirasim.Options{})
}

// bothKinds are the two products, each with what the built-in Jira needs to be
// one.
func bothKinds() map[string]jirasim.Options {
	return map[string]jirasim.Options{"Cloud": {}, "Data Center": {DataCenter: &jirasim.DataCenter{ContextPath: "/jira"}}}
}

func builtInAs(t *testing.T, so jirasim.Options) (*jirasim.Server, Options) {
	t.Helper()
	now := at("2026-11-22T12:00:00Z")
	so.Clock, so.PageSize = func() time.Time { return now }, 2
	sim := jirasim.New(so)
	sim.AddUser(jirasim.User{AccountID: "bot", Name: "alignd bot", Email: "bot@acme.example", Active: true})
	sim.AddUser(jirasim.User{AccountID: "ana", Name: "Ana", Email: "ana@acme.example", Active: true})
	sim.AddToken("bot@acme.example", testToken, "bot")
	sim.AddProject(jirasim.Project{Key: "ROAD", Name: "Roadmap"})
	sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments"})
	sim.AddField(jirasim.Field{ID: "customfield_10050", Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	for _, i := range []jirasim.Issue{
		{Key: "ROAD-1", Type: "Initiative", Level: 2, Summary: "Grow", Custom: map[string]any{"customfield_10050": "ana"}},
		{Key: "ROAD-2", Type: "Initiative", Level: 2, Summary: "Keep"},
		{Key: "PAY-1", Type: "Epic", Level: 1, Summary: "Checkout", ParentKey: "ROAD-1"},
		{Key: "PAY-2", Type: "Story", Summary: "Pay by card", ParentKey: "PAY-1", Labels: []string{"web"}, Assignee: "ana"},
		{Key: "PAY-3", Type: "Story", Summary: "[~ana] h1. {code}"},
	} {
		i.Project, _, _ = strings.Cut(i.Key, "-")
		if _, err := sim.AddIssue(i); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	o := optionsFor(server.URL)
	o.Transport = holds(t, http.DefaultTransport, func() bool { return so.DataCenter != nil })
	if dc := so.DataCenter; dc != nil {
		sim.AddBearer(testToken, "bot")
		o.Config.URL += dc.ContextPath
		o.Config.Auth = config.Auth{Type: config.Bearer}
	}
	o.Sources = map[int]config.Source{0: {JQL: "project = ROAD AND issuetype = Initiative", PM: "assignee", PO: "field:Product Owner"}}
	return sim, o
}

func mustNew(t *testing.T, o Options) *Tracker {
	t.Helper()
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestAgainstTheBuiltInJira(t *testing.T) {
	sim, o := builtIn(t)
	tr := mustNew(t, o)
	first, err := pullAll(t, tr, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(first.items, " "); got != "jira:PAY-1 jira:PAY-2 jira:PAY-3 jira:ROAD-1 jira:ROAD-2" {
		t.Errorf("pulled %s", got)
	}
	if len(first.goals["goals:0"]) != 3 || len(first.warnings) != 0 {
		t.Errorf("goals %v, warnings %v", first.goals, first.warnings)
	}

	items, err := tr.Fetch(t.Context(), nil, []roadmap.Ref{"jira:PAY-2", "jira:ROAD-1", "jira:PAY-99"})
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	byRef := map[roadmap.Ref]roadmap.Item{}
	for _, it := range items {
		byRef[it.Ref] = it
	}
	story, goal := byRef["jira:PAY-2"], byRef["jira:ROAD-1"]
	if len(story.Links) == 0 || story.Links[0].Field != "parent" || !story.InScope || goal.InScope || goal.Level != roadmap.LevelAbove {
		t.Errorf("story %+v\ngoal %+v", story, goal)
	}
	if who := goal.People["field:Product Owner"]; len(who) != 1 || who[0].Name != "Ana" {
		t.Errorf("product owner %+v", goal.People)
	}

	// Write, find again with a new tracker, edit, and see it as a reader does.
	mark := roadmap.Mark{Org: o.Org, ID: roadmap.CommentID(o.Org, story.Key, 0), Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}, Labels: []string{"needs-goal"}}
	write := func(action roadmap.Action, value, remote string) string {
		t.Helper()
		r, err := applyOne(t, tr, roadmap.Change{
			Key: story.Key, Ref: story.Ref, Action: action, Value: value, Remote: remote, Mark: mark,
			Text: roadmap.Text{{roadmap.Say("About "), roadmap.Quote("[~ana] {code}"), roadmap.Say(value)}, {roadmap.Say(mark.Line())}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	write(roadmap.AddLabel, "needs-goal", "")
	write(roadmap.AddLabel, "needs-goal", "") // twice is once
	id := write(roadmap.CreateComment, " one", "")
	if _, err := sim.AddComment("PAY-2", "ana", "alignd · acme · story-without-goal"); err != nil {
		t.Fatal(err)
	}
	if is, _ := sim.Issue("PAY-2"); strings.Join(is.Labels, " ") != "needs-goal web" && strings.Join(is.Labels, " ") != "web needs-goal" {
		t.Errorf("labels %v", is.Labels)
	}
	ours, err := mustNew(t, o).Comments(t.Context(), []roadmap.Item{story, goal})
	if err != nil || len(ours) != 1 || ours[0].Remote != id || ours[0].Mark.ID != mark.ID || ours[0].Key != story.Key {
		t.Fatal(ours, err)
	}
	mark.Rules = nil
	write(roadmap.UpdateComment, " two", id)
	write(roadmap.RemoveLabel, "needs-goal", "")
	ours, err = mustNew(t, o).Comments(t.Context(), []roadmap.Item{story})
	if err != nil || len(ours) != 1 || len(ours[0].Mark.Rules) != 0 || ours[0].Body != "About \\[\\~ana\\] \\{code\\} two\nalignd · acme · resolved" {
		t.Errorf("after the edit: %+v, %v", ours, err)
	}

	// The next round brings what changed, and the goals again.
	next, err := pullAll(t, mustNew(t, o), first.next)
	if err != nil || len(next.goals["goals:0"]) != 3 {
		t.Fatal(next, err)
	}

	probes, err := tr.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range probes {
		if !p.OK {
			t.Errorf("%s: %s", p.What, p.Detail)
		}
	}
}

func TestTroubleAtTheBuiltInJira(t *testing.T) {
	sim, o := builtIn(t)

	wrong := o
	wrong.Token = "another"
	if _, err := mustNew(t, wrong).Pull(t.Context(), ""); connectors.KindOf(err) != connectors.Auth {
		t.Errorf("a wrong token: %v", err)
	}

	missing := o
	missing.Config.Projects = []string{"NOPE", "PAY"}
	got, err := pullAll(t, mustNew(t, missing), "")
	if connectors.KindOf(err) != connectors.NotFound || !strings.Contains(err.Error(), `project "NOPE" does not exist, or this account may not see it`) || len(got.items) != 5 {
		t.Errorf("a project that is not there: %v, and %v", err, got.items)
	}

	missing.Config.JQL = "labels IS EMPTY OR labels != no-sync"
	got, err = pullAll(t, mustNew(t, missing), "")
	if connectors.KindOf(err) != connectors.NotFound || strings.Count(err.Error(), "NOPE") != 2 || len(got.items) != 5 || got.goals["scope"] != nil {
		t.Errorf("the same with a scope: %v, %v and %v", err, got.items, got.goals)
	}

	// Every page token expires in the middle of a crawl.
	tr := mustNew(t, o)
	page, err := tr.Pull(t.Context(), "")
	if err != nil || !page.More {
		t.Fatal(page, err)
	}
	sim.Reset()
	rest, err := pullAll(t, tr, page.Next)
	if err != nil || strings.Join(rest.items, " ") != "jira:PAY-1 jira:PAY-2 jira:PAY-3 jira:ROAD-1 jira:ROAD-2" {
		t.Errorf("after the tokens expired: %v, %v", rest.items, err)
	}

	// An issue that moves keeps its id.
	before, err := mustNew(t, o).Fetch(t.Context(), nil, []roadmap.Ref{"jira:PAY-3"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Move("PAY-3", "ROAD"); err != nil {
		t.Fatal(err)
	}
	after, err := mustNew(t, o).Fetch(t.Context(), nil, []roadmap.Ref{"jira:PAY-3"})
	if err != nil || len(after) != 1 || after[0].Key != before[0].Key || after[0].Ref != "jira:ROAD-3" || after[0].InScope {
		t.Errorf("after the move: %+v, %v", after, err)
	}
	if err := sim.Delete("PAY-2"); err != nil {
		t.Fatal(err)
	}
	gone, err := mustNew(t, o).Fetch(t.Context(), nil, []roadmap.Ref{"jira:PAY-2"})
	if err != nil || len(gone) != 0 {
		t.Errorf("after it was deleted: %+v, %v", gone, err)
	}
}

// TestTheScopeOfJQL: the scope is read for whole in every round, so that an issue
// that stops matching is missed in it although no page brings it.
func TestTheScopeOfJQL(t *testing.T) {
	sim, o := builtIn(t)
	o.Config.JQL = "labels IS EMPTY OR labels != no-sync"
	first, err := pullAll(t, mustNew(t, o), "")
	if err != nil {
		t.Fatal(err)
	}
	all := first.goals[roadmap.SetScope] // an epic and two stories
	if len(all) != 4 || all[3] != "complete" {
		t.Fatalf("scope %v", all)
	}
	leaves, _ := sim.Issue("PAY-3")
	if err := sim.Edit("PAY-3", "ana", func(i *jirasim.Issue) { i.Labels = append(i.Labels, "no-sync") }); err != nil {
		t.Fatal(err)
	}
	next, err := pullAll(t, mustNew(t, o), first.next)
	if err != nil || slices.Contains(next.items, "jira:PAY-3") {
		t.Fatal(next.items, err)
	}
	scope := next.goals[roadmap.SetScope]
	if len(scope) != 3 || slices.Contains(scope, "jira#"+leaves.ID) || !slices.Contains(all, "jira#"+leaves.ID) {
		t.Errorf("scope %v, before %v", scope, all)
	}

	o.Config.JQL = ""
	whole, err := pullAll(t, mustNew(t, o), "")
	if _, there := whole.goals[roadmap.SetScope]; err != nil || there {
		t.Errorf("without a query there is no scope: %v, %v", whole.goals, err)
	}
}
