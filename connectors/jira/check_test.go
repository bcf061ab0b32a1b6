package jira

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// table is what check tells, a line each: ok or FAIL, what, detail, what to try.
func table(probes []connectors.Probe) string {
	var lines []string
	for _, p := range probes {
		mark := "ok  "
		if !p.OK {
			mark = "FAIL"
		}
		line := fmt.Sprintf("%s %s: %s", mark, p.What, p.Detail)
		if p.Try != "" {
			line += " | " + p.Try
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestCheck shows what check --online tells, of both kinds of Jira.
func TestCheck(t *testing.T) {
	const allOfIt = "we may see, edit and comment"
	set := func(t *testing.T, sim *jirasim.Server, project, permission string, have bool) {
		t.Helper()
		if err := sim.SetPermission("bot", project, permission, have); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *jirasim.Server, *Options)
		cloud  []string // lines of the table, in which about is left out on Data Center
	}{
		{"all is well", func(*testing.T, *jirasim.Server, *Options) {}, []string{
			"ok   project PAY: Payments: about 3 issues; " + allOfIt,
			"ok   roadmap source 1: about 2 goals, in ROAD",
			"ok   project ROAD: Roadmap: about 2 issues; " + allOfIt,
			"ok   field:Product Owner: the field Product Owner (customfield_10050)",
			"ok   clock: ours and the site's agree",
		}},
		{"we may only read", func(t *testing.T, sim *jirasim.Server, _ *Options) {
			set(t, sim, "PAY", "EDIT_ISSUES", false)
			set(t, sim, "PAY", "ADD_COMMENTS", false)
		}, []string{
			"FAIL project PAY: Payments: about 3 issues; the account lacks Edit Issues, Add Comments | give its role these permissions in the project's permission scheme",
		}},
		{"we may only read, and that will do", func(t *testing.T, sim *jirasim.Server, o *Options) {
			set(t, sim, "PAY", "EDIT_ISSUES", false)
			o.ReadOnly = true
		}, []string{
			"ok   project PAY: Payments: about 3 issues; the account lacks Edit Issues (mode observe writes nothing, so that will do)",
		}},
		{"a goal's project that we may not write to", func(t *testing.T, sim *jirasim.Server, _ *Options) {
			set(t, sim, "ROAD", "EDIT_OWN_COMMENTS", false)
		}, []string{
			"ok   project PAY: Payments: about 3 issues; " + allOfIt,
			"FAIL project ROAD: Roadmap: about 2 issues; the account lacks Edit Own Comments | give its role these permissions in the project's permission scheme",
		}},
		{"labels are not on the screen", func(_ *testing.T, sim *jirasim.Server, _ *Options) {
			sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", NoLabels: true})
		}, []string{
			"FAIL project PAY: Payments: about 3 issues; " + allOfIt + "; labels are not on the edit screen of PAY-3 | put the field Labels on the edit screen of the project",
		}},
		{"a service project", func(_ *testing.T, sim *jirasim.Server, _ *Options) {
			sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", Type: "service_desk"})
		}, []string{
			"ok   project PAY: Payments: about 3 issues; " + allOfIt + "; a service project, comments are internal",
		}},
		{"a service project without an agent", func(t *testing.T, sim *jirasim.Server, _ *Options) {
			sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", Type: "service_desk"})
			set(t, sim, "PAY", "SERVICEDESK_AGENT", false)
		}, []string{
			"FAIL project PAY: Payments: about 3 issues; we may see and edit; a service project where the account is no agent, so no comment is written | make the account an agent of the project: only agents write internal comments",
		}},
		{"what the file names and the site does not have", func(_ *testing.T, _ *jirasim.Server, o *Options) {
			o.Config.Projects = []string{"PAY", "GONE"}
			o.Config.JQL = "labels = nobody-has-this"
			o.Sources = map[int]config.Source{
				0: {JQL: "project = ROAD AND issuetype = Initiative", PM: "assignee", PO: "field:Produkt Owner"},
				2: {JQL: "project = ROAD AND nonsense ~~ 3", PM: "assignee", PO: "assignee"},
				3: {JQL: "project = ROAD AND summary ~ zebra", PM: "assignee", PO: "assignee"},
			}
			o.Links = []config.LinkWay{
				{Way: roadmap.WayIssueLink, IssueLinks: []string{"Relates", "is done by"}},
				{Way: roadmap.WayField, Field: "field:Goal of ours"},
			}
		}, []string{
			`FAIL project GONE: project "GONE" does not exist, or this account may not see it | check the project's key, and give the account the permission Browse Projects there`,
			"ok   roadmap source 4: no goal at present",
			`FAIL field:Produkt Owner: no field is named "Produkt Owner", or this account may not see it; did you mean "Product Owner"? | correct pm or po in the roadmap section, or let the account see the field`,
			"ok   issue link Relates: a name of the link type Relates",
			`FAIL issue link is done by: no link type, and no direction of one, is called "is done by"; there are`,
			`FAIL field:Goal of ours: no field is named "Goal of ours"`,
			"FAIL roadmap source 3: 400 ",
		}},
		{"a query that leaves nothing", func(_ *testing.T, _ *jirasim.Server, o *Options) { o.Config.JQL = "labels = nobody-has-this" }, []string{
			"FAIL jql: it is accepted and leaves no issue: there would be no story | see whether jql says what is meant",
		}},
		{"a query that narrows", func(_ *testing.T, _ *jirasim.Server, o *Options) { o.Config.JQL = "labels = web" }, []string{
			"ok   jql: one issue of these projects",
		}},
	} {
		for kind, so := range bothKinds() {
			t.Run(tt.name+" on "+kind, func(t *testing.T) {
				sim, o := builtInAs(t, so)
				o.Now = func() time.Time { return at("2026-11-22T12:00:30Z") }
				tt.change(t, sim, &o)
				probes, err := mustNew(t, o).Check(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := table(probes)
				for _, want := range tt.cloud {
					if kind != "Cloud" {
						want = strings.ReplaceAll(want, "about ", "")
					}
					if !strings.Contains(got, want) {
						t.Errorf("nothing begins\n%s\nin\n%s", want, got)
					}
				}
				if !strings.Contains(got, "ok   site: Jira "+kind+", version 10") || !strings.Contains(got, "ok   token: we are alignd bot (bot), in time zone ") {
					t.Errorf("who and where:\n%s", got)
				}
				for _, r := range sim.Requests() {
					if r.Write {
						t.Errorf("check wrote: %s %s", r.Method, r.Path)
					}
				}
			})
		}
	}
}

func TestCheckComparesClocks(t *testing.T) {
	for _, tt := range []struct {
		skew time.Duration
		want string
	}{
		{0, "ok   clock: ours and the site's agree"},
		{100 * time.Second, "ok   clock: ours and the site's agree"},
		{-100 * time.Second, "ok   clock: ours and the site's agree"},
		{10 * time.Minute, "FAIL clock: this machine's clock is 10m0s behind the site's, so ages are wrong by as much | set this machine's clock (NTP)"},
		{-10 * time.Minute, "FAIL clock: this machine's clock is 9m59s ahead of the site's, so ages are wrong by as much | set this machine's clock (NTP)"},
	} {
		_, o := builtInAs(t, jirasim.Options{Skew: tt.skew})
		o.Now = func() time.Time { return at("2026-11-22T12:00:00Z") }
		probes, err := mustNew(t, o).Check(t.Context())
		if err != nil || !strings.Contains(table(probes), tt.want) {
			t.Errorf("skew %s: want %s in\n%s\n%v", tt.skew, tt.want, table(probes), err)
		}
	}
	_, o := builtIn(t)
	if probes, _ := mustNew(t, o).Check(t.Context()); strings.Contains(table(probes), "clock") {
		t.Error("clocks were compared without one of ours")
	}
}

func TestCheckWithAWrongToken(t *testing.T) {
	s := newSite(t)
	s.on("GET myself", answer{status: 401, body: `{"message":"Client must be authenticated"}`})
	probes, err := s.tracker(t, nil).Check(t.Context())
	if connectors.KindOf(err) != connectors.Auth || len(probes) != 1 || probes[0].OK || probes[0].What != "token" || !strings.Contains(probes[0].Try, "API token") {
		t.Errorf("got %+v, %v", probes, err)
	}
	// A token that is revoked while we ask ends the asking, with what is known.
	s.on("GET myself", ok(`{"accountId":"me","displayName":"bot"}`))
	s.on("GET project/PAY", answer{status: 401, body: `{}`})
	probes, err = s.tracker(t, nil).Check(t.Context())
	if connectors.KindOf(err) != connectors.Auth || len(probes) != 2 || !probes[1].OK {
		t.Errorf("got %+v, %v", probes, err)
	}
}

// TestCheckAsksForLittle: of the issues of a project one is looked at, for its
// edit screen.
func TestCheckAsksForLittle(t *testing.T) {
	for kind, so := range bothKinds() {
		sim, o := builtInAs(t, so)
		if _, err := mustNew(t, o).Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		looks := 0
		for _, r := range sim.Requests() {
			if strings.Contains(r.Body, "ORDER BY key DESC") {
				looks++
				if !strings.Contains(r.Body, `"maxResults":1,`) && !strings.Contains(r.Body, `"maxResults":1}`) {
					t.Errorf("%s: asked %s", kind, r.Body)
				}
			}
		}
		if looks != 2 { // PAY and ROAD
			t.Errorf("%s: %d looks, want 2", kind, looks)
		}
	}
}
