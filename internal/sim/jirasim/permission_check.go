package jirasim

import (
	"net/http"
	"strconv"
)

// maxChecked is how many projects, and how many issues, one check takes.
const maxChecked = 1000

// checkPermissions answers POST /permissions/check: for each permission, the
// projects and issues in which the account has it. Ids that do not exist or may
// not be seen are passed over.
func (s *Server) checkPermissions(c *call) reply {
	var req struct {
		AccountID string   `json:"accountId"`
		Global    []string `json:"globalPermissions"`
		Project   []struct {
			Issues      []int64  `json:"issues"`
			Projects    []int64  `json:"projects"`
			Permissions []string `json:"permissions"`
		} `json:"projectPermissions"`
	}
	if err := c.decode(&req, true); err != nil {
		return badPayload()
	}
	who := c.user
	if req.AccountID != "" && (who == nil || req.AccountID != who.AccountID) {
		if !may(who, nil, "ADMINISTER") {
			return fail(http.StatusForbidden, "You are not authorized to perform this operation. Administrator privileges are required.")
		}
		who = s.users[req.AccountID]
	}
	known := knownPermissions()
	global := []string{}
	for _, key := range req.Global {
		if key == "" {
			continue
		}
		if known[key] != "GLOBAL" {
			return fail(http.StatusBadRequest, "Unrecognized permission: "+key)
		}
		if may(who, nil, key) {
			global = append(global, key)
		}
	}
	granted := []any{}
	for _, ask := range req.Project {
		if len(ask.Issues) > maxChecked || len(ask.Projects) > maxChecked {
			return fail(http.StatusBadRequest, "At most 1000 projects and 1000 issues can be checked.")
		}
		if len(ask.Permissions) == 0 {
			return fail(http.StatusBadRequest, "At least one project permission must be provided.")
		}
		for _, key := range ask.Permissions {
			if key == "" {
				continue
			}
			if known[key] != "PROJECT" {
				return fail(http.StatusBadRequest, "Unrecognized permission: "+key)
			}
			projects, issues := []int64{}, []int64{}
			for _, id := range ask.Projects {
				if p := s.projectByID(strconv.FormatInt(id, 10)); p != nil && browsable(who, p) && may(who, p, key) {
					projects = append(projects, id)
				}
			}
			for _, id := range ask.Issues {
				r := s.issues[itoa(id)]
				if who != nil && s.visible(who, r) && may(who, s.projects[r.Project], key) {
					issues = append(issues, id)
				}
			}
			granted = append(granted, map[string]any{"permission": key, "projects": projects, "issues": issues})
		}
	}
	return ok(map[string]any{"globalPermissions": global, "projectPermissions": granted})
}

func (s *Server) projectByID(id string) *project {
	for _, p := range s.projects {
		if p.ID == id {
			return p
		}
	}
	return nil
}
