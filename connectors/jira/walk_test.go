package jira

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// server is a built-in Data Center site, with pages of three issues where a test
// does not say, on which a
// test may act before a search, and which keeps what was searched for.
type server struct {
	*jirasim.Server
	t      *testing.T
	now    time.Time
	before func(jql string) // nil: nothing happens
	jql    []string
	asked  []string // method and path
}

func newServer(t *testing.T, dc jirasim.DataCenter) (*server, Options) {
	t.Helper()
	s := &server{t: t, now: at("2026-11-22T12:00:00Z")}
	dc.MaxResults = cmp.Or(dc.MaxResults, 3)
	s.Server = jirasim.New(jirasim.Options{Clock: func() time.Time { return s.now }, DataCenter: &dc})
	s.AddUser(jirasim.User{AccountID: "bot", Username: "alignd", UserKey: "JIRAUSER10100", Name: "alignd bot", Active: true})
	s.AddUser(jirasim.User{AccountID: "ana", Username: "ana", UserKey: "JIRAUSER10200", Name: "Ana", Email: "ana@acme.example", Active: true})
	s.AddBearer(testToken, "bot")
	for _, p := range []string{"OUT", "PAY", "ROAD"} {
		s.AddProject(jirasim.Project{Key: p, Name: p})
	}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/search") {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			var ask wireSearchDC
			if err := json.Unmarshal(body, &ask); err != nil || ask.StartAt != 0 {
				t.Errorf("a search of %s, %v", body, err)
			}
			s.jql = append(s.jql, ask.JQL)
			if s.before != nil {
				s.before(ask.JQL)
			}
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	o := optionsFor(h.URL)
	o.Config.Auth = config.Auth{Type: config.Bearer}
	return s, o
}

func (s *server) add(project string, n int) {
	s.t.Helper()
	for range n {
		if _, err := s.AddIssue(jirasim.Issue{Project: project, Type: "Story", Summary: "as made"}); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Error(err)
	}
}

func (s *server) edit(key, title string) {
	s.must(s.Edit(key, "ana", func(i *jirasim.Issue) { i.Summary = title }))
}

// once makes a test act before the first search whose query holds the words.
func (s *server) once(words string, act func()) {
	s.before = func(jql string) {
		if strings.Contains(jql, words) {
			s.before = nil
			act()
		}
	}
}

func TestAWalkByKey(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{})
	s.add("PAY", 8)
	s.add("OUT", 1)
	s.add("ROAD", 4)
	o.Sources = map[int]config.Source{0: {JQL: "project in (ROAD, OUT)"}}
	first, err := pullAll(t, mustNew(t, o), "")
	if err != nil || len(first.items) < 13 || len(first.goals["goals:0"]) < 6 {
		t.Fatal(first, err)
	}
	goals := "(project in (ROAD, OUT))"
	want := []string{
		`project = "PAY" ORDER BY updated DESC, key DESC`, // not all: the walk begins
		`project = "PAY" ORDER BY key ASC`,
		`project = "PAY" AND key >= "PAY-3" ORDER BY key ASC`,
		`project = "PAY" AND key >= "PAY-5" ORDER BY key ASC`,
		`project = "PAY" AND key >= "PAY-7" ORDER BY key ASC`,
	}
	for range 2 { // what changed among the goals, and which are goals at all
		want = append(want,
			goals+` ORDER BY updated DESC, key DESC`,
			goals+` ORDER BY key ASC`,
			goals+` AND project = "ROAD" AND key >= "ROAD-2" ORDER BY key ASC`,
			goals+` AND project not in ("OUT", "ROAD") ORDER BY key ASC`)
	}
	want = append(want, goals+` ORDER BY updated DESC, key DESC`) // the set adds what changed meanwhile
	if !slices.Equal(s.jql, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(s.jql, "\n"), strings.Join(want, "\n"))
	}

	// The next round, in which little has changed, asks once for each stream that
	// is not a set.
	s.jql = nil
	s.now = s.now.Add(time.Hour)
	s.edit("PAY-2", "edited")
	next, err := pullAll(t, mustNew(t, o), first.next)
	if err != nil || next.items[0] != "jira:PAY-2" {
		t.Fatal(next, err)
	}
	if q := s.jql[0]; q != `project = "PAY" AND updated >= 1795348500000 ORDER BY updated DESC, key DESC` { // 12:00 less five minutes
		t.Errorf("asked %s", q)
	}
}

