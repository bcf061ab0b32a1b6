package linear

import (
	"fmt"
	"slices"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// Pages are made smaller where Linear measures that they cost too much, and where
// it refuses one for that; nothing is lost by it.
func TestPagesFitTheBudget(t *testing.T) {
	for _, tt := range []struct {
		what    string
		perRow  float64 // what a row costs, as the fake has it
		refuses float64 // above so many points; 0: never
		want    []float64
	}{
		{"as computed", 12, 0, []float64{250, 250, 250}},
		{"dearer than computed", 60, 0, []float64{250, 150, 150}},
		{"refused until small enough", 60, 10000, []float64{250, 125, 150, 150}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			var asked []float64
			f.on("issues", func(v map[string]any) reply {
				first := v["first"].(float64)
				asked = append(asked, first)
				cost := first * tt.perRow
				if tt.refuses > 0 && cost > tt.refuses {
					return reply{Status: 400, Body: fmt.Sprintf(`{"errors":[{"message":"The query is too complex. Complexity: %.0f. Maximum allowed complexity: 10000."}]}`, cost)}
				}
				n := map[any]int{nil: 1, "c2": 2, "c3": 3}[v["after"]]
				next := map[int]string{1: "c2", 2: "c3"}[n]
				return reply{
					Header: map[string]string{"X-Complexity": fmt.Sprint(cost)},
					Body:   `{"data":` + connection("issues", next, issueRow(fmt.Sprint("i", n), fmt.Sprint("ENG-", n), at)) + `}`,
				}
			})
			if got := pullAll(t, f.tracker(), ""); len(got.items) != 3 || !slices.Equal(asked, tt.want) {
				t.Errorf("%d items with pages of %v, want 3 with pages of %v", len(got.items), asked, tt.want)
			}
		})
	}
}

// Teams have completed issues archived by age. They are done for good and all,
// so a count lists them: what it does not list is taken for deleted.
func TestCensusListsArchivedIssues(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	old := w.issues[3]
	if err := w.EditIssue(old, w.users[0], func(i *linearsim.Issue) { i.StateType, i.AutoArchived = "completed", true }); err != nil {
		t.Fatal(err)
	}
	var ids []string
	tr := w.tracker(t, 2)
	for c := (connectors.Count{More: true}); c.More; ids = append(ids, c.IDs...) {
		var err error
		if c, err = tr.Census(t.Context(), c.Next); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, slices.Sorted(slices.Values(w.issues))) {
		t.Errorf("counted %v, want all of %v", ids, w.issues)
	}
}

// What a count cannot be sure of is an error and no count.
func TestCensusOfHalfAnAnswer(t *testing.T) {
	for _, kind := range []linearsim.FaultKind{linearsim.PartialData, linearsim.EmptyObject, linearsim.NullData, linearsim.Truncated, linearsim.BadGateway} {
		w, closeTown := newTown(t)
		defer closeTown()
		w.AddFault(linearsim.Fault{Kind: kind})
		if c, err := w.tracker(t, 0).Census(t.Context(), ""); connectors.KindOf(err) != connectors.Temporary {
			t.Errorf("%s: %+v, %v", kind, c, err)
		}
	}
}
