package linearsim

import (
	"fmt"
	"slices"
)

// EditTeam lets an admin change a team, by key: make it private (Hidden) or
// public again, or rename it. updatedAt moves.
func (s *Server) EditTeam(key string, f func(*Team)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams.find(func(t *Team) bool { return t.Key == key })
	if t == nil {
		return fmt.Errorf("linearsim: no team %q to edit", key)
	}
	next := *t
	f(&next)
	if next.Key != t.Key {
		return fmt.Errorf("linearsim: cannot change the key of team %q", key)
	}
	next.ID, next.row, next.Updated = t.ID, t.row, s.stamp()
	*t = next
	return nil
}

// RenameState gives the state of one type (Triage ... Duplicate) of a team
// another name; the state's updatedAt moves, its issues' do not.
func (s *Server) RenameState(teamKey, stateType, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.stateOf(&Issue{TeamKey: teamKey, StateType: stateType})
	if w == nil {
		return fmt.Errorf("linearsim: team %q has no state of type %q to rename", teamKey, stateType)
	}
	w.name, w.updated = name, s.stamp()
	return nil
}

// RetypeProjectStatus gives the project status that was of one type at first
// another type; the status' updatedAt moves, its projects' do not.
func (s *Server) RetypeProjectStatus(was, kind string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.statusOf(&Project{StatusType: was})
	if st == nil {
		return fmt.Errorf("linearsim: no project status was of type %q at first", was)
	}
	st.kind, st.updated = kind, s.stamp()
	return nil
}

// EditCycle lets a person change a cycle, for instance close it early; updatedAt
// moves.
func (s *Server) EditCycle(id string, f func(*Cycle)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cycles.get(id)
	if c == nil {
		return fmt.Errorf("linearsim: no cycle %q to edit", id)
	}
	next := *c
	f(&next)
	next.ID, next.row, next.Updated = c.ID, c.row, s.stamp()
	markArchived(&next.row, next.Archived, next.Updated)
	*c = next
	return nil
}

// EditMilestone lets a person change a milestone; its updatedAt moves, its
// project's does not.
func (s *Server) EditMilestone(id string, f func(*Milestone)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.milestones.get(id)
	if m == nil {
		return fmt.Errorf("linearsim: no milestone %q to edit", id)
	}
	next := *m
	f(&next)
	next.ID, next.row, next.Updated = m.ID, m.row, s.stamp()
	markArchived(&next.row, next.Archived, next.Updated)
	*m = next
	return nil
}

// EditLabel lets an admin change a label: rename, group, retire or archive it.
// Its updatedAt moves; what carries it is not touched.
func (s *Server) EditLabel(id string, f func(*Label)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.labels.get(id)
	if l == nil {
		return fmt.Errorf("linearsim: no label %q to edit", id)
	}
	next := *l
	f(&next)
	next.ID, next.Kind, next.row, next.retiredAt, next.Updated = l.ID, l.Kind, l.row, l.retiredAt, s.stamp()
	next.mark(next.Updated)
	*l = next
	return nil
}

// ResolveComment lets a person (by is a user's id) resolve the thread of a
// comment.
func (s *Server) ResolveComment(id, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.comments.get(id)
	if c == nil || c.ParentID != "" {
		return fmt.Errorf("linearsim: no comment %q that starts a thread to resolve", id)
	}
	s.resolve(c, s.now(), by)
	return nil
}

// What is deleted is gone for good: it is in no list any more, and what referred
// to it refers to nothing. Nobody's updatedAt moves, which is the harder case for
// whoever keeps a copy.

// DeleteProject removes a project with its milestones, links and comments. Its
// issues stay, without a project.
func (s *Server) DeleteProject(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.projectBy(id)
	if p == nil {
		return fmt.Errorf("linearsim: no project %q to delete", id)
	}
	s.projects.remove(p.ID)
	for _, m := range slices.Clone(s.milestones.rows) {
		if m.ProjectID == p.ID {
			s.removeMilestone(m)
		}
	}
	s.links = slices.DeleteFunc(s.links, func(l *relation) bool { return l.to == p.ID })
	for _, i := range s.issues.rows {
		if i.ProjectID == p.ID {
			i.ProjectID = ""
		}
	}
	s.removeCommentsOn(p.ID)
	return nil
}

// DeleteInitiative removes an initiative with its links and comments. Those below
// it stay, without a parent.
func (s *Server) DeleteInitiative(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.initiativeBy(id)
	if i == nil {
		return fmt.Errorf("linearsim: no initiative %q to delete", id)
	}
	s.initiatives.remove(i.ID)
	s.links = slices.DeleteFunc(s.links, func(l *relation) bool { return l.from == i.ID })
	for _, o := range s.initiatives.rows {
		if o.ParentID == i.ID {
			o.ParentID, o.relation = "", relation{}
		}
	}
	s.removeCommentsOn(i.ID)
	return nil
}

// DeleteMilestone removes a milestone; its issues stay in the project.
func (s *Server) DeleteMilestone(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.milestones.get(id)
	if m == nil {
		return fmt.Errorf("linearsim: no milestone %q to delete", id)
	}
	s.removeMilestone(m)
	return nil
}

func (s *Server) removeMilestone(m *Milestone) {
	s.milestones.remove(m.ID)
	for _, i := range s.issues.rows {
		if i.MilestoneID == m.ID {
			i.MilestoneID = ""
		}
	}
}

// DeleteLabel removes a label, and takes it off all that carries it. The labels
// of a group stay, without one.
func (s *Server) DeleteLabel(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.labels.get(id) == nil {
		return fmt.Errorf("linearsim: no label %q to delete", id)
	}
	s.labels.remove(id)
	gone := []string{id}
	for _, i := range s.issues.rows {
		i.LabelIDs = without(i.LabelIDs, gone)
	}
	for _, p := range s.projects.rows {
		p.LabelIDs = without(p.LabelIDs, gone)
	}
	for _, i := range s.initiatives.rows {
		i.LabelIDs = without(i.LabelIDs, gone)
	}
	for _, l := range s.labels.rows {
		if l.ParentID == id {
			l.ParentID = ""
		}
	}
	return nil
}

func (s *Server) removeCommentsOn(id string) {
	for _, c := range slices.Clone(s.comments.rows) {
		if c.EntityID() == id {
			s.removeComment(c)
		}
	}
}
