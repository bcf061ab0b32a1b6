package linearsim

import (
	"bytes"
	"compress/gzip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const twoLines = `{"id":"42a9a869-78eb-45b2-a0b9-81df84541e9e","identifier":"GAR-196","title":"Docs","description":"See [x](<http://x.org>)","priority":3,"state":{"name":"Todo"},"labels":{"nodes":[{"name":"Feature"}]},"assignee":null,"createdAt":"2026-02-27T13:45:52.43Z","updatedAt":"2026-02-27T13:45:52.436Z"}

{"id":"7f0c09d4-b90c-40bf-82d3-e8d3c23b354f","identifier":"GAR-195","title":"Part","priority":0,"estimate":0.5,"state":{"name":"Shipped","type":"completed"},"labels":{"nodes":[{"name":"Feature"}]},"assignee":{"id":"u1","name":"Ana"},"project":{"id":"p1","name":"Site"},"parent":{"id":"42a9a869-78eb-45b2-a0b9-81df84541e9e"},"createdAt":"2026-02-27T13:45:51.082Z"}
`

func TestLoadLines(t *testing.T) {
	for _, text := range []string{twoLines, lastFirst(twoLines)} {
		checkTwoLines(t, text)
	}
}

// lastFirst turns lines round: a part then comes before what it is a part of.
func lastFirst(text string) string {
	lines := strings.Split(text, "\n")
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

func checkTwoLines(t *testing.T, text string) {
	t.Helper()
	s := New(Options{})
	n, err := s.LoadJSONL(strings.NewReader(text))
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	docs, _ := s.Issue("GAR-196")
	if docs.StateType != Unstarted || docs.Priority != 3 || docs.Description != "See [x](<http://x.org>)" ||
		!docs.Created.Equal(time.Date(2026, 2, 27, 13, 45, 52, 430e6, time.UTC)) || !docs.Updated.After(docs.Created) {
		t.Errorf("docs: %+v", docs)
	}
	part, _ := s.Issue("GAR-195")
	if part.StateType != Completed || part.AssigneeID != "u1" || part.ProjectID != "p1" || part.ParentID != docs.ID || part.Estimate != 0.5 || !part.Updated.Equal(part.Created) {
		t.Errorf("part: %+v", part)
	}
	if len(s.Labels()) != 1 || len(docs.LabelIDs) != 1 || docs.LabelIDs[0] != part.LabelIDs[0] {
		t.Errorf("one label on both: %+v", s.Labels())
	}
	if next := s.AddIssue(Issue{TeamKey: "GAR"}); next.Identifier() != "GAR-197" {
		t.Errorf("the next issue is %s", next.Identifier())
	}
	if _, err := s.LoadJSONL(strings.NewReader(twoLines)); err == nil || !strings.Contains(err.Error(), "line 1: GAR-196") {
		t.Errorf("loading twice: %v", err)
	}
}

func TestLoadRefusesWhole(t *testing.T) {
	good := strings.SplitAfter(twoLines, "\n")[0]
	for _, c := range []struct{ name, text, says string }{
		{"no JSON", good + "{oops\n", "line 2: not an issue in JSON"},
		{"cut off", good + good[:80], "line 2: not an issue in JSON"},
		{"something else", good + "\n" + `{"key":"AC-9"}`, `line 3: no "id"`},
		{"no identifier", `{"id":"x","identifier":"GAR"}`, `line 1: identifier "GAR" is not of the form TEAM-NUMBER`},
		{"twice", good + good, "line 2: 42a9a869-78eb-45b2-a0b9-81df84541e9e is on line 1 already"},
		{"no time", strings.Replace(good, "createdAt", "created", 1), "line 1: GAR-196 has no createdAt"},
		{"a state of unknown type", strings.Replace(good, "Todo", "Cooking", 1), `line 1: GAR-196: state "Cooking" has no type`},
		{"a broken archive", "\x1f\x8b\x08broken", "issues:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{})
			n, err := s.LoadJSONL(strings.NewReader(c.text))
			if n != 0 || err == nil || !strings.Contains(err.Error(), c.says) || len(s.Issues()) != 0 {
				t.Errorf("%d issues, %v; want the error %q and nothing added", len(s.Issues()), err, c.says)
			}
		})
	}
}

// A real workspace's issues, as its API gave them. The same come out again.
func TestLoadRealIssues(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "data/linear-garraia.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{})
	u := s.AddUser(User{Name: "Bot", Active: true})
	s.AddKey("k", u.ID)
	if n, err := s.LoadJSONL(bytes.NewReader(raw)); n != 100 || err != nil {
		t.Fatal(n, err)
	}
	status, body := run(t, s, `{ issues(first: 250) { nodes { id identifier title description priority state { name } createdAt updatedAt } } }`, nil)
	if status != 200 || strings.Count(body, `"identifier"`) != 100 || strings.Contains(body, `"errors"`) {
		t.Fatalf("%d %.300s", status, body)
	}
	zr, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(zr); err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, i := range s.Issues() {
		states[i.StateType]++
	}
	// As jq counts the file's state names.
	if states[Completed] != 85 || states[Canceled] != 8 || states[Unstarted] != 6 || states[Backlog] != 1 {
		t.Errorf("states: %v", states)
	}
	// What Linear rendered is canonical already: rendering it again changes nothing.
	for _, i := range s.Issues() {
		if !strings.Contains(text.String(), i.Identifier()) {
			t.Errorf("%s is not in the file", i.Identifier())
		}
		if strings.Contains(i.Description, `\n`) {
			continue // pasted as text with literal \n in it
		}
		if got := canonicalMarkdown(i.Description); got != i.Description {
			t.Errorf("%s: rendered as\n%s\nwant\n%s", i.Identifier(), got, i.Description)
		}
	}
}
