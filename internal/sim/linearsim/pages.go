package linearsim

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

// webPage is what the one template shows.
type webPage struct {
	Org, Kicker, Title string
	Fields             []webField
	Labels             []string
	Text               template.HTML
	Lists              []webList
	HasComments        bool
	Comments           []webComment
}

type webField struct{ Name, Value, URL string }

type webList struct {
	Title string
	Rows  []webRow
}

type webRow struct{ Key, Name, Note, URL string }

type webComment struct {
	Anchor, By, ISO, When, Edited string
	Text                          template.HTML
}

// addPages serves the workspace to people. They see hidden things too: what is
// hidden is hidden from the API's viewer.
func (s *Server) addPages(mux *http.ServeMux) {
	t := template.Must(template.New("page").Parse(pageText))
	page := func(pattern string, make func(key string) *webPage) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			p := make(r.PathValue("key"))
			if org := r.PathValue("org"); org != "" && org != s.org.urlKey {
				p = nil
			}
			if p != nil {
				p.Org = s.org.name
			}
			s.mu.Unlock()
			if p == nil {
				http.NotFound(w, r)
				return
			}
			var b bytes.Buffer
			if err := t.Execute(&b, p); err != nil {
				http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
			_, _ = w.Write(b.Bytes())
		})
	}
	page("/{$}", s.indexPage)
	page("/{org}/issue/{key}", s.issuePage)
	page("/{org}/project/{key}", s.projectPage)
	page("/{org}/initiative/{key}", s.initiativePage)
	page("/{org}/profiles/{key}", s.profilePage)
}

func (s *Server) path(kind, key string) string { return "/" + s.org.urlKey + "/" + kind + "/" + key }

func (s *Server) indexPage(string) *webPage {
	p := &webPage{Title: s.org.name}
	p.Lists = append(p.Lists,
		webList{"Initiatives", s.initiativeRows(nil)},
		webList{"Projects", s.projectRows(nil)})
	for _, t := range s.teams.rows {
		rows := s.issueRows(func(i *Issue) bool { return i.TeamKey == t.Key })
		slices.Reverse(rows)
		p.Lists = append(p.Lists, webList{t.Name + " issues", rows})
	}
	return p
}

func (s *Server) issuePage(key string) *webPage {
	i := s.issueBy(key)
	if i == nil { // an identifier from before a move still leads people there
		i = s.issues.get(s.identifiers[key])
	}
	if i == nil {
		return nil
	}
	p := &webPage{Kicker: i.Identifier(), Title: i.Title}
	p.add("Team", i.TeamKey, "")
	p.add("State", s.stateOf(i).name, "")
	p.add("Priority", priorityLabel(i.Priority), "")
	p.addUser(s, "Assignee", i.AssigneeID)
	if pr := s.projects.get(i.ProjectID); pr != nil {
		p.add("Project", pr.Name, s.path("project", pr.SlugID))
	}
	if up := s.issues.get(i.ParentID); up != nil {
		p.add("Parent", up.Identifier()+" "+up.Title, s.path("issue", up.Identifier()))
	}
	if c := s.cycles.get(i.CycleID); c != nil {
		p.add("Cycle", strings.TrimSpace(itoa(c.Number)+" "+c.Name), "")
	}
	p.add("Formerly", strings.Join(i.Former, ", "), "")
	p.finish(s, i.ID, i.Created, i.Updated, i.Archived || i.Trashed, i.Hidden)
	p.Text = renderMarkdown(i.Description)
	if subs := s.issueRows(func(o *Issue) bool { return o.ParentID == i.ID }); subs != nil {
		p.Lists = []webList{{"Sub-issues", subs}}
	}
	return p
}

func (s *Server) projectPage(key string) *webPage {
	pr := s.projectBy(key)
	if pr == nil {
		return nil
	}
	p := &webPage{Kicker: "Project", Title: pr.Name}
	p.add("Status", s.statusOf(pr).name, "")
	p.addUser(s, "Lead", pr.LeadID)
	p.add("Target", pr.TargetDate, "")
	p.finish(s, pr.ID, pr.Created, pr.Updated, pr.Archived || pr.Trashed, pr.Hidden)
	p.Text = renderMarkdown(pr.Description)
	p.Lists = []webList{
		{"Initiatives", s.initiativeRows(func(i *Initiative) bool { return s.linked(i, pr) })},
		{"Issues", s.issueRows(func(i *Issue) bool { return i.ProjectID == pr.ID })},
	}
	return p
}

