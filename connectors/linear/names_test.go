package linear

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// A workflow state of another type, and what could not be seen before, are names
// that changed: the issues that hold them are read again.
func TestStatesAndNewNamesAreReadAgain(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("issues", issueRow("i1", "ENG-1", at, `"labelIds":["l-secret"]`))
	first := pullAll(t, f.tracker(d.use), "")
	f.changes(map[string][]string{
		"cycles":         {`{"id":"c-7","name":null,"number":7,"isActive":true}`},
		"workflowStates": {`{"id":"s-doing","updatedAt":"2026-09-09T08:00:00.000Z","type":"completed"}`},
		"issueLabels":    {`{"id":"l-secret","updatedAt":"2026-09-09T08:00:00.000Z","name":"secret"}`},
	})
	got := pullAll(t, f.tracker(d.use), first.cursor)
	asked := f.asks("issues")
	want := `{"or":[{"labels":{"some":{"id":{"in":["l-secret"]}}}},{"state":{"id":{"in":["s-doing"]}}}],"team":{"key":{"in":["ENG"]}}}`
	if b, _ := json.Marshal(asked[len(asked)-1].Variables["filter"]); string(b) != want {
		t.Errorf("read again by %s\nwant %s", b, want)
	}
	if last := got.items[len(got.items)-1]; !slices.Equal(last.Labels, []string{"secret"}) {
		t.Errorf("then the issue carries %v", last.Labels)
	}
}

// A pull that was broken off goes on where it stood although a label is new by
// then, as some always are; the pull after it reads the issues of the label again.
func TestNewNamesWaitForTheNextPull(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.on("issues", func(v map[string]any) reply {
		if v["after"] == nil {
			return reply{Body: `{"data":` + connection("issues", "c1", issueRow("i1", "ENG-1", at)) + `}`}
		}
		return reply{Status: 502}
	})
	c, err := pullUntil(t, f.tracker(d.use), "")
	if connectors.KindOf(err) != connectors.Temporary {
		t.Fatal(err)
	}
	f.rows("issues", issueRow("i2", "ENG-2", at))
	f.changes(map[string][]string{
		"cycles":      {`{"id":"c-7","name":null,"number":7,"isActive":true}`},
		"issueLabels": {`{"id":"l-new","updatedAt":"2026-09-09T08:00:00.000Z","name":"new"}`},
	})
	for _, want := range []struct {
		pass  string
		roots string
	}{
		{"the rest", "issues initiativeToProjects initiativeRelations"},
		{"the next", "initiatives projects issues issues initiativeToProjects initiativeRelations"},
		{"and then", "initiatives projects issues initiativeToProjects initiativeRelations"},
	} {
		before := len(f.log)
		if c, err = pullUntil(t, f.tracker(d.use), c); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.roots(before)[4:], " "); got != want.roots {
			t.Errorf("%s: asked for %s, want %s", want.pass, got, want.roots)
		}
	}
}

// A project status of another type moves no project's date. Projects are read
// from the start, once, and say what the list says.
func TestProjectStatusOfAnotherType(t *testing.T) {
	f, d := newFake(t), newDrawer()
	f.rows("projects", projectRow("p1", "aaaabbbbcccc", at, `"status":{"id":"k-planned","type":"planned"}`))
	c := pullAll(t, f.tracker(d.use), "").cursor
	f.changes(map[string][]string{"projectStatuses": {`{"id":"k-planned","updatedAt":"2026-09-09T08:00:00.000Z","type":"completed"}`}})
	for _, want := range []bool{true, false} {
		got := pullAll(t, f.tracker(d.use), c)
		c = got.cursor
		if got.items[0].Status != roadmap.StatusDone {
			t.Errorf("the project is %s", got.items[0].Status)
		}
		asked := f.asks("projects")
		if b, _ := json.Marshal(asked[len(asked)-1].Variables["filter"]); (string(b) == `{}`) != want {
			t.Errorf("projects asked for by %s, want from the start: %v", b, want)
		}
	}
}

// A project that is edited while its stream is read moves before the pages that
// are still to come. Its issues tell its name all the same, and when its own row
// comes with another one they are read again.
func TestProjectThatOnlyItsIssuesNamed(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	k, page := newKept(), 0
	rename := func(name string) {
		w.now = w.now.Add(20 * time.Minute) // within the first cycle
		if err := w.EditProject(w.projects[0], w.users[0], func(p *linearsim.Project) { p.Name, p.Priority = name, p.Priority+1 }); err != nil {
			t.Fatal(err)
		}
	}
	k.pull(t, w.trackerWith(t, 2, k), func() bool {
		if page++; page == 3 { // the first of two pages of projects
			rename("Project 0")
			if err := w.EditIssue(w.issues[1], w.users[0], func(i *linearsim.Issue) { i.Title = "The latest" }); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	key := roadmap.Key{Tracker: "eng", ID: w.projects[0]}
	if _, came := k.items[key]; came {
		t.Fatal("the project came with its stream")
	}
	rename("Checkout")
	k.pull(t, w.trackerWith(t, 2, k), func() bool { return false })
	for _, it := range k.items {
		if it.Project == "Project 0" {
			t.Errorf("%s is still in %q", it.Ref, it.Project)
		}
	}
}
