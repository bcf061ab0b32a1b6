package linearsim

import (
	"slices"
	"strings"
)

func (i *Issue) typeName() string { return "Issue" }
func (i *Issue) entry() place     { return place{i.Created, i.Updated, i.row} }

func (i *Issue) field(v *view, name string) any {
	switch name {
	case "id":
		return i.ID
	case "identifier":
		return i.Identifier()
	case "number":
		return i.Number
	case "title":
		return i.Title
	case "description":
		return orNull(i.Description)
	case "priority":
		return i.Priority
	case "priorityLabel":
		return priorityLabel(i.Priority)
	case "estimate":
		if i.Estimate == 0 {
			return nil
		}
		return i.Estimate
	case "dueDate":
		return orNull(i.DueDate)
	case "url":
		return v.base + "/issue/" + i.Identifier()
	case "branchName":
		return strings.ToLower(i.Identifier())
	case "createdAt":
		return i.Created
	case "updatedAt":
		return i.Updated
	case "archivedAt":
		return at(i.archivedAt)
	case "startedAt":
		return at(i.StartedAt)
	case "completedAt":
		return at(i.CompletedAt)
	case "canceledAt":
		return at(i.EndedAt)
	case "autoArchivedAt":
		if !i.AutoArchived {
			return nil
		}
		return at(i.archivedAt)
	case "snoozedUntilAt":
		return at(i.SnoozedUntil)
	case "trashed":
		return yes(i.Trashed)
	case "previousIdentifiers":
		return list(i.Former)
	case "labelIds":
		return list(i.LabelIDs)
	case "state":
		return node(v.s.stateOf(i))
	case "team":
		return v.team(i.TeamKey)
	case "project":
		return refer(v, &v.s.projects, i.ProjectID)
	case "parent":
		return refer(v, &v.s.issues, i.ParentID)
	case "cycle":
		return refer(v, &v.s.cycles, i.CycleID)
	case "projectMilestone":
		return refer(v, &v.s.milestones, i.MilestoneID)
	case "delegate":
		return v.user(i.DelegateID)
	case "assignee":
		return v.user(i.AssigneeID)
	case "creator":
		return v.user(i.CreatorID)
	case "botActor":
		return v.actor(i.CreatorID)
	case "labels":
		return v.labels(i.LabelIDs)
	case "comments":
		return v.comments(i.ID)
	case "history":
		return listed(v, v.s.histories, func(h *history) bool { return h.issueID == i.ID })
	}
	// The rest is null: startedTriageAt, triagedAt, externalUserCreator.
	return nil
}

func priorityLabel(p int) string {
	switch p {
	case 1:
		return "Urgent"
	case 2:
		return "High"
	case 3:
		return "Medium"
	case 4:
		return "Low"
	}
	return "No priority"
}

func (p *Project) typeName() string { return "Project" }
func (p *Project) entry() place     { return place{p.Created, p.Updated, p.row} }

func (p *Project) field(v *view, name string) any {
	switch name {
	case "id":
		return p.ID
	case "slugId":
		return p.SlugID
	case "name":
		return p.Name
	case "description":
		return p.Description
	case "url":
		return v.base + "/project/" + p.SlugID
	case "color":
		return "#bec2c8"
	case "priority":
		return p.Priority
	case "priorityLabel":
		return priorityLabel(p.Priority)
	case "progress":
		return v.s.progress(func(i *Issue) bool { return i.ProjectID == p.ID })
	case "health":
		return orNull(p.Health)
	case "startDate":
		return orNull(p.StartDate)
	case "targetDate":
		return orNull(p.TargetDate)
	case "createdAt":
		return p.Created
	case "updatedAt":
		return p.Updated
	case "archivedAt":
		return at(p.archivedAt)
	case "trashed":
		return yes(p.Trashed)
	case "labelIds":
		return list(p.LabelIDs)
	case "state":
		return v.s.statusOf(p).kind
	case "status":
		return node(v.s.statusOf(p))
	case "lead":
		return v.user(p.LeadID)
	case "creator":
		return v.user(p.CreatorID)
	case "labels":
		return v.labels(p.LabelIDs)
	case "comments":
		return v.comments(p.ID)
	case "initiatives": // for filters only
		return listed(v, v.s.initiatives.rows, func(i *Initiative) bool { return v.s.linked(i, p) })
	case "teams":
		return listed(v, v.s.teams.rows, func(t *Team) bool { return slices.Contains(p.TeamKeys, t.Key) })
	case "projectMilestones":
		return listed(v, v.s.milestones.rows, func(m *Milestone) bool { return m.ProjectID == p.ID })
	}
	// The rest is null: content, healthUpdatedAt, targetDateResolution,
	// startedAt, completedAt, canceledAt.
	return nil
}

func (s *Server) linked(i *Initiative, p *Project) bool {
	for _, l := range s.links {
		if l.from == i.ID && l.to == p.ID {
			return true
		}
	}
	return false
}

// progress is the share of some issues that are completed, without those that
// were canceled.
func (s *Server) progress(of func(*Issue) bool) float64 {
	done, all := 0, 0
	for _, i := range s.issues.rows {
		if !of(i) || i.StateType == Canceled || i.StateType == Duplicate {
			continue
		}
		all++
		if i.StateType == Completed {
			done++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(done) / float64(all)
}

func (m *Milestone) typeName() string { return "ProjectMilestone" }
func (m *Milestone) entry() place     { return place{m.Created, m.Updated, m.row} }

func (m *Milestone) field(v *view, name string) any {
	switch name {
	case "id":
		return m.ID
	case "name":
		return m.Name
	case "description":
		return orNull(m.Description)
	case "targetDate":
		return orNull(m.TargetDate)
	case "status":
		return m.Status
	case "progress":
		return v.s.progress(func(i *Issue) bool { return i.MilestoneID == m.ID })
	case "sortOrder":
		return m.seq
	case "createdAt":
		return m.Created
	case "updatedAt":
		return m.Updated
	case "archivedAt":
		return at(m.archivedAt)
	case "project":
		return refer(v, &v.s.projects, m.ProjectID)
	}
	return nil
}

func (i *Initiative) typeName() string { return "Initiative" }
func (i *Initiative) entry() place     { return place{i.Created, i.Updated, i.row} }

func (i *Initiative) field(v *view, name string) any {
	switch name {
	case "id":
		return i.ID
	case "slugId":
		return i.SlugID
	case "name":
		return i.Name
	case "description":
		return orNull(i.Description)
	case "url":
		return v.base + "/initiative/" + i.SlugID
	case "status":
		return i.Status
	case "priority":
		return i.Priority
	case "health":
		return orNull(i.Health)
	case "targetDate":
		return orNull(i.TargetDate)
	case "createdAt":
		return i.Created
	case "updatedAt":
		return i.Updated
	case "archivedAt":
		return at(i.archivedAt)
	case "trashed":
		return yes(i.Trashed)
	case "labelIds":
		return list(i.LabelIDs)
	case "owner":
		return v.user(i.OwnerID)
	case "creator":
		return v.user(i.CreatorID)
	case "parentInitiative":
		return refer(v, &v.s.initiatives, i.ParentID)
	case "labels":
		return v.labels(i.LabelIDs)
	}
	// The rest is null: content, color, healthUpdatedAt, targetDateResolution,
	// startedAt, completedAt.
	return nil
}
