package linear

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// change is a change to one item of the fake.
func change(action roadmap.Action, kind roadmap.Kind, value string) roadmap.Change {
	key := roadmap.Key{Tracker: "eng", ID: "x1"}
	return roadmap.Change{
		Key: key, Ref: "eng:ENG-1", Kind: kind, Action: action, Value: value, Remote: "c-1",
		Text: roadmap.Text{{roadmap.Say("No goal.")}, {roadmap.Say("alignd · acme · story-without-goal")}},
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0)},
	}
}

func TestApplyLabels(t *testing.T) {
	const invalid = `{"data":null,"errors":[{"message":"x already there","extensions":{"code":"INPUT_ERROR"}}]}`
	for _, tt := range []struct {
		what   string
		action roadmap.Action
		kind   roadmap.Kind
		label  string
		on     string            // label ids on the item
		refuse map[string]string // answers by root field, instead of success
		want   string            // the writes
		err    connectors.Kind
		says   string
	}{
		{what: "add one that the workspace has", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "needs-goal", want: "issueAddLabel l-need"},
		{what: "add one of the issue's team", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "team-only", want: "issueAddLabel l-team"},
		{what: "add one to a project", action: roadmap.AddLabel, kind: roadmap.KindProject, label: "needs-po", want: "projectAddLabel pl-po"},
		{what: "add one that has to be created", action: roadmap.AddLabel, kind: roadmap.KindInitiative, label: "needs-po", want: "initiativeLabelCreate needs-po, initiativeAddLabel new"},
		{
			what: "add one that is there already", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "needs-goal", on: `"l-need"`,
			refuse: map[string]string{"issueAddLabel": invalid},
		},
		{
			what: "add one that Linear refuses", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "needs-goal",
			refuse: map[string]string{"issueAddLabel": invalid}, want: "issueAddLabel l-need", err: connectors.Invalid, says: "already there",
		},
		{
			what: "no right to create labels", action: roadmap.AddLabel, kind: roadmap.KindProject, label: "needs-pm",
			refuse: map[string]string{"projectLabelCreate": `{"data":null,"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`},
			want:   "projectLabelCreate needs-pm", err: connectors.Forbidden, says: `let a workspace admin create the label "needs-pm" (for projects`,
		},
		{
			what: "a key that may only read", action: roadmap.AddLabel, kind: roadmap.KindProject, label: "needs-pm",
			refuse: map[string]string{"projectLabelCreate": `{"data":null,"errors":[{"message":"Invalid scope: ` + "`write`" + ` required","extensions":{"code":"FORBIDDEN"}}]}`},
			want:   "projectLabelCreate needs-pm", err: connectors.Forbidden, says: "give the API key or the app the permission that is named",
		},
		{what: "a name that differs in case", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "Needs-Goal", err: connectors.Invalid, says: `write the rule's label as "needs-goal"`},
		{what: "a group's name", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "Area", err: connectors.Invalid, says: "is a group"},
		{what: "one of a group", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "web", err: connectors.Invalid, says: "only one"},
		{what: "a retired one", action: roadmap.AddLabel, kind: roadmap.KindIssue, label: "retired-one", err: connectors.Invalid, says: "restore it"},
		{what: "remove", action: roadmap.RemoveLabel, kind: roadmap.KindIssue, label: "needs-goal", on: `"l-web","l-need"`, want: "issueRemoveLabel l-need"},
		{what: "remove what is not on it", action: roadmap.RemoveLabel, kind: roadmap.KindIssue, label: "needs-goal", on: `"l-web"`},
		{what: "remove what does not exist", action: roadmap.RemoveLabel, kind: roadmap.KindProject, label: "never-was"},
		{what: "remove a retired one", action: roadmap.RemoveLabel, kind: roadmap.KindIssue, label: "retired-one", on: `"l-old"`, want: "issueRemoveLabel l-old"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			labels := `"labelIds":[` + tt.on + `]`
			f.rows("issues", issueRow("x1", "ENG-1", at, labels))
			f.rows("projects", projectRow("x1", "aaaabbbbcccc", at, labels))
			f.rows("initiatives", initiativeRow("x1", "aaaabbbbcccc", at, labels))
			for _, kind := range []string{"issue", "project", "initiative"} {
				f.data(kind+"AddLabel", `{"`+kind+`AddLabel":{"success":true}}`)
				f.data(kind+"RemoveLabel", `{"`+kind+`RemoveLabel":{"success":true}}`)
				f.data(kind+"LabelCreate", `{"`+kind+`LabelCreate":{"success":true,"`+kind+`Label":{"id":"new"}}}`)
			}
			for root, body := range tt.refuse {
				f.reply(root, reply{Body: body})
			}
			tr := f.tracker()
			_, err := tr.apply(context.Background(), change(tt.action, tt.kind, tt.label))
			if connectors.KindOf(err) != tt.err || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v (%s), want %q that says %q", err, connectors.KindOf(err), tt.err, tt.says)
			}
			if got := writes(f); got != tt.want {
				t.Errorf("wrote %q, want %q", got, tt.want)
			}
		})
	}
}

