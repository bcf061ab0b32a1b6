package jirasim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// selection is what a request wants to see of issues.
type selection struct {
	fields     []string // ids, in no order
	properties []string
	changelog  bool
}

// idsOnly reports whether id and key are all that is wanted.
func (w selection) idsOnly() bool {
	return len(w.fields) == 0 && len(w.properties) == 0 && !w.changelog
}

// selection reads the fields parameter: ids, *all, *navigable (taken for the
// same here), and -id to leave one out. A field that does not exist is passed over.
func (s *Server) selection(asked, otherwise, properties []string, expand string) selection {
	if len(asked) == 0 {
		asked = otherwise
	}
	set := map[string]bool{}
	for _, f := range asked {
		switch {
		case f == "*all" || f == "*navigable":
			for _, sf := range systemFields() {
				set[sf.id] = f == "*all" || sf.id != "comment"
			}
			for _, cf := range s.fields {
				set[cf.ID] = true
			}
			set["archiveddate"], set["archivedby"] = true, true
		case strings.HasPrefix(f, "-"):
			delete(set, f[1:])
		default:
			set[f] = true
		}
	}
	w := selection{properties: properties, changelog: slices.Contains(commaList([]string{expand}), "changelog")}
	for f, on := range set {
		if on && f != "id" && f != "key" {
			w.fields = append(w.fields, f)
		}
	}
	return w
}

// issueView gives an issue in Cloud's shape.
func (s *Server) issueView(c *call, r *record, want selection) map[string]any {
	v := map[string]any{
		"expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
		"id":     r.ID,
		"self":   c.site + "/rest/api/2/issue/" + r.ID,
		"key":    r.Key,
	}
	if len(want.fields) > 0 {
		fields := make(map[string]any, len(want.fields))
		for _, f := range want.fields {
			if value, known := s.fieldView(c, r, f); known {
				fields[f] = value
			}
		}
		v["fields"] = fields
	}
	if len(want.properties) > 0 {
		props := map[string]json.RawMessage{}
		for _, key := range want.properties {
			if value, set := r.props[key]; set {
				props[key] = value
			}
		}
		v["properties"] = props
	}
	if want.changelog {
		limit := maxChanges
		if s.dc != nil {
			limit = len(r.history)
		}
		v["changelog"] = s.changelogView(c, r, limit)
	}
	return v
}

// fieldView gives the value of one field; known is false for what is no field.
// A field that is empty is null, but an empty parent is left out, as on Cloud.
func (s *Server) fieldView(c *call, r *record, field string) (value any, known bool) {
	i := &r.Issue
	if f := s.field(field); f != nil && !f.shown(c.user, s.projects[i.Project]) {
		return nil, false
	}
	if s.dc != nil {
		if value, known, decided := s.fieldViewDC(c, r, field); decided {
			return value, known
		}
	}
	switch field {
	case "summary":
		return i.Summary, true
	case "issuetype":
		return s.typeView(c, i.Type, i.Level), true
	case "status":
		return s.statusView(c, i.Status, i.StatusCategory), true
	case "statusCategory":
		return categoryView(c, i.StatusCategory), true
	case "project":
		return s.projectView(c, s.projects[i.Project]), true
	case "parent":
		p := s.parentView(c, i)
		return p, p != nil
	case "priority":
		return s.priorityView(c, i.Priority), true
	case "labels":
		return append([]string{}, i.Labels...), true
	case "components":
		out := []any{}
		for _, name := range i.Components {
			id := s.parts.id(name)
			out = append(out, map[string]any{"self": c.site + "/rest/api/2/component/" + id, "id": id, "name": name})
		}
		return out, true
	case "assignee":
		return s.userView(c, i.Assignee), true
	case "reporter", "creator":
		return s.userView(c, i.Reporter), true
	case "created":
		return stamp(i.Created, c.zone()), true
	case "updated":
		return stamp(i.Updated, c.zone()), true
	case "duedate":
		return orNull(i.Due), true
	case "resolution":
		if i.Resolution == "" {
			return nil, true
		}
		return map[string]any{"name": i.Resolution}, true
	case "issuelinks":
		return s.linksView(c, r), true
	case "archiveddate", "archivedby":
		return s.archiveField(c, r, field)
	case "comment":
		return s.embeddedComments(c, r), true
	case s.epicField:
		return orNull(s.epicLinkOf(i)), true
	case s.sprintField:
		return sprintsView(i), true
	}
	for _, f := range s.fields {
		if f.ID == field {
			return s.customView(c, f, i.Custom[f.ID]), true
		}
	}
	return nil, false
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *Server) typeView(c *call, name string, level int) map[string]any {
	id := s.types.id(name)
	v := map[string]any{
		"self": c.site + "/rest/api/2/issuetype/" + id, "id": id, "name": c.word(name), "description": "",
		"subtask": level < 0, "hierarchyLevel": level,
	}
	if s.dc != nil {
		delete(v, "hierarchyLevel")
	}
	return v
}

