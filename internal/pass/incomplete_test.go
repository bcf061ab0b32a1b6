package pass_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// Nothing is raised and nothing is taken back while a pull is not whole, by
// whatever it is that one of the trackers fails.
func TestAnIncompletePassConcludesNothing(t *testing.T) {
	search := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/search/jql") }
	all := func(f connectortest.Fault, of func(*http.Request) bool) func(*http.Request) connectortest.Fault {
		return func(r *http.Request) connectortest.Fault {
			if of == nil || of(r) {
				return f
			}
			return connectortest.None
		}
	}
	for _, c := range []struct {
		name  string
		act   func(*town)
		undo  func(*town)
		whose string // tracker that the trouble names
	}{
		{"Jira's searches fail", func(w *town) { w.jiraDoor.Set(all(connectortest.Failing, search)) }, func(w *town) { w.jiraDoor.Set(nil) }, "jira"},
		{"Jira is behind a broken gateway", func(w *town) { w.jiraDoor.Set(all(connectortest.Busy, nil)) }, func(w *town) { w.jiraDoor.Set(nil) }, "jira"},
		{"Jira cannot be reached", func(w *town) { w.jiraDoor.Set(all(connectortest.LostBefore, nil)) }, func(w *town) { w.jiraDoor.Set(nil) }, "jira"},
		{"Linear fails, Jira is fine", func(w *town) { w.engDoor.Set(all(connectortest.Failing, nil)) }, func(w *town) { w.engDoor.Set(nil) }, "eng"},
		{"a project is hidden", func(w *town) { w.jira.AddProject(jirasim.Project{Key: "WEB", Name: "WEB", Hidden: true}) }, func(w *town) { w.jira.AddProject(jirasim.Project{Key: "WEB", Name: "WEB"}) }, "jira"},
		{"the parents outside cannot be fetched", func(w *town) {
			w.jiraDoor.Set(all(connectortest.Failing, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/bulkfetch") }))
		}, func(w *town) { w.jiraDoor.Set(nil) }, "jira"},
		{"the key is revoked", func(w *town) { w.eng.RevokeKey("lin_api_key") }, func(w *town) { w.eng.AddKey("lin_api_key", w.bot) }, "eng"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "")
			w.issue(jirasim.Issue{Key: "OUT-1", Type: "Epic", Summary: "Outside"})
			w.story("PAY-10", "")      // flagged, and to be resolved
			w.story("PAY-12", "OUT-1") // flagged, and stays so
			w.well()
			w.want("PAY-10 "+flagged, "PAY-12 "+flagged)
			w.move("PAY-10", "PAY-1")
			w.story("PAY-11", "") // to be raised
			i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})

			c.act(w)
			o := w.pass()
			if o.Complete() || o.Err() == nil || !strings.Contains(o.Err().Error(), c.whose+": ") {
				t.Errorf("troubles %v do not name %s", o.Troubles, c.whose)
			}
			if len(o.Plan.Changes) != 0 || o.Plan.Complete || len(o.Results) != 0 {
				t.Errorf("complete %v, planned %s", o.Plan.Complete, planned(o))
			}
			for _, h := range o.Plan.Held {
				if h.Reason != plan.Incomplete {
					t.Errorf("%s %s is held for %s", h.Ref, h.Action, h.Reason)
				}
			}
			w.want("PAY-10 "+flagged, "PAY-12 "+flagged, "PAY-11 "+nothing)
			w.wantEng(i.ID, nothing)
			if r, ok, err := w.store.LastRun(t.Context(), true); err != nil || !ok || r.Complete || !strings.Contains(r.Trouble, c.whose) {
				t.Errorf("the run is remembered as %+v, found %v, error %v", r, ok, err)
			}

			c.undo(w)
			w.well()
			w.want("PAY-10 "+resolved, "PAY-12 "+flagged, "PAY-11 "+flagged)
			w.wantEng(i.ID, flagged)
			w.quiet()
		})
	}
}

// Rows that a tracker withholds make a pass incomplete, also in the eyes of one
// that asks no tracker.
func TestWarningsMakeAPassIncomplete(t *testing.T) {
	w := newTown(t, "")
	s := w.told()
	s.pages[0].Warnings = []string{"2 rows were withheld"}
	o, err := w.tell(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if o.Complete() || !strings.Contains(o.Err().Error(), "2 rows were withheld") || len(o.Plan.Changes) > 0 {
		t.Errorf("troubles %v, planned %s", o.Troubles, planned(o))
	}
	if got := held(o, "jira:PAY-1"); got != "" && got != "add-label incomplete; create-comment incomplete" {
		t.Errorf("held: %s", got)
	}
	if _, complete, err := w.store.Cursor(t.Context(), "jira"); complete || err != nil {
		t.Errorf("the pull counts as complete, error %v", err)
	}
	p := w.newPass(nil, nil)
	p.Offline = true
	if o, err := p.Once(t.Context()); err != nil || o.Complete() {
		t.Errorf("offline the pass is complete, error %v", err)
	}
}
