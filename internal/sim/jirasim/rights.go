package jirasim

import (
	"fmt"
	"slices"
)

// right is one permission in one project; an empty project stands for all.
type right struct{ project, permission string }

// SetPermission gives an account a permission in a project or takes it away,
// whatever the flags of both say. An empty project stands for every project; an
// empty account stands for everybody, who then needs a project. What is said of
// the account in this project goes first, then what is said of the account
// everywhere, then what is said of everybody in the project. Without
// BROWSE_PROJECTS a project is, for the account, as if it did not exist. No
// issue's `updated` moves.
func (s *Server) SetPermission(accountID, projectKey, permission string, have bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, p := s.users[accountID], s.projects[projectKey]
	switch {
	case knownPermissions()[permission] == "":
		return fmt.Errorf("set permission: %q is none that the site knows; see GET /mypermissions", permission)
	case accountID != "" && u == nil:
		return fmt.Errorf("set permission %s: there is no user %q; add them first", permission, accountID)
	case projectKey != "" && p == nil:
		return fmt.Errorf("set permission %s: there is no project %q; add it first", permission, projectKey)
	case u == nil && p == nil:
		return fmt.Errorf("set permission %s: name an account, a project, or both", permission)
	case u == nil:
		if p.rights == nil {
			p.rights = map[string]bool{}
		}
		p.rights[permission] = have
	default:
		if u.rights == nil {
			u.rights = map[right]bool{}
		}
		u.rights[right{projectKey, permission}] = have
	}
	return nil
}

// granted gives what SetPermission said; set is false where it said nothing.
func granted(u *account, p *project, permission string) (have, set bool) {
	if p != nil {
		if have, set = u.rights[right{p.Key, permission}]; set {
			return have, true
		}
	}
	if have, set = u.rights[right{"", permission}]; set || p == nil {
		return have, set
	}
	have, set = p.rights[permission]
	return have, set
}

// Hide takes an issue from the sight of some accounts, or of everybody where
// none is named, as a security level does. Its `updated` stays as it was, unlike
// with Edit.
func (s *Server) Hide(key string, accountIDs ...string) error {
	return s.secure(key, func(r *record) {
		r.Hidden = r.Hidden || len(accountIDs) == 0
		for _, id := range accountIDs {
			if !slices.Contains(r.hiddenFrom, id) {
				r.hiddenFrom = append(r.hiddenFrom, id)
			}
		}
	})
}

// Show is the reverse of Hide; without an account it shows the issue to everybody.
func (s *Server) Show(key string, accountIDs ...string) error {
	return s.secure(key, func(r *record) {
		if len(accountIDs) == 0 {
			r.Hidden, r.hiddenFrom = false, nil
		}
		r.hiddenFrom = slices.DeleteFunc(r.hiddenFrom, func(id string) bool { return slices.Contains(accountIDs, id) })
	})
}

func (s *Server) secure(key string, change func(*record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.find(key)
	if old == nil {
		return fmt.Errorf("hide or show: there is no issue %s", key)
	}
	r := old.copy()
	change(r)
	s.put(r)
	return nil
}

// visible reports whether an account may see the issue. nil stands for nobody in
// particular, at the pages or on a public site, who sees what is not hidden from
// everybody.
func (s *Server) visible(u *account, r *record) bool {
	if r == nil || r.Hidden {
		return false
	}
	p := s.projects[r.Project]
	if p == nil || p.Hidden || p.gone == projectDeleted {
		return false
	}
	if u == nil {
		return p.open()
	}
	return !slices.Contains(r.hiddenFrom, u.AccountID) && may(u, p, "BROWSE_PROJECTS")
}

// searchable reports whether a search by the account may bring the issue: what
// is archived can be read by its key only.
func (s *Server) searchable(u *account, r *record) bool {
	return s.visible(u, r) && r.archived == nil && s.projects[r.Project].gone == ""
}

// open reports whether BROWSE_PROJECTS was not taken from everybody.
func (p *project) open() bool {
	have, set := p.rights["BROWSE_PROJECTS"]
	return have || !set
}

// browsable reports whether the project is there for an account.
func browsable(u *account, p *project) bool {
	return p.gone == "" && may(u, p, "BROWSE_PROJECTS")
}

// browses reports whether the project is there for a visitor.
func (v visitor) browses(p *project) bool {
	if v.user == nil {
		return v.public && p.gone == "" && !p.Hidden && p.open()
	}
	return browsable(v.user, p)
}
