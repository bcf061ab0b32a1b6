package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/alignd/alignd/config"
)

// TestStarterMeansWhatWasAnswered: whatever is typed, the file says exactly
// that, or it is told to be wrong; never does an answer become another key.
func TestStarterMeansWhatWasAnswered(t *testing.T) {
	words := rapid.OneOf(
		rapid.StringMatching(`[ -~]{1,30}`), rapid.StringN(1, 20, -1),
		rapid.SampledFrom([]string{"no", "NO", "true", "1", "~", "null", "1e3", "a: b", "a #b", "{}", "]", `"`, "'", `\n`, "*x", "&x", "!x", "@x", "%x", "- x", "? x", "<<", "é", "0x1", "2026-12-31"}),
	)
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		s := starter{org: "acme", kind: "jira", url: "https://acme.atlassian.net", scope: "PAY"}
		s.user, s.goals, s.po = words.Draw(t, "user"), words.Draw(t, "goals"), words.Draw(t, "po")
		org, err := config.Parse("acme.yaml", []byte(s.text()))
		if err != nil {
			return
		}
		accepted++
		got := []string{org.Trackers[0].Auth.User, org.Roadmap[0].JQL, org.Roadmap[0].PO}
		want := []string{s.user, strings.TrimSpace(s.goals), s.owner()}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("answered %q, the file says %q:\n%s", want[i], got[i], s.text())
			}
		}
		if len(org.Trackers) != 1 || len(org.Roadmap) != 1 || org.Mode != config.Observe {
			t.Errorf("an answer has changed the file:\n%s", s.text())
		}
	})
	if accepted == 0 {
		t.Error("no answers were accepted: nothing was tested")
	}
}

// TestStarterScope: keys that YAML could take for something else stay keys.
func TestStarterScope(t *testing.T) {
	s := starter{kind: "linear", scope: "NO, Y,TRUE,1A,ENG"}
	org, err := config.Parse("acme.yaml", []byte(s.text()))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(org.Trackers[0].Teams, " "); got != "NO Y TRUE 1A ENG" {
		t.Error(got)
	}
}

// TestInitInterrupted: a question that nobody answers does not hold the program
// back when it is told to end.
func TestInitInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	silent, w := io.Pipe() // as a terminal at which nobody types
	defer w.Close()
	lines := readLines(silent)
	stop()
	if _, err := lines.next(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
