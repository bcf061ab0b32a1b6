package jirasim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) getIssue(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	q := c.URL.Query()
	return ok(s.issueView(c, r, s.selection(commaList(q["fields"]), []string{"*all"}, s.propertyNames(r, commaList(q["properties"])), q.Get("expand"))))
}

// getChangelog gives the whole history, oldest first.
func (s *Server) getChangelog(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	from, to, last := window(c, len(r.history), 100)
	values := []any{}
	for _, ch := range r.history[from:to] {
		values = append(values, s.changeView(c, ch))
	}
	return ok(map[string]any{
		"self": c.site + c.URL.RequestURI(), "startAt": from, "maxResults": 100, "total": len(r.history), "isLast": last, "values": values,
	})
}

// getEditMeta lists the fields on the edit screen.
func (s *Server) getEditMeta(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	fields := map[string]any{}
	add := func(id, name string, schema map[string]any, operations ...string) {
		if s.editable(c, r, id) {
			fields[id] = map[string]any{"required": id == "summary", "schema": schema, "name": name, "key": id, "operations": operations}
		}
	}
	for _, f := range systemFields() {
		schema := map[string]any{"type": cmp.Or(f.kind, "any"), "system": f.id}
		if f.items != "" {
			schema["items"] = f.items
		}
		if f.id == "labels" {
			add(f.id, f.name, schema, "add", "set", "remove")
		} else {
			add(f.id, f.name, schema, "set")
		}
	}
	for _, f := range s.fields {
		if f.shown(c.user, s.projects[r.Project]) {
			add(f.ID, f.Name, map[string]any{"type": f.Type, "custom": f.Custom}, "set")
		}
	}
	return ok(map[string]any{"fields": fields})
}

// editable tells whether a field is on the edit screen for this visitor.
func (s *Server) editable(c *call, r *record, field string) bool {
	p := s.projects[r.Project]
	if !may(c.user, p, "EDIT_ISSUES") {
		return false
	}
	switch field {
	case "labels":
		return !p.NoLabels && !slices.ContainsFunc(p.NoLabelsOn, func(t string) bool { return strings.EqualFold(t, r.Type) })
	case "summary", "assignee", "duedate":
		return true
	case "parent":
		return s.dc == nil
	case s.sprintField:
		return false
	}
	f := s.field(field)
	return f != nil && f.shown(c.user, p)
}

// putIssue answers PUT /issue/{issueIdOrKey}: all of the edit or none of it.
func (s *Server) putIssue(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	var req struct {
		Fields map[string]json.RawMessage              `json:"fields"`
		Update map[string][]map[string]json.RawMessage `json:"update"`
		Props  []struct {
			Key   string          `json:"key"`
			Value json.RawMessage `json:"value"`
		} `json:"properties"`
	}
	if err := c.decode(&req, false); err != nil {
		return badPayload()
	}
	if bad := s.refuseSilence(c, r); bad.status != 0 {
		return bad
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return bad
	}
	next := r.Issue.clone()
	errs := map[string]string{}
	for field, ops := range req.Update {
		if _, twice := req.Fields[field]; twice {
			errs[field] = "Field '" + field + "' cannot be set both in 'fields' and in 'update'."
		} else if msg := s.applyUpdate(c, r, &next, field, ops); msg != "" {
			errs[field] = msg
		}
	}
	for field, raw := range req.Fields {
		if errs[field] == "" {
			if msg := s.applyField(c, r, &next, field, raw); msg != "" {
				errs[field] = msg
			}
		}
	}
	if err := checkLabels(next.Labels); err != nil && errs["labels"] == "" {
		errs["labels"] = err.Error()
	}
	if bad := s.checkLabelCount(&next); bad != "" && errs["labels"] == "" && len(next.Labels) > len(r.Labels) {
		errs["labels"] = bad
	}
	for _, p := range req.Props {
		if msg := checkProperty(p.Key, p.Value); msg != "" {
			errs[p.Key] = msg
		}
	}
	if len(errs) > 0 {
		return reply{http.StatusBadRequest, errorBody{[]string{}, errs}}
	}
	if len(req.Props) > 0 {
		if !may(c.user, s.projects[r.Project], "EDIT_ISSUES") {
			return fail(http.StatusForbidden, "You do not have permission to edit issues in this project.")
		}
		for _, p := range req.Props {
			s.setProperty(r, p.Key, p.Value)
			r = s.issues[r.ID]
		}
	}
	if err := s.edit(r, c.user.AccountID, func(i *Issue) { *i = next }); err != nil {
		return fail(http.StatusBadRequest, err.Error())
	}
	s.mailEdit(r, c.user.AccountID, c.notifies())
	if c.URL.Query().Get("returnIssue") == "true" {
		return ok(s.issueView(c, s.issues[r.ID], s.selection(nil, []string{"*all"}, nil, c.URL.Query().Get("expand"))))
	}
	return reply{status: http.StatusNoContent}
}

