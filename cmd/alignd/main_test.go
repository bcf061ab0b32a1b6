package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// The scripts run this test binary again as alignd.
func TestMain(m *testing.M) {
	testscript.Main(cleaning{m}, map[string]func(){"alignd": main})
}

// cleaning removes what the tests built once they have run.
type cleaning struct{ m *testing.M }

func (c cleaning) Run() int {
	defer os.RemoveAll(binaryDir)
	return c.m.Run()
}

// binaryDir is where the tests build the program.
var binaryDir = filepath.Join(os.TempDir(), fmt.Sprintf("alignd-test-%d", os.Getpid()))

// TestScripts runs testdata/script: each a story that a person could type. The
// command `company` starts the built-in trackers and writes the org's file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("ALIGND_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("NOW", demoStart.Format(time.RFC3339))
			env.Setenv("HOME", env.WorkDir)
			env.Values[companyKey{}] = &testCompany{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"company": scriptCompany,
			"act":     scriptAct,
			"jsonhas": scriptJSONHas,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// companyKey finds a script's company among its values.
type companyKey struct{}

// scriptCompany starts a company and writes acme.yaml: company MODE.
func scriptCompany(ts *testscript.TestScript, _ bool, args []string) {
	c := newTestCompany(ts.Fatalf, ts.Defer)
	ts.Setenv("JIRA_URL", c.jira.URL)
	ts.Setenv("LINEAR_URL", c.linear.URL)
	ts.Check(c.write(ts.MkAbs("."), args[0]))
	*ts.Value(companyKey{}).(*testCompany) = *c
}

// scriptAct lets a person act: act link | unlink | unlabel | name-po | delete-comment | down.
func scriptAct(ts *testscript.TestScript, _ bool, args []string) {
	c := ts.Value(companyKey{}).(*testCompany)
	plot := c.company.Plot
	edit := func(key string, f func(*jirasim.Issue)) { ts.Check(c.company.Jira.Edit(key, plot.NewPO, f)) }
	switch args[0] {
	case "link":
		edit(plot.Relinked, func(i *jirasim.Issue) { i.ParentKey = plot.Epic })
	case "unlink":
		edit(plot.Relinked, func(i *jirasim.Issue) { i.ParentKey = "" })
	case "unlabel":
		edit(plot.Vetoed, func(i *jirasim.Issue) { i.Labels = without(i.Labels, "needs-goal") })
	case "name-po":
		edit(plot.Ownerless, func(i *jirasim.Issue) { i.Custom = map[string]any{sim.POField: plot.NewPO} })
	case "delete-comment":
		ts.Check(c.company.Jira.DeleteComment(plot.Vetoed, c.company.Jira.Comments(plot.Vetoed)[0].ID))
	case "down":
		c.jira.CloseClientConnections()
		c.jira.Close()
	default:
		ts.Fatalf("no such act: %s", args[0])
	}
	c.clock.Advance(time.Minute)
}

// scriptJSONHas checks that a file holds a JSON object with these keys.
func scriptJSONHas(ts *testscript.TestScript, _ bool, args []string) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc); err != nil {
		ts.Fatalf("%s is no JSON object: %v", args[0], err)
	}
	for _, key := range args[1:] {
		v, ok := doc[key]
		if !ok {
			ts.Fatalf("%s has no %q", args[0], key)
		}
		if string(v) == "null" {
			ts.Fatalf("%s: %q is null", args[0], key)
		}
	}
}

// testCompany is the built-in company behind gates, on loopback ports.
type testCompany struct {
	company              *sim.Company
	clock                *sim.Clock
	jiraGate, linearGate *connectortest.Gate
	jira, linear         *httptest.Server
}

func newTestCompany(fatalf func(string, ...any), cleanup func(func())) *testCompany {
	c := &testCompany{clock: sim.NewClock(demoStart)}
	var err error
	if c.company, err = sim.NewCompany(1, c.clock); err != nil {
		fatalf("company: %v", err)
	}
	c.company.Linear.SetBudget(1_000_000, 1_000_000_000) // the clock stands still: nothing refills
	jira, linear := c.company.Handlers()
	c.jiraGate, c.linearGate = connectortest.NewGate(jira), connectortest.NewGate(linear)
	c.jira, c.linear = httptest.NewServer(c.jiraGate), httptest.NewServer(c.linearGate)
	cleanup(c.jira.Close)
	cleanup(c.linear.Close)
	return c
}

// write puts the org's file and its secrets into a folder.
func (c *testCompany) write(dir, mode string) error {
	for name, content := range map[string]string{
		"acme.yaml":  fmt.Sprintf(demoOrg, mode, c.jira.URL, sim.BotEmail, c.linear.URL),
		"jira-token": sim.JiraToken,
		"linear-key": sim.LinearKey,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// stand tells how every item stands in both trackers: its labels and the
// comments on it, a line each, sorted. Times and addresses are left out.
func (c *testCompany) stand() []string {
	addresses := strings.NewReplacer(c.jira.URL, "JIRA", c.linear.URL, "LINEAR")
	lines := jiraStand(c.company.Jira, addresses)
	linear := func(id, name string) {
		var bodies []string
		for _, cm := range c.company.Linear.Comments(id) {
			bodies = append(bodies, cm.Body)
		}
		lines = append(lines, itemStand(name, c.company.Linear.LabelNames(id), bodies, addresses)...)
	}
	for _, i := range c.company.Linear.Issues() {
		linear(i.ID, i.Identifier())
	}
	for _, i := range c.company.Linear.Initiatives() {
		linear(i.ID, i.Name)
	}
	for _, p := range c.company.Linear.Projects() {
		linear(p.ID, p.Name)
	}
	sort.Strings(lines)
	return lines
}

// jiraStand is stand of one Jira.
func jiraStand(j *jirasim.Server, addresses *strings.Replacer) []string {
	var lines []string
	for _, i := range j.Issues() {
		var bodies []string
		for _, cm := range j.Comments(i.Key) {
			bodies = append(bodies, cm.Body)
		}
		lines = append(lines, itemStand(i.Key, i.Labels, bodies, addresses)...)
	}
	return lines
}

func itemStand(id string, labels, comments []string, addresses *strings.Replacer) []string {
	sort.Strings(labels)
	var lines []string
	for _, body := range comments {
		lines = append(lines, id+" comment "+addresses.Replace(body))
	}
	return append(lines, id+" labels "+strings.Join(labels, ","))
}

// inProcess runs one command line in this process.
func inProcess(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, err strings.Builder
	status = run(ctx, args, &terminal{in: strings.NewReader(""), out: &out, err: &err, getenv: func(string) string { return "" }})
	return status, out.String(), err.String()
}
