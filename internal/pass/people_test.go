package pass_test

import (
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

const (
	flagged  = "needs-goal / story-without-goal"
	nothing  = "- / -"
	resolved = "- / resolved"
)

// TestStories: on both kinds of Jira, what people do, what the passes around it
// do, and how the issue stands in the end. Every pass but those that say otherwise
// must go well, and the last is followed by one that has nothing to do.
func TestStories(t *testing.T) {
	type step = func(*town)
	pass := func(w *town) { w.well() }
	label := func(l string) step { return func(w *town) { w.label("PAY-10", l) } }
	unlabel := func(l string) step { return func(w *town) { w.unlabel("PAY-10", l) } }
	under := func(epic string) step { return func(w *town) { w.move("PAY-10", epic) } }
	stands := func(s string) step { return func(w *town) { w.t.Helper(); w.want("PAY-10 " + s) } }
	file := func(more string) step { return func(w *town) { w.file(more) } }
	heldAs := func(reasons string) step {
		return func(w *town) {
			w.t.Helper()
			if got := held(w.well(), "jira:PAY-10"); got != reasons {
				w.t.Errorf("held: %q, want %q", got, reasons)
			}
		}
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"flagged, linked, flagged again: one comment all along", []step{
			pass, stands(flagged), under("PAY-1"), pass, stands(resolved), under(""), pass, stands(flagged),
		}},
		{"flagged and linked again and again: told three times, then only when it has stayed so", []step{
			pass, stands(flagged), under("PAY-1"), pass, under(""), pass, stands(flagged), under("PAY-1"), pass, under(""), pass, stands(flagged),
			under("PAY-1"), pass, stands(resolved), under(""), heldAs("add-label parked; update-comment parked"), stands(resolved),
			func(w *town) { w.clock.Advance(2 * 24 * time.Hour) }, heldAs("add-label parked; update-comment parked"),
			func(w *town) { w.clock.Advance(24 * time.Hour) }, pass, stands("- / story-without-goal"),
			under("PAY-1"), pass, stands(resolved),
		}},
		{"done after it was flagged", []step{
			pass, stands(flagged), func(w *town) { w.status("PAY-10", "done") }, pass, stands(resolved),
		}},
		{"done and reopened", []step{
			pass, func(w *town) { w.status("PAY-10", "done") }, pass, func(w *town) { w.status("PAY-10", "new") }, pass, stands(flagged),
		}},
		{"its goal is closed, and opened again", []step{
			under("PAY-1"), pass, stands(nothing),
			func(w *town) { w.status("ROAD-1", "done") }, pass, stands(nothing),
			func(w *town) { w.status("ROAD-1", "indeterminate") }, pass, stands(nothing),
		}},
		{"flagged, then linked to a goal that is closed: the rule does not speak of that", []step{
			pass, func(w *town) { w.status("ROAD-1", "done") }, under("PAY-1"), pass, stands(resolved),
		}},
		{"the rule is switched off in the file, and on again", []step{
			pass, stands(flagged), file("rules: {story-without-goal: {enabled: false}}"), pass, stands(resolved),
			file(""), pass, stands(flagged),
		}},
		{"an exception in the file", []step{
			pass, file(`rules: {story-without-goal: {unless: 'item.key == "PAY-10"'}}`), pass, stands(resolved),
		}},
		{"the file asks for no comment any more: what was said is resolved, the label stays", []step{
			pass, file("rules: {story-without-goal: {comment: false}}"), pass, stands("needs-goal / resolved"),
		}},
		{"a person removes the label: that stands", []step{
			pass, unlabel("needs-goal"), heldAs("add-label vetoed"), heldAs("add-label vetoed"), stands("- / story-without-goal"),
		}},
		{"a person removes the label, and the facts change: it is added again", []step{
			pass, unlabel("needs-goal"), pass, stands("- / story-without-goal"), under("PAY-2"), pass, stands(flagged),
		}},
		{"a person removes the label, the facts change, and it is removed again", []step{
			pass, unlabel("needs-goal"), pass, under("PAY-2"), pass, unlabel("needs-goal"), heldAs("add-label vetoed"), stands("- / story-without-goal"),
		}},
		{"a person removes the label after the facts changed while it was on", []step{
			pass, under("PAY-2"), pass, stands(flagged), unlabel("needs-goal"), heldAs("add-label vetoed"), stands("- / story-without-goal"),
		}},
		{"a person removes the label and links the story, then unlinks it: flagged anew", []step{
			pass, unlabel("needs-goal"), under("PAY-1"), pass, stands(resolved), under(""), pass, stands(flagged),
		}},
		{"a label that was put by hand is not ours: it stays when all is well", []step{
			label("needs-goal"), pass, stands(flagged), under("PAY-1"), pass, stands("needs-goal / resolved"),
		}},
		{"a label that was put by hand is taken off again: that is a person's word too", []step{
			label("needs-goal"), pass, stands(flagged), unlabel("needs-goal"), heldAs("add-label vetoed"), heldAs("add-label vetoed"),
			stands("- / story-without-goal"), under("PAY-2"), pass, stands(flagged), under("PAY-1"), pass, stands(resolved),
		}},
		{"a label by hand that comes and goes while no rule asks for it says nothing", []step{
			under("PAY-1"), label("needs-goal"), pass, unlabel("needs-goal"), under(""), pass, stands(flagged),
		}},
		{"a person puts our label back: ours still", []step{
			pass, unlabel("needs-goal"), pass, label("needs-goal"), pass, under("PAY-1"), pass, stands(resolved),
		}},
		{"labels of others stay where they are", []step{
			label("backend"), pass, stands("backend,needs-goal / story-without-goal"), label("urgent"), under("PAY-1"), pass, stands("backend,urgent / resolved"),
		}},
		{"alignd:ignore before anything was said", []step{
			label("alignd:ignore"), heldAs("add-label ignored; create-comment ignored"), stands("alignd:ignore / -"),
		}},
		{"alignd:ignore after it was flagged: nothing is touched", []step{
			pass, label("alignd:ignore"), under("PAY-1"), heldAs("remove-label ignored; update-comment ignored"),
			stands("alignd:ignore,needs-goal / story-without-goal"), unlabel("alignd:ignore"), pass, stands(resolved),
		}},
		{"another comment, by a person, is nothing to us", []step{
			func(w *town) {
				if _, err := w.jira.AddComment("PAY-10", "ana", "on it\nalignd · acme · story-without-goal"); err != nil {
					w.t.Fatal(err)
				}
			},
			pass, stands("needs-goal / story-without-goal,story-without-goal"),
		}},
		{"it is moved to the other project: one item, one comment", []step{
			pass, func(w *town) {
				if _, err := w.jira.Move("PAY-10", "WEB"); err != nil {
					w.t.Fatal(err)
				}
			}, pass, stands(flagged),
		}},
		{"it is renamed: that is no news", []step{
			pass, func(w *town) { w.edit("PAY-10", func(i *jirasim.Issue) { i.Summary = "Another title" }) },
		}},
	} {
		for kind, dc := range map[string]*jirasim.DataCenter{"Cloud": nil, "Data Center": {}} {
			t.Run(c.name+" on "+kind, func(t *testing.T) {
				t.Parallel()
				w := newTownOn(t, dc, "")
				w.story("PAY-10", "")
				for _, s := range c.steps {
					s(w)
				}
				w.quiet()
			})
		}
	}
}

