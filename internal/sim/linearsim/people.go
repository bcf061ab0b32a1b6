package linearsim

import (
	"fmt"
	"slices"
)

// EditIssue lets a person (by is a user's id) change an issue. id is the
// issue's id or identifier. If f changes anything, updatedAt moves and the
// change is in the issue's history, unless the issue is younger than three
// minutes: Linear counts what happens so early as part of the creation. Setting
// TeamKey moves the issue: it gets the new team's next number and keeps its id.
// An error means that nothing changed.
func (s *Server) EditIssue(id, by string, f func(*Issue)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.issueBy(id)
	if i == nil {
		return fmt.Errorf("linearsim: no issue %q to edit", id)
	}
	if err := s.changeIssue(i, by, f); err != nil {
		return fmt.Errorf("linearsim: edit issue %s: %w", i.Identifier(), err)
	}
	return nil
}

// EditProject lets a person change a project, by id or slug id; updatedAt moves
// if anything changed.
func (s *Server) EditProject(id, by string, f func(*Project)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.projectBy(id)
	if p == nil {
		return fmt.Errorf("linearsim: no project %q to edit", id)
	}
	if err := s.changeProject(p, f); err != nil {
		return fmt.Errorf("linearsim: edit project %q: %w", p.Name, err)
	}
	return nil
}

// EditInitiative lets a person change an initiative, by id or slug id;
// updatedAt moves if anything but the parent changed (a parent is a row of its
// own table).
func (s *Server) EditInitiative(id, by string, f func(*Initiative)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.initiativeBy(id)
	if i == nil {
		return fmt.Errorf("linearsim: no initiative %q to edit", id)
	}
	if err := s.changeInitiative(i, f); err != nil {
		return fmt.Errorf("linearsim: edit initiative %q: %w", i.Name, err)
	}
	return nil
}

// EditUser lets an admin change an account, for instance deactivate it.
func (s *Server) EditUser(id string, f func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(id)
	if u == nil {
		return fmt.Errorf("linearsim: no user %q to edit", id)
	}
	next := *u
	f(&next)
	next.ID, next.row, next.Updated = u.ID, u.row, s.stamp()
	*u = next
	return nil
}

// RemoveLabelAs lets a person take a label off an issue, a project or an
// initiative, by the label's name.
func (s *Server) RemoveLabelAs(entityID, name, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.labelIDsOf(entityID)
	at := slices.IndexFunc(ids, func(id string) bool {
		l := s.labels.get(id)
		return l != nil && l.Name == name
	})
	if at < 0 {
		return fmt.Errorf("linearsim: %s carries no label %q to remove", entityID, name)
	}
	return s.changeLabels(entityID, by, func(ids []string) []string { return slices.Delete(ids, at, at+1) })
}

// AddLabelAs lets a person put a label that exists on an issue, a project or an
// initiative, by the label's name.
func (s *Server) AddLabelAs(entityID, name, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, ok := s.kindOf(entityID)
	if !ok {
		return fmt.Errorf("linearsim: nothing with the id %q to label", entityID)
	}
	l := s.labels.find(func(l *Label) bool { return l.Kind == kind && l.Name == name })
	if l == nil {
		return fmt.Errorf("linearsim: no %s label %q; add it with AddLabel first", kind, name)
	}
	return s.changeLabels(entityID, by, func(ids []string) []string { return withID(ids, l.ID) })
}

// LinkProject links a project to an initiative. It moves neither's updatedAt,
// as the real one does not. Linking twice changes nothing.
func (s *Server) LinkProject(initiativeID, projectID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, p := s.initiativeBy(initiativeID), s.projectBy(projectID)
	if i == nil || p == nil {
		return fmt.Errorf("linearsim: cannot link: no initiative %q or no project %q", initiativeID, projectID)
	}
	for _, l := range s.links {
		if l.from == i.ID && l.to == p.ID {
			return nil
		}
	}
	s.links = append(s.links, &relation{id: s.newID(), from: i.ID, to: p.ID, created: s.stamp(), row: s.newRow()})
	return nil
}

// UnlinkProject takes a project out of an initiative; neither's updatedAt moves.
func (s *Server) UnlinkProject(initiativeID, projectID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, p := s.initiativeBy(initiativeID), s.projectBy(projectID)
	if i != nil && p != nil {
		for n, l := range s.links {
			if l.from == i.ID && l.to == p.ID {
				s.links = slices.Delete(s.links, n, n+1)
				return nil
			}
		}
	}
	return fmt.Errorf("linearsim: cannot unlink: project %q is not in initiative %q", projectID, initiativeID)
}

// DeleteIssue removes an issue for good, as an admin can and as Linear does
// thirty days after it went to the trash: it is in no list any more, and its
// comments go with it.
func (s *Server) DeleteIssue(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.issueBy(id)
	if i == nil {
		return fmt.Errorf("linearsim: no issue %q to delete", id)
	}
	s.removeCommentsOn(i.ID)
	s.issues.remove(i.ID)
	for _, o := range s.issues.rows {
		if o.ParentID == i.ID {
			o.ParentID = ""
		}
	}
	return nil
}

// DeleteComment lets a person delete a comment. Its id stays taken.
func (s *Server) DeleteComment(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.comments.get(id)
	if c == nil {
		return fmt.Errorf("linearsim: no comment %q to delete", id)
	}
	s.removeComment(c)
	return nil
}

func (s *Server) removeComment(c *Comment) {
	s.comments.remove(c.ID)
	s.gone[c.ID] = true
}

// EditComment lets a person change the text of a comment.
func (s *Server) EditComment(id, body string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.comments.get(id)
	if c == nil {
		return fmt.Errorf("linearsim: no comment %q to edit", id)
	}
	s.rewrite(c, body)
	return nil
}

func (s *Server) rewrite(c *Comment, body string) {
	c.Body = canonicalMarkdown(body)
	c.Updated = s.stamp()
	c.Edited = c.Updated
}
