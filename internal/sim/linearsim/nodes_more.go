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
func (p *projectStatus) entry() place     { return place{p.created, p.created, p.row} }

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
	case "createdAt", "updatedAt":
		return p.created
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

func (l *Label) typeName() string { return labelType(l.Kind) }
func (l *Label) entry() place     { return place{l.Created, l.Updated, l.row} }

func (l *Label) field(v *view, name string) any {
	switch name {
	case "id":
		return l.ID
	case "name":
		return l.Name
	case "color":
		return l.Color
	case "description":
		return orNull(l.Description)
	case "isGroup":
		return l.Group
	case "retiredAt":
		return at(l.retiredAt)
	case "createdAt":
		return l.Created
	case "updatedAt":
		return l.Updated
	case "archivedAt":
		return at(l.archivedAt)
	case "creator":
		return v.user(l.CreatorID)
	case "team":
		return v.teamOrNull(l.TeamKey)
	case "inheritedFrom":
		return v.label(l.InheritedFrom)
	case "parent":
		return v.label(l.ParentID)
	}
	return nil
}

func (c *Comment) typeName() string { return "Comment" }
func (c *Comment) entry() place     { return place{c.Created, c.Updated, c.row} }

func (c *Comment) field(v *view, name string) any {
	switch name {
	case "id":
		return c.ID
	case "body":
		return c.Body
	case "url":
		url, _ := v.target(c).field(v, "url").(string)
		return url + "#comment-" + c.ID[:min(8, len(c.ID))]
	case "createdAt":
		return c.Created
	case "updatedAt":
		return c.Updated
	case "editedAt":
		return at(c.Edited)
	case "hideInLinear":
		return false
	case "issueId":
		return orNull(c.IssueID)
	case "projectId":
		return orNull(c.ProjectID)
	case "initiativeId":
		return orNull(c.InitiativeID)
	case "parentId":
		return orNull(c.ParentID)
	case "resolvedAt":
		return at(c.Resolved)
	case "resolvingUser":
		return v.user(c.ResolvedBy)
	case "user":
		if u := v.s.users.get(c.UserID); u != nil && u.App && v.s.settings.AppCommentsWithoutUser {
			return nil
		}
		return v.user(c.UserID)
	case "botActor":
		return v.actorNamed(c.UserID, c.AsUser)
	case "parent":
		return refer(v, &v.s.comments, c.ParentID)
	case "issue":
		return refer(v, &v.s.issues, c.IssueID)
	case "project":
		return refer(v, &v.s.projects, c.ProjectID)
	case "initiative":
		return refer(v, &v.s.initiatives, c.InitiativeID)
	}
	// The rest is null: archivedAt, projectUpdateId,
	// initiativeUpdateId, documentContentId, externalUser.
	return nil
}

// linkRow is a row of initiativeToProjects.
type linkRow struct{ *relation }

func (linkRow) typeName() string { return "InitiativeToProject" }
func (l linkRow) entry() place   { return place{l.created, l.created, l.row} }

func (l linkRow) field(v *view, name string) any {
	switch name {
	case "id":
		return l.id
	case "sortOrder":
		return "0"
	case "createdAt", "updatedAt":
		return l.created
	case "initiative":
		return refer(v, &v.s.initiatives, l.from)
	case "project":
		return refer(v, &v.s.projects, l.to)
	}
	return nil
}

// parentRow is a row of initiativeRelations: initiative is the parent,
// relatedInitiative the child.
type parentRow struct{ *relation }

func (parentRow) typeName() string { return "InitiativeRelation" }
func (p parentRow) entry() place   { return place{p.created, p.created, p.row} }

func (p parentRow) field(v *view, name string) any {
	switch name {
	case "id":
		return p.id
	case "sortOrder":
		return p.seq
	case "createdAt", "updatedAt":
		return p.created
	case "initiative":
		return refer(v, &v.s.initiatives, p.from)
	case "relatedInitiative":
		return refer(v, &v.s.initiatives, p.to)
	}
	return nil
}

func (h *history) typeName() string { return "IssueHistory" }
func (h *history) entry() place     { return place{h.created, h.created, h.row} }

func (h *history) field(v *view, name string) any {
	ids := func(l []string) any {
		if len(l) == 0 {
			return nil
		}
		return l
	}
	switch name {
	case "id":
		return h.id
	case "createdAt", "updatedAt":
		return h.created
	case "issue":
		return refer(v, &v.s.issues, h.issueID)
	case "actorId":
		return orNull(h.by)
	case "actor":
		return v.user(h.by)
	case "botActor":
		return v.actor(h.by)
	case "addedLabelIds":
		return ids(h.added)
	case "removedLabelIds":
		return ids(h.removed)
	case "fromProjectId":
		return orNull(h.fromProject)
	case "toProjectId":
		return orNull(h.toProject)
	case "fromParentId":
		return orNull(h.fromParent)
	case "toParentId":
		return orNull(h.toParent)
	case "fromStateId":
		return orNull(h.fromState)
	case "toStateId":
		return orNull(h.toState)
	case "fromTeamId":
		return orNull(h.fromTeam)
	case "toTeamId":
		return orNull(h.toTeam)
	case "fromAssigneeId":
		return orNull(h.fromUser)
	case "toAssigneeId":
		return orNull(h.toUser)
	}
	return nil
}
