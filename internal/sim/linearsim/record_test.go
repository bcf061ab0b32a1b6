package linearsim

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// refusalOnRecord is what of an error is compared: what clients go by, and what
// they show.
type refusalOnRecord struct {
	Message    string
	Extensions struct {
		Type, Code, UserPresentableMessage    string
		StatusCode                            int
		UserError                             bool
		Duration, Limit, Remaining, Requested int
	}
}

// Refusals read as those of the real service that are on record, word for word,
// and arrive with the same status.
func TestRefusalsAsOnRecord(t *testing.T) {
	const (
		id      = "0b8f5a7e-3c1d-4e2f-9a6b-7c8d9e0f1a2b"
		comment = `mutation { commentCreate(input: {id: "` + id + `", issueId: "ENG-1", body: "x"}) { success } }`
		viewer  = `{ viewer { id } }`
	)
	for _, c := range []struct {
		sample, auth, query string
		before              func(*Server)
		status              int
		lacks               bool // the record leaves out some of the extensions that others have
	}{
		{"resp-200-conflict-on-insert-comment", "k", comment, func(s *Server) { s.AddComment(Comment{ID: id, IssueID: "i", Body: "x"}) }, 200, false},
		{"resp-200-entity-not-found", "k", `{ issue(id: "ENG-9") { id } }`, nil, 200, true},
		{"resp-400-bearer-api-key", "Bearer lin_api_k", viewer, nil, 400, false},
		{"resp-401-bad-key", "lin_api_wrong", viewer, nil, 401, false},
		{"resp-forbidden-scope", "k", comment, func(s *Server) { s.LimitKey("k", "read") }, 200, true},
		{"resp-argument-validation", "k", `mutation { issueUpdate(id: "ENG-1", input: {stateId: "Done"}) { success } }`, nil, 200, true},
		{"resp-label-group-exclusive", "k", `mutation { issueUpdate(id: "ENG-1", input: {addedLabelIds: ["one", "two"]}) { success } }`, func(s *Server) {
			s.AddLabel(IssueLabel, "Area", func(l *Label) { l.ID, l.Group = "area", true })
			s.AddLabel(IssueLabel, "Infrastructure", func(l *Label) { l.ID, l.ParentID = "one", "area" })
			s.AddLabel(IssueLabel, "Agent Harness", func(l *Label) { l.ID, l.ParentID = "two", "area" })
		}, 200, true},
		{"resp-400-ratelimited", "k", viewer, func(s *Server) { s.AddFault(Fault{Kind: RateLimited}) }, 400, false},
		{"resp-200-ratelimited-no-extensions", "k", viewer, func(s *Server) {
			s.Configure(func(o *Settings) { o.RateLimitStatus, o.RateLimitBare = 200, true })
			s.AddFault(Fault{Kind: RateLimited})
		}, 200, false},
		{"resp-endpoint-ratelimited", "k", `{ issue(id: "ENG-1") { id } }`, func(s *Server) {
			s.SetEndpointLimit("issue", 5, time.Minute)
			for range 5 {
				s.takeEndpoints(httptest.NewRecorder().Header(), "bot", []string{"issue"})
			}
		}, 400, false},
		{"resp-200-usage-limit", "k", comment, func(s *Server) { s.AddFault(Fault{Kind: UsageLimited}) }, 200, false},
	} {
		t.Run(c.sample, func(t *testing.T) {
			raw, err := os.ReadFile(shared(t, "samples/linear/"+c.sample+".json"))
			if err != nil {
				t.Fatal(err)
			}
			s := New(Options{})
			s.AddUser(User{ID: "bot", Name: "Bot", Active: true})
			s.AddKey("k", "bot")
			s.AddIssue(Issue{ID: "i", TeamKey: "ENG"})
			if c.before != nil {
				c.before(s)
			}
			status, body := runAs(t, s, c.auth, c.query, nil)
			var want, got struct{ Errors []refusalOnRecord }
			for text, into := range map[string]any{string(raw): &want, body: &got} {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					t.Fatalf("%v: %s", err, text)
				}
			}
			if status != c.status || len(got.Errors) != 1 {
				t.Fatalf("got %d %s", status, body)
			}
			g, w := got.Errors[0], want.Errors[0]
			if c.lacks { // fill in what nobody wrote down
				x := &w.Extensions
				x.Type, x.StatusCode, x.UserError = g.Extensions.Type, g.Extensions.StatusCode, true
				if x.UserPresentableMessage == "" {
					x.UserPresentableMessage = g.Extensions.UserPresentableMessage
				}
			}
			if !reflect.DeepEqual(g, w) {
				t.Errorf("got  %+v\nwant %+v", g, w)
			}
		})
	}
}

// The headers of an answer are those that were seen, with resets in
// milliseconds.
func TestHeadersAsOnRecord(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "samples/linear/headers-rate-limit.txt"))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{})
	s.AddUser(User{ID: "bot", Name: "Bot", Active: true})
	s.AddKey("k", "bot")
	r := httptest.NewRequest("POST", "/graphql", strings.NewReader(`{"query": "{ viewer { id } }"}`))
	r.Header.Set("Authorization", "k")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	n := 0
	for line := range strings.Lines(string(raw)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		n++
		got := w.Header().Get(name)
		if strings.HasSuffix(name, "-limit") && got != value || len(got) != len(value) && strings.HasSuffix(name, "-reset") || got == "" {
			t.Errorf("%s is %q, on record %q", name, got, value)
		}
	}
	if n != 7 {
		t.Errorf("compared %d headers", n)
	}
}
