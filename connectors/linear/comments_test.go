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
