package jirasim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
)

// maxComment is the longest body that Jira Cloud takes, in UTF-16 units.
const maxComment = 32767

// javaLen counts a text as Jira does, which is in UTF-16 units.
func javaLen(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Comments gives the comments on an issue, oldest first; nil for no such issue.
func (s *Server) Comments(key string) []Comment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.find(key)
	if r == nil {
		return nil
	}
	cs := make([]Comment, len(r.comments))
	for i, c := range r.comments {
		cs[i] = c.clone()
	}
	return cs
}

// AddComment lets a person comment on an issue.
func (s *Server) AddComment(key, by, body string) (Comment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	if r == nil {
		return Comment{}, fmt.Errorf("comment: there is no issue %s", key)
	}
	if s.users[by] == nil {
		return Comment{}, fmt.Errorf("comment on %s: there is no user %q; add them first", key, by)
	}
	c := s.addComment(r, Comment{Author: by, Body: body})
	s.mailComment(c, "comment", by, "", true)
	return c.clone(), nil
}

// EditComment lets a person who may edit all comments change one, anybody's.
func (s *Server) EditComment(key, id, by, body string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	if r == nil || commentAt(r, id) < 0 {
		return fmt.Errorf("edit comment: there is no comment %s on issue %s", id, key)
	}
	if s.users[by] == nil {
		return fmt.Errorf("edit comment %s on %s: there is no user %q; add them first", id, key, by)
	}
	c := r.comments[commentAt(r, id)].clone()
	c.Body, c.Editor = body, by
	s.setComment(r, c)
	return nil
}

// DeleteComment lets a person delete a comment, anybody's.
func (s *Server) DeleteComment(key, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	if r == nil || commentAt(r, id) < 0 {
		return fmt.Errorf("delete comment: there is no comment %s on issue %s", id, key)
	}
	s.deleteComment(r, id)
	return nil
}

// addComment, setComment and deleteComment count as activity on the issue: they
// move its `updated`. The caller holds the lock.
func (s *Server) addComment(old *record, c Comment) *Comment {
	s.nextNote++
	c.ID = strconv.Itoa(s.nextNote)
	c.IssueID = old.ID
	s.notes[c.ID] = old.ID
	c.Created = s.now()
	c.Updated = c.Created
	r := old.copy()
	r.comments = append(r.comments, &c)
	r.Updated = c.Created
	s.put(r)
	return &c
}

func (s *Server) setComment(old *record, c Comment) *Comment {
	r := old.copy()
	c.Updated = s.now()
	r.comments[commentAt(r, c.ID)] = &c
	r.Updated = c.Updated
	s.put(r)
	return &c
}

func (s *Server) deleteComment(old *record, id string) {
	r := old.copy()
	at := commentAt(r, id)
	delete(s.notes, id)
	r.comments = slices.Delete(r.comments, at, at+1)
	r.Updated = s.now()
	s.put(r)
}

// commentAt gives the place of a comment on its issue, -1 for none.
func commentAt(r *record, id string) int {
	return slices.IndexFunc(r.comments, func(c *Comment) bool { return c.ID == id })
}

// commentByID finds a comment wherever it is; nil, nil for none.
func (s *Server) commentByID(id string) (*record, *Comment) {
	r := s.issues[s.notes[id]]
	if r == nil {
		return nil, nil
	}
	return r, r.comments[commentAt(r, id)]
}

// Public reports whether customers of a service desk see the comment: all do,
// unless the property sd.public.comment says that it is internal.
func (c *Comment) Public() bool {
	var v struct{ Internal bool }
	if raw, ok := c.Properties["sd.public.comment"]; ok && json.Unmarshal(raw, &v) == nil {
		return !v.Internal
	}
	return true
}
