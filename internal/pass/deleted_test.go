package pass_test

import (
	"testing"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// A comment that a person deleted: the pass that would have edited it finds it
// gone and skips, nothing is put back until the facts change, and then the next
// comment has the next id.
func TestADeletedCommentIsAPersonsWord(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.deleteComment("PAY-10")
	w.quiet() // nobody would edit it, so nobody has noticed

	w.move("PAY-10", "PAY-1") // all is well: the comment would say so
	if got := planned(w.pass()); got != "jira:PAY-10 remove-label done; jira:PAY-10 update-comment skipped" {
		t.Errorf("planned and done: %s", got)
	}
	w.quiet()
	w.move("PAY-10", "PAY-2") // as it was when the comment was deleted
	if got := held(w.well(), "jira:PAY-10"); got != "create-comment vetoed" {
		t.Errorf("held: %q", got)
	}
	w.want("PAY-10 needs-goal / -")
	w.quiet()

	w.move("PAY-10", "PAY-3") // new facts
	w.well()
	w.want("PAY-10 " + flagged)
	w.quiet()
	ours, _, err := w.store.Ours(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i, _ := w.jira.Issue("PAY-10")
	k := roadmap.Key{Tracker: "jira", ID: i.ID}
	if c := ours[k].Comment; c == nil || c.N != 1 || c.ID != roadmap.CommentID("acme", k, 1) {
		t.Errorf("our comment is %+v, want the second of the item's life", c)
	}
}

// ownerless adds a planned goal that has no PO.
func (w *town) ownerless() {
	w.t.Helper()
	w.issue(jirasim.Issue{Key: "ROAD-2", Type: "Initiative", Summary: "Shrink", Assignee: "ana"})
}

const ownerlessFlagged = "needs-po / goal-without-po"

// The facts change after a person deleted the comment: the edit that was meant
// for it is skipped, and the next pass may speak of the new facts.
func TestADeletedCommentAndNewFacts(t *testing.T) {
	w := newTown(t, "")
	w.ownerless()
	w.well()
	w.deleteComment("ROAD-2")
	w.status("ROAD-2", "indeterminate")
	if got := planned(w.pass()); got != "jira:ROAD-2 update-comment skipped" {
		t.Errorf("planned and done: %s", got)
	}
	w.well()
	w.want("ROAD-2 " + ownerlessFlagged)
	w.quiet()
}

// A person who goes on deleting is let be: there are only so many lives.
func TestCommentsHaveOnlySoManyLives(t *testing.T) {
	w := newTown(t, "")
	w.ownerless()
	w.well()
	written := 1
	for n := range 2 * roadmap.CommentLives {
		if len(w.jira.Comments("ROAD-2")) == 0 {
			break
		}
		w.deleteComment("ROAD-2")
		w.status("ROAD-2", []string{"indeterminate", "new"}[n%2])
		w.pass() // finds it deleted
		w.pass() // speaks of the new facts
		written += len(w.jira.Comments("ROAD-2"))
	}
	if written != roadmap.CommentLives {
		t.Errorf("%d comments were written, want %d", written, roadmap.CommentLives)
	}
	w.want("ROAD-2 needs-po / -")
}

// A story went from one epic that serves nothing to another: the comment says
// the same and is not edited, but stands for the new facts. A person who deletes
// it then has seen those.
func TestADeletedCommentThatStoodForNewFacts(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.move("PAY-10", "PAY-3")
	w.quiet()
	w.deleteComment("PAY-10")
	w.move("PAY-10", "PAY-1")
	w.pass() // finds it deleted
	w.move("PAY-10", "PAY-3")
	if got := held(w.well(), "jira:PAY-10"); got != "create-comment vetoed" {
		t.Errorf("held: %q", got)
	}
	w.want("PAY-10 needs-goal / -")
}
