package pass_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/connectors/jira"
	"github.com/alignd/alignd/connectors/linear"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
	"github.com/alignd/alignd/internal/store"
)

// monday is when a town's story begins.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const poField = "customfield_10050"

// town is a small org on a built-in Jira and a built-in Linear, over HTTP, with
// a real database.
//
//	ROAD-1  the goal "Grow", with PM and PO      PAY-1  an epic that serves it
//	PAY-2, PAY-3  epics that serve nothing       eng: an initiative with a project

type town struct {
	t              testing.TB
	clock          *sim.Clock
	jira           *jirasim.Server
	eng            *linearsim.Server
	jiraDoor       *door
	engDoor        *door
	jiraURL        string
	jiraAuth       string // as it stands in the file
	engURL         string
	project        string // Linear project that serves an initiative
	ana, bot       string // Linear users
	dir            string
	org            *config.Org
	store          *store.Store
	beforeDatabase int // databases lost so far
}

// door stands before a tracker: a gate with faults, and before it a test's own
// answers.
type door struct {
	*connectortest.Gate

	mu     sync.Mutex // guards answer
	answer func(http.ResponseWriter, *http.Request) bool
}

// instead lets a test answer requests itself: those for which f gives true.
func (d *door) instead(f func(http.ResponseWriter, *http.Request) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = f
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	answer := d.answer
	d.mu.Unlock()
	if answer == nil || !answer(w, r) {
		d.Gate.ServeHTTP(w, r)
	}
}

// newTown builds the town, its Jira on Cloud; more is added to the org's file.
func newTown(t testing.TB, more string) *town {
	t.Helper()
	return newTownOn(t, nil, more)
}

