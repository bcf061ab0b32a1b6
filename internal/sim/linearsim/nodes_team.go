package linearsim

import "time"

func (u *User) typeName() string { return "User" }
func (u *User) entry() place     { return place{u.Created, u.Updated, u.row} }

func (u *User) field(v *view, name string) any {
	switch name {
	case "id":
		return u.ID
	case "name":
		return u.Name
	case "displayName":
		return u.DisplayName
	case "email":
		return u.Email
	case "url":
		return v.base + "/profiles/" + u.DisplayName
	case "active":
		return u.Active
	case "admin":
		return u.Admin
	case "app":
		return u.App
	case "guest":
		return u.Guest
	case "owner":
		return false
	case "isMe":
		return u == v.viewer
	case "isMentionable":
		return u.mentionable()
	case "isAssignable":
		return u.Active && !u.App
	case "createdAt":
		return u.Created
	case "updatedAt":
		return u.Updated
	}
	return nil
}

// mentionable reports whether a comment may mention the user.
func (u *User) mentionable() bool { return u.Active && (!u.App || u.Mentionable) }

func (t *Team) typeName() string { return "Team" }
func (t *Team) entry() place     { return place{t.Created, t.Updated, t.row} }

func (t *Team) field(v *view, name string) any {
	switch name {
	case "id":
		return t.ID
	case "key":
		return t.Key
	case "name", "displayName":
		return t.Name
	case "visibility":
		if t.Hidden {
			return "private"
		}
		return "public"
	case "parent":
		return v.teamOrNull(t.ParentKey)
	case "timezone":
		return "Etc/UTC"
	case "triageEnabled":
		return true
	case "cyclesEnabled":
		return v.s.cycles.find(func(c *Cycle) bool { return c.TeamKey == t.Key }) != nil
	case "createdAt":
		return t.Created
	case "updatedAt":
		return t.Updated
	}
	return nil
}

func (w *workflowState) typeName() string { return "WorkflowState" }
func (w *workflowState) entry() place     { return place{w.created, w.updated, w.row} }

func (w *workflowState) field(v *view, name string) any {
	switch name {
	case "id":
		return w.id
	case "name":
		return w.name
	case "type":
		return w.kind
	case "color":
		return w.color
	case "position":
		return w.position
	case "createdAt":
		return w.created
	case "updatedAt":
		return w.updated
	case "team":
		return refer(v, &v.s.teams, w.teamID)
	}
	return nil
}

func (p *projectStatus) typeName() string { return "ProjectStatus" }
func (p *projectStatus) entry() place     { return place{p.created, p.updated, p.row} }

func (p *projectStatus) field(_ *view, name string) any {
	switch name {
	case "id":
		return p.id
	case "name":
		return p.name
	case "type":
		return p.kind
	case "color":
		return p.color
	case "position":
		return p.position
	case "indefinite":
		return p.kind == "backlog" || p.kind == "paused"
	case "createdAt":
		return p.created
	case "updatedAt":
		return p.updated
	}
	return nil
}

func (c *Cycle) typeName() string { return "Cycle" }
func (c *Cycle) entry() place     { return place{c.Created, c.Updated, c.row} }

func (c *Cycle) field(v *view, name string) any {
	switch name {
	case "id":
		return c.ID
	case "number":
		return c.Number
	case "name":
		return orNull(c.Name)
	case "startsAt":
		return c.Starts
	case "endsAt":
		return c.Ends
	case "isActive":
		return !v.now.Before(c.Starts) && v.now.Before(c.closes())
	case "isFuture":
		return v.now.Before(c.Starts)
	case "isPast":
		return !v.now.Before(c.closes())
	case "completedAt":
		if v.now.Before(c.closes()) {
			return nil
		}
		return c.closes()
	case "archivedAt":
		return at(c.archivedAt)
	case "createdAt":
		return c.Created
	case "updatedAt":
		return c.Updated
	case "team":
		return v.team(c.TeamKey)
	}
	return nil
}

// closes is when the cycle is over.
func (c *Cycle) closes() time.Time {
	if c.Completed.IsZero() {
		return c.Ends
	}
	return c.Completed
}
