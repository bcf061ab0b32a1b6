package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

const at = "2026-09-21T10:00:00.000Z"

func TestFetch(t *testing.T) {
	f := newFake(t)
	f.on("issues", func(v map[string]any) reply {
		filter, _ := json.Marshal(v["filter"])
		switch {
		case strings.Contains(string(filter), `"number":{"in":[7]}`) && strings.Contains(string(filter), `"in":["OPS"]`):
			return reply{Body: `{"data":` + connection("issues", "", issueRow("i7", "OPS-7", at, `"team":{"key":"OPS"}`)) + `}`}
		case strings.Contains(string(filter), `"i1"`):
			return reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at)) + `}`}
		}
		return reply{Body: `{"data":` + connection("issues", "") + `}`}
	})
	f.on("projects", func(v map[string]any) reply {
		filter, _ := json.Marshal(v["filter"])
		if strings.Contains(string(filter), "p1") || strings.Contains(string(filter), "aaaabbbbcccc") {
			return reply{Body: `{"data":` + connection("projects", "", projectRow("p1", "aaaabbbbcccc", at)) + `}`}
		}
		return reply{Body: `{"data":` + connection("projects", "") + `}`}
	})
	f.rows("initiatives", initiativeRow("n1", "ddddeeeeffff", at))
	nothing := f.answers["issue"]
	f.on("issue", func(v map[string]any) reply {
		if v["id"] == "WEB-9" {
			return reply{Body: `{"data":{"issue":` + issueRow("i7", "OPS-7", at, `"team":{"key":"OPS"}`, `"previousIdentifiers":["WEB-9"]`) + `}}`}
		}
		return nothing(v)
	})
	k := func(id string) roadmap.Key { return roadmap.Key{Tracker: "eng", ID: id} }

	for _, tt := range []struct {
		what  string
		keys  []roadmap.Key
		refs  []roadmap.Ref
		want  string
		roots string // requests after the start-up reads
	}{
		{"nothing", nil, nil, "", ""},
		{"another tracker's", []roadmap.Key{{Tracker: "jira", ID: "1"}}, []roadmap.Ref{"jira:PAY-1"}, "", ""},
		{"an issue", []roadmap.Key{k("i1"), k("i1")}, nil, "eng:ENG-1", "issues"},
		{"a project", []roadmap.Key{k("p1")}, nil, "eng:aaaabbbbcccc", "issues projects"},
		{"one of each", []roadmap.Key{k("i1"), k("p1"), k("n1")}, nil, "eng:ENG-1 eng:aaaabbbbcccc eng:ddddeeeeffff", "issues projects initiatives"},
		{"by name", nil, []roadmap.Ref{"eng:OPS-7", "OPS-7"}, "eng:OPS-7", "issues"},
		{"by the name before it was moved", nil, []roadmap.Ref{"eng:WEB-9"}, "eng:OPS-7", "issues issue"},
		{"by a name that nothing ever had", nil, []roadmap.Ref{"eng:WEB-10"}, "", "issues issue"},
		{"by slug", nil, []roadmap.Ref{"eng:aaaabbbbcccc"}, "eng:aaaabbbbcccc eng:ddddeeeeffff", "projects initiatives"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			tr := f.tracker()
			if tt.roots != "" {
				if err := tr.start(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			before := len(f.log)
			items, err := tr.Fetch(context.Background(), tt.keys, tt.refs)
			if err != nil {
				t.Fatal(err)
			}
			var refs []string
			for _, it := range items {
				refs = append(refs, string(it.Ref))
				if it.InScope != (it.Team == "ENG") {
					t.Errorf("%s of team %q: in scope %v", it.Ref, it.Team, it.InScope)
				}
			}
			if got := strings.Join(refs, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := strings.Join(f.roots(before), " "); got != tt.roots {
				t.Errorf("asked for %q, want %q", got, tt.roots)
			}
		})
	}
}

func TestFetchAsksForFiftyAtATime(t *testing.T) {
	f := newFake(t)
	var keys []roadmap.Key
	for i := range 120 {
		keys = append(keys, roadmap.Key{Tracker: "eng", ID: fmt.Sprint("x", i)})
	}
	if _, err := f.tracker().Fetch(context.Background(), keys, nil); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, a := range f.asks("issues") {
		in := a.Variables["filter"].(map[string]any)["id"].(map[string]any)["in"].([]any)
		sizes = append(sizes, len(in))
		if a.Variables["first"] != float64(len(in)) {
			t.Errorf("first %v for %d ids", a.Variables["first"], len(in))
		}
	}
	if !slices.Equal(sizes, []int{50, 50, 20}) {
		t.Errorf("ids a request: %v", sizes)
	}
}

func TestComments(t *testing.T) {
	f := newFake(t)
	a := roadmap.Item{Key: roadmap.Key{Tracker: "eng", ID: "a"}}
	b := roadmap.Item{Key: roadmap.Key{Tracker: "eng", ID: "b"}}
	c := roadmap.Item{Key: roadmap.Key{Tracker: "eng", ID: "c"}}
	comment := func(it roadmap.Item, n int, user, body string) string {
		who := "null"
		if user != "" {
			who = fmt.Sprintf(`{"id":%q}`, user)
		}
		return fmt.Sprintf(`{"id":%q,"body":%q,"createdAt":%q,"user":%s}`, roadmap.CommentID("acme", it.Key, n), body, at, who)
	}
	f.rows("comments",
		comment(b, 0, "u-ana", "copied\n\nalignd · acme · story-without-goal"),
		comment(b, 1, "", "by an integration\n\nalignd · acme · story-without-goal"),
		comment(a, 1, "u-bot", "second life\n\nalignd · acme · resolved\n\n"),
		comment(a, 0, "u-bot", "first life\n\nalignd · acme · story\\-without\\-goal, goal-without-po"),
		comment(c, 0, "u-bot", "a person edited the mark away"),
		comment(c, 1, "u-bot", "of another org\n\nalignd · other · resolved"),
		fmt.Sprintf(`{"id":"not-ours","body":"x","createdAt":%q,"user":{"id":"u-bot"}}`, at))
	got, err := f.tracker().Comments(context.Background(), []roadmap.Item{a, b, c})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got {
		if c.Mark.Org != "acme" || c.Mark.ID != c.Remote || c.Mark.Labels != nil {
			t.Errorf("mark %+v of comment %s", c.Mark, c.Remote)
		}
		first, _, _ := strings.Cut(c.Body, "\n")
		lines = append(lines, fmt.Sprintf("%s: %s %v", c.Key.ID, first, c.Mark.Rules))
	}
	want := []string{
		"a: first life [story-without-goal goal-without-po]",
		"a: second life []",
		"c: a person edited the mark away []",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if asked := f.asks("comments"); len(asked) != 1 || asked[0].Variables["first"] != float64(3*roadmap.CommentLives) {
		t.Errorf("asked %d times, first %v", len(asked), asked[0].Variables["first"])
	}
}

// A comment that is missing from a torn answer would be written twice.
func TestCommentsRefusesPartialData(t *testing.T) {
	f := newFake(t)
	f.reply("comments", reply{Body: `{"data":` + connection("comments", "") + `,"errors":[{"message":"internal"}]}`})
	if _, err := f.tracker().Comments(context.Background(), []roadmap.Item{{Key: roadmap.Key{Tracker: "eng", ID: "a"}}}); connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("got %v, want a Temporary error", err)
	}
}

// change is a change to one item of the fake.
func change(action roadmap.Action, kind roadmap.Kind, value string) roadmap.Change {
	key := roadmap.Key{Tracker: "eng", ID: "x1"}
	return roadmap.Change{
		Key: key, Ref: "eng:ENG-1", Kind: kind, Action: action, Value: value, Remote: "c-1",
		Text: roadmap.Text{{roadmap.Say("No goal.")}, {roadmap.Say("alignd · acme · story-without-goal")}},
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0)},
	}
}