func (s *Server) statusView(c *call, name, category string) map[string]any {
	id := s.statuses.id(name)
	return map[string]any{
		"self": c.site + "/rest/api/2/status/" + id, "id": id, "name": c.word(name), "description": "",
		"statusCategory": categoryView(c, category),
	}
}

func categoryView(c *call, key string) map[string]any {
	id, name, color := 1, "No Category", "medium-gray"
	switch key {
	case "new":
		id, name, color = 2, "To Do", "blue-gray"
	case "indeterminate":
		id, name, color = 4, "In Progress", "yellow"
	case "done":
		id, name, color = 3, "Done", "green"
	}
	return map[string]any{
		"self": c.site + "/rest/api/2/statuscategory/" + strconv.Itoa(id), "id": id, "key": key, "name": c.word(name), "colorName": color,
	}
}

func (s *Server) priorityView(c *call, name string) any {
	if name == "" {
		return nil
	}
	id := s.prios.id(name)
	return map[string]any{"self": c.site + "/rest/api/2/priority/" + id, "id": id, "name": c.word(name)}
}

// parentView gives the parent with its few fields. Of one that may not be seen,
// or that is not there, only the identity is told; what Cloud does then is
// not documented.
func (s *Server) parentView(c *call, i *Issue) any {
	if i.ParentKey == "" {
		return nil
	}
	p := s.parentOf(i)
	switch {
	case p == nil && i.ParentID == "":
		return map[string]any{"key": i.ParentKey}
	case p == nil:
		return map[string]any{"id": i.ParentID, "key": i.ParentKey}
	}
	if s.visible(c.user, p) {
		return s.stubView(c, p)
	}
	return map[string]any{"id": p.ID, "key": p.Key, "self": c.site + "/rest/api/2/issue/" + p.ID}
}

// sprintsView gives the Sprint field: closed sprints first, null for none. Its
// times end in Z, unlike all others (seen in the same public capture).
func sprintsView(i *Issue) any {
	var out []any
	add := func(sp *Sprint) {
		v := map[string]any{"id": sp.ID, "name": sp.Name, "state": sp.State, "boardId": sp.BoardID, "goal": sp.Goal}
		for name, t := range map[string]time.Time{"startDate": sp.Start, "endDate": sp.End, "completeDate": sp.Complete} {
			if !t.IsZero() {
				v[name] = t.UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
		out = append(out, v)
	}
	for k := range i.ClosedSprints {
		add(&i.ClosedSprints[k])
	}
	if i.Sprint != nil {
		add(i.Sprint)
	}
	if out == nil {
		return nil
	}
	return out
}

// customView shows account ids in user fields as users, all else as it is.
func (s *Server) customView(c *call, f Field, v any) any {
	switch v := v.(type) {
	case string:
		if f.Type == "user" {
			return s.userView(c, v)
		}
		if f.Type == "group" {
			return groupView(c, v)
		}
	case []string:
		if f.Items == "group" {
			return groupsView(c, v)
		}
		if f.Items == "user" {
			us := []any{}
			for _, id := range v {
				if u := s.userView(c, id); u != nil {
					us = append(us, u)
				}
			}
			return us
		}
	}
	return v
}

// maxChanges is how many entries of its history an issue carries with it.
const maxChanges = 40

func (s *Server) changeView(c *call, ch change) map[string]any {
	v := map[string]any{"id": strconv.Itoa(ch.id), "created": stamp(ch.at, c.zone()), "items": ch.items}
	if s.dc != nil {
		v["items"] = plainItems(ch.items)
	}
	if u := s.userView(c, ch.by); u != nil {
		v["author"] = u
	}
	return v
}

// changelogView gives the newest entries of the history, newest first.
func (s *Server) changelogView(c *call, r *record, limit int) map[string]any {
	histories := []any{}
	for _, ch := range slices.Backward(r.history) {
		if len(histories) == limit {
			break
		}
		histories = append(histories, s.changeView(c, ch))
	}
	return map[string]any{"startAt": 0, "maxResults": len(histories), "total": len(r.history), "histories": histories}
}
