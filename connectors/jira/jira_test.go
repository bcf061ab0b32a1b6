package jira

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

const testToken = "ATATT3xFfGF0-t0ken"

// site is a Jira that says what a test puts in its mouth: answers by
// "METHOD path", several of them in turn and the last one for ever.
type site struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string][]answer
	asked   []asked
}

type answer struct {
	status  int
	headers map[string]string
	body    string
	drop    bool // close the connection without an answer
}

type asked struct {
	route string // "POST /rest/api/2/search/jql"
	query string
	body  string
}

func ok(body string) answer { return answer{status: 200, body: body} }

func (a answer) with(name, value string) answer {
	a.headers = map[string]string{name: value}
	return a
}

// newSite makes a Cloud site that knows our account and has the usual fields.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{answers: map[string][]answer{}}
	s.on("GET serverInfo", ok(`{"deploymentType":"Cloud","version":"1001.0.0"}`))
	s.on("GET myself", ok(`{"accountId":"me","displayName":"alignd bot","active":true,"accountType":"atlassian"}`))
	s.on("GET field", ok(testFields))
	s.on("GET issue/1", ok(`{"id":"1","key":"PAY-1","fields":{"project":{"key":"PAY","projectTypeKey":"software"}}}`))
	s.on("GET mypermissions", ok(`{"permissions":{}}`))
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

const testFields = `[
 {"id":"summary","name":"Summary","schema":{"type":"string","system":"summary"}},
 {"id":"assignee","name":"Assignee","schema":{"type":"user","system":"assignee"}},
 {"id":"customfield_10014","name":"Epic Link","custom":true,"schema":{"type":"any","custom":"com.pyxis.greenhopper.jira:gh-epic-link","customId":10014}},
 {"id":"customfield_10020","name":"Sprint","custom":true,"schema":{"type":"array","items":"json","custom":"com.pyxis.greenhopper.jira:gh-sprint","customId":10020}},
 {"id":"customfield_10018","name":"Parent Link","custom":true,"schema":{"type":"any","custom":"com.atlassian.jpo:jpo-custom-field-parent","customId":10018}},
 {"id":"customfield_10050","name":"Product Owner","custom":true,"schema":{"type":"user","custom":"com.atlassian.jira.plugin.system.customfieldtypes:userpicker","customId":10050}},
 {"id":"customfield_10051","name":"Product Owners","custom":true,"schema":{"type":"array","items":"user","custom":"com.atlassian.jira.plugin.system.customfieldtypes:multiuserpicker","customId":10051}},
 {"id":"customfield_10060","name":"Lead","custom":true,"schema":{"type":"user","customId":10060},"scope":{"type":"PROJECT","project":{"id":"10001"}}},
 {"id":"customfield_9060","name":"Lead","custom":true,"schema":{"type":"user","customId":9060}},
 {"id":"customfield_10070","name":"Strategic goal","custom":true,"schema":{"type":"string","customId":10070}}
]`

