package jirasim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// knownPermissions are the built-in permissions that the site tells apart, each
// with GLOBAL or PROJECT.
func knownPermissions() map[string]string {
	return map[string]string{
		"ADMINISTER": "GLOBAL", "USER_PICKER": "GLOBAL", "BULK_CHANGE": "GLOBAL",
		"ADMINISTER_PROJECTS": "PROJECT", "BROWSE_PROJECTS": "PROJECT", "CREATE_ISSUES": "PROJECT", "EDIT_ISSUES": "PROJECT",
		"ADD_COMMENTS": "PROJECT", "EDIT_OWN_COMMENTS": "PROJECT", "EDIT_ALL_COMMENTS": "PROJECT",
		"DELETE_OWN_COMMENTS": "PROJECT", "DELETE_ALL_COMMENTS": "PROJECT", "LINK_ISSUES": "PROJECT",
		"SERVICEDESK_AGENT": "PROJECT", "ASSIGN_ISSUES": "PROJECT", "ASSIGNABLE_USER": "PROJECT", "TRANSITION_ISSUES": "PROJECT",
	}
}

// may tells whether an account holds a permission in a project; nil stands for
// any project.
func may(u *account, p *project, permission string) bool {
	if u == nil || (p != nil && p.Hidden) {
		return false
	}
	if have, set := granted(u, p, permission); set {
		return have
	}
	if u.Type == "customer" {
		return false
	}
	switch permission {
	case "ADMINISTER", "ADMINISTER_PROJECTS", "BULK_CHANGE":
		return u.Admin
	case "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS":
		return u.Admin && (p == nil || !p.ReadOnly)
	case "SERVICEDESK_AGENT":
		return p == nil || p.Type == "service_desk"
	case "BROWSE_PROJECTS", "USER_PICKER":
		return true
	}
	return p == nil || !p.ReadOnly
}

// getMyPermissions answers GET /mypermissions, whose `permissions` parameter is
// required on Cloud.
func (s *Server) getMyPermissions(c *call) reply {
	q := c.URL.Query()
	asked := strings.FieldsFunc(q.Get("permissions"), func(r rune) bool { return r == ',' })
	if s.dc != nil {
		if c.user == nil {
			return s.getMyself(c)
		}
		asked = slices.Collect(maps.Keys(knownPermissions())) // all of them, whatever is asked for
	}
	if len(asked) == 0 {
		return fail(http.StatusBadRequest, "The 'permissions' query parameter is required.")
	}
	var p *project
	for _, name := range []string{"projectKey", "projectId"} {
		if v := q.Get(name); v != "" {
			if p = s.projectFor(c, v); p == nil {
				return fail(http.StatusNotFound, "No project could be found with key '"+v+"'.")
			}
		}
	}
	for _, name := range []string{"issueKey", "issueId"} {
		if v := q.Get(name); v != "" {
			r := s.readable(c, v)
			if r == nil {
				return noIssue()
			}
			p = s.projects[r.Project]
		}
	}
	known, out := knownPermissions(), map[string]any{}
	for _, key := range asked {
		key = strings.TrimSpace(key)
		kind, ok := known[key]
		if !ok {
			return fail(http.StatusBadRequest, "Unrecognized permission: "+key)
		}
		name := strings.ReplaceAll(strings.ToLower(key), "_", " ")
		out[key] = map[string]any{
			"id": "-1", "key": key, "name": strings.ToUpper(name[:1]) + name[1:], "type": kind,
			"description": "", "havePermission": may(c.user, p, key),
		}
	}
	return ok(map[string]any{"permissions": out})
}

// readable gives the issue with this id or key, nil where the visitor may not
// see it.
func (s *Server) readable(c *call, idOrKey string) *record {
	r := s.find(idOrKey)
	if !c.reads() || !s.visible(c.user, r) {
		return nil
	}
	return r
}
