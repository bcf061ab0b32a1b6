package jirasim

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// admit lets a REST request in, or answers it: 401 to a wrong credential and to
// nobody who wants to write, 429 to who asks too often.
//
// That a wrong password is answered with a page of HTML is on record
// (jira.atlassian.com ID-6351, github.com/solidify/jira-azuredevops-migrator
// issue 3); what a wrong personal access token gets is not, so it gets the JSON
// that /myself gives to nobody, and clients have to stand both.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	v := s.identify(r)
	s.tellName(v, w.Header())
	bearer := len(r.Header.Get("Authorization")) > 7 && strings.EqualFold(r.Header.Get("Authorization")[:7], "bearer ")
	switch {
	case v.refused && !s.dc.FallBack && bearer:
		r.Header.Set("Accept", "application/json")
		writeStatus(w, r, http.StatusUnauthorized, "Client must be authenticated to access this resource.")
		return false
	case v.refused && !s.dc.FallBack:
		w.Header().Set("WWW-Authenticate", `OAuth realm="`+s.siteOf(r)+`"`)
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("<html><head><title>Unauthorized (401)</title></head><body><h1>Encountered a <q>401 - Unauthorized</q> error " +
			"while loading this page.</h1><p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p></body></html>"))
		return false
	case v.user == nil && isWrite(r.Method, r.URL.Path):
		r.Header.Set("Accept", "application/json")
		writeStatus(w, r, http.StatusUnauthorized, "You are not authenticated. Authentication required to perform this operation.")
		return false
	}
	if !s.buckets.take(w.Header(), v.id(), s.now()) {
		r.Header.Set("Accept", "application/json")
		writeStatus(w, r, http.StatusTooManyRequests, "Rate limit exceeded.")
		return false
	}
	return true
}

// tellName sets the headers by which a server tells who it took the visitor for:
// OUT is Seraph's word for who has not signed in.
func (s *Server) tellName(v visitor, h http.Header) {
	switch {
	case v.refused:
		h.Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
		h.Set("X-AUSERNAME", "anonymous")
	case v.user == nil:
		h.Set("X-Seraph-LoginReason", "OUT")
		h.Set("X-AUSERNAME", "anonymous")
	default:
		h.Set("X-Seraph-LoginReason", "OK")
		h.Set("X-AUSERNAME", url.QueryEscape(v.user.Username))
	}
}

// id is the account id of who is signed in, "" for nobody.
func (v visitor) id() string {
	if v.user == nil {
		return ""
	}
	return v.user.AccountID
}

// reads reports whether the visitor may read what is open to all who are signed in.
func (v visitor) reads() bool { return v.user != nil || v.public }

// RenameUser gives an account another user name, as an administrator of a Data
// Center site does: its key stays, all that it did stays its own, and it signs
// in with the new name and the same password from now on.
func (s *Server) RenameUser(accountID, username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[accountID]
	if u == nil {
		return fmt.Errorf("rename user: there is no user %q; add them first", accountID)
	}
	if other := s.userNamed(username); username == "" || (other != nil && other != u) {
		return fmt.Errorf("rename user %s: the name %q is empty or taken", accountID, username)
	}
	old := basicCredential(u.Username, "")
	for credential, id := range s.tokens {
		if password, its := strings.CutPrefix(credential, old); its && id == accountID {
			delete(s.tokens, credential)
			s.tokens[basicCredential(username, password)] = id
		}
	}
	renamed := *u
	renamed.Username = username
	s.users[accountID] = &renamed
	return nil
}

// userNamed gives the account with a user name, in either case; nil for none.
func (s *Server) userNamed(username string) *account {
	for _, u := range s.users {
		if strings.EqualFold(u.Username, username) {
			return u
		}
	}
	return nil
}

// userKeyed gives the account with a user key; nil for none.
func (s *Server) userKeyed(key string) *account {
	for _, u := range s.users {
		if u.UserKey == key {
			return u
		}
	}
	return nil
}

// getUserDC answers GET /user, which takes a user name or a user key.
func (s *Server) getUserDC(c *call) reply {
	name, key := c.URL.Query().Get("username"), c.URL.Query().Get("key")
	u := s.userNamed(name)
	if u == nil && key != "" {
		u = s.userKeyed(key)
	}
	switch {
	case c.user == nil:
		return fail(http.StatusUnauthorized, "You are not authenticated. Authentication required to perform this operation.")
	case name == "" && key == "":
		return fail(http.StatusBadRequest, "Either the 'username' or the 'key' query parameter must be provided.")
	case u == nil:
		return fail(http.StatusNotFound, "The user named '"+cmp.Or(name, key)+"' does not exist")
	}
	return ok(s.userView(c, u.AccountID))
}
