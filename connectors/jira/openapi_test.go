package jira

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// recorder keeps copies of the requests that pass.
type recorder struct {
	mu   sync.Mutex
	seen []*http.Request
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	kept, _ := keep(req)
	r.mu.Lock()
	r.seen = append(r.seen, kept)
	r.mu.Unlock()
	return http.DefaultTransport.RoundTrip(req)
}

// keep copies a request, body and all, and leaves it as it was.
func keep(req *http.Request) (kept *http.Request, body []byte) {
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	kept = req.Clone(context.Background())
	kept.Body = http.NoBody
	if body != nil {
		kept.Body = io.NopCloser(bytes.NewReader(body))
	}
	return kept, body
}

// everyCall drives the tracker through every request that it can send.
func everyCall(t *testing.T, rec *recorder) {
	t.Helper()
	s := newSite(t)
	s.on("POST search/jql", found("p2", issueJSON(1, "PAY-1", "2026-03-01T10:00:00.000+0000")), found(""), found(""), found(""), found(""))
	s.on("POST issue/bulkfetch", ok(`{"issues":[{"id":"1","key":"PAY-1","fields":{"created":"2026-01-01T00:00:00Z","updated":"2026-01-01T00:00:00Z","comment":{"total":2,"comments":[]}}}]}`))
	s.on("GET issue/1/comment", ok(`{"total":1,"comments":[`+commentJSON(77, "me", "", "")+`]}`))
	s.on("POST comment/list", ok(`{"total":0,"values":[]}`))
	s.on("PUT issue/1", answer{status: 204})
	s.on("POST issue/1/comment", answer{status: 201, body: `{"id":"77"}`})
	s.on("PUT issue/1/comment/77", ok(`{"id":"77"}`))
	s.on("GET project/PAY", ok(`{"key":"PAY","name":"Payments"}`))
	s.on("GET mypermissions", ok(`{"permissions":{}}`))
	s.on("POST search/approximate-count", ok(`{"count":1}`))
	tr := s.tracker(t, func(o *Options) {
		o.Transport = rec
		o.Sources = map[int]config.Source{0: {JQL: "project = ROAD", PM: "assignee", PO: "field:Product Owner"}}
	})
	var next connectors.Cursor
	for range 2 { // the second round has bounds
		got, err := pullAll(t, tr, next)
		if err != nil {
			t.Fatal(err)
		}
		next = got.next
	}
	key := roadmap.Key{Tracker: "jira", ID: "1"}
	if _, err := tr.Fetch(t.Context(), []roadmap.Key{key}, []roadmap.Ref{"jira:PAY-9"}); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Comments(t.Context(), []roadmap.Item{{Key: key}}); err != nil {
		t.Fatal(err)
	}
	mark := roadmap.Mark{Org: "acme", ID: "u-1", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}}
	for _, c := range []roadmap.Change{
		{Action: roadmap.AddLabel, Value: "needs-goal"},
		{Action: roadmap.RemoveLabel, Value: "needs-goal"},
		{Action: roadmap.CreateComment, Text: roadmap.Text{{roadmap.Say("x")}}, Mark: mark},
		{Action: roadmap.UpdateComment, Text: roadmap.Text{{roadmap.Say("y")}}, Mark: mark, Remote: "77"},
	} {
		c.Key = key
		if _, err := applyOne(t, tr, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tr.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c, err := tr.Census(t.Context(), ""); err != nil || c.Hidden {
		t.Fatal(c, err)
	}
}

// everyCallToDataCenter does the same over the built-in Data Center site.
func everyCallToDataCenter(t *testing.T, rec *recorder) {
	t.Helper()
	s, o := newServer(t, jirasim.DataCenter{})
	s.add("PAY", 60)
	s.add("OUT", 2)
	s.add("ROAD", 5)
	s.AddField(jirasim.Field{ID: "customfield_10050", Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	o.Transport = rec
	o.Config.JQL = "labels IS EMPTY"
	o.Sources = map[int]config.Source{0: {JQL: "project in (ROAD, OUT)", PM: "assignee", PO: "field:Product Owner"}}
	o.Links = []config.LinkWay{{Way: roadmap.WayIssueLink, IssueLinks: []string{"Implements"}}, {Way: roadmap.WayField, Field: "field:Epic Name"}}
	tr := mustNew(t, o)
	first, err := pullAll(t, tr, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pullAll(t, tr, first.next); err != nil {
		t.Fatal(err)
	}
	var keys []roadmap.Key
	var items []roadmap.Item
	for _, is := range s.Issues() {
		keys = append(keys, tr.key(is.ID))
		items = append(items, roadmap.Item{Key: tr.key(is.ID)})
	}
	mark := roadmap.Mark{Org: "acme", ID: "u-1", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}, Labels: []string{"needs-goal"}}
	change := roadmap.Change{Key: keys[0], Ref: "jira:PAY-1", Action: roadmap.AddLabel, Value: "needs-goal", Mark: mark}
	for _, action := range []roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel, roadmap.CreateComment, roadmap.UpdateComment} {
		change.Action, change.Text = action, roadmap.Text{{roadmap.Say(string(action))}}
		r := tr.Apply(t.Context(), []roadmap.Change{change})[0]
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		change.Remote = r.Remote
	}
	for _, some := range [][]roadmap.Key{keys, keys[:2]} {
		if _, err := tr.Fetch(t.Context(), some, []roadmap.Ref{"jira:PAY-1"}); err != nil {
			t.Fatal(err)
		}
	}
	if ours, err := tr.Comments(t.Context(), items); err != nil || len(ours) != 1 {
		t.Fatal(ours, err)
	}
	if _, err := tr.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for c, more := (connectors.Count{}), true; more; more = c.More {
		if c, err = tr.Census(t.Context(), c.Next); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryRequestToDataCenterIsInTheSpecification holds what we send against
// Atlassian's description of Data Center 10.3.
func TestEveryRequestToDataCenterIsInTheSpecification(t *testing.T) {
	router := described(t, true)
	rec := &recorder{}
	everyCallToDataCenter(t, rec)
	used := rec.hold(t, router)
	for _, want := range []string{
		"GET /api/2/serverInfo", "GET /api/2/myself", "GET /api/2/field", "GET /api/2/issuetype", "POST /api/2/search",
		"GET /api/2/issue/{issueIdOrKey}", "GET /api/2/issue/{issueIdOrKey}/comment", "PUT /api/2/issue/{issueIdOrKey}",
		"POST /api/2/issue/{issueIdOrKey}/comment", "PUT /api/2/issue/{issueIdOrKey}/comment/{id}",
	} {
		if !used[want] {
			t.Errorf("%s was not sent, so nothing is known of it", want)
		}
	}
	// And it would notice.
	for _, body := range []string{`{"jql":"project = A","expand":"changelog"}`, `{"jql":"project = A","validateQuery":"none"}`} {
		wrong, _ := http.NewRequest(http.MethodPost, "http://x/rest/api/2/search", strings.NewReader(body))
		wrong.Header.Set("Content-Type", "application/json")
		if _, err := validate(t, router, wrong); err == nil {
			t.Errorf("%s passed", body)
		}
	}
	for _, path := range []string{"/rest/api/2/search/jql", "/rest/api/2/issue/bulkfetch"} {
		wrong, _ := http.NewRequest(http.MethodPost, "http://x"+path, strings.NewReader(`{}`))
		if _, err := validate(t, router, wrong); err == nil {
			t.Errorf("%s, which only Cloud has, passed", path)
		}
	}
}

// TestEveryRequestIsInTheSpecification holds what we send against Atlassian's
// own description: method, path, query and body. The description is loosened
// in the few paths that it has twice.
func TestEveryRequestIsInTheSpecification(t *testing.T) {
	router := described(t, false)
	rec := &recorder{}
	everyCall(t, rec)
	everyCallOfAnAdministrator(t, rec)
	used := rec.hold(t, router)
	for _, want := range []string{
		"GET /rest/api/2/serverInfo", "GET /rest/api/2/myself", "GET /rest/api/2/field", "POST /rest/api/2/search/jql",
		"POST /rest/api/2/issue/bulkfetch", "GET /rest/api/2/issue/{issueIdOrKey}/comment", "POST /rest/api/2/comment/list",
		"PUT /rest/api/2/issue/{issueIdOrKey}", "POST /rest/api/2/issue/{issueIdOrKey}/comment", "PUT /rest/api/2/issue/{issueIdOrKey}/comment/{id}",
		"GET /rest/api/2/issue/{issueIdOrKey}", "GET /rest/api/2/project/{projectIdOrKey}", "GET /rest/api/2/mypermissions", "POST /rest/api/2/search/approximate-count",
		"GET /rest/api/2/issue/{issueIdOrKey}/editmeta", "GET /rest/api/2/issueLinkType", "DELETE /rest/api/2/issue/{issueIdOrKey}/comment/{id}",
	} {
		if !used[want] {
			t.Errorf("%s was not sent, so nothing is known of it", want)
		}
		delete(used, want)
	}
	for more := range used {
		t.Errorf("%s was sent, and is not on the list", more)
	}

	// And it would notice.
	wrong, _ := http.NewRequest(http.MethodPost, "http://x/rest/api/2/search/jql", strings.NewReader(`{"jql":"project = A","startAt":5}`))
	wrong.Header.Set("Content-Type", "application/json")
	if _, err := validate(t, router, wrong); err == nil {
		t.Error("a request with startAt, which search/jql does not have, passed")
	}
}
