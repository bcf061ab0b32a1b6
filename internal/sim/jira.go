package sim

import (
	"time"

	"github.com/alignd/alignd/internal/sim/jirasim"
)

// jira fills the Jira: ROAD with the goals as initiatives, PAY and WEB with
// epics, stories and sub-tasks, and PRIV, which the bot may not see.
func (b *builder) jira() {
	j := b.Jira
	for _, p := range people {
		j.AddUser(jirasim.User{AccountID: p.id, Name: p.name, Email: p.email, Active: true})
	}
	j.AddUser(jirasim.User{AccountID: JiraBot, Name: "alignd", Email: BotEmail, Active: true})
	j.AddToken(BotEmail, JiraToken, JiraBot)
	j.AddProject(jirasim.Project{Key: "ROAD", Name: "Roadmap"})
	j.AddProject(jirasim.Project{Key: "PAY", Name: "Payments"})
	j.AddProject(jirasim.Project{Key: "WEB", Name: "Web shop"})
	j.AddProject(jirasim.Project{Key: "PRIV", Name: "Merger", Hidden: true})
	j.AddField(jirasim.Field{ID: POField, Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})

	sprint := jirasim.Sprint{ID: 41, Name: "Sprint 41", State: "active", BoardID: 7, Start: b.clock.Now().AddDate(0, 0, -5), End: b.clock.Now().AddDate(0, 0, 9)}
	for _, g := range goals {
		initiative := jirasim.Issue{
			Project: "ROAD", Type: "Initiative", Summary: g.title, Status: g.status, StatusCategory: g.category,
			Assignee: g.pm, Reporter: g.pm, Due: g.target, Created: b.daysAgo(120),
		}
		if g.po != "" {
			initiative.Custom = map[string]any{POField: g.po}
		}
		added := b.issue(initiative)
		if g.title == "Sell in three new countries" {
			b.Plot.Ownerless, b.Plot.NewPO = added.Key, cleo
		}
		for _, e := range g.epics {
			b.epic(e, added.Key, &sprint)
		}
	}
	b.strays(&sprint)
	b.hardCases(&sprint)
}

// epic adds an epic under a goal ("" for none) with its stories; every fourth
// story has a sub-task.
func (b *builder) epic(e epic, parent string, sprint *jirasim.Sprint) jirasim.Issue {
	status, category := "In Progress", "indeterminate"
	if e.done {
		status, category = "Done", "done"
	}
	added := b.issue(jirasim.Issue{
		Project: e.project, Type: "Epic", Summary: e.title, Status: status, StatusCategory: category,
		ParentKey: parent, Assignee: emil, Created: b.daysAgo(90 + b.rand.IntN(20)),
	})
	for n := range e.stories {
		i := jirasim.Issue{
			Project: e.project, Type: pick(b, "Story", "Story", "Story", "Task", "Bug"), Summary: b.story(e.subjects),
			ParentKey: added.Key, Priority: pick(b, "High", "Medium", "Medium", "Low"),
			Assignee: people[b.rand.IntN(len(people))].id, Created: b.daysAgo(5 + b.rand.IntN(70)),
		}
		switch {
		case n%3 == 0 || e.done && n > 3:
			i.Status, i.StatusCategory = "Done", "done"
		case n%3 == 1:
			i.Status, i.StatusCategory, i.Sprint = "In Progress", "indeterminate", sprint
		}
		story := b.issue(i)
		if n%4 == 0 {
			b.issue(jirasim.Issue{
				Project: e.project, Type: "Sub-task", Level: -1, Summary: "Review: " + i.Summary, ParentKey: story.Key,
				Status: i.Status, StatusCategory: i.StatusCategory, Created: i.Created.Add(time.Hour),
			})
		}
	}
	return added
}

// strays adds stories that serve no goal, old enough to be spoken of.
func (b *builder) strays(sprint *jirasim.Sprint) {
	for _, project := range []string{"PAY", "WEB"} {
		for n, title := range strayTitles[project] {
			i := jirasim.Issue{Project: project, Type: "Story", Summary: title, Assignee: people[n].id, Created: b.daysAgo(6 + 3*n)}
			if n%2 == 0 {
				i.Status, i.StatusCategory, i.Sprint = "In Progress", "indeterminate", sprint
			}
			added := b.issue(i)
			switch title {
			case strayTitles["PAY"][0]:
				b.Plot.Relinked = added.Key
			case strayTitles["WEB"][0]:
				b.Plot.Vetoed = added.Key
			}
		}
	}
	// Under an epic that itself serves nothing.
	b.epic(epic{"WEB", "Ideas from the offsite", false, 3, []string{"confetti", "sound effects", "a mascot"}}, "", sprint)
	// Too young to be spoken of.
	b.issue(jirasim.Issue{Project: "PAY", Type: "Story", Summary: "Print the VAT number on receipts", Created: b.clock.Now().Add(-20 * time.Hour)})
	b.issue(jirasim.Issue{Project: "WEB", Type: "Bug", Summary: "The search box loses its text", Created: b.clock.Now().Add(-3 * time.Hour)})
}

// hardCases adds what a naive bot gets wrong.
func (b *builder) hardCases(sprint *jirasim.Sprint) {
	for _, i := range b.Jira.Issues() {
		if i.Summary == "Local payment methods" {
			b.Plot.Epic = i.Key
		}
	}
	// Reaches its goal by a label.
	added := b.issue(jirasim.Issue{Project: "WEB", Type: "Story", Summary: "Gift card teaser on the home page", Labels: []string{"goal:ROAD-6"}, Created: b.daysAgo(12)})
	b.Plot.ByLabel = added.Key
	b.issue(jirasim.Issue{Project: "PAY", Type: "Task", Summary: "Rotate the card vault keys", Labels: []string{"goal:KTLO-1"}, Created: b.daysAgo(9), Sprint: sprint})
	// A label that almost names a goal: no link, but explain says so.
	b.issue(jirasim.Issue{Project: "WEB", Type: "Story", Summary: "Currency in the page footer", Labels: []string{"goal:RODA-5"}, Created: b.daysAgo(15)})
	// Silenced by a person, and by the file.
	b.issue(jirasim.Issue{Project: "WEB", Type: "Story", Summary: "Fun Friday: the office map", Labels: []string{"alignd:ignore"}, Created: b.daysAgo(20)})
	b.issue(jirasim.Issue{Project: "PAY", Type: "Task", Summary: "Renew the TLS certificates", Labels: []string{"ktlo"}, Created: b.daysAgo(18)})
	b.issue(jirasim.Issue{Project: "WEB", Type: "Task", Summary: "Upgrade the build agents", Labels: []string{"ktlo"}, Created: b.daysAgo(11)})
	// Its parent is where the bot may not look: unknown, so nothing is said.
	merger := b.issue(jirasim.Issue{Project: "PRIV", Type: "Epic", Summary: "Join the two ledgers", Created: b.daysAgo(40)})
	b.issue(jirasim.Issue{Project: "PAY", Type: "Story", Summary: "Read balances of the other ledger", ParentKey: merger.Key, Created: b.daysAgo(14)})
	// A title that would mention people and break out of the markup.
	b.issue(jirasim.Issue{Project: "PAY", Type: "Story", Summary: "Show [~accountid:" + ana + "] {color:red}fees{color} !now! before h1. paying", Created: b.daysAgo(10)})
}
