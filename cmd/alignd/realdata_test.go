package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

var update = flag.Bool("update", false, "write testdata/explain anew; what changes must be checked by hand against the raw issues")

// realIssues are the issues of public projects, where they are to be had.
const realIssues = "../../../shared/data/"

// TestRealIssues pulls the real issues of public projects over HTTP and maps
// them: the counts are those that a few lines compute from the raw file, and the
// explanations of some are those that were checked by hand against it. Under the
// race detector the largest project is left to its smaller file.
func TestRealIssues(t *testing.T) {
	titanium := "titanium.jsonl.gz" // 29,057 issues
	if raceDetector || testing.Short() {
		titanium = "titanium-small.jsonl.gz"
	}
	for _, c := range []struct {
		name, file string
		dc         *jirasim.DataCenter // nil: Cloud
		explain    []string
	}{
		{"titanium", titanium, nil, []string{"ALOY-976", "TIMOB-12970", "ALOY-1694", "DAEMON-312", "TIMOB-11818"}},
		{
			"eucalyptus-gui", "eucalyptus-gui.jsonl.gz", &jirasim.DataCenter{ContextPath: "/jira"},
			[]string{"GUI-174", "GUI-185", "GUI-162", "GUI-69", "GUI-44"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := os.ReadFile(realIssues + c.file)
			if err != nil {
				t.Skipf("the real issues are not here: %v", err)
			}
			alignd := aligndOver(t, raw, c.dc)
			var r report.Report
			alignd(&r, "report", "--format", "json")
			have := counts{r.Totals.Stories, r.Totals.Linked, r.Totals.Closed, r.Totals.Unlinked, r.Totals.Unknown, r.Totals.Goals}
			if want := countByHand(t, raw); have != want {
				t.Errorf("counted %+v, by hand %+v", have, want)
			}
			t.Logf("%s: %+v", c.file, have)

			var told strings.Builder
			for _, key := range c.explain {
				var e explained
				alignd(&e, "explain", "--offline", "--json", key)
				tell(&told, e)
			}
			golden := filepath.Join("testdata", "explain", c.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(told.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if told.String() != string(want) {
				t.Errorf("%s says\n%s\nand now it is\n%s", golden, want, told.String())
			}
		})
	}
}

// aligndOver puts issues into a built-in Jira, of which the epics are the goals,
// and gives what runs a command on it and reads its JSON.
func aligndOver(t *testing.T, raw []byte, dc *jirasim.DataCenter) func(into any, args ...string) {
	t.Helper()
	j := jirasim.New(jirasim.Options{Clock: func() time.Time { return demoStart }, DataCenter: dc})
	j.AddUser(jirasim.User{AccountID: sim.JiraBot, Name: "alignd", Email: sim.BotEmail, Active: true})
	j.AddBearer(sim.JiraToken, sim.JiraBot)
	if _, err := j.LoadJSONL(bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(j)
	t.Cleanup(server.Close)
	url, kind := server.URL, "cloud"
	if dc != nil {
		url, kind = url+dc.ContextPath, "datacenter"
	}
	var projects []string
	for _, p := range j.Projects() {
		projects = append(projects, p.Key)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "real.yaml")
	org := fmt.Sprintf(`org: real
trackers:
  jira: {type: jira, url: %q, auth: {type: bearer, token: "file:token"}, projects: [%s], deployment: %s, requests_per_second: 10000}
roadmap:
  - {from: jira, jql: issuetype = Epic, pm: assignee}
`, url, strings.Join(projects, ", "), kind)
	for name, text := range map[string]string{"token": sim.JiraToken, "real.yaml": org} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(into any, args ...string) {
		t.Helper()
		common := []string{"-c", file, "--data", dir, "--now", demoStart.Format(time.RFC3339)}
		status, out, errs := inProcess(context.Background(), slices.Insert(args, 1, common...)...)
		if status != exitFine {
			t.Fatalf("%v: status %d: %s", args, status, errs)
		}
		if err := json.Unmarshal([]byte(out), into); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDemoOfRealIssues runs the real program, as users have it, over 29,057 real
// issues: under the race detector that would take minutes.
func TestDemoOfRealIssues(t *testing.T) {
	t.Parallel()
	path := realIssues + "titanium.jsonl.gz"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the real issues are not here: %v", err)
	}
	n := countByHand(t, raw)
	want := fmt.Sprintf("%d stories: %d linked, %d closed, %d unlinked, %d unknown; %d goals", n.stories, n.linked, n.closed, n.unlinked, n.unknown, n.goals)
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd := exec.Command(program, "demo", "--once", "--issues", path)
	cmd.Env, cmd.Stderr = append(os.Environ(), "TMPDIR="+t.TempDir()), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if !strings.Contains(string(out), "== 29057 issues") || !strings.Contains(string(out), want) {
		t.Errorf("want %q in:\n%s", want, out)
	}
}

// counts of stories by linkage, and of goals.
type counts struct{ stories, linked, closed, unlinked, unknown, goals int }

// countByHand computes the linkage of every open story from the raw lines alone.
func countByHand(t *testing.T, raw []byte) (n counts) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(raw))
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
			Status   struct{ StatusCategory struct{ Key string } }
			Epic     *struct{ Key string }
			EpicLink string `json:"customfield_11300"` // of eucalyptus-gui
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
	n.goals = len(epicDone)
	for _, i := range all {
		f := i.Fields
		if f.IssueType.Name == "Epic" || f.IssueType.Subtask || f.Status.StatusCategory.Key == "done" {
			continue
		}
		n.stories++
		epic := f.EpicLink
		if f.Epic != nil {
			epic = f.Epic.Key
		}
		switch done, here := epicDone[epic]; {
		case epic == "":
			n.unlinked++
		case !here:
			n.unknown++
		case done:
			n.closed++
		default:
			n.linked++
		}
	}
	return n
}

// quotedTitle is a title as %q writes it: the words of others, which are not
// kept here.
var quotedTitle = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)

// tell writes down what an explanation says, without titles and names.
func tell(b *strings.Builder, e explained) {
	bare := func(s string) string { return quotedTitle.ReplaceAllString(s, `"..."`) }
	fmt.Fprintf(b, "%s: %s, %s %v\n", e.Ref, e.Role, cmp.Or(string(e.Linkage), "-"), e.Goals)
	for _, p := range e.Paths {
		for _, h := range p {
			fmt.Fprintf(b, "  %s -- %s -> %s\n", h.From, h.Field, h.To)
		}
	}
	for _, t := range e.Tried {
		fmt.Fprintf(b, "  tried %s %s: %s\n", t.From, t.Link, bare(t.Result))
	}
	for _, d := range e.Doubts {
		fmt.Fprintf(b, "  in doubt: %s\n", d)
	}
	for _, n := range e.Near {
		fmt.Fprintf(b, "  near: %s\n", bare(n.Text))
	}
	for _, r := range e.Roles {
		fmt.Fprintf(b, "  %s: %d of %s %s\n", r.Role, len(r.Who), r.Field, r.Why)
	}
	for _, s := range e.Stories {
		fmt.Fprintf(b, "  served by %s, %s, by %s\n", s.Ref, s.Status, s.Way)
	}
	for _, r := range e.Rules {
		fmt.Fprintf(b, "  rule %s: %s", r.Rule, r.State)
		for _, w := range r.Writes {
			fmt.Fprintf(b, "; %s %s", w.Action, w.State)
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintln(b)
}
