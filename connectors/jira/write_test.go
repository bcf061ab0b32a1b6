package jira

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func TestApply(t *testing.T) {
	key := roadmap.Key{Tracker: "jira", ID: "1"}
	mark := roadmap.Mark{Org: "acme", ID: "u-1", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}, Labels: []string{"needs-goal"}}
	text := roadmap.Text{{roadmap.Say("No goal: "), roadmap.Quote("[~bob]")}, {roadmap.Say(mark.Line())}}
	comment := `{"body":"No goal: \\[\\~bob\\]\nalignd · acme · story-without-goal","properties":[` +
		`{"key":"alignd","value":{"org":"acme","id":"u-1","rules":["story-without-goal"],"labels":["needs-goal"],"says":"` + roadmap.Change{Value: text.Plain()}.Says() + `"}}]}`
	for _, tt := range []struct {
		name   string
		change roadmap.Change
		route  string
		answer answer
		body   string
		remote string
	}{
		{"add a label", roadmap.Change{Action: roadmap.AddLabel, Value: "needs-goal"}, "PUT issue/1", answer{status: 204}, `{"update":{"labels":[{"add":"needs-goal"}]}}`, ""},
		{"remove a label", roadmap.Change{Action: roadmap.RemoveLabel, Value: "needs-goal"}, "PUT issue/1", answer{status: 204}, `{"update":{"labels":[{"remove":"needs-goal"}]}}`, ""},
		{"comment", roadmap.Change{Action: roadmap.CreateComment, Text: text, Value: text.Plain(), Mark: mark}, "POST issue/1/comment", answer{status: 201, body: `{"id":"77"}`}, comment, "77"},
		{"edit the comment", roadmap.Change{Action: roadmap.UpdateComment, Text: text, Value: text.Plain(), Mark: mark, Remote: "77"}, "PUT issue/1/comment/77", ok(`{"id":"77"}`), comment, "77"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.on(tt.route, tt.answer)
			tt.change.Key, tt.change.Ref = key, "jira:PAY-1"
			got, err := applyOne(t, s.tracker(t, nil), tt.change)
			if err != nil || got != tt.remote {
				t.Fatal(got, err)
			}
			asked := s.requests(tt.route)
			if len(asked) != 1 || asked[0].query != "" {
				t.Fatalf("asked %v", asked)
			}
			var got1, want1 any
			if json.Unmarshal([]byte(asked[0].body), &got1) != nil || json.Unmarshal([]byte(tt.body), &want1) != nil {
				t.Fatal(asked[0].body)
			}
			if diff := cmp.Diff(want1, got1); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, c := range map[string]roadmap.Change{
		"another tracker's item": {Key: roadmap.Key{Tracker: "eng", ID: "1"}, Action: roadmap.AddLabel},
		"an id that is a path":   {Key: roadmap.Key{Tracker: "jira", ID: "1/../2"}, Action: roadmap.AddLabel},
		"a comment without id":   {Key: key, Action: roadmap.UpdateComment},
		"an unknown action":      {Key: key, Action: "delete"},
	} {
		s := newSite(t)
		if _, err := applyOne(t, s.tracker(t, nil), c); connectors.KindOf(err) != connectors.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARefusedAccountWritesNothing(t *testing.T) {
	s := newSite(t)
	s.on("GET myself", answer{status: 401, body: `{}`})
	s.on("PUT issue/1", answer{status: 204})
	_, err := applyOne(t, s.tracker(t, nil), label)
	if connectors.KindOf(err) != connectors.Auth || len(s.requests("PUT issue/1")) != 0 {
		t.Errorf("%v, and %d writes", err, len(s.requests("PUT issue/1")))
	}
}

// commentJSON is a comment as Jira gives it; properties only where asked for.
func commentJSON(id int, author, created, properties string) string {
	s := fmt.Sprintf(`{"id":"%d","author":{"accountId":"%s"},"body":"b%d","created":"%s"`, id, author, id, created)
	if properties != "" {
		s += `,"properties":` + properties
	}
	return s + `}`
}

func TestOnlyOurOwnCommentsAreOurs(t *testing.T) {
	const when = "2026-01-01T00:00:00.000+0000"
	mark := func(org, id string) string {
		return `[{"key":"other","value":1},{"key":"alignd","value":{"org":"` + org + `","id":"` + id + `","rules":["story-without-goal"],"labels":["needs-goal"]}}]`
	}
	s := newSite(t)
	s.on("POST issue/bulkfetch", ok(`{"issues":[
		{"id":"1","key":"PAY-1","fields":{"comment":{"total":4,"comments":[`+strings.Join([]string{
		commentJSON(10, "me", when, ""), commentJSON(11, "eve", when, ""), commentJSON(12, "me", when, ""), commentJSON(13, "me", when, ""),
	}, ",")+`]}}},
		{"id":"2","key":"PAY-2","fields":{"comment":{"total":3,"comments":[`+commentJSON(20, "eve", when, "")+`]}}},
		{"id":"3","key":"PAY-3","fields":{"comment":{"total":0,"comments":[]}}}]}`))
	s.on("GET issue/2/comment",
		ok(`{"total":3,"startAt":0,"comments":[`+commentJSON(20, "eve", when, "")+`,`+commentJSON(9, "me", "2026-01-03T00:00:00.000+0000", "")+`]}`),
		ok(`{"total":3,"startAt":2,"comments":[`+commentJSON(8, "me", "2026-01-05T00:00:00.000+0000", "")+`]}`))
	s.on("POST comment/list", ok(`{"total":5,"values":[`+strings.Join([]string{
		commentJSON(8, "me", "2026-01-05T00:00:00.000+0000", mark("acme", "u-8")),
		commentJSON(9, "me", "2026-01-03T00:00:00.000+0000", mark("acme", "u-9")),
		commentJSON(10, "me", when, mark("acme", "u-10")),
		commentJSON(12, "me", when, mark("other-org", "u-12")),
		commentJSON(13, "me", when, `[]`),
	}, ",")+`]}`))
	item := func(id string) roadmap.Item { return roadmap.Item{Key: roadmap.Key{Tracker: "jira", ID: id}} }
	got, err := s.tracker(t, nil).Comments(t.Context(), []roadmap.Item{item("2"), item("1"), item("3"), item("2"), {Key: roadmap.Key{Tracker: "eng", ID: "4"}}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %v", c.Key, c.Remote, c.Body, c.Mark.ID, c.Mark.Labels))
	}
	want := "jira#2 9 b9 u-9 [needs-goal]\njira#2 8 b8 u-8 [needs-goal]\njira#1 10 b10 u-10 [needs-goal]"
	if strings.Join(lines, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), want)
	}
	if asked := s.requests("POST comment/list"); len(asked) != 1 || strings.TrimSpace(asked[0].body) != `{"ids":[8,9,10,12,13]}` || asked[0].query != "expand=properties" {
		t.Errorf("asked %v", asked)
	}
	if asked := s.requests("GET issue/2/comment"); len(asked) != 2 || !strings.Contains(asked[1].query, "startAt=2") {
		t.Errorf("paged %v", asked)
	}
}

func TestCommentsThatAreHeldBackAreNotTakenForNone(t *testing.T) {
	item := []roadmap.Item{{Key: roadmap.Key{Tracker: "jira", ID: "1"}}}
	s := newSite(t)
	s.on("POST issue/bulkfetch", ok(`{"issues":[{"id":"1","key":"PAY-1","fields":{"comment":{"total":2,"comments":[]}}}]}`))
	s.on("GET issue/1/comment", ok(`{"total":2,"comments":[]}`))
	if _, err := s.tracker(t, nil).Comments(t.Context(), item); connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("no comments of two: %v", err)
	}
	s.on("GET issue/1/comment", ok(`{"total":1,"comments":[`+commentJSON(1, "me", "", "")+`]}`))
	s.on("POST comment/list", ok(`{"total":2,"values":[]}`))
	if _, err := s.tracker(t, nil).Comments(t.Context(), item); connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("no properties of one: %v", err)
	}
}
