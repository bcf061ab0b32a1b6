package pass_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

func (w *town) copyDB() []byte {
	w.t.Helper()
	path := w.store.Path()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.open()
	return old
}

func (w *town) restoreDB(old []byte) {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.beforeDatabase++
	if err := os.WriteFile(filepath.Join(w.dir, fmt.Sprintf("acme-%d.db", w.beforeDatabase)), old, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

func (w *town) assigned(key string) {
	w.t.Helper()
	w.issue(jirasim.Issue{Key: key, Type: "Story", Summary: "Stray", ParentKey: "PAY-2", Assignee: "ana", Created: w.daysAgo(30)})
}

func (w *town) rewrite(key, body string) {
	w.t.Helper()
	if err := w.jira.EditComment(key, w.jira.Comments(key)[0].ID, "ana", body); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) ownerlessInitiative() string {
	return w.eng.AddInitiative(linearsim.Initiative{Name: "Ownerless", Status: "Planned", OwnerID: w.ana, Created: w.daysAgo(30)}).ID
}

func (w *town) activate(id string) {
	w.t.Helper()
	if err := w.eng.EditInitiative(id, w.ana, func(i *linearsim.Initiative) { i.Status = "Active" }); err != nil {
		w.t.Fatal(err)
	}
}

// An automation takes our label off at once: alignd tries twice, a day apart, and
// stands down.
func TestALabelThatIsStrippedAtOnceIsGivenUp(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	writes := 0
	w.jiraDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !put(r) {
			return false
		}
		writes++
		w.jiraDoor.Gate.ServeHTTP(rw, r)
		_ = w.jira.Edit("PAY-10", "ana", func(i *jirasim.Issue) {
			i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == "needs-goal" })
		})
		return true
	})
	for range 12 {
		w.clock.Advance(12 * time.Hour)
		w.pass()
	}
	if writes != 2 {
		t.Errorf("%d writes of a label that somebody takes off each time, want 2", writes)
	}
	if got := held(w.quiet(), "jira:PAY-10"); got != "add-label parked" {
		t.Errorf("held: %q", got)
	}
}

// An old copy of the database, and a person has taken the label off since: that
// stands.
func TestAnOldCopyAndALabelTakenOff(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	if _, err := w.once(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	old := w.copyDB()
	w.well()
	w.unlabel("PAY-10", "needs-goal")
	w.quiet()
	w.restoreDB(old)
	w.pass()
	w.pass()
	w.want("PAY-10 - / story-without-goal")
}

// What a person wrote into our comment outlives our database, where the tracker
// tells who wrote it.
func TestAnEditedCommentAndALostDatabase(t *testing.T) {
	w := newTown(t, "")
	w.assigned("PAY-10")
	w.well()
	w.rewrite("PAY-10", "We know. Ana")
	w.clock.Advance(25 * time.Hour)
	w.quiet()
	w.loseDatabase()
	w.quiet()
	w.clock.Advance(8 * 24 * time.Hour)
	w.pass()
	if got := w.body("PAY-10"); got != "We know. Ana" {
		t.Errorf("a person's words are gone: %s", got)
	}
}

// An edit of ours is lost, and then a person edits the comment: their words stand.
func TestALostEditAndAPersonsEdit(t *testing.T) {
	w := newTown(t, "")
	w.assigned("PAY-10")
	w.well()
	w.clock.Advance(8 * 24 * time.Hour)
	w.jiraDoor.Set(first(editing, connectortest.LostBefore))
	w.pass()
	w.jiraDoor.Set(nil)
	w.clock.Advance(5 * time.Minute)
	w.rewrite("PAY-10", "We know. Ana")
	for range 3 {
		w.pass()
	}
	if got := w.body("PAY-10"); got != "We know. Ana" {
		t.Errorf("a person's words are gone: %s", got)
	}
}

// A database from before it kept how our comments show: what stands is taken as it is.
func TestEditsBeforeTheyWereKept(t *testing.T) {
	w := newTown(t, "")
	id := w.ownerlessInitiative()
	w.well()
	w.activate(id)
	w.clock.Advance(time.Hour)
	w.well()
	db, err := sql.Open("sqlite3", w.store.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE comment SET shows = '', edited = 0, edited_at = 0, looked = 0"); err != nil { // as 00006 leaves it
		t.Fatal(err)
	}
	_ = db.Close()
	w.quiet()
	ours, _, _ := w.store.Ours(t.Context())
	if at := ours[roadmap.Key{Tracker: "eng", ID: id}].Comment.EditedAt; !at.IsZero() {
		t.Errorf("nobody but alignd has edited it, and it counts as edited by someone at %s", at)
	}
}

// sameWords lets six passes go by on a Linear that takes an edit and leaves the
// comment as it is, its date too, since it has the same words. None may fail; gives
// how many edits were sent.
func (w *town) sameWords() (edits int) {
	w.t.Helper()
	w.engDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		is := bytes.Contains(body, []byte("commentUpdate("))
		if is {
			edits++
			_, _ = fmt.Fprint(rw, `{"data":{"commentUpdate":{"success":true,"comment":{"id":"5d2f0b9e-0000-4000-8000-000000000000"}}}}`)
		}
		return is
	})
	for range 6 {
		if o := w.pass(); o.Failures() > 0 {
			w.t.Errorf("%s", planned(o))
		}
	}
	return edits
}

