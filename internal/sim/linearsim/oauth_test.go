package linearsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

// minted is an answer for a token.
type minted struct {
	status           int
	AccessToken      string          `json:"access_token"`
	TokenType        string          `json:"token_type"`
	ExpiresIn        int             `json:"expires_in"`
	Scope            json.RawMessage `json:"scope"`
	Error            string          `json:"error"`
	ErrorDescription string          `json:"error_description"`
}

// mint asks for a token; fields is a query string, such as scope=read.
func (w *world) mint(fields string) minted {
	w.t.Helper()
	form, err := url.ParseQuery(fields)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, usual := range map[string]string{"grant_type": "client_credentials", "client_id": "alignd", "client_secret": "s3cret"} {
		if !form.Has(name) {
			form.Set(name, usual)
		}
	}
	res, err := http.PostForm(w.url+"/oauth/token", form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	m := minted{status: res.StatusCode}
	if err := json.Unmarshal(raw, &m); err != nil {
		w.t.Fatalf("%v: %s", err, raw)
	}
	return m
}

func (w *world) withApp() linearsim.User {
	return w.AddApp(linearsim.App{Name: "alignd", ClientID: "alignd", ClientSecret: "s3cret"})
}

func TestWhoGetsAToken(t *testing.T) {
	w := newWorld(t)
	w.withApp()
	w.AddApp(linearsim.App{ClientID: "off", ClientSecret: "s3cret", NoClientCredentials: true})
	w.AddApp(linearsim.App{ClientID: "small", ClientSecret: "s3cret", Scopes: []string{"read"}})
	for _, c := range []struct {
		name, fields string
		status       int
		scope, says  string // scope as JSON, or error: description
	}{
		{"commas", "scope=read,write", 200, `"read write"`, ""},
		{"spaces", "scope=write+read", 200, `"read write"`, ""},
		{"read is always there", "scope=comments:create", 200, `"comments:create read"`, ""},
		{"none is read", "", 200, `"read"`, ""},
		{"initiatives", "scope=read,write,initiative:read,initiative:write", 200, `"initiative:read initiative:write read write"`, ""},
		{"a wrong secret", "client_secret=guess", 401, "", "invalid_client: "},
		{"no such app", "client_id=other", 401, "", "invalid_client: "},
		{"another grant", "grant_type=password", 400, "", "unsupported_grant_type: "},
		{"not switched on", "client_id=off", 400, "", "Error: Client does not support the client_credentials grant type"},
		{"a scope that is none", "scope=read,offline_access", 400, "", "invalid_scope: Invalid scope: offline_access"},
		{"a scope that no app actor has", "scope=admin", 400, "", "invalid_scope: Invalid scope: admin"},
		{"a scope that this app has not", "client_id=small&scope=write", 400, "", "invalid_scope: Invalid scope: write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := w.mint(c.fields)
			if got := m.Error + ": " + m.ErrorDescription; m.status != c.status || string(m.Scope) != c.scope || c.says != "" && !strings.HasPrefix(got, c.says) {
				t.Errorf("got %+v", m)
			}
			if (m.AccessToken == "") == (c.status == 200) || c.status == 200 && (m.ExpiresIn != 2591999 || m.TokenType != "Bearer") {
				t.Errorf("token: %+v", m)
			}
		})
	}
	w.Configure(func(s *linearsim.Settings) { s.ScopeAsList = true })
	if m := w.mint("scope=read,write"); string(m.Scope) != `["read","write"]` {
		t.Errorf("scope as a list: %s", m.Scope)
	}
	res, err := http.Post(w.url+"/oauth/token", "application/json", strings.NewReader(`{"client_id":"alignd"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("JSON instead of a form: %d", res.StatusCode)
	}
	if n := w.Count("oauth/token"); n != 14 {
		t.Errorf("counted %d requests for tokens", n)
	}
}

func TestLifeOfAToken(t *testing.T) {
	w := newWorld(t)
	app := w.withApp()
	works := func(m minted) bool {
		t.Helper()
		r := w.postAs("Bearer "+m.AccessToken, `{ viewer { id app isMe } }`, nil)
		if r.status == 401 {
			r.fails(401, "AUTHENTICATION_ERROR", "")
			return false
		}
		r.want(`{"viewer":{"id":"` + app.ID + `","app":true,"isMe":true}}`)
		return true
	}
	first := w.mint("scope=read,write")
	w.clock.move(24 * time.Hour)
	second := w.mint("scope=write,read")
	if !works(first) || !works(second) {
		t.Error("a token of the same scopes revoked another")
	}
	w.clock.move(29*24*time.Hour + time.Hour)
	if works(first) || !works(second) {
		t.Error("the first must have expired after about thirty days, and the second not yet")
	}
	if third := w.mint("scope=read"); works(second) || !works(third) {
		t.Error("other scopes revoke every older token")
	}
	fourth := w.mint("scope=read")
	w.RevokeTokens("alignd")
	if works(fourth) || !works(w.mint("scope=read")) {
		t.Error("revoked tokens are dead, and a new one can be had")
	}
}

func TestScopes(t *testing.T) {
	w := newWorld(t)
	w.withApp()
	w.AddKey("lin_api_narrow", w.ana.ID)
	label := w.AddLabel(linearsim.InitiativeLabel, "bet")
	comment := func(on, id string) string {
		return `mutation { commentCreate(input: {` + on + `: "` + id + `", body: "x"}) { success } }`
	}
	const read = `{ issues { nodes { id } } }`
	for _, c := range []struct{ name, key, scopes, query, needs string }{
		{"reading", "app", "read", read, ""},
		{"writing without write", "app", "read", `mutation { issueUpdate(id: "ENG-1", input: {priority: 1}) { success } }`, "write"},
		{"an edit under issues:create", "app", "issues:create", `mutation { issueUpdate(id: "ENG-1", input: {priority: 1}) { success } }`, ""},
		{"a label under issues:create", "app", "issues:create", `mutation { issueAddLabel(id: "ENG-1", labelId: "` + w.needsGoal.ID + `") { success } }`, "write"},
		{"a comment under comments:create", "app", "comments:create", comment("issueId", "ENG-1"), ""},
		{"an edit of a comment under comments:create", "app", "comments:create", `mutation { commentUpdate(id: "x", input: {body: "y"}) { success } }`, "write"},
		{"initiatives", "app", "read,write", `{ initiatives { nodes { id } } }`, "initiative:read"},
		{"the edge table", "app", "read,write", `{ initiativeToProjects { nodes { id } } }`, "initiative:read"},
		{"initiatives, allowed", "app", "initiative:read", `{ initiatives { nodes { id } } }`, ""},
		{"a label of an initiative", "app", "write,initiative:read", `mutation { initiativeAddLabel(id: "` + w.growth.ID + `", labelId: "` + label.ID + `") { success } }`, "initiative:write"},
		{"a comment on an initiative", "app", "write,initiative:read", comment("initiativeId", w.growth.ID), "initiative:write"},
		{"a comment on an initiative, allowed", "app", "write,initiative:write", comment("initiativeId", w.growth.ID), ""},
		{"a key that may do everything", "key", "", comment("issueId", "ENG-1"), ""},
		{"a key that reads", "key", "read", comment("issueId", "ENG-1"), "write"},
		{"a key that only writes", "key", "write", read, "read"},
		{"a person's key has no scopes for initiatives", "key", "read", `{ initiatives { nodes { id } } }`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			auth := "lin_api_narrow"
			if c.key == "app" {
				auth = "Bearer " + w.mint("scope="+c.scopes).AccessToken
			} else {
				w.LimitKey(auth, strings.FieldsFunc(c.scopes, func(r rune) bool { return r == ',' })...)
			}
			r := w.postAs(auth, c.query, nil)
			if c.needs == "" {
				if r.status != 200 || len(r.Errors) > 0 {
					t.Error(r.body)
				}
				return
			}
			r.fails(200, "FORBIDDEN", "Invalid scope: `"+c.needs+"` required")
			if string(r.Data) != "null" {
				t.Errorf("refused, yet with data: %s", r.body)
			}
		})
	}
	w.t = t
	w.Configure(func(s *linearsim.Settings) { s.ForbiddenStatus = 403 })
	w.LimitKey("lin_api_narrow", "read")
	w.postAs("lin_api_narrow", comment("issueId", "ENG-1"), nil).fails(403, "FORBIDDEN", "Invalid scope")
}

func TestAppsHaveABudgetOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.withApp()
	r := w.postAs("Bearer "+w.mint("").AccessToken, `{ rateLimitStatus { kind limits { allowedAmount } } }`, nil)
	r.want(`{"rateLimitStatus":{"kind":"oauthApp","limits":[{"allowedAmount":5000},{"allowedAmount":2000000}]}}`)
	if got := r.header.Get("X-RateLimit-Requests-Remaining"); got != "4999" {
		t.Errorf("an app has %s requests left", got)
	}
	if got := w.post(`{ viewer { id } }`, nil).header.Get("X-RateLimit-Requests-Remaining"); got != "2499" {
		t.Errorf("a key has %s requests left", got)
	}
}
