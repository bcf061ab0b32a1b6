package sim

import (
	"strings"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

// linear fills the Linear: initiatives as goals, projects under them, and the
// issues of the teams ENG and OPS.
func (b *builder) linear() {
	l := b.Linear
	l.SetOrganization("7a1c9f5e-0d1b-4c55-9a55-acde00000001", "Acme", LinearURLKey)
	ids := map[string]string{}
	for _, p := range people {
		ids[p.id] = l.AddUser(linearsim.User{Name: p.name, Email: p.email, Active: true}).ID
	}
	bot := l.AddUser(linearsim.User{Name: "alignd", Email: BotEmail, Active: true})
	l.AddKey(LinearKey, bot.ID)
	l.AddTeam(linearsim.Team{Key: "ENG", Name: "Platform"})
	l.AddTeam(linearsim.Team{Key: "OPS", Name: "Operations"})
	cycle := l.AddCycle(linearsim.Cycle{TeamKey: "ENG", Name: "Platform sprint", Number: 12, Starts: b.clock.Now().AddDate(0, 0, -7), Ends: b.clock.Now().AddDate(0, 0, 7)})

	for _, g := range []struct {
		name, status, owner, target string
		projects                    []struct{ name, status, lead, team string }
	}{
		{"Deploys without fear", "Active", dara, "2026-08-31", []struct{ name, status, lead, team string }{
			{"Canary releases", "started", cleo, "ENG"}, {"Rollback in a minute", "planned", emil, "ENG"},
		}},
		{"Nights without pages", "Active", dara, "2026-10-31", []struct{ name, status, lead, team string }{
			{"Alerts that matter", "started", emil, "OPS"}, {"Runbooks as code", "planned", "", "OPS"},
		}},
		{"Half the cloud bill", "Planned", ana, "2026-12-31", []struct{ name, status, lead, team string }{
			{"Storage tiers", "backlog", "", "OPS"},
		}},
		{"One search for everything", "Completed", ana, "2025-11-30", []struct{ name, status, lead, team string }{
			{"Search index", "completed", boris, "ENG"},
		}},
	} {
		initiative := l.AddInitiative(linearsim.Initiative{Name: g.name, Status: g.status, OwnerID: ids[g.owner], TargetDate: g.target, SlugID: slug(g.name), Created: b.daysAgo(100)})
		for _, p := range g.projects {
			project := l.AddProject(linearsim.Project{Name: p.name, StatusType: p.status, LeadID: ids[p.lead], SlugID: slug(p.name), Created: b.daysAgo(80)})
			if err := l.LinkProject(initiative.ID, project.ID); err != nil {
				b.errs = append(b.errs, err)
			}
			b.linearIssues(p.team, project.ID, 18, cycle.ID, ids)
		}
	}
	// Without a project, and in a project that belongs to no initiative.
	stray := l.AddProject(linearsim.Project{Name: "Desk plants", StatusType: "started", LeadID: ids[cleo], SlugID: slug("Desk plants"), Created: b.daysAgo(30)})
	l.AddIssue(linearsim.Issue{TeamKey: "OPS", Title: "Water the server room", ProjectID: stray.ID, Created: b.daysAgo(12)})
	l.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Try a new editor theme", StateType: linearsim.Started, CycleID: cycle.ID, Created: b.daysAgo(8)})
	l.AddIssue(linearsim.Issue{TeamKey: "OPS", Title: "Label the network cables", Created: b.daysAgo(25)})
	// Not accepted yet, too young, and part of another issue: nothing is said.
	l.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Maybe: rewrite it all in one file", StateType: linearsim.Triage, Created: b.daysAgo(10)})
	l.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Print the build number", Created: b.clock.Now().Add(-5 * time.Hour)})
}

// linearIssues adds issues of a project; every sixth has a sub-issue that states
// no project of its own.
func (b *builder) linearIssues(team, project string, n int, cycle string, ids map[string]string) {
	subjects := []string{"canary gate", "traffic split", "health probe", "rollback button", "pager rota", "noisy alert", "runbook link", "disk report", "cold storage", "query planner"}
	for i := range n {
		issue := linearsim.Issue{
			TeamKey: team, Title: b.story(subjects), ProjectID: project, Priority: b.rand.IntN(5),
			AssigneeID: ids[people[b.rand.IntN(len(people))].id], Created: b.daysAgo(5 + b.rand.IntN(60)),
			StateType: pick(b, linearsim.Backlog, linearsim.Unstarted, linearsim.Started, linearsim.Completed, linearsim.Completed),
		}
		if team == "ENG" && issue.StateType == linearsim.Started {
			issue.CycleID = cycle
		}
		added := b.Linear.AddIssue(issue)
		if i%6 == 0 {
			b.Linear.AddIssue(linearsim.Issue{TeamKey: team, Title: "Check: " + issue.Title, ParentID: added.ID, Created: issue.Created.Add(time.Hour)})
		}
	}
}

// slug makes a short id of a name, as a stand-in for Linear's own.
func slug(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "-")
}
