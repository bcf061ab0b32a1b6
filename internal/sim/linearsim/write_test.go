package linearsim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

const (
	commentID = "0b8f5a7e-3c1d-4e2f-9a6b-7c8d9e0f1a2b"
	create    = `mutation($i: CommentCreateInput!) { commentCreate(input: $i) { success comment { id issueId projectId initiativeId user { name } } } }`
)

func TestCreateComment(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, code, message string // no code: it works
		input               vars
	}{
		{"no target", "INVALID_INPUT", "exactly one of", vars{"body": "x"}},
		{"two targets", "INVALID_INPUT", "exactly one of", vars{"body": "x", "issueId": "ENG-1", "projectId": w.checkout.ID}},
		{"no body", "INVALID_INPUT", "body should not be empty", vars{"issueId": "ENG-1"}},
		{"an id that is no UUID", "INVALID_INPUT", "id must be a UUID.", vars{"id": "alignd-1", "body": "x", "issueId": "ENG-1"}},
		{"a UUID of version 1", "INVALID_INPUT", "id must be a UUID.", vars{"id": "0b8f5a7e-3c1d-1e2f-9a6b-7c8d9e0f1a2b", "body": "x", "issueId": "ENG-1"}},
		{"no such issue", "INPUT_ERROR", "Entity not found: Issue", vars{"body": "x", "issueId": "ENG-99"}},
		{"no such initiative", "INPUT_ERROR", "Entity not found: Initiative", vars{"body": "x", "initiativeId": "none"}},
		{"an id of ours", "", "", vars{"id": commentID, "body": "x", "issueId": "ENG-1", "doNotSubscribeToIssue": true}},
		{"the same id again", "INPUT_ERROR", "conflict on insert of Comment", vars{"id": commentID, "body": "x", "issueId": "ENG-1"}},
		{"the same id on another thing", "INPUT_ERROR", "Entity Comment with id " + commentID + " already exists.", vars{"id": commentID, "body": "y", "projectId": w.checkout.ID}},
		{"on a project", "", "", vars{"body": "x", "projectId": w.checkout.ID}},
		{"on an initiative", "", "", vars{"body": "x", "initiativeId": w.growth.ID}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.post(create, vars{"i": c.input})
			r.t = t
			if c.code != "" {
				r.fails(200, c.code, c.message)
				if string(r.Data) != "null" || len(r.Errors[0].Path) != 1 || r.Errors[0].Path[0] != "commentCreate" {
					t.Errorf("want null data and a path: %s", r.body)
				}
				return
			}
			if len(r.Errors) > 0 {
				t.Error(r.body)
			}
		})
	}
	if n := len(w.Comments("ENG-1")) + len(w.Comments(w.checkout.SlugID)) + len(w.Comments(w.growth.ID)); n != 3 {
		t.Errorf("%d comments, want 3", n)
	}
	// A comment is not activity of what it is on.
	if i, _ := w.Issue("ENG-1"); !i.Updated.Equal(w.linked.Updated) {
		t.Error("a comment moved the issue's updatedAt")
	}
	// Even after a person deleted it, the id is used up.
	if err := w.DeleteComment(commentID); err != nil {
		t.Fatal(err)
	}
	w.post(`{ comment(id: "`+commentID+`") { id } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Comment")
	w.post(create, vars{"i": vars{"id": commentID, "body": "x", "issueId": "ENG-1"}}).fails(200, "INPUT_ERROR", "conflict on insert of Comment")
	w.post(`mutation { commentUpdate(id: "`+commentID+`", input: {body: "x"}) { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found: Comment")
}

func TestEditAndDeleteComment(t *testing.T) {
	w := newWorld(t)
	w.post(create, vars{"i": vars{"id": commentID, "body": "first", "issueId": "ENG-1"}})
	read := `{ comment(id: "` + commentID + `") { body issueId editedAt createdAt updatedAt url user { isMe } botActor { id } } }`
	type answer struct {
		Comment struct {
			Body                           string
			EditedAt, CreatedAt, UpdatedAt *time.Time
		}
	}
	if c := get[answer](w.post(read, nil)).Comment; c.Body != "first" || c.EditedAt != nil {
		t.Errorf("as created: %+v", c)
	}
	w.clock.move(time.Minute)
	w.post(`mutation { commentUpdate(id: "`+commentID+`", input: {body: "second"}) { success comment { body } } }`, nil).
		want(`{"commentUpdate":{"success":true,"comment":{"body":"second"}}}`)
	c := get[answer](w.post(read, nil)).Comment
	if c.EditedAt == nil || !c.UpdatedAt.Equal(c.CreatedAt.Add(time.Minute)) {
		t.Errorf("as edited: %+v", c)
	}
	w.post(`{ comments(filter: {user: {isMe: {eq: true}}, issue: {team: {key: {in: ["ENG"]}}}}) { nodes { url } } }`, nil).
		want(`{"comments":{"nodes":[{"url":"` + w.url + `/acme/issue/ENG-1#comment-0b8f5a7e"}]}}`)

	hers := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.ana.ID, Body: "hers"})
	w.post(`mutation { commentUpdate(id: "`+hers.ID+`", input: {body: "mine"}) { success } }`, nil).fails(200, "FORBIDDEN", "your own comments")
	w.post(`mutation { commentDelete(id: "`+commentID+`") { success entityId } }`, nil).
		want(`{"commentDelete":{"success":true,"entityId":"` + commentID + `"}}`)
	if left := w.Comments("ENG-1"); len(left) != 1 || left[0].Body != "hers" {
		t.Errorf("left: %+v", left)
	}
}

