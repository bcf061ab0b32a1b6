package life

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-sqlite3"

	"github.com/alignd/alignd/internal/plan"
)

// kinds are the trackers that a life may have.
var kinds = []string{"cloud", "datacenter", "linear"}

func TestMain(m *testing.M) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		panic(err)
	}
	debug.SetGCPercent(-1) // lives are short, and so is what they leave behind
	debug.SetMemoryLimit(1 << 28)
	hookCommits(db.Driver().(*sqlite3.SQLiteDriver))
	_ = db.Close()
	m.Run()
}

// live lives a life and gives the world after it.
func live(t *testing.T, p plot, sab saboteur, dir string) *world {
	var w *world
	synctest.Test(t, func(*testing.T) {
		w = newWorld(dir, p, sab)
		defer w.close()
		for _, a := range p.acts {
			if w.do(a); w.wrong != "" {
				return
			}
		}
		w.comeToRest()
	})
	return w
}

// comeToRest lets people be quiet and the network be well until there is nothing
// to do any more, and looks at what stands then.
func (w *world) comeToRest() {
	w.tell("and then all is quiet")
	w.file.quiet, w.skew = false, max(w.skew, 0)
	for _, s := range w.sites {
		s.rest()
	}
	for round := range 12 {
		if w.file.calm = round > 0; w.file.calm { // what has waited for a limit is said at once
			w.wait(30 * time.Hour)
		} else {
			w.wait(8 * 24 * time.Hour)
		}
		w.pass(write, fault{}, nil)
		if w.wrong != "" {
			return
		}
		if o := w.result; !o.Complete() || o.Failures() > 0 {
			w.violate(fixedPoint, "troubles: %v, %v", o.Err(), o.WriteErr())
			return
		} else if len(o.Plan.Changes) == 0 && !slices.ContainsFunc(o.Plan.Held, func(h plan.Held) bool { return !h.Until.IsZero() || h.Reason == plan.Limit }) {
			break
		}
	}
	if left := w.result.Plan.Changes; len(left) > 0 {
		w.violate(fixedPoint, "%d changes are planned still, the first %s %s %q", len(left), left[0].Ref, left[0].Action, short(left[0].Value))
		return
	}
	w.atTheEnd()
}

// TestLives lives LIVES lives (500, or 50 under the race detector, which has
// nothing to find in them) from the seed SEED on (default 1).
func TestLives(t *testing.T) {
	lives, first := number(t, "LIVES", usual), number(t, "SEED", 1)
	if lives >= many && runtime.GOMAXPROCS(0) > 1 {
		inProcesses(t, lives, first)
		return
	}
	var next atomic.Uint64
	var broken sync.Mutex
	found := false
	began := time.Now()
	workers := runtime.GOMAXPROCS(0)
	t.Run("lives", func(t *testing.T) {
		for n := range workers {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				dir := scratch(t)
				for i := next.Add(1) - 1; i < lives; i = next.Add(1) - 1 {
					p := draw(first + i)
					w := live(t, p, saboteur{}, dir)
					if w.wrong == "" {
						continue
					}
					next.Store(lives)
					broken.Lock()
					defer broken.Unlock()
					if !found {
						found = true
						small := shrink(p, w.wrong, func(p plot) *world { return live(t, p, saboteur{}, dir) })
						w = live(t, small, saboteur{}, dir)
						t.Errorf("%s\n\n%s\n\nWhat happened:\n%s\nAgain: SEED=%d LIVES=1", w.wrong, small, strings.Join(w.log, "\n"), p.seed)
					}
					return
				}
			})
		}
	})
	tellSpeed(t, lives, began)
}

// many lives are shared out among processes, some to each.
const (
	many = 1000
	some = 500
)

// inProcesses gives each core processes of its own: side by side in one process,
// lives cost each other a fifth of their time.
func inProcesses(t *testing.T, lives, first uint64) {
	began := time.Now()
	cores := uint64(runtime.GOMAXPROCS(0)) //nolint:gosec // it is positive
	var next atomic.Uint64
	t.Run("processes", func(t *testing.T) {
		for n := range cores {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				for from := next.Add(some) - some; from < lives; from = next.Add(some) - some {
					cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLives$")
					cmd.Env = append(os.Environ(), "GOMAXPROCS=1", fmt.Sprintf("SEED=%d", first+from), fmt.Sprintf("LIVES=%d", min(some, lives-from)))
					if told, err := cmd.CombinedOutput(); err != nil {
						next.Store(lives)
						t.Errorf("%v\n%s", err, told)
						return
					}
				}
			})
		}
	})
	tellSpeed(t, lives, began)
}

func tellSpeed(t *testing.T, lives uint64, began time.Time) {
	t.Helper()
	took := time.Since(began)
	t.Logf("%d lives in %s: %.0f a second", lives, took.Round(time.Millisecond), float64(lives)/took.Seconds())
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s is not a number", name, text)
	}
	return n
}

// scratch is a folder in memory where the machine has one: databases of lives
// need no disk.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "alignd-life-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// A life that broke a promise must break it again, or nobody could mend what it
// found.
func TestTheSameSeedIsTheSameLife(t *testing.T) {
	for seed := uint64(1); seed <= 12; seed++ {
		tell := func() string { return strings.Join(live(t, draw(seed), saboteur{}, scratch(t)).log, "\n") }
		dir := regexp.MustCompile(`/\S*alignd-life-\d+`) // stands in errors of the database
		first, second := dir.ReplaceAllString(tell(), ""), dir.ReplaceAllString(tell(), "")
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("seed %d:\n%s", seed, diff)
		}
	}
}
