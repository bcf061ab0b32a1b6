package jira_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/connectors/jira"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// TestConformance runs the suite over both kinds of Jira, and with accounts whose
// own time is far from the site's: a search in which a time is read in the
// account's zone would lose a day of changes, or bring one too many.
func TestConformance(t *testing.T) {
	for name, dc := range map[string]*jirasim.DataCenter{"Cloud": nil, "Data Center": {ContextPath: "/jira", MaxResults: 5}} {
		for _, zone := range []string{"", "Pacific/Pago_Pago", "Asia/Kathmandu", "Pacific/Kiritimati"} {
			t.Run(strings.TrimSpace(name+" "+zone), func(t *testing.T) {
				t.Parallel()
				connectortest.Run(t, func(t *testing.T) connectortest.World { return newWorld(t, dc, zone) })
				connectortest.RunCensus(t, func(t *testing.T) connectortest.Counted { return newWorld(t, dc, zone) })
			})
		}
	}
}

// world is a built-in Jira with a roadmap project and a story project.
type world struct {
	transport http.RoundTripper // holds what is sent against its description
	site      *jirasim.Server
	gate      *connectortest.Gate
	server    *httptest.Server
	config    config.Tracker
}

const person = "5b10person"

func newWorld(t *testing.T, dc *jirasim.DataCenter, zone string) *world {
	w := &world{}
	start := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC) // the night in which Europe's clocks change
	var ticks atomic.Int64                                 // the site asks for the time from several goroutines
	clock := func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Second) }
	w.site = jirasim.New(jirasim.Options{Clock: clock, PageSize: 5, DataCenter: dc})
	w.site.AddUser(jirasim.User{AccountID: "5b10bot", Name: "alignd", Email: "bot@acme.example", Active: true, TimeZone: zone})
	w.site.AddUser(jirasim.User{AccountID: person, Name: "Ana", Email: "ana@acme.example", Active: true})
	w.site.AddToken("bot@acme.example", "good-token", "5b10bot")
	w.site.AddBearer("good-token", "5b10bot")
	for _, key := range []string{"PAY", "ROAD", "OUT"} {
		w.site.AddProject(jirasim.Project{Key: key, Name: key})
	}
	w.gate = connectortest.NewGate(w.site)
	w.transport = jira.Holds(t, dc != nil)
	w.server = httptest.NewServer(w.gate)
	t.Cleanup(w.server.Close)
	w.config = config.Tracker{
		Name: "t", Type: config.Jira, URL: w.server.URL, Projects: []string{"PAY"},
		Auth: config.Auth{Type: config.Basic, User: "bot@acme.example"},
	}
	if dc != nil {
		w.config.URL += dc.ContextPath
		w.config.Auth = config.Auth{Type: config.Bearer}
	}
	return w
}

func (w *world) Client(t *testing.T, goodToken bool) connectors.Tracker {
	t.Helper()
	token := "good-token"
	if !goodToken {
		token = connectortest.WrongToken
	}
	c, err := jira.New(jira.Options{
		Config: w.config,
		Org:    connectortest.Org, Sources: map[int]config.Source{0: {From: "t", JQL: "project = ROAD", PM: "assignee"}},
		Labels: []string{"needs-goal"},
		Token:  token, Rate: 10000, WaitMin: time.Millisecond, WaitMax: 5 * time.Millisecond,
		Transport: w.transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) Remove(t *testing.T, k roadmap.Key) {
	t.Helper()
	if err := w.site.Delete(w.key(t, k)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Hide(*testing.T) {
	w.site.AddProject(jirasim.Project{Key: "PAY", Name: "PAY", Hidden: true})
}

func (w *world) Gate() *connectortest.Gate { return w.gate }

func (w *world) add(t *testing.T, i jirasim.Issue) roadmap.Key {
	t.Helper()
	added, err := w.site.AddIssue(i)
	if err != nil {
		t.Fatal(err)
	}
	return roadmap.Key{Tracker: "t", ID: added.ID}
}

func (w *world) AddStory(t *testing.T, title string, labels ...string) roadmap.Key {
	return w.add(t, jirasim.Issue{Project: "PAY", Type: "Story", Summary: title, Labels: labels})
}

func (w *world) AddGoal(t *testing.T, title string) roadmap.Key {
	return w.add(t, jirasim.Issue{Project: "ROAD", Type: "Initiative", Summary: title, Assignee: person})
}

func (w *world) Outside(t *testing.T, title string) (outside, story roadmap.Key) {
	outside = w.add(t, jirasim.Issue{Project: "OUT", Type: "Epic", Summary: title})
	return outside, w.add(t, jirasim.Issue{Project: "PAY", Type: "Story", Summary: "Under it", ParentKey: w.key(t, outside)})
}

// key gives the human key of an issue.
func (w *world) key(t *testing.T, k roadmap.Key) string {
	t.Helper()
	for _, i := range w.site.Issues() {
		if i.ID == k.ID {
			return i.Key
		}
	}
	t.Fatalf("no issue %s", k)
	return ""
}

func (w *world) edit(t *testing.T, k roadmap.Key, f func(*jirasim.Issue)) {
	t.Helper()
	if err := w.site.Edit(w.key(t, k), person, f); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Retitle(t *testing.T, k roadmap.Key, title string) {
	w.edit(t, k, func(i *jirasim.Issue) { i.Summary = title })
}

func (w *world) Label(t *testing.T, k roadmap.Key, label string) {
	w.edit(t, k, func(i *jirasim.Issue) { i.Labels = append(i.Labels, label) })
}

func (w *world) Unlabel(t *testing.T, k roadmap.Key, label string) {
	w.edit(t, k, func(i *jirasim.Issue) {
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == label })
	})
}

func (w *world) Say(t *testing.T, k roadmap.Key, body string) {
	t.Helper()
	if _, err := w.site.AddComment(w.key(t, k), person, body); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Rewrite(t *testing.T, k roadmap.Key, comment, body string) {
	t.Helper()
	if err := w.site.EditComment(w.key(t, k), comment, person, body); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Delete(t *testing.T, k roadmap.Key, comment string) {
	t.Helper()
	if err := w.site.DeleteComment(w.key(t, k), comment); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Labels(t *testing.T, k roadmap.Key) []string {
	t.Helper()
	i, _ := w.site.Issue(w.key(t, k))
	slices.Sort(i.Labels)
	return i.Labels
}

func (w *world) Comments(t *testing.T, k roadmap.Key) []string {
	t.Helper()
	var bodies []string
	for _, c := range w.site.Comments(w.key(t, k)) {
		bodies = append(bodies, c.Body)
	}
	return bodies
}

// liveWiki is wiki markup that Jira would act on.
var liveWiki = regexp.MustCompile(`(^|[^\\])(\[~|\{code|!x!)`)

func (w *world) Inert(body string) bool { return !liveWiki.MatchString(body) }

func (w *world) Write(r *http.Request) bool {
	return r.Method == http.MethodPut || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comment")
}
