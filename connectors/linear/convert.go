package linear

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// issues turns rows into items, people and labels by name, and links that were
// withheld into such that lead nowhere.
func (t *Tracker) issues(ctx context.Context, rows []issueNode, withheld gaps) ([]roadmap.Item, error) {
	var labels, people, cycles, milestones []string
	for _, n := range rows {
		labels = append(labels, n.LabelIDs...)
		people = appendIDs(people, n.Assignee, n.Creator)
		milestones = appendIDs(milestones, n.ProjectMilestone)
		if n.Team != nil && slices.Contains(t.o.Config.Teams, n.Team.Key) {
			cycles = appendIDs(cycles, n.Cycle)
		}
	}
	if err := t.lookUp(ctx, roadmap.KindIssue, labels, people); err != nil {
		return nil, err
	}
	if err := meet(ctx, t, cycleName, cycles, t.dir.cycles, t.cycleList(), cycleNode.cycle); err != nil {
		return nil, err
	}
	if err := meet(ctx, t, milestoneName, milestones, t.dir.milestones, t.milestoneList(), milestoneNode.name); err != nil {
		return nil, err
	}
	items := make([]roadmap.Item, 0, len(rows))
	for _, n := range rows {
		if n.ID != "" { // a null row of a partial answer
			it := t.issue(n)
			it.Links = append(it.Links, withheld[n.ID]...)
			items = append(items, it)
		}
	}
	return items, nil
}

func (t *Tracker) issue(n issueNode) roadmap.Item {
	it := roadmap.Item{
		Key: t.key(n.ID), Ref: roadmap.NewRef(t.name, n.Identifier), Former: n.PreviousIdentifiers,
		Kind: roadmap.KindIssue, Type: "Issue", Level: roadmap.LevelStory,
		Title: text(n.Title), URL: n.URL, Priority: priority(n.Priority),
		Labels:  t.dir.labels[roadmap.KindIssue].names(n.LabelIDs),
		Created: when(&n.CreatedAt), Updated: when(&n.UpdatedAt), Started: when(n.StartedAt),
		People: t.people(map[string]*idNode{"assignee": n.Assignee, "reporter": n.Creator}),
	}
	state := ""
	if n.State != nil {
		state = n.State.Type
	}
	it.Status = shelved(issueStatus(state), n.ArchivedAt, n.Trashed)
	if n.Team != nil {
		it.Team = n.Team.Key
		it.InScope = slices.Contains(t.o.Config.Teams, n.Team.Key)
	}
	if n.Cycle != nil {
		c := t.dir.cycles[n.Cycle.ID] // of another team: none
		it.Sprint, it.InSprint = c.name, c.active
	}
	if n.ProjectMilestone != nil {
		it.Milestone = t.dir.milestones[n.ProjectMilestone.ID]
	}
	if n.Parent != nil {
		it.Level = roadmap.LevelSubtask
		it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: t.key(n.Parent.ID)})
	}
	if n.Project != nil {
		it.Project = text(n.Project.Name)
		it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayProject, Field: "project", To: t.key(n.Project.ID)})
	}
	return it
}

// unseenInitiative stands for any initiative where none can be seen. Nothing has
// this id.
const unseenInitiative = "an-initiative-that-we-may-not-see"

func (t *Tracker) projects(ctx context.Context, rows []projectNode) ([]roadmap.Item, error) {
	var labels, people []string
	for _, n := range rows {
		labels = append(labels, n.LabelIDs...)
		people = appendIDs(people, n.Lead)
	}
	if err := t.lookUp(ctx, roadmap.KindProject, labels, people); err != nil {
		return nil, err
	}
	items := make([]roadmap.Item, 0, len(rows))
	for _, n := range rows {
		if n.ID == "" {
			continue
		}
		status := ""
		if n.Status != nil {
			status = cmp.Or(t.dir.statuses[n.Status.ID], n.Status.Type)
		}
		it := roadmap.Item{
			Key: t.key(n.ID), Ref: roadmap.NewRef(t.name, n.SlugID),
			Kind: roadmap.KindProject, Type: "Project", Level: roadmap.LevelEpic,
			Title: text(n.Name), URL: n.URL, Priority: priority(n.Priority),
			Status:  shelved(projectStatus(status), n.ArchivedAt, n.Trashed),
			Labels:  t.dir.labels[roadmap.KindProject].names(n.LabelIDs),
			People:  t.people(map[string]*idNode{"lead": n.Lead}),
			Created: when(&n.CreatedAt), Updated: when(&n.UpdatedAt), Started: when(n.StartedAt),
			Target: value(n.TargetDate),
		}
		if t.dir.sight == hidden {
			// It may serve an initiative that we cannot see: its stories' linkage
			// is unknown unless another way leads to a goal.
			it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayProject, Field: "initiatives", To: t.key(unseenInitiative)})
		}
		items = append(items, it)
	}
	return items, nil
}

func (t *Tracker) initiatives(ctx context.Context, rows []initiativeNode) ([]roadmap.Item, error) {
	var labels, people []string
	for _, n := range rows {
		labels = append(labels, n.LabelIDs...)
		people = appendIDs(people, n.Owner)
	}
	if err := t.lookUp(ctx, roadmap.KindInitiative, labels, people); err != nil {
		return nil, err
	}
	items := make([]roadmap.Item, 0, len(rows))
	for _, n := range rows {
		if n.ID == "" {
			continue
		}
		items = append(items, roadmap.Item{
			Key: t.key(n.ID), Ref: roadmap.NewRef(t.name, n.SlugID),
			Kind: roadmap.KindInitiative, Type: "Initiative", Level: roadmap.LevelAbove,
			Title: text(n.Name), URL: n.URL, Priority: priority(n.Priority),
			Status:  shelved(initiativeStatus(n.Status), n.ArchivedAt, n.Trashed),
			Labels:  t.dir.labels[roadmap.KindInitiative].names(n.LabelIDs),
			People:  t.people(map[string]*idNode{"owner": n.Owner}),
			Created: when(&n.CreatedAt), Updated: when(&n.UpdatedAt), Started: when(n.StartedAt),
			Target: value(n.TargetDate),
		})
	}
	return items, nil
}

// lookUp makes sure that labels and people of some rows are known by name.
func (t *Tracker) lookUp(ctx context.Context, kind roadmap.Kind, labels, people []string) error {
	if err := t.know(ctx, kind, labels); err != nil {
		return err
	}
	return meet(ctx, t, userName, people, t.dir.users, t.userList(), t.person)
}

// people names the people in the fields that name somebody. Someone whom we may
// not see counts as an active person: nothing says otherwise.
func (t *Tracker) people(fields map[string]*idNode) map[string][]roadmap.Person {
	people := map[string][]roadmap.Person{}
	for field, n := range fields {
		if n == nil || n.ID == "" {
			continue
		}
		p, ok := t.dir.users[n.ID]
		if !ok {
			p = roadmap.Person{Tracker: t.name, ID: n.ID, Name: "somebody", Active: true, Kind: roadmap.Human}
		}
		people[field] = []roadmap.Person{p}
	}
	return people
}

func appendIDs(ids []string, nodes ...*idNode) []string {
	for _, n := range nodes {
		if n != nil && n.ID != "" {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// text takes out the NULs that databases and terminals trip over.
func text(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// when reads a time of Linear's; none, or one that cannot be read, is zero.
func when(s *string) time.Time {
	if s == nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
