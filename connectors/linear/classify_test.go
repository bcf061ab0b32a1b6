package linear

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// ask makes one read and one write meet the same answer.
func ask(t *testing.T, re reply, change ...func(*Options)) (read, write error) {
	t.Helper()
	f := newFake(t)
	f.reply("projects", re)
	f.reply("commentUpdate", re)
	tr := f.tracker(change...)
	get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
	_, read = count(context.Background(), tr, "look at projects", ProjectFilter{}, get)
	_, write = tr.updateComment(context.Background(), roadmap.Change{Ref: "eng:ENG-1", Remote: "c", Text: roadmap.Text{{roadmap.Say("x")}}})
	return read, write
}

// What each answer of Linear's means to a pass, for a read and for a write.
func TestClassify(t *testing.T) {
	const html = "<!DOCTYPE html><title>Bad gateway</title>"
	graphqlError := func(message, code, kind string) string {
		return fmt.Sprintf(`{"data":null,"errors":[{"message":%q,"extensions":{"code":%q,"type":%q}}]}`, message, code, kind)
	}
	for _, tt := range []struct {
		what        string
		status      int
		body        string
		read, write connectors.Kind
		says        string
	}{
		{"wrong key", 401, graphqlError("Authentication required", "AUTHENTICATION_ERROR", ""), connectors.Auth, connectors.Auth, "auth.token"},
		{"wrong key, told with 200", 200, graphqlError("no", "AUTHENTICATION_ERROR", ""), connectors.Auth, connectors.Auth, "auth.token"},
		{"wrong key, told by type only", 400, graphqlError("no", "", "authentication error"), connectors.Auth, connectors.Auth, "auth.token"},
		{"401 without a word", 401, ``, connectors.Auth, connectors.Auth, "auth.token"},
		{"missing scope", 200, graphqlError("Invalid scope: `write` required", "FORBIDDEN", "forbidden"), connectors.Forbidden, connectors.Forbidden, "`write` required"},
		{"not in the plan", 400, graphqlError("no", "FEATURE_NOT_ACCESSIBLE", "feature not accessible"), connectors.Forbidden, connectors.Forbidden, "plan"},
		{"over the plan's cap", 200, graphqlError("usage limit exceeded", "USAGE_LIMIT_EXCEEDED", ""), connectors.Forbidden, connectors.Forbidden, "plan"},
		{"rate limit with 400", 400, graphqlError("Rate limit exceeded. Only 2500", "RATELIMITED", "ratelimited"), connectors.RateLimited, connectors.RateLimited, "Rate limit"},
		{"rate limit with 200 and only a message", 200, `{"errors":[{"message":"Rate limit exceeded. Only 2500 requests"}]}`, connectors.RateLimited, connectors.RateLimited, "Rate limit"},
		{"rate limit with 429 from the edge", 429, html, connectors.RateLimited, connectors.RateLimited, "429"},
		{"one field's rate limit in the plan cap's words", 200, graphqlError("usage limit exceeded", "RATELIMITED", ""), connectors.RateLimited, connectors.RateLimited, "usage limit"},
		{"gone", 200, graphqlError("Entity not found: Comment", "INPUT_ERROR", "invalid input"), connectors.NotFound, connectors.NotFound, "Comment"},
		{"bad argument", 200, graphqlError("Argument Validation Error", "INVALID_INPUT", ""), connectors.Invalid, connectors.Invalid, "Argument"},
		{"our document is wrong", 500, graphqlError("Cannot query field x", "GRAPHQL_VALIDATION_FAILED", "graphql error"), connectors.Invalid, connectors.Invalid, "fault of alignd"},
		{"our document is too dear", 400, graphqlError("Query too complex", "", ""), connectors.Invalid, connectors.Invalid, "fault of alignd"},
		{"lock", 200, graphqlError("lock timeout", "", "lock timeout"), connectors.Temporary, connectors.Unknown, "lock"},
		{"server's own trouble", 500, graphqlError("boom", "INTERNAL_SERVER_ERROR", "internal error"), connectors.Temporary, connectors.Unknown, "boom"},
		{"an error that nobody knows", 200, graphqlError("what now", "", ""), connectors.Temporary, connectors.Unknown, "what now"},
		{"bad gateway", 502, html, connectors.Temporary, connectors.Unknown, "HTTP 502"},
		{"upstream connect error", 503, "upstream connect error", connectors.Temporary, connectors.Unknown, "HTTP 503"},
		{"a login page with 200", 200, html, connectors.Temporary, connectors.Unknown, "proxy"},
		{"a firewall's page", 403, html, connectors.Forbidden, connectors.Forbidden, "proxy"},
		{"not the API", 404, html, connectors.Invalid, connectors.Invalid, "check the tracker's url"},
		{"the API is gone", 410, ``, connectors.Removed, connectors.Removed, "url"},
		{"no data", 200, `{}`, connectors.Temporary, connectors.Unknown, "neither data nor errors"},
		{"null data", 200, `{"data":null}`, connectors.Temporary, connectors.Unknown, "neither data nor errors"},
		{"null fields", 200, `{"data":{"projects":null,"commentUpdate":null}}`, connectors.Temporary, connectors.Unknown, "neither data nor errors"},
		{"a cut answer", 200, `{"data":{"projects":{"nodes":[{"id`, connectors.Temporary, connectors.Unknown, "not Linear's"},
		{"extensions of an odd shape", 200, `{"errors":[{"message":"Entity not found: Issue","extensions":{"code":7,"type":[]}}]}`, connectors.NotFound, connectors.NotFound, "Issue"},
		{"the connection breaks", -1, ``, connectors.Temporary, connectors.Unknown, "EOF"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			read, write := ask(t, reply{Status: tt.status, Body: tt.body}, func(o *Options) { o.Waits = -1 })
			for _, got := range []struct {
				what string
				err  error
				want connectors.Kind
			}{{"read", read, tt.read}, {"write", write, tt.write}} {
				var e *connectors.Error
				if !errors.As(got.err, &e) || e.Kind != got.want || !strings.Contains(got.err.Error(), tt.says) {
					t.Errorf("%s: %v (%s)\nwant %s that says %q", got.what, got.err, connectors.KindOf(got.err), got.want, tt.says)
				}
				if e != nil && (e.Tracker != "eng" || e.Op == "") {
					t.Errorf("%s: tracker %q, op %q", got.what, e.Tracker, e.Op)
				}
				if e != nil && got.want == connectors.RateLimited && e.RetryAfter <= 0 {
					t.Errorf("%s: no RetryAfter", got.what)
				}
			}
		})
	}
}

