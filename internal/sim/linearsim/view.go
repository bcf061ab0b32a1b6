package linearsim

import (
	"net/http"
	"slices"
	"time"
)

// node is anything with fields that the API can give. A field's value is nil, a
// string, a bool, a number, a time, a []string, a node, a []node (for a list or
// a connection), or a missing.
type node interface {
	typeName() string
	field(v *view, name string) any
}

// entry is a node that stands in a connection.
type entry interface {
	node
	entry() place
}

// place is what ordering, cursors and includeArchived go by.
type place struct {
	created, updated time.Time
	row              row
}

// missing stands for something that is referred to but may not be seen. Linear
// gives null and an error beside the data.
type missing struct{ typ string }

// record is a node made up on the spot: payloads, connections, pageInfo.
type record struct {
	typ    string
	fields map[string]any
}

func (r record) typeName() string               { return r.typ }
func (r record) field(_ *view, name string) any { return r.fields[name] }

// view is the workspace as one request sees it.
type view struct {
	s      *Server
	viewer *User
	access *access // the key or token that asks
	base   string  // scheme, host and workspace of every url
	now    time.Time
	err    *apiError // the first bad argument found while filtering
}

func (s *Server) view(r *http.Request, viewer *User, a *access) *view {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return &view{s: s, viewer: viewer, access: a, base: scheme + "://" + r.Host + "/" + s.org.urlKey, now: s.now()}
}

// hides reports whether the API's viewer may not see the node.
func (v *view) hides(n node) bool {
	switch n := n.(type) {
	case *Team:
		return v.hidesTeam(n.Key)
	case *Issue:
		return n.Hidden || v.hidesTeam(n.TeamKey)
	case *Project: // seen by whoever sees one of its teams
		return n.Hidden || len(n.TeamKeys) > 0 && !slices.ContainsFunc(n.TeamKeys, func(key string) bool { return !v.hidesTeam(key) })
	case *Milestone:
		p := v.s.projects.get(n.ProjectID)
		return p == nil || v.hides(p)
	case *Initiative:
		return n.Hidden
	case *Cycle:
		return v.hidesTeam(n.TeamKey)
	case *Label:
		return n.TeamKey != "" && v.hidesTeam(n.TeamKey)
	case *workflowState:
		t := v.s.teams.get(n.teamID)
		return t != nil && v.hidesTeam(t.Key)
	case *Comment:
		on := v.target(n)
		return on == nil || v.hides(on)
	case linkRow:
		from, to := v.s.initiatives.get(n.from), v.s.projects.get(n.to)
		return from == nil || to == nil || v.hides(from) || v.hides(to)
	case parentRow:
		from, to := v.s.initiatives.get(n.from), v.s.initiatives.get(n.to)
		return from == nil || to == nil || v.hides(from) || v.hides(to)
	}
	return false
}

// hidesTeam reports whether a team is private, or outside what the key sees.
func (v *view) hidesTeam(key string) bool {
	if v.access.teams != nil && !slices.Contains(v.access.teams, key) {
		return true
	}
	t := v.s.teams.find(func(t *Team) bool { return t.Key == key })
	return t != nil && t.Hidden
}

// target is what a comment is on; nil if that is gone.
func (v *view) target(c *Comment) node {
	if i := v.s.issues.get(c.IssueID); i != nil {
		return i
	}
	if p := v.s.projects.get(c.ProjectID); p != nil {
		return p
	}
	if i := v.s.initiatives.get(c.InitiativeID); i != nil {
		return i
	}
	return nil
}

// refer gives what an id refers to: nil for none, missing for what may not be
// seen.
func refer[T any, P interface {
	*T
	node
}](v *view, t *table[T], id string,
) any {
	p := P(t.get(id))
	switch {
	case p == nil:
		return nil
	case v.hides(p):
		return missing{p.typeName()}
	}
	return node(p)
}

// listed gives the rows that the viewer may see, as nodes.
func listed[T any, P interface {
	*T
	node
}](v *view, rows []*T, ok func(*T) bool,
) []node {
	out := make([]node, 0, len(rows))
	for _, r := range rows {
		if (ok == nil || ok(r)) && !v.hides(P(r)) {
			out = append(out, P(r))
		}
	}
	return out
}

func (v *view) team(key string) any {
	t := v.s.teams.find(func(t *Team) bool { return t.Key == key })
	if t == nil {
		return nil
	}
	return node(t)
}

// teamOrNull gives a team that need not be there; missing if it may not be seen.
func (v *view) teamOrNull(key string) any {
	t := v.s.teams.find(func(t *Team) bool { return t.Key == key })
	switch {
	case t == nil:
		return nil
	case v.hides(t):
		return missing{"Team"}
	}
	return node(t)
}

func (v *view) user(id string) any  { return refer(v, &v.s.users, id) }
func (v *view) label(id string) any { return refer(v, &v.s.labels, id) }

// labels gives the labels with these ids.
func (v *view) labels(ids []string) []node {
	return listed(v, v.s.labels.rows, func(l *Label) bool { return slices.Contains(ids, l.ID) })
}

func (v *view) comments(id string) []node {
	return listed(v, v.s.comments.rows, func(c *Comment) bool { return c.EntityID() == id })
}

// actor is the botActor of what an app did.
func (v *view) actor(userID string) any { return v.actorNamed(userID, "") }

// actorNamed is the botActor under the name that the app gave for itself.
func (v *view) actorNamed(userID, as string) any {
	u := v.s.users.get(userID)
	if u == nil || !u.App {
		return nil
	}
	return record{"ActorBot", map[string]any{"id": u.ID, "type": "app", "name": u.Name, "userDisplayName": orNull(as)}}
}

// orNull gives null for the empty string.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// at gives null for the zero time.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// yes gives null for false, as Linear's trashed does.
func yes(b bool) any {
	if !b {
		return nil
	}
	return true
}

// list gives an empty list for nil.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
