package linearsim_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestWhoMayAsk(t *testing.T) {
	w := newWorld(t)
	gone := w.AddUser(linearsim.User{Name: "Gone", Active: false})
	w.AddKey("lin_api_gone", gone.ID)
	w.AddKey("oauth-token", w.bot.ID)
	w.AddKey("lin_api_old", w.bot.ID)
	w.RevokeKey("lin_api_old")
	for _, c := range []struct {
		name, header  string
		status        int
		code, message string
	}{
		{"an API key as it is", key, 200, "", ""},
		{"an OAuth token as Bearer", "Bearer oauth-token", 200, "", ""},
		{"an API key as Bearer", "Bearer " + key, 400, "", "Remove the Bearer prefix"},
		{"a wrong key", "lin_api_wrong", 401, "AUTHENTICATION_ERROR", "Authentication required, not authenticated"},
		{"no key", "", 401, "AUTHENTICATION_ERROR", "You need to authenticate"},
		{"a revoked key", "lin_api_old", 401, "AUTHENTICATION_ERROR", "not authenticated"},
		{"a deactivated user's key", "lin_api_gone", 401, "AUTHENTICATION_ERROR", "not authenticated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.postAs(c.header, `{ viewer { name isMe } organization { urlKey } }`, nil)
			r.t = t
			if c.status == 200 {
				r.want(`{"viewer":{"name":"Alignd Bot","isMe":true},"organization":{"urlKey":"acme"}}`)
				return
			}
			r.fails(c.status, c.code, c.message)
			if strings.Contains(r.body, `"data"`) || r.header.Get("X-Complexity") != "" {
				t.Errorf("a refused request has data or a price: %v %s", r.header, r.body)
			}
			if r.status == 401 && r.header.Get("X-RateLimit-Requests-Limit") != "" {
				t.Error("a 401 carries no budget")
			}
		})
	}
	for _, r := range w.Requests() {
		if r.Code == "AUTHENTICATION_ERROR" && r.OK() {
			t.Errorf("logged as fine: %+v", r)
		}
	}
}

func TestWhatIsRefusedBeforeItRuns(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, query   string
		vars          vars
		code, message string
	}{
		{"not GraphQL", `{ viewer `, nil, "GRAPHQL_PARSE_FAILED", ""},
		{"an unknown field", `{ viewer { nickname } }`, nil, "GRAPHQL_VALIDATION_FAILED", `Cannot query field "nickname" on type "User"`},
		{"Project has no title", `{ projects { nodes { title } } }`, nil, "GRAPHQL_VALIDATION_FAILED", "title"},
		{"the edge table has no filter", `{ initiativeToProjects(filter: {}) { nodes { id } } }`, nil, "GRAPHQL_VALIDATION_FAILED", "filter"},
		{"a DateTime is no DateTimeOrDuration", `query($t: DateTime!) { issues(filter: {updatedAt: {gte: $t}}) { nodes { id } } }`, vars{"t": "2026-01-01"}, "GRAPHQL_VALIDATION_FAILED", "DateTimeOrDuration"},
		{"a required variable is missing", `query($id: String!) { issue(id: $id) { id } }`, nil, "BAD_USER_INPUT", "must be defined"},
		{"an unknown input field", `mutation($i: CommentCreateInput!) { commentCreate(input: $i) { success } }`, vars{"i": vars{"markdown": "x"}}, "BAD_USER_INPUT", "unknown field"},
		{"too complex", `{ issues(first: 250) { nodes { id labels { nodes { id } } } } }`, nil, "INPUT_ERROR", "Maximum allowed complexity: 10000."},
		{"no operation", ``, nil, "BAD_REQUEST", "Unknown operation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.post(c.query, c.vars)
			r.t = t
			r.fails(400, c.code, c.message)
		})
	}
	if n := w.Count("issues"); n != 1 { // only the one that was too complex was a valid document
		t.Errorf("counted %d valid requests for issues", n)
	}
	res, err := http.Get(w.url + "/graphql")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET /graphql: %d", res.StatusCode)
	}
}

func TestBudget(t *testing.T) {
	w := newWorld(t)
	r := w.post(`{ issues(first: 100) { nodes { id title } } }`, nil)
	for name, want := range map[string]string{
		"X-Complexity":                      "120",
		"X-RateLimit-Requests-Limit":        "2500",
		"X-RateLimit-Requests-Remaining":    "2499",
		"X-RateLimit-Complexity-Limit":      "3000000",
		"X-RateLimit-Complexity-Remaining":  "2999880",
		"X-RateLimit-Requests-Reset":        strconv.FormatInt(w.clock.now().Add(time.Hour).UnixMilli(), 10),
		"X-RateLimit-Complexity-Reset":      strconv.FormatInt(w.clock.now().Add(time.Hour).UnixMilli(), 10),
		"X-RateLimit-Endpoint-Requests-Any": "",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	w.SetBudget(60, 1000)
	for range 60 {
		w.post(`{ viewer { id } }`, nil).want(`{"viewer":{"id":"` + w.bot.ID + `"}}`)
	}
	w.post(`{ viewer { id } }`, nil).fails(400, "RATELIMITED", "Only 60 requests are allowed per 1 hour.")
	w.clock.move(time.Minute) // the bucket leaks one request a minute
	w.post(`{ viewer { id } }`, nil).want(`{"viewer":{"id":"` + w.bot.ID + `"}}`)
	w.post(`{ viewer { id } }`, nil).fails(400, "RATELIMITED", "Rate limit exceeded")

	w.SetBudget(60, 100)
	w.post(`{ issues(first: 100) { nodes { id } } }`, nil).fails(400, "RATELIMITED", "complexity points")
	w.post(`{ rateLimitStatus { kind limits { type allowedAmount remainingAmount } } }`, nil).want(
		`{"rateLimitStatus":{"kind":"apiKey","limits":[{"type":"requests","allowedAmount":60,"remainingAmount":58},{"type":"complexity","allowedAmount":100,"remainingAmount":97}]}}`)
}

func TestRequestLog(t *testing.T) {
	w := newWorld(t)
	w.post(`query Two { issues { nodes { id } } again: issues { nodes { id } } viewer { id } }`, nil)
	w.post(`mutation Add($b: String!) { commentCreate(input: {issueId: "ENG-1", body: $b}) { success } }`, vars{"b": "hello"})
	if w.Count("issues") != 2 || w.Count("commentCreate") != 1 || w.Count("projects") != 0 {
		t.Errorf("counts: issues %d, commentCreate %d, projects %d", w.Count("issues"), w.Count("commentCreate"), w.Count("projects"))
	}
	writes := w.Writes()
	if len(writes) != 1 || writes[0].Operation != "Add" || writes[0].Variables["b"] != "hello" || !writes[0].OK() {
		t.Errorf("writes: %+v", writes)
	}
	w.ResetRequests()
	if len(w.Requests()) != 0 || w.Count("issues") != 0 {
		t.Error("the log is not empty after a reset")
	}
	for range 5000 {
		w.ServeHTTP(discard{http.Header{}}, mustRequest(t))
	}
	if n := len(w.Requests()); n > 4096 || n < 3000 {
		t.Errorf("the log holds %d requests", n)
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header       { return d.h }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func mustRequest(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
