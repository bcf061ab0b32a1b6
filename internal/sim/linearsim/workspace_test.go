package linearsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

const key = "lin_api_bot"

// clock is a clock that moves only when told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// world is a small workspace behind a real HTTP server: team ENG with two
// issues, one of them in a project of an initiative.
type world struct {
	*linearsim.Server
	t             *testing.T
	url           string
	clock         *clock
	bot, ana      linearsim.User
	eng           linearsim.Team
	growth        linearsim.Initiative
	checkout      linearsim.Project
	linked, loose linearsim.Issue
	needsGoal     linearsim.Label
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}}
	w.Server = linearsim.New(linearsim.Options{Clock: w.clock.now, Seed: 1})
	w.bot = w.AddUser(linearsim.User{Name: "Alignd Bot", Email: "bot@acme.example", Active: true})
	w.ana = w.AddUser(linearsim.User{Name: "Ana Lima", Email: "ana@acme.example", Active: true})
	w.AddKey(key, w.bot.ID)
	w.eng = w.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineering"})
	w.growth = w.AddInitiative(linearsim.Initiative{Name: "Growth", Status: "Active", OwnerID: w.ana.ID})
	w.checkout = w.AddProject(linearsim.Project{Name: "Checkout", StatusType: "started"})
	if err := w.LinkProject(w.growth.ID, w.checkout.ID); err != nil {
		t.Fatal(err)
	}
	w.linked = w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Pay by card", StateType: linearsim.Started, ProjectID: w.checkout.ID, Priority: 2})
	w.loose = w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Tidy the attic"})
	w.needsGoal = w.AddLabel(linearsim.IssueLabel, "needs-goal")
	w.clock.move(time.Hour)
	ts := httptest.NewServer(w.Server)
	t.Cleanup(ts.Close)
	w.url = ts.URL
	return w
}

// reply is an answer of the API.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct {
			Type, Code             string
			StatusCode             int
			UserPresentableMessage string
			ValidationErrors       []struct{ Property string }
		}
	}
}

type vars map[string]any

// post sends a document with the bot's key.
func (w *world) post(query string, v vars) *reply {
	w.t.Helper()
	return w.postAs(key, query, v)
}

func (w *world) postAs(authorization, query string, v vars) *reply {
	w.t.Helper()
	r, err := w.send(authorization, query, v)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(r.body), r); err != nil {
		w.t.Fatalf("not JSON: %v\n%s", err, r.body)
	}
	return r
}

// send gives an answer that may be anything, or nothing at all.
func (w *world) send(authorization, query string, v vars) (*reply, error) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return &reply{t: w.t, status: res.StatusCode, header: res.Header, body: string(raw)}, err
}

// want checks the data of a reply without errors, as compact JSON.
func (r *reply) want(data string) {
	r.t.Helper()
	if r.status != 200 || len(r.Errors) > 0 || string(r.Data) != data {
		r.t.Errorf("got status %d and\n%s\nwant data\n%s", r.status, r.body, data)
	}
}

// fails checks the first error of a reply.
func (r *reply) fails(status int, code, message string) {
	r.t.Helper()
	if len(r.Errors) == 0 {
		r.t.Fatalf("got status %d and no errors: %s", r.status, r.body)
	}
	e := r.Errors[0]
	if r.status != status || e.Extensions.Code != code || !strings.Contains(e.Message+"|"+e.Extensions.UserPresentableMessage, message) {
		r.t.Errorf("got %d %s\nwant %d %s %q", r.status, r.body, status, code, message)
	}
}

// get decodes the data into a T.
func get[T any](r *reply) T {
	r.t.Helper()
	var out T
	if r.status != 200 || len(r.Errors) > 0 {
		r.t.Fatalf("got status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.Data, &out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

// titles runs a query for issues and gives their titles, in order.
func (w *world) titles(args string) string {
	w.t.Helper()
	d := get[struct {
		Issues struct{ Nodes []struct{ Title string } }
	}](w.post(`{ issues`+args+` { nodes { title } } }`, nil))
	var out []string
	for _, n := range d.Issues.Nodes {
		out = append(out, n.Title)
	}
	return strings.Join(out, ", ")
}
