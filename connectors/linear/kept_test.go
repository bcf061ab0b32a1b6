package linear

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// What was kept under other circumstances, or for a day, is not built on.
func TestWhatIsKeptIsOfOneScope(t *testing.T) {
	for _, tt := range []struct {
		what  string
		turn  func(f *fake, d *drawer, o *Options)
		reads bool // everything whole
	}{
		{"nothing has changed", func(*fake, *drawer, *Options) {}, false},
		{"another workspace", func(f *fake, _ *drawer, _ *Options) {
			f.data("viewer", `{"viewer":{"id":"u-bot"},"organization":{"id":"org-2"}}`)
		}, true},
		{"another account", func(f *fake, _ *drawer, _ *Options) {
			f.data("viewer", `{"viewer":{"id":"u-ana"},"organization":{"id":"org-1"}}`)
		}, true},
		{"other teams in the file", func(_ *fake, _ *drawer, o *Options) { o.Config.Teams = []string{"ENG", "OPS"} }, true},
		{"another team to be seen", func(f *fake, _ *drawer, _ *Options) {
			f.rows("teams", `{"id":"t1","key":"ENG"}`, `{"id":"t2","key":"OPS"}`, `{"id":"t3","key":"NEW"}`)
		}, true},
		{"the teams in another order", func(f *fake, _ *drawer, _ *Options) {
			f.rows("teams", `{"id":"t2","key":"OPS"}`, `{"id":"t1","key":"ENG"}`)
		}, false},
		{"a moment before the day is over", func(_ *fake, d *drawer, _ *Options) { d.now = d.now.Add(24*time.Hour - time.Second) }, false},
		{"a day later", func(_ *fake, d *drawer, _ *Options) { d.now = d.now.Add(24 * time.Hour) }, true},
		{"a clock that went back", func(_ *fake, d *drawer, _ *Options) { d.now = d.now.Add(-time.Second) }, true},
		{"no clock", func(_ *fake, _ *drawer, o *Options) { o.Now = nil }, true},
		{"what cannot be read", func(_ *fake, _ *drawer, o *Options) { o.KeptDirectory = o.KeptDirectory[1:] }, true},
		{"half of it", func(_ *fake, _ *drawer, o *Options) {
			o.KeptDirectory = strings.Replace(o.KeptDirectory, `"milestones"`, `"stages"`, 1)
		}, true},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f, d := newFake(t), newDrawer()
			if err := f.tracker(d.use).startToPull(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := len(f.log)
			tr := f.tracker(d.use, func(o *Options) { tt.turn(f, d, o) })
			if err := tr.startToPull(t.Context()); err != nil {
				t.Fatal(err)
			}
			roots := f.roots(before)
			for _, list := range wholeLists {
				if slices.Contains(roots, list) != tt.reads {
					t.Errorf("asked for %v, want %s: %v", roots, list, tt.reads)
				}
			}
			if slices.Contains(roots, "changes") == tt.reads {
				t.Errorf("asked for %v, want what has changed: %v", roots, !tt.reads)
			}
		})
	}
}

// Labels that a plan withholds are left out of the request for all lists, where
// they would cost the rest, and asked for by themselves; once they may be read
// they come with it, until they are withheld again.
func TestWithheldLabelsCostNoOtherList(t *testing.T) {
	f, d := newFake(t), newDrawer()
	no := reply{Status: 400, Body: `{"errors":[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]}`}
	f.reply("initiativeLabels", no)
	pass := func() []string {
		t.Helper()
		before := len(f.log)
		tr := f.tracker(d.use)
		if err := tr.startToPull(t.Context()); err != nil {
			t.Fatal(err)
		}
		return f.roots(before)[3:]
	}
	pass()
	if got := pass(); !slices.Equal(got, []string{"changes", "initiativeLabels"}) || f.asks("changes")[0].Variables["withInitiativeLabels"] != false {
		t.Errorf("while they are withheld: %v", got)
	}
	f.rows("initiativeLabels", `{"id":"il","name":"needs-po"}`)
	if got := pass(); !slices.Equal(got, []string{"changes", "initiativeLabels"}) {
		t.Errorf("when they are not: %v", got)
	}
	if got := pass(); !slices.Equal(got, []string{"changes"}) || f.asks("changes")[2].Variables["withInitiativeLabels"] != true {
		t.Errorf("after that: %v", got)
	}
	f.reply("initiativeLabels", no)
	all := f.answers["changes"]
	f.on("changes", func(v map[string]any) reply {
		if v["withInitiativeLabels"] == true {
			return no
		}
		return all(v)
	})
	if got := pass(); !slices.Equal(got, append([]string{"changes"}, wholeLists...)) {
		t.Errorf("when they are withheld again: %v, want each list by itself", got)
	}
	if got := pass(); !slices.Equal(got, []string{"changes", "initiativeLabels"}) {
		t.Errorf("and then: %v", got)
	}
}

