package linearsim

import (
	"cmp"
	"strings"
	"time"
)

// AddUser adds an account and gives it back with what was left empty filled in.
func (s *Server) AddUser(u User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addUser(u)
}

func (s *Server) addUser(u User) *User {
	s.begin(&u.ID, &u.Created, &u.Updated, &u.row)
	if u.DisplayName == "" {
		name, _, _ := strings.Cut(u.Email, "@")
		u.DisplayName = strings.ToLower(strings.ReplaceAll(cmp.Or(name, u.Name, u.ID), " ", "."))
	}
	s.users.add(u.ID, &u)
	return &u
}

// AddKey lets a key or token act as a user, with every scope. A personal API key is sent as it
// is; anything that does not start with lin_api_ may also be sent as a Bearer
// token.
func (s *Server) AddKey(apiKey, userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[apiKey] = &access{user: userID}
}

// RevokeKey makes a key invalid.
func (s *Server) RevokeKey(apiKey string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, apiKey)
}

// AddTeam adds a team with one workflow state for each state type.
func (s *Server) AddTeam(t Team) Team {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addTeam(t)
}

// defaultStates are what a new team starts with.
var defaultStates = []struct{ kind, name, color string }{
	{Triage, "Triage", "#fc7840"},
	{Backlog, "Backlog", "#bec2c8"},
	{Unstarted, "Todo", "#e2e2e2"},
	{Started, "In Progress", "#f2c94c"},
	{Completed, "Done", "#5e6ad2"},
	{Canceled, "Canceled", "#95a2b3"},
	{Duplicate, "Duplicate", "#95a2b3"},
}

func (s *Server) addTeam(t Team) *Team {
	s.begin(&t.ID, &t.Created, &t.Updated, &t.row)
	t.Name = cmp.Or(t.Name, t.Key)
	s.teams.add(t.ID, &t)
	for i, k := range defaultStates {
		st := &workflowState{
			id: s.newID(), teamID: t.ID, name: k.name, kind: k.kind, color: k.color,
			position: i, created: t.Created, updated: t.Created, row: s.newRow(),
		}
		s.states.add(st.id, st)
	}
	return &t
}

func (s *Server) addProjectStatuses() {
	for i, k := range []struct{ kind, name, color string }{
		{"backlog", "Backlog", "#bec2c8"},
		{"planned", "Planned", "#e2e2e2"},
		{"started", "In Progress", "#f2c94c"},
		{"paused", "Paused", "#fc7840"},
		{"completed", "Completed", "#5e6ad2"},
		{"canceled", "Canceled", "#95a2b3"},
	} {
		st := &projectStatus{
			id: s.newID(), name: k.name, kind: k.kind, was: k.kind, color: k.color,
			position: i, created: s.org.created, updated: s.org.created, row: s.newRow(),
		}
		s.statuses.add(st.id, st)
	}
}

// AddCycle adds a cycle to a team.
func (s *Server) AddCycle(c Cycle) Cycle {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(&c.ID, &c.Created, &c.Updated, &c.row)
	s.teamByKey(c.TeamKey)
	if c.Number == 0 {
		for _, o := range s.cycles.rows {
			if o.TeamKey == c.TeamKey {
				c.Number = max(c.Number, o.Number)
			}
		}
		c.Number++
	}
	markArchived(&c.row, c.Archived, c.Updated)
	s.cycles.add(c.ID, &c)
	return c
}

// AddLabel adds a label to the workspace; with sets what is not plain, such as
// a team, a group or being archived. Unlike the API it does not refuse a name
// that exists, because real workspaces hold such labels from other times.
func (s *Server) AddLabel(kind LabelKind, name string, with ...func(*Label)) Label {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := Label{Kind: kind, Name: name}
	for _, f := range with {
		f(&l)
	}
	return *s.addLabel(l)
}

func (s *Server) addLabel(l Label) *Label {
	s.begin(&l.ID, &l.Created, &l.Updated, &l.row)
	l.Color = cmp.Or(l.Color, "#bec2c8")
	l.mark(l.Updated)
	s.labels.add(l.ID, &l)
	return &l
}

// AddInitiative adds an initiative.
func (s *Server) AddInitiative(i Initiative) Initiative {
	s.mu.Lock()
	defer s.mu.Unlock()
	i = i.clone()
	s.begin(&i.ID, &i.Created, &i.Updated, &i.row)
	i.SlugID = cmp.Or(i.SlugID, slugOf(i.ID))
	i.Status = cmp.Or(i.Status, "Planned")
	i.relation = s.parentRelation(i.ID, i.ParentID)
	markArchived(&i.row, i.Archived || i.Trashed, i.Updated)
	s.initiatives.add(i.ID, &i)
	return i.clone()
}

