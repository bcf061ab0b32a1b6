package pass_test

import (
	"slices"
	"testing"

	"github.com/alignd/alignd/internal/sim/linearsim"
	"github.com/alignd/alignd/internal/store"
)

// A rate limit that does not lift ends the writes to that tracker for this pass,
// which does not count as a success; nothing hammers at it, and the next pass
// writes what is left.
func TestARateLimitEndsTheWrites(t *testing.T) {
	w := newTown(t, "")
	var issues []string
	for range 6 {
		issues = append(issues, w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)}).ID)
	}
	w.eng.AddFault(linearsim.Fault{Kind: linearsim.RateLimited, Root: "commentCreate", Skip: 1})
	o := w.pass()
	done, left := 0, 0
	for _, c := range o.Plan.Changes {
		switch r := o.Results[c.ID]; {
		case r.Outcome == store.Done:
			done++
		default:
			left++
		}
	}
	if done != 7 || left != 5 || o.Failures() == 0 { // six labels and a comment
		t.Errorf("%d done, %d left, %d failures: %s", done, left, o.Failures(), planned(o))
	}
	posts := slices.DeleteFunc(w.eng.Writes(), func(r linearsim.Request) bool { return !slices.Contains(r.Roots, "commentCreate") })
	if len(posts) != 2 { // what it says to wait for is more than this connector waits
		t.Errorf("%d comments were sent, want the one that went through and the one that was refused", len(posts))
	}
	w.eng.ClearFaults()
	w.well()
	for _, id := range issues {
		w.wantEng(id, flagged)
	}
	w.quiet()
}
