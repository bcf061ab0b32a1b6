package store

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

func TestLastRun(t *testing.T) {
	s := fresh(t)
	if _, ok, err := s.LastRun(t.Context(), false); ok || err != nil {
		t.Errorf("a new database has a last run: %v, error %v", ok, err)
	}
	run := func(minutes int, wrote, ends, complete bool, trouble string) int64 {
		t.Helper()
		began := noon.Add(time.Duration(minutes) * time.Minute)
		id, err := s.BeginRun(t.Context(), wrote, began)
		if err == nil && ends {
			err = s.EndRun(t.Context(), id, complete, trouble, began.Add(20*time.Second))
		}
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := run(0, true, true, true, "")
	second := run(1, false, true, false, "jira: it rains")
	r, ok, err := s.LastRun(t.Context(), false)
	if err != nil || !ok {
		t.Fatalf("found %v, error %v", ok, err)
	}
	want := Run{ID: second, Started: noon.Add(time.Minute), Finished: noon.Add(time.Minute + 20*time.Second), Trouble: "jira: it rains"}
	if r != want {
		t.Errorf("the newest that ended: %+v, want %+v", r, want)
	}
	if r, ok, err = s.LastRun(t.Context(), true); err != nil || !ok || r.ID != first || !r.Wrote || !r.Complete {
		t.Errorf("the newest that might write: %+v, found %v, error %v; want run %d", r, ok, err, first)
	}
	died := run(2, true, false, false, "")
	if r, ok, err = s.LastRun(t.Context(), true); err != nil || !ok || r.ID != died || !r.Finished.IsZero() {
		t.Errorf("one that died: %+v, found %v, error %v; want run %d without an end", r, ok, err, died)
	}
}

// A finding has been known since it was first seen; a gap in seeing it ends
// that, unless nothing could be concluded in between.
func TestSinceWhenAFindingIsKnown(t *testing.T) {
	const rule = roadmap.StoryWithoutGoal
	type pass struct{ finds, silent string } // ids of items, one letter each
	for _, c := range []struct {
		name   string
		passes []pass // one a minute, from noon
		want   string // item and minute
	}{
		{"stands", []pass{{"a", ""}, {"a", ""}, {"a", ""}}, "a0"},
		{"new ones are new", []pass{{"a", ""}, {"ab", ""}}, "a0 b1"},
		{"over", []pass{{"ab", ""}, {"b", ""}}, "b0"},
		{"over and back", []pass{{"a", ""}, {"", ""}, {"a", ""}}, "a2"},
		{"kept while it cannot be judged", []pass{{"a", ""}, {"", "a"}, {"a", ""}}, "a0"},
		{"silent from the start", []pass{{"", "a"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			for i, p := range c.passes {
				var findings []roadmap.Finding
				for _, id := range p.finds {
					findings = append(findings, roadmap.Finding{Rule: rule, Key: key(string(id))})
				}
				keep := map[roadmap.Key]bool{}
				for _, id := range p.silent {
					keep[key(string(id))] = true
				}
				if err := s.Standing(t.Context(), findings, keep, noon.Add(time.Duration(i)*time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			since, err := s.Since(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for k, at := range since[rule] {
				got = append(got, k.ID+strings.TrimSuffix(at.Sub(noon).Truncate(time.Minute).String(), "m0s"))
			}
			slices.Sort(got)
			if g := strings.ReplaceAll(strings.Join(got, " "), "0s", "0"); g != c.want {
				t.Errorf("known since: %q, want %q", g, c.want)
			}
		})
	}
}

// One finding of each of two rules on one item are two.
func TestRulesStandApart(t *testing.T) {
	s := fresh(t)
	both := []roadmap.Finding{{Rule: roadmap.StoryWithoutGoal, Key: key("1")}, {Rule: roadmap.GoalWithoutPO, Key: key("1")}}
	for i, findings := range [][]roadmap.Finding{both[:1], both} {
		if err := s.Standing(t.Context(), findings, nil, noon.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	since, err := s.Since(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if at := since[roadmap.StoryWithoutGoal][key("1")]; !at.Equal(noon) {
		t.Errorf("the first is known since %s", at)
	}
	if at := since[roadmap.GoalWithoutPO][key("1")]; !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("the second is known since %s", at)
	}
}

// While one holds the lock nobody else gets it, through whatever handle; waiting
// for it ends with the context, and with the release.
func TestLockExcludesAnotherHandle(t *testing.T) {
	one := fresh(t)
	two := open(t, one.Path())
	release, err := one.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Store{one, two} {
		soon, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
		if _, err := s.Lock(soon); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), one.Path()) {
			t.Errorf("a second lock: error %v", err)
		}
		cancel()
	}
	got := make(chan error, 1)
	go func() {
		again, err := two.Lock(t.Context())
		if err == nil {
			again()
		}
		got <- err
	}()
	release()
	if err := <-got; err != nil {
		t.Errorf("after the release: %v", err)
	}
}

// holdLock names the database that the process below locks until it is killed.
const holdLock = "ALIGND_TEST_HOLD_LOCK"

// TestHoldLock is no test: it is the other process of TestLockExcludesAnotherProcess.
func TestHoldLock(t *testing.T) {
	path := os.Getenv(holdLock)
	if path == "" {
		t.Skip("only as the other process of TestLockExcludesAnotherProcess")
	}
	s := open(t, path)
	if _, err := s.Lock(context.Background()); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("locked\n")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed, or the test is
}

// The lock of another process holds, and goes with that process however it dies.
func TestLockExcludesAnotherProcess(t *testing.T) {
	s := fresh(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldLock$")
	cmd.Env = append(os.Environ(), holdLock+"="+s.Path())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("locked\n"))
	if _, err := out.Read(said); err != nil || string(said) != "locked\n" {
		t.Fatalf("the other process said %q, error %v", said, err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer cancel()
	if _, err := s.Lock(soon); err == nil {
		t.Error("two processes hold the lock")
	}
	// The lock is for passes; reading does not wait for it.
	if _, _, err := s.Items(t.Context()); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, and says so
	release, err := s.Lock(t.Context())
	if err != nil {
		t.Fatalf("after the other process died: %v", err)
	}
	release()
}