// What is not kept is read again, and a pass does not fail for it.
func TestDirectoryThatIsNotKept(t *testing.T) {
	f, d := newFake(t), newDrawer()
	full := func(o *Options) {
		o.KeepDirectory = func(context.Context, string) error { return errors.New("the disk is full") }
	}
	for range 2 {
		if err := f.tracker(d.use, full).startToPull(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.asks("users")); n != 2 {
		t.Errorf("people were read %d times, want twice", n)
	}
}

// A label that was deleted for good still stands in what was kept. Before one is
// written the list is read whole: a new label is made and the next pass reads
// everything anew.
func TestLabelDeletedForGoodIsMadeAgain(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	k := newKept()
	old := w.AddLabel(linearsim.IssueLabel, "needs-goal").ID
	pass := func() *Tracker {
		tr := w.trackerWith(t, 0, k)
		k.pull(t, tr, func() bool { return false })
		return tr
	}
	pass()
	if err := w.DeleteLabel(old); err != nil {
		t.Fatal(err)
	}
	c := roadmap.Change{Key: roadmap.Key{Tracker: "eng", ID: w.issues[0]}, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.AddLabel, Value: "needs-goal"}
	if r := pass().Apply(t.Context(), []roadmap.Change{c})[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	if got := w.LabelNames(w.issues[0]); !slices.Contains(got, "needs-goal") {
		t.Errorf("the issue carries %v", got)
	}
	if k.directory != "" {
		t.Error("the directory that had the old label is still kept")
	}
}

// What only a second reading brings, none by date may: the next pass reads the
// directory whole.
func TestSecondReadingDiscardsWhatIsKept(t *testing.T) {
	for list, row := range map[string]string{
		"issueLabels":       `{"id":"l-x","name":"new"}`,
		"users":             `{"id":"u-x","name":"Nina","active":true}`,
		"cycles":            `{"id":"c-x","number":9}`,
		"projectMilestones": `{"id":"m-x","name":"Gamma"}`,
	} {
		f, d := newFake(t), newDrawer()
		f.rows("issues", issueRow("i1", "ENG-1", at, `"labelIds":["l-x"]`, `"assignee":{"id":"u-x"}`, `"cycle":{"id":"c-x"}`, `"projectMilestone":{"id":"m-x"}`))
		pullAll(t, f.tracker(d.use), "")
		if d.kept == "" {
			t.Fatal("nothing is kept where a second reading brings nothing")
		}
		f.script(list, f.answers[list](nil), reply{Body: `{"data":` + connection(list, "", row) + `}`})
		d.kept = ""
		pullAll(t, f.tracker(d.use), "")
		if d.kept != "" {
			t.Errorf("%s: what is kept lacks the row", list)
		}
	}
}

// Who asks which workspace this is, and reads known items to tell it from
// another one, has not said yet that it is the one that the database is of:
// nobody of it is written into that.
func TestNothingIsKeptBeforeThePull(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("issues", issueRow("i1", "ENG-1", at))
	pullAll(t, f.tracker(d.use), "")
	before := d.kept
	f.data("viewer", `{"viewer":{"id":"u-x"},"organization":{"id":"org-2"}}`)
	f.rows("users", `{"id":"u-x","name":"Stranger","email":"stranger@other.example","active":true}`)
	tr := f.tracker(d.use)
	if site, err := tr.Site(t.Context()); err != nil || site != "org-2" {
		t.Fatal(site, err)
	}
	if _, err := tr.Fetch(t.Context(), []roadmap.Key{{Tracker: "eng", ID: "i1"}}, nil); err != nil {
		t.Fatal(err)
	}
	if d.kept != before {
		t.Errorf("kept before anything was pulled: %s", d.kept)
	}
	pullAll(t, tr, "")
	if !strings.Contains(d.kept, "Stranger") {
		t.Error("not kept by the pull either")
	}
}

// What is discarded before the pull is not kept by it.
func TestDiscardedBeforeThePull(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("issues", issueRow("i1", "ENG-1", at, `"assignee":{"id":"u-x"}`))
	f.script("users", f.answers["users"](nil), reply{Body: `{"data":` + connection("users", "", `{"id":"u-x","name":"Nina","active":true}`) + `}`})
	tr := f.tracker(d.use)
	if _, err := tr.Fetch(t.Context(), []roadmap.Key{{Tracker: "eng", ID: "i1"}}, nil); err != nil {
		t.Fatal(err)
	}
	pullAll(t, tr, "")
	if d.kept != "" {
		t.Errorf("what is kept lacks somebody: %s", d.kept)
	}
}
