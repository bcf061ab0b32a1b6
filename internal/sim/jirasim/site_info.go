package jirasim

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) getServerInfo(c *call) reply {
	if s.dc != nil {
		return ok(s.serverInfoDC(c))
	}
	return ok(map[string]any{
		"baseUrl":        c.site,
		"version":        "1001.0.0-SNAPSHOT",
		"versionNumbers": []int{1001, 0, 0},
		"deploymentType": "Cloud",
		"buildNumber":    100287,
		"buildDate":      "2026-05-01T00:00:00.000+0000",
		"serverTime":     stamp(s.now(), c.zone()),
		"serverTitle":    "Jira",
		"scmInfo":        "jirasim",
	})
}

// getMyself is the one plain read that tells a wrong token by its status.
func (s *Server) getMyself(c *call) reply {
	if c.user == nil {
		return reply{http.StatusUnauthorized, map[string]any{
			"message":     "Client must be authenticated to access this resource.",
			"status-code": http.StatusUnauthorized,
		}}
	}
	return ok(s.userView(c, c.user.AccountID))
}

func (s *Server) getUser(c *call) reply {
	if s.dc != nil {
		return s.getUserDC(c)
	}
	u := s.userView(c, c.URL.Query().Get("accountId"))
	if u == nil || c.user == nil {
		return fail(http.StatusNotFound, "Specified user does not exist or you do not have required permissions")
	}
	return ok(u)
}

// userView gives an account in Cloud's shape, nil for none.
func (s *Server) userView(c *call, id string) any {
	u := s.users[id]
	if u == nil {
		return nil
	}
	if s.dc != nil {
		return s.userViewDC(c, u)
	}
	v := map[string]any{
		"self":        c.site + "/rest/api/2/user?accountId=" + u.AccountID,
		"accountId":   u.AccountID,
		"avatarUrls":  struct{}{},
		"displayName": u.Name,
		"active":      u.Active,
		"timeZone":    cmp.Or(u.TimeZone, "Etc/UTC"),
		"accountType": u.Type,
	}
	if u.Email != "" {
		v["emailAddress"] = u.Email
	}
	return v
}

// systemField is a row of GET /field that every site has.
type systemField struct{ id, name, kind, items, clauses string }

// systemFields lists the fields that issues are answered with.
func systemFields() []systemField {
	return []systemField{
		{"summary", "Summary", "string", "", "summary"},
		{"issuetype", "Issue Type", "issuetype", "", "issuetype type"},
		{"status", "Status", "status", "", "status"},
		{"statusCategory", "Status Category", "statusCategory", "", "statusCategory"},
		{"project", "Project", "project", "", "project"},
		{"parent", "Parent", "", "", "parent"},
		{"priority", "Priority", "priority", "", "priority"},
		{"labels", "Labels", "array", "string", "labels"},
		{"components", "Components", "array", "component", "component"},
		{"assignee", "Assignee", "user", "", "assignee"},
		{"reporter", "Reporter", "user", "", "reporter"},
		{"creator", "Creator", "user", "", "creator"},
		{"created", "Created", "datetime", "", "created createdDate"},
		{"updated", "Updated", "datetime", "", "updated updatedDate"},
		{"resolution", "Resolution", "resolution", "", "resolution"},
		{"duedate", "Due date", "date", "", "due duedate"},
		{"issuelinks", "Linked Issues", "array", "issuelinks", "issueLink"},
		{"comment", "Comment", "comments-page", "", "comment"},
	}
}

// fieldRow is a row of GET /field.
type fieldRow struct {
	ID          string       `json:"id"`
	Key         string       `json:"key,omitempty"` // Cloud
	Name        string       `json:"name"`
	Custom      bool         `json:"custom"`
	Orderable   bool         `json:"orderable"`
	Navigable   bool         `json:"navigable"`
	Searchable  bool         `json:"searchable"`
	ClauseNames []string     `json:"clauseNames"`
	Schema      *fieldSchema `json:"schema,omitempty"`
	Scope       any          `json:"scope,omitempty"`
}

type fieldSchema struct {
	Type     string `json:"type"`
	Items    string `json:"items,omitempty"`
	System   string `json:"system,omitempty"`
	Custom   string `json:"custom,omitempty"`
	CustomID int    `json:"customId,omitempty"`
}

