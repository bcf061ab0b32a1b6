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
// (a label): what it becomes, who tries again, and how long the next pass is told
// to wait. Bodies are from public reports.
func TestWhatAnAnswerMeans(t *testing.T) {
	html := func(status int) answer {
		return answer{status: status, body: "<html>Log in</html>"}.with("Content-Type", "text/html")
	}
	words := func(status int, message string) answer {
		return answer{status: status, body: `{"errorMessages":["` + message + `"],"errors":{}}`}
	}
	about := func(field, message string) answer {
		return answer{status: 400, body: `{"errorMessages":[],"errors":{"` + field + `":"` + message + `"}}`}
	}
	limited := func(headers ...string) answer {
		a := answer{status: 429, body: `Rate limit exceeded`, headers: map[string]string{"Date": "Sun, 22 Nov 2026 12:40:00 GMT"}}
		for i := 0; i < len(headers); i += 2 {
			a.headers[headers[i]] = headers[i+1]
		}
		return a
	}
	const (
		fine                = connectors.Kind("")
		nobody, reads, both = "", "r", "rw"
	)
	for _, tt := range []struct {
		name        string
		answer      answer
		read, write connectors.Kind
		again       string        // who tries again
		wait        time.Duration // told with the error
		says        string
	}{
		{"204", answer{status: 204}, connectors.Temporary, fine, nobody, 0, "the answer is empty"},

		{"400 a label with a space", about("labels", "The label 'a b' contains spaces which is invalid."), connectors.Invalid, connectors.Invalid, nobody, 0, "400 labels: The label 'a b' contains spaces which is invalid."},
		{"400 a label with a space in JQL", words(400, "The label 'a b' can’t contain spaces."), connectors.Invalid, connectors.Invalid, nobody, 0, "can’t contain spaces"},
		{"400 labels not on the screen", about("labels", "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown."), connectors.Invalid, connectors.Invalid, nobody, 0, "Try: put the field Labels on the edit screen"},
		{"400 a comment too long", about("comment", "The entered text is too long. It exceeds the allowed limit of 32,767 characters."), connectors.Invalid, connectors.Invalid, nobody, 0, "comment: The entered text is too long"},
		{"400 a comment of ours that we may not edit", words(400, "bot, you do not have the permission to edit this comment."), connectors.Forbidden, connectors.Forbidden, nobody, 0, "Try: ask a Jira administrator which permission"},
		{"400 unbounded JQL", words(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."), connectors.Invalid, connectors.Invalid, nobody, 0, "Unbounded JQL"},
		{"400 an archived issue", words(400, "The issue PAY-1 is archived. Archived issues cannot be edited."), connectors.Forbidden, connectors.Forbidden, nobody, 0, "Try: restore it from the archive"},
		{"400 several, in no order", answer{status: 400, body: `{"errorMessages":["zz","aa"],"errors":{"f":["y","z"],"b":"x"}}`}, connectors.Invalid, connectors.Invalid, nobody, 0, "400 aa b: x f: y; z zz"},
		{"400 fields that anonymous visitors do not see", words(400, "Field 'type' does not exist or this field cannot be viewed by anonymous users."), connectors.Auth, connectors.Auth, nobody, 0, "anonymous users"},
		{"400 a hidden project", words(400, "The value 'PAY' does not exist for the field 'project'."), connectors.NotFound, connectors.NotFound, nobody, 0, `project "PAY" does not exist, or this account may not see it`},
		{"400 of a proxy", html(400), connectors.Temporary, connectors.Temporary, nobody, 0, "the answer is not JSON"},

		{"401", answer{status: 401, body: `{"message":"Client must be authenticated to access this resource."}`}, connectors.Auth, connectors.Auth, nobody, 0, "Client must be authenticated"},
		{"401 as a collection", words(401, "Client must be authenticated to access this resource."), connectors.Auth, connectors.Auth, nobody, 0, "Client must be authenticated"},
		{"401 HTML", html(401), connectors.Auth, connectors.Auth, nobody, 0, "401 Unauthorized"},
		{"403", words(403, "no"), connectors.Forbidden, connectors.Forbidden, nobody, 0, "403 no"},
		{"403 of a proxy", html(403), connectors.Temporary, connectors.Temporary, nobody, 0, "403 Forbidden (and the answer is not JSON)"},
		{"404", words(404, "Issue does not exist or you do not have permission to see it."), connectors.NotFound, connectors.NotFound, nobody, 0, "does not exist or you"},
		{"404 of something else", html(404), connectors.Temporary, connectors.Temporary, nobody, 0, "Try: check that url is the Jira base URL"},
		{"407 of a proxy", html(407), connectors.Temporary, connectors.Temporary, nobody, 0, "407 Proxy Authentication Required"},
		{"408", words(408, "late"), connectors.Temporary, connectors.Unknown, reads, 0, "408 late"},
		{"409", answer{status: 409, body: `{}`}, connectors.Temporary, connectors.Temporary, nobody, 0, "409 Conflict"},
		{"410", words(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."), connectors.Removed, connectors.Removed, nobody, 0, "has been removed"},
		{"413 too many comments", words(413, "too many comments"), connectors.Invalid, connectors.Invalid, nobody, 0, "Try: delete comments that nobody needs"},
		{"422", words(422, "workflow"), connectors.Invalid, connectors.Invalid, nobody, 0, "Try: ask a Jira administrator"},

		{"429 Retry-After", limited("Retry-After", "3600", "RateLimit-Reason", "jira-burst-based"), connectors.RateLimited, connectors.RateLimited, nobody, time.Hour, "429"},
		{"429 Retry-After that we wait for", limited("Retry-After", "0"), connectors.RateLimited, connectors.RateLimited, both, 0, "429"},
		{"429 reset without seconds", limited("X-RateLimit-Reset", "2026-11-22T13:00Z"), connectors.RateLimited, connectors.RateLimited, nobody, 20 * time.Minute, "429"},
		{"429 quota, no reset told", limited("RateLimit-Reason", "jira-quota-tenant-based"), connectors.RateLimited, connectors.RateLimited, nobody, 20 * time.Minute, "429"},
		{"429 global quota with a reset", limited("RateLimit-Reason", "jira-quota-global-based", "X-RateLimit-Reset", "2026-11-22T13:10:00Z"), connectors.RateLimited, connectors.RateLimited, nobody, 30 * time.Minute, "429"},
		{"429 writes to one issue", limited("RateLimit-Reason", "jira-per-issue-on-write"), connectors.RateLimited, connectors.RateLimited, both, 0, "429"},
		{"429 a reason that nobody knows", limited("RateLimit-Reason", "jira-cost-based"), connectors.RateLimited, connectors.RateLimited, both, 0, "429"},
		{"429 of a gateway, saying nothing", limited("Content-Type", "text/html"), connectors.RateLimited, connectors.RateLimited, both, 0, "429 Too Many Requests"},
		{"429 of Data Center", limited("X-RateLimit-Limit", "10", "X-RateLimit-Remaining", "0", "X-RateLimit-Interval-Seconds", "90", "X-RateLimit-FillRate", "2"), connectors.RateLimited, connectors.RateLimited, nobody, 90 * time.Second, "429"},
		{"429 of Data Center while tokens remain", limited("Retry-After", "0", "X-RateLimit-Interval-Seconds", "90"), connectors.RateLimited, connectors.RateLimited, both, 0, "429"},

		{"500", answer{status: 500, body: `{}`}, connectors.Temporary, connectors.Unknown, reads, 0, "500 Internal Server Error"},
		{"502 of a gateway", html(502), connectors.Temporary, connectors.Unknown, reads, 0, "502 Bad Gateway"},
		{"503", html(503), connectors.Temporary, connectors.Unknown, reads, 0, "503"},
		{"503 of a node that knows nobody yet", words(503, "starting").with("X-AUSERNAME", "anonymous"), connectors.Temporary, connectors.Unknown, reads, 0, "503 starting"},
		{"503 turned away", html(503).with("Retry-After", "3600"), connectors.Temporary, connectors.Temporary, nobody, time.Hour, "503"},
		{"504", html(504), connectors.Temporary, connectors.Unknown, reads, 0, "504 Gateway Timeout"},
		{"no answer", answer{drop: true}, connectors.Temporary, connectors.Unknown, reads, 0, "no whole answer from 127.0.0.1"},

		{"200 HTML", html(200), connectors.Temporary, connectors.Unknown, nobody, 0, "a login page in between?"},
		{"200 plain text", ok("fine").with("Content-Type", "text/plain"), connectors.Temporary, connectors.Unknown, nobody, 0, "the answer is not JSON"},
		{"200 empty", ok(""), connectors.Temporary, fine, nobody, 0, "the answer is empty"},
		{"200 another JSON", ok(`{"hello":"world"}`), connectors.Temporary, fine, nobody, 0, "holds no issues"},
		{"200 an expired token", ok(`{"issues":[],"isLast":true}`).with("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"), connectors.Auth, connectors.Auth, nobody, 0, "anonymous visitor"},
		{"200 a denied login", ok(`{"issues":[],"isLast":true}`).with("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"), connectors.Auth, connectors.Auth, nobody, 0, "anonymous visitor"},
		{"200 an anonymous visitor", ok(`{"issues":[],"isLast":true}`).with("X-AUSERNAME", "anonymous"), connectors.Auth, connectors.Auth, nobody, 0, "anonymous visitor"},
		{"302", answer{status: 302}.with("Location", "https://u:pw9@login.example/go?token=pw9"), connectors.Invalid, connectors.Invalid, nobody, 0, "https://login.example/go"},
		{"words that repeat our secret", words(400, "bad header Basic "+basicOf()+" "+testToken), connectors.Invalid, connectors.Invalid, nobody, 0, "[secret]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.on("POST search/jql", tt.answer)
			s.on("PUT issue/1", tt.answer)
			_, readErr := s.tracker(t, nil).Pull(t.Context(), "")
			_, writeErr := applyOne(t, s.tracker(t, nil), label)
			for what, got := range map[string]struct {
				err  error
				want connectors.Kind
			}{"read": {readErr, tt.read}, "write": {writeErr, tt.write}} {
				if kind := connectors.KindOf(got.err); kind != got.want {
					t.Errorf("%s: kind %q, want %q: %v", what, kind, got.want, got.err)
				}
				var e *connectors.Error
				if !errors.As(got.err, &e) {
					continue
				}
				if e.RetryAfter != tt.wait {
					t.Errorf("%s: told to wait %s, want %s", what, e.RetryAfter, tt.wait)
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
			for route, who := range map[string]string{"POST search/jql": "r", "PUT issue/1": "w"} {
				want := 1
				if strings.Contains(tt.again, who) {
					want = optionsFor("").Attempts
				}
				if n := len(s.requests(route)); n != want {
					t.Errorf("%s was sent %d times, want %d", route, n, want)
				}
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
		{"500 of Jira", answer{status: 500, body: `{}`}, "500 Internal Server Error", 0},
		{"500 of a gateway", html(500), "HOST answered 500 Internal Server Error, not in JSON. Try: see whether the site is up; if it is, look for what stands in front of it (a proxy, a maintenance page)", 0},
		{"half a JSON", ok(`{"issues":[{"id":`), "the answer of HOST cannot be read: unexpected end of JSON input. Try: look for what cuts answers short between here and the site (a proxy with a limit of size or time)", 0},
		{"JSON of another shape", ok(`[]`), "Try: look for a newer alignd: this one expects another answer", 0},
		{"503 that asks to wait", answer{status: 503, body: "<html>", headers: map[string]string{"Content-Type": "text/html", "Retry-After": "3600"}}, "HOST answered 503 Service Unavailable, not in JSON. Try: see whether the site is up; if it is, look for what stands in front of it (a proxy, a maintenance page)", time.Hour},
		{"warnings, empty words and line breaks", answer{status: 400, body: `{"errorMessages":[" ","b\nb"],"warningMessages":["a"],"errors":{"x":7}}`}, "400 a b b", 0},
	} {
		s := newSite(t)
		s.on("POST search/jql", tt.answer)
		_, err := s.tracker(t, nil).Pull(t.Context(), "")
		var e *connectors.Error
		says := strings.ReplaceAll(tt.says, "HOST", s.Listener.Addr().String())
		if !errors.As(err, &e) || !strings.HasSuffix(err.Error(), says) || e.RetryAfter != tt.after {
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
		_, err := applyOne(t, s.tracker(t, nil), comment)
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
	_, err := applyOne(t, tr, label)
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
		if (connectors.KindOf(err) != connectors.Invalid && name != "no Jira") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
