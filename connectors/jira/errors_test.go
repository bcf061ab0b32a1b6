package jira

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

var label = roadmap.Change{Key: roadmap.Key{Tracker: "jira", ID: "1"}, Ref: "jira:PAY-1", Action: roadmap.AddLabel, Value: "needs-goal"}

// TestWhatAnAnswerMeans asks the same answer of a read (a search) and of a write
// (a label). Bodies are from public reports.
func TestWhatAnAnswerMeans(t *testing.T) {
	html := func(status int) answer {
		return answer{status: status, body: "<html>Log in</html>"}.with("Content-Type", "text/html")
	}
	for _, tt := range []struct {
		name        string
		answer      answer
		read, write connectors.Kind // "" fine
		says        string
	}{
		{"204", answer{status: 204}, connectors.Temporary, "", ""},
		{
			"400 with a field's message",
			answer{status: 400, body: `{"errorMessages":[],"errors":{"labels":"The label 'a b' contains spaces which is invalid."}}`},
			connectors.Invalid, connectors.Invalid, "400 labels: The label 'a b' contains spaces which is invalid.",
		},
		{
			"400 with several, in no order",
			answer{status: 400, body: `{"errorMessages":["zz","aa"],"errors":{"f":["y","z"],"b":"x"}}`},
			connectors.Invalid, connectors.Invalid, "400 aa b: x f: y; z zz",
		},
		{"401", answer{status: 401, body: `{"message":"Client must be authenticated to access this resource."}`}, connectors.Auth, connectors.Auth, "Client must be authenticated"},
		{"401 HTML", html(401), connectors.Auth, connectors.Auth, "401 Unauthorized"},
		{"403", answer{status: 403, body: `{"errorMessages":["no"],"errors":{}}`}, connectors.Forbidden, connectors.Forbidden, "403 no"},
		{"404", answer{status: 404, body: `{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}`}, connectors.NotFound, connectors.NotFound, "does not exist or you"},
		{"404 of something else", html(404), connectors.NotFound, connectors.NotFound, "the answer is not JSON"},
		{"409", answer{status: 409, body: `{}`}, connectors.Temporary, connectors.Temporary, "409 Conflict"},
		{"410", answer{status: 410, body: `{"errorMessages":["The requested API has been removed."],"errors":{}}`}, connectors.Removed, connectors.Removed, "has been removed"},
		{"413", answer{status: 413, body: `{"errorMessages":["too many comments"],"errors":{}}`}, connectors.Invalid, connectors.Invalid, "too many comments"},
		{"429", answer{status: 429, body: `Rate limit exceeded`}.with("Retry-After", "3600"), connectors.RateLimited, connectors.RateLimited, "429"},
		{"500", answer{status: 500, body: `{}`}, connectors.Temporary, connectors.Unknown, "500 Internal Server Error"},
		{"502 of a gateway", html(502), connectors.Temporary, connectors.Unknown, "502 Bad Gateway"},
		{"503", html(503), connectors.Temporary, connectors.Unknown, "503"},
		{"503 turned away", html(503).with("Retry-After", "3600"), connectors.Temporary, connectors.Temporary, "503"},
		{"no answer", answer{drop: true}, connectors.Temporary, connectors.Unknown, "no whole answer from 127.0.0.1"},
		{"a login page", html(200), connectors.Invalid, "", "login page in between?"},
		{"another JSON", ok(`{"hello":"world"}`), connectors.Invalid, "", "holds no issues"},
		{"half a JSON", ok(`{"issues":[{"id":`), connectors.Temporary, "", "cannot be read"},
		{"an expired token", ok(`{"issues":[],"isLast":true}`).with("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"), connectors.Auth, connectors.Auth, "anonymous visitor"},
		{"a denied login", ok(`{"issues":[],"isLast":true}`).with("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"), connectors.Auth, connectors.Auth, "anonymous visitor"},
		{"an anonymous visitor", ok(`{"issues":[],"isLast":true}`).with("X-AUSERNAME", "anonymous"), connectors.Auth, connectors.Auth, "anonymous visitor"},
		{
			"fields that anonymous visitors do not see",
			answer{status: 400, body: `{"errorMessages":["Field 'type' does not exist or this field cannot be viewed by anonymous users."]}`},
			connectors.Auth, connectors.Auth, "anonymous users",
		},
		{
			"a hidden project",
			answer{status: 400, body: `{"errorMessages":["The value 'PAY' does not exist for the field 'project'."]}`},
			connectors.NotFound, connectors.NotFound, `project "PAY" does not exist, or this account may not see it`,
		},
		{"a redirect", answer{status: 302}.with("Location", "https://u:pw9@login.example/go?token=pw9"), connectors.Invalid, connectors.Invalid, "https://login.example/go"},
		{"words that repeat our secret", answer{status: 400, body: `{"errorMessages":["bad header Basic ` + basicOf() + ` ` + testToken + `"]}`}, connectors.Invalid, connectors.Invalid, "[secret]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.on("POST search/jql", tt.answer)
			s.on("PUT issue/1", tt.answer)
			_, readErr := s.tracker(t, nil).Pull(t.Context(), "")
			_, writeErr := s.tracker(t, nil).apply(t.Context(), label)
			for what, got := range map[string]struct {
				err  error
				want connectors.Kind
			}{"read": {readErr, tt.read}, "write": {writeErr, tt.write}} {
				if kind := connectors.KindOf(got.err); kind != got.want {
					t.Errorf("%s: kind %q, want %q: %v", what, kind, got.want, got.err)
				}
				if got.err == nil {
					continue
				}
				text := got.err.Error()
				if !strings.Contains(text, tt.says) {
					t.Errorf("%s: %q does not say %q", what, text, tt.says)
				}
				for _, leak := range []string{testToken, basicOf(), "pw9", "<html"} {
					if strings.Contains(text, leak) {
						t.Errorf("%s: %q tells %q", what, text, leak)
					}
				}
			}
			if n := len(s.requests("PUT issue/1")); n != 1 {
				t.Errorf("the write was sent %d times", n)
			}
			if tt.read == connectors.Auth && len(s.requests("POST search/jql")) != 1 {
				t.Errorf("refused credentials were tried %d times", len(s.requests("POST search/jql")))
			}
		})
	}
}

