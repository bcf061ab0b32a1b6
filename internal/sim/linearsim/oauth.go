package linearsim

import (
	"cmp"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// App is an OAuth application that is installed in the workspace and acts as a
// user of its own (linear.app/developers/oauth-2-0-authentication).
type App struct {
	Name, ClientID, ClientSecret string
	// NoClientCredentials leaves the client_credentials grant switched off, as
	// it is until somebody switches it on in the app's settings.
	NoClientCredentials bool
	// Scopes are what the app may ask for; nil: all but admin, which no app
	// that acts for itself can have.
	Scopes []string
	// Lifetime is how long a token is good for; zero: 2,591,999 seconds, about
	// thirty days.
	Lifetime time.Duration
}

type app struct {
	App
	user string
}

// tokenLifetime is what the real service answers as expires_in.
const tokenLifetime = 2_591_999 * time.Second

// tokenRoot stands for a request for a token where a request for data has its
// root fields: in the log and in faults.
const tokenRoot = "oauth/token"

var appScopes = []string{
	"read", "write", "issues:create", "comments:create", "timeSchedule:write", "app:assignable", "app:mentionable",
	"customer:read", "customer:write", "initiative:read", "initiative:write",
}

// AddApp installs an app and gives the user that it acts as.
func (s *Server) AddApp(a App) User {
	a.Lifetime = cmp.Or(a.Lifetime, tokenLifetime)
	if a.Scopes == nil {
		a.Scopes = appScopes
	}
	u := s.AddUser(User{Name: cmp.Or(a.Name, a.ClientID), Active: true, App: true})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[a.ClientID] = &app{a, u.ID}
	return u
}

// RevokeTokens makes every token of an app invalid, as an admin does who
// revokes the app's access.
func (s *Server) RevokeTokens(clientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke(s.apps[clientID])
}

func (s *Server) revoke(a *app) {
	maps.DeleteFunc(s.keys, func(_ string, k *access) bool { return a != nil && k.app == a })
}

// serveToken answers POST /oauth/token for the client_credentials grant.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	err := r.ParseForm()

	s.mu.Lock()
	entry := Request{Time: s.now(), Operation: tokenRoot, Roots: []string{tokenRoot}}
	fault := s.strike(entry.Roots)
	out := wire{status: http.StatusServiceUnavailable, kind: "text/plain"}
	if fault.runs() {
		switch {
		case kind != "application/x-www-form-urlencoded" || err != nil:
			out = tokenRefused(http.StatusBadRequest, "invalid_request", "The request must be form-encoded.")
		default:
			out = s.mint(r.PostForm.Get)
		}
	}
	out = fault.spoil(out)
	entry.Status, entry.Fault = out.status, fault.kind()
	s.log.add(entry)
	s.mu.Unlock()
	out.send(w)
}

// mint makes a token. All tokens of an app have the same scopes: one that asks
// for others takes the place of every older one.
func (s *Server) mint(form func(string) string) wire {
	a := s.apps[form("client_id")]
	switch {
	case a == nil || form("client_secret") != a.ClientSecret:
		return tokenRefused(http.StatusUnauthorized, "invalid_client", "Invalid client: client id or client secret is wrong")
	case form("grant_type") != "client_credentials":
		return tokenRefused(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: `grant_type` is invalid")
	case a.NoClientCredentials:
		return tokenRefused(http.StatusBadRequest, "Error", "Client does not support the client_credentials grant type")
	}
	scopes := strings.FieldsFunc(form("scope"), func(r rune) bool { return r == ',' || r == ' ' })
	for _, sc := range scopes {
		if !slices.Contains(a.Scopes, sc) {
			return tokenRefused(http.StatusBadRequest, "invalid_scope", "Invalid scope: "+sc)
		}
	}
	scopes = withID(scopes, "read") // is always there
	slices.Sort(scopes)
	for _, k := range s.keys {
		if k.app == a && !slices.Equal(k.scopes, scopes) {
			s.revoke(a)
			break
		}
	}
	if u := s.users.get(a.user); slices.Contains(scopes, "app:mentionable") {
		u.Mentionable = true
	}
	token := "lin_oauth_" + strings.ReplaceAll(s.newID(), "-", "")
	s.keys[token] = &access{user: a.user, app: a, scopes: scopes, expires: s.now().Add(a.Lifetime)}
	var scope any = strings.Join(scopes, " ")
	if s.settings.ScopeAsList {
		scope = scopes
	}
	return tokenAnswer(http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(a.Lifetime.Seconds()), "scope": scope,
	})
}

func tokenRefused(status int, code, description string) wire {
	return tokenAnswer(status, map[string]any{"error": code, "error_description": description})
}

func tokenAnswer(status int, body map[string]any) wire {
	raw, _ := json.Marshal(body) // strings and numbers of our own always marshal
	return wire{status: status, kind: jsonType, body: raw}
}
