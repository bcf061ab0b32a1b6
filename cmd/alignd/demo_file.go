package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// fileOrg is the org's file for issues of a file: its epics are the goals.
const fileOrg = `org: acme
mode: observe

trackers:
  jira:
    type: jira
    url: %s
    auth: {type: basic, user: %s, token: "file:jira-token"}
    projects: [%s]
    requests_per_second: 1000

roadmap:
  - from: jira
    jql: issuetype = Epic
    pm: assignee
`

// tellFile puts the issues of a file into the built-in Jira and maps them.
func (d *demo) tellFile(path string) error {
	j := jirasim.New(jirasim.Options{Clock: d.clock.Now})
	j.AddUser(jirasim.User{AccountID: sim.JiraBot, Name: "alignd", Email: sim.BotEmail, Active: true})
	j.AddToken(sim.BotEmail, sim.JiraToken, sim.JiraBot)
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--issues: %w", err)
	}
	defer f.Close()
	n, err := j.LoadJSONL(f)
	if err != nil {
		return fmt.Errorf("--issues %s: %w", path, err)
	}
	projects := map[string]bool{}
	for _, i := range j.Issues() {
		projects[i.Project] = true
	}
	var keys []string
	for k := range projects {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if d.jira, err = d.serve(j); err != nil {
		return err
	}
	org := fmt.Sprintf(fileOrg, d.jira, sim.BotEmail, strings.Join(keys, ", "))
	if err := errors.Join(d.write("jira-token", sim.JiraToken), d.write("acme.yaml", org)); err != nil {
		return err
	}
	d.chapter("%d issues of %s in the built-in Jira", n, path)
	d.say("  Jira %s   projects %s", d.jira, strings.Join(keys, ", "))

	d.chapter("Pulled over HTTP and mapped; the epics are the goals")
	began := time.Now()
	out, err := d.alignd("report", "-c", d.file(), "--format", "json")
	if err != nil {
		return err
	}
	took := time.Since(began)
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		return err
	}
	t := r.Totals
	d.say("  %d stories: %d linked, %d closed, %d unlinked, %d unknown; %d goals", t.Stories, t.Linked, t.Closed, t.Unlinked, t.Unknown, t.Goals)
	fmt.Fprintf(d.err, "pulled and mapped in %s\n", took.Round(time.Millisecond))

	d.chapter("And what would it write? So many stories at once are held whole")
	return d.show(16, "plan")
}