// getFields lists the fields, custom ones only to who is signed in.
func (s *Server) getFields(c *call) reply {
	out := []fieldRow{}
	add := func(row fieldRow) {
		row.Orderable, row.Navigable, row.Searchable = true, true, true
		if s.dc == nil {
			row.Key = row.ID
		}
		out = append(out, row)
	}
	for _, f := range systemFields() {
		if s.dc != nil && f.id == "statusCategory" {
			continue
		}
		row := fieldRow{ID: f.id, Name: f.name, ClauseNames: strings.Fields(f.clauses)}
		if f.kind != "" {
			row.Schema = &fieldSchema{Type: f.kind, Items: f.items, System: f.id}
		}
		add(row)
	}
	if !c.reads() {
		return ok(out)
	}
	for _, f := range s.fields {
		if !f.listed(c.user) {
			continue
		}
		num, _ := strconv.Atoi(strings.TrimPrefix(f.ID, "customfield_"))
		row := fieldRow{
			ID: f.ID, Name: f.Name, Custom: true, ClauseNames: []string{"cf[" + strconv.Itoa(num) + "]", f.Name},
			Schema: &fieldSchema{Type: f.Type, Items: f.Items, Custom: f.Custom, CustomID: num},
		}
		if s.dc == nil && f.Scope != "" {
			row.Scope = map[string]any{"type": "PROJECT", "project": map[string]any{"id": f.Scope}}
		}
		add(row)
	}
	return ok(out)
}

// getLabels lists the labels in use, site-wide.
func (s *Server) getLabels(c *call) reply {
	set := map[string]bool{}
	if c.user != nil {
		for _, r := range s.issues {
			for _, l := range r.Labels {
				set[l] = true
			}
		}
	}
	all := slices.Sorted(maps.Keys(set))
	from, to, last := window(c, len(all), 1000)
	return ok(map[string]any{
		"values": append([]string{}, all[from:to]...), "startAt": from, "maxResults": to - from, "total": len(all), "isLast": last,
	})
}

func (s *Server) getIssueTypes(c *call) reply {
	level := map[string]int{}
	for _, r := range s.issues {
		level[strings.ToLower(r.Type)] = r.Level
	}
	out := []any{}
	for _, name := range slices.Sorted(maps.Values(s.types.used)) {
		l, known := level[strings.ToLower(name)]
		if !known {
			l = levelOf(name)
		}
		out = append(out, s.typeView(c, name, l))
	}
	return ok(out)
}

// window reads startAt and maxResults and gives the part of n things asked for.
func window(c *call, n, size int) (from, to int, last bool) {
	q := c.URL.Query()
	from, _ = strconv.Atoi(q.Get("startAt"))
	from = min(max(from, 0), n)
	if m, err := strconv.Atoi(q.Get("maxResults")); err == nil && m >= 0 {
		size = min(m, size)
	}
	to = min(from+size, n)
	return from, to, to == n
}

func (s *Server) projectView(c *call, p *project) map[string]any {
	v := map[string]any{
		"self":           c.site + "/rest/api/2/project/" + p.ID,
		"id":             p.ID,
		"key":            p.Key,
		"name":           p.Name,
		"projectTypeKey": p.Type,
		"simplified":     p.NoEpicField,
		"avatarUrls":     struct{}{},
	}
	s.goneView(c, p, v)
	if s.dc != nil {
		delete(v, "simplified")
	}
	return v
}

// projectFor gives a project by key or id to who may see it, nil otherwise.
func (s *Server) projectFor(c *call, idOrKey string) *project {
	if !c.reads() {
		return nil
	}
	for key, p := range s.projects {
		if c.browses(p) && (strings.EqualFold(key, idOrKey) || p.ID == idOrKey) {
			return p
		}
	}
	return nil
}

func (s *Server) getProject(c *call) reply {
	p := s.projectFor(c, c.PathValue("projectIdOrKey"))
	if p == nil {
		return fail(http.StatusNotFound, "No project could be found with key '"+c.PathValue("projectIdOrKey")+"'.")
	}
	return ok(s.projectView(c, p))
}

func (s *Server) searchProjects(c *call) reply {
	q := c.URL.Query()
	status := q["status"]
	if len(status) == 0 {
		status = []string{"live"}
	}
	var found []*project
	for _, key := range slices.Sorted(maps.Keys(s.projects)) {
		p := s.projects[key]
		text := strings.ToLower(q.Get("query"))
		switch {
		case c.user == nil, !may(c.user, p, "BROWSE_PROJECTS"), !slices.Contains(status, cmp.Or(p.gone, "live")),
			q.Has("keys") && !slices.Contains(q["keys"], key),
			q.Has("typeKey") && !slices.Contains(strings.Split(q.Get("typeKey"), ","), p.Type),
			!strings.Contains(strings.ToLower(p.Name), text) && !strings.Contains(strings.ToLower(key), text):
			continue
		}
		found = append(found, p)
	}
	from, to, last := window(c, len(found), 50)
	values := []any{}
	for _, p := range found[from:to] {
		values = append(values, s.projectView(c, p))
	}
	page := map[string]any{
		"self": c.site + c.URL.RequestURI(), "values": values,
		"startAt": from, "maxResults": 50, "total": len(found), "isLast": last,
	}
	if !last {
		q.Set("startAt", strconv.Itoa(to))
		page["nextPage"] = c.site + c.URL.Path + "?" + q.Encode()
	}
	return ok(page)
}
