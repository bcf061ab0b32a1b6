package jirasim

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
)

func linkTypeView(c *call, t LinkType) map[string]any {
	return map[string]any{
		"id": t.ID, "name": t.Name, "inward": t.Inward, "outward": t.Outward, "self": c.site + "/rest/api/2/issueLinkType/" + t.ID,
	}
}

func (s *Server) getLinkTypes(c *call) reply {
	out := []any{}
	for _, t := range s.linkTypes {
		if c.user != nil {
			out = append(out, linkTypeView(c, t))
		}
	}
	return ok(map[string]any{"issueLinkTypes": out})
}

// stubView gives another issue with the few fields that stand beside a link or a
// parent.
func (s *Server) stubView(c *call, r *record) map[string]any {
	fields := map[string]any{
		"summary":   r.Summary,
		"status":    s.statusView(c, r.Status, r.StatusCategory),
		"issuetype": s.typeView(c, r.Type, r.Level),
	}
	if r.Priority != "" {
		fields["priority"] = s.priorityView(c, r.Priority)
	}
	return map[string]any{"id": r.ID, "key": r.Key, "self": c.site + "/rest/api/2/issue/" + r.ID, "fields": fields}
}

// linksView gives the issuelinks field: which of inwardIssue and outwardIssue is
// there tells the direction. A link to what the visitor may not see is left out.
func (s *Server) linksView(c *call, r *record) []any {
	out := []any{}
	for _, l := range r.links {
		other := s.issues[l.other]
		t, known := s.linkType(l.typeID, "")
		if !known || !s.visible(c.user, other) {
			continue
		}
		id := strconv.Itoa(l.id)
		v := map[string]any{"id": id, "self": c.site + "/rest/api/2/issueLink/" + id, "type": linkTypeView(c, t)}
		if l.outward {
			v["outwardIssue"] = s.stubView(c, other)
		} else {
			v["inwardIssue"] = s.stubView(c, other)
		}
		out = append(out, v)
	}
	return out
}

// linkEnd names an issue or a type of link in a request.
type linkEnd struct{ ID, Key, Name string }

// postLink answers POST /issueLink, which links from inwardIssue to outwardIssue:
// with the type Blocks, inwardIssue blocks outwardIssue. A duplicate is created
// again in words only, but its comment is added again, to the outward issue.
func (s *Server) postLink(c *call) reply {
	var req struct {
		Type         linkEnd                `json:"type"`
		InwardIssue  linkEnd                `json:"inwardIssue"`
		OutwardIssue linkEnd                `json:"outwardIssue"`
		Comment      *struct{ Body string } `json:"comment"`
	}
	if err := c.decode(&req, false); err != nil {
		return badPayload()
	}
	from, to := s.readable(c, cmp.Or(req.InwardIssue.ID, req.InwardIssue.Key)), s.readable(c, cmp.Or(req.OutwardIssue.ID, req.OutwardIssue.Key))
	if from == nil || to == nil {
		return noIssue()
	}
	t, known := s.linkType(req.Type.ID, req.Type.Name)
	if !known {
		return fail(http.StatusNotFound, "No issue link type with name '"+cmp.Or(req.Type.Name, req.Type.ID)+"' found.")
	}
	for _, r := range []*record{from, to} {
		if bad := s.refuseArchived(r); bad.status != 0 {
			return bad
		}
	}
	if !may(c.user, s.projects[from.Project], "LINK_ISSUES") {
		return fail(http.StatusNotFound, "No Link Issue Permission for issue '"+from.Key+"'")
	}
	if limit := s.issueLimits.Links; limit > 0 && max(len(from.links), len(to.links)) >= limit {
		return fail(http.StatusRequestEntityTooLarge, "The limit of "+strconv.Itoa(limit)+" links on an issue has been reached.")
	}
	if _, err := s.link(t, from, to, c.user.AccountID); err != nil {
		return fail(http.StatusBadRequest, err.Error())
	}
	if req.Comment != nil && req.Comment.Body != "" {
		kept := s.addComment(s.issues[to.ID], Comment{Author: c.user.AccountID, Body: req.Comment.Body})
		s.mailComment(kept, "comment", c.user.AccountID, "", true)
	}
	return reply{status: http.StatusCreated}
}