// writes lists what was written: the mutation and the label's id or name.
func writes(f *fake) string {
	var done []string
	for _, a := range f.log {
		if !strings.HasPrefix(a.Query, "mutation") {
			continue
		}
		if in, ok := a.Variables["input"].(map[string]any); ok {
			done = append(done, fmt.Sprintf("%s %v", a.Root, in["name"]))
			continue
		}
		done = append(done, fmt.Sprintf("%s %v", a.Root, a.Variables["labelId"]))
	}
	return strings.Join(done, ", ")
}

// A label is created once for all the items that get it.
func TestLabelIsCreatedOnce(t *testing.T) {
	f := newFake(t)
	f.rows("issues", issueRow("x1", "ENG-1", at))
	f.data("issueAddLabel", `{"issueAddLabel":{"success":true}}`)
	f.data("issueLabelCreate", `{"issueLabelCreate":{"success":true,"issueLabel":{"id":"new"}}}`)
	tr := f.tracker()
	for range 3 {
		if _, err := tr.apply(context.Background(), change(roadmap.AddLabel, roadmap.KindIssue, "brand-new")); err != nil {
			t.Fatal(err)
		}
		clear(tr.seen) // as if it were another issue
	}
	if got := writes(f); got != "issueLabelCreate brand-new, issueAddLabel new, issueAddLabel new, issueAddLabel new" {
		t.Errorf("wrote %s", got)
	}
}

// After a Fetch, a label is written with one request.
func TestApplyUsesWhatFetchRead(t *testing.T) {
	f := newFake(t)
	f.rows("issues", issueRow("x1", "ENG-1", at, `"labelIds":["l-need"]`))
	f.data("issueRemoveLabel", `{"issueRemoveLabel":{"success":true}}`)
	tr := f.tracker()
	if _, err := tr.Fetch(context.Background(), []roadmap.Key{{Tracker: "eng", ID: "x1"}}, nil); err != nil {
		t.Fatal(err)
	}
	before := len(f.log)
	for range 2 { // the second time there is nothing left to remove
		if _, err := tr.apply(context.Background(), change(roadmap.RemoveLabel, roadmap.KindIssue, "needs-goal")); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.roots(before); !slices.Equal(got, []string{"issueRemoveLabel"}) {
		t.Errorf("sent %v", got)
	}
}

func TestApplyRefusesNonsense(t *testing.T) {
	good := change(roadmap.AddLabel, roadmap.KindIssue, "needs-goal")
	for what, spoil := range map[string]func(*roadmap.Change){
		"another tracker":    func(c *roadmap.Change) { c.Key.Tracker = "jira" },
		"no id":              func(c *roadmap.Change) { c.Key.ID = "" },
		"a file goal":        func(c *roadmap.Change) { c.Kind = roadmap.KindFileGoal },
		"no such action":     func(c *roadmap.Change) { c.Action = "delete" },
		"a nameless label":   func(c *roadmap.Change) { c.Value = "" },
		"an empty comment":   func(c *roadmap.Change) { c.Action, c.Text = roadmap.CreateComment, nil },
		"a comment sans id":  func(c *roadmap.Change) { c.Action, c.Mark.ID = roadmap.CreateComment, "" },
		"an edit of nothing": func(c *roadmap.Change) { c.Action, c.Mark.ID, c.Remote = roadmap.UpdateComment, "", "" },
	} {
		f := newFake(t)
		c := good
		spoil(&c)
		if _, err := f.tracker().apply(context.Background(), c); connectors.KindOf(err) != connectors.Invalid || len(f.log) != 0 {
			t.Errorf("%s: %v after %d requests", what, err, len(f.log))
		}
	}
}
