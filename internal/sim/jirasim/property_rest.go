package jirasim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// The limits of an entity property (developer.atlassian.com, "Jira entity
// properties").
const (
	maxPropertyKey   = 255
	maxPropertyValue = 32768
)

// checkProperty tells what is wrong with a property, "" for nothing.
func checkProperty(key string, value json.RawMessage) string {
	switch {
	case key == "" || javaLen(key) > maxPropertyKey:
		return "The property key must have 1 to 255 characters."
	case len(value) == 0 || !json.Valid(value):
		return "The value of the property must be valid, non-empty JSON."
	case javaLen(string(value)) > maxPropertyValue:
		return "The value of the property must not be longer than 32768 characters."
	}
	return ""
}

// setProperty stores a property with an issue; `updated` stays as it is.
func (s *Server) setProperty(old *record, key string, value json.RawMessage) (created bool) {
	r := old.copy()
	_, had := r.props[key]
	if r.props == nil {
		r.props = map[string]json.RawMessage{}
	}
	r.props[key] = slices.Clone(value)
	s.put(r)
	return !had
}

// IssueProperties gives the entity properties of an issue; nil for none.
func (s *Server) IssueProperties(key string) map[string]json.RawMessage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.find(key); r != nil {
		return maps.Clone(r.props)
	}
	return nil
}

// propertyNames reads the properties parameter of GET issue. On Data Center
// *all stands for every property.
func (s *Server) propertyNames(r *record, asked []string) []string {
	if s.dc != nil && slices.Contains(asked, "*all") {
		return slices.Sorted(maps.Keys(r.props))
	}
	return asked
}

func propertyKeys(c *call, props map[string]json.RawMessage) reply {
	keys := []any{}
	for _, key := range slices.Sorted(maps.Keys(props)) {
		keys = append(keys, map[string]any{"key": key, "self": c.site + c.URL.Path + "/" + key})
	}
	return ok(map[string]any{"keys": keys})
}

func propertyValue(c *call, props map[string]json.RawMessage) reply {
	key := c.PathValue("propertyKey")
	value, set := props[key]
	if !set {
		return fail(http.StatusNotFound, "The property with key '"+key+"' does not exist.")
	}
	return ok(map[string]any{"key": key, "value": value})
}

func putStatus(created bool) reply {
	if created {
		return reply{status: http.StatusCreated}
	}
	return reply{status: http.StatusOK}
}

func (s *Server) getIssueProperties(c *call) reply {
	if r := s.readable(c, c.PathValue("issueIdOrKey")); r != nil {
		return propertyKeys(c, r.props)
	}
	return noIssue()
}

func (s *Server) getIssueProperty(c *call) reply {
	if r := s.readable(c, c.PathValue("issueIdOrKey")); r != nil {
		return propertyValue(c, r.props)
	}
	return noIssue()
}

// writableIssue gives the issue whose properties the visitor wants to change.
func (s *Server) writableIssue(c *call) (*record, reply) {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return nil, noIssue()
	}
	if !may(c.user, s.projects[r.Project], "EDIT_ISSUES") {
		return nil, fail(http.StatusForbidden, "You do not have permission to edit issues in this project.")
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return nil, bad
	}
	return r, reply{}
}

func (s *Server) putIssueProperty(c *call) reply {
	r, bad := s.writableIssue(c)
	if r == nil {
		return bad
	}
	key := c.PathValue("propertyKey")
	if msg := checkProperty(key, c.body); msg != "" {
		return fail(http.StatusBadRequest, msg)
	}
	return putStatus(s.setProperty(r, key, c.body))
}

func (s *Server) deleteIssueProperty(c *call) reply {
	r, bad := s.writableIssue(c)
	if r == nil {
		return bad
	}
	key := c.PathValue("propertyKey")
	if _, set := r.props[key]; !set {
		return propertyValue(c, nil)
	}
	next := r.copy()
	delete(next.props, key)
	s.put(next)
	return reply{status: http.StatusNoContent}
}

// propertyComment gives the comment that the path names; bad has status 0 when
// found. Changing its properties takes the right to edit it.
func (s *Server) propertyComment(c *call, change bool) (*record, *Comment, reply) {
	id := c.PathValue("commentId")
	r, cm := s.commentByID(id)
	switch {
	case cm == nil || s.readable(c, r.ID) == nil:
		return nil, nil, fail(http.StatusNotFound, "Can not find a comment for the id: "+id+".")
	case change && !s.mayOn(c, r, cm, "EDIT"):
		return nil, nil, fail(http.StatusForbidden, c.user.Name+", you do not have the permission to edit this comment.")
	}
	return r, cm, reply{}
}

func (s *Server) getCommentProperties(c *call) reply {
	_, cm, bad := s.propertyComment(c, false)
	if cm == nil {
		return bad
	}
	return propertyKeys(c, cm.Properties)
}

func (s *Server) getCommentProperty(c *call) reply {
	_, cm, bad := s.propertyComment(c, false)
	if cm == nil {
		return bad
	}
	return propertyValue(c, cm.Properties)
}

func (s *Server) putCommentProperty(c *call) reply {
	r, cm, bad := s.propertyComment(c, true)
	if cm == nil {
		return bad
	}
	key := c.PathValue("propertyKey")
	if msg := checkProperty(key, c.body); msg != "" {
		return fail(http.StatusBadRequest, msg)
	}
	_, had := cm.Properties[key]
	next := cm.clone()
	if next.Properties == nil {
		next.Properties = map[string]json.RawMessage{}
	}
	next.Properties[key] = slices.Clone(c.body)
	s.publish(c.user, r, &next)
	s.replaceComment(r, next)
	return putStatus(!had)
}

func (s *Server) deleteCommentProperty(c *call) reply {
	r, cm, bad := s.propertyComment(c, true)
	if cm == nil {
		return bad
	}
	key := c.PathValue("propertyKey")
	if _, set := cm.Properties[key]; !set {
		return propertyValue(c, nil)
	}
	next := cm.clone()
	delete(next.Properties, key)
	s.replaceComment(r, next)
	return reply{status: http.StatusNoContent}
}

// replaceComment changes what is stored with a comment, which is no activity on
// the issue.
func (s *Server) replaceComment(old *record, c Comment) {
	r := old.copy()
	r.comments[commentAt(r, c.ID)] = &c
	s.put(r)
}
