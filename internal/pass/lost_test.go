package pass_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// An answer that never came, to each kind of write, done or not done: the next
// pass reads before it writes, and all stands as it should, once.
func TestLostAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  func(*http.Request) bool
		setup func(*town) // before the pass with the fault; the story was flagged by then if it says so
		want  string
	}{
		{"a label", put, nil, "PAY-10 " + flagged},
		{"a comment", post, nil, "PAY-10 " + flagged},
		{"a label taken off", put, func(w *town) { w.well(); w.move("PAY-10", "PAY-1") }, "PAY-10 " + resolved},
		{"a comment resolved", editing, func(w *town) { w.well(); w.move("PAY-10", "PAY-1") }, "PAY-10 " + resolved},
		{"a comment that speaks of new facts", editing, func(w *town) { w.ownerless(); w.well(); w.status("ROAD-2", "indeterminate") }, "ROAD-2 " + ownerlessFlagged},
	} {
		for fault, how := range map[connectortest.Fault]string{connectortest.LostBefore: "not done", connectortest.LostAfter: "done"} {
			t.Run(c.name+" "+how, func(t *testing.T) {
				t.Parallel()
				w, calm := newTown(t, ""), newTown(t, "") // the one with the fault, and one without
				for _, town := range []*town{w, calm} {
					town.story("PAY-10", "")
					if c.setup != nil {
						c.setup(town)
					}
				}
				calm.well()
				w.jiraDoor.Set(first(c.kind, fault))
				o := w.pass()
				if !strings.Contains(planned(o), "unknown") || o.Failures() != 1 {
					t.Errorf("planned and done: %s; want one outcome unknown", planned(o))
				}
				w.jiraDoor.Set(nil)
				w.well()
				w.want(c.want)
				key, _, _ := strings.Cut(c.want, " ")
				if got, want := w.body(key), calm.body(key); got != want {
					t.Errorf("the comment says\n%s\nwant\n%s", got, want)
				}
				w.quiet()
				if open, err := w.store.OpenEntries(t.Context()); err != nil || len(open) != 0 {
					t.Errorf("%d entries are open still, error %v", len(open), err)
				}
			})
		}
	}
}

// On Linear, where a label without a comment is nobody's once the database is
// lost, one who takes it off is heard all the same.
func TestALabelOfALostDatabaseIsTakenOff(t *testing.T) {
	w := newTown(t, "rules: {story-without-goal: {comment: false}}")
	i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	w.well()
	w.wantEng(i.ID, "needs-goal / -")
	w.loseDatabase()
	w.quiet()
	if err := w.eng.RemoveLabelAs(i.ID, "needs-goal", w.ana); err != nil {
		t.Fatal(err)
	}
	if got := held(w.quiet(), "eng:ENG-1"); got != "add-label vetoed" {
		t.Errorf("held: %q", got)
	}
	w.wantEng(i.ID, "- / -")
}

// body gives the only comment on an issue, without addresses.
func (w *town) body(key string) string {
	w.t.Helper()
	all := w.jira.Comments(key)
	if len(all) != 1 {
		w.t.Fatalf("%s has %d comments", key, len(all))
	}
	return strings.ReplaceAll(all[0].Body, w.jiraURL, "JIRA")
}
