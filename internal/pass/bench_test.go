package pass_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// crowd is a town with n stories under the epic that serves the goal, and n
// issues in the project that serves Linear's.
func crowd(t testing.TB, n int) *town {
	w := newTown(t, "")
	w.story("PAY-10", "") // one that is flagged
	for i := range n {
		made := w.daysAgo(300).Add(time.Duration(i) * time.Hour)
		w.issue(jirasim.Issue{Key: fmt.Sprintf("PAY-%d", 100+i), Type: "Story", Summary: "Crowd", ParentKey: "PAY-1", Created: made})
		w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: fmt.Sprintf("Issue %d", i), ProjectID: w.project, Created: made, Updated: made})
	}
	return w
}

// requests counts what a pass asks of both trackers.
func (w *town) requests(pass func() *pass.Outcome) int {
	before := w.jiraDoor.Requests() + w.engDoor.Requests()
	pass()
	return w.jiraDoor.Requests() + w.engDoor.Requests() - before
}

// A pass in which nothing has changed asks for as much of ten times the company.
func TestAPassWithoutNewsAsksForLittle(t *testing.T) {
	count := func(n int) (firstPass, later int) {
		w := crowd(t, n)
		firstPass = w.requests(w.well)
		w.clock.Advance(time.Hour) // beyond the overlap of two pulls
		return firstPass, w.requests(w.quiet)
	}
	firstSmall, small := count(40)
	firstLarge, large := count(400)
	if large > small+1 {
		t.Errorf("without news %d requests for the small company and %d for the large", small, large)
	}
	if firstLarge <= firstSmall {
		t.Errorf("the first passes made %d and %d requests: the large company is not pulled page by page, and proves nothing", firstSmall, firstLarge)
	}
	if small > 25 {
		t.Errorf("%d requests to learn that nothing has changed", small)
	}
}

// BenchmarkNoChange is a pass without news over a company of some size.
func BenchmarkNoChange(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(2*n), func(b *testing.B) {
			w := crowd(b, n)
			w.well()
			w.clock.Advance(time.Hour)
			asked := 0
			for b.Loop() {
				asked += w.requests(w.quiet)
			}
			b.ReportMetric(float64(asked)/float64(b.N), "requests/op")
		})
	}
}
