package pass_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
	"github.com/alignd/alignd/mapping"
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

// A story whose project the tracker withholds is told of nothing while the rest
// goes on; it is read again in every pass, since no page brings it when the
// account is let in.
func TestAWithheldLinkTouchesItsStoryAlone(t *testing.T) {
	w := newTown(t, "")
	s := w.told()
	veiled := s.items["1"]
	veiled.Links = []roadmap.Link{{Way: roadmap.WayParent, Field: "parent"}}
	s.items["1"] = veiled
	s.pages[0].Items = []roadmap.Item{veiled}
	o, err := w.tell(t.Context(), s)
	if err != nil || !o.Complete() {
		t.Fatal(err, o.Err())
	}
	if !slices.Contains(s.asked, "fetch 1,9") {
		t.Errorf("asked %q, want the story to be read directly", s.asked)
	}
	if got := planned(o); !strings.Contains(got, "PAY-2") || strings.Contains(got, "PAY-1") {
		t.Errorf("planned %s, want something of PAY-2 alone", got)
	}
	if st, ok := o.Alignment.Story(veiled.Key); !ok || st.Linkage != mapping.Unknown {
		t.Errorf("PAY-1 is %s", st.Linkage)
	}

	s.pages[0].Items = nil
	seen := veiled
	seen.Links = nil
	s.items["1"] = seen
	if o, err = w.tell(t.Context(), s); err != nil || !o.Complete() || !strings.Contains(planned(o), "PAY-1") {
		t.Errorf("once it is seen: %v, %v, planned %s", err, o.Err(), planned(o))
	}
	if o, err = w.tell(t.Context(), s); err != nil || len(o.Plan.Changes) > 0 {
		t.Errorf("and then: %v, planned %s", err, planned(o))
	}
}