// refuseSilence refuses a whole edit that asks for no notification mail from
// who is no administrator. The OpenAPI document says that the parameter is
// ignored then; github.com/ankitpokhrel/jira-cli issue 959 shows otherwise, and
// lesstif/php-jira-rest-client issue 390 that 0 and 1 are taken for it too.
func (s *Server) refuseSilence(c *call, r *record) reply {
	p := s.projects[r.Project]
	if c.notifies() || may(c.user, p, "ADMINISTER") || may(c.user, p, "ADMINISTER_PROJECTS") {
		return reply{}
	}
	return fail(http.StatusForbidden, "To discard the user notification either admin or project admin permissions are required.")
}

// notifies reports whether the people concerned are to get mail of an edit.
func (c *call) notifies() bool {
	q := c.URL.Query()
	return !q.Has("notifyUsers") || q.Get("notifyUsers") == "true"
}

// offScreen is what Jira says of a field that cannot be edited, for whatever
// reason, a missing permission included.
func offScreen(field string) string {
	return "Field '" + field + "' cannot be set. It is not on the appropriate screen, or unknown."
}

// applyUpdate carries out the operations on one field and gives what is wrong
// with them, "" for nothing.
func (s *Server) applyUpdate(c *call, r *record, next *Issue, field string, ops []map[string]json.RawMessage) string {
	for _, op := range ops {
		for verb, raw := range op {
			if verb == "set" {
				if msg := s.applyField(c, r, next, field, raw); msg != "" {
					return msg
				}
				continue
			}
			if !s.editable(c, r, field) {
				return offScreen(field)
			}
			var label string
			if field != "labels" || json.Unmarshal(raw, &label) != nil {
				return "Operation '" + verb + "' is not possible on field '" + field + "' with this value."
			}
			switch verb {
			case "add":
				next.Labels = append(next.Labels, label)
			case "remove":
				next.Labels = slices.DeleteFunc(next.Labels, func(l string) bool { return l == label })
			default:
				return "Operation '" + verb + "' is not known."
			}
		}
	}
	return ""
}

// applyField sets one field and gives what is wrong with the value, "" for
// nothing.
func (s *Server) applyField(c *call, r *record, next *Issue, field string, raw json.RawMessage) string {
	if !s.editable(c, r, field) {
		return offScreen(field)
	}
	if s.dc != nil {
		if msg, done := s.applyFieldDC(c, next, field, raw); done {
			return msg
		}
	}
	null := string(raw) == "null"
	var err error
	switch field {
	case "labels":
		var ls []string
		err = json.Unmarshal(raw, &ls)
		next.Labels = ls
	case "summary":
		var text string
		if err = json.Unmarshal(raw, &text); err == nil && text == "" {
			return "You must specify a summary of the issue."
		}
		next.Summary = text
	case "duedate":
		var day string
		if !null {
			err = json.Unmarshal(raw, &day)
		}
		next.Due = day
	case "assignee":
		var u struct {
			AccountID string `json:"accountId"`
		}
		if err = json.Unmarshal(raw, &u); err == nil && u.AccountID != "" && s.users[u.AccountID] == nil {
			return "User '" + u.AccountID + "' does not exist."
		}
		next.Assignee = u.AccountID
	case "parent":
		var p struct{ ID, Key string }
		if err = json.Unmarshal(raw, &p); err != nil || null || p.ID+p.Key == "" {
			next.ParentKey = ""
			break
		}
		parent := s.readable(c, cmp.Or(p.Key, p.ID))
		if parent == nil {
			return "Could not find issue by id or key."
		}
		next.ParentKey = parent.Key
	case s.epicField:
		var key string
		if err = json.Unmarshal(raw, &key); err == nil && key != "" && s.readable(c, key) == nil {
			return "Issue '" + key + "' does not exist or you do not have permission to see it."
		}
		next.EpicLink = key
	default:
		var v any
		err = json.Unmarshal(raw, &v)
		if next.Custom == nil {
			next.Custom = map[string]any{}
		}
		if next.Custom[field] = v; null {
			delete(next.Custom, field)
		}
	}
	if err != nil {
		return "data was not of the expected type for field '" + field + "'."
	}
	return ""
}
