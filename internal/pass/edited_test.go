package pass_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// asking is a town with a story on each tracker whose assignee would be asked
// after a second grace, and the one comment of ours on it.
type asking struct {
	*town
	key  string // as a refs' key
	item roadmap.Key
	body func() string
	edit func(body string) // by a person
	news func()            // the facts change
	undo func() []string   // what is left of the first run
}

func askingTowns(t *testing.T) map[string]asking {
	t.Helper()
	j, l := newTown(t, ""), newTown(t, "")
	i := j.issue(jirasim.Issue{Key: "PAY-10", Type: "Story", Summary: "Stray", ParentKey: "PAY-2", Assignee: "ana", Created: j.daysAgo(30)})
	n := l.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", AssigneeID: l.ana, Created: l.daysAgo(30)})
	onLinear := func() linearsim.Comment {
		t.Helper()
		all := l.eng.Comments(n.ID)
		if len(all) != 1 {
			t.Fatalf("%d comments", len(all))
		}
		return all[0]
	}
	left := func(w *town) func() []string {
		return func() []string { _, left := w.undo(1); return left }
	}
	return map[string]asking{
		"Jira": {
			j, "jira:PAY-10",
			roadmap.Key{Tracker: "jira", ID: i.ID},
			func() string { return j.body("PAY-10") },
			func(body string) {
				if err := j.jira.EditComment("PAY-10", j.jira.Comments("PAY-10")[0].ID, "ana", body); err != nil {
					t.Fatal(err)
				}
			},
			func() { j.move("PAY-10", "PAY-3") }, left(j),
		},
		"Linear": {
			l, "eng:" + n.Identifier(),
			roadmap.Key{Tracker: "eng", ID: n.ID},
			func() string { return onLinear().Body },
			func(body string) {
				if err := l.eng.EditComment(onLinear().ID, body); err != nil {
					t.Fatal(err)
				}
			},
			func() {
				stray := l.eng.AddProject(linearsim.Project{Name: "Serves nothing", StatusType: "started", Created: l.daysAgo(30)})
				if err := l.eng.EditIssue(n.ID, l.ana, func(i *linearsim.Issue) { i.ProjectID = stray.ID }); err != nil {
					t.Fatal(err)
				}
			}, left(l),
		},
	}
}

// What a person writes into our comment stays until the facts change: nobody is
// asked in it, it is not taken back, and who asks is told when it was noticed.
func TestAnEditedCommentStays(t *testing.T) {
	for name, w := range askingTowns(t) {
		t.Run(name, func(t *testing.T) {
			w.well()
			w.clock.Advance(time.Hour)
			w.edit("We know. Ana")
			w.quiet()
			w.clock.Advance(24 * time.Hour) // our comments are read again
			w.quiet()
			noticed := w.clock.Now()
			w.clock.Advance(7 * 24 * time.Hour) // somebody would be asked
			w.quiet()
			if got := w.body(); got != "We know. Ana" {
				t.Errorf("the comment says %q", got)
			}
			ours, _, err := w.store.Ours(t.Context())
			if at := ours[w.item].Comment.EditedAt; err != nil || !at.Equal(noticed) {
				t.Errorf("noticed at %s, want %s; error %v", at, noticed, err)
			}
			if got := strings.Join(w.undo(), "; "); !strings.Contains(got, w.key+" create-comment: someone has edited the comment since") {
				t.Errorf("left: %s", got)
			}
			w.news()
			w.well()
			if got := w.body(); !strings.Contains(got, "not linked to a roadmap goal") {
				t.Errorf("after new facts the comment says %q", got)
			}
			w.quiet()
		})
	}
}

// An edit that we are about to make is not made over one that nobody had noticed.
func TestAnEditThatWasNotNoticedIsSeenBeforeOurs(t *testing.T) {
	for name, w := range askingTowns(t) {
		t.Run(name, func(t *testing.T) {
			w.well()
			w.clock.Advance(4 * 24 * time.Hour) // somebody would be asked
			o := w.passWhile(func() { w.edit("We know. Ana") })
			if got := planned(o); got != w.key+" update-comment skipped" {
				t.Errorf("planned and done: %s", got)
			}
			w.quiet()
			if got := w.body(); got != "We know. Ana" {
				t.Errorf("the comment says %q", got)
			}
		})
	}
}

// A comment that is not to be found is told of, and nothing else follows: it may
// only be hidden.
func TestAMissingCommentIsNoticed(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.deleteComment("PAY-10")
	w.clock.Advance(24 * time.Hour)
	w.quiet()
	ours, _, err := w.store.Ours(t.Context())
	c := ours[roadmap.Key{Tracker: "jira", ID: w.jiraIssue("PAY-10").ID}].Comment
	if err != nil || c.Deleted || !c.DeletedAt.Equal(w.clock.Now()) {
		t.Errorf("%+v, error %v; want it missing since %s", c, err, w.clock.Now())
	}
}