func (s *Server) parentRelation(child, parent string) relation {
	if parent == "" {
		return relation{}
	}
	return relation{id: s.newID(), from: parent, to: child, created: s.stamp(), row: s.newRow()}
}

// AddProject adds a project.
func (s *Server) AddProject(p Project) Project {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addProject(p).clone()
}

func (s *Server) addProject(p Project) *Project {
	p = p.clone()
	s.begin(&p.ID, &p.Created, &p.Updated, &p.row)
	p.SlugID = cmp.Or(p.SlugID, slugOf(p.ID))
	if s.statusOf(&p) == nil {
		p.StatusType = "planned"
	}
	markArchived(&p.row, p.Archived || p.Trashed, p.Updated)
	s.projects.add(p.ID, &p)
	return &p
}

// AddMilestone adds a milestone to a project.
func (s *Server) AddMilestone(m Milestone) Milestone {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(&m.ID, &m.Created, &m.Updated, &m.row)
	m.Status = cmp.Or(m.Status, "unstarted")
	markArchived(&m.row, m.Archived, m.Updated)
	s.milestones.add(m.ID, &m)
	return m
}

// AddIssue adds an issue. A team that does not exist is added with it.
func (s *Server) AddIssue(i Issue) Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addIssue(i).clone()
}

func (s *Server) addIssue(i Issue) *Issue {
	i = i.clone()
	s.begin(&i.ID, &i.Created, &i.Updated, &i.row)
	s.teamByKey(i.TeamKey)
	i.Number = s.freeNumber(i.TeamKey, i.Number)
	s.name(&i)
	if s.stateOf(&i) == nil {
		i.StateType = Unstarted
	}
	i.enterState(i.Created)
	markArchived(&i.row, i.Archived || i.AutoArchived || i.Trashed, i.Updated)
	s.issues.add(i.ID, &i)
	return &i
}

// AddComment adds a comment in a person's name. It does not touch what the
// comment is on.
func (s *Server) AddComment(c Comment) Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addComment(c)
}

func (s *Server) addComment(c Comment) *Comment {
	s.begin(&c.ID, &c.Created, &c.Updated, &c.row)
	c.Body = canonicalMarkdown(c.Body)
	s.comments.add(c.ID, &c)
	return &c
}

// begin fills in what every new thing has.
func (s *Server) begin(id *string, created, updated *time.Time, r *row) {
	if *id == "" {
		*id = s.newID()
	}
	*r = s.newRow()
	if created.IsZero() {
		*created = s.stamp()
	}
	*created = created.UTC().Truncate(time.Millisecond)
	if updated.Before(*created) {
		*updated = *created
	}
	*updated = updated.UTC().Truncate(time.Millisecond)
}

// teamByKey finds a team and adds one where there is none.
func (s *Server) teamByKey(key string) *Team {
	if t := s.teams.find(func(t *Team) bool { return t.Key == key }); t != nil {
		return t
	}
	return s.addTeam(Team{Key: key})
}

// mark keeps the times at which a label was archived and retired.
func (l *Label) mark(at time.Time) {
	markArchived(&l.row, l.Archived, at)
	switch {
	case !l.Retired:
		l.retiredAt = time.Time{}
	case l.retiredAt.IsZero():
		l.retiredAt = at
	}
}

func markArchived(r *row, archived bool, at time.Time) {
	switch {
	case !archived:
		r.archivedAt = time.Time{}
	case r.archivedAt.IsZero():
		r.archivedAt = at
	}
}

// enterState keeps the times at which the issue's state type was reached.
func (i *Issue) enterState(at time.Time) {
	first := func(t *time.Time) {
		if t.IsZero() {
			*t = at
		}
	}
	switch i.StateType {
	case Started:
		first(&i.StartedAt)
		i.CompletedAt, i.EndedAt = time.Time{}, time.Time{}
	case Completed:
		first(&i.CompletedAt)
		i.EndedAt = time.Time{}
	case Canceled, Duplicate:
		first(&i.EndedAt)
		i.CompletedAt = time.Time{}
	default:
		i.CompletedAt, i.EndedAt = time.Time{}, time.Time{}
	}
}
