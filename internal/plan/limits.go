package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// holdAll moves every change to held.
func (b *builder) holdAll(r Reason, until time.Time) {
	for _, c := range b.changes {
		b.hold(c, r, until)
	}
	b.changes = nil
}

// quiet holds everything during quiet hours and weekends.
func (b *builder) quiet() {
	if until, is := quietUntil(b.in.Org.Quiet, b.in.Now, b.in.Org.Location); is {
		b.holdAll(Quiet, until)
	}
}

// share holds everything when the pass would newly flag too large a share of
// the stories: more likely the roadmap was misread than that so many went
// astray at once.
func (b *builder) share() {
	n := len(b.flagged)
	if n > tooManyFloor && float64(n) > b.in.Org.Limits.MaxShare*float64(b.in.Stories) {
		b.holdAll(TooMany, time.Time{})
	}
}

// tooManyFloor is the contract's: a pass that flags no more than this many
// stories is never held for their share.
const tooManyFloor = 20

// limit lets through only so many new comments, those in an active sprint
// first, then the oldest. Labels are quiet and go through.
func (b *builder) limit() {
	var creates []roadmap.Change
	for _, c := range b.changes {
		if c.Action == roadmap.CreateComment {
			creates = append(creates, c)
		}
	}
	if len(creates) <= b.in.Org.Limits.CommentsPerRun {
		return
	}
	slices.SortStableFunc(creates, func(x, y roadmap.Change) int {
		return cmp.Or(b.weight[x.Key].compare(b.weight[y.Key]), cmp.Compare(x.Ref, y.Ref))
	})
	over := map[string]bool{}
	for _, c := range creates[b.in.Org.Limits.CommentsPerRun:] {
		over[c.ID] = true
		b.held = append(b.held, Held{Change: c, Reason: Limit})
	}
	b.changes = slices.DeleteFunc(b.changes, func(c roadmap.Change) bool { return over[c.ID] })
}
