package linearsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

// Every table that can be asked for what changed since tells of an edit, and
// lists it first.
func TestWhatChangedSince(t *testing.T) {
	w := newWorld(t)
	ops := w.AddTeam(linearsim.Team{Key: "OPS"})
	cycle := w.AddCycle(linearsim.Cycle{TeamKey: "ENG", Starts: w.clock.now(), Ends: w.clock.now().Add(14 * 24 * time.Hour)})
	later := w.AddCycle(linearsim.Cycle{TeamKey: "ENG"})
	beta := w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Beta"})
	w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "GA"})
	bet, want := w.AddLabel(linearsim.ProjectLabel, "bet"), w.AddLabel(linearsim.InitiativeLabel, "bet")
	comment := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.ana.ID, Body: "first"})
	w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.ana.ID, Body: "second"})
	w.AddProject(linearsim.Project{Name: "Newer"})
	w.AddInitiative(linearsim.Initiative{Name: "Newer"})
	w.AddLabel(linearsim.IssueLabel, "newer")
	_, _ = ops, later

	for _, c := range []struct {
		table, id string
		edit      func() error
	}{
		{"teams", w.eng.ID, func() error { return w.EditTeam("ENG", func(t *linearsim.Team) { t.Name = "Build" }) }},
		{"users", w.ana.ID, func() error { return w.EditUser(w.ana.ID, func(u *linearsim.User) { u.Guest = true }) }},
		{"cycles", cycle.ID, func() error {
			return w.EditCycle(cycle.ID, func(c *linearsim.Cycle) { c.Completed = w.clock.now() })
		}},
		{"workflowStates", "", func() error { return w.RenameState("ENG", linearsim.Started, "Doing") }},
		{"projectMilestones", beta.ID, func() error {
			return w.EditMilestone(beta.ID, func(m *linearsim.Milestone) { m.Status = "next" })
		}},
		{"issueLabels", w.needsGoal.ID, func() error { return w.EditLabel(w.needsGoal.ID, func(l *linearsim.Label) { l.Retired = true }) }},
		{"projectLabels", bet.ID, func() error { return w.EditLabel(bet.ID, func(l *linearsim.Label) { l.Group = true }) }},
		{"initiativeLabels", want.ID, func() error { return w.EditLabel(want.ID, func(l *linearsim.Label) { l.Name = "wager" }) }},
		{"issues", w.loose.ID, func() error {
			return w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.MilestoneID, i.ProjectID = beta.ID, w.checkout.ID })
		}},
		{"projects", w.checkout.ID, func() error {
			return w.EditProject(w.checkout.ID, w.ana.ID, func(p *linearsim.Project) { p.StatusType = "paused" })
		}},
		{"initiatives", w.growth.ID, func() error {
			return w.EditInitiative(w.growth.ID, w.ana.ID, func(i *linearsim.Initiative) { i.Status = "Completed" })
		}},
		{"comments", comment.ID, func() error { return w.ResolveComment(comment.ID, w.ana.ID) }},
	} {
		t.Run(c.table, func(t *testing.T) {
			w.t = t
			w.clock.move(time.Hour)
			since := w.clock.now().Format(time.RFC3339)
			query := fmt.Sprintf(`{ changed: %[1]s(filter: {updatedAt: {gte: %[2]q}}, includeArchived: true) { nodes { id } }
				newest: %[1]s(first: 1, orderBy: updatedAt, includeArchived: true) { nodes { id } } }`, c.table, since)
			if got := ids(t, w.post(query, nil), "changed"); len(got) != 0 {
				t.Fatalf("changed before anything was edited: %v", got)
			}
			if err := c.edit(); err != nil {
				t.Fatal(err)
			}
			r := w.post(query, nil)
			changed, newest := ids(t, r, "changed"), ids(t, r, "newest")
			if len(changed) != 1 || !slices.Equal(changed, newest) || c.id != "" && changed[0] != c.id {
				t.Errorf("changed %v, newest %v, want %s", changed, newest, c.id)
			}
		})
	}
}

// ids gives the ids of the nodes of one aliased connection.
func ids(t *testing.T, r *reply, alias string) []string {
	t.Helper()
	r.t = t
	var out []string
	for _, n := range get[map[string]struct{ Nodes []struct{ ID string } }](r)[alias].Nodes {
		out = append(out, n.ID)
	}
	return out
}

func TestAdminsErrOnWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	for name, err := range map[string]error{
		"team":       w.EditTeam("NONE", func(*linearsim.Team) {}),
		"a new key":  w.EditTeam("ENG", func(t *linearsim.Team) { t.Key = "NEW" }),
		"state":      w.RenameState("ENG", "review", "Review"),
		"status":     w.RetypeProjectStatus("review", "started"),
		"cycle":      w.EditCycle("none", func(*linearsim.Cycle) {}),
		"milestone":  w.EditMilestone("none", func(*linearsim.Milestone) {}),
		"label":      w.EditLabel("none", func(*linearsim.Label) {}),
		"thread":     w.ResolveComment("none", w.ana.ID),
		"project":    w.DeleteProject("none"),
		"initiative": w.DeleteInitiative("none"),
		"stage":      w.DeleteMilestone("none"),
		"tag":        w.DeleteLabel("none"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWhatElseIsDeletedForGood(t *testing.T) {
	w := newWorld(t)
	child := w.AddInitiative(linearsim.Initiative{Name: "Child", ParentID: w.growth.ID})
	stage := w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Beta"})
	group := w.AddLabel(linearsim.IssueLabel, "Area", func(l *linearsim.Label) { l.Group = true })
	web := w.AddLabel(linearsim.IssueLabel, "Web", func(l *linearsim.Label) { l.ParentID = group.ID })
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) {
		i.LabelIDs, i.MilestoneID = []string{w.needsGoal.ID, web.ID}, stage.ID
	}); err != nil {
		t.Fatal(err)
	}
	w.AddComment(linearsim.Comment{ProjectID: w.checkout.ID, Body: "x"})
	w.AddComment(linearsim.Comment{InitiativeID: w.growth.ID, Body: "x"})
	before, _ := w.Issue("ENG-1")
	show := `{ issue(id: "ENG-1") { project { name } projectMilestone { name } labels { nodes { name parent { name } } } }
		initiativeToProjects { nodes { id } } initiativeRelations { nodes { id } } comments { nodes { body } } projectMilestones { nodes { name } } }`
	for _, step := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a milestone", func() error { return w.DeleteMilestone(stage.ID) }, `"projectMilestone":null`},
		{"a label", func() error { return w.DeleteLabel(w.needsGoal.ID) }, `"labels":{"nodes":[{"name":"Web","parent":{"name":"Area"}}]}`},
		{"a group", func() error { return w.DeleteLabel(group.ID) }, `"labels":{"nodes":[{"name":"Web","parent":null}]}`},
		{"a project", func() error { return w.DeleteProject(w.checkout.ID) }, `"project":null,`},
		{"an initiative", func() error { return w.DeleteInitiative(w.growth.ID) }, `"initiativeToProjects":{"nodes":[]},"initiativeRelations":{"nodes":[]},"comments":{"nodes":[]},"projectMilestones":{"nodes":[]}`},
	} {
		if strings.Contains(string(w.post(show, nil).Data), step.want) {
			t.Errorf("%s: looks deleted before it is", step.name)
		}
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if r := w.post(show, nil); !strings.Contains(string(r.Data), step.want) || len(r.Errors) > 0 {
			t.Errorf("%s: %s\nwant in it %s", step.name, r.body, step.want)
		}
	}
	if after, _ := w.Issue("ENG-1"); !after.Updated.Equal(before.Updated) {
		t.Error("a deletion moved updatedAt of what referred to it")
	}
	w.post(`{ initiatives { nodes { id parentInitiative { id } } } projects(includeArchived: true) { nodes { id } } }`, nil).
		want(`{"initiatives":{"nodes":[{"id":"` + child.ID + `","parentInitiative":null}]},"projects":{"nodes":[]}}`)
}

