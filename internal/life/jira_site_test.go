package life

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/jira"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

const poField = "customfield_10050"

// jiraSite is a built-in Jira: a project of stories (PAY on Cloud, SHOP on Data
// Center) with an epic that serves a goal and one that serves none, a project of
// goals, and one that the file does not name.
type jiraSite struct {
	*jirasim.Server
	short             string
	dc, desk          bool
	home, goals, away string   // project keys
	epics             []string // ids; 0 is none
	goal              string   // id; the second goal has no PO and no story
}

func newJira(w *world, short string, p plot) *jiraSite {
	s := &jiraSite{short: short, dc: short == "dc", desk: p.desk, home: "PAY", goals: "ROAD", away: "OUT"}
	o := jirasim.Options{Clock: w.clock, IndexLag: p.lag}
	if s.dc {
		o.IndexLag = 0 // a server's own index is up to date
		o.DataCenter = &jirasim.DataCenter{ContextPath: "/jira"}
		s.home, s.goals, s.away = "SHOP", "PLAN", "BACK"
	}
	s.Server = jirasim.New(o)
	for _, id := range []string{bot, ana, robot} {
		s.AddUser(jirasim.User{AccountID: id, Name: id, Email: id + "@acme.example", Active: true})
	}
	s.AddToken("bot@acme.example", "t0ken", bot)
	s.AddBearer("t0ken", bot)
	for _, key := range []string{s.goals, s.home, s.away} {
		project := jirasim.Project{Key: key, Name: key}
		if s.desk && key == s.home {
			project.Type = "service_desk"
		}
		s.AddProject(project)
	}
	s.AddField(jirasim.Field{ID: poField, Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	old := w.now.AddDate(0, 0, -60)
	s.goal = s.issue(jirasim.Issue{Project: s.goals, Type: "Initiative", Level: 2, Summary: "Grow", StatusCategory: "indeterminate", Assignee: ana, Custom: map[string]any{poField: ana}, Created: old})
	s.issue(jirasim.Issue{Project: s.goals, Type: "Initiative", Level: 2, Summary: "Rest", StatusCategory: "indeterminate", Assignee: ana, Created: old})
	is, _ := s.Issue(s.goal)
	s.epics = []string{
		"",
		s.issue(jirasim.Issue{Project: s.home, Type: "Epic", Level: 1, Summary: "Serves the goal", ParentKey: is.Key, Created: old}),
		s.issue(jirasim.Issue{Project: s.home, Type: "Epic", Level: 1, Summary: "Serves none", Created: old}),
	}
	return s
}

func (s *jiraSite) issue(i jirasim.Issue) string {
	added, err := s.AddIssue(i)
	if err != nil {
		panic(err)
	}
	return added.ID
}

func (s *jiraSite) name() string { return s.short }

func (s *jiraSite) section(f file) string {
	jql := ""
	if f.narrow {
		jql = "\n    jql: labels is EMPTY or labels not in (no-sync)"
	}
	if s.dc {
		return fmt.Sprintf("  %s:\n    type: jira\n    url: https://jira.acme.example/jira\n    auth: {type: bearer, token: env:UNUSED}\n    deployment: datacenter\n    levels: [Initiative]\n    census: 36h\n    projects: [%s]%s\n", s.short, s.home, jql)
	}
	return fmt.Sprintf("  %s:\n    type: jira\n    url: https://acme.atlassian.net\n    auth: {type: basic, user: bot@acme.example, token: env:UNUSED}\n    census: 36h\n    projects: [%s]%s\n", s.short, s.home, jql)
}

func (s *jiraSite) source() string {
	return fmt.Sprintf("  - {from: %s, jql: project = %s, pm: assignee, po: \"field:Product Owner\"}\n", s.short, s.goals)
}

func (s *jiraSite) connect(w *world, t config.Tracker, src map[int]config.Source, rt http.RoundTripper) (connectors.Tracker, error) {
	return jira.New(jira.Options{Config: t, Org: "acme", Sources: src, Token: "t0ken", Rate: 1e6, Attempts: 2, PageSize: w.page, Transport: rt})
}

func (s *jiraSite) writes(r *http.Request, _ []byte) bool {
	if r.Method != http.MethodPost {
		return r.Method != http.MethodGet
	}
	for _, read := range []string{"/search", "/search/jql", "/bulkfetch", "/comment/list"} {
		if strings.HasSuffix(r.URL.Path, read) {
			return false
		}
	}
	return true
}

func (s *jiraSite) things() []string {
	var ids []string
	for _, is := range s.Issues() {
		ids = append(ids, is.ID)
	}
	return ids
}

func (s *jiraSite) stories() []string {
	var ids []string
	for _, is := range s.Issues() {
		if is.Level == 0 {
			ids = append(ids, is.ID)
		}
	}
	return ids
}

func (s *jiraSite) look(id string) thing {
	is, there := s.Issue(id)
	if !there {
		return thing{}
	}
	t := thing{
		ref: s.short + ":" + is.Key, goal: is.Level == 2, there: !is.Hidden, out: is.Project == s.away,
		open: is.StatusCategory != "done", created: is.Created, owned: is.Custom[poField] != nil, labels: is.Labels,
		rest: fmt.Sprint(is.Key, is.Summary, is.Status, is.StatusCategory, is.ParentKey, is.EpicLink, is.Assignee, is.Reporter, is.Custom, is.Hidden),
	}
	for _, c := range s.Comments(id) {
		t.comments = append(t.comments, note{c.ID, c.Author, c.Body, strings.Count(c.Body, "[~"), s.desk && is.Project == s.home && c.Public()})
	}
	return t
}

// linkage is what the contract says of a story, read off the site itself.
func (s *jiraSite) linkage(id string) string {
	met := map[string]bool{}
	at, there := s.Issue(id)
	for there {
		for _, l := range at.Labels {
			if key, is := strings.CutPrefix(l, "goal:"); is {
				if g, ok := s.Issue(key); ok && g.Project == s.goals {
					met[standing(g)] = true
				}
			}
		}
		above := at.ParentKey
		if above == "" {
			above = at.EpicLink
		}
		if above == "" {
			break
		}
		if at, there = s.Issue(above); !there || at.Hidden {
			met[unknown] = true
			break
		}
		if at.Project == s.goals {
			met[standing(at)] = true
			break
		}
	}
	for _, l := range []string{linked, unknown, closed} {
		if met[l] {
			return l
		}
	}
	return unlinked
}

func standing(goal jirasim.Issue) string {
	if goal.StatusCategory == "done" {
		return closed
	}
	return linked
}

func (s *jiraSite) edit(id, by string, f func(*jirasim.Issue)) {
	if _, there := s.Issue(id); !there {
		return // someone has removed it
	}
	if err := s.Edit(id, by, f); err != nil {
		panic(err)
	}
}

func (s *jiraSite) put(id string, container int) {
	epic, _ := s.Issue(s.epics[container])
	s.edit(id, ana, func(i *jirasim.Issue) { i.ParentKey, i.EpicLink = epic.Key, "" })
}

func (s *jiraSite) lift(serve bool) {
	goal, _ := s.Issue(s.goal)
	if !serve {
		goal.Key = ""
	}
	s.edit(s.epics[2], ana, func(i *jirasim.Issue) { i.ParentKey = goal.Key })
}

func (s *jiraSite) shut(closed bool) { s.finish(s.goal, closed) }

func (s *jiraSite) own(owned bool) {
	s.edit(s.goal, ana, func(i *jirasim.Issue) {
		delete(i.Custom, poField)
		if owned {
			i.Custom = map[string]any{poField: ana}
		}
	})
}

func (s *jiraSite) finish(id string, done bool) {
	s.edit(id, ana, func(i *jirasim.Issue) {
		i.Status, i.StatusCategory = "In Progress", "indeterminate"
		if done {
			i.Status, i.StatusCategory = "Done", "done"
		}
	})
}

func (s *jiraSite) retitle(id, title string) {
	s.edit(id, ana, func(i *jirasim.Issue) { i.Summary = title })
}

func (s *jiraSite) label(id, name, by string, on bool) {
	s.edit(id, by, func(i *jirasim.Issue) {
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == name })
		if on {
			i.Labels = append(i.Labels, name)
		}
	})
}

