package pass_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// strays adds stories that serve nothing.
func (w *town) strays(n int) (keys []string) {
	for i := range n {
		key := fmt.Sprintf("PAY-%d", 10+i)
		w.story(key, "")
		keys = append(keys, key)
	}
	return keys
}

// commented counts the issues that have a comment; more than one on an issue is
// an error.
func (w *town) commented(keys []string) int {
	w.t.Helper()
	n := 0
	for _, key := range keys {
		switch c := len(w.jira.Comments(key)); {
		case c > 1:
			w.t.Errorf("%s has %d comments", key, c)
		case c == 1:
			n++
		}
	}
	return n
}

// An observing pass writes nothing, whatever happens around it.
func TestObservingWritesNothing(t *testing.T) {
	w := newTown(t, "")
	w.strays(3)
	w.ownerless()
	w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	var fingerprint string
	for n := range 4 {
		o, err := w.once(t.Context(), nil)
		if err != nil || o.Err() != nil {
			t.Fatal(err, o.Err())
		}
		if len(o.Plan.Changes) != 10 || len(o.Results) != 0 || o.Wrote {
			t.Errorf("pass %d planned %s and wrote %v", n, planned(o), o.Wrote)
		}
		if fingerprint == "" {
			fingerprint = o.Plan.Fingerprint()
		}
		if got := o.Plan.Fingerprint(); got != fingerprint {
			t.Errorf("pass %d: fingerprint %s, was %s", n, got, fingerprint)
		}
	}
	// Asked and refused is the same.
	if o, err := w.once(t.Context(), func(plan.Plan) (bool, error) { return false, nil }); err != nil || o.Wrote {
		t.Errorf("wrote %v, error %v", o.Wrote, err)
	}
	if n := len(w.jira.Writes()); n != 0 {
		t.Errorf("%d writes reached Jira", n)
	}
	if n := len(w.eng.Writes()); n != 0 {
		t.Errorf("%d writes reached Linear", n)
	}
	// What was held back is not lost.
	w.well()
	w.want("PAY-10 "+flagged, "ROAD-2 "+ownerlessFlagged)
}

// comments_per_run lets so many through in one pass; the others follow.
func TestCommentsPerRunCarryOver(t *testing.T) {
	w := newTown(t, "limits: {comments_per_run: 3}")
	keys := w.strays(8)
	for n, want := range []int{3, 6, 8} {
		o := w.well()
		if got := w.commented(keys); got != want {
			t.Errorf("after pass %d %d comments, want %d", n+1, got, want)
		}
		limited := 0
		for _, h := range o.Plan.Held {
			if h.Reason == plan.Limit {
				limited++
			}
		}
		if limited != 8-want {
			t.Errorf("pass %d holds %d for the limit, want %d", n+1, limited, 8-want)
		}
	}
	for _, key := range keys {
		w.want(key + " " + flagged)
	}
	w.quiet()
}

// A pass that would newly flag too large a share is held whole; once people have
// seen to it, or the limit is raised, it goes on.
func TestMaxShareHoldsThePassWhole(t *testing.T) {
	w := newTown(t, "")
	keys := w.strays(25)
	w.ownerless()
	for range 2 {
		o := w.quiet()
		for _, h := range o.Plan.Held {
			if h.Reason != plan.TooMany {
				t.Errorf("%s %s is held for %s", h.Ref, h.Action, h.Reason)
			}
		}
		if len(o.Plan.Held) != 52 {
			t.Errorf("%d changes are held, want those of 25 stories and a goal", len(o.Plan.Held))
		}
	}
	if n := len(w.jira.Writes()); n != 0 {
		t.Errorf("%d writes reached Jira", n)
	}
	w.file("limits: {max_share: 1, comments_per_run: 100}")
	w.well()
	for _, key := range keys {
		w.want(key + " " + flagged)
	}
	w.file("")
	w.quiet() // they are not newly flagged
}

// What waits for its grace is written when that is over, by a pass to which
// nothing else is new.
func TestGraceEnds(t *testing.T) {
	w := newTown(t, "")
	w.issue(jirasim.Issue{Key: "PAY-10", Type: "Story", Summary: "Young", Created: w.clock.Now().Add(-time.Hour)})
	if got := held(w.quiet(), "jira:PAY-10"); got != "add-label grace; create-comment grace" {
		t.Errorf("held: %s", got)
	}
	w.clock.Advance(72 * time.Hour)
	w.well()
	w.want("PAY-10 " + flagged)
	w.quiet()
}
