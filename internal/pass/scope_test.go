package pass

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/jira"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/store"
)

// narrowed is an org whose stories a query narrows, on the built-in Jira, with a
// real database.
type narrowed struct {
	t     *testing.T
	site  *jirasim.Server
	org   *config.Org
	store *store.Store
	at    atomic.Int64 // the time, in milliseconds
	down  atomic.Bool  // Jira answers nothing but 500
}

// newNarrowed makes a company with these issues, each a week old.
func newNarrowed(t *testing.T, jql string, issues ...jirasim.Issue) *narrowed {
	t.Helper()
	n := &narrowed{t: t}
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	n.at.Store(start.UnixMilli())
	n.site = jirasim.New(jirasim.Options{Clock: n.now})
	for _, id := range []string{"bot", "ana"} {
		n.site.AddUser(jirasim.User{AccountID: id, Name: id, Active: true})
	}
	n.site.AddToken("bot@acme.example", "t0ken", "bot")
	for _, key := range []string{"PAY", "WEB"} {
		n.site.AddProject(jirasim.Project{Key: key, Name: key})
	}
	for _, i := range issues {
		i.Created = start.Add(-7 * 24 * time.Hour)
		if _, err := n.site.AddIssue(i); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		n.site.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "acme.yaml")
	text := fmt.Sprintf(`
org: acme
mode: write
trackers:
  jira:
    type: jira
    url: %s
    auth: {type: basic, user: bot@acme.example, token: env:UNUSED}
    projects: [PAY, WEB]
    jql: %q
roadmap:
  - from: file
    goals: [{id: GROW-1, title: Grow, pm: ana, po: ana}]
people:
  ana: {accounts: {jira: ana}}
`, server.URL, jql)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if n.org, err = config.Load(file); err != nil {
		t.Fatal(err)
	}
	if n.store, err = store.Open(t.Context(), filepath.Join(dir, "acme.db"), n.org.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.store.Close() })
	return n
}

func (n *narrowed) now() time.Time { return time.UnixMilli(n.at.Load()).UTC() }

