package linear

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/alignd/alignd/internal/roadmap"
)

// lastFilter is what issues were last asked for by.
func lastFilter(f *fake) string {
	asked := f.asks("issues")
	b, _ := json.Marshal(asked[len(asked)-1].Variables["filter"])
	return string(b)
}

const lately = `"updatedAt":"2026-09-09T08:00:00.000Z"`

// Somebody of another name is looked for wherever an issue names people.
func TestIssuesOfSomebodyRenamedAreReadAgain(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("issues", issueRow("i1", "ENG-1", at, `"creator":{"id":"u-ana"}`))
	c := pullAll(t, f.tracker(d.use), "").cursor
	f.changes(map[string][]string{
		"cycles": {`{"id":"c-7","name":null,"number":7,"isActive":true}`},
		"users":  {`{"id":"u-ana","name":"Ana Maria","active":true,` + lately + `}`},
	})
	pullAll(t, f.tracker(d.use), c)
	if want := `{"or":[{"assignee":{"id":{"in":["u-ana"]}}},{"creator":{"id":{"in":["u-ana"]}}}],"team":{"key":{"in":["ENG"]}}}`; lastFilter(f) != want {
		t.Errorf("read again by %s\nwant %s", lastFilter(f), want)
	}
}

// Up to a hundred names are asked for by a filter; for more all issues are.
func TestManyNewNamesReadEverything(t *testing.T) {
	for n, whole := range map[int]bool{staleIDs: false, staleIDs + 1: true} {
		before, now := names{}, names{}
		for i := range n {
			key := nameKey(issueLabelName, fmt.Sprint(i))
			before[key], now[key] = "old", "new"
		}
		c := cursor{Stream: firstStream, Names: before, Whole: map[stream]bool{}}
		c.rename(now)
		if c.Whole[issueStream] != whole || len(c.Stale) != n {
			t.Errorf("%d names: all issues %v, want %v", n, c.Whole[issueStream], whole)
		}
	}
}

// A project is renamed after its own row came, and its issues are read under the
// new name. When it goes back to the old one its row looks as before, and the
// issues are read again all the same.
func TestProjectRenamedAndBack(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("projects", projectRow("p1", "aaaabbbbcccc", at, `"name":"Checkout"`))
	f.rows("issues", issueRow("i1", "ENG-1", at, `"project":{"id":"p1","name":"Payments"}`))
	c := pullAll(t, f.tracker(d.use), "").cursor
	f.changes(map[string][]string{"cycles": {`{"id":"c-7","name":null,"number":7,"isActive":true}`}})
	f.rows("issues", issueRow("i1", "ENG-1", at, `"project":{"id":"p1","name":"Checkout"}`))
	c = pullAll(t, f.tracker(d.use), c).cursor
	if want := `{"or":[{"project":{"id":{"in":["p1"]}}}],"team":{"key":{"in":["ENG"]}}}`; lastFilter(f) != want {
		t.Errorf("read again by %s\nwant %s", lastFilter(f), want)
	}
	n := len(f.asks("issues"))
	pullAll(t, f.tracker(d.use), c)
	if got := len(f.asks("issues")) - n; got != 1 {
		t.Errorf("the pull after that asks %d times for issues, want once", got)
	}
}

// What a second reading brings is known to the next pull, which does not read
// again what holds it.
func TestNamesThatWereMetAreKnown(t *testing.T) {
	f := newFake(t)
	f.rows("issues", issueRow("i1", "ENG-1", at, `"labelIds":["l-x"]`))
	f.script("issueLabels", f.answers["issueLabels"](nil), reply{Body: `{"data":` + connection("issueLabels", "", `{"id":"l-x","name":"fresh"}`,
		`{"id":"l-need","name":"needs-goal"}`, `{"id":"l-area","name":"Area"}`, `{"id":"l-web","name":"web"}`, `{"id":"l-old","name":"retired-one"}`, `{"id":"l-team","name":"team-only"}`) + `}`})
	first := pullAll(t, f.tracker(), "")
	pullAll(t, f.tracker(), first.cursor)
	if n := len(f.asks("issues")); n != 2 {
		t.Errorf("issues were asked for %d times, want once in each pull", n)
	}
}

