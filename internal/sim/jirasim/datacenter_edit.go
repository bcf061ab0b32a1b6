package jirasim

import (
	"encoding/json"
	"net/http"
)

// applyFieldDC sets the fields whose values are other than on Cloud. done is
// false for all the others; msg tells what is wrong with the value.
func (s *Server) applyFieldDC(c *call, next *Issue, field string, raw json.RawMessage) (msg string, done bool) {
	wrongType := "data was not of the expected type for field '" + field + "'."
	var key string
	switch field {
	case "assignee":
		id, msg := s.accountOf(raw, field)
		next.Assignee = id
		return msg, true
	case DCEpicLinkField, DCParentLinkField:
		if string(raw) != "null" && json.Unmarshal(raw, &key) != nil {
			return wrongType, true
		}
		above := s.readable(c, key)
		switch {
		case key != "" && above == nil:
			return "Issue '" + key + "' does not exist or you do not have permission to see it.", true
		case key != "" && field == DCEpicLinkField && above.Level != 1:
			return "Issue '" + key + "' is not an epic.", true
		case key != "" && field == DCParentLinkField && above.Level <= next.Level:
			return "Issue '" + key + "' cannot be the parent of this issue.", true
		case field == DCParentLinkField:
			next.EpicLink = s.epicLinkDC(next) // the epic may have been named as the parent
			next.ParentKey = key
		case s.epicLinkDC(next) != key:
			if next.Level == 0 && next.EpicLink == "" {
				next.ParentKey = "" // the epic was named there
			}
			next.EpicLink = key
		}
		return "", true
	case DCEpicNameField:
		if json.Unmarshal(raw, &next.EpicName) != nil {
			return wrongType, true
		}
		return "", true
	case DCEpicStatusField:
		var option struct{ Value string }
		if json.Unmarshal(raw, &option) != nil {
			return wrongType, true
		}
		next.EpicStatus = option.Value
		return "", true
	}
	for _, f := range s.fields {
		if f.ID == field && f.Type == "user" {
			id, msg := s.accountOf(raw, field)
			if msg == "" {
				s.setCustom(next, field, id)
			}
			return msg, true
		}
	}
	return "", false
}

func (*Server) setCustom(next *Issue, field, value string) {
	if next.Custom == nil {
		next.Custom = map[string]any{}
	}
	if next.Custom[field] = value; value == "" {
		delete(next.Custom, field)
	}
}

// putArchived answers PUT /issue/{issueIdOrKey}/archive and restore, which are
// for administrators of the project.
func (s *Server) putArchived(c *call, archived bool) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	switch {
	case r == nil:
		return noIssue()
	case !may(c.user, s.projects[r.Project], "ADMINISTER_PROJECTS"):
		return fail(http.StatusForbidden, "You do not have the permission to archive or restore issues in this project.")
	}
	s.archive(r, c.user.AccountID, archived)
	return reply{status: http.StatusNoContent}
}

// accountOf reads a person as {"name": "fred"}, null for nobody.
func (s *Server) accountOf(raw json.RawMessage, field string) (id, msg string) {
	if string(raw) == "null" {
		return "", ""
	}
	var who struct {
		Name *string `json:"name"`
	}
	if json.Unmarshal(raw, &who) != nil || who.Name == nil {
		return "", "expected 'name' property to be present"
	}
	if *who.Name == "" {
		return "", ""
	}
	u := s.userNamed(*who.Name)
	if u == nil {
		return "", "User '" + *who.Name + "' does not exist."
	}
	return u.AccountID, ""
}
