package linear_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/connectors/linear"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestConformance(t *testing.T) {
	connectortest.Run(t, newWorld)
}

// The same as an OAuth app, whose comments Linear gives without a user.
func TestConformanceOfAnApp(t *testing.T) {
	connectortest.Run(t, func(t *testing.T) connectortest.World {
		w := makeWorld(t)
		w.app = true
		w.site.AddApp(linearsim.App{Name: "alignd", ClientID: "client", ClientSecret: "good"})
		w.site.Configure(func(s *linearsim.Settings) { s.AppCommentsWithoutUser = true })
		return w
	})
}

func TestCensus(t *testing.T) {
	connectortest.RunCensus(t, func(t *testing.T) connectortest.Counted { return makeWorld(t) })
}

// world is a built-in Linear with a team that is configured and one that is not.
type world struct {
	site   *linearsim.Server
	gate   *connectortest.Gate
	server *httptest.Server
	person string
	now    time.Time
	app    bool // we act as an OAuth app
}

func newWorld(t *testing.T) connectortest.World { return makeWorld(t) }

func makeWorld(t *testing.T) *world {
	w := &world{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	w.site = linearsim.New(linearsim.Options{Clock: func() time.Time { w.now = w.now.Add(time.Second); return w.now }, Seed: 1})
	bot := w.site.AddUser(linearsim.User{Name: "alignd", Email: "bot@acme.example", Active: true})
	w.person = w.site.AddUser(linearsim.User{Name: "Ana", Email: "ana@acme.example", Active: true}).ID
	w.site.AddKey("lin_api_good", bot.ID)
	w.site.AddTeam(linearsim.Team{Key: "ENG", Name: "Platform"})
	w.site.AddTeam(linearsim.Team{Key: "OUT", Name: "Elsewhere"})
	for _, label := range []string{"team-a", "by-hand"} {
		w.site.AddLabel(linearsim.IssueLabel, label)
	}
	w.gate = connectortest.NewGate(w.site)
	w.server = httptest.NewServer(w.gate)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) Client(t *testing.T, goodToken bool) connectors.Tracker {
	t.Helper()
	token := "lin_api_good"
	if !goodToken {
		token = connectortest.WrongToken
	}
	o := linear.Options{
		Config: config.Tracker{
			Name: "t", Type: config.Linear, URL: w.server.URL + "/graphql", Teams: []string{"ENG"},
			Auth: config.Auth{Type: config.APIKey},
		},
		Org: connectortest.Org, Sources: map[int]config.Source{0: {From: "t", Goals: "initiatives", PM: "owner", PO: "lead"}},
		Token: token, PageSize: 5, Rate: 10000, WaitMin: time.Millisecond, WaitMax: 5 * time.Millisecond,
	}
	if w.app {
		o.Token, o.ClientID, o.ClientSecret = "", "client", "good"
		if !goodToken {
			o.ClientSecret = connectortest.WrongToken
		}
	}
	c, err := linear.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) Gate() *connectortest.Gate { return w.gate }

func (w *world) labelIDs(names []string) []string {
	var ids []string
	for _, l := range w.site.Labels() {
		for _, name := range names {
			if l.Name == name {
				ids = append(ids, l.ID)
			}
		}
	}
	return ids
}

func (w *world) AddStory(_ *testing.T, title string, labels ...string) roadmap.Key {
	i := w.site.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: title, LabelIDs: w.labelIDs(labels)})
	return roadmap.Key{Tracker: "t", ID: i.ID}
}

func (w *world) AddGoal(_ *testing.T, title string) roadmap.Key {
	return roadmap.Key{Tracker: "t", ID: w.site.AddInitiative(linearsim.Initiative{Name: title, Status: "Active", OwnerID: w.person}).ID}
}

func (w *world) Outside(_ *testing.T, title string) (outside, story roadmap.Key) {
	out := w.site.AddIssue(linearsim.Issue{TeamKey: "OUT", Title: title})
	in := w.site.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Under it", ParentID: out.ID})
	return roadmap.Key{Tracker: "t", ID: out.ID}, roadmap.Key{Tracker: "t", ID: in.ID}
}

func (w *world) Retitle(t *testing.T, k roadmap.Key, title string) {
	t.Helper()
	if err := w.site.EditIssue(k.ID, w.person, func(i *linearsim.Issue) { i.Title = title }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Label(t *testing.T, k roadmap.Key, label string) {
	t.Helper()
	if err := w.site.AddLabelAs(k.ID, label, w.person); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Unlabel(t *testing.T, k roadmap.Key, label string) {
	t.Helper()
	if err := w.site.RemoveLabelAs(k.ID, label, w.person); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Say(_ *testing.T, k roadmap.Key, body string) {
	w.site.AddComment(linearsim.Comment{IssueID: k.ID, UserID: w.person, Body: body})
}

func (w *world) Rewrite(t *testing.T, _ roadmap.Key, comment, body string) {
	t.Helper()
	if err := w.site.EditComment(comment, body); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Delete(t *testing.T, _ roadmap.Key, comment string) {
	t.Helper()
	if err := w.site.DeleteComment(comment); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Remove(t *testing.T, k roadmap.Key) {
	t.Helper()
	if err := w.site.DeleteIssue(k.ID); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Hide(t *testing.T) {
	t.Helper()
	if err := w.site.EditTeam("ENG", func(team *linearsim.Team) { team.Hidden = true }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Labels(_ *testing.T, k roadmap.Key) []string { return w.site.LabelNames(k.ID) }

func (w *world) Comments(_ *testing.T, k roadmap.Key) []string {
	var bodies []string
	for _, c := range w.site.Comments(k.ID) {
		bodies = append(bodies, c.Body)
	}
	return bodies
}

// liveMarkdown is what Linear would act on: an address, a section, HTML.
var liveMarkdown = regexp.MustCompile(`https://linear\.app|(?m)^\+\+\+|(^|[^\\])<b>`)

func (w *world) Inert(body string) bool { return !liveMarkdown.MatchString(body) }

// Write looks into the document, and puts it back for the tracker to read.
func (w *world) Write(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(`"mutation`))
}