// pass makes one pass, a minute after the one before, with the service's tracker.
func (n *narrowed) pass() *Outcome {
	n.t.Helper()
	n.at.Add(time.Minute.Milliseconds())
	tracker, err := jira.New(jira.Options{
		Config: n.org.Trackers[0], Org: n.org.Name, Token: "t0ken", Rate: 10000, WaitMin: time.Millisecond, Attempts: 2,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	p := &Pass{
		Org: n.org, Store: n.store, Now: n.now, Log: slog.New(slog.DiscardHandler),
		Trackers: map[string]connectors.Tracker{"jira": tracker},
		Allow:    func(plan.Plan) (bool, error) { return true, nil },
	}
	o, err := p.Once(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return o
}

// whole is a pass in which everything must go well.
func (n *narrowed) whole() *Outcome {
	n.t.Helper()
	o := n.pass()
	if o.Err() != nil || o.Failures() != 0 {
		n.t.Fatalf("troubles %v, results %v", o.Err(), o.Results)
	}
	return o
}

// label lets Ana put a label on an issue, or take it off.
func (n *narrowed) label(key, label string, on bool) {
	n.t.Helper()
	err := n.site.Edit(key, "ana", func(i *jirasim.Issue) {
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == label })
		if on {
			i.Labels = append(i.Labels, label)
		}
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// flagged tells whether an issue carries our label, and what our comment's mark
// line says: "" where there is none.
func (n *narrowed) flagged(key string) (labelled bool, mark string) {
	n.t.Helper()
	i, ok := n.site.Issue(key)
	if !ok {
		n.t.Fatalf("no issue %s", key)
	}
	all := n.site.Comments(key)
	if len(all) > 1 {
		n.t.Errorf("%s has %d comments", key, len(all))
	}
	for _, c := range all {
		mark = c.Body[strings.LastIndexByte(c.Body, '\n')+1:]
	}
	return slices.Contains(i.Labels, "needs-goal"), mark
}

func (n *narrowed) want(key string, labelled bool, mark string) {
	n.t.Helper()
	if l, m := n.flagged(key); l != labelled || m != mark {
		n.t.Errorf("%s: labelled %v, comment %q; want %v, %q", key, l, m, labelled, mark)
	}
}

func stories(o *Outcome) string {
	var refs []string
	for _, s := range o.Alignment.Stories {
		refs = append(refs, string(s.Item.Ref))
	}
	return strings.Join(refs, " ")
}

const (
	notExcluded = "labels IS EMPTY OR labels != no-sync"
	says        = "alignd · acme · story-without-goal"
	resolved    = "alignd · acme · resolved"
)

// A person takes a story out of the scope of jql by the label that it excludes.
// The story is in no page that is pulled afterwards, and must be let go all the
// same; when the label goes, it is a story again.
func TestAStoryThatLeavesTheScopeIsLetGo(t *testing.T) {
	n := newNarrowed(t, notExcluded,
		jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Stays"},
		jirasim.Issue{Key: "WEB-1", Type: "Story", Summary: "Leaves", Labels: []string{"web"}},
		jirasim.Issue{Key: "WEB-2", Type: "Story", Summary: "Never was in it", Labels: []string{"no-sync"}})
	if got := stories(n.whole()); got != "jira:PAY-1 jira:WEB-1" {
		t.Errorf("stories %s", got)
	}
	n.want("PAY-1", true, says)
	n.want("WEB-1", true, says)
	n.want("WEB-2", false, "")

	n.label("WEB-1", "no-sync", true)
	if got := stories(n.whole()); got != "jira:PAY-1" {
		t.Errorf("out of the scope, and the stories are %s", got)
	}
	n.want("PAY-1", true, says)
	n.want("WEB-1", false, resolved)

	n.site.ResetRequests()
	if o := n.whole(); len(o.Plan.Changes) != 0 {
		t.Errorf("nothing changed, and the plan holds %v", o.Plan.Changes)
	}
	// What we said of PAY-1 stands open, so it is read; nothing of ours is open on WEB-1.
	if got := n.site.Count("POST /rest/api/2/issue/bulkfetch"); got != 1 {
		t.Errorf("nothing changed, and issues were read %d times", got)
	}
	n.label("WEB-1", "no-sync", false)
	if got := stories(n.whole()); got != "jira:PAY-1 jira:WEB-1" {
		t.Errorf("back in the scope, and the stories are %s", got)
	}
	n.want("WEB-1", true, says)
}

// An empty set leaves nothing in the database, and is no licence to go on.
func TestTheLastStoryLeavesTheScope(t *testing.T) {
	n := newNarrowed(t, notExcluded, jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "The only one"})
	n.whole()
	n.want("PAY-1", true, says)
	n.label("PAY-1", "no-sync", true)
	if got := stories(n.whole()); got != "" {
		t.Errorf("stories %s", got)
	}
	n.want("PAY-1", false, resolved)
}

// A person takes our label off and the story out of the scope between two passes:
// what is left of ours is the comment.
func TestAStoryWithoutOurLabelLeavesTheScope(t *testing.T) {
	n := newNarrowed(t, notExcluded, jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Vetoed"})
	n.whole()
	n.label("PAY-1", "needs-goal", false)
	n.whole()
	n.want("PAY-1", false, says)
	n.label("PAY-1", "no-sync", true)
	n.whole()
	n.want("PAY-1", false, resolved)
}

// A story out of the scope that others hang on is read again in every pass, as
// what lies outside the projects is. That makes no story of it.
func TestAStoryOutOfScopeThatOthersLeadTo(t *testing.T) {
	n := newNarrowed(t, notExcluded,
		jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Above", Labels: []string{"no-sync"}},
		jirasim.Issue{Key: "PAY-2", Type: "Sub-task", Summary: "Below", ParentKey: "PAY-1"})
	for range 2 {
		if got := stories(n.whole()); got != "" {
			t.Errorf("stories %s", got)
		}
	}
	n.want("PAY-1", false, "")
}

// While one project is hidden its query fails, and the scope with it: the pass is
// incomplete, says so once, and concludes nothing, neither the first nor a later one.
func TestAHiddenProjectAndTheScope(t *testing.T) {
	n := newNarrowed(t, notExcluded,
		jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Seen"},
		jirasim.Issue{Key: "WEB-1", Type: "Story", Summary: "Hidden at first"})
	hide := func(hidden bool) { n.site.AddProject(jirasim.Project{Key: "WEB", Name: "WEB", Hidden: hidden}) }
	hide(true)
	o := n.pass()
	if len(o.Troubles) != 1 || strings.Count(o.Troubles[0].Error(), `project "WEB" does not exist`) != 1 {
		t.Errorf("troubles %v", o.Troubles)
	}
	if got := stories(o); got != "jira:PAY-1" {
		t.Errorf("the scope was never read, and the stories are %q", got)
	}
	n.want("PAY-1", false, "")

	hide(false)
	if got := stories(n.whole()); got != "jira:PAY-1 jira:WEB-1" {
		t.Errorf("stories %s", got)
	}
	n.want("WEB-1", true, says)

	hide(true)
	n.label("PAY-1", "no-sync", true)
	if o := n.pass(); o.Complete() || len(o.Plan.Changes) != 0 || stories(o) != "jira:PAY-1 jira:WEB-1" {
		t.Errorf("hidden again: troubles %v, changes %v, stories %s", o.Troubles, o.Plan.Changes, stories(o))
	}
	n.want("PAY-1", true, says)
	hide(false)
	n.whole()
	n.want("PAY-1", false, resolved)
}

// A pass that Jira does not answer keeps the scope as it was.
func TestNoAnswerKeepsTheScope(t *testing.T) {
	n := newNarrowed(t, notExcluded,
		jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "In"},
		jirasim.Issue{Key: "PAY-2", Type: "Story", Summary: "Out", Labels: []string{"no-sync"}})
	n.whole()
	n.down.Store(true)
	if o := n.pass(); o.Complete() || stories(o) != "jira:PAY-1" {
		t.Errorf("troubles %v, stories %s", o.Troubles, stories(o))
	}
	n.want("PAY-1", true, says)
}

// Without the query, what it left out is a story: the scope that stands in the
// database says nothing any more.
func TestTheQueryIsTakenOutOfTheFile(t *testing.T) {
	n := newNarrowed(t, notExcluded,
		jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "In"},
		jirasim.Issue{Key: "PAY-2", Type: "Story", Summary: "Out", Labels: []string{"no-sync"}})
	n.whole()
	n.org.Trackers[0].JQL = ""
	if got := stories(n.whole()); got != "jira:PAY-1 jira:PAY-2" {
		t.Errorf("stories %s", got)
	}
	n.want("PAY-2", true, says)
}

// A query on time is met by and by, without anybody touching the issue: no page
// ever brings it.
func TestAStoryComesIntoTheScopeUnchanged(t *testing.T) {
	n := newNarrowed(t, "created <= -8d", jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Ripens"})
	if got := stories(n.whole()); got != "" {
		t.Errorf("stories %s", got)
	}
	n.at.Add((48 * time.Hour).Milliseconds())
	if got := stories(n.whole()); got != "jira:PAY-1" {
		t.Errorf("in the scope for a day, and the stories are %q", got)
	}
	n.want("PAY-1", true, says)
}

// A story that moves out of the projects comes with no page; what we said of it
// is taken back all the same.
func TestAStoryMovesOutOfTheProjects(t *testing.T) {
	n := newNarrowed(t, "created > -90d", jirasim.Issue{Key: "PAY-1", Type: "Story", Summary: "Moves"})
	n.site.AddProject(jirasim.Project{Key: "OUT", Name: "OUT"})
	n.whole()
	n.want("PAY-1", true, says)
	moved, err := n.site.Move("PAY-1", "OUT")
	if err != nil {
		t.Fatal(err)
	}
	if got := stories(n.whole()); got != "" {
		t.Errorf("stories %s", got)
	}
	n.want(moved, false, resolved)
}
