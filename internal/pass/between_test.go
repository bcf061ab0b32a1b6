package pass_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// A 200 or 204 that changed nothing is a failure. It is not taken for a person's
// word, and tried again after a day.
func TestAWriteThatChangedNothing(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	swallow := func(rw http.ResponseWriter, r *http.Request) bool {
		if put(r) {
			rw.WriteHeader(http.StatusNoContent)
		}
		return put(r)
	}
	w.jiraDoor.instead(swallow)
	o := w.pass()
	if got := planned(o); got != "jira:PAY-10 add-label refused; jira:PAY-10 create-comment done" {
		t.Errorf("planned and done: %s", got)
	}
	for _, r := range o.Results {
		if r.Outcome == "refused" && !strings.Contains(r.Error, "the label is not there") {
			t.Errorf("the failure says %q", r.Error)
		}
	}
	w.jiraDoor.instead(nil)
	if got := held(w.quiet(), "jira:PAY-10"); got != "add-label no-permission" {
		t.Errorf("the next pass holds %q", got)
	}
	w.clock.Advance(24 * time.Hour)
	if got := planned(w.well()); got != "jira:PAY-10 add-label done" {
		t.Errorf("a day later: %s", got)
	}
	w.want("PAY-10 " + flagged)

	// The same of a removal: the label is ours still, and is removed at last.
	w.jiraDoor.instead(swallow)
	w.move("PAY-10", "PAY-1")
	if got := planned(w.pass()); got != "jira:PAY-10 remove-label refused; jira:PAY-10 update-comment done" {
		t.Errorf("planned and done: %s", got)
	}
	w.jiraDoor.instead(nil)
	w.clock.Advance(24 * time.Hour)
	w.well()
	w.want("PAY-10 " + resolved)
	w.quiet()
}

// The same of comments, new and edited, on both trackers.
func TestACommentThatChangedNothing(t *testing.T) {
	t.Run("Jira", func(t *testing.T) {
		w := newTown(t, "")
		w.story("PAY-10", "")
		swallow := func(kind func(*http.Request) bool, status int) func(http.ResponseWriter, *http.Request) bool {
			return func(rw http.ResponseWriter, r *http.Request) bool {
				if kind(r) {
					rw.Header().Set("Content-Type", "application/json")
					rw.WriteHeader(status)
					_, _ = rw.Write([]byte(`{"id": "10000"}`))
				}
				return kind(r)
			}
		}
		w.jiraDoor.instead(swallow(post, http.StatusCreated))
		o := w.pass()
		if got := planned(o); got != "jira:PAY-10 add-label done; jira:PAY-10 create-comment refused" {
			t.Errorf("planned and done: %s", got)
		}
		w.jiraDoor.instead(nil)
		w.clock.Advance(24 * time.Hour)
		w.well()
		w.want("PAY-10 " + flagged)
		w.move("PAY-10", "PAY-1")
		w.jiraDoor.instead(swallow(editing, http.StatusOK))
		o = w.pass()
		if got := planned(o); got != "jira:PAY-10 remove-label done; jira:PAY-10 update-comment refused" {
			t.Errorf("planned and done: %s", got)
		}
		w.jiraDoor.instead(nil)
		w.clock.Advance(24 * time.Hour)
		w.well()
		w.want("PAY-10 " + resolved)
		w.quiet()
	})
	t.Run("Linear", func(t *testing.T) {
		w := newTown(t, "")
		i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
		swallow := func(mutation, id string) func(http.ResponseWriter, *http.Request) bool {
			return func(rw http.ResponseWriter, r *http.Request) bool {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				is := bytes.Contains(body, []byte(mutation+"("))
				if is {
					_, _ = fmt.Fprintf(rw, `{"data":{%q:{"success":true,"comment":{"id":%q}}}}`, mutation, id)
				}
				return is
			}
		}
		w.engDoor.instead(swallow("commentCreate", "5d2f0b9e-0000-4000-8000-000000000000"))
		if got := planned(w.pass()); got != "eng:ENG-1 add-label done; eng:ENG-1 create-comment refused" {
			t.Errorf("planned and done: %s", got)
		}
		w.engDoor.instead(nil)
		w.clock.Advance(24 * time.Hour)
		w.well()
		w.wantEng(i.ID, flagged)
		if err := w.eng.EditIssue(i.ID, w.ana, func(i *linearsim.Issue) { i.ProjectID = w.project }); err != nil {
			t.Fatal(err)
		}
		w.engDoor.instead(swallow("commentUpdate", w.eng.Comments(i.ID)[0].ID))
		if got := planned(w.pass()); got != "eng:ENG-1 remove-label done; eng:ENG-1 update-comment refused" {
			t.Errorf("planned and done: %s", got)
		}
		w.engDoor.instead(nil)
		w.clock.Advance(24 * time.Hour)
		w.well()
		w.wantEng(i.ID, resolved)
		w.quiet()
	})
}