// Answers that were captured from Linear, or quoted by its users.
func TestClassifySamples(t *testing.T) {
	for _, tt := range []struct {
		file     string
		status   int
		kind     connectors.Kind
		conflict bool
		says     string
	}{
		{"resp-401-bad-key.json", 401, connectors.Auth, false, "API key"},
		{"resp-400-bearer-api-key.json", 400, connectors.Auth, false, "Bearer"},
		{"resp-400-ratelimited.json", 400, connectors.RateLimited, false, "Rate limit exceeded"},
		{"resp-200-ratelimited-no-extensions.json", 200, connectors.RateLimited, false, "Rate limit exceeded"},
		{"resp-endpoint-ratelimited.json", 400, connectors.RateLimited, false, "RATELIMITED"},
		{"resp-200-usage-limit.json", 200, connectors.Forbidden, false, "free issue limit"},
		{"resp-forbidden-scope.json", 403, connectors.Forbidden, false, "`write` required"},
		{"resp-200-conflict-on-insert-comment.json", 200, connectors.Invalid, true, "already exists"},
		{"resp-200-entity-not-found.json", 200, connectors.NotFound, false, "Entity not found: Issue"},
		{"resp-label-group-exclusive.json", 200, connectors.Invalid, false, "same group as"},
		{"resp-argument-validation.json", 400, connectors.Invalid, false, "must be a UUID"},
		{"resp-duplicate-attachment-url.json", 200, connectors.Invalid, false, "same URL"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			body, err := os.ReadFile(shared(t, "samples", "linear", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			read, write := ask(t, reply{Status: tt.status, Body: string(body)}, func(o *Options) { o.Waits = -1 })
			for _, err := range []error{read, write} {
				if connectors.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || isConflict(err) != tt.conflict {
					t.Errorf("%v (%s, conflict %v)\nwant %s that says %q", err, connectors.KindOf(err), isConflict(err), tt.kind, tt.says)
				}
			}
		})
	}
}

// The key appears in no error, whatever the server echoes.
func TestNoSecretInErrors(t *testing.T) {
	for _, re := range []reply{
		{Status: 401, Body: `{"errors":[{"message":"no such key ` + testToken + `"}]}`},
		{Status: 500, Body: `<html>` + testToken},
		{Status: 500, Header: map[string]string{"Content-Type": testToken}, Body: `<html>`},
		{Body: `{"errors":[{"message":"x","extensions":{"code":"` + testToken + `","userPresentableMessage":"` + testToken + `"}}]}`},
		{Status: 302, Header: map[string]string{"Location": "https://x.example/?key=" + testToken}},
		{Status: -1},
	} {
		read, write := ask(t, re)
		for _, err := range []error{read, write} {
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "VERYSECRET") {
				t.Errorf("%+v gives %v", re, err)
			}
		}
	}
}

