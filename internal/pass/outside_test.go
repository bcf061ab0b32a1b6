package pass_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// Parents outside the configured projects are fetched once, however many items
// lead to them, and again in every pass: no pull keeps them fresh.
func TestParentsOutside(t *testing.T) {
	w := newTown(t, "")
	w.issue(jirasim.Issue{Key: "OUT-1", Type: "Epic", Summary: "Outside", ParentKey: "ROAD-1"})
	for n := range 40 {
		w.story(fmt.Sprintf("PAY-%d", 100+n), "OUT-1")
	}
	fetched := func() (issues [][]string) { // the issues of each fetch since the last call
		for _, r := range w.jira.Requests() {
			var body struct {
				IDs    []string `json:"issueIdsOrKeys"`
				Fields []string `json:"fields"`
			}
			if r.Route == "POST /rest/api/2/issue/bulkfetch" && json.Unmarshal([]byte(r.Body), &body) == nil && slices.Contains(body.Fields, "summary") {
				issues = append(issues, body.IDs)
			}
		}
		w.jira.ResetRequests()
		return issues
	}
	o := w.quiet()
	if got := linkage(o, "jira:PAY-100"); got != "linked" {
		t.Errorf("through the epic outside it is %s", got)
	}
	if got := fetched(); len(got) != 1 || len(got[0]) != 1 {
		t.Errorf("fetched %v for one epic outside", got)
	}

	// Out of its goal, and out of the sight of any pull.
	w.move("OUT-1", "")
	o, err := w.once(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := linkage(o, "jira:PAY-100"); got != "unlinked" {
		t.Errorf("the epic left its goal, and the story is %s", got)
	}
	if got := fetched(); len(got) != 1 || len(got[0]) != 1 {
		t.Errorf("fetched %v for one epic outside, in a later pass", got)
	}
}

// An outside parent that becomes hidden makes the chain unknown: nothing is
// said, and nothing that was said is taken back.
func TestAnOutsideParentBecomesHidden(t *testing.T) {
	w := newTown(t, "")
	w.issue(jirasim.Issue{Key: "OUT-1", Type: "Epic", Summary: "Outside"})
	w.story("PAY-10", "OUT-1")
	w.well()
	w.want("PAY-10 " + flagged)
	w.jira.AddProject(jirasim.Project{Key: "OUT", Name: "OUT", Hidden: true})
	w.story("PAY-11", "OUT-1")
	for range 2 {
		o := w.quiet()
		for _, ref := range []roadmap.Ref{"jira:PAY-10", "jira:PAY-11"} {
			if got := linkage(o, ref); got != "unknown" {
				t.Errorf("%s is %s", ref, got)
			}
		}
		w.want("PAY-10 "+flagged, "PAY-11 "+nothing)
	}
	w.jira.AddProject(jirasim.Project{Key: "OUT", Name: "OUT"})
	w.move("OUT-1", "ROAD-1")
	w.well()
	w.want("PAY-10 "+resolved, "PAY-11 "+nothing)
}

// What fields name in their own Jira is fetched like parents outside, each once:
// by its key when it is first met, by its identity in later passes. What names a
// goal of the file, or nothing like an issue, is not asked for.
func TestFieldsNameWhatLiesOutside(t *testing.T) {
	w := newTown(t, `
  - {from: file, goals: [{id: GROW-1, title: Grow}]}
links: [parent, {field: "field:Strategic goal"}, {field: "field:Theme"}]`)
	files := w.org.Roadmap[2]
	s := w.told()
	fill := func(id, spec string, values ...string) {
		it := s.items[id]
		it.Fields = map[string][]string{spec: values}
		s.items[id] = it
		for n := range s.pages {
			if s.pages[n].Items[0].Key == it.Key {
				s.pages[n].Items[0] = it
			}
		}
	}
	fill("1", "field:Strategic goal", "OUT-9", "GROW-11", "OUT-404", "https://acme.example/browse/OUT-9")
	fill("2", "field:Theme", "jira:OUT-9", "the usual", "eng:ENG-7")
	fill("9", "field:Theme", "GROW-1")
	look := func() []string {
		t.Helper()
		w.org.Roadmap = append(w.org.Roadmap[:1:1], files)
		w.org.Trackers = w.org.Trackers[:1]
		s.asked = nil
		p := w.newPass(map[string]connectors.Tracker{"jira": s}, nil)
		p.Look = true
		o, err := p.Once(t.Context())
		if err != nil || o.Err() != nil {
			t.Fatal(err, o.Err())
		}
		for _, ref := range []roadmap.Ref{"jira:PAY-1", "jira:PAY-2"} {
			if got := linkage(o, ref); got != "linked" {
				t.Errorf("%s is %s, through an epic outside whose field names a goal of the file", ref, got)
			}
		}
		return slices.DeleteFunc(s.asked, func(a string) bool { return !strings.HasPrefix(a, "fetch") })
	}
	// PAY-2 has OUT-9 as its parent too, so it is asked for by its identity at once.
	if diff := cmp.Diff([]string{"fetch 9,jira:OUT-9,jira:GROW-11,jira:OUT-404"}, look()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"fetch 9,jira:GROW-11,jira:OUT-404"}, look()); diff != "" {
		t.Errorf("in a later pass: -want +got:\n%s", diff)
	}
}
