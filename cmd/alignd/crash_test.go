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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// number reads a knob of the tests from the environment.
func number(t *testing.T, name string, unset uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s is not a number", name, text)
	}
	return n
}

// course is one of the two passes that are killed: the first over new trackers,
// which adds and creates, and one after people have acted, which edits and
// removes, and where a person's word must hold.
type course struct {
	acted    bool
	want     []string      // how the trackers stand after a pass that nothing disturbs
	requests int           // of that pass
	took     time.Duration // by that pass
}

// begin gives trackers, and an org's folder, that are ready for the pass.
func (k *course) begin(t *testing.T) *threeTrackers {
	t.Helper()
	c := newThreeTrackers(t)
	if k.acted {
		c.pass(t)
		c.peopleAct(t)
	}
	return c
}

// TestKilledPass ends passes of the real program with SIGKILL at random moments:
// at a random request, before or after the tracker has acted on it, or at a
// random time. One more pass must leave exactly what a pass leaves that nothing
// disturbed (one comment on every flagged item, the right labels, and what a
// person undid stays undone), and an empty plan. KILLS is how many lives are
// lived (default 100; make crash: 1,000), each killed up to three times, and SEED
// (default 1) says at which moments.
func TestKilledPass(t *testing.T) {
	lives, seed := number(t, "KILLS", 100), number(t, "SEED", 1)
	courses := []*course{{}, {acted: true}}
	for _, k := range courses {
		c := k.begin(t)
		before, began := c.requests(), time.Now()
		c.pass(t)
		k.want, k.requests, k.took = c.stand(), c.requests()-before, time.Since(began)
	}
	var killed atomic.Int64
	began := time.Now()
	t.Run("lives", func(t *testing.T) {
		for life := range lives {
			t.Run(fmt.Sprint(life), func(t *testing.T) {
				t.Parallel()
				k, r := courses[life%2], rand.New(rand.NewPCG(seed, life))
				c := k.begin(t)
				for range 1 + r.IntN(3) {
					if c.kill(t, k, r) {
						killed.Add(1)
					}
				}
				c.pass(t)
				if diff := cmp.Diff(k.want, c.stand()); diff != "" {
					t.Errorf("seed %d, life %d: -want +got:\n%s", seed, life, diff)
				}
				if out, err := onePass(t, c.dir, "plan", "--exit-code"); err != nil {
					t.Errorf("seed %d, life %d: the plan is not empty: %v\n%s", seed, life, err, out)
				}
			})
		}
	})
	n := killed.Load()
	t.Logf("%d lives from seed %d on, %d passes killed, in %s; an undisturbed pass makes %d requests, %d after people have acted",
		lives, seed, n, time.Since(began).Round(time.Second), courses[0].requests, courses[1].requests)
	if uint64(n) < lives {
		t.Errorf("only %d passes were killed in %d lives", n, lives)
	}
}

// pass makes one pass that nothing disturbs.
func (c *threeTrackers) pass(t *testing.T) {
	t.Helper()
	if out, err := onePass(t, c.dir, "sync"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// kill starts a pass and kills it at a random moment of its course. It reports
// whether the pass was still at work then.
func (c *threeTrackers) kill(t *testing.T, k *course, r *rand.Rand) bool {
	t.Helper()
	cmd := process(t, c.dir, "sync", "-c", "acme.yaml")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var once sync.Once
	moment := make(chan struct{})
	kill := func() { once.Do(func() { close(moment) }) }
	if r.IntN(4) > 0 {
		at, fault := 1+r.IntN(k.requests), []connectortest.Fault{connectortest.LostBefore, connectortest.LostAfter}[r.IntN(2)]
		var mu sync.Mutex
		seen := 0
		c.gate(func(*http.Request) connectortest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if seen++; seen < at {
				return connectortest.None
			}
			kill() // the process must not live on to see what became of it
			return fault
		})
		defer c.gate(nil)
	} else {
		defer time.AfterFunc(time.Duration(r.Int64N(int64(k.took))), kill).Stop()
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-moment:
		err := cmd.Process.Kill() // SIGKILL; it may have ended already
		<-ended
		return err == nil
	case err := <-ended:
		select {
		case <-moment: // it was quicker than the kill, with what went wrong before it
		default:
			if err != nil {
				t.Fatalf("the pass ended by itself: %v\n%s", err, out.String())
			}
		}
		return false
	}
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