// What changes between the plan and the write is not written over: the change is
// skipped, and the next pass does what is right then.
func TestTheItemChangesBetweenPlanAndWrite(t *testing.T) {
	for _, c := range []struct {
		name  string
		flag  bool // flagged in an earlier pass, and linked before this one
		act   func(*town)
		done  string
		after string
	}{
		{"linked meanwhile", false, func(w *town) { w.move("PAY-10", "PAY-1") }, "add-label skipped; create-comment skipped", nothing},
		{"done meanwhile", false, func(w *town) { w.status("PAY-10", "done") }, "add-label skipped; create-comment skipped", nothing},
		{"ignored meanwhile", false, func(w *town) { w.label("PAY-10", "alignd:ignore") }, "add-label skipped; create-comment skipped", "alignd:ignore / -"},
		{"labelled by a person meanwhile: theirs", false, func(w *town) { w.label("PAY-10", "needs-goal") }, "add-label skipped; create-comment skipped", flagged},
		{"unlinked meanwhile", true, func(w *town) { w.move("PAY-10", "PAY-2") }, "remove-label skipped; update-comment skipped", flagged},
		{"the label taken off meanwhile", true, func(w *town) { w.unlabel("PAY-10", "needs-goal") }, "remove-label skipped; update-comment skipped", resolved},
		{"renamed meanwhile: an expression of the file may rest on it", false, func(w *town) { w.edit("PAY-10", func(i *jirasim.Issue) { i.Summary = "New" }) }, "add-label skipped; create-comment skipped", flagged},
		{"a person comments meanwhile: no plan rests on that", false, func(w *town) {
			if _, err := w.jira.AddComment("PAY-10", "ana", "me too"); err != nil {
				w.t.Fatal(err)
			}
		}, "add-label done; create-comment done", "needs-goal / by a person,story-without-goal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "")
			w.story("PAY-10", "")
			if c.flag {
				w.well()
				w.move("PAY-10", "PAY-1")
			}
			o := w.passWhile(func() { w.clock.Advance(time.Second); c.act(w) })
			if got := strings.ReplaceAll(planned(o), "jira:PAY-10 ", ""); got != c.done {
				t.Errorf("planned and done: %s; want %s", got, c.done)
			}
			if o.Failures() != 0 {
				t.Errorf("%d failures: what was skipped is none", o.Failures())
			}
			w.well()
			w.want("PAY-10 " + c.after)
			w.quiet()
		})
	}
}

// Where the file lock does not hold, the pass that another one has overtaken
// writes nothing more.
func TestAnotherPassBeginsBetweenPlanAndWrite(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	_, err := w.once(t.Context(), func(plan.Plan) (bool, error) {
		_, err := w.store.BeginRun(t.Context(), true, w.clock.Now())
		return true, err
	})
	if err == nil || !strings.Contains(err.Error(), "another alignd has begun run 2 on it") {
		t.Errorf("error %v", err)
	}
	w.want("PAY-10 " + nothing)
	w.well()
	w.want("PAY-10 " + flagged)
}

// The same of what the story leads to: a search index that lags shows an epic as
// it was.
func TestItsEpicChangesBetweenPlanAndWrite(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	o := w.passWhile(func() { w.move("PAY-2", "ROAD-1") })
	if got := planned(o); got != "jira:PAY-10 add-label skipped; jira:PAY-10 create-comment skipped" {
		t.Errorf("planned and done: %s", got)
	}
	for _, r := range o.Results {
		if r.Error != "jira:PAY-2, on which it rests, has changed since it was read; the next pass looks at it anew" {
			t.Errorf("the reason is %q", r.Error)
		}
	}
	w.quiet()
	w.want("PAY-10 " + nothing)

	w.move("PAY-2", "")
	w.well()
	w.want("PAY-10 " + flagged)
	w.move("PAY-2", "ROAD-1")
	o = w.passWhile(func() { w.move("PAY-2", "") })
	if got := planned(o); got != "jira:PAY-10 remove-label skipped; jira:PAY-10 update-comment skipped" {
		t.Errorf("planned and done: %s", got)
	}
	w.quiet()
	w.want("PAY-10 " + flagged)
}

// An item that is deleted between plan and write is skipped, remembered as gone,
// and spoken of no more.
func TestTheItemIsDeletedBetweenPlanAndWrite(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	w.story("PAY-11", "")
	o := w.passWhile(func() {
		if err := w.jira.Delete("PAY-10"); err != nil {
			t.Fatal(err)
		}
	})
	want := "jira:PAY-10 add-label skipped; jira:PAY-10 create-comment skipped; jira:PAY-11 add-label done; jira:PAY-11 create-comment done"
	if got := planned(o); got != want {
		t.Errorf("planned and done: %s; want %s", got, want)
	}
	if got := linkage(w.quiet(), "jira:PAY-10"); got != "no story" {
		t.Errorf("the next pass sees it as %s", got)
	}
	w.want("PAY-11 " + flagged)
}

// A project is closed to us just when a comment is on its way. That is no
// person's word on the comment: when the project is open again, it goes on.
func TestTheItemIsHiddenBetweenReadAndWrite(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  func(*http.Request) bool
		setup func(*town)
		want  string
	}{
		{"a new comment", post, func(*town) {}, "needs-goal,touched / story-without-goal"},
		{"an edit", editing, func(w *town) { w.well(); w.move("PAY-10", "PAY-1") }, "touched / resolved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "")
			w.story("PAY-10", "")
			c.setup(w)
			hide := func(hidden bool) { w.jira.AddProject(jirasim.Project{Key: "PAY", Name: "PAY", Hidden: hidden}) }
			w.jiraDoor.instead(func(_ http.ResponseWriter, r *http.Request) bool {
				if c.kind(r) {
					hide(true)
				}
				return false
			})
			if o := w.pass(); o.Results[o.Plan.Changes[1].ID].Outcome != "failed" {
				t.Errorf("planned and done: %s; want the comment failed", planned(o))
			}
			w.jiraDoor.instead(nil)
			hide(false)
			w.label("PAY-10", "touched") // or no pull brings it again
			w.well()
			w.want("PAY-10 " + c.want)
			w.quiet()
			w.move("PAY-10", "")
			w.well()
			w.want("PAY-10 needs-goal,touched / story-without-goal")
		})
	}
}
