package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// oldSite is the part of the org's file that a Data Center site adds to the
// built-in company's: trackers and roadmap are maps and lists that it continues.
const oldSite = `  old:
    type: jira
    url: %s/jira
    auth: {type: bearer, token: "file:old-token"}
    projects: [OLD]
    requests_per_second: 1000

roadmap:
  - from: old
    jql: project = PLAN AND issuetype = Initiative
    po: assignee
`

// threeTrackers is the built-in company with a Jira Data Center beside its Jira
// Cloud and its Linear: every way that alignd has of writing, in one org.
type threeTrackers struct {
	*testCompany
	old     *jirasim.Server
	oldGate *connectortest.Gate
	oldURL  string
	dir     string // where the org's file is
}

func newThreeTrackers(t *testing.T) *threeTrackers {
	t.Helper()
	c := &threeTrackers{testCompany: newTestCompany(t.Fatalf, t.Cleanup), dir: t.TempDir()}
	c.old = jirasim.New(jirasim.Options{Clock: c.clock.Now, DataCenter: &jirasim.DataCenter{ContextPath: "/jira"}})
	c.old.AddUser(jirasim.User{AccountID: "bot", Name: "alignd", Email: sim.BotEmail, Active: true, Username: "alignd", UserKey: "JIRAUSER10100"})
	c.old.AddBearer("old-secret", "bot")
	c.old.AddProject(jirasim.Project{Key: "PLAN", Name: "Plan"})
	c.old.AddProject(jirasim.Project{Key: "OLD", Name: "Mainframe"})
	created := demoStart.AddDate(0, 0, -30)
	issues := []jirasim.Issue{
		{Key: "PLAN-1", Type: "Initiative", Level: 2, Summary: "Leave the mainframe"}, // nobody answers for it
		{Key: "OLD-1", Type: "Epic", Summary: "Move the ledger", ParentKey: "PLAN-1"},
		{Key: "OLD-2", Type: "Story", Summary: "Copy the accounts", ParentKey: "OLD-1"},
	}
	for n := range 6 {
		issues = append(issues, jirasim.Issue{Key: fmt.Sprintf("OLD-%d", 3+n), Type: "Story", Summary: fmt.Sprintf("Print list %d", n)})
	}
	for _, i := range issues {
		i.Created = created
		if _, err := c.old.AddIssue(i); err != nil {
			t.Fatal(err)
		}
	}
	c.oldGate = connectortest.NewGate(c.old)
	server := httptest.NewServer(c.oldGate)
	t.Cleanup(server.Close)
	c.oldURL = server.URL
	if err := errors.Join(c.write(c.dir, "write"), os.WriteFile(filepath.Join(c.dir, "old-token"), []byte("old-secret"), 0o600)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.dir, "acme.yaml")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(file), "\nroadmap:\n", fmt.Sprintf(oldSite, c.oldURL), 1) + "limits: {comments_per_run: 100}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// peopleAct does what people do in the demo's story, and on the old site: a
// story gets a parent, a label is taken off, a comment deleted, a goal owned.
func (c *threeTrackers) peopleAct(t *testing.T) {
	t.Helper()
	d := demo{common: &common{terminal: &terminal{out: &bytes.Buffer{}}}, company: c.company}
	edit := func(key string, f func(*jirasim.Issue)) error { return c.old.Edit(key, "bot", f) }
	if err := errors.Join(
		d.peopleAct(c.company.Plot),
		edit("OLD-3", func(i *jirasim.Issue) { i.ParentKey = "OLD-1" }),
		edit("OLD-4", func(i *jirasim.Issue) { i.Labels = nil }),
		edit("PLAN-1", func(i *jirasim.Issue) { i.Assignee = "bot" }),
		c.old.DeleteComment("OLD-5", c.old.Comments("OLD-5")[0].ID),
	); err != nil {
		t.Fatal(err)
	}
}

// stand tells how every item of the three trackers stands (see testCompany.stand).
func (c *threeTrackers) stand() []string {
	lines := append(c.testCompany.stand(), jiraStand(c.old, strings.NewReplacer(c.oldURL, "OLD", c.jira.URL, "JIRA", c.linear.URL, "LINEAR"))...)
	sort.Strings(lines)
	return lines
}

// gate says what goes wrong at all three trackers from now on; nil: nothing.
func (c *threeTrackers) gate(next func(*http.Request) connectortest.Fault) {
	for _, g := range []*connectortest.Gate{c.jiraGate, c.linearGate, c.oldGate} {
		g.Set(next)
	}
}

// requests counts what has come to the three trackers.
func (c *threeTrackers) requests() int {
	return c.jiraGate.Requests() + c.linearGate.Requests() + c.oldGate.Requests()
}
