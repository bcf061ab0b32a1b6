package linearsim

// createComment makes a comment on exactly one thing. The id may be the
// client's own, a UUID of version 4; an id that was ever used is refused, even
// when its comment was deleted. What the comment is on is not touched.
func (v *view) createComment(input map[string]any) (any, *apiError) {
	c := Comment{ID: text(input, "id"), Body: text(input, "body"), UserID: v.viewer.ID, ParentID: text(input, "parentId")}
	if c.ID != "" && !isUUIDv4(c.ID) {
		return nil, notUUID("id")
	}
	targets := 0
	for _, key := range []string{"issueId", "projectId", "initiativeId"} {
		if text(input, key) != "" {
			targets++
		}
	}
	if targets != 1 {
		return nil, invalidInput("issueId", "isExclusive", "exactly one of issueId, projectId and initiativeId must be given.")
	}
	if c.Body == "" {
		return nil, invalidInput("body", "isNotEmpty", "body should not be empty.")
	}
	switch {
	case text(input, "issueId") != "":
		i, err := v.issue(text(input, "issueId"))
		if err != nil {
			return nil, err
		}
		c.IssueID = i.ID
	case text(input, "projectId") != "":
		p, err := v.project(text(input, "projectId"))
		if err != nil {
			return nil, err
		}
		c.ProjectID = p.ID
	default:
		i, err := v.initiative(text(input, "initiativeId"))
		if err != nil {
			return nil, err
		}
		c.InitiativeID = i.ID
	}
	if c.ParentID != "" {
		if _, err := v.comment(c.ParentID); err != nil {
			return nil, err
		}
	}
	if c.ID != "" && (v.s.comments.get(c.ID) != nil || v.s.gone[c.ID]) {
		return nil, conflict("Comment", c.ID)
	}
	return v.payload("CommentPayload", "comment", v.s.addComment(c)), nil
}

func (v *view) updateComment(id string, input map[string]any) (any, *apiError) {
	c, err := v.ownComment(id, "edit")
	if err != nil {
		return nil, err
	}
	if body, given := input["body"].(string); given {
		v.s.rewrite(c, body)
	}
	return v.payload("CommentPayload", "comment", c), nil
}

func (v *view) deleteComment(id string) (any, *apiError) {
	c, err := v.ownComment(id, "delete")
	if err != nil {
		return nil, err
	}
	v.s.removeComment(c)
	return v.payload("DeletePayload", "entityId", c.ID), nil
}

// ownComment finds a comment that the viewer wrote; other people's are not
// theirs to change.
func (v *view) ownComment(id, verb string) (*Comment, *apiError) {
	c, err := v.comment(id)
	if err != nil {
		return nil, err
	}
	if c.UserID != v.viewer.ID {
		return nil, v.s.forbidden("You can only " + verb + " your own comments.")
	}
	return c, nil
}
