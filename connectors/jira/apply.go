package jira

import (
	"context"
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Together is how many items' labels go with one request: Jira edits one issue
// at a time, but all of its labels.
func (t *Tracker) Together() int { return 1 }

// Apply makes changes: the label changes of an issue with one request, each
// comment with one. A request is not repeated once it may have been done.
func (t *Tracker) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	receipts := make([]connectors.Receipt, len(changes))
	for from := 0; from < len(changes); {
		to := from + 1
		for !changes[from].Action.IsComment() && to < len(changes) && !changes[to].Action.IsComment() && changes[to].Key == changes[from].Key {
			to++
		}
		remote, err := t.apply(ctx, changes[from:to])
		for i := from; i < to; i++ {
			receipts[i] = connectors.Receipt{Remote: remote, Err: err}
		}
		from = to
	}
	return receipts
}

// apply makes what goes with one request: label changes of one issue, or one
// comment.
func (t *Tracker) apply(ctx context.Context, changes []roadmap.Change) (remote string, err error) {
	for _, c := range changes {
		if err := t.possible(c); err != nil {
			return "", err
		}
	}
	if err := t.login(ctx); err != nil {
		return "", err
	}
	if c := changes[0]; c.Action.IsComment() {
		return t.comment(ctx, c)
	}
	return "", t.label(ctx, changes)
}

// possible refuses what is no change of an issue of this tracker.
func (t *Tracker) possible(c roadmap.Change) error {
	bad := func(format string, args ...any) error {
		return t.fail(string(c.Action), connectors.Invalid, fmt.Errorf(format, args...), "")
	}
	if c.Key.Tracker != t.name || !issueID.MatchString(c.Key.ID) {
		return bad("%s is not an issue of this tracker", c.Key)
	}
	switch c.Action {
	case roadmap.AddLabel, roadmap.RemoveLabel, roadmap.CreateComment:
		return nil
	case roadmap.UpdateComment:
		if !issueID.MatchString(c.Remote) {
			return bad("%q is not a comment's id", cut(visible(c.Remote), 40))
		}
		return nil
	}
	return bad("a change of kind %q", c.Action)
}
