package linearsim

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