// A team that goes out of sight takes its rows with it, and brings them back.
func TestTeamsOutOfSight(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "OPS"})
	ours := w.AddIssue(linearsim.Issue{TeamKey: "OPS", Title: "Rotate keys", ParentID: w.linked.ID})
	w.AddLabel(linearsim.IssueLabel, "on-call", func(l *linearsim.Label) { l.TeamKey = "OPS" })
	w.AddProject(linearsim.Project{Name: "Both", TeamKeys: []string{"ENG", "OPS"}})
	w.AddProject(linearsim.Project{Name: "Only OPS", TeamKeys: []string{"OPS"}})
	all := `{ teams { nodes { key } } issues { nodes { title } } issueLabels { nodes { name } } projects { nodes { name teams { nodes { key } } } } }`
	states := `{ workflowStates(filter: {team: {key: {in: ["OPS"]}}}) { nodes { type } } }`
	open := string(w.post(all, nil).Data)
	const shut = `{"teams":{"nodes":[{"key":"ENG"}]},"issues":{"nodes":[{"title":"Tidy the attic"},{"title":"Pay by card"}]},"issueLabels":{"nodes":[{"name":"needs-goal"}]},` +
		`"projects":{"nodes":[{"name":"Both","teams":{"nodes":[{"key":"ENG"}]}},{"name":"Checkout","teams":{"nodes":[]}}]}}`
	hide := func(hidden bool) {
		if err := w.EditTeam("OPS", func(t *linearsim.Team) { t.Hidden = hidden }); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		close func()
		open  func()
	}{
		{"made private", func() { hide(true) }, func() { hide(false) }},
		{"outside what the key sees", func() { w.RestrictKey(key, "ENG") }, func() { w.RestrictKey(key) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			if got := strings.Count(w.post(states, nil).body, `"type"`); got != 7 {
				t.Errorf("%d states of seven types", got)
			}
			c.close()
			w.post(all, nil).want(shut)
			w.post(states, nil).want(`{"workflowStates":{"nodes":[]}}`)
			w.post(`{ issue(id: "`+ours.ID+`") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Issue")
			w.post(`{ team(id: "OPS") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Team")
			w.post(`mutation { issueAddLabel(id: "`+ours.ID+`", labelId: "`+w.needsGoal.ID+`") { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Issue")
			w.post(`mutation { issueLabelCreate(input: {name: "on-call"}) { success } }`, nil).fails(200, "INPUT_ERROR", "already exists in team OPS")
			c.open()
			w.post(all, nil).want(open)
		})
	}
}

func TestRowsOfATeamAndAProject(t *testing.T) {
	w := newWorld(t)
	now := w.clock.now()
	running := w.AddCycle(linearsim.Cycle{TeamKey: "ENG", Number: 7, Starts: now.Add(-24 * time.Hour), Ends: now.Add(24 * time.Hour)})
	w.AddCycle(linearsim.Cycle{TeamKey: "ENG", Name: "Next", Starts: now.Add(24 * time.Hour), Ends: now.Add(48 * time.Hour)})
	stage := w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Beta", TargetDate: "2026-12-01"})
	w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Old", Status: "done", Archived: true})
	agent := w.AddUser(linearsim.User{Name: "Agent", App: true, Active: true})
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) {
		i.CycleID, i.MilestoneID, i.DelegateID, i.SnoozedUntil = running.ID, stage.ID, agent.ID, now.Add(time.Hour)
	}); err != nil {
		t.Fatal(err)
	}
	auto := w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Done long ago", StateType: linearsim.Completed, AutoArchived: true, Created: now})

	const cycles = `{ cycles(filter: {team: {key: {in: ["ENG"]}}}) { nodes { number name completedAt isActive isPast } } }`
	w.post(cycles, nil).want(`{"cycles":{"nodes":[{"number":8,"name":"Next","completedAt":null,"isActive":false,"isPast":false},` +
		`{"number":7,"name":null,"completedAt":null,"isActive":true,"isPast":false}]}}`)
	if err := w.EditCycle(running.ID, func(c *linearsim.Cycle) { c.Completed = now }); err != nil {
		t.Fatal(err)
	}
	w.post(cycles, nil).want(`{"cycles":{"nodes":[{"number":8,"name":"Next","completedAt":null,"isActive":false,"isPast":false},` +
		`{"number":7,"name":null,"completedAt":"2026-11-02T10:00:00.000Z","isActive":false,"isPast":true}]}}`)

	w.post(`{ projectMilestones(filter: {project: {name: {eq: "Checkout"}}}) { nodes { name status targetDate project { name } } } issue(id: "ENG-1") { projectMilestone { name } delegate { name app } snoozedUntilAt }
		issues(filter: {projectMilestone: {name: {eq: "Beta"}}}) { nodes { title } } }`, nil).
		want(`{"projectMilestones":{"nodes":[{"name":"Beta","status":"unstarted","targetDate":"2026-12-01","project":{"name":"Checkout"}}]},` +
			`"issue":{"projectMilestone":{"name":"Beta"},"delegate":{"name":"Agent","app":true},"snoozedUntilAt":"2026-11-02T11:00:00.000Z"},` +
			`"issues":{"nodes":[{"title":"Pay by card"}]}}`)
	w.post(`{ issue(id: "`+auto.ID+`") { archivedAt autoArchivedAt trashed } }`, nil).
		want(`{"issue":{"archivedAt":"2026-11-02T10:00:00.000Z","autoArchivedAt":"2026-11-02T10:00:00.000Z","trashed":null}}`)

	// A milestone belongs to its project: an issue that leaves the project leaves it too.
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.ProjectID = "" }); err != nil {
		t.Fatal(err)
	}
	w.post(`{ issue(id: "ENG-1") { projectMilestone { name } } }`, nil).want(`{"issue":{"projectMilestone":null}}`)
	w.post(`mutation { issueUpdate(id: "ENG-1", input: {projectMilestoneId: "none"}) { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: ProjectMilestone")
}

func TestOneRowByID(t *testing.T) {
	w := newWorld(t)
	stage := w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Beta"})
	cycle := w.AddCycle(linearsim.Cycle{TeamKey: "ENG"})
	bet, want := w.AddLabel(linearsim.ProjectLabel, "bet"), w.AddLabel(linearsim.InitiativeLabel, "want")
	for field, id := range map[string]string{
		"team": w.eng.ID, "user": w.ana.ID, "cycle": cycle.ID, "projectMilestone": stage.ID,
		"issueLabel": w.needsGoal.ID, "projectLabel": bet.ID, "initiativeLabel": want.ID,
	} {
		w.post(`{ `+field+`(id: "`+id+`") { id } }`, nil).want(`{"` + field + `":{"id":"` + id + `"}}`)
		w.post(`{ `+field+`(id: "none") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: "+strings.ToUpper(field[:1])+field[1:])
	}
	w.post(`{ issueLabel(id: "`+bet.ID+`") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: IssueLabel")
}

func TestRetiredAndArchivedLabels(t *testing.T) {
	w := newWorld(t)
	const lists = `{ issueLabels { nodes { name } } all: issueLabels(includeArchived: true) { nodes { retiredAt archivedAt } } }`
	for _, c := range []struct {
		name              string
		retired, archived bool
		want              string
	}{
		{"retired", true, false, `{"issueLabels":{"nodes":[{"name":"needs-goal"}]},"all":{"nodes":[{"retiredAt":"2026-11-02T10:00:00.000Z","archivedAt":null}]}}`},
		{"archived too", true, true, `{"issueLabels":{"nodes":[]},"all":{"nodes":[{"retiredAt":"2026-11-02T10:00:00.000Z","archivedAt":"2026-11-02T11:00:00.000Z"}]}}`},
		{"restored", false, false, `{"issueLabels":{"nodes":[{"name":"needs-goal"}]},"all":{"nodes":[{"retiredAt":null,"archivedAt":null}]}}`},
	} {
		if err := w.EditLabel(w.needsGoal.ID, func(l *linearsim.Label) { l.Retired, l.Archived = c.retired, c.archived }); err != nil {
			t.Fatal(err)
		}
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.post(lists, nil).want(c.want)
		})
		w.clock.move(time.Hour)
	}
}

func TestCommentsByWhatTheyAreOn(t *testing.T) {
	w := newWorld(t)
	first := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.bot.ID, Body: "issue"})
	w.AddComment(linearsim.Comment{ProjectID: w.checkout.ID, UserID: w.ana.ID, Body: "project"})
	w.AddComment(linearsim.Comment{InitiativeID: w.growth.ID, UserID: w.ana.ID, Body: "initiative"})
	gone := w.AddComment(linearsim.Comment{IssueID: w.loose.ID, UserID: w.bot.ID, Body: "deleted"})
	if err := w.DeleteComment(gone.ID); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ filter, want string }{
		{`{}`, "initiative, project, issue"},
		{`{id: {in: ["` + first.ID + `", "` + gone.ID + `"]}}`, "issue"},
		{`{issue: {id: {in: ["` + w.linked.ID + `"]}}}`, "issue"},
		{`{issue: {null: false}}`, "issue"},
		{`{project: {id: {eq: "` + w.checkout.ID + `"}}}`, "project"},
		{`{initiative: {id: {in: ["` + w.growth.ID + `"]}}}`, "initiative"},
		{`{user: {id: {eq: "` + w.ana.ID + `"}}}`, "initiative, project"},
		{`{or: [{issue: {id: {eq: "` + w.linked.ID + `"}}}, {initiative: {id: {eq: "` + w.growth.ID + `"}}}]}`, "initiative, issue"},
	} {
		t.Run(c.filter, func(t *testing.T) {
			w.t = t
			var got []string
			for _, n := range get[struct {
				Comments struct{ Nodes []struct{ Body string } }
			}](w.post(`{ comments(filter: `+c.filter+`) { nodes { body } } }`, nil)).Comments.Nodes {
				got = append(got, n.Body)
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestLabelsOfTheTeamAbove(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "WEB", ParentKey: "ENG"})
	w.AddTeam(linearsim.Team{Key: "OPS"})
	w.AddIssue(linearsim.Issue{TeamKey: "WEB", Title: "Below"})
	w.AddIssue(linearsim.Issue{TeamKey: "OPS", Title: "Elsewhere"})
	of := func(team string) func(*linearsim.Label) { return func(l *linearsim.Label) { l.TeamKey = team } }
	above, below := w.AddLabel(linearsim.IssueLabel, "platform", of("ENG")), w.AddLabel(linearsim.IssueLabel, "browser", of("WEB"))
	for _, c := range []struct {
		issue, label string
		fits         bool
	}{
		{"ENG-1", above.ID, true},
		{"WEB-1", above.ID, true},
		{"OPS-1", above.ID, false},
		{"WEB-1", below.ID, true},
		{"ENG-1", below.ID, false},
	} {
		r := w.post(`mutation { issueAddLabel(id: "`+c.issue+`", labelId: "`+c.label+`") { success } }`, nil)
		if c.fits {
			r.want(`{"issueAddLabel":{"success":true}}`)
		} else {
			r.fails(200, "INPUT_ERROR", "not associated with the same team")
		}
	}
	web := get[struct{ Team struct{ ID string } }](w.post(`{ team(id: "WEB") { id } }`, nil)).Team.ID
	w.post(`mutation { issueLabelCreate(input: {name: "platform", teamId: "`+web+`"}) { success } }`, nil).fails(200, "INPUT_ERROR", "already exists in team ENG")
	w.AddLabel(linearsim.IssueLabel, "platform", of("WEB"), func(l *linearsim.Label) { l.InheritedFrom = above.ID })
	w.post(`{ issueLabels(filter: {team: {parent: {key: {eq: "ENG"}}}}) { nodes { name inheritedFrom { team { key } } team { parent { key } } } } }`, nil).
		want(`{"issueLabels":{"nodes":[{"name":"platform","inheritedFrom":{"team":{"key":"ENG"}},"team":{"parent":{"key":"ENG"}}},{"name":"browser","inheritedFrom":null,"team":{"parent":{"key":"ENG"}}}]}}`)
}

func TestIdentifiersAreNeverGivenAgain(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "WEB"})
	if err := w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.TeamKey = "WEB" }); err != nil {
		t.Fatal(err)
	}
	if err := w.DeleteIssue("ENG-1"); err != nil {
		t.Fatal(err)
	}
	for _, number := range []int{0, 1, 2} {
		if i := w.AddIssue(linearsim.Issue{TeamKey: "ENG", Number: number}); i.Number != 3+number {
			t.Errorf("asked for number %d, got %d", number, i.Number)
		}
	}
	const old = `{ issue(id: "ENG-2") { identifier previousIdentifiers } }`
	w.post(old, nil).fails(200, "INPUT_ERROR", "Entity not found: Issue")
	w.Configure(func(s *linearsim.Settings) { s.OldIdentifiers = true })
	w.post(old, nil).want(`{"issue":{"identifier":"WEB-1","previousIdentifiers":["ENG-2"]}}`)
}

// A project status is given another type: it and what its projects say of it
// change, their updatedAt does not move.
func TestProjectStatusOfAnotherType(t *testing.T) {
	w := newWorld(t)
	w.clock.move(time.Hour)
	since := w.clock.now().Format(time.RFC3339)
	if err := w.RetypeProjectStatus("started", "completed"); err != nil {
		t.Fatal(err)
	}
	w.post(fmt.Sprintf(`{ projects { nodes { state status { name type } } } changed: projects(filter: {updatedAt: {gte: %q}}) { nodes { id } }
		projectStatuses(first: 1, orderBy: updatedAt) { nodes { name type } } }`, since), nil).
		want(`{"projects":{"nodes":[{"state":"completed","status":{"name":"In Progress","type":"completed"}}]},"changed":{"nodes":[]},` +
			`"projectStatuses":{"nodes":[{"name":"In Progress","type":"completed"}]}}`)
}
