package jirasim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// commentInput is what a client may say of a comment.
type commentInput struct {
	Body       json.RawMessage `json:"body"`
	Visibility json.RawMessage `json:"visibility"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

// readComment reads and checks the body of a POST or PUT. bad has status 0 where
// there is nothing to object to. The text about the limit is quoted from
// github.com/jenkinsci/jira-plugin issue 667.
func (c *call) readComment() (in commentInput, text string, bad reply) {
	if err := c.decode(&in, false); err != nil {
		return in, "", badPayload()
	}
	if len(in.Body) > 0 && json.Unmarshal(in.Body, &text) != nil {
		return in, "", failField("comment", "Operation value must be a string") // the document format belongs to v3
	}
	switch {
	case strings.TrimSpace(text) == "":
		return in, "", failField("comment", "Comment body can not be empty!")
	case javaLen(text) > maxComment:
		return in, "", failField("comment", "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
	}
	for _, p := range in.Properties {
		if msg := checkProperty(p.Key, p.Value); msg != "" {
			return in, "", fail(http.StatusBadRequest, msg)
		}
	}
	return in, text, reply{}
}

func (in *commentInput) apply(c *Comment) {
	if len(in.Visibility) > 0 && string(in.Visibility) != "null" {
		c.Visibility = in.Visibility
	}
	for _, p := range in.Properties {
		if c.Properties == nil {
			c.Properties = map[string]json.RawMessage{}
		}
		c.Properties[p.Key] = p.Value
	}
}

// commentView gives a comment in Cloud's shape.
func (s *Server) commentView(c *call, cm *Comment, expand string) map[string]any {
	v := map[string]any{
		"self":      c.site + "/rest/api/2/issue/" + cm.IssueID + "/comment/" + cm.ID,
		"id":        cm.ID,
		"body":      cm.Body,
		"created":   stamp(cm.Created, c.zone()),
		"updated":   stamp(cm.Updated, c.zone()),
		"jsdPublic": cm.Public(),
	}
	if s.dc != nil {
		delete(v, "jsdPublic")
	}
	if u := s.userView(c, cm.Author); u != nil {
		v["author"], v["updateAuthor"] = u, u
	}
	if cm.Editor != "" {
		delete(v, "updateAuthor")
		if u := s.userView(c, cm.Editor); u != nil {
			v["updateAuthor"] = u
		}
	}
	if cm.Visibility != nil {
		v["visibility"] = cm.Visibility
	}
	if slices.Contains(commaList([]string{expand}), "properties") {
		props := []any{}
		for _, key := range slices.Sorted(maps.Keys(cm.Properties)) {
			props = append(props, map[string]any{"key": key, "value": cm.Properties[key]})
		}
		v["properties"] = props
	}
	return v
}

// embedded is how many comments an issue carries with it; more must be asked for.
const embedded = 20

// embeddedComments gives the comment field: the oldest ones, and how many there are.
func (s *Server) embeddedComments(c *call, r *record) map[string]any {
	embedded := embedded
	if s.dc != nil {
		embedded = len(r.comments) // a server sends them all
	}
	out := []any{}
	for _, cm := range r.comments[:min(len(r.comments), embedded)] {
		out = append(out, s.commentView(c, cm, ""))
	}
	return map[string]any{
		"self": c.site + "/rest/api/2/issue/" + r.ID + "/comment", "comments": out,
		"startAt": 0, "maxResults": embedded, "total": len(r.comments),
	}
}

func (s *Server) getComments(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	all := slices.Clone(r.comments)
	switch order := c.URL.Query().Get("orderBy"); order {
	case "", "created", "+created", " created": // a plus sign in a query is a space
	case "-created":
		slices.Reverse(all)
	default:
		return fail(http.StatusBadRequest, "The orderBy value '"+order+"' is not supported. Use created, +created or -created.")
	}
	from, to, _ := window(c, len(all), maxPage)
	size := 100
	if s.dc != nil {
		size = 50
	}
	if m := c.URL.Query().Get("maxResults"); m == "" {
		to = min(to, from+size)
	} else if n, err := strconv.Atoi(m); err == nil {
		size = min(max(n, 0), maxPage)
	}
	out := []any{}
	for _, cm := range all[from:to] {
		out = append(out, s.commentView(c, cm, c.URL.Query().Get("expand")))
	}
	return ok(map[string]any{"startAt": from, "maxResults": size, "total": len(all), "comments": out})
}

func (s *Server) postComment(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	in, text, bad := c.readComment()
	if bad.status != 0 {
		return bad
	}
	if !may(c.user, s.projects[r.Project], "ADD_COMMENTS") {
		return fail(http.StatusBadRequest, c.user.Name+", you do not have the permission to comment on this issue.")
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return bad
	}
	if limit := s.issueLimits.Comments; limit > 0 && len(r.comments) >= limit {
		return tooManyComments(limit)
	}
	cm := Comment{Author: c.user.AccountID, Body: text}
	in.apply(&cm)
	s.publish(c.user, r, &cm)
	kept := s.addComment(r, cm)
	s.mailComment(kept, "comment", c.user.AccountID, "", true)
	return reply{http.StatusCreated, s.commentView(c, kept, c.URL.Query().Get("expand"))}
}

// theComment finds the comment that the path names; bad has status 0 when found.
func (s *Server) theComment(c *call) (*record, *Comment, reply) {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return nil, nil, noIssue()
	}
	at := commentAt(r, c.PathValue("id"))
	if at < 0 {
		return nil, nil, fail(http.StatusNotFound, "Can not find a comment for the id: "+c.PathValue("id")+".")
	}
	return r, r.comments[at], reply{}
}

func (s *Server) getComment(c *call) reply {
	_, cm, bad := s.theComment(c)
	if bad.status != 0 {
		return bad
	}
	return ok(s.commentView(c, cm, c.URL.Query().Get("expand")))
}

// mayOn tells whether the visitor may EDIT or DELETE the comment.
func (s *Server) mayOn(c *call, r *record, cm *Comment, verb string) bool {
	p := s.projects[r.Project]
	return may(c.user, p, verb+"_ALL_COMMENTS") || (cm.Author == c.user.AccountID && may(c.user, p, verb+"_OWN_COMMENTS"))
}

// putComment edits a comment. Without permission Jira answers 400, not 403.
func (s *Server) putComment(c *call) reply {
	r, cm, bad := s.theComment(c)
	if bad.status != 0 {
		return bad
	}
	in, text, bad := c.readComment()
	if bad.status != 0 {
		return bad
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return bad
	}
	if bad := s.refuseSilence(c, r); bad.status != 0 {
		return bad
	}
	if !s.mayOn(c, r, cm, "EDIT") {
		return fail(http.StatusBadRequest, c.user.Name+", you do not have the permission to edit this comment.")
	}
	next := cm.clone()
	next.Body, next.Editor = text, c.user.AccountID
	in.apply(&next)
	s.publish(c.user, r, &next)
	kept := s.setComment(r, next)
	s.mailComment(kept, "edit comment", c.user.AccountID, cm.Body, c.notifies())
	return ok(s.commentView(c, kept, c.URL.Query().Get("expand")))
}

func (s *Server) removeComment(c *call) reply {
	if c.user == nil {
		return fail(http.StatusMethodNotAllowed, "You are not authenticated. Authentication required to perform this operation.")
	}
	r, cm, bad := s.theComment(c)
	if bad.status != 0 {
		return bad
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return bad
	}
	if !s.mayOn(c, r, cm, "DELETE") {
		return fail(http.StatusBadRequest, c.user.Name+", you do not have the permission to delete this comment.")
	}
	s.deleteComment(r, cm.ID)
	return reply{status: http.StatusNoContent}
}

// listComments answers POST /comment/list, which takes ids from any issues.
func (s *Server) listComments(c *call) reply {
	var req struct {
		IDs []int64 `json:"ids"`
	}
	if err := c.decode(&req, true); err != nil {
		return badPayload()
	}
	if n := len(req.IDs); n == 0 || n > 1000 {
		return fail(http.StatusBadRequest, "The number of comment IDs must be between 1 and 1000.")
	}
	values := []any{}
	for _, id := range req.IDs {
		if r, cm := s.commentByID(itoa(id)); cm != nil && s.readable(c, r.ID) != nil {
			values = append(values, s.commentView(c, cm, c.URL.Query().Get("expand")))
		}
	}
	return ok(map[string]any{
		"self": c.site + c.URL.RequestURI(), "startAt": 0, "maxResults": 1000, "total": len(values), "isLast": true, "values": values,
	})
}
