package pass_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
	"github.com/alignd/alignd/internal/store"
)

// Credentials that are refused midway stop the writes to that tracker; those of
// the other go on, and the next pass does what is left.
func TestCredentialsRefusedMidway(t *testing.T) {
	w := newTown(t, "")
	w.strays(4)
	i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	var posts atomic.Int32
	w.jiraDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if posts.Load() >= 2 || post(r) && posts.Add(1) == 2 {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	})
	o := w.pass()
	failed, skipped := 0, 0
	for _, c := range o.Plan.Changes {
		switch r := o.Results[c.ID]; {
		case c.Key.Tracker == "eng" && r.Outcome != store.Done:
			t.Errorf("on Linear %s is %s: %s", c.Action, r.Outcome, r.Error)
		case r.Outcome == store.Failed:
			failed++
		case r.Outcome == store.Skipped:
			skipped++
		}
		if _, told := o.Results[c.ID]; !told {
			t.Errorf("nothing is told of %s %s", c.Ref, c.Action)
		}
	}
	if failed != 1 || skipped != 2 { // of four comments; the labels were sent before, and could not be read back
		t.Errorf("%s: %d failed and %d skipped, want 1 and 2", planned(o), failed, skipped)
	}
	w.wantEng(i.ID, flagged)
	w.jiraDoor.instead(nil)
	w.well()
	for _, key := range []string{"PAY-10", "PAY-11", "PAY-12", "PAY-13"} {
		w.want(key + " " + flagged)
	}
	w.quiet()
}

// A pass that is stopped between two changes finishes the one in hand and skips
// the rest; the next one does them.
func TestStoppedBetweenChanges(t *testing.T) {
	w := newTown(t, "")
	keys := w.strays(5)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var posts atomic.Int32
	w.jiraDoor.instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if post(r) && posts.Add(1) == 2 {
			cancel() // while the second comment is on its way
		}
		return false
	})
	o, err := w.once(ctx, yes)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := w.commented(keys); got != 2 {
		t.Errorf("%d comments were written, want the 2 that had begun", got)
	}
	done := 0
	for _, c := range o.Plan.Changes {
		if o.Results[c.ID].Outcome == store.Done {
			done++
		}
	}
	if done != 7 || len(o.Results) != 10 { // five labels and two comments
		t.Errorf("%d of %d done, want 7 of 10: %s", done, len(o.Results), planned(o))
	}
	if open, err := w.store.OpenEntries(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("%d entries are open, error %v: what had begun was not finished", len(open), err)
	}
	w.well()
	for _, key := range keys {
		w.want(key + " " + flagged)
	}
	w.quiet()
}

// A write that the tracker refuses is a failure once, is then held for a day,
// and is tried again after it; the comment on the item is another matter.
func TestWhatIsNotPermittedIsTriedAgainLater(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	w.jira.AddProject(jirasim.Project{Key: "PAY", Name: "PAY", NoLabels: true})
	o := w.pass()
	if got := planned(o); got != "jira:PAY-10 add-label refused; jira:PAY-10 create-comment done" || o.Failures() != 1 {
		t.Errorf("planned and done: %s", got)
	}
	w.want("PAY-10 - / story-without-goal")
	for range 3 {
		if got := held(w.quiet(), "jira:PAY-10"); got != "add-label no-permission" {
			t.Errorf("held: %q", got)
		}
	}
	w.jira.AddProject(jirasim.Project{Key: "PAY", Name: "PAY"})
	w.clock.Advance(24 * time.Hour)
	w.well()
	w.want("PAY-10 " + flagged)
	w.quiet()
}

// A tracker that loses one write after the other counts as down: what is left
// waits for the next pass, which does it.
func TestATrackerThatGoesDownMidway(t *testing.T) {
	w := newTown(t, "")
	keys := w.strays(8)
	w.jiraDoor.Set(func(r *http.Request) connectortest.Fault {
		if put(r) || post(r) {
			return connectortest.LostAfter
		}
		return connectortest.None
	})
	count := map[store.Outcome]int{}
	for _, r := range w.pass().Results {
		count[r.Outcome]++
	}
	if count[store.Unknown] != 3 || count[store.Skipped] != 13 {
		t.Errorf("outcomes %v; want 3 unknown, and the rest skipped", count)
	}
	w.jiraDoor.Set(nil)
	w.well()
	for _, key := range keys {
		w.want(key + " " + flagged)
	}
	w.quiet()
}