// What never left is not in doubt.
func TestWriteThatWasNotSent(t *testing.T) {
	f := newFake(t)
	tr := f.tracker(func(o *Options) { o.Config.URL = "http://127.0.0.1:1/graphql" })
	_, err := tr.updateComment(context.Background(), roadmap.Change{Ref: "eng:ENG-1", Remote: "c"})
	if connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("a refused connection gives %v (%s), want temporary", err, connectors.KindOf(err))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = f.tracker().updateComment(ctx, roadmap.Change{Ref: "eng:ENG-1", Remote: "c"})
	if connectors.KindOf(err) != connectors.Temporary || !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v (%s), want temporary and context.Canceled", err, connectors.KindOf(err))
	}
}

// How long is waited for which meter, and when no more.
func TestRateLimitWaits(t *testing.T) {
	const refused = `{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED"}}]}`
	date := time.Date(2026, 9, 21, 10, 0, 0, 0, time.UTC)
	headers := func(requests, points string, reset time.Duration) map[string]string {
		at := fmt.Sprint(date.Add(reset).UnixMilli())
		return map[string]string{
			"Date":                           date.Format(http.TimeFormat),
			"X-RateLimit-Requests-Limit":     "2500",
			"X-RateLimit-Requests-Remaining": requests, "X-RateLimit-Requests-Reset": at,
			"X-RateLimit-Complexity-Limit": "3000000", "X-RateLimit-Complexity-Remaining": points, "X-RateLimit-Complexity-Reset": at,
		}
	}
	ok := reply{Body: `{"data":` + connection("projects", "") + `}`}
	for _, tt := range []struct {
		what string
		no   reply
		want string // the waits, then the kind of error
	}{
		{"out of requests: 3600/2500 s for one", reply{Status: 400, Header: headers("0", "3000000", time.Hour), Body: refused}, "1.44s ok"},
		{"out of points: 3500 of 833 a second", reply{Status: 400, Header: headers("2000", "0", time.Hour), Body: refused}, "4.2s ok"},
		{"told with 200", reply{Header: headers("0", "3000000", time.Hour), Body: refused}, "1.44s ok"},
		{"never longer than to the reset", reply{Status: 400, Header: headers("2000", "0", 2*time.Second), Body: refused}, "2s ok"},
		{"nothing told", reply{Status: 400, Body: refused}, "5s ok"},
		{"one field's limit: 5 in a minute", reply{Status: 400, Body: `{"errors":[{"message":"usage limit exceeded","extensions":{"code":"RATELIMITED","duration":60000,"limit":5}}]}`}, "12s ok"},
		{"one field's limit, told by header", reply{Status: 400, Header: map[string]string{
			"Date":                                date.Format(http.TimeFormat),
			"X-RateLimit-Endpoint-Requests-Limit": "30", "X-RateLimit-Endpoint-Requests-Remaining": "0",
			"X-RateLimit-Endpoint-Requests-Reset": fmt.Sprint(date.Add(40 * time.Second).UnixMilli()),
		}, Body: refused}, "40s ok"},
		{"more than we wait", reply{Status: 400, Body: `{"errors":[{"message":"x","extensions":{"code":"RATELIMITED","duration":120000,"limit":1}}]}`}, "rate-limited after 2m0s"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			f.script("projects", tt.no, ok)
			var got []string
			tr := f.tracker(func(o *Options) {
				o.Wait = func(_ context.Context, d time.Duration) error { got = append(got, d.String()); return nil }
			})
			get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
			_, err := count(context.Background(), tr, "look", ProjectFilter{}, get)
			var e *connectors.Error
			if errors.As(err, &e) {
				got = append(got, fmt.Sprintf("%s after %s", e.Kind, e.RetryAfter))
			} else {
				got = append(got, "ok")
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("%s, want %s", s, tt.want)
			}
		})
	}
}

