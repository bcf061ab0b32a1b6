package linear

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// town is a workspace in which people change everything that can be changed.
type town struct {
	*linearsim.Server
	now                                  time.Time
	url                                  string
	users, cycles, labels, projectLabels []string
	initiatives, projects, issues        []string
	milestones                           []string // the n-th is of the n-th project
	deleted                              bool     // something was, for good, of which no date tells
}

func newTown(t testing.TB) (*town, func()) {
	w := &town{now: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)}
	w.Server = linearsim.New(linearsim.Options{Clock: func() time.Time { return w.now }})
	bot := w.AddUser(linearsim.User{Name: "Bot", Email: "bot@acme.example", Active: true})
	w.AddKey(testToken, bot.ID)
	w.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineering"})
	w.AddTeam(linearsim.Team{Key: "OPS", Name: "Operations"})
	for i := range 3 {
		w.users = append(w.users, w.AddUser(linearsim.User{Name: fmt.Sprint("User ", i), Email: fmt.Sprintf("u%d@acme.example", i), Active: true}).ID)
		w.cycles = append(w.cycles, w.AddCycle(linearsim.Cycle{TeamKey: "ENG", Starts: w.now.Add(time.Duration(i) * time.Hour), Ends: w.now.Add(time.Duration(i+1) * time.Hour)}).ID)
		w.labels = append(w.labels, w.AddLabel(linearsim.IssueLabel, fmt.Sprint("label ", i)).ID)
		w.projectLabels = append(w.projectLabels, w.AddLabel(linearsim.ProjectLabel, fmt.Sprint("label ", i)).ID)
		w.initiatives = append(w.initiatives, w.AddInitiative(linearsim.Initiative{Name: fmt.Sprint("Initiative ", i), Status: "Active"}).ID)
		w.projects = append(w.projects, w.AddProject(linearsim.Project{Name: fmt.Sprint("Project ", i), StatusType: "started"}).ID)
		w.milestones = append(w.milestones, w.AddMilestone(linearsim.Milestone{ProjectID: w.projects[i], Name: fmt.Sprint("Stage ", i)}).ID)
	}
	for i := range 7 {
		w.issues = append(w.issues, w.AddIssue(linearsim.Issue{
			TeamKey: "ENG", Title: fmt.Sprint("Issue ", i), ProjectID: w.projects[i%3], CycleID: w.cycles[i%3],
			AssigneeID: w.users[i%3], LabelIDs: []string{w.labels[i%3]}, MilestoneID: w.milestones[i%3], CreatorID: w.users[(i+1)%3],
		}).ID)
	}
	srv := httptest.NewServer(w)
	w.url = srv.URL + "/graphql"
	return w, srv.Close
}