// The same life on Linear: flagged, vetoed, resolved, and the comment deleted.
func TestStoriesOnLinear(t *testing.T) {
	w := newTown(t, "")
	i := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	in := func(project string) {
		t.Helper()
		if err := w.eng.EditIssue(i.ID, w.ana, func(i *linearsim.Issue) { i.ProjectID = project }); err != nil {
			t.Fatal(err)
		}
	}
	w.well()
	w.wantEng(i.ID, flagged)
	w.quiet()
	if err := w.eng.RemoveLabelAs(i.ID, "needs-goal", w.ana); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	w.wantEng(i.ID, "- / story-without-goal")
	in(w.project)
	w.well()
	w.wantEng(i.ID, resolved)
	in("")
	w.well()
	w.wantEng(i.ID, flagged)

	// The comment is deleted, which is noticed when it would be edited.
	if err := w.eng.DeleteComment(w.eng.Comments(i.ID)[0].ID); err != nil {
		t.Fatal(err)
	}
	in(w.project)
	if got := planned(w.pass()); got != "eng:ENG-1 remove-label done; eng:ENG-1 update-comment skipped" {
		t.Errorf("planned and done: %s", got)
	}
	in("")
	w.well()
	w.wantEng(i.ID, "needs-goal / -")
	stray := w.eng.AddProject(linearsim.Project{Name: "Serves nothing", StatusType: "started", Created: w.daysAgo(30)})
	in(stray.ID)
	w.well()
	w.wantEng(i.ID, flagged)
	w.quiet()
}
