package linearsim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestAnswersThatGoWrong(t *testing.T) {
	w := newWorld(t)
	const query = `{ viewer { name } }`
	for _, c := range []struct {
		kind   linearsim.FaultKind
		status int
		typ    string // of the content
		body   string // in it
	}{
		{linearsim.EmptyObject, 200, "application/json", "{}"},
		{linearsim.NullData, 200, "application/json", `"data":null`},
		{linearsim.PartialData, 200, "application/json", `{"data":{"viewer":{"name":"Alignd Bot"}},"errors":[{"message":"Internal server error"`},
		{linearsim.Truncated, 200, "application/json", `{"data":{"viewer"`},
		{linearsim.BadGateway, 502, "text/html", "<h1>502 Bad Gateway</h1>"},
		{linearsim.Unavailable, 503, "text/plain", "upstream connect error"},
		{linearsim.Malformed, 500, "application/json", "GRAPHQL_PARSE_FAILED"},
		{linearsim.LockTimeout, 200, "application/json", `"lock timeout"`},
		{linearsim.UsageLimited, 200, "application/json", "USAGE_LIMIT_EXCEEDED"},
		{linearsim.RateLimited, 400, "application/json", `"code":"RATELIMITED"`},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			w.t = t
			w.AddFault(linearsim.Fault{Kind: c.kind, Times: 1})
			r, err := w.send(key, query, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != c.status || !strings.HasPrefix(r.header.Get("Content-Type"), c.typ) || !strings.Contains(r.body, c.body) {
				t.Errorf("got %d %s\n%s", r.status, r.header.Get("Content-Type"), r.body)
			}
			if whole := json.Valid([]byte(r.body)); whole != (c.typ == "application/json" && c.kind != linearsim.Truncated) {
				t.Errorf("valid JSON: %v: %s", whole, r.body)
			}
			w.post(query, nil).want(`{"viewer":{"name":"Alignd Bot"}}`) // only once
		})
	}
	w.t = t
	w.AddFault(linearsim.Fault{Kind: linearsim.Dropped, Times: 1})
	if r, err := w.send(key, query, nil); err == nil {
		t.Errorf("a dropped request was answered: %s", r.body)
	}
	for _, r := range w.Requests() {
		if r.OK() != (r.Fault == "") {
			t.Errorf("logged as %+v", r)
		}
	}
}

// A write may be carried out although its answer is lost, and need not be.
func TestLostAnswersOfWrites(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   linearsim.Fault
		written int
	}{
		{"refused at the door", linearsim.Fault{Kind: linearsim.BadGateway}, 0},
		{"lost on its way back", linearsim.Fault{Kind: linearsim.BadGateway, Done: true}, 1},
		{"locked", linearsim.Fault{Kind: linearsim.LockTimeout}, 0},
		{"cut off", linearsim.Fault{Kind: linearsim.Truncated}, 1},
		{"an empty answer", linearsim.Fault{Kind: linearsim.EmptyObject, Done: true}, 1},
		{"null, though done", linearsim.Fault{Kind: linearsim.NullData, Done: true}, 1},
		{"no answer, though done", linearsim.Fault{Kind: linearsim.Dropped, Done: true}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.fault.Root = "commentCreate"
			w.AddFault(c.fault)
			r, err := w.send(key, create, vars{"i": vars{"id": commentID, "body": "x", "issueId": "ENG-1"}})
			if err == nil && c.fault.Kind != linearsim.Truncated && strings.Contains(r.body, `"success"`) {
				t.Errorf("the answer came through: %s", r.body)
			}
			if n := len(w.Comments("ENG-1")); n != c.written {
				t.Errorf("%d comments, want %d", n, c.written)
			}
			w.post(`{ viewer { id } }`, nil).want(`{"viewer":{"id":"` + w.bot.ID + `"}}`) // another root field
			w.ClearFaults()
			again := w.post(create, vars{"i": vars{"id": commentID, "body": "x", "issueId": "ENG-1"}})
			if c.written == 1 {
				again.fails(200, "INPUT_ERROR", "conflict on insert of Comment")
			} else if len(again.Errors) > 0 {
				t.Error(again.body)
			}
		})
	}
}

