package report_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
	"github.com/alignd/alignd/mapping"
)

var update = flag.Bool("update", false, "write the golden files anew")

// now is in a zone of its own: every time of a document is UTC.
var now = time.Date(2026, 11, 20, 13, 0, 0, 0, time.FixedZone("", 3600))

func org() *config.Org {
	return &config.Org{
		Name: "acme", Location: time.UTC,
		Trackers: []config.Tracker{{Name: "jira", Type: config.Jira, Projects: []string{"PAY"}}},
		Roadmap: []config.Source{
			{From: "jira", JQL: "project = ROAD", PM: "assignee", PO: "field:Product Owner"},
			{From: "file", File: []config.FileGoal{{ID: "GROW-1", Title: "Double sign-ups", PM: []string{"Ana"}, Status: roadmap.StatusTodo}}},
		},
		People: []config.Person{{Name: "Ana", Accounts: map[string]string{"jira": "1"}}},
		Links:  []config.LinkWay{{Way: roadmap.WayParent}, {Way: roadmap.WayLabel, Label: "goal:{goal}"}},
		Rules: map[roadmap.Rule]config.Rule{
			roadmap.StoryWithoutGoal: {Enabled: true, Label: "needs-goal", Comment: true},
			roadmap.GoalWithoutPO:    {Enabled: true, Label: "needs-po", Comment: true},
		},
		Limits: config.Limits{CommentsPerRun: 20, MaxShare: 0.3},
	}
}

func key(human string) roadmap.Key { return roadmap.Key{Tracker: "jira", ID: "id of " + human} }

func item(human, typ string, level int, status roadmap.Status, links ...roadmap.Link) roadmap.Item {
	project, _, _ := strings.Cut(human, "-")
	return roadmap.Item{
		Key: key(human), Ref: roadmap.NewRef("jira", human), Kind: roadmap.KindIssue, Type: typ, Level: level, Title: "Title of " + human,
		Status: status, Project: project, InScope: project == "PAY", Created: now.AddDate(0, -1, 0), Links: links,
	}
}

func parent(human string) roadmap.Link {
	return roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: key(human)}
}

