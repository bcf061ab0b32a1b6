package pass_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/store"
)

// A label that someone has taken off twice, the facts changing in between, is
// not put back a third time.
func TestALabelTakenOffTwiceIsParked(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.want("PAY-10 " + flagged)
	for _, epic := range []string{"PAY-3", "PAY-2", "PAY-3"} {
		w.unlabel("PAY-10", "needs-goal")
		w.quiet()
		w.move("PAY-10", epic) // new facts
		w.well()
		if epic == "PAY-3" && !w.labelled("PAY-10", "needs-goal") {
			break
		}
	}
	if w.labelled("PAY-10", "needs-goal") {
		t.Fatal("the label was put back after it had been taken off twice")
	}
	if got := held(w.quiet(), "jira:PAY-10"); got != "add-label parked" && got != "add-label vetoed" {
		t.Errorf("held: %q", got)
	}
	w.move("PAY-10", "PAY-1") // it serves a goal, and then again none
	w.well()
	w.move("PAY-10", "PAY-2")
	w.well()
	if got := held(w.quiet(), "jira:PAY-10"); got != "add-label parked" {
		t.Errorf("held: %q", got)
	}
	w.want("PAY-10 - / story-without-goal")
}

func (w *town) labelled(key, label string) bool {
	w.t.Helper()
	i := w.jiraIssue(key)
	for _, l := range i.Labels {
		if l == label {
			return true
		}
	}
	return false
}

// A query of the file that answers to what alignd writes makes a label come and
// go for the same facts; alignd notices and stops.
func TestAQueryThatAnswersToUsIsParked(t *testing.T) {
	w := newTown(t, "")
	w.file("")
	w.story("PAY-10", "PAY-2")
	w.org.Trackers[0].JQL = "labels IS EMPTY"
	writes := 0
	for range 20 {
		o := w.pass()
		for _, r := range o.Results {
			if r.Outcome == store.Done {
				writes++
			}
		}
	}
	if writes > 13 { // three rounds of label and comment, and a last word
		t.Errorf("%d writes in 20 passes over one story", writes)
	}
	for range 3 {
		o := w.pass()
		for _, c := range o.Plan.Changes {
			if c.Action == roadmap.AddLabel {
				t.Errorf("it goes on: %s", planned(o))
			}
		}
	}
}

