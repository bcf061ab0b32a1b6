package linearsim

import (
	"cmp"
	"slices"
)

// Issue finds an issue by id or identifier and gives a copy.
func (s *Server) Issue(identifierOrID string) (Issue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.issueBy(identifierOrID); i != nil {
		return i.clone(), true
	}
	return Issue{}, false
}

// Project finds a project by id or slug id and gives a copy.
func (s *Server) Project(slugOrID string) (Project, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.projectBy(slugOrID); p != nil {
		return p.clone(), true
	}
	return Project{}, false
}

// Initiative finds an initiative by id or slug id and gives a copy.
func (s *Server) Initiative(slugOrID string) (Initiative, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.initiativeBy(slugOrID); i != nil {
		return i.clone(), true
	}
	return Initiative{}, false
}

// Issues gives copies of all issues in the order in which they were added,
// hidden and archived ones included.
func (s *Server) Issues() []Issue { return copies(s, &s.issues, (*Issue).clone) }

// Projects gives copies of all projects, in order.
func (s *Server) Projects() []Project { return copies(s, &s.projects, (*Project).clone) }

// Initiatives gives copies of all initiatives, in order.
func (s *Server) Initiatives() []Initiative { return copies(s, &s.initiatives, (*Initiative).clone) }

// Labels gives copies of all labels of all kinds, in order.
func (s *Server) Labels() []Label { return copies(s, &s.labels, func(l *Label) Label { return *l }) }

func copies[T any](s *Server, t *table[T], clone func(*T) T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]T, 0, len(t.rows))
	for _, r := range t.rows {
		out = append(out, clone(r))
	}
	return out
}

// LabelNames gives the names of the labels on an issue, a project or an
// initiative (by id, identifier or slug id), sorted; nil if it has none.
func (s *Server) LabelNames(entityID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.labelNames(s.labelIDsOf(entityID))
}

func (s *Server) labelNames(ids []string) []string {
	var names []string
	for _, id := range ids {
		if l := s.labels.get(id); l != nil {
			names = append(names, l.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Comments gives the comments on an issue, a project or an initiative (by id,
// identifier or slug id), oldest first; of everything if entityID is empty.
func (s *Server) Comments(entityID string) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commentsOn(s.idOf(entityID), entityID == "")
}

// Mentions gives the ids of the users whom a comment mentions, each once.
func (s *Server) Mentions(commentID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	if c := s.comments.get(commentID); c != nil {
		for _, u := range s.mentioned(c.Body) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

func (s *Server) commentsOn(id string, all bool) []Comment {
	var out []Comment
	for _, c := range s.comments.rows {
		if all || c.EntityID() == id {
			out = append(out, *c)
		}
	}
	slices.SortStableFunc(out, func(a, b Comment) int { return cmp.Or(a.Created.Compare(b.Created), a.seq-b.seq) })
	return out
}

func (s *Server) issueBy(id string) *Issue {
	if i := s.issues.get(id); i != nil {
		return i
	}
	if i := s.issues.get(s.identifiers[id]); i != nil && (i.Identifier() == id || s.settings.OldIdentifiers) {
		return i
	}
	return nil
}

func (s *Server) projectBy(id string) *Project {
	if p := s.projects.get(id); p != nil {
		return p
	}
	return s.projects.find(func(p *Project) bool { return p.SlugID == id })
}

func (s *Server) initiativeBy(id string) *Initiative {
	if i := s.initiatives.get(id); i != nil {
		return i
	}
	return s.initiatives.find(func(i *Initiative) bool { return i.SlugID == id })
}

// idOf gives the id behind an id, identifier or slug id; "" for none.
func (s *Server) idOf(entity string) string {
	if i := s.issueBy(entity); i != nil {
		return i.ID
	}
	if p := s.projectBy(entity); p != nil {
		return p.ID
	}
	if i := s.initiativeBy(entity); i != nil {
		return i.ID
	}
	return ""
}

func (s *Server) kindOf(entity string) (LabelKind, bool) {
	switch {
	case s.issueBy(entity) != nil:
		return IssueLabel, true
	case s.projectBy(entity) != nil:
		return ProjectLabel, true
	case s.initiativeBy(entity) != nil:
		return InitiativeLabel, true
	}
	return "", false
}

func (s *Server) labelIDsOf(entity string) []string {
	if i := s.issueBy(entity); i != nil {
		return i.LabelIDs
	}
	if p := s.projectBy(entity); p != nil {
		return p.LabelIDs
	}
	if i := s.initiativeBy(entity); i != nil {
		return i.LabelIDs
	}
	return nil
}

// stateOf gives the state of the issue's team that has the issue's state type.
func (s *Server) stateOf(i *Issue) *workflowState {
	t := s.teams.find(func(t *Team) bool { return t.Key == i.TeamKey })
	if t == nil {
		return nil
	}
	return s.states.find(func(w *workflowState) bool { return w.teamID == t.ID && w.kind == i.StateType })
}

func (s *Server) statusOf(p *Project) *projectStatus {
	return s.statuses.find(func(st *projectStatus) bool { return st.was == p.StatusType })
}

// freeNumber gives the wanted number when no issue ever had it, else the team's
// next.
func (s *Server) freeNumber(team string, wanted int) int {
	if wanted > 0 && s.identifiers[identifier(team, wanted)] == "" {
		return wanted
	}
	next := s.highest[team] + 1
	for s.identifiers[identifier(team, next)] != "" {
		next++
	}
	return next
}

// name remembers the identifiers of an issue, so that none is given twice.
func (s *Server) name(i *Issue) {
	s.highest[i.TeamKey] = max(s.highest[i.TeamKey], i.Number)
	for _, id := range append([]string{i.Identifier()}, i.Former...) {
		s.identifiers[id] = i.ID
	}
}
