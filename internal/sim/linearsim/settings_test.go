package linearsim_test

import (
	"slices"
	"testing"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestPlansWithoutInitiatives(t *testing.T) {
	w := newWorld(t)
	label := w.AddLabel(linearsim.InitiativeLabel, "bet")
	const none, noLabels = "none", "no labels"
	for _, c := range []struct{ name, query, refusedOn string }{
		{"initiatives", `{ initiatives { nodes { id } } }`, none},
		{"the edge table", `{ initiativeToProjects { nodes { id } } }`, none},
		{"the tree", `{ initiativeRelations { nodes { id } } }`, none},
		{"a comment on one", `mutation { commentCreate(input: {initiativeId: "` + w.growth.ID + `", body: "x"}) { success } }`, none},
		{"labels of initiatives", `{ initiativeLabels { nodes { id } } }`, noLabels},
		{"making one", `mutation { initiativeLabelCreate(input: {name: "x"}) { success } }`, noLabels},
		{"applying one", `mutation { initiativeAddLabel(id: "` + w.growth.ID + `", labelId: "` + label.ID + `") { success } }`, noLabels},
		{"issues", `{ issues { nodes { id } } }`, ""},
		{"projects", `{ projects { nodes { id } } }`, ""},
		{"a comment on an issue", `mutation { commentCreate(input: {issueId: "ENG-1", body: "x"}) { success } }`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			for plan, set := range map[string]linearsim.Settings{none: {NoInitiatives: true}, noLabels: {NoInitiativeLabels: true}} {
				w.Configure(func(s *linearsim.Settings) { *s = set })
				r := w.post(c.query, nil)
				if c.refusedOn == plan || c.refusedOn == noLabels {
					r.fails(400, "FEATURE_NOT_ACCESSIBLE", "not available")
				} else if len(r.Errors) > 0 {
					t.Errorf("plan with %s: %s", plan, r.body)
				}
			}
		})
	}
}

func TestLabelsMadeByAdminsOnly(t *testing.T) {
	w := newWorld(t)
	w.Configure(func(s *linearsim.Settings) { s.LabelsByAdmins = true })
	for _, kind := range []string{"issue", "project", "initiative"} {
		w.post(`mutation { `+kind+`LabelCreate(input: {name: "new"}) { success } }`, nil).fails(200, "FORBIDDEN", "permission to manage labels")
	}
	w.post(`mutation { issueAddLabel(id: "ENG-2", labelId: "`+w.needsGoal.ID+`") { success } }`, nil).want(`{"issueAddLabel":{"success":true}}`)
	if err := w.EditUser(w.bot.ID, func(u *linearsim.User) { u.Admin = true }); err != nil {
		t.Fatal(err)
	}
	w.post(`mutation { issueLabelCreate(input: {name: "new"}) { success } }`, nil).want(`{"issueLabelCreate":{"success":true}}`)
}

// A batch with one issue in it that cannot be changed: both ways in which Linear
// may take that.
func TestBatchWithABadOne(t *testing.T) {
	for _, c := range []struct {
		name       string
		byID       bool
		id         string // of the bad one; empty: ENG-1, which has a label of the group
		code       string
		looseHasIt bool
	}{
		{"an unknown id fails all", false, commentID, "INPUT_ERROR", false},
		{"an unknown id fails itself", true, commentID, "", true},
		{"a group's second label fails all", false, "", "INPUT_ERROR", false},
		{"a group's second label fails itself", true, "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.Configure(func(s *linearsim.Settings) { s.BatchByID = c.byID })
			group := w.AddLabel(linearsim.IssueLabel, "Area", func(l *linearsim.Label) { l.Group = true })
			in := func(l *linearsim.Label) { l.ParentID = group.ID }
			web, app := w.AddLabel(linearsim.IssueLabel, "Web", in), w.AddLabel(linearsim.IssueLabel, "App", in)
			if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.LabelIDs = []string{web.ID} }); err != nil {
				t.Fatal(err)
			}
			bad := c.id
			if bad == "" {
				bad = w.linked.ID
			}
			r := w.post(`mutation($ids: [UUID!]!, $i: IssueUpdateInput!) { issueBatchUpdate(ids: $ids, input: $i) { success issues { id } } }`,
				vars{"ids": []string{bad, w.loose.ID}, "i": vars{"addedLabelIds": []string{app.ID}}})
			if c.code != "" {
				r.fails(200, c.code, "")
			} else {
				r.want(`{"issueBatchUpdate":{"success":true,"issues":[{"id":"` + w.loose.ID + `"}]}}`)
			}
			if has := slices.Contains(w.LabelNames("ENG-2"), "App"); has != c.looseHasIt {
				t.Errorf("the good one has the label: %v", has)
			}
			if slices.Contains(w.LabelNames("ENG-1"), "App") {
				t.Error("the bad one was changed")
			}
		})
	}
}

func TestAnotherWorkspace(t *testing.T) {
	w := newWorld(t)
	const who = `{ organization { id name urlKey } issue(id: "ENG-1") { url } }`
	before := w.post(who, nil).body
	w.SetOrganization("7a1c9f5e-0d1b-4c55-9a55-acde0000beef", "Other", "other")
	w.post(who, nil).want(`{"organization":{"id":"7a1c9f5e-0d1b-4c55-9a55-acde0000beef","name":"Other","urlKey":"other"},"issue":{"url":"` + w.url + `/other/issue/ENG-1"}}`)
	if before == w.post(who, nil).body {
		t.Error("nothing changed")
	}
}
