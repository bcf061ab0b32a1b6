package linear

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

const (
	testClient = "client-of-alignd"
	testSecret = "lin_secret_VERYSECRET+/=456"
)

// app is a built-in Linear with an app of ours, and what its Trackers kept.
type app struct {
	*linearsim.Server
	url   string
	kept  string
	logs  bytes.Buffer
	issue roadmap.Key
	mu    sync.Mutex
	auth  []string // Authorization of every request, in order
	say   func(http.ResponseWriter, *http.Request) bool
}

func newApp(t *testing.T, a linearsim.App) *app {
	t.Helper()
	w := &app{}
	now := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	w.Server = linearsim.New(linearsim.Options{Clock: func() time.Time { now = now.Add(time.Second); return now }})
	a.ClientID, a.ClientSecret = testClient, testSecret
	w.AddApp(a)
	w.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineering"})
	w.issue = roadmap.Key{Tracker: "eng", ID: w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Saved cards"}).ID}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock() // a request that was given up may still be at the door
		w.auth = append(w.auth, r.Header.Get("Authorization"))
		w.mu.Unlock()
		if w.say == nil || !w.say(rw, r) {
			w.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(srv.Close)
	w.url = srv.URL + "/graphql"
	return w
}

func (w *app) tracker(t *testing.T, change ...func(*Options)) *Tracker {
	t.Helper()
	o := Options{
		Config: config.Tracker{Name: "eng", URL: w.url, Teams: []string{"ENG"}}, Org: "acme",
		ClientID: testClient, ClientSecret: testSecret, KeptToken: w.kept,
		KeepToken: func(_ context.Context, sealed string) error { w.kept = sealed; return nil },
		Rate:      100000, Attempts: 1, Wait: func(context.Context, time.Duration) error { return nil },
		Log: slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// One token serves every Tracker, in this process and the next, until Linear
// refuses it; then one more is asked for, with the same scopes.
func TestOneTokenForAllPasses(t *testing.T) {
	w := newApp(t, linearsim.App{})
	for range 3 {
		pullAll(t, w.tracker(t), "")
	}
	if n := w.Count("oauth/token"); n != 1 {
		t.Errorf("%d tokens in three passes, want 1", n)
	}
	if w.kept == "" || strings.Contains(w.kept, "lin_oauth") {
		t.Errorf("kept %q, want a sealed token", w.kept)
	}
	tr := w.tracker(t)
	pullAll(t, tr, "")
	w.RevokeTokens(testClient)
	before := w.kept
	c := roadmap.Change{
		Key: w.issue, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.CreateComment,
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", w.issue, 0)}, Text: roadmap.Text{{roadmap.Say("No goal.")}},
	}
	if r := tr.Apply(t.Context(), []roadmap.Change{c}); r[0].Err != nil { // a write, in the middle of a pass
		t.Errorf("after the token was revoked: %v", r[0].Err)
	}
	if n := w.Count("oauth/token"); n != 2 || w.kept == before || len(w.Comments(w.issue.ID)) != 1 {
		t.Errorf("%d tokens, %d comments; want 2 and 1, and the new token kept", n, len(w.Comments(w.issue.ID)))
	}
	for _, a := range w.auth {
		if a != "" && !strings.HasPrefix(a, "Bearer lin_oauth_") {
			t.Errorf("sent Authorization %q", a)
		}
	}
}

// Two processes that both ask for a token leave each other's alive.
func TestTokensLiveSideBySide(t *testing.T) {
	w := newApp(t, linearsim.App{})
	forget := func(o *Options) { o.KeptToken, o.KeepToken = "", nil }
	a, b := w.tracker(t, forget), w.tracker(t, forget)
	cursor := pullAll(t, a, "").cursor
	pullAll(t, b, cursor)
	pullAll(t, a, cursor)
	if n := w.Count("oauth/token"); n != 2 {
		t.Errorf("%d tokens for two processes, want 2", n)
	}
}

// A kept token is of no use to another app, another secret or another address,
// and what is no token at all is not sent anywhere.
func TestKeptTokenOpensOnlyForItsOwner(t *testing.T) {
	w := newApp(t, linearsim.App{})
	pullAll(t, w.tracker(t), "")
	for what, change := range map[string]func(*Options){
		"another app":     func(o *Options) { o.ClientID = "another" },
		"another secret":  func(o *Options) { o.ClientSecret = "another" },
		"another address": func(o *Options) { o.Config.URL = "https://elsewhere.example/graphql" },
		"not a token":     func(o *Options) { o.KeptToken = "%%%" },
		"too short":       func(o *Options) { o.KeptToken = "abcd" },
	} {
		if tr := w.tracker(t, change); tr.token != "" {
			t.Errorf("%s opens the kept token", what)
		}
	}
	if w.tracker(t).token == "" {
		t.Error("its owner cannot open it")
	}
}

// What the token endpoint refuses, and what a person is told to do.
func TestTokenRefused(t *testing.T) {
	answer := func(status int, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(rw http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/oauth/token" {
				return false
			}
			if status == 0 {
				panic(http.ErrAbortHandler)
			}
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body))
			return true
		}
	}
	for _, tt := range []struct {
		what   string
		app    linearsim.App
		change func(*Options)
		say    func(http.ResponseWriter, *http.Request) bool
		kind   connectors.Kind
		says   string
	}{
		{what: "client credentials are switched off", app: linearsim.App{NoClientCredentials: true}, kind: connectors.Auth, says: `switch on "Client credentials"`},
		{what: "a wrong secret", change: func(o *Options) { o.ClientSecret = "wrong VERYSECRET" }, kind: connectors.Auth, says: "check client_id and what client_secret points to"},
		{what: "an app that may not ask for our scopes", app: linearsim.App{Scopes: []string{"read", "write"}}, kind: connectors.Auth, says: "allow the app the scopes"},
		{what: "an app that was removed", say: answer(401, `{"error":"invalid_client","error_description":"gone, says `+testSecret+`"}`), kind: connectors.Auth, says: "gone, says [secret]"},
		{what: "a proxy's page", say: answer(502, "<html>"), kind: connectors.Temporary, says: "HTTP 502"},
		{what: "200 without a token", say: answer(200, "{}"), kind: connectors.Temporary, says: "no access token"},
		{what: "not JSON", say: answer(200, "<html>"), kind: connectors.Temporary, says: "no access token"},
		{what: "too many", say: answer(429, ""), kind: connectors.RateLimited, says: "HTTP 429"},
		{what: "no answer", say: answer(0, ""), kind: connectors.Temporary, says: "ask for an access token"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newApp(t, tt.app)
			w.say = tt.say
			tr := w.tracker(t)
			if tt.change != nil {
				tr = w.tracker(t, tt.change)
			}
			_, read := tr.Pull(t.Context(), "")
			write := tr.mutate(t.Context(), "edit", new(updateComment), named("c", "input", CommentUpdateInput{Body: "x"}))
			for _, err := range []error{read, write} {
				if connectors.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v (%s)\nwant %s that says %q", err, connectors.KindOf(err), tt.kind, tt.says)
				}
				if strings.Contains(err.Error()+w.logs.String(), "VERYSECRET") {
					t.Errorf("the secret is told: %v\n%s", err, w.logs.String())
				}
			}
		})
	}
}

