package linearsim

import (
	"reflect"
	"slices"
	"time"
)

// creationPeriod is how long changes count as part of an issue's creation and
// leave no history (linear.app/docs, "Issue activity").
const creationPeriod = 3 * time.Minute

// changeIssue applies f, checks the outcome and records it. The error is an
// *apiError in Linear's words.
func (s *Server) changeIssue(i *Issue, by string, f func(*Issue)) error {
	next := i.clone()
	f(&next)
	next = next.clone()
	next.ID, next.row, next.Former = i.ID, i.row, copyIDs(i.Former)
	next.Number = i.Number
	if err := s.checkIssue(i, &next); err != nil {
		return err
	}
	if reflect.DeepEqual(next, i.clone()) {
		return nil
	}
	at := s.stamp()
	if next.TeamKey != i.TeamKey {
		next.Former = append(next.Former, i.Identifier())
		next.Number = s.freeNumber(next.TeamKey, 0)
		next.CycleID = ""
	}
	if m := s.milestones.get(next.MilestoneID); m != nil && m.ProjectID != next.ProjectID {
		next.MilestoneID = "" // it stays with its project
	}
	if next.StateType != i.StateType {
		next.enterState(at)
	}
	markArchived(&next.row, next.Archived || next.AutoArchived || next.Trashed, at)
	next.Updated = at
	s.name(&next)
	if at.Sub(i.Created) >= creationPeriod {
		s.record(i, &next, by, at)
	}
	*i = next
	return nil
}

// record adds a history entry for what differs.
func (s *Server) record(was, is *Issue, by string, at time.Time) {
	h := &history{
		id: s.newID(), issueID: is.ID, by: by, created: at, row: s.newRow(),
		added:   without(is.LabelIDs, was.LabelIDs),
		removed: without(was.LabelIDs, is.LabelIDs),
	}
	if was.ProjectID != is.ProjectID {
		h.fromProject, h.toProject = was.ProjectID, is.ProjectID
	}
	if was.ParentID != is.ParentID {
		h.fromParent, h.toParent = was.ParentID, is.ParentID
	}
	if was.AssigneeID != is.AssigneeID {
		h.fromUser, h.toUser = was.AssigneeID, is.AssigneeID
	}
	if from, to := s.stateOf(was), s.stateOf(is); from.id != to.id {
		h.fromState, h.toState = from.id, to.id
	}
	if was.TeamKey != is.TeamKey {
		h.fromTeam, h.toTeam = s.teamByKey(was.TeamKey).ID, s.teamByKey(is.TeamKey).ID
	}
	s.histories = append(s.histories, h)
}

// checkIssue refuses references that lead nowhere. Only what changed is checked:
// what stands in the workspace may be as odd as in a real one.
func (s *Server) checkIssue(was, is *Issue) error {
	set := func(was, is string) bool { return is != "" && is != was }
	switch {
	case s.teams.find(func(t *Team) bool { return t.Key == is.TeamKey }) == nil:
		return notFound("Team")
	case s.stateOf(is) == nil:
		return notFound("WorkflowState")
	case set(was.ProjectID, is.ProjectID) && s.projects.get(is.ProjectID) == nil:
		return notFound("Project")
	case set(was.AssigneeID, is.AssigneeID) && s.users.get(is.AssigneeID) == nil:
		return notFound("User")
	case set(was.CycleID, is.CycleID) && s.cycles.get(is.CycleID) == nil:
		return notFound("Cycle")
	case set(was.MilestoneID, is.MilestoneID) && s.milestones.get(is.MilestoneID) == nil:
		return notFound("ProjectMilestone")
	case set(was.DelegateID, is.DelegateID) && s.users.get(is.DelegateID) == nil:
		return notFound("User")
	case set(was.ParentID, is.ParentID) && s.issues.get(is.ParentID) == nil:
		return notFound("Issue")
	case set(was.ParentID, is.ParentID) && s.isBelow(is.ParentID, is.ID):
		return invalidInput("parentId", "isNotCircular", "parentId must not be the issue itself or one of its sub-issues.")
	}
	if slices.Equal(was.LabelIDs, is.LabelIDs) && was.TeamKey == is.TeamKey {
		return nil
	}
	return s.checkLabels(IssueLabel, is.TeamKey, is.LabelIDs)
}

// isBelow reports whether an issue is the other one or below it.
func (s *Server) isBelow(id, top string) bool {
	seen := map[string]bool{}
	for id != "" && !seen[id] {
		if id == top {
			return true
		}
		seen[id] = true
		i := s.issues.get(id)
		if i == nil {
			return false
		}
		id = i.ParentID
	}
	return false
}