// TestChangesDuringAWalk: what each test does happens before the page that goes
// on after PAY-3, when PAY-1 to PAY-3 are behind: with pages of one issue, before
// either of the two that do.
func TestChangesDuringAWalk(t *testing.T) {
	for name, tt := range map[string]struct {
		act   func(*server)
		known map[string]string // titles after this pull and the next, where not "as made"
		gone  []string
	}{
		"one that is behind changes, and long after it one that is ahead": {
			act: func(s *server) {
				s.edit("PAY-1", "new")
				s.now = s.now.Add(time.Hour)
				s.edit("PAY-8", "newer")
			},
			known: map[string]string{"PAY-1": "new", "PAY-8": "newer"},
		},
		"the one that the page begins with is deleted":        {act: func(s *server) { s.must(s.Delete("PAY-3")) }, gone: []string{"PAY-3"}},
		"the one that the page begins with moves away":        {act: func(s *server) { s.move("PAY-3", "OUT") }, gone: []string{"PAY-3"}},
		"it moves away and comes back at the end":             {act: func(s *server) { s.move(s.move("PAY-3", "OUT"), "PAY") }, gone: []string{"PAY-3"}},
		"all that is ahead is deleted":                        {act: func(s *server) { s.each(s.Delete, 4, 8) }, gone: []string{"PAY-4", "PAY-5", "PAY-6", "PAY-7", "PAY-8"}},
		"it is hidden":                                        {act: func(s *server) { s.must(s.Hide("PAY-3")) }, gone: []string{"PAY-3"}},
		"others are made":                                     {act: func(s *server) { s.add("PAY", 5) }},
		"many that are behind and ahead are deleted and made": {act: func(s *server) { s.each(s.Delete, 1, 2); s.add("PAY", 2); s.each(s.Delete, 7, 8) }, gone: []string{"PAY-1", "PAY-2", "PAY-7", "PAY-8"}},
	} {
		for before, size := range map[string]int{`key >= "PAY-3"`: 3, ` key >= "PAY-3"`: 1, `key > "PAY-3"`: 1} {
			t.Run(fmt.Sprintf("%s, %d a page, before %s", name, size, strings.TrimSpace(before)), func(t *testing.T) {
				s, o := newServer(t, jirasim.DataCenter{MaxResults: size})
				s.add("PAY", 8)
				s.once(before, func() { s.now = s.now.Add(time.Hour); tt.act(s) })
				titles := map[string]string{}
				var from connectors.Cursor
				for range 2 {
					tr := mustNew(t, o)
					for more := true; more; {
						p, err := tr.Pull(t.Context(), from)
						if err != nil {
							t.Fatal(err)
						}
						for _, it := range p.Items {
							titles[it.Ref.Key()] = it.Title
						}
						from, more = p.Next, p.More
					}
				}
				for _, is := range s.Issues() {
					if is.Project != "PAY" || slices.Contains(tt.gone, is.Key) {
						continue
					}
					want := "as made"
					if tt.known[is.Key] != "" {
						want = tt.known[is.Key]
					}
					if titles[is.Key] != want {
						t.Errorf("%s is known as %q, want %q", is.Key, titles[is.Key], want)
					}
				}
			})
		}
	}
}

func (s *server) move(key, to string) string {
	s.t.Helper()
	now, err := s.Move(key, to)
	s.must(err)
	return now
}

