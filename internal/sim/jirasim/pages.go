package jirasim

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

// parsePages reads the embedded templates; a broken one is a mistake of the
// program, which every test of the package finds.
// base is the path that the site lives under.
func parsePages(base string) *template.Template {
	funcs := template.FuncMap{"base": func() string { return base }}
	return template.Must(template.New("").Funcs(funcs).ParseFS(pageFiles, "pages/*.html"))
}

// perPage is how many issues the index lists on one page.
const perPage = 100

type indexPage struct {
	Projects   []indexProject
	Project    string // "" for all
	Rows       []issueRow
	Total      int
	Prev, Next string // links, "" for none
}

type indexProject struct {
	Key, Name string
	Issues    int
}

type issueRow struct {
	Key, Type, Summary, Status, Category string
	Labels                               []string
	Comments                             int
}

// pageIndex lists the projects and their issues, newest key first.
func (s *Server) pageIndex(w http.ResponseWriter, r *http.Request) {
	s.show(w, "index.html", s.indexPage(r.URL.Query()))
}

func (s *Server) indexPage(q url.Values) indexPage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := indexPage{Project: q.Get("project")}
	counts := map[string]int{}
	var found []*record
	for _, rec := range s.issues {
		if !s.searchable(nil, rec) {
			continue
		}
		counts[rec.Project]++
		if p.Project == "" || rec.Project == p.Project {
			found = append(found, rec)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.projects)) {
		if pr := s.projects[key]; !pr.Hidden && pr.gone == "" {
			p.Projects = append(p.Projects, indexProject{key, pr.Name, counts[key]})
		}
	}
	slices.SortFunc(found, func(a, b *record) int {
		return cmp.Or(strings.Compare(a.Project, b.Project), cmp.Compare(b.keyNum, a.keyNum))
	})
	p.Total = len(found)
	at, _ := strconv.Atoi(q.Get("from"))
	at = min(max(at, 0), len(found))
	end := min(at+perPage, len(found))
	link := func(from int) string {
		q.Set("from", strconv.Itoa(from))
		return s.base() + "/?" + q.Encode()
	}
	if at > 0 {
		p.Prev = link(max(at-perPage, 0))
	}
	if end < len(found) {
		p.Next = link(end)
	}
	for _, rec := range found[at:end] {
		p.Rows = append(p.Rows, rowOf(rec))
	}
	return p
}

func rowOf(r *record) issueRow {
	return issueRow{r.Key, r.Type, r.Summary, r.Status, r.StatusCategory, r.Labels, len(r.comments)}
}

type issuePage struct {
	issueRow
	Project  string
	Above    []issueRow // parents, nearest last; one that leads nowhere has a key only
	Below    []issueRow // children
	Fields   [][2]string
	Comments []commentRow
	History  []string
}

type commentRow struct {
	Author, When string
	Edited       bool
	Internal     bool
	Body         template.HTML
}

// pageIssue shows one issue as it stands now.
func (s *Server) pageIssue(w http.ResponseWriter, r *http.Request) {
	p, found := s.issuePage(r.PathValue("key"))
	if !found {
		http.Error(w, "There is no issue "+r.PathValue("key")+" here, or nobody may see it.", http.StatusNotFound)
		return
	}
	s.show(w, "issue.html", p)
}

func (s *Server) issuePage(key string) (issuePage, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	rec := s.find(key)
	if !s.visible(nil, rec) {
		return issuePage{}, false
	}
	p := issuePage{issueRow: rowOf(rec), Project: s.projects[rec.Project].Name}
	for up, seen := rec, map[string]bool{rec.ID: true}; ; {
		key := cmp.Or(up.ParentKey, s.epicLinkOf(&up.Issue))
		if key == "" {
			break
		}
		above := s.find(key)
		if !s.visible(nil, above) {
			p.Above = append(p.Above, issueRow{Key: key})
			break
		}
		if seen[above.ID] {
			break
		}
		seen[above.ID] = true
		p.Above = append(p.Above, rowOf(above))
		up = above
	}
	slices.Reverse(p.Above)
	var below []*record
	for _, child := range s.issues {
		if s.visible(nil, child) && (s.parentOf(&child.Issue) == rec || (child.EpicLink != "" && s.find(child.EpicLink) == rec)) {
			below = append(below, child)
		}
	}
	slices.SortFunc(below, byNum)
	for _, child := range below[:min(len(below), perPage)] {
		p.Below = append(p.Below, rowOf(child))
	}
	add := func(name, value string) {
		if value != "" {
			p.Fields = append(p.Fields, [2]string{name, value})
		}
	}
	add("Priority", rec.Priority)
	add("Assignee", s.nameOf(rec.Assignee))
	add("Reporter", s.nameOf(rec.Reporter))
	add("Components", strings.Join(rec.Components, ", "))
	add("Sprint", sprintNames(&rec.Issue))
	add("Due", rec.Due)
	add("Resolution", rec.Resolution)
	for _, f := range s.fields {
		if v, set := rec.Custom[f.ID]; set {
			text := customText(v)
			if s.users[text] != nil {
				text = s.nameOf(text)
			}
			add(f.Name, text)
		}
	}
	for _, l := range rec.links {
		if other := s.issues[l.other]; s.visible(nil, other) {
			add(s.linkWord(l), other.Key+" "+other.Summary)
		}
	}
	add("Created", rec.Created.UTC().Format("2 Jan 2006 15:04 MST"))
	add("Updated", rec.Updated.UTC().Format("2 Jan 2006 15:04 MST"))
	for _, c := range rec.comments {
		p.Comments = append(p.Comments, commentRow{
			Author: s.nameOf(c.Author), When: c.Created.UTC().Format("2 Jan 2006 15:04 MST"),
			Edited: c.Updated.After(c.Created), Internal: !c.Public(), Body: s.commentHTML(c.Body),
		})
	}
	for _, ch := range slices.Backward(rec.history) {
		for _, it := range ch.items {
			p.History = append(p.History, s.changeLine(ch, it))
		}
	}
	p.History = p.History[:min(len(p.History), 2*maxChanges)]
	return p, true
}

func (s *Server) changeLine(ch change, it changeItem) string {
	text := func(v *string) string {
		if v == nil || *v == "" {
			return "nothing"
		}
		return *v
	}
	return ch.at.UTC().Format("2 Jan 2006 15:04") + " · " + cmp.Or(s.nameOf(ch.by), "Jira") + " · " + it.Field + ": " + text(it.FromString) + " → " + text(it.ToString)
}

// nameOf gives the display name of an account id; of an unknown one, the id.
func (s *Server) nameOf(id string) string {
	if u := s.users[id]; u != nil {
		return u.Name
	}
	return id
}

func (s *Server) show(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := s.pages().ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
	_, _ = w.Write(b.Bytes()) // a client that went away is no trouble of ours
}