// A restored backup does not know of our own later edit. Made again, it is no
// failure, and made once, also where Linear does not date an edit that changes nothing.
func TestARestoredBackupOnLinear(t *testing.T) {
	w := newTown(t, "")
	id := w.ownerlessInitiative()
	w.well()
	old := w.copyDB()
	w.clock.Advance(time.Hour)
	w.activate(id)
	w.well()
	w.restoreDB(old)
	if edits := w.sameWords(); edits != 1 {
		t.Errorf("%d edits to say what stands there already, want one", edits)
	}
}

// The same where the database was lost, and new facts ask for the same words.
func TestSameWordsAfterALostDatabase(t *testing.T) {
	w := newTown(t, "")
	n := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	into := func() {
		p := w.eng.AddProject(linearsim.Project{Name: "Serves nothing", StatusType: "started", Created: w.daysAgo(30)})
		if err := w.eng.EditIssue(n.ID, w.ana, func(i *linearsim.Issue) { i.ProjectID = p.ID }); err != nil {
			t.Fatal(err)
		}
	}
	into()
	w.well()
	w.loseDatabase()
	w.quiet()
	into()
	if edits := w.sameWords(); edits != 1 {
		t.Errorf("%d edits to say what stands there already, want one", edits)
	}
}

// Two instances with two databases: the second sees that the first has made the edit.
func TestTwoInstancesEditOnce(t *testing.T) {
	w := newTown(t, "")
	w.ownerless()
	w.well()
	a := w.store
	w.beforeDatabase++
	w.open()
	b := w.store
	w.pass()
	w.status("ROAD-2", "indeterminate")
	edits := 0
	w.jiraDoor.instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if editing(r) {
			edits++
		}
		return false
	})
	w.store = a
	w.pass()
	w.store = b
	w.pass()
	if edits != 1 {
		t.Errorf("%d edits", edits)
	}
}

// A finding whose label a person took off is said nowhere.
func TestALabelTakenOffIsNotReported(t *testing.T) {
	w := newTown(t, "rules: {story-without-goal: {comment: false}}")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.unlabel("PAY-10", "needs-goal")
	o := w.pass()
	r := report.Build(report.Input{Org: w.org, Alignment: o.Alignment, Complete: true, Since: o.Since, Ours: o.Ours, Held: o.Plan.Held})
	for _, f := range r.Findings {
		if f.Ref == "jira:PAY-10" && f.ReportedIn != "report" {
			t.Errorf("said in %s, which is off the item", f.ReportedIn)
		}
	}
}

// Who takes the label off has said enough: nobody is asked about it later.
func TestNobodyIsAskedWhereALabelWasTakenOff(t *testing.T) {
	w := newTown(t, "")
	w.assigned("PAY-10")
	w.well()
	w.unlabel("PAY-10", "needs-goal")
	w.quiet()
	w.clock.Advance(8 * 24 * time.Hour)
	if got := planned(w.pass()); got != "" {
		t.Errorf("planned and done: %s", got)
	}
}

// What waits for a mention waits in order of weight: the oldest is asked about first.
func TestMentionsByWeight(t *testing.T) {
	w := newTown(t, "limits: {mentions_per_person: 1}")
	for i, k := range []string{"PAY-10", "PAY-11", "PAY-12"} {
		w.issue(jirasim.Issue{Key: k, Type: "Story", Summary: "Stray", ParentKey: "PAY-2", Assignee: "ana", Created: w.daysAgo(30 + 10*i)})
	}
	w.well()
	w.clock.Advance(8 * 24 * time.Hour)
	if got := planned(w.pass()); got != "jira:PAY-12 update-comment done" {
		t.Errorf("planned and done: %s; PAY-12 is the oldest", got)
	}
}

// New facts, the same words, over a person's edit, and the request never arrives:
// the ledger does not say that it did.
func TestALostEditThatSaysTheSame(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.rewrite("PAY-10", "We know. Ana")
	w.clock.Advance(25 * time.Hour)
	w.quiet()
	w.move("PAY-10", "PAY-3")
	w.jiraDoor.Set(first(editing, connectortest.LostBefore))
	w.pass()
	w.jiraDoor.Set(nil)
	w.pass()
	log, err := w.store.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last := log[len(log)-1]; last.Outcome == "done" && w.body("PAY-10") == "We know. Ana" {
		t.Error("the ledger says done, and the comment says what the person wrote")
	}
}
