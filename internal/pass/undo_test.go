package pass_test

import (
	"testing"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// undoLast takes back the last run that wrote something.
func (w *town) undoLast() {
	w.t.Helper()
	log, err := w.store.Log(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	run := int64(0)
	for _, e := range log {
		if e.Outcome == store.Done {
			run = e.Run
		}
	}
	o, err := w.newPass(w.trackers(), nil).Undo(w.t.Context(), run, func([]roadmap.Change, []pass.Left) (bool, error) { return true, nil })
	if err != nil || o.Failures() > 0 {
		w.t.Fatal(err, o.Results)
	}
}

// What was taken back is not done again, whatever it was, until the facts change.
func TestWhatWasTakenBackStays(t *testing.T) {
	const epic = "PAY-1" // serves the goal; PAY-2 serves none
	for _, c := range []struct {
		name  string
		steps []string // "pass", "undo", or the epic that the story comes under
		want  string
	}{
		{"a flag", []string{"pass", "undo", "pass"}, resolved},
		{"a flag that had come to stand for other facts", []string{"pass", "PAY-2", "pass", "undo", "pass"}, resolved},
		{"a flag, and the facts change", []string{"pass", "undo", "PAY-2", "pass"}, flagged},
		{"that it is resolved", []string{"pass", epic, "pass", "undo", "pass"}, flagged},
		{"that it is resolved; it comes apart and is resolved anew", []string{"pass", epic, "pass", "undo", "pass", "PAY-2", "pass", epic, "pass"}, "needs-goal / resolved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "")
			w.story("PAY-10", "")
			for _, step := range c.steps {
				switch step {
				case "pass":
					w.well()
				case "undo":
					w.undoLast()
				default:
					w.move("PAY-10", step)
				}
			}
			w.quiet()
			w.want("PAY-10 " + c.want)
		})
	}
}