// The mark is of the first page: what changes while later ones are read comes
// before it, and again the next time.
func TestMarkIsOfTheFirstPage(t *testing.T) {
	f := newFake(t)
	f.on("issues", func(v map[string]any) reply {
		if v["after"] == nil {
			return reply{Body: `{"data":` + connection("issues", "c1", issueRow("i1", "ENG-1", "2026-09-21T10:00:00.000Z")) + `}`}
		}
		return reply{Body: `{"data":` + connection("issues", "", issueRow("i2", "ENG-2", "2026-09-21T11:00:00.000Z")) + `}`}
	})
	c := pullAll(t, f.tracker(), "").cursor
	f.rows("issues")
	pullAll(t, f.tracker(), c)
	if want := `{"team":{"key":{"in":["ENG"]}},"updatedAt":{"gte":"2026-09-21T09:55:00.000Z"}}`; lastFilter(f) != want {
		t.Errorf("asked for by %s\nwant %s", lastFilter(f), want)
	}
}

// Before a label is made the list is read once more, and one that somebody has
// made since the start is used.
func TestLabelThatSomebodyMadeMeanwhile(t *testing.T) {
	f := newFake(t)
	f.rows("issues", issueRow("i1", "ENG-1", at))
	f.data("issueAddLabel", `{"issueAddLabel":{"success":true}}`)
	f.script("issueLabels", f.answers["issueLabels"](nil), reply{Body: `{"data":` + connection("issueLabels", "", `{"id":"l-x","name":"fresh"}`) + `}`})
	if r := f.tracker().Apply(t.Context(), []roadmap.Change{labelChange(roadmap.AddLabel, "i1", "fresh")})[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	if w := writes(f); w != "issueAddLabel l-x" {
		t.Errorf("wrote %q", w)
	}
}

// Within a pass a label keeps the name that items were read under, although the
// list that is read before it is written has another one: no second one is made.
func TestLabelRenamedWithinAPass(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("issues", issueRow("i1", "ENG-1", at))
	f.data("issueAddLabel", `{"issueAddLabel":{"success":true}}`)
	pullAll(t, f.tracker(d.use), "")
	tr := f.tracker(d.use)
	pullAll(t, tr, "")
	f.rows("issueLabels", `{"id":"l-need","name":"orphan"}`)
	if r := tr.Apply(t.Context(), []roadmap.Change{labelChange(roadmap.AddLabel, "i1", "needs-goal")})[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	if w := writes(f); w != "issueAddLabel l-need" {
		t.Errorf("wrote %q", w)
	}
}

// An issue that a lot's answer does not show as wished is read again before it is
// asked for by itself: what was read of it before is old.
func TestIssueLeftByALotIsReadAgain(t *testing.T) {
	f := newFake(t)
	f.data("issueAddLabel", `{"issueAddLabel":{"success":true}}`)
	f.data("issueBatchUpdate", `{"issueBatchUpdate":{"success":true,"issues":[{"id":"i1","labelIds":["l-need"]},{"id":"i2","labelIds":[]}]}}`)
	f.script("issues",
		reply{Body: `{"data":` + connection("issues", "", issueRow("i1", "ENG-1", at), issueRow("i2", "ENG-2", at)) + `}`},
		reply{Body: `{"data":` + connection("issues", "", issueRow("i2", "ENG-2", at, `"labelIds":["l-need"]`)) + `}`})
	for _, r := range f.tracker().Apply(t.Context(), []roadmap.Change{labelChange(roadmap.AddLabel, "i1", "needs-goal"), labelChange(roadmap.AddLabel, "i2", "needs-goal")}) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if n := len(f.asks("issueAddLabel")); n != 0 {
		t.Errorf("%d labels were added to what carries them", n)
	}
}
