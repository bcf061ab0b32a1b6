package jirasim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a site's clock that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

var testDay = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// site is a small organisation, asked as the bot in Berlin unless said otherwise:
//
//	ROAD-1 Initiative > PAY-1 Epic > PAY-2 Story > PAY-3 Sub-task; PAY-4 Bug and WEB-1 Story stand alone
type site struct {
	*Server
	t     *testing.T
	clock *clock
	url   string
}

func newSite(t *testing.T, o Options) *site {
	t.Helper()
	c := &clock{t: testDay}
	o.Clock = c.now
	s := New(o)
	s.AddUser(User{AccountID: "557058:bot", Name: "Bot", Email: "bot@acme.example", Active: true, TimeZone: "Europe/Berlin"})
	s.AddUser(User{AccountID: "ana", Name: "Ana", Email: "ana@acme.example", Active: true})
	s.AddUser(User{AccountID: "adm", Name: "Adm", Active: true, Admin: true})
	s.AddUser(User{AccountID: "old", Name: "Old", Active: false})
	s.AddToken("bot@acme.example", "secret", "557058:bot")
	s.AddBearer("adm-pat", "adm")
	s.AddToken("old@acme.example", "secret", "old")
	s.AddProject(Project{Key: "ROAD", Name: "Roadmap", Type: "product_discovery"})
	s.AddProject(Project{Key: "PAY", Name: "Payments"})
	s.AddProject(Project{Key: "WEB", Name: "Web", Type: "service_desk"})
	s.AddProject(Project{Key: "IF", Name: "Interfaces"})
	s.AddProject(Project{Key: "SEC", Name: "Secret", Hidden: true})
	s.AddField(Field{ID: "customfield_10050", Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	x := &site{Server: s, t: t, clock: c}
	x.add(Issue{Project: "ROAD", Type: "Initiative", Summary: "Grow", Custom: map[string]any{"customfield_10050": "ana"}, Due: "2026-12-31"})
	x.add(Issue{Project: "PAY", Type: "Epic", Summary: "Checkout", ParentKey: "ROAD-1"})
	x.add(Issue{
		Project: "PAY", Type: "Story", Summary: "Pay by card", ParentKey: "PAY-1", Status: "In Progress", Labels: []string{"urgent", "ktlo"},
		Components: []string{"checkout"}, Assignee: "ana", Reporter: "557058:bot", Priority: "High", Sprint: &Sprint{ID: 7, Name: "Sprint 7", State: "active", Start: testDay},
	})
	x.add(Issue{Project: "PAY", Type: "Sub-task", Summary: "Card form", ParentKey: "PAY-2"})
	x.add(Issue{Project: "PAY", Type: "Bug", Summary: "Card is refused", Status: "Done", Labels: []string{"ktlo"}})
	x.add(Issue{Project: "WEB", Type: "Story", Summary: "New front page"})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	x.url = server.URL
	return x
}

func (x *site) add(i Issue) Issue {
	x.t.Helper()
	x.clock.pass(time.Hour)
	out, err := x.AddIssue(i)
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

// answer is what came back; Body is decoded JSON.
type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Text   string
}

// signIn puts a credential on a request.
type signIn func(*http.Request)

func asBot(r *http.Request)    { r.SetBasicAuth("bot@acme.example", "secret") }
func asAdmin(r *http.Request)  { r.Header.Set("Authorization", "Bearer adm-pat") }
func asNobody(*http.Request)   {}
func badToken(r *http.Request) { r.SetBasicAuth("bot@acme.example", "expired") }

func (x *site) as(who signIn, method, path string, body any) answer {
	x.t.Helper()
	var rd io.Reader
	if body != nil {
		raw, isText := body.(string)
		if !isText {
			b, err := json.Marshal(body)
			if err != nil {
				x.t.Fatal(err)
			}
			raw = string(b)
		}
		rd = strings.NewReader(raw)
	}
	req, err := http.NewRequest(method, x.url+path, rd)
	if err != nil {
		x.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	who(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	a := answer{Status: resp.StatusCode, Header: resp.Header, Text: string(raw)}
	if bytes.HasPrefix(raw, []byte("{")) {
		if err := json.Unmarshal(raw, &a.Body); err != nil {
			x.t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
	return a
}

func (x *site) do(method, path string, body any) answer {
	x.t.Helper()
	return x.as(asBot, method, "/rest/api/2"+path, body)
}

func (a answer) want(t *testing.T, status int, text string) answer {
	t.Helper()
	if a.Status != status || !strings.Contains(a.Text, text) {
		t.Fatalf("got %d %s\nwant %d and in it %q", a.Status, a.Text, status, text)
	}
	return a
}

// at walks into decoded JSON: at("issues", 0, "fields", "summary").
func (a answer) at(path ...any) any {
	var v any = a.Body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// keysOf lists the keys of the issues in an answer.
func (a answer) keysOf() string {
	l, _ := a.Body["issues"].([]any)
	var ks []string
	for _, i := range l {
		ks = append(ks, fmt.Sprint(i.(map[string]any)["key"]))
	}
	return strings.Join(ks, " ")
}

type jsonObject = map[string]any
