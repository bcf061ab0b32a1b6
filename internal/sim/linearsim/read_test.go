package linearsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestFilters(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "OPS"})
	loner := w.AddProject(linearsim.Project{Name: "Loner", StatusType: "paused", LeadID: w.ana.ID, TargetDate: "2026-12-31"})
	cycle := w.AddCycle(linearsim.Cycle{TeamKey: "OPS", Name: "Sprint 1", Starts: w.clock.now().Add(-time.Hour), Ends: w.clock.now().Add(time.Hour)})
	w.AddIssue(linearsim.Issue{
		TeamKey: "OPS", Title: "Rotate keys", StateType: linearsim.Triage, AssigneeID: w.bot.ID,
		ProjectID: loner.ID, LabelIDs: []string{w.needsGoal.ID}, CycleID: cycle.ID, Estimate: 0.5,
		Created: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), ParentID: w.linked.ID,
	})
	for _, c := range []struct{ filter, want string }{
		{`{}`, "Tidy the attic, Pay by card, Rotate keys"},
		{`{title: {eq: "Pay by card"}}`, "Pay by card"},
		{`{title: {neq: "Pay by card"}}`, "Tidy the attic, Rotate keys"},
		{`{title: {eqIgnoreCase: "PAY BY CARD"}}`, "Pay by card"},
		{`{title: {neqIgnoreCase: "PAY BY CARD"}}`, "Tidy the attic, Rotate keys"},
		{`{title: {contains: "the"}}`, "Tidy the attic"},
		{`{title: {notContains: "the"}}`, "Pay by card, Rotate keys"},
		{`{title: {containsIgnoreCase: "KEY"}}`, "Rotate keys"},
		{`{title: {startsWith: "Pay"}}`, "Pay by card"},
		{`{title: {notStartsWith: "Pay"}}`, "Tidy the attic, Rotate keys"},
		{`{title: {endsWith: "attic"}}`, "Tidy the attic"},
		{`{title: {notEndsWith: "attic"}}`, "Pay by card, Rotate keys"},
		{`{id: {in: ["` + w.loose.ID + `", "no-such-id"]}}`, "Tidy the attic"},
		{`{id: {nin: ["` + w.loose.ID + `"]}}`, "Pay by card, Rotate keys"},
		{`{team: {key: {in: ["OPS"]}}}`, "Rotate keys"},
		{`{team: {key: {in: "OPS"}}}`, "Rotate keys"},
		{`{team: {id: {eq: "` + w.eng.ID + `"}}}`, "Tidy the attic, Pay by card"},
		{`{state: {type: {nin: ["triage", "started"]}}}`, "Tidy the attic"},
		{`{priority: {lte: 1}}`, "Tidy the attic, Rotate keys"},
		{`{priority: {gt: 1, lt: 3}}`, "Pay by card"},
		{`{number: {gte: 2}}`, "Tidy the attic"},
		{`{estimate: {null: true}}`, "Tidy the attic, Pay by card"},
		{`{estimate: {eq: 0.5}}`, "Rotate keys"},
		{`{createdAt: {lt: "2026-11-01"}}`, "Rotate keys"},
		{`{createdAt: {gte: "2026-11-02T09:00:00.000Z"}}`, "Tidy the attic, Pay by card"},
		{`{createdAt: {gt: "-P2W"}}`, "Tidy the attic, Pay by card"},
		{`{completedAt: {null: true}, startedAt: {null: false}}`, "Pay by card"},
		{`{project: {null: true}}`, "Tidy the attic"},
		{`{project: {null: false}}`, "Pay by card, Rotate keys"},
		{`{project: {initiatives: {length: {eq: 0}}}}`, "Rotate keys"},
		{`{project: {initiatives: {some: {status: {eq: "Active"}}}}}`, "Pay by card"},
		{`{project: {initiatives: {name: {eq: "Growth"}}}}`, "Pay by card"},
		{`{project: {initiatives: {every: {status: {eq: "Planned"}}}}}`, "Rotate keys"},
		{`{project: {status: {type: {in: ["paused"]}}}}`, "Rotate keys"},
		{`{project: {targetDate: {lte: "2026-12-31"}}}`, "Rotate keys"},
		{`{project: {targetDate: {lt: "P1W"}}}`, ""},
		{`{project: {lead: {null: true}}}`, "Pay by card"},
		{`{assignee: {isMe: {eq: true}}}`, "Rotate keys"},
		{`{assignee: {null: true}}`, "Tidy the attic, Pay by card"},
		{`{labels: {name: {eq: "needs-goal"}}}`, "Rotate keys"},
		{`{labels: {null: true}}`, "Tidy the attic, Pay by card"},
		{`{labels: {length: {gte: 1}}}`, "Rotate keys"},
		{`{labels: {every: {name: {eq: "ktlo"}}}}`, "Tidy the attic, Pay by card"},
		{`{cycle: {isActive: {eq: true}}}`, "Rotate keys"},
		{`{parent: {null: true}}`, "Tidy the attic, Pay by card"},
		{`{parent: {title: {contains: "card"}}}`, "Rotate keys"},
		{`{or: [{title: {contains: "attic"}}, {labels: {name: {eq: "needs-goal"}}}]}`, "Tidy the attic, Rotate keys"},
		{`{team: {key: {eq: "ENG"}}, or: [{project: {null: true}}, {priority: {eq: 0}}]}`, "Tidy the attic"},
		{`{and: [{team: {key: {eq: "ENG"}}}, {project: {null: false}}]}`, "Pay by card"},
		{`{title: null, project: {null: true}}`, "Tidy the attic"},
	} {
		t.Run(c.filter, func(t *testing.T) {
			w.t = t
			if got := w.titles(`(filter: ` + c.filter + `)`); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	w.t = t
	w.post(`{ issues(filter: {updatedAt: {gte: "last week"}}) { nodes { id } } }`, nil).fails(200, "INVALID_INPUT", "updatedAt")
	w.post(`{ initiatives(filter: {owner: {null: true}}) { nodes { name } } projects(filter: {lead: {null: true}, status: {type: {in: ["started"]}}}) { nodes { name } } }`, nil).
		want(`{"initiatives":{"nodes":[]},"projects":{"nodes":[{"name":"Checkout"}]}}`)
	w.post(`query($f: IssueFilter) { issues(filter: $f) { nodes { title } } }`, vars{"f": vars{"team": vars{"key": vars{"in": []string{"OPS"}}}}}).
		want(`{"issues":{"nodes":[{"title":"Rotate keys"}]}}`)
}

type issuePage struct {
	Issues struct {
		Nodes    []struct{ Title string }
		Edges    []struct{ Cursor string }
		PageInfo struct {
			HasNextPage, HasPreviousPage bool
			StartCursor, EndCursor       *string
		}
	}
}

const pageQuery = `query($first: Int, $after: String, $last: Int, $before: String, $order: PaginationOrderBy) {
	issues(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
		nodes { title } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

func TestPages(t *testing.T) {
	w := newWorld(t)
	for n := range 58 {
		w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: fmt.Sprint("more ", n)})
	}
	if got := strings.Count(w.titles(""), ",") + 1; got != 50 {
		t.Errorf("a page without first has %d rows, want 50", got)
	}

	// Newest first, until there are no more; every row once.
	seen := map[string]bool{}
	var after *string
	for pages := 1; ; pages++ {
		p := get[issuePage](w.post(pageQuery, vars{"first": 25, "after": after})).Issues
		for _, n := range p.Nodes {
			if seen[n.Title] {
				t.Fatalf("%q twice", n.Title)
			}
			seen[n.Title] = true
		}
		if p.PageInfo.HasPreviousPage != (pages > 1) || *p.PageInfo.EndCursor != p.Edges[len(p.Edges)-1].Cursor {
			t.Errorf("page %d: %+v", pages, p.PageInfo)
		}
		if !p.PageInfo.HasNextPage {
			if pages != 3 || len(p.Nodes) != 10 {
				t.Errorf("ended on page %d with %d rows", pages, len(p.Nodes))
			}
			break
		}
		after = p.PageInfo.EndCursor
		// Somebody edits a row that is still to come: by creation it stays where it is.
		if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.Title = "Pay by card " + fmt.Sprint(pages) }); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d rows in all, want 60", len(seen))
	}

	p := get[issuePage](w.post(pageQuery, vars{"first": 2, "order": "updatedAt"})).Issues
	if p.Nodes[0].Title != "Pay by card 2" || p.Nodes[1].Title != "more 57" {
		t.Errorf("by update: %+v", p.Nodes)
	}
	last := get[issuePage](w.post(pageQuery, vars{"last": 2})).Issues
	if len(last.Nodes) != 2 || last.Nodes[1].Title != "Pay by card 2" || !last.PageInfo.HasPreviousPage || last.PageInfo.HasNextPage {
		t.Errorf("the last two: %+v", last)
	}
	before := get[issuePage](w.post(pageQuery, vars{"last": 1, "before": last.PageInfo.StartCursor})).Issues
	if len(before.Nodes) != 1 || before.Nodes[0].Title != "more 0" || !before.PageInfo.HasNextPage {
		t.Errorf("the one before: %+v", before)
	}
	empty := get[issuePage](w.post(`{ issues(filter: {title: {eq: "none"}}) { nodes { title } pageInfo { hasNextPage endCursor } } }`, nil)).Issues
	if len(empty.Nodes) != 0 || empty.PageInfo.HasNextPage || empty.PageInfo.EndCursor != nil {
		t.Errorf("an empty page: %+v", empty)
	}
	w.post(pageQuery, vars{"first": 251}).fails(200, "INVALID_INPUT", "first must be between 1 and 250")
	w.post(pageQuery, vars{"first": 0}).fails(200, "INVALID_INPUT", "first must be between 1 and 250")
	w.post(pageQuery, vars{"after": "yesterday"}).fails(200, "INVALID_INPUT", "after must be a cursor")
}

func TestWhatIsLeftOutUnlessAskedFor(t *testing.T) {
	w := newWorld(t)
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.Trashed = true }); err != nil {
		t.Fatal(err)
	}
	if got := w.titles(""); got != "Tidy the attic" {
		t.Errorf("without archived: %q", got)
	}
	w.post(`{ issues(includeArchived: true) { nodes { title trashed } } }`, nil).
		want(`{"issues":{"nodes":[{"title":"Tidy the attic","trashed":null},{"title":"Pay by card","trashed":true}]}}`)
	d := get[struct {
		Issue struct{ ArchivedAt *time.Time }
	}](w.post(`{ issue(id: "ENG-1") { archivedAt } }`, nil))
	if d.Issue.ArchivedAt == nil {
		t.Error("no archivedAt on what was trashed")
	}
	if err := w.EditUser(w.ana.ID, func(u *linearsim.User) { u.Active = false }); err != nil {
		t.Fatal(err)
	}
	w.post(`{ users { nodes { name } } all: users(includeDisabled: true) { nodes { name active } } }`, nil).
		want(`{"users":{"nodes":[{"name":"Alignd Bot"}]},"all":{"nodes":[{"name":"Ana Lima","active":false},{"name":"Alignd Bot","active":true}]}}`)
	w.AddLabel(linearsim.IssueLabel, "old", func(l *linearsim.Label) { l.Archived, l.Retired = true, true })
	w.post(`{ issueLabels { nodes { name } } all: issueLabels(includeArchived: true) { nodes { name } } }`, nil).
		want(`{"issueLabels":{"nodes":[{"name":"needs-goal"}]},"all":{"nodes":[{"name":"old"},{"name":"needs-goal"}]}}`)
}

func TestWhatMayNotBeSeen(t *testing.T) {
	w := newWorld(t)
	secret := w.AddProject(linearsim.Project{Name: "Secret", Hidden: true})
	private := w.AddInitiative(linearsim.Initiative{Name: "Private", Hidden: true})
	if err := w.LinkProject(private.ID, w.checkout.ID); err != nil {
		t.Fatal(err)
	}
	w.AddTeam(linearsim.Team{Key: "HR", Hidden: true})
	hr := w.AddIssue(linearsim.Issue{TeamKey: "HR", Title: "Salaries"})
	w.AddComment(linearsim.Comment{IssueID: hr.ID, Body: "how much?", UserID: w.ana.ID})
	w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "In secret", ProjectID: secret.ID})

	w.post(`{ teams { nodes { key } } projects { nodes { name } } initiatives { nodes { name } } comments { nodes { id } }
		initiativeToProjects { nodes { initiative { name } } } workflowStates(filter: {type: {eq: "triage"}}) { nodes { team { key } } } }`, nil).
		want(`{"teams":{"nodes":[{"key":"ENG"}]},"projects":{"nodes":[{"name":"Checkout"}]},"initiatives":{"nodes":[{"name":"Growth"}]},"comments":{"nodes":[]},` +
			`"initiativeToProjects":{"nodes":[{"initiative":{"name":"Growth"}}]},"workflowStates":{"nodes":[{"team":{"key":"ENG"}}]}}`)
	w.post(`{ issue(id: "HR-1") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Issue")
	w.post(`mutation { commentCreate(input: {projectId: "`+secret.ID+`", body: "x"}) { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Project")

	// A visible issue that points to something hidden: data and an error, both.
	r := w.post(`{ issues(first: 1) { nodes { title project { id } } } }`, nil)
	r.fails(200, "INPUT_ERROR", "Entity not found: Project")
	if string(r.Data) != `{"issues":{"nodes":[{"title":"In secret","project":null}]}}` || fmt.Sprint(r.Errors[0].Path) != "[issues nodes 0 project]" {
		t.Errorf("got %s", r.body)
	}
}

func TestOneThing(t *testing.T) {
	w := newWorld(t)
	w.post(`query Both($id: String!, $details: Boolean!) {
		byID: issue(id: $id) { ...I }
		issue(id: "ENG-1") { ...I title @skip(if: $details) __typename ... on Node { id } }
	} fragment I on Issue { number state { type } project { name } parent { id } priorityLabel }`,
		vars{"id": w.linked.ID, "details": true}).
		want(`{"byID":{"number":1,"state":{"type":"started"},"project":{"name":"Checkout"},"parent":null,"priorityLabel":"High"},` +
			`"issue":{"number":1,"state":{"type":"started"},"project":{"name":"Checkout"},"parent":null,"priorityLabel":"High","__typename":"Issue","id":"` + w.linked.ID + `"}}`)
	w.post(`{ project(id: "`+w.checkout.SlugID+`") { name url description } initiative(id: "`+w.growth.ID+`") { url owner { url } description } issue(id: "ENG-2") { url } }`, nil).
		want(`{"project":{"name":"Checkout","url":"` + w.url + `/acme/project/` + w.checkout.SlugID + `","description":""},` +
			`"initiative":{"url":"` + w.url + `/acme/initiative/` + w.growth.SlugID + `","owner":{"url":"` + w.url + `/acme/profiles/ana"},"description":null},"issue":{"url":"` + w.url + `/acme/issue/ENG-2"}}`)
	r := w.post(`{ viewer { id } issue(id: "ENG-99") { id } }`, nil)
	r.fails(200, "INPUT_ERROR", "Could not find referenced Issue.")
	if string(r.Data) != "null" || fmt.Sprint(r.Errors[0].Path) != "[issue]" {
		t.Errorf("got %s", r.body)
	}
}