// What fails in passing is asked for again where it is a read; a write may have
// been done and is not.
func TestWhatFailsInPassing(t *testing.T) {
	for _, body := range []string{`{}`, `{"data":null,"errors":[{"message":"lock timeout","extensions":{"type":"lock timeout"}}]}`, `{"data":{"projects":`} {
		f := newFake(t)
		f.script("projects", reply{Body: body}, reply{Body: body}, reply{Body: `{"data":` + connection("projects", "") + `}`})
		f.reply("commentUpdate", reply{Body: body})
		tr := f.tracker()
		get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
		if _, err := count(t.Context(), tr, "look", ProjectFilter{}, get); err != nil {
			t.Errorf("%s: a read that fails twice gives %v", body, err)
		}
		_, err := tr.updateComment(t.Context(), roadmap.Change{Ref: "eng:ENG-1", Remote: "c"})
		if n := len(f.asks("commentUpdate")); n != 1 || connectors.KindOf(err) != connectors.Unknown {
			t.Errorf("%s: a write was sent %d times, %v", body, n, err)
		}
	}
}

// A limit that does not lift is waited for a bounded number of times, each twice
// as long; a context that ends meanwhile ends the wait.
func TestRateLimitGivesUp(t *testing.T) {
	no := reply{Status: 400, Body: `{"errors":[{"message":"Rate limit exceeded"}]}`}
	var waits []time.Duration
	read, _ := ask(t, no, func(o *Options) {
		o.Waits = 3
		o.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	})
	if connectors.KindOf(read) != connectors.RateLimited || fmt.Sprint(waits[:3]) != "[5s 10s 20s]" || len(waits) != 6 { // the read's and the write's
		t.Errorf("%v after %v", read, waits)
	}
	read, write := ask(t, no, func(o *Options) { o.Wait = func(context.Context, time.Duration) error { return context.Canceled } })
	for _, err := range []error{read, write} {
		if connectors.KindOf(err) != connectors.Temporary || !errors.Is(err, context.Canceled) {
			t.Errorf("a wait that is broken off gives %v (%s)", err, connectors.KindOf(err))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("sleep with an ended context: %v", err)
	}
	if err := sleep(context.Background(), time.Microsecond); err != nil {
		t.Errorf("sleep: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		what, url, token string
		kind             connectors.Kind
	}{
		{"no key", "", "", connectors.Auth},
		{"a file", "file:///etc/passwd", "k", connectors.Invalid},
		{"a user in the URL", "https://me:pw@api.linear.app/graphql", "k", connectors.Invalid},
		{"no URL at all", "::", "k", connectors.Invalid},
	} {
		o := Options{Token: tt.token}
		o.Config.URL = tt.url
		if _, err := New(o); connectors.KindOf(err) != tt.kind || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
	if _, err := New(Options{Token: "k"}); err != nil {
		t.Errorf("the default URL: %v", err)
	}
}