// undo takes a run back without being asked.
func (w *town) undo(run int64) (done, left []string) {
	w.t.Helper()
	w.clock.Advance(15 * time.Minute)
	p := w.newPass(w.trackers(), nil)
	o, err := p.Undo(w.t.Context(), run, func(_ []roadmap.Change, leave []pass.Left) (bool, error) {
		for _, l := range leave {
			left = append(left, string(l.Change.Ref)+" "+string(l.Change.Action)+": "+l.Why)
		}
		return true, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range o.Plan.Changes {
		done = append(done, string(c.Ref)+" "+string(c.Action)+" "+string(o.Results[c.ID].Outcome))
	}
	return done, left
}

// A run is taken back: labels off, comments edited, and nothing of it is
// written again until the facts change.
func TestARunIsTakenBack(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.story("PAY-11", "PAY-2")
	run := w.well().Run
	w.unlabel("PAY-11", "needs-goal")
	done, left := w.undo(run)
	if got := strings.Join(done, "; "); got != "jira:PAY-11 update-comment done; jira:PAY-10 update-comment done; jira:PAY-10 remove-label done" {
		t.Errorf("done: %s", got)
	}
	if got := strings.Join(left, "; "); got != "jira:PAY-11 add-label: someone has taken the label off already" {
		t.Errorf("left: %s", got)
	}
	w.want("PAY-10 "+resolved, "PAY-11 "+resolved)
	if body := w.body("PAY-10"); !strings.Contains(body, "taken back") {
		t.Errorf("the comment says %q", body)
	}
	for range 3 {
		w.quiet()
	}
	w.move("PAY-10", "PAY-3") // new facts
	w.well()
	w.want("PAY-10 "+flagged, "PAY-11 "+resolved)
	w.quiet()

	// Taking it back once more finds nothing of it.
	done, left = w.undo(run)
	if len(done) > 0 || len(left) != 4 {
		t.Errorf("done %q, left %q", done, left)
	}
}

// An edit is taken back to what the comment said before it.
func TestAnEditIsTakenBack(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	before := w.body("PAY-10")
	w.move("PAY-10", "PAY-1")
	run := w.well().Run
	w.want("PAY-10 " + resolved)
	if done, left := w.undo(run); len(done) != 2 || len(left) != 0 {
		t.Errorf("done %q, left %q", done, left)
	}
	if got := w.body("PAY-10"); got != before {
		t.Errorf("the comment says %q, not %q", got, before)
	}
	if !w.labelled("PAY-10", "needs-goal") {
		t.Error("the label is not back")
	}
	w.quiet() // what was taken back is not done again
}

// One person is asked, once, when the comment has stood for a second grace.
func TestOnePersonIsAskedAfterASecondGrace(t *testing.T) {
	w := newTown(t, "")
	for _, key := range []string{"PAY-10", "PAY-11", "PAY-12", "PAY-13"} {
		w.issue(jirasim.Issue{Key: key, Type: "Story", Summary: "Stray", ParentKey: "PAY-2", Assignee: "ana", Created: w.daysAgo(30)})
	}
	w.well()
	first := w.body("PAY-10")
	if strings.Contains(first, "can you?") {
		t.Errorf("the first comment asks somebody: %s", first)
	}
	w.clock.Advance(2 * 24 * time.Hour)
	w.quiet()
	w.clock.Advance(24 * time.Hour)
	o := w.well()
	if got := planned(o); strings.Count(got, "update-comment done") != 3 {
		t.Errorf("planned and done: %s", got) // three a week
	}
	asked := 0
	for _, key := range []string{"PAY-10", "PAY-11", "PAY-12", "PAY-13"} {
		if strings.Contains(w.body(key), "can you?") {
			asked++
		}
	}
	if asked != 3 {
		t.Errorf("%d comments ask her, want 3", asked)
	}
	w.quiet()
	w.clock.Advance(8 * 24 * time.Hour)
	w.well() // the fourth, a week later
	w.quiet()
	w.move("PAY-10", "PAY-1")
	w.well()
	if got := w.body("PAY-10"); strings.Contains(got, "can you?") || strings.Contains(got, "[~") {
		t.Errorf("an edit that only resolves asks: %s", got)
	}
}

// A person's word has the date on which it was noticed, and none when it is
// taken back.
func TestAPersonsWordHasADate(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	k := roadmap.Key{Tracker: "jira", ID: w.jiraIssue("PAY-10").ID}
	ours := func() roadmap.Ours {
		t.Helper()
		all, _, err := w.store.Ours(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all[k]
	}
	off := func() time.Time { return ours().Labels["needs-goal"].Off }
	if !off().IsZero() {
		t.Errorf("the label is there, and was taken off on %s", off())
	}
	w.unlabel("PAY-10", "needs-goal")
	w.quiet()
	noticed := w.clock.Now()
	w.clock.Advance(48 * time.Hour)
	w.quiet()
	if !off().Equal(noticed) {
		t.Errorf("taken off on %s, want %s", off(), noticed)
	}
	w.label("PAY-10", "needs-goal")
	w.quiet()
	if !off().IsZero() {
		t.Errorf("the label is back, and was taken off on %s", off())
	}

	w.deleteComment("PAY-10")
	w.move("PAY-10", "PAY-1")
	w.pass() // which would have edited it
	if c := ours().Comment; c == nil || !c.DeletedAt.Equal(w.clock.Now()) {
		t.Errorf("the comment is %+v, deleted at %s", c, w.clock.Now())
	}
}