func (s *jiraSite) say(id, by, body string) {
	if _, there := s.Issue(id); !there {
		return
	}
	if _, err := s.AddComment(id, by, body); err != nil {
		panic(err)
	}
}

func (s *jiraSite) unsay(id, comment string) {
	if err := s.DeleteComment(id, comment); err != nil {
		panic(err)
	}
}

func (s *jiraSite) rewrite(id, comment, by, body string) {
	if err := s.EditComment(id, comment, by, body); err != nil {
		panic(err)
	}
}

func (s *jiraSite) demote(is bool) {
	if err := s.SetPermission(bot, s.home, "SERVICEDESK_AGENT", !is); err != nil {
		panic(err)
	}
}

func (s *jiraSite) rest() {
	s.Reindex()
	s.demote(false)
}

func (s *jiraSite) move(id string, out bool) {
	to := s.home
	if out {
		to = s.away
	}
	if is, there := s.Issue(id); there && is.Project != to && is.Project != s.goals {
		if _, err := s.Move(id, to); err != nil {
			panic(err)
		}
	}
}

func (s *jiraSite) hide(id string, hidden bool) {
	s.edit(id, ana, func(i *jirasim.Issue) { i.Hidden = hidden })
}

func (s *jiraSite) remove(id string) {
	if _, there := s.Issue(id); there {
		if err := s.Delete(id); err != nil {
			panic(err)
		}
	}
}

func (s *jiraSite) add(created time.Time) {
	s.issue(jirasim.Issue{Project: s.home, Type: "Story", Summary: "A story", Assignee: ana, Created: created})
}
