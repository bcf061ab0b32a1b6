package linearsim_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestPeopleActAndTheHistoryTells(t *testing.T) {
	w := newWorld(t)
	type answer struct {
		Issue struct {
			UpdatedAt time.Time
			History   struct {
				Nodes []struct {
					ActorID, ToProjectID           *string
					AddedLabelIds, RemovedLabelIds []string
				}
			}
		}
	}
	ask := func() answer {
		t.Helper()
		return get[answer](w.post(`{ issue(id: "ENG-2") { updatedAt history { nodes { actorID: actorId toProjectID: toProjectId addedLabelIds removedLabelIds } } } }`, nil))
	}
	w.post(`mutation { issueAddLabel(id: "ENG-2", labelId: "`+w.needsGoal.ID+`") { success } }`, nil)
	added := ask().Issue.UpdatedAt
	if !added.After(w.loose.Updated) {
		t.Error("a label did not move updatedAt")
	}
	w.clock.move(time.Minute)
	if err := w.RemoveLabelAs("ENG-2", "needs-goal", w.ana.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.ProjectID = w.checkout.ID }); err != nil {
		t.Fatal(err)
	}
	got := ask().Issue
	h := got.History.Nodes
	if len(h) != 3 || *h[0].ToProjectID != w.checkout.ID || *h[1].ActorID != w.ana.ID ||
		!slices.Equal(h[1].RemovedLabelIds, []string{w.needsGoal.ID}) || h[1].AddedLabelIds != nil ||
		*h[2].ActorID != w.bot.ID || !slices.Equal(h[2].AddedLabelIds, []string{w.needsGoal.ID}) {
		t.Errorf("history: %+v", h)
	}
	if !got.UpdatedAt.After(added) {
		t.Error("a person's edit did not move updatedAt")
	}
	// An edit that changes nothing is none.
	if err := w.EditIssue("ENG-2", w.ana.ID, func(*linearsim.Issue) {}); err != nil {
		t.Fatal(err)
	}
	if again := ask().Issue; !again.UpdatedAt.Equal(got.UpdatedAt) || len(again.History.Nodes) != 3 {
		t.Error("an empty edit left a trace")
	}
}

func TestFirstMinutesLeaveNoHistory(t *testing.T) {
	w := newWorld(t)
	i := w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "New"})
	w.clock.move(2 * time.Minute)
	if err := w.AddLabelAs(i.ID, "needs-goal", w.ana.ID); err != nil {
		t.Fatal(err)
	}
	w.post(`{ issue(id: "`+i.ID+`") { history { nodes { id } } } }`, nil).want(`{"issue":{"history":{"nodes":[]}}}`)
}

func TestLinksMoveNothing(t *testing.T) {
	w := newWorld(t)
	second := w.AddProject(linearsim.Project{Name: "Second"})
	child := w.AddInitiative(linearsim.Initiative{Name: "Child"})
	stamps := `{ initiatives { nodes { name updatedAt } } projects { nodes { name updatedAt } } }`
	before := w.post(stamps, nil).body
	w.clock.move(time.Hour)
	for _, err := range []error{
		w.LinkProject(w.growth.ID, second.ID),
		w.LinkProject(w.growth.ID, second.ID), // twice is once
		w.UnlinkProject(w.growth.ID, w.checkout.ID),
		w.EditInitiative(child.ID, w.ana.ID, func(i *linearsim.Initiative) { i.ParentID = w.growth.ID }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if after := w.post(stamps, nil).body; after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
	w.post(`{ initiativeToProjects { nodes { initiative { name } project { name } } } initiativeRelations { nodes { initiative { name } relatedInitiative { name } } }
		initiatives(filter: {name: {eq: "Child"}}) { nodes { parentInitiative { name } } } }`, nil).
		want(`{"initiativeToProjects":{"nodes":[{"initiative":{"name":"Growth"},"project":{"name":"Second"}}]},` +
			`"initiativeRelations":{"nodes":[{"initiative":{"name":"Growth"},"relatedInitiative":{"name":"Child"}}]},` +
			`"initiatives":{"nodes":[{"parentInitiative":{"name":"Growth"}}]}}`)
	if w.LinkProject("none", second.ID) == nil || w.UnlinkProject(w.growth.ID, w.checkout.ID) == nil {
		t.Error("linking what is not there, or unlinking what is not linked, must be an error")
	}
	// Naming an owner does move it.
	if err := w.EditInitiative(w.growth.SlugID, w.ana.ID, func(i *linearsim.Initiative) { i.OwnerID = "" }); err != nil {
		t.Fatal(err)
	}
	if err := w.EditProject(w.checkout.SlugID, w.ana.ID, func(p *linearsim.Project) { p.LeadID = w.ana.ID }); err != nil {
		t.Fatal(err)
	}
	p, _ := w.Project(w.checkout.ID)
	i, _ := w.Initiative(w.growth.ID)
	if !p.Updated.After(w.checkout.Updated) || !i.Updated.After(w.growth.Updated) || p.LeadID != w.ana.ID || i.OwnerID != "" {
		t.Errorf("project %+v, initiative %+v", p, i)
	}
}

func TestMoveToAnotherTeam(t *testing.T) {
	w := newWorld(t)
	w.AddTeam(linearsim.Team{Key: "WEB"})
	w.AddIssue(linearsim.Issue{TeamKey: "WEB", Number: 39, Title: "There before"})
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.TeamKey = "WEB" }); err != nil {
		t.Fatal(err)
	}
	w.post(`{ issue(id: "`+w.linked.ID+`") { identifier previousIdentifiers team { key } state { type team { key } } } }`, nil).
		want(`{"issue":{"identifier":"WEB-40","previousIdentifiers":["ENG-1"],"team":{"key":"WEB"},"state":{"type":"started","team":{"key":"WEB"}}}}`)
	// A number that was left behind is not given out again.
	if next := w.AddIssue(linearsim.Issue{TeamKey: "ENG", Number: 1}); next.Identifier() != "ENG-3" {
		t.Errorf("the next issue of ENG is %s", next.Identifier())
	}
	if w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.TeamKey = "NONE" }) == nil {
		t.Error("moved to a team that does not exist")
	}
}

