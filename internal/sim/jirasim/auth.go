package jirasim

import (
	"net/http"
	"strings"
	"time"
)

// visitor is who makes a request. Nobody signed in is a visitor too: like many
// endpoints of Jira Cloud, most of ours answer 200 and show such a one nothing.
type visitor struct {
	user    *account // nil: anonymous
	refused bool     // a credential was shown and did not hold
	public  bool     // everybody may read here
}

func (v visitor) zone() *time.Location {
	if v.user == nil {
		return time.UTC
	}
	return v.user.zone
}

func basicCredential(email, token string) string { return "basic\x00" + email + "\x00" + token }
func bearerCredential(token string) string       { return "bearer\x00" + token }

// identify reads the Authorization header. The token of a deactivated account
// does not hold.
func (s *Server) identify(r *http.Request) visitor {
	public := s.dc != nil && s.dc.Public
	header := r.Header.Get("Authorization")
	if header == "" {
		return visitor{public: public}
	}
	var credential string
	if email, token, ok := r.BasicAuth(); ok {
		credential = basicCredential(email, token)
	} else if kind, token, ok := strings.Cut(header, " "); ok && strings.EqualFold(kind, "bearer") {
		credential = bearerCredential(strings.TrimSpace(token))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.tokens[credential]
	if u := s.users[id]; ok && u != nil && u.Active {
		return visitor{user: u}
	}
	return visitor{refused: true, public: public}
}

// mark sets the headers by which Jira Cloud tells who it took the visitor for.
// The first is the only sign of a wrong token on a 200
// (github.com/MrRefactoring/jira.js issue 418 has a full dump).
func (v visitor) mark(h http.Header) {
	if v.refused {
		h.Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
	}
	if v.user != nil {
		h.Set("X-AACCOUNTID", strings.ReplaceAll(v.user.AccountID, ":", "%3A"))
	}
}
