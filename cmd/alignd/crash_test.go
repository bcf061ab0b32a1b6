package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors/connectortest"
)

// ports finds addresses of loopback ports.
var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// binary builds the real program, as users have it, for the tests that kill it
// and serve with it. It is built once and removed after the last test.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaryDir, "alignd")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// process starts the real program on an org's file.
func process(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append(args, "--data", filepath.Join(dir, "data"), "--now", demoStart.Format(time.RFC3339))...)
	cmd.Dir = dir
	return cmd
}

// onePass runs one pass to its end and gives what it said.
func onePass(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	out, err := process(t, dir, append(args, "-c", "acme.yaml")...).CombinedOutput()
	return string(out), err
}

// wanted is how the trackers stand after a pass that nothing disturbs.
func wanted(t *testing.T) (stand []string, requests int) {
	t.Helper()
	c, dir := newTestCompany(t.Fatalf, t.Cleanup), t.TempDir()
	if err := c.write(dir, "write"); err != nil {
		t.Fatal(err)
	}
	if out, err := onePass(t, dir, "sync"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return c.stand(), c.jiraGate.Requests() + c.linearGate.Requests()
}

// TestKilledPass kills a pass at a hundred random moments: at a random request,
// before or after the tracker has acted on it, or at a random time. One more
// pass must leave exactly one comment on every flagged item, the right labels,
// and an empty plan.
func TestKilledPass(t *testing.T) {
	lives := 100
	if testing.Short() {
		lives = 10
	}
	want, requests := wanted(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d; an undisturbed pass makes %d requests", seed, requests)
	for life := range lives {
		t.Run(fmt.Sprint(life), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, uint64(life)))
			c, dir := newTestCompany(t.Fatalf, t.Cleanup), t.TempDir()
			if err := c.write(dir, "write"); err != nil {
				t.Fatal(err)
			}
			for range 1 + r.IntN(3) {
				c.kill(t, dir, r, requests)
			}
			if out, err := onePass(t, dir, "sync"); err != nil {
				t.Fatalf("the pass after: %v\n%s", err, out)
			}
			if diff := cmp.Diff(want, c.stand()); diff != "" {
				t.Errorf("seed %d, life %d: -want +got:\n%s", seed, life, diff)
			}
			if out, err := onePass(t, dir, "plan", "--exit-code"); err != nil {
				t.Errorf("seed %d, life %d: the plan is not empty: %v\n%s", seed, life, err, out)
			}
		})
	}
}

// kill starts a pass and kills it at a random moment.
func (c *testCompany) kill(t *testing.T, dir string, r *rand.Rand, requests int) {
	t.Helper()
	cmd := process(t, dir, "sync", "-c", "acme.yaml")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var once sync.Once
	killed := make(chan struct{})
	kill := func() { once.Do(func() { close(killed) }) }
	if r.IntN(4) > 0 {
		at, fault := 1+r.IntN(requests), []connectortest.Fault{connectortest.LostBefore, connectortest.LostAfter}[r.IntN(2)]
		var mu sync.Mutex
		seen := 0
		next := func(*http.Request) connectortest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if seen++; seen < at {
				return connectortest.None
			}
			kill() // the process must not live on to see what became of it
			return fault
		}
		c.jiraGate.Set(next)
		c.linearGate.Set(next)
	} else {
		timer := time.AfterFunc(time.Duration(r.IntN(400))*time.Millisecond, kill)
		defer timer.Stop()
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-killed:
		if err := cmd.Process.Kill(); err == nil { // SIGKILL; it may have ended already
			<-ended
		}
	case err := <-ended:
		select {
		case <-killed: // it was quicker than the kill, with what went wrong before it
		default:
			if err != nil {
				t.Fatalf("the pass ended by itself: %v\n%s", err, out.String())
			}
		}
	}
	c.jiraGate.Set(nil)
	c.linearGate.Set(nil)
}

// TestLostDatabase deletes the database between passes, while people act: no
// second comment anywhere, and nothing that a person undid is done again.
func TestLostDatabase(t *testing.T) {
	c, dir := newTestCompany(t.Fatalf, t.Cleanup), t.TempDir()
	if err := c.write(dir, "write"); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if out, err := onePass(t, dir, "sync"); err != nil {
			t.Fatalf("pass %d: %v\n%s", n, err, out)
		}
		if n == 1 {
			d := demo{common: &common{terminal: &terminal{out: &bytes.Buffer{}}}, company: c.company}
			if err := d.peopleAct(c.company.Plot); err != nil {
				t.Fatal(err)
			}
		}
		before := c.stand()
		if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			continue // the next pass has something to do
		}
		if out, err := onePass(t, dir, "plan", "--exit-code"); err != nil {
			t.Fatalf("after losing the database %d times the plan is not empty: %v\n%s", n+1, err, out)
		}
		if diff := cmp.Diff(before, c.stand()); diff != "" {
			t.Errorf("-before +after:\n%s", diff)
		}
	}
	for _, i := range c.company.Jira.Issues() {
		if n := len(c.company.Jira.Comments(i.Key)); n > 1 {
			t.Errorf("%s has %d comments", i.Key, n)
		}
	}
	vetoed, _ := c.company.Jira.Issue(c.company.Plot.Vetoed)
	if strings.Contains(strings.Join(vetoed.Labels, " "), "needs-goal") {
		t.Errorf("%s carries the label again that a person removed", vetoed.Key)
	}
}

// TestSecondRunIsTheSame tells the demo's story twice: the same seed gives the
// same output but for ports and folders.
func TestSecondRunIsTheSame(t *testing.T) {
	tell := func() string {
		dir := t.TempDir()
		status, out, err := inProcess(context.Background(), "demo", "--once", "--dir", dir)
		if status != exitFine {
			t.Fatalf("status %d: %s", status, err)
		}
		return ports.ReplaceAllString(strings.ReplaceAll(out, dir, "DIR"), "127.0.0.1:PORT")
	}
	first, second := tell(), tell()
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("-first +second:\n%s", diff)
	}
	for _, part := range []string{"19 labels added, 19 comments written", "No changes", "Resolved: this story now serves", "vetoed", "labels: none"} {
		if !strings.Contains(first, part) {
			t.Errorf("the story does not tell of %q", part)
		}
	}
}