// pathLink gives the ends of the link that the path names; bad has status 0 when
// found. Who may not see both ends does not see the link.
func (s *Server) pathLink(c *call) (from, to *record, bad reply) {
	id := c.PathValue("linkId")
	if _, err := strconv.Atoi(id); err != nil {
		return nil, nil, fail(http.StatusBadRequest, "The issue link ID '"+id+"' is invalid.")
	}
	ends := s.linked(id)
	if len(ends) != 2 || c.user == nil || !s.visible(c.user, ends[0]) || !s.visible(c.user, ends[1]) {
		return nil, nil, fail(http.StatusNotFound, "No issue link with id '"+id+"' exists.")
	}
	return ends[0], ends[1], reply{}
}

func (s *Server) getLink(c *call) reply {
	from, to, bad := s.pathLink(c)
	if bad.status != 0 {
		return bad
	}
	id := c.PathValue("linkId")
	t, _ := s.linkType(from.links[linkAt(from, id)].typeID, "")
	return ok(map[string]any{
		"id": id, "self": c.site + "/rest/api/2/issueLink/" + id, "type": linkTypeView(c, t),
		"inwardIssue": s.stubView(c, from), "outwardIssue": s.stubView(c, to),
	})
}

func (s *Server) deleteLink(c *call) reply {
	from, to, bad := s.pathLink(c)
	if bad.status != 0 {
		return bad
	}
	for _, r := range []*record{from, to} {
		if bad := s.refuseArchived(r); bad.status != 0 {
			return bad
		}
	}
	if !may(c.user, s.projects[from.Project], "LINK_ISSUES") {
		return fail(http.StatusNotFound, "No Link Issue Permission for issue '"+from.Key+"'")
	}
	s.unlink(c.PathValue("linkId"), c.user.AccountID)
	return reply{status: http.StatusNoContent}
}

func remoteLinkSelf(c *call, r *record, l RemoteLink) string {
	return c.site + "/rest/api/2/issue/" + r.ID + "/remotelink/" + strconv.Itoa(l.ID)
}

// getRemoteLinks gives a list, or one link alone where its globalId is asked for.
func (s *Server) getRemoteLinks(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	out := []any{}
	for _, l := range r.remote {
		v := map[string]any{
			"id": l.ID, "self": remoteLinkSelf(c, r, l), "relationship": l.Relationship, "application": struct{}{},
			"object": map[string]any{"url": l.URL, "title": l.Title, "icon": struct{}{}, "status": map[string]any{"icon": struct{}{}}},
		}
		if l.GlobalID != "" {
			v["globalId"] = l.GlobalID
			if l.GlobalID == c.URL.Query().Get("globalId") {
				return ok(v)
			}
		}
		out = append(out, v)
	}
	if id := c.URL.Query().Get("globalId"); id != "" {
		return fail(http.StatusNotFound, "No remote issue link with global id '"+id+"' exists on the issue.")
	}
	return ok(out)
}

func (s *Server) postRemoteLink(c *call) reply {
	r := s.readable(c, c.PathValue("issueIdOrKey"))
	if r == nil {
		return noIssue()
	}
	var req struct {
		GlobalID     string                      `json:"globalId"`
		Relationship string                      `json:"relationship"`
		Object       struct{ URL, Title string } `json:"object"`
	}
	if err := c.decode(&req, false); err != nil {
		return badPayload()
	}
	if bad := s.refuseArchived(r); bad.status != 0 {
		return bad
	}
	if !may(c.user, s.projects[r.Project], "LINK_ISSUES") {
		return fail(http.StatusForbidden, "No Link Issue Permission for issue '"+r.Key+"'")
	}
	u, err := url.Parse(req.Object.URL)
	switch {
	case err != nil || u.Host == "":
		return failField("url", "A URL with a host is required.")
	case req.Object.Title == "":
		return failField("title", "'title' is required.")
	}
	l, created := s.remoteLink(r, c.user.AccountID, RemoteLink{
		GlobalID: req.GlobalID, URL: req.Object.URL, Title: req.Object.Title, Relationship: req.Relationship,
	})
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return reply{status, map[string]any{"id": l.ID, "self": remoteLinkSelf(c, r, l)}}
}