// What is read back is not what was sent, byte for byte.
func TestBodyIsRenderedAgain(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ name, sent, back string }{
		{"plain text stays", "No goal.\nSee [ROAD-1](https://x.example/a_b).\n\nalignd · acme · story-without-goal", "No goal.\nSee [ROAD-1](https://x.example/a_b).\n\nalignd · acme · story-without-goal"},
		{"bullets come back as stars", "- one\n  - two\n+ three", "* one\n  * two\n* three"},
		{"but not those of tasks", "- [ ] one\n- [x] two", "- [ ] one\n- [x] two"},
		{"a lone tilde is escaped", "~3 of ~~4~~", "\\~3 of ~~4~~"},
		{"a bare domain becomes a link", "Use health.rs, not (install.sh).", "Use [health.rs](<http://health.rs>), not ([install.sh](<http://install.sh>))."},
		{"code spans stay", "`lib.rs ~ __x__` and lib.rs", "`lib.rs ~ __x__` and [lib.rs](<http://lib.rs>)"},
		{"trailing space goes", "a  \nb\t\n\n", "a\nb"},
		{"runs of blank lines go", "a\n\n\n\nb", "a\n\nb"},
		{"carriage returns go", "a\r\nb", "a\nb"},
		{"hidden markers go", "a<!-- alignd:1 -->\nb", "a\nb"},
		{"one style of bold", "__now__ and **then**", "**now** and **then**"},
		{"collapsible sections stay", "+++ More\ntext\n+++", "+++ More\ntext\n+++"},
		{"code stays", "```\n* a  \n```", "```\n* a  \n```"},
		{"escapes stay", `\[not a link\] \*`, `\[not a link\] \*`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, Body: c.sent}).Body
			if got != c.back {
				t.Errorf("sent %q, got back %q, want %q", c.sent, got, c.back)
			}
			if again := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, Body: got}).Body; again != got {
				t.Errorf("not stable: %q then %q", got, again)
			}
		})
	}
}