// basicOf is what the Authorization header holds.
func basicOf() string {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("bot@acme.example", testToken)
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
}

func TestRetryAfterIsPassedOn(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", answer{status: 429}.with("Retry-After", "3600"))
	_, err := s.tracker(t, nil).Pull(t.Context(), "")
	if e, is := err.(*connectors.Error); !is || e.RetryAfter != time.Hour {
		t.Errorf("got %#v", err)
	}
}

// TestWhatToTry: the advice and the words that a person gets besides the kind.
func TestWhatToTry(t *testing.T) {
	html := func(status int) answer {
		return answer{status: status, body: "<html>"}.with("Content-Type", "text/html")
	}
	for _, tt := range []struct {
		name   string
		answer answer
		says   string
		after  time.Duration
	}{
		{"404 of Jira", answer{status: 404, body: `{"errorMessages":["gone"]}`}, "404 gone. Try: check that it exists and that the account may see it", 0},
		{"404 of something else", html(404), "404 Not Found (and the answer is not JSON). Try: check that url is the Jira base URL", 0},
		{"500 of a gateway needs no word of JSON", html(500), "500 Internal Server Error", 0},
		{"503 that asks to wait", html(503).with("Retry-After", "3600"), "503 Service Unavailable", time.Hour},
		{"warnings, empty words and line breaks", answer{status: 400, body: `{"errorMessages":[" ","b\nb"],"warningMessages":["a"],"errors":{"x":7}}`}, "400 a b b", 0},
	} {
		s := newSite(t)
		s.on("POST search/jql", tt.answer)
		_, err := s.tracker(t, nil).Pull(t.Context(), "")
		var e *connectors.Error
		if !errors.As(err, &e) || !strings.HasSuffix(err.Error(), ": "+tt.says) || e.RetryAfter != tt.after {
			t.Errorf("%s: got %v, want it to end in %q, and to wait %s", tt.name, err, tt.says, tt.after)
		}
	}
}

func TestCommentWhoseOutcomeIsNotKnown(t *testing.T) {
	comment := roadmap.Change{Key: label.Key, Ref: label.Ref, Action: roadmap.CreateComment}
	for name, a := range map[string]answer{
		"dropped": {drop: true}, "500": {status: 500}, "half an answer": ok(`{"id":`), "a login page": ok("<html>").with("Content-Type", "text/html"),
		"no id": ok(`{}`), "504": {status: 504},
	} {
		s := newSite(t)
		s.on("POST issue/1/comment", a)
		_, err := s.tracker(t, nil).apply(t.Context(), comment)
		if connectors.KindOf(err) != connectors.Unknown || len(s.requests("POST issue/1/comment")) != 1 {
			t.Errorf("%s: sent %d times, %v", name, len(s.requests("POST issue/1/comment")), err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	tr, err := New(optionsFor("http://" + addr))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tr.Pull(t.Context(), "")
	if connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "cannot reach "+addr) || !strings.Contains(err.Error(), "Try: check url") {
		t.Errorf("got %v", err)
	}
}

func TestAWriteThatNeverLeft(t *testing.T) {
	s := newSite(t)
	tr := s.tracker(t, nil)
	if _, err := tr.Fetch(t.Context(), nil, nil); err != nil { // knows the site
		t.Fatal(err)
	}
	s.Close()
	_, err := tr.apply(t.Context(), label)
	if connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "cannot reach") {
		t.Errorf("got %s: %v", connectors.KindOf(err), err)
	}
}

func TestBrokenOff(t *testing.T) {
	s := newSite(t)
	tr := s.tracker(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tr.Pull(ctx, "")
	if connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "broken off") {
		t.Errorf("got %v", err)
	}
}

func TestNoKindOfJira(t *testing.T) {
	for name, tt := range map[string]struct{ info, says string }{
		"a new kind":     {`{"deploymentType":"Edge","version":"12"}`, `a Jira of an unknown kind (deployment type "Edge", version "12")`},
		"before it said": {`{"version":"7.1.0"}`, "say which it is: deployment: cloud, or deployment: datacenter"},
		"no Jira":        {`{}`, "is this the Jira base URL"},
	} {
		s := newSite(t)
		s.on("GET serverInfo", ok(tt.info))
		_, err := s.tracker(t, nil).Pull(t.Context(), "")
		if connectors.KindOf(err) != connectors.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