func TestDeletedForGood(t *testing.T) {
	w := newWorld(t)
	sub := w.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Sub", ParentID: w.linked.ID})
	c := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, Body: "x", UserID: w.bot.ID})
	if err := w.DeleteIssue("ENG-1"); err != nil {
		t.Fatal(err)
	}
	w.post(`{ issues(includeArchived: true) { nodes { title } } comments { nodes { id } } issue(id: "`+sub.ID+`") { parent { id } } }`, nil).
		want(`{"issues":{"nodes":[{"title":"Sub"},{"title":"Tidy the attic"}]},"comments":{"nodes":[]},"issue":{"parent":null}}`)
	if w.EditComment(c.ID, "y") == nil || w.DeleteIssue("ENG-1") == nil {
		t.Error("what is gone was changed")
	}
}

// The same seed and the same calls give the same workspace, ids included.
func TestSameSeedSameWorkspace(t *testing.T) {
	a, b := newWorld(t), newWorld(t)
	if a.linked.ID != b.linked.ID || a.growth.SlugID != b.growth.SlugID || !a.linked.Created.Equal(b.linked.Created) {
		t.Errorf("%+v\n%+v", a.linked, b.linked)
	}
	other := linearsim.New(linearsim.Options{Seed: 2}).AddUser(linearsim.User{Name: "x"})
	if other.ID == linearsim.New(linearsim.Options{Seed: 3}).AddUser(linearsim.User{Name: "x"}).ID {
		t.Error("two seeds give the same ids")
	}
}

// What callers get are copies.
func TestCopies(t *testing.T) {
	w := newWorld(t)
	if err := w.AddLabelAs("ENG-1", "needs-goal", w.ana.ID); err != nil {
		t.Fatal(err)
	}
	i, _ := w.Issue("ENG-1")
	i.LabelIDs[0] = "spoilt"
	w.Issues()[0].LabelIDs[0] = "spoilt"
	if i, _ := w.Issue("ENG-1"); i.Title != "Pay by card" || !slices.Equal(w.LabelNames("ENG-1"), []string{"needs-goal"}) {
		t.Errorf("changed from outside: %+v", i)
	}
}

func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 10 {
				w.post(`{ issues { nodes { title labels { nodes { name } } } } }`, nil)
				w.post(`mutation($b: String!) { commentCreate(input: {issueId: "ENG-1", body: $b}) { success } }`, vars{"b": fmt.Sprint(n)})
				_ = w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.Title += "." })
				_ = w.Comments("ENG-1")
			}
		})
	}
	wg.Wait()
	if i, _ := w.Issue("ENG-2"); len(w.Comments("ENG-1")) != 80 || len(i.Title) != len("Tidy the attic")+80 {
		t.Errorf("%d comments, title %q", len(w.Comments("ENG-1")), i.Title)
	}
}