func TestWhenFaultsStrike(t *testing.T) {
	w := newWorld(t)
	w.AddFault(linearsim.Fault{Kind: linearsim.EmptyObject, Root: "issues", Skip: 2, Times: 2})
	var got []string
	for range 6 {
		r, err := w.send(key, `{ issues { nodes { id } } }`, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.body == "{}" {
			got = append(got, "struck")
		} else {
			got = append(got, "let through")
		}
	}
	if s := strings.Join(got, ", "); s != "let through, let through, struck, struck, let through, let through" {
		t.Error(s)
	}
	w.withApp()
	w.AddFault(linearsim.Fault{Kind: linearsim.Unavailable, Root: "oauth/token"})
	res, err := http.PostForm(w.url+"/oauth/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 503 {
		t.Errorf("a token: %d", res.StatusCode)
	}
}

// One refusal, in each of the ways in which it was seen to arrive.
func TestWaysOfRefusingForTheRate(t *testing.T) {
	w := newWorld(t)
	w.SetBudget(0, 0)
	for _, c := range []struct {
		name   string
		set    linearsim.Settings
		status int
		code   string
	}{
		{"as documented", linearsim.Settings{}, 400, "RATELIMITED"},
		{"with 200", linearsim.Settings{RateLimitStatus: 200}, 200, "RATELIMITED"},
		{"at the edge", linearsim.Settings{RateLimitStatus: 429}, 429, "RATELIMITED"},
		{"with 200 and only a message", linearsim.Settings{RateLimitStatus: 200, RateLimitBare: true}, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.Configure(func(s *linearsim.Settings) { *s = c.set })
			r := w.post(`{ viewer { id } }`, nil)
			r.fails(c.status, c.code, "Rate limit exceeded. Only 0 requests are allowed per 1 hour.")
			if r.Data != nil || r.header.Get("X-RateLimit-Requests-Remaining") != "0" {
				t.Errorf("%v %s", r.header, r.body)
			}
		})
	}
	w.t = t
	w.SetBudget(100, 100)
	w.Configure(func(s *linearsim.Settings) { *s = linearsim.Settings{MalformedStatus: 500} })
	w.post(`{ viewer `, nil).fails(500, "GRAPHQL_PARSE_FAILED", "")
}

func TestLimitOfOneEndpoint(t *testing.T) {
	w := newWorld(t)
	w.SetEndpointLimit("commentCreate", 2, time.Minute)
	say := func() *reply { return w.post(create, vars{"i": vars{"body": "x", "issueId": "ENG-1"}}) }
	if r := say(); len(r.Errors) > 0 || r.header.Get("X-RateLimit-Endpoint-Name") != "commentCreate" ||
		r.header.Get("X-RateLimit-Endpoint-Requests-Limit") != "2" || r.header.Get("X-RateLimit-Endpoint-Requests-Remaining") != "1" {
		t.Errorf("%v %s", r.header, r.body)
	}
	say()
	r := say()
	r.fails(400, "RATELIMITED", "usage limit exceeded")
	if !strings.Contains(r.body, `"duration":60000,"limit":2,"remaining":0,"requested":1`) {
		t.Error(r.body)
	}
	if r := w.post(`{ viewer { id } }`, nil); r.header.Get("X-RateLimit-Endpoint-Name") != "" || len(r.Errors) > 0 {
		t.Errorf("another root field: %v %s", r.header, r.body)
	}
	w.clock.move(30 * time.Second) // one of two a minute
	if r := say(); len(r.Errors) > 0 {
		t.Error(r.body)
	}
	say().fails(400, "RATELIMITED", "usage limit exceeded")
	w.SetEndpointLimit("commentCreate", 0, 0)
	if r := say(); len(r.Errors) > 0 || len(w.Comments("ENG-1")) != 4 {
		t.Error(r.body)
	}
}