// A token that is refused even when new is asked for once for each request, and
// the advice is an app's.
func TestNewTokenRefused(t *testing.T) {
	w := newApp(t, linearsim.App{})
	w.say = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/oauth/token" {
			return false
		}
		rw.WriteHeader(http.StatusUnauthorized)
		_, _ = rw.Write([]byte(`{"errors":[{"message":"Authentication required","extensions":{"code":"AUTHENTICATION_ERROR"}}]}`))
		return true
	}
	_, err := w.tracker(t).Pull(t.Context(), "")
	var e *connectors.Error
	if !errors.As(err, &e) || e.Kind != connectors.Auth || e.Try != tryApp {
		t.Errorf("got %v", err)
	}
	if n := w.Count("oauth/token"); n != 2 {
		t.Errorf("%d tokens asked for, want 2", n)
	}
}

// The scopes come as one string, or as a list for old apps.
func TestScopesOfAToken(t *testing.T) {
	for _, list := range []bool{false, true} {
		w := newApp(t, linearsim.App{})
		w.Configure(func(s *linearsim.Settings) { s.ScopeAsList = list })
		probes, err := w.tracker(t).Check(t.Context())
		if err != nil || len(probes) < 2 || probes[1].What != "scopes" || !probes[1].OK || probes[1].Detail != "initiative:read, initiative:write, read, write" {
			t.Errorf("list %t: %+v, %v", list, probes, err)
		}
	}
}

// An app's comment that comes without a user is still ours; a person's is not.
func TestCommentsOfAnAppWithoutUser(t *testing.T) {
	w := newApp(t, linearsim.App{})
	w.Configure(func(s *linearsim.Settings) { s.AppCommentsWithoutUser = true })
	tr := w.tracker(t)
	c := roadmap.Change{
		Key: w.issue, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.CreateComment,
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", w.issue, 0)}, Text: roadmap.Text{{roadmap.Say("No goal.")}},
	}
	for range 2 { // the second is refused as there already, and so delivered
		if r := tr.Apply(t.Context(), []roadmap.Change{c}); r[0].Err != nil || r[0].Remote != c.Mark.ID {
			t.Fatalf("%+v", r[0])
		}
	}
	found, err := tr.Comments(t.Context(), []roadmap.Item{{Key: w.issue}})
	if err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}

// Who goes from a key to an app is told so, and not that a person deleted the
// comment.
func TestCommentOfAnotherAccountOfOurs(t *testing.T) {
	w := newApp(t, linearsim.App{})
	w.AddKey(testToken, w.AddUser(linearsim.User{Name: "Bot", Active: true}).ID)
	c := roadmap.Change{
		Key: w.issue, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.CreateComment,
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", w.issue, 0)}, Text: roadmap.Text{{roadmap.Say("No goal.")}},
	}
	before := w.tracker(t, func(o *Options) { o.Token, o.ClientID, o.ClientSecret = testToken, "", "" })
	if r := before.Apply(t.Context(), []roadmap.Change{c})[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	r := w.tracker(t).Apply(t.Context(), []roadmap.Change{c})[0]
	if connectors.KindOf(r.Err) != connectors.Forbidden || !strings.Contains(r.Err.Error(), "by another account") {
		t.Errorf("got %v", r.Err)
	}
}