// on sets the answers to a route below rest/api/2/.
func (s *site) on(route string, answers ...answer) {
	method, path, _ := strings.Cut(route, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[method+" /rest/api/2/"+path] = answers
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.asked = append(s.asked, asked{route, r.URL.RawQuery, string(body)})
	a := answer{status: 404, body: `{"errorMessages":["no such thing in this test: ` + route + `"],"errors":{}}`}
	if all := s.answers[route]; len(all) > 0 {
		a = all[0]
		if len(all) > 1 {
			s.answers[route] = all[1:]
		}
	}
	s.mu.Unlock()
	if a.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	for k, v := range a.headers {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// requests gives what was asked of a route.
func (s *site) requests(route string) []asked {
	method, path, _ := strings.Cut(route, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []asked
	for _, a := range s.asked {
		if a.route == method+" /rest/api/2/"+path {
			all = append(all, a)
		}
	}
	return all
}

func optionsFor(url string) Options {
	return Options{
		Config: config.Tracker{
			Name: "jira", Type: config.Jira, URL: url, Site: "https://acme.example",
			Auth: config.Auth{Type: config.Basic, User: "bot@acme.example"}, Projects: []string{"PAY"},
		},
		Org:       "acme",
		Token:     testToken,
		UserAgent: "alignd/test",
		Rate:      10000,
		WaitMin:   time.Millisecond,
		Attempts:  2,
	}
}

func (s *site) tracker(t *testing.T, change func(*Options)) *Tracker {
	t.Helper()
	o := optionsFor(s.URL)
	var tr *Tracker
	o.Transport = holds(t, http.DefaultTransport, func() bool { return tr.kind != nil && tr.dataCenter() })
	if change != nil {
		change(&o)
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// issueJSON is a story as a search gives it.
func issueJSON(id int, key, updated string) string {
	return fmt.Sprintf(`{"id":"%d","key":"%s","fields":{"summary":"S","issuetype":{"name":"Story","hierarchyLevel":0},
		"status":{"statusCategory":{"key":"new"}},"project":{"key":"%s"},"created":"2026-01-01T00:00:00.000+0000","updated":"%s"}}`,
		id, key, strings.Split(key, "-")[0], updated)
}

func found(token string, issues ...string) answer {
	body := map[string]any{"issues": []json.RawMessage{}, "isLast": token == ""}
	var all []json.RawMessage
	for _, is := range issues {
		all = append(all, json.RawMessage(is))
	}
	if all != nil {
		body["issues"] = all
	}
	if token != "" {
		body["nextPageToken"] = token
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return ok(string(b))
}

// applyOne makes one change.
func applyOne(t *testing.T, tr *Tracker, c roadmap.Change) (remote string, err error) {
	t.Helper()
	receipts := tr.Apply(t.Context(), []roadmap.Change{c})
	return receipts[0].Remote, receipts[0].Err
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Options)
		kind   connectors.Kind
		says   string
	}{
		{"no scheme", func(o *Options) { o.Config.URL = "acme.atlassian.net" }, connectors.Invalid, "not an http or https address"},
		{"password in the url", func(o *Options) { o.Config.URL = "https://u:" + testToken + "@acme.example" }, connectors.Invalid, "more than host and path"},
		{"broken url with a password", func(o *Options) { o.Config.URL = "https://u:" + testToken + "@%zz" }, connectors.Invalid, "not an http or https address"},
		{"no token", func(o *Options) { o.Token = "" }, connectors.Auth, "token is empty"},
		{"line break in the token", func(o *Options) { o.Token = testToken + "\n" }, connectors.Auth, "line break"},
		{"no user", func(o *Options) { o.Config.Auth.User = "" }, connectors.Invalid, "no user"},
		{"Linear's way to sign in", func(o *Options) { o.Config.Auth.Type = config.APIKey }, connectors.Invalid, "api-key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := optionsFor("https://acme.example")
			tt.change(&o)
			_, err := New(o)
			if connectors.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), testToken) {
				t.Errorf("got %s: %v", connectors.KindOf(err), err)
			}
		})
	}
}

// A site may live below a path: the API gateway, which tokens with scopes need.
func TestGatewayURL(t *testing.T) {
	s := newSite(t)
	const below = "/ex/jira/cloud-1"
	s.mu.Lock()
	for route, answers := range map[string][]answer{
		"GET " + below + "/rest/api/2/serverInfo":  {ok(`{"deploymentType":"Cloud"}`)},
		"GET " + below + "/rest/api/2/myself":      {ok(`{"accountId":"me"}`)},
		"GET " + below + "/rest/api/2/field":       {ok(`[]`)},
		"POST " + below + "/rest/api/2/search/jql": {found("", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000"))},
	} {
		s.answers[route] = answers
	}
	s.mu.Unlock()
	for _, slash := range []string{"", "/"} {
		page, err := s.tracker(t, func(o *Options) { o.Config.URL = s.URL + below + slash }).Pull(t.Context(), "")
		if err != nil || len(page.Items) != 1 || page.Items[0].URL != "https://acme.example/browse/PAY-1" {
			t.Errorf("%q: %+v, %v", slash, page.Items, err)
		}
	}
}
