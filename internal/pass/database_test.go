package pass_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// TestDatabaseLost: wherever in its life the database of an org is lost, no
// item gets a second comment, and what stands is right.
func TestDatabaseLost(t *testing.T) {
	lose := func(w *town) { w.loseDatabase() }
	pass := func(w *town) { w.pass() }
	move := func(epic string) func(*town) { return func(w *town) { w.move("PAY-10", epic) } }
	fault := func(kind func(*http.Request) bool, f connectortest.Fault) func(*town) {
		return func(w *town) {
			w.jiraDoor.Set(first(kind, f))
			w.pass()
			w.jiraDoor.Set(nil)
		}
	}
	for _, c := range []struct {
		name  string
		steps []func(*town)
		want  string
	}{
		{"before anything was said", []func(*town){func(w *town) { _, _ = w.once(w.t.Context(), nil) }, lose}, flagged},
		{"when all was said", []func(*town){pass, lose}, flagged},
		{"twice", []func(*town){pass, lose, pass, lose}, flagged},
		{"before what is fixed was resolved", []func(*town){pass, move("PAY-1"), lose}, resolved},
		{"after it was resolved", []func(*town){pass, move("PAY-1"), pass, lose}, resolved},
		{"after it was resolved, and then it is flagged again", []func(*town){pass, move("PAY-1"), pass, lose, pass, move("")}, flagged},
		{"between resolved and flagged again", []func(*town){pass, move("PAY-1"), pass, move(""), lose}, flagged},
		{"between the label and the comment", []func(*town){fault(post, connectortest.LostBefore), lose}, flagged},
		{"after a comment of which we never heard", []func(*town){fault(post, connectortest.LostAfter), lose}, flagged},
		{"after a label of which we never heard", []func(*town){fault(put, connectortest.LostAfter), lose}, flagged},
		{"after an edit of which we never heard", []func(*town){pass, move("PAY-1"), fault(editing, connectortest.LostAfter), lose}, resolved},
		// Nothing leads back to this comment any more: the story has no finding and
		// no label. It is found again when the story is flagged again; the issue's
		// record of our labels then tells that it was us who took the label off.
		{"after an edit that never came", []func(*town){pass, move("PAY-1"), fault(editing, connectortest.LostBefore), lose}, "- / story-without-goal"},
		{"after an edit that never came, and then it is flagged again", []func(*town){pass, move("PAY-1"), fault(editing, connectortest.LostBefore), lose, pass, move("")}, flagged},
		{"after a person removed the label", []func(*town){pass, func(w *town) { w.unlabel("PAY-10", "needs-goal") }, lose}, "- / story-without-goal"},
		{"after that was noticed", []func(*town){pass, func(w *town) { w.unlabel("PAY-10", "needs-goal") }, pass, lose}, "- / story-without-goal"},
		{"in the middle of a pull", []func(*town){pass, lose, func(w *town) {
			w.jiraDoor.Set(func(r *http.Request) connectortest.Fault {
				if strings.HasSuffix(r.URL.Path, "/search/jql") {
					return connectortest.Failing
				}
				return connectortest.None
			})
			w.pass()
			w.jiraDoor.Set(nil)
		}}, flagged},
		{"while our comments cannot be read", []func(*town){pass, lose, func(w *town) {
			w.jiraDoor.Set(func(r *http.Request) connectortest.Fault {
				if strings.HasSuffix(r.URL.Path, "/comment/list") {
					return connectortest.Failing
				}
				return connectortest.None
			})
			w.pass()
			w.jiraDoor.Set(nil)
		}}, flagged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "")
			w.story("PAY-10", "")
			i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
			for _, s := range c.steps {
				s(w)
				w.commented([]string{"PAY-10"})
			}
			w.well()
			w.want("PAY-10 " + c.want)
			w.wantEng(i.ID, flagged)
			w.quiet()
		})
	}
}

// A label that was put by hand before us is not ours after the database was
// lost either.
func TestDatabaseLostAndALabelPutByHand(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "", "needs-goal")
	w.well()
	w.loseDatabase()
	w.well()
	w.move("PAY-10", "PAY-1")
	w.well()
	w.want("PAY-10 needs-goal / resolved")
}

// An old copy of the database, from before the comment was written, knows of no
// comment and has looked for none in vain: nothing is said twice all the same.
func TestAnOldCopyOfTheDatabase(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	if _, err := w.once(t.Context(), nil); err != nil { // observed: looked for, none there
		t.Fatal(err)
	}
	path := w.store.Path()
	if err := w.store.Close(); err != nil { // all of it is in the one file then
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w.open()
	w.well()
	w.want("PAY-10 " + flagged)
	w.loseDatabase()
	w.label("PAY-10", "touched") // or the plan of the old copy would not fit the item
	w.unlabel("PAY-10", "needs-goal")
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.store.Path(), old, 0o600); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.pass()
	w.well()
	if n := w.commented([]string{"PAY-10"}); n != 1 {
		t.Errorf("%d comments", n)
	}
	w.quiet()
}
