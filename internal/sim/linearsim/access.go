package linearsim

import (
	"slices"
	"strings"
	"time"
)

// access is what a key or a token opens.
type access struct {
	user    string
	app     *app      // whose token it is; nil for a personal API key
	scopes  []string  // nil: all
	teams   []string  // keys of the only teams that it sees; nil: all that are not private
	expires time.Time // zero: never
}

// LimitKey narrows what an API key may do to scopes: read, write, issues:create,
// comments:create or admin. With none the key may do everything again.
func (s *Server) LimitKey(apiKey string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.keys[apiKey]; a != nil {
		a.scopes = copyIDs(scopes)
	}
}

// RestrictKey lets a key or a token see only these teams, by their keys, and
// what belongs to them. With none it sees all that are not private again.
func (s *Server) RestrictKey(apiKey string, teamKeys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.keys[apiKey]; a != nil {
		a.teams = copyIDs(teamKeys)
	}
}

// authenticate finds what an Authorization header opens, and for whom.
func (s *Server) authenticate(header string) (*User, *access, *apiError) {
	key := header
	if token, bearer := strings.CutPrefix(header, "Bearer "); bearer {
		if strings.HasPrefix(token, "lin_api_") {
			return nil, nil, keyAsBearer()
		}
		key = token
	}
	a := s.keys[key]
	if a == nil || !a.expires.IsZero() && !s.now().Before(a.expires) {
		return nil, nil, unauthenticated()
	}
	u := s.users.get(a.user)
	if u == nil || !u.Active {
		return nil, nil, unauthenticated()
	}
	return u, a, nil
}

// may refuses a root field that the plan does not include or that the key has
// no scope for (linear.app/developers, "OAuth actor authorization": an app
// touches initiatives with scopes of their own).
func (v *view) may(root string, mutation bool, args map[string]any) *apiError {
	ofInitiatives := strings.HasPrefix(root, "initiative")
	if input, ok := args["input"].(map[string]any); ok && text(input, "initiativeId") != "" {
		ofInitiatives = true
	}
	switch {
	case ofInitiatives && v.s.settings.NoInitiatives:
		return noFeature("Initiatives")
	case v.s.settings.NoInitiativeLabels && strings.HasPrefix(root, "initiative") && strings.Contains(root, "Label"):
		return noFeature("Labels of initiatives")
	case !mutation && ofInitiatives && v.access.app != nil:
		return v.needs("initiative:read")
	case !mutation:
		return v.needs("read")
	case ofInitiatives && v.access.app != nil:
		return v.needs("initiative:write")
	case root == "commentCreate":
		return v.needs("write", "comments:create")
	case root == "issueUpdate": // allowed under issues:create since December 2025
		return v.needs("write", "issues:create")
	}
	return v.needs("write")
}

// needs refuses a key that has none of these scopes, naming the first.
func (v *view) needs(scopes ...string) *apiError {
	if v.access.scopes == nil || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(v.access.scopes, s) }) {
		return nil
	}
	return v.s.forbidden("Invalid scope: `" + scopes[0] + "` required")
}