// small maps a company of three goals and six stories, one of each linkage.
func small(t *testing.T) *mapping.Alignment {
	t.Helper()
	ana := roadmap.Person{Tracker: "jira", ID: "1", Name: "Ana", Email: "ana@acme.example", Active: true}
	boris := roadmap.Person{Tracker: "jira", ID: "2", Name: "Boris", Active: true}
	checkout := item("ROAD-1", "Initiative", roadmap.LevelAbove, roadmap.StatusDoing)
	checkout.People = map[string][]roadmap.Person{"assignee": {ana}, "field:Product Owner": {boris}}
	checkout.Target, checkout.URL = "2026-12-31", "https://acme.example/ROAD-1"
	refunds := item("ROAD-2", "Initiative", roadmap.LevelAbove, roadmap.StatusDoing)
	old := item("ROAD-3", "Initiative", roadmap.LevelAbove, roadmap.StatusDone)
	both := item("PAY-2", "Story", roadmap.LevelStory, roadmap.StatusDoing, parent("ROAD-2"))
	both.Labels = []string{"goal:ROAD-1"}
	a, err := mapping.Map(mapping.Input{
		Org: org(), Now: now,
		Items: []roadmap.Item{
			checkout, refunds, old, both,
			item("PAY-9", "Epic", roadmap.LevelEpic, roadmap.StatusDoing, parent("ROAD-1")),
			item("PAY-1", "Story", roadmap.LevelStory, roadmap.StatusTodo, parent("PAY-9")),
			item("PAY-3", "Story", roadmap.LevelStory, roadmap.StatusTodo, parent("ROAD-3")),
			item("PAY-4", "Story", roadmap.LevelStory, roadmap.StatusTodo),
			item("PAY-5", "Story", roadmap.LevelStory, roadmap.StatusTodo, parent("SECRET-1")),
			item("PAY-6", "Story", roadmap.LevelStory, roadmap.StatusDone, parent("PAY-9")),
			item("PAY-7", "Story", roadmap.LevelStory, roadmap.StatusTodo),
		},
		Edges: map[string]map[string][]roadmap.Edge{"jira": {roadmap.SetGoals + "0": {
			{From: key("ROAD-1")}, {From: key("ROAD-2")}, {From: key("ROAD-3")},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// golden compares a document with testdata/name; -update writes it anew.
func golden(t *testing.T, name string, doc any) {
	t.Helper()
	have, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	have = append(have, '\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("%s (-want +have):\n%s", path, diff)
	}
}

// smallReport is the small company's report.
func smallReport(t *testing.T) report.Report {
	t.Helper()
	return report.Build(report.Input{
		Org: org(), Alignment: small(t), Complete: true,
		Since: map[roadmap.Rule]map[roadmap.Key]time.Time{roadmap.StoryWithoutGoal: {key("PAY-4"): now.AddDate(0, 0, -3)}},
		Ours: map[roadmap.Key]roadmap.Ours{
			key("PAY-4"):  {Comment: &roadmap.OurComment{Rules: map[roadmap.Rule]string{roadmap.StoryWithoutGoal: "f"}}},
			key("PAY-7"):  {Comment: &roadmap.OurComment{Rules: map[roadmap.Rule]string{roadmap.StoryWithoutGoal: "f"}, Deleted: true}},
			key("ROAD-2"): {Labels: map[string]roadmap.OurLabel{"needs-po": {}}},
		},
		Held: []plan.Held{
			parked("PAY-4", roadmap.AddLabel, "needs-goal", time.Time{}),
			parked("PAY-7", roadmap.UpdateComment, "This story ...", now.AddDate(0, 0, 3)),
			{Change: roadmap.Change{Key: key("PAY-7"), Action: roadmap.AddLabel, Value: "needs-goal", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}}, Reason: plan.Vetoed},
			parked("ROAD-1", roadmap.AddLabel, "needs-po", time.Time{}), // of which nothing is found
		},
	})
}

func parked(human string, action roadmap.Action, value string, until time.Time) plan.Held {
	c := roadmap.Change{Key: key(human), Action: action, Value: value, Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}}
	return plan.Held{Change: c, Reason: plan.Parked, Until: until}
}

// TestReport: a small company's report, whole, in testdata/report.json.
func TestReport(t *testing.T) { golden(t, "report.json", smallReport(t)) }

// TestIncompleteReport: where a tracker's pull did not end, a goal of which
// nobody is known is no gap, and the report says what failed.
func TestIncompleteReport(t *testing.T) {
	road := item("ROAD-1", "Initiative", roadmap.LevelAbove, roadmap.StatusDoing)
	a, err := mapping.Map(mapping.Input{
		Org: org(), Now: now, Items: []roadmap.Item{road}, Incomplete: map[string]bool{"jira": true},
		Edges: map[string]map[string][]roadmap.Edge{"jira": {roadmap.SetGoals + "0": {{From: road.Key}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := report.Build(report.Input{Org: org(), Alignment: a, Troubles: []error{errors.New("jira: it is down")}})
	if g := r.Goals[0]; g.Ref != "jira:ROAD-1" || g.POState != report.Unseen || g.PMState != report.Unseen {
		t.Errorf("%s: pm %s, po %s; want both unseen", g.Ref, g.PMState, g.POState)
	}
	if r.Totals.GoalsWithoutPO != 1 { // the goal of the file, which is seen whole
		t.Errorf("%d goals without a PO, want 1", r.Totals.GoalsWithoutPO)
	}
	if diff := cmp.Diff([]string{"jira: it is down"}, r.Errors); diff != "" {
		t.Error(diff)
	}
}

// TestEmptyReport: where there is nothing, every list is there and empty.
func TestEmptyReport(t *testing.T) {
	empty := org()
	empty.Roadmap = nil
	a, err := mapping.Map(mapping.Input{Org: empty, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report-empty.json", report.Build(report.Input{Org: empty, Alignment: a}))
}

// TestContractKeys: programs rely on these keys; more may be added, none removed.
func TestContractKeys(t *testing.T) {
	keys := func(v any) map[string]json.RawMessage {
		doc, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]json.RawMessage{}
		if err := json.Unmarshal(doc, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	r := report.Build(report.Input{Org: org(), Alignment: small(t), Complete: true})
	p := report.BuildPlan(smallPlan(t), nil)
	for _, c := range []struct {
		what string
		doc  any
		keys string
	}{
		{"report", r, "org as_of complete totals goals stories findings people"},
		{"totals", r.Totals, "stories linked closed unlinked unknown goals goals_without_po goals_without_pm"},
		{"goal", r.Goals[0], "ref title status target url pm po stories"},
		{"goal's stories", r.Goals[0].Stories, "open done"},
		{"story", r.Stories[0], "ref linkage goals"},
		{"finding", r.Findings[0], "rule ref title since why reported_in"},
		{"person", r.People[0], "name pm_of po_of"},
		{"plan", p, "org at complete fingerprint changes held"},
		{"change", p.Changes[0], "id ref kind action value rules why"},
		{"held", p.Held[0], "ref action rules reason until"},
	} {
		have := keys(c.doc)
		for _, k := range strings.Fields(c.keys) {
			if _, ok := have[k]; !ok {
				t.Errorf("%s has no %q", c.what, k)
			}
		}
	}
}

// smallPlan is the plan of the small company, one story of which is ignored and
// one still young.
func smallPlan(t *testing.T) plan.Plan {
	a := small(t)
	o := org()
	rule := o.Rules[roadmap.GoalWithoutPO]
	rule.Grace = config.Duration{Days: 60}
	o.Rules[roadmap.GoalWithoutPO] = rule
	ignored, _ := a.Item(key("PAY-7"))
	ignored.Labels = []string{roadmap.IgnoreLabel}
	return plan.Build(plan.Input{
		Org: o, Now: now, Complete: true, Findings: a.Findings, Silent: a.Silent, Stories: len(a.Stories),
		Item: a.Item, Role: a.Role, Resolved: a.Resolved,
	})
}

// TestPlan: the same company's plan, whole, in testdata/plan.json.
func TestPlan(t *testing.T) {
	golden(t, "plan.json", report.BuildPlan(smallPlan(t), nil))
}

// TestEmptyPlan: no changes, and every list is there; an incomplete plan says
// why it is so.
func TestEmptyPlan(t *testing.T) {
	golden(t, "plan-empty.json", report.BuildPlan(plan.Plan{Org: "acme", At: now, Complete: true}, nil))
	golden(t, "plan-incomplete.json", report.BuildPlan(plan.Plan{Org: "acme", At: now}, []error{errors.New("jira: it is down")}))
}

// TestWritten: each change with what came of it.
func TestWritten(t *testing.T) {
	changes := []roadmap.Change{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4"}}
	doc := report.BuildWritten(&pass.Outcome{
		Plan: plan.Plan{Org: "acme", At: now, Changes: changes},
		Results: map[string]pass.Result{
			"1": {Outcome: store.Done},
			"2": {Outcome: store.Failed, Error: "refused"},
			"3": {Outcome: store.Unknown, Error: "no answer"},
		},
	}, "the mode is observe")
	want := [][2]string{
		{"done", ""},
		{"failed", "refused"},
		{"failed", "outcome unknown, the next pass reads it back: no answer"},
		{"skipped", "the mode is observe"},
	}
	for i, c := range doc.Changes {
		why := ""
		if c.Error != nil {
			why = *c.Error
		}
		if *c.Result != want[i][0] || why != want[i][1] {
			t.Errorf("change %s: %s, %q; want %q", c.ID, *c.Result, why, want[i])
		}
	}
}