func TestApplyComments(t *testing.T) {
	ours := roadmap.CommentID("acme", roadmap.Key{Tracker: "eng", ID: "x1"}, 0)
	for _, tt := range []struct {
		what   string
		c      roadmap.Change
		answer string
		sent   string // the input
		remote string
		kind   connectors.Kind
	}{
		{
			"a new one on an issue", change(roadmap.CreateComment, roadmap.KindIssue, ""), `{"data":{"commentCreate":{"success":true,"comment":{"id":"` + ours + `"}}}}`,
			`{"body":"No goal.\n\nalignd · acme · story-without-goal","doNotSubscribeToIssue":true,"id":"` + ours + `","issueId":"x1"}`, ours, "",
		},
		{
			"a new one on a project", change(roadmap.CreateComment, roadmap.KindProject, ""), `{"data":{"commentCreate":{"success":true,"comment":{"id":"` + ours + `"}}}}`,
			`{"body":"No goal.\n\nalignd · acme · story-without-goal","id":"` + ours + `","projectId":"x1"}`, ours, "",
		},
		{
			"a new one on an initiative", change(roadmap.CreateComment, roadmap.KindInitiative, ""), `{"data":{"commentCreate":{"success":true,"comment":{"id":"` + ours + `"}}}}`,
			`{"body":"No goal.\n\nalignd · acme · story-without-goal","id":"` + ours + `","initiativeId":"x1"}`, ours, "",
		},
		{
			"one that had arrived already", change(roadmap.CreateComment, roadmap.KindIssue, ""),
			`{"data":null,"errors":[{"message":"conflict on insert of Comment","extensions":{"code":"INPUT_ERROR"}}]}`, "", ours, "",
		},
		{
			"one that had arrived, and that a person has deleted since", change(roadmap.CreateComment, roadmap.KindIssue, ""),
			`{"data":null,"errors":[{"message":"conflict on insert of Comment","extensions":{"code":"INPUT_ERROR"}}]}`, "", "", connectors.NotFound,
		},
		{"on an issue that is gone", change(roadmap.CreateComment, roadmap.KindIssue, ""), `{"data":null,"errors":[{"message":"Entity not found: Issue"}]}`, "", "", connectors.NotFound},
		{"not done, says Linear", change(roadmap.CreateComment, roadmap.KindIssue, ""), `{"data":{"commentCreate":{"success":false,"comment":{"id":""}}}}`, "", "", connectors.Temporary},
		{
			"an edit", change(roadmap.UpdateComment, roadmap.KindIssue, ""), `{"data":{"commentUpdate":{"success":true,"comment":{"id":"c-1"}}}}`,
			`{"body":"No goal.\n\nalignd · acme · story-without-goal"}`, "c-1", "",
		},
		{"an edit of one that a person deleted", change(roadmap.UpdateComment, roadmap.KindIssue, ""), `{"data":null,"errors":[{"message":"Entity not found: Comment"}]}`, "", "", connectors.NotFound},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			root := map[roadmap.Action]string{roadmap.CreateComment: "commentCreate", roadmap.UpdateComment: "commentUpdate"}[tt.c.Action]
			f.reply(root, reply{Body: tt.answer})
			if tt.remote == ours {
				f.rows("comments", fmt.Sprintf(`{"id":%q,"body":"No goal.","createdAt":%q,"user":{"id":"u-bot"}}`, ours, at))
			}
			got, err := f.tracker().apply(context.Background(), tt.c)
			if connectors.KindOf(err) != tt.kind || got != tt.remote {
				t.Errorf("got %q, %v; want %q, %q", got, err, tt.remote, tt.kind)
			}
			sent := f.asks(root)
			if len(sent) != 1 {
				t.Fatalf("sent %d times", len(sent))
			}
			if b, _ := json.Marshal(sent[0].Variables["input"]); tt.sent != "" && string(b) != tt.sent {
				t.Errorf("sent %s\nwant %s", b, tt.sent)
			}
		})
	}
}

// Whatever goes wrong after it was sent, a comment is sent once.
func TestCreateIsNeverRepeated(t *testing.T) {
	for _, re := range []reply{{Status: 500, Body: `{}`}, {Status: 502, Body: `<html>`}, {Status: -1}, {Body: `{"data":{"commentCreate":`}} {
		f := newFake(t)
		f.reply("commentCreate", re)
		_, err := f.tracker(func(o *Options) { o.Attempts = 4 }).apply(context.Background(), change(roadmap.CreateComment, roadmap.KindIssue, ""))
		if n := len(f.asks("commentCreate")); n != 1 || connectors.KindOf(err) != connectors.Unknown {
			t.Errorf("%+v: sent %d times, %v", re, n, err)
		}
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