func (s *Server) initiativePage(key string) *webPage {
	i := s.initiativeBy(key)
	if i == nil {
		return nil
	}
	p := &webPage{Kicker: "Initiative", Title: i.Name}
	p.add("Status", i.Status, "")
	p.addUser(s, "Owner", i.OwnerID)
	p.add("Target", i.TargetDate, "")
	if up := s.initiatives.get(i.ParentID); up != nil {
		p.add("Parent", up.Name, s.path("initiative", up.SlugID))
	}
	p.finish(s, i.ID, i.Created, i.Updated, i.Archived || i.Trashed, i.Hidden)
	p.Text = renderMarkdown(i.Description)
	p.Lists = []webList{{"Projects", s.projectRows(func(p *Project) bool { return s.linked(i, p) })}}
	if subs := s.initiativeRows(func(o *Initiative) bool { return o.ParentID == i.ID }); subs != nil {
		p.Lists = append(p.Lists, webList{"Sub-initiatives", subs})
	}
	return p
}

func (s *Server) profilePage(name string) *webPage {
	u := s.users.find(func(u *User) bool { return u.DisplayName == name })
	if u == nil {
		return nil
	}
	p := &webPage{Kicker: "Member", Title: u.Name}
	p.add("E-mail", u.Email, "")
	if !u.Active {
		p.add("Account", "deactivated", "")
	}
	p.Lists = []webList{
		{"Owns", s.initiativeRows(func(i *Initiative) bool { return i.OwnerID == u.ID })},
		{"Leads", s.projectRows(func(p *Project) bool { return p.LeadID == u.ID })},
		{"Assigned", s.issueRows(func(i *Issue) bool { return i.AssigneeID == u.ID })},
	}
	return p
}

// add adds a field that has a value.
func (p *webPage) add(name, value, url string) {
	if value != "" {
		p.Fields = append(p.Fields, webField{name, value, url})
	}
}

func (p *webPage) addUser(s *Server, name, id string) {
	u := s.users.get(id)
	if u == nil {
		p.add(name, "nobody", "")
		return
	}
	p.add(name, u.Name, s.path("profiles", u.DisplayName))
}

// finish adds what issues, projects and initiatives have in common.
func (p *webPage) finish(s *Server, id string, created, updated time.Time, archived, hidden bool) {
	p.add("Created", created.Format(time.DateOnly), "")
	p.add("Updated", updated.Format(time.DateTime), "")
	if archived {
		p.add("Archived", "yes", "")
	}
	if hidden {
		p.add("Visibility", "private", "")
	}
	p.Labels = s.labelNames(s.labelIDsOf(id))
	p.HasComments = true
	for _, c := range s.commentsOn(id, false) {
		wc := webComment{
			Anchor: "comment-" + c.ID[:min(8, len(c.ID))], By: "somebody",
			ISO: timeText(c.Created), When: c.Created.Format(time.DateTime), Text: renderMarkdown(c.Body),
		}
		if u := s.users.get(c.UserID); u != nil {
			wc.By = u.Name
		}
		if !c.Edited.IsZero() {
			wc.Edited = c.Edited.Format(time.DateTime)
		}
		p.Comments = append(p.Comments, wc)
	}
}

func (s *Server) issueRows(ok func(*Issue) bool) []webRow {
	var rows []webRow
	for _, i := range s.issues.rows {
		if ok == nil || ok(i) {
			note := strings.Join(append([]string{s.stateOf(i).name}, s.labelNames(i.LabelIDs)...), " · ")
			rows = append(rows, webRow{i.Identifier(), i.Title, note, s.path("issue", i.Identifier())})
		}
	}
	return rows
}

func (s *Server) projectRows(ok func(*Project) bool) []webRow {
	var rows []webRow
	for _, p := range s.projects.rows {
		if ok == nil || ok(p) {
			note := strings.Join(append([]string{s.statusOf(p).name}, s.labelNames(p.LabelIDs)...), " · ")
			rows = append(rows, webRow{"", p.Name, note, s.path("project", p.SlugID)})
		}
	}
	return rows
}

func (s *Server) initiativeRows(ok func(*Initiative) bool) []webRow {
	var rows []webRow
	for _, i := range s.initiatives.rows {
		if ok == nil || ok(i) {
			note := strings.Join(append([]string{i.Status}, s.labelNames(i.LabelIDs)...), " · ")
			rows = append(rows, webRow{"", i.Name, note, s.path("initiative", i.SlugID)})
		}
	}
	return rows
}