// checkLabels holds a set of labels against the rules for labels: of the right
// kind, of the issue's team or of the workspace, no groups, and one of a group
// at most.
func (s *Server) checkLabels(kind LabelKind, team string, ids []string) error {
	groups := map[string]*Label{}
	for _, id := range ids {
		l := s.labels.get(id)
		if l == nil || l.Kind != kind {
			return notFound(labelType(kind))
		}
		if l.TeamKey != "" && !s.isUnder(team, l.TeamKey) {
			// Worded as quoted in github.com/coalesce-labs/catalyst/pull/3290.
			return inputError("LabelIds for incorrect team",
				"The label '"+l.Name+"' is not associated with the same team as the issue.")
		}
		if l.Group {
			return inputError("labelIds contains group label",
				"The label '"+l.Name+"' is a group and cannot be applied directly.")
		}
		if l.ParentID == "" {
			continue
		}
		if other := groups[l.ParentID]; other != nil && other != l {
			return inputError("labelIds not exclusive child labels",
				"The label '"+l.Name+"' is in the same group as '"+other.Name+
					"'. Only one label in a group can be applied to "+withArticle(kind)+".")
		}
		groups[l.ParentID] = l
	}
	return nil
}

// isUnder reports whether a team is the other one or below it. The labels of the
// teams above are a team's own.
func (s *Server) isUnder(team, top string) bool {
	seen := map[string]bool{}
	for team != "" && !seen[team] {
		if team == top {
			return true
		}
		seen[team] = true
		t := s.teams.find(func(t *Team) bool { return t.Key == team })
		if t == nil {
			return false
		}
		team = t.ParentKey
	}
	return false
}

func withArticle(kind LabelKind) string {
	if kind == ProjectLabel {
		return "a project"
	}
	return "an " + string(kind)
}

func (s *Server) changeProject(p *Project, f func(*Project)) error {
	next := p.clone()
	f(&next)
	next = next.clone()
	next.ID, next.row = p.ID, p.row
	if next.LeadID != "" && next.LeadID != p.LeadID && s.users.get(next.LeadID) == nil {
		return notFound("User")
	}
	if s.statusOf(&next) == nil {
		return notFound("ProjectStatus")
	}
	if err := s.checkLabels(ProjectLabel, "", next.LabelIDs); err != nil {
		return err
	}
	if reflect.DeepEqual(next, p.clone()) {
		return nil
	}
	next.Updated = s.stamp()
	markArchived(&next.row, next.Archived || next.Trashed, next.Updated)
	*p = next
	return nil
}

func (s *Server) changeInitiative(i *Initiative, f func(*Initiative)) error {
	next := i.clone()
	f(&next)
	next = next.clone()
	next.ID, next.row, next.relation = i.ID, i.row, i.relation
	if next.OwnerID != "" && next.OwnerID != i.OwnerID && s.users.get(next.OwnerID) == nil {
		return notFound("User")
	}
	if next.ParentID != "" && next.ParentID != i.ParentID && s.initiatives.get(next.ParentID) == nil {
		return notFound("Initiative")
	}
	if err := s.checkLabels(InitiativeLabel, "", next.LabelIDs); err != nil {
		return err
	}
	if next.ParentID != i.ParentID { // a row of its own table: no update of the initiative
		next.relation = s.parentRelation(i.ID, next.ParentID)
		i.relation, i.ParentID = next.relation, next.ParentID
	}
	if reflect.DeepEqual(next, i.clone()) {
		return nil
	}
	next.Updated = s.stamp()
	markArchived(&next.row, next.Archived || next.Trashed, next.Updated)
	*i = next
	return nil
}

// changeLabels edits the label ids of an issue, a project or an initiative.
func (s *Server) changeLabels(entityID, by string, f func([]string) []string) error {
	if i := s.issueBy(entityID); i != nil {
		return s.changeIssue(i, by, func(i *Issue) { i.LabelIDs = f(i.LabelIDs) })
	}
	if p := s.projectBy(entityID); p != nil {
		return s.changeProject(p, func(p *Project) { p.LabelIDs = f(p.LabelIDs) })
	}
	if i := s.initiativeBy(entityID); i != nil {
		return s.changeInitiative(i, func(i *Initiative) { i.LabelIDs = f(i.LabelIDs) })
	}
	return notFound("Entity")
}

// withID adds an id to a list that does not hold it yet.
func withID(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// without gives what is in a and not in b; nil for nothing.
func without(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}