func TestLabelsOneByOne(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ kind, id string }{{"issue", "ENG-1"}, {"project", w.checkout.ID}, {"initiative", w.growth.ID}} {
		t.Run(c.kind, func(t *testing.T) {
			w.t = t
			name := c.kind + "LabelCreate"
			made := get[map[string]map[string]map[string]string](w.post(`mutation { `+name+`(input: {name: "needs-po"}) { `+c.kind+`Label { id } } }`, nil))
			label := made[name][c.kind+"Label"]["id"]
			type stamp map[string]struct {
				Success bool
				Entity  struct {
					UpdatedAt time.Time
					LabelIDs  []string
				}
			}
			do := func(verb string) (time.Time, []string) {
				t.Helper()
				op := c.kind + verb + "Label"
				d := get[stamp](w.post(`mutation($id: String!, $l: String!) { `+op+`(id: $id, labelId: $l) { success entity: `+c.kind+` { updatedAt labelIDs: labelIds } } }`, vars{"id": c.id, "l": label}))
				if !d[op].Success {
					t.Error(op, "without success")
				}
				return d[op].Entity.UpdatedAt, d[op].Entity.LabelIDs
			}
			w.clock.move(time.Hour)
			added, ids := do("Add")
			if !slices.Equal(ids, []string{label}) || !added.Equal(w.clock.now()) || !slices.Equal(w.LabelNames(c.id), []string{"needs-po"}) {
				t.Errorf("after add: %v %v", added, ids)
			}
			w.clock.move(time.Hour)
			if again, ids := do("Add"); !again.Equal(added) || len(ids) != 1 {
				t.Errorf("adding what is there: %v %v", again, ids)
			}
			removed, ids := do("Remove")
			if len(ids) != 0 || !removed.Equal(w.clock.now()) {
				t.Errorf("after remove: %v %v", removed, ids)
			}
			w.clock.move(time.Hour)
			if again, _ := do("Remove"); !again.Equal(removed) {
				t.Error("removing what is not there wrote something")
			}
			w.post(`mutation { `+c.kind+`AddLabel(id: "none", labelId: "`+label+`") { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found")
			w.post(`mutation { `+c.kind+`AddLabel(id: "`+c.id+`", labelId: "none") { success } }`, nil).fails(200, "INPUT_ERROR", "Entity not found")
		})
	}
}

func TestCreateLabel(t *testing.T) {
	w := newWorld(t)
	ops := w.AddTeam(linearsim.Team{Key: "OPS"})
	group := w.AddLabel(linearsim.IssueLabel, "Area", func(l *linearsim.Label) { l.Group = true })
	w.AddLabel(linearsim.IssueLabel, "retired", func(l *linearsim.Label) { l.Archived = true })
	w.AddLabel(linearsim.IssueLabel, "ops-only", func(l *linearsim.Label) { l.TeamKey = "OPS" })
	for _, c := range []struct {
		name, code, message string
		input               vars
	}{
		{"a name that exists", "INPUT_ERROR", `Label "needs-goal" already exists`, vars{"name": "needs-goal"}},
		{"but for its case", "INPUT_ERROR", "Duplicate label name", vars{"name": "Needs-Goal"}},
		{"in the workspace, for a team", "INPUT_ERROR", "Duplicate label name", vars{"name": "needs-goal", "teamId": ops.ID}},
		{"in a team, for the workspace", "INPUT_ERROR", "already exists in team OPS", vars{"name": "ops-only"}},
		{"in one team, for another", "", "", vars{"name": "ops-only", "teamId": w.eng.ID}},
		{"of an archived label", "INPUT_ERROR", "Duplicate label name", vars{"name": "retired"}},
		{"no name", "INVALID_INPUT", "name", vars{"name": " "}},
		{"a bad id", "INVALID_INPUT", "id must be a UUID.", vars{"name": "x", "id": "x"}},
		{"no such team", "INPUT_ERROR", "Entity not found: Team", vars{"name": "x", "teamId": "x"}},
		{"no such group", "INPUT_ERROR", "Entity not found: IssueLabel", vars{"name": "x", "parentId": "x"}},
		{"with an id of ours", "", "", vars{"name": "x", "id": commentID}},
		{"with an id that is taken", "INPUT_ERROR", "conflict on insert of IssueLabel", vars{"name": "y", "id": commentID}},
		{"in a group", "", "", vars{"name": "Checkout", "parentId": group.ID, "color": "#EB5757"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.post(`mutation($i: IssueLabelCreateInput!) { issueLabelCreate(input: $i) { success issueLabel { id isGroup parent { name } team { key } } } }`, vars{"i": c.input})
			r.t = t
			if c.code != "" {
				r.fails(200, c.code, c.message)
			} else if len(r.Errors) > 0 {
				t.Error(r.body)
			}
		})
	}
	// The same name may be a label of projects.
	w.post(`mutation { projectLabelCreate(input: {name: "needs-goal"}) { success } }`, nil).want(`{"projectLabelCreate":{"success":true}}`)
}

func TestLabelsThatCannotBeApplied(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "OPS"})
	in := func(parent, team string) func(*linearsim.Label) {
		return func(l *linearsim.Label) { l.ParentID, l.TeamKey = parent, team }
	}
	group := w.AddLabel(linearsim.IssueLabel, "Area", func(l *linearsim.Label) { l.Group = true })
	one, two := w.AddLabel(linearsim.IssueLabel, "Web", in(group.ID, "")), w.AddLabel(linearsim.IssueLabel, "App", in(group.ID, ""))
	ops := w.AddLabel(linearsim.IssueLabel, "on-call", in("", "OPS"))
	ofProjects := w.AddLabel(linearsim.ProjectLabel, "bet")
	add := `mutation($l: String!) { issueAddLabel(id: "ENG-2", labelId: $l) { success } }`
	w.post(add, vars{"l": one.ID}).want(`{"issueAddLabel":{"success":true}}`)
	w.post(add, vars{"l": two.ID}).fails(200, "INPUT_ERROR", "The label 'App' is in the same group as 'Web'. Only one label in a group can be applied to an issue.")
	w.post(add, vars{"l": group.ID}).fails(200, "INPUT_ERROR", "is a group")
	w.post(add, vars{"l": ops.ID}).fails(200, "INPUT_ERROR", "not associated with the same team")
	w.post(add, vars{"l": ofProjects.ID}).fails(200, "INPUT_ERROR", "Entity not found: IssueLabel")
	if got := w.LabelNames("ENG-2"); !slices.Equal(got, []string{"Web"}) {
		t.Errorf("labels: %v", got)
	}
}

func TestUpdateIssues(t *testing.T) {
	w := newWorld(t)
	other := w.AddLabel(linearsim.IssueLabel, "ktlo")
	update := `mutation($id: String!, $i: IssueUpdateInput!) { issueUpdate(id: $id, input: $i) { issue { title project { name } assignee { name } priority } } }`
	w.post(update, vars{"id": "ENG-1", "i": vars{"projectId": nil, "assigneeId": w.ana.ID, "priority": 1}}).
		want(`{"issueUpdate":{"issue":{"title":"Pay by card","project":null,"assignee":{"name":"Ana Lima"},"priority":1}}}`)
	w.post(update, vars{"id": "ENG-1", "i": vars{"addedLabelIds": []string{other.ID, w.needsGoal.ID}}})
	w.post(update, vars{"id": "ENG-1", "i": vars{"removedLabelIds": []string{other.ID}}})
	if got := w.LabelNames("ENG-1"); !slices.Equal(got, []string{"needs-goal"}) {
		t.Errorf("labels: %v", got)
	}
	// Left out through a variable that is not given is left alone, not cleared.
	w.post(`mutation($p: String) { issueUpdate(id: "ENG-1", input: {title: "New", assigneeId: $p}) { issue { assignee { name } } } }`, nil).
		want(`{"issueUpdate":{"issue":{"assignee":{"name":"Ana Lima"}}}}`)
	for _, c := range []struct {
		code, message string
		input         vars
	}{
		{"INVALID_INPUT", "stateId must be a UUID.", vars{"stateId": "Done"}},
		{"INPUT_ERROR", "Entity not found: Project", vars{"projectId": "none"}},
		{"INPUT_ERROR", "Entity not found: IssueLabel", vars{"addedLabelIds": []string{"none"}}},
		{"INVALID_INPUT", "sub-issues", vars{"parentId": w.linked.ID}},
		{"INVALID_INPUT", "cannot be combined", vars{"labelIds": []string{}, "addedLabelIds": []string{other.ID}}},
	} {
		w.post(update, vars{"id": "ENG-1", "i": c.input}).fails(200, c.code, c.message)
	}

	batch := `mutation($ids: [UUID!]!, $i: IssueUpdateInput!) { issueBatchUpdate(ids: $ids, input: $i) { success issues { labelIds } } }`
	add := vars{"addedLabelIds": []string{other.ID}}
	w.post(batch, vars{"ids": []string{w.linked.ID, w.loose.ID}, "i": add}).
		want(`{"issueBatchUpdate":{"success":true,"issues":[{"labelIds":["` + w.needsGoal.ID + `","` + other.ID + `"]},{"labelIds":["` + other.ID + `"]}]}}`)
	w.post(batch, vars{"ids": []string{"ENG-1"}, "i": add}).fails(200, "INVALID_INPUT", "must be a UUID")
	w.post(batch, vars{"ids": slices.Repeat([]string{w.linked.ID}, 51), "i": add}).fails(200, "INVALID_INPUT", "no more than 50")
	more := w.AddLabel(linearsim.IssueLabel, "more")
	w.post(batch, vars{"ids": []string{w.loose.ID, commentID}, "i": vars{"addedLabelIds": []string{more.ID}}}).fails(200, "INPUT_ERROR", "Entity not found: Issue")
	if slices.Contains(w.LabelNames("ENG-2"), "more") {
		t.Error("a batch with a bad id was half done")
	}
}