// acts are what people do. Each takes any number and makes of it which thing and
// which value.
func (w *town) acts() map[string]func(n int) error {
	one := func(ids []string, n int) string { return ids[n%len(ids)] }
	name := func(what string, n int) string { return fmt.Sprint(what, " ", n%4) } // soon the same again
	return map[string]func(n int) error{
		"retitle an issue": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.Title = name("Title", n) })
		},
		"move an issue's state": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) {
				i.StateType = one([]string{"triage", "unstarted", "started", "completed", "canceled"}, n)
			})
		},
		"assign an issue": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.AssigneeID = one(w.users, n) })
		},
		"give an issue a cycle": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.CycleID = one(w.cycles, n) })
		},
		"give an issue a project": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.ProjectID = one(w.projects, n) })
		},
		"give an issue a milestone": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) {
				at := slices.Index(w.projects, i.ProjectID)
				if i.MilestoneID = ""; at >= 0 && at < len(w.milestones) && n%3 > 0 {
					i.MilestoneID = w.milestones[at]
				}
			})
		},
		"archive an issue": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.Archived = n%2 == 0 })
		},
		"label an issue": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.LabelIDs = w.labels[:n%(len(w.labels)+1)] })
		},
		"add an issue": func(n int) error {
			w.issues = append(w.issues, w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: name("New", n), CycleID: one(w.cycles, n), LabelIDs: w.labels[:n%(len(w.labels)+1)]}).ID)
			return nil
		},
		"rename a project": func(n int) error {
			return w.EditProject(one(w.projects, n), w.users[0], func(p *linearsim.Project) { p.Name = name("Project", n) })
		},
		"change a lead": func(n int) error {
			return w.EditProject(one(w.projects, n), w.users[0], func(p *linearsim.Project) { p.LeadID = one(w.users, n) })
		},
		"label a project": func(n int) error {
			return w.EditProject(one(w.projects, n), w.users[0], func(p *linearsim.Project) { p.LabelIDs = w.projectLabels[:n%(len(w.projectLabels)+1)] })
		},
		"change an owner": func(n int) error {
			return w.EditInitiative(one(w.initiatives, n), w.users[0], func(i *linearsim.Initiative) { i.OwnerID = one(w.users, n) })
		},
		"close a goal": func(n int) error {
			return w.EditInitiative(one(w.initiatives, n), w.users[0], func(i *linearsim.Initiative) { i.Status = one([]string{"Active", "Completed", "Planned"}, n) })
		},
		"move an initiative under another": func(n int) error {
			return ignore(w.EditInitiative(one(w.initiatives, n), w.users[0], func(i *linearsim.Initiative) {
				if i.ParentID = one(w.initiatives, n/3); n%2 == 0 {
					i.ParentID = ""
				}
			}))
		},
		"link a project":   func(n int) error { return ignore(w.LinkProject(one(w.initiatives, n), one(w.projects, n/3))) },
		"unlink a project": func(n int) error { return ignore(w.UnlinkProject(one(w.initiatives, n), one(w.projects, n/3))) },
		"rename a label": func(n int) error {
			return w.EditLabel(one(w.labels, n), func(l *linearsim.Label) { l.Name = fmt.Sprint("label ", n%97) })
		},
		"make a label and use it": func(n int) error {
			w.labels = append(w.labels, w.AddLabel(linearsim.IssueLabel, fmt.Sprint("new ", len(w.labels))).ID)
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.LabelIDs = w.labels[len(w.labels)-1:] })
		},
		"archive a label": func(n int) error {
			return w.EditLabel(one(w.labels, n), func(l *linearsim.Label) { l.Archived = n%2 == 0 })
		},
		"rename a milestone": func(n int) error {
			if len(w.milestones) == 0 {
				return nil
			}
			return w.EditMilestone(one(w.milestones, n), func(m *linearsim.Milestone) { m.Name = name("Stage", n) })
		},
		"delete a milestone": func(int) error {
			if len(w.milestones) == 0 {
				return nil
			}
			last := len(w.milestones) - 1
			id := w.milestones[last]
			w.milestones, w.deleted = w.milestones[:last], true
			return w.DeleteMilestone(id)
		},
		"rename a project label": func(n int) error {
			return w.EditLabel(one(w.projectLabels, n), func(l *linearsim.Label) { l.Name = fmt.Sprint("label ", n%97) })
		},
		"delete a label": func(n int) error {
			if len(w.labels) < 2 {
				return nil
			}
			id := one(w.labels, n)
			w.labels, w.deleted = slices.DeleteFunc(w.labels, func(l string) bool { return l == id }), true
			return w.DeleteLabel(id)
		},
		"rename a user": func(n int) error {
			return w.EditUser(one(w.users, n), func(u *linearsim.User) { u.Name = name("User", n) })
		},
		"deactivate a user": func(n int) error { return w.EditUser(one(w.users, n), func(u *linearsim.User) { u.Active = n%2 == 0 }) },
		"archive a cycle": func(n int) error {
			return w.EditCycle(one(w.cycles, n), func(c *linearsim.Cycle) { c.Archived = n%2 == 0 })
		},
		"close a cycle early": func(n int) error {
			return w.EditCycle(one(w.cycles, n), func(c *linearsim.Cycle) { c.Completed = w.now })
		},
		"name a cycle": func(n int) error {
			return w.EditCycle(one(w.cycles, n), func(c *linearsim.Cycle) { c.Name = name("Sprint", n) })
		},
		"trash an issue": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.Trashed = n%2 == 0; i.Archived = i.Trashed })
		},
		"move an issue to the other team": func(n int) error {
			return ignore(w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.TeamKey = one([]string{"ENG", "OPS"}, n); i.CycleID = "" }))
		},
		"parent": func(n int) error {
			return ignore(w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) {
				if i.ParentID = ""; n%3 > 0 && w.issues[0] != i.ID {
					i.ParentID = w.issues[0]
				}
			}))
		},
		"priority": func(n int) error {
			return w.EditIssue(one(w.issues, n), w.users[0], func(i *linearsim.Issue) { i.Priority = n % 5 })
		},
		"archive a project": func(n int) error {
			return w.EditProject(one(w.projects, n), w.users[0], func(p *linearsim.Project) { p.Archived = n%2 == 0; p.Trashed = n%4 == 0 })
		},
		"project status": func(n int) error {
			return w.EditProject(one(w.projects, n), w.users[0], func(p *linearsim.Project) { p.StatusType = one([]string{"planned", "completed", "canceled"}, n) })
		},
		"give a project status another type": func(n int) error {
			kinds := []string{"planned", "started", "completed", "canceled"}
			return w.RetypeProjectStatus(one(kinds, n), one(kinds, n/4))
		},
		"archive an initiative": func(n int) error {
			return w.EditInitiative(one(w.initiatives, n), w.users[0], func(p *linearsim.Initiative) { p.Archived = n%2 == 0; p.Name = name("Init", n) })
		},
		"retire a label": func(n int) error {
			return w.EditLabel(one(w.labels, n), func(l *linearsim.Label) { l.Retired = n%2 == 0 })
		},
		"change a mail": func(n int) error {
			return w.EditUser(one(w.users, n), func(u *linearsim.User) { u.Email = fmt.Sprintf("x%d@acme.example", n); u.App = n%2 == 0 })
		},
		"let time pass": func(n int) error { w.now = w.now.Add(time.Duration(n%40) * time.Minute); return nil },
	}
}

// ignore takes a link that is there, or is not, for done.
func ignore(error) error { return nil }

// tracker makes a Tracker that builds on nothing that was kept.
func (w *town) tracker(t interface{ Fatal(...any) }, pageSize int) *Tracker {
	return w.trackerWith(t, pageSize, nil)
}

// trackerWith makes one that builds on the directory in k, and keeps it there.
func (w *town) trackerWith(t interface{ Fatal(...any) }, pageSize int, k *kept) *Tracker {
	o := Options{
		Config: config.Tracker{Name: "eng", URL: w.url, Teams: []string{"ENG", "OPS"}, Census: 24 * time.Hour},
		Org:    "acme", Token: testToken, Rate: 100000, PageSize: pageSize, Attempts: 1,
		Wait: func(context.Context, time.Duration) error { return nil },
	}
	if k != nil {
		o.Now, o.KeptDirectory = func() time.Time { return w.now }, k.directory
		o.KeepDirectory = func(_ context.Context, kept string) error { k.directory = kept; return nil }
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
