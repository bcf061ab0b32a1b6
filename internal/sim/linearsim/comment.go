package linearsim

import (
	"regexp"
	"slices"
	"time"
)

// createComment makes a comment on exactly one thing. The id may be the
// client's own, a UUID of version 4; an id that was ever used is refused, even
// when its comment was deleted. What the comment is on is not touched.
func (v *view) createComment(input map[string]any) (any, *apiError) {
	c := Comment{ID: text(input, "id"), Body: text(input, "body"), UserID: v.viewer.ID, ParentID: text(input, "parentId"), AsUser: text(input, "createAsUser")}
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
	if c.AsUser != "" && v.access.app == nil {
		return nil, invalidInput("createAsUser", "isAllowed", "createAsUser can only be used by OAuth applications in actor=app mode.")
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
	if err := v.s.checkMentions(c.Body); err != nil {
		return nil, err
	}
	return v.payload("CommentPayload", "comment", v.s.addComment(c)), nil
}

func (v *view) updateComment(id string, input map[string]any) (any, *apiError) {
	c, err := v.ownComment(id, "edit")
	if err != nil {
		return nil, err
	}
	if body, given := input["body"].(string); given {
		if err := v.s.checkMentions(body); err != nil {
			return nil, err
		}
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

// resolveComment resolves a thread, which only its root can stand for, or opens
// it again. Anybody may.
func (v *view) resolveComment(id string, at time.Time, by string) (any, *apiError) {
	c, err := v.comment(id)
	if err != nil {
		return nil, err
	}
	if c.ParentID != "" {
		return nil, inputError("comment is not a thread root", "Only the first comment of a thread can be resolved.")
	}
	v.s.resolve(c, at, by)
	return v.payload("CommentPayload", "comment", c), nil
}

func (s *Server) resolve(c *Comment, at time.Time, by string) {
	c.Resolved, c.ResolvedBy = at, by
	c.Updated = s.stamp()
}

// profileURL is what becomes a mention where it stands in a body: the address of
// a profile, here or at the real service. Plain @name text does not.
var profileURL = regexp.MustCompile(`https?://[^\s/()<>]+/[^\s/()<>]+/profiles/([\w.-]*\w)`)

// mentioned gives the users whose profiles a body leads to, each once.
func (s *Server) mentioned(body string) []*User {
	var out []*User
	for _, m := range profileURL.FindAllStringSubmatch(body, -1) {
		u := s.users.find(func(u *User) bool { return u.DisplayName == m[1] })
		if u != nil && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// checkMentions refuses a body that mentions an app which cannot be mentioned.
func (s *Server) checkMentions(body string) *apiError {
	for _, u := range s.mentioned(body) {
		if u.App && !u.Mentionable {
			return inputError("App user not valid", "One or more app users lack the required scope: app:mentionable")
		}
	}
	return nil
}