func (s *server) each(f func(string) error, from, to int) {
	for n := from; n <= to; n++ {
		s.must(f(fmt.Sprint("PAY-", n)))
	}
}

// A goal that moves from a project that is yet to be walked to one that is done
// was a goal all the time.
func TestAGoalThatMovesDuringTheReadingOfASet(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{})
	s.add("OUT", 2)
	s.add("ROAD", 7)
	mover, _ := s.Issue("ROAD-7")
	o.Sources = map[int]config.Source{0: {JQL: "project in (ROAD, OUT)"}}
	n := 0
	s.before = func(jql string) { // the second walk is the set's
		if strings.Contains(jql, `key >= "ROAD-1"`) {
			if n++; n == 2 {
				s.now = s.now.Add(time.Minute)
				s.move("ROAD-7", "OUT")
			}
		}
	}
	got, err := pullAll(t, mustNew(t, o), "")
	if err != nil || !slices.Contains(got.goals["goals:0"], "jira#"+mover.ID) {
		t.Errorf("%s is no goal: %v, %v", mover.ID, got.goals, err)
	}
}

// Every page's first issue goes: three times the walk begins again, then this
// pull gives up, and the next one makes it.
func TestAWalkThatNeverComesToItsEnd(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{})
	s.add("PAY", 40)
	starts := 0
	s.before = func(jql string) {
		if _, key, on := strings.Cut(jql, `key >= "`); on {
			s.must(s.Delete(key[:strings.IndexByte(key, '"')]))
		}
		if strings.Contains(jql, "updated DESC") {
			starts++
		}
	}
	got, err := pullAll(t, mustNew(t, o), "")
	if connectors.KindOf(err) != connectors.Temporary || starts != 4 {
		t.Fatalf("%d starts: %v", starts, err)
	}
	s.before = nil
	if _, err = pullAll(t, mustNew(t, o), got.next); err != nil {
		t.Error(err)
	}
}

// What a server must not answer, and what becomes of it.
func TestAnswersToASearchOnDataCenter(t *testing.T) {
	one := issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")
	two := issueJSON(2, "PAY-2", "2026-03-01T10:00:00.000+0000")
	for name, tt := range map[string]struct {
		answers []answer
		kind    connectors.Kind
		says    string
	}{
		"no total":                    {[]answer{ok(`{"issues":[]}`)}, connectors.Temporary, "not their number"},
		"empty, though issues match":  {[]answer{ok(`{"issues":[],"total":7}`)}, connectors.Temporary, "though 7 issues match"},
		"less than was asked":         {[]answer{ok(`{"issues":[],"total":0,"warningMessages":["The value 'x' does not exist."]}`)}, connectors.Invalid, "made less of the search"},
		"not in the order asked for":  {[]answer{ok(`{"issues":[` + one + `],"total":3}`), ok(`{"issues":[` + two + `,` + one + `],"total":3}`)}, connectors.Temporary, "does not stand in the order of keys"},
		"beyond the window":           {[]answer{{status: 500, body: `{"status-code":500,"message":"Search limit exceeded."}`}}, connectors.Temporary, "Search limit exceeded"},
		"the old search is gone":      {[]answer{{status: 410, body: `{"errorMessages":["The requested API has been removed."]}`}}, connectors.Removed, ""},
		"a project that is not there": {[]answer{{status: 400, body: `{"errorMessages":["The value 'PAY' does not exist for the field 'project'."]}`}}, connectors.NotFound, `project "PAY" does not exist`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.on("GET myself", ok(`{"name":"alignd","key":"JIRAUSER1","displayName":"bot","active":true}`))
			s.on("GET issuetype", ok(`[]`))
			s.on("POST search", tt.answers...)
			_, err := pullAll(t, s.tracker(t, func(o *Options) { o.Config.Deployment = config.DataCenter }), "")
			if connectors.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("kind %q: %v", connectors.KindOf(err), err)
			}
		})
	}
}
