package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// titanium is 29,057 real issues of a public project, where it is to be had.
const titanium = "../../../shared/data/titanium.jsonl.gz"

// countByHand computes the linkage of every open story from the file alone.
func countByHand(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("the real issues are not here: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	type issue struct {
		Key    string
		Fields struct {
			IssueType struct {
				Name    string
				Subtask bool
			}
			Status struct{ StatusCategory struct{ Key string } }
			Epic   *struct{ Key string }
		}
	}
	var all []issue
	epicDone := map[string]bool{} // every epic of the file, and whether it is done
	lines := bufio.NewScanner(z)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		var i issue
		if err := json.Unmarshal(lines.Bytes(), &i); err != nil {
			t.Fatal(err)
		}
		if all = append(all, i); i.Fields.IssueType.Name == "Epic" {
			epicDone[i.Key] = i.Fields.Status.StatusCategory.Key == "done"
		}
	}
	n := map[string]int{}
	for _, i := range all {
		if f := i.Fields; f.IssueType.Name != "Epic" && !f.IssueType.Subtask && f.Status.StatusCategory.Key != "done" {
			linkage := "unlinked"
			if f.Epic != nil {
				done, here := epicDone[f.Epic.Key]
				linkage = map[bool]string{true: map[bool]string{true: "closed", false: "linked"}[done], false: "unknown"}[here]
			}
			n[linkage]++
			n["stories"]++
		}
	}
	return fmt.Sprintf("%d stories: %d linked, %d closed, %d unlinked, %d unknown; %d goals",
		n["stories"], n["linked"], n["closed"], n["unlinked"], n["unknown"], len(epicDone))
}

// TestRealIssues pulls 29,057 real issues over HTTP from the built-in Jira and
// maps them; the counts are those that a few lines compute from the file. It
// runs the real program, as users have it: under the race detector, which the
// smaller sets of the connectors' tests are for, this would take minutes.
func TestRealIssues(t *testing.T) {
	t.Parallel()
	want := countByHand(t, titanium)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd := exec.Command(path, "demo", "--once", "--issues", titanium)
	cmd.Env, cmd.Stderr = append(os.Environ(), "TMPDIR="+t.TempDir()), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if !strings.Contains(string(out), "== 29057 issues") || !strings.Contains(string(out), want) {
		t.Errorf("want %q in:\n%s", want, out)
	}
	t.Log(want)
}