// newTownOn builds the town, its Jira on a Data Center; nil: on Cloud.
func newTownOn(t testing.TB, dc *jirasim.DataCenter, more string) *town {
	t.Helper()
	w := &town{t: t, clock: sim.NewClock(monday), dir: t.TempDir(), jiraAuth: "{type: basic, user: bot@acme.example, token: env:UNUSED}"}
	w.jira = jirasim.New(jirasim.Options{Clock: w.clock.Now, DataCenter: dc})
	if dc != nil {
		w.jiraAuth = "{type: bearer, token: env:UNUSED}"
		w.jira.AddBearer("t0ken", "bot")
	}
	for _, id := range []string{"bot", "ana"} {
		w.jira.AddUser(jirasim.User{AccountID: id, Name: id, Email: id + "@acme.example", Active: true})
	}
	w.jira.AddToken("bot@acme.example", "t0ken", "bot")
	for _, key := range []string{"ROAD", "PAY", "WEB", "OUT"} {
		w.jira.AddProject(jirasim.Project{Key: key, Name: key})
	}
	w.jira.AddField(jirasim.Field{ID: poField, Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	w.issue(jirasim.Issue{Key: "ROAD-1", Type: "Initiative", Summary: "Grow", StatusCategory: "indeterminate", Assignee: "ana", Custom: map[string]any{poField: "ana"}})
	w.issue(jirasim.Issue{Key: "PAY-1", Type: "Epic", Summary: "Serves the goal", ParentKey: "ROAD-1"})
	w.issue(jirasim.Issue{Key: "PAY-2", Type: "Epic", Summary: "Serves nothing"})
	w.issue(jirasim.Issue{Key: "PAY-3", Type: "Epic", Summary: "Serves nothing either"})

	w.eng = linearsim.New(linearsim.Options{Clock: w.clock.Now, Seed: 1})
	w.eng.SetBudget(1_000_000, 1_000_000_000)
	bot := w.eng.AddUser(linearsim.User{Name: "alignd", Email: "bot@acme.example", Active: true})
	w.ana = w.eng.AddUser(linearsim.User{Name: "Ana", Email: "ana@acme.example", Active: true}).ID
	w.bot = bot.ID
	w.eng.AddKey("lin_api_key", w.bot)
	w.eng.AddTeam(linearsim.Team{Key: "ENG", Name: "Platform"})
	goal := w.eng.AddInitiative(linearsim.Initiative{Name: "Deploy without fear", Status: "Active", OwnerID: w.ana, Created: w.daysAgo(60)})
	p := w.eng.AddProject(linearsim.Project{Name: "Canaries", StatusType: "started", LeadID: w.ana, Created: w.daysAgo(60)})
	w.project = p.ID
	if err := w.eng.LinkProject(goal.ID, p.ID); err != nil {
		t.Fatal(err)
	}

	w.jiraDoor = &door{Gate: connectortest.NewGate(w.jira)}
	w.engDoor = &door{Gate: connectortest.NewGate(w.eng)}
	w.jiraURL, w.engURL = w.serve(w.jiraDoor), w.serve(w.engDoor)
	w.file(more)
	w.open()
	return w
}

func (w *town) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	w.t.Cleanup(s.Close)
	return s.URL
}

// file writes the org's file anew and loads it.
func (w *town) file(more string) {
	w.t.Helper()
	text := fmt.Sprintf(`org: acme
mode: write
trackers:
  jira:
    type: jira
    url: %s
    auth: %s
    levels: [Initiative]
    projects: [PAY, WEB]
  eng:
    type: linear
    url: %s/graphql
    auth: {type: api-key, token: env:UNUSED}
    teams: [ENG]
roadmap:
  - {from: jira, jql: project = ROAD, pm: assignee, po: "field:Product Owner"}
  - {from: eng, goals: initiatives}
%s
`, w.jiraURL, w.jiraAuth, w.engURL, more)
	path := filepath.Join(w.dir, "acme.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	var err error
	if w.org, err = config.Load(path); err != nil {
		w.t.Fatal(err)
	}
}

// open opens a database that nothing is in.
func (w *town) open() {
	w.t.Helper()
	st, err := store.Open(w.t.Context(), filepath.Join(w.dir, fmt.Sprintf("acme-%d.db", w.beforeDatabase)), "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = st
	w.t.Cleanup(func() { _ = st.Close() })
}

// loseDatabase goes on with an empty one.
func (w *town) loseDatabase() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.beforeDatabase++
	w.open()
}

func (w *town) daysAgo(n int) time.Time { return w.clock.Now().AddDate(0, 0, -n) }

// trackers makes the connectors, as a pass does.
func (w *town) trackers() map[string]connectors.Tracker {
	w.t.Helper()
	j, err := jira.New(jira.Options{
		Config: w.org.Trackers[0], Org: "acme", Sources: map[int]config.Source{0: w.org.Roadmap[0]}, Token: "t0ken",
		Rate: 100000, WaitMin: time.Millisecond, WaitMax: 2 * time.Millisecond, Attempts: 2,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	kept, err := w.store.Directory(w.t.Context(), "eng")
	if err != nil {
		w.t.Fatal(err)
	}
	l, err := linear.New(linear.Options{
		KeptDirectory: kept, KeepDirectory: func(ctx context.Context, kept string) error { return w.store.KeepDirectory(ctx, "eng", kept) }, Now: w.clock.Now,
		Config: w.org.Trackers[1], Org: "acme", Sources: map[int]config.Source{1: w.org.Roadmap[1]}, Token: "lin_api_key",
		Rate: 100000, WaitMin: time.Millisecond, WaitMax: 2 * time.Millisecond, Attempts: 2,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]connectors.Tracker{"jira": j, "eng": l}
}

// once makes one pass, a quarter of an hour after the one before, in which
// allow is asked; nil: nothing may be written.
func (w *town) once(ctx context.Context, allow func(plan.Plan) (bool, error)) (*pass.Outcome, error) {
	w.t.Helper()
	w.clock.Advance(15 * time.Minute)
	return w.newPass(w.trackers(), allow).Once(ctx)
}

// newPass wires a pass.
func (w *town) newPass(trackers map[string]connectors.Tracker, allow func(plan.Plan) (bool, error)) *pass.Pass {
	return &pass.Pass{Org: w.org, Store: w.store, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Trackers: trackers, Allow: allow}
}

// pass is a pass that may write, whatever becomes of it.
func (w *town) pass() *pass.Outcome {
	w.t.Helper()
	return w.passWhile(func() {})
}

// passWhile is a pass that may write, in which something happens between the
// plan and the first write.
func (w *town) passWhile(between func()) *pass.Outcome {
	w.t.Helper()
	o, err := w.once(w.t.Context(), func(plan.Plan) (bool, error) { between(); return true, nil })
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// well is a pass in which all must go well.
func (w *town) well() *pass.Outcome {
	w.t.Helper()
	o := w.pass()
	if o.Err() != nil || o.Failures() != 0 {
		w.t.Fatalf("troubles %v, results %v", o.Err(), o.Results)
	}
	return o
}

// quiet is a pass that must find nothing to do.
func (w *town) quiet() *pass.Outcome {
	w.t.Helper()
	o := w.well()
	if len(o.Plan.Changes) != 0 {
		w.t.Errorf("nothing has happened, and the plan holds %s", planned(o))
	}
	return o
}
