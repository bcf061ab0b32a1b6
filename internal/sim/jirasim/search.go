package jirasim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The limits of /search/jql, from the OpenAPI document. Pages that carry fields
// are shorter, see Options.PageSize.
const (
	maxPage       = 5000
	defaultPage   = 50
	maxProperties = 5
	maxReconcile  = 50
)

// searchRequest is SearchAndReconcileRequestBean.
type searchRequest struct {
	JQL             string   `json:"jql"`
	NextPageToken   string   `json:"nextPageToken"`
	MaxResults      *int     `json:"maxResults"`
	Fields          []string `json:"fields"`
	Expand          string   `json:"expand"`
	Properties      []string `json:"properties"`
	FieldsByKeys    bool     `json:"fieldsByKeys"`
	FailFast        bool     `json:"failFast"`
	ReconcileIssues []int64  `json:"reconcileIssues"`
}

// searchRemoved answers the search that Jira Cloud no longer has; the body is
// the one in github.com/adyscorpius/logseq-jira issue 34.
func (s *Server) searchRemoved(*call) reply {
	return fail(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "+
		"A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
}

func (s *Server) searchGet(c *call) reply {
	q := c.URL.Query()
	req := searchRequest{
		JQL: q.Get("jql"), NextPageToken: q.Get("nextPageToken"), Expand: q.Get("expand"),
		Fields: commaList(q["fields"]), Properties: commaList(q["properties"]),
	}
	if v := strings.TrimSpace(q.Get("maxResults")); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			return badPayload()
		}
		req.MaxResults = &n
	}
	for _, v := range commaList(q["reconcileIssues"]) {
		n, err := parseNum(v)
		if err != nil {
			return badPayload()
		}
		req.ReconcileIssues = append(req.ReconcileIssues, n)
	}
	return s.search(c, req)
}

func (s *Server) searchPost(c *call) reply {
	var req searchRequest
	if err := c.decode(&req, true); err != nil {
		return badPayload()
	}
	return s.search(c, req)
}

// commaList reads a list parameter, given repeatedly, comma separated, or both.
func commaList(vs []string) []string {
	var out []string
	for _, v := range vs {
		for _, e := range strings.Split(v, ",") {
			if e = strings.TrimSpace(e); e != "" {
				out = append(out, e)
			}
		}
	}
	return out
}

func (s *Server) search(c *call, req searchRequest) reply {
	badToken := fail(http.StatusBadRequest, "The provided nextPageToken is invalid or has expired.")
	var w *walk
	var id, at int
	if req.NextPageToken != "" {
		var found bool
		if w, id, at, found = s.walks.open(req.NextPageToken); !found {
			return badToken
		}
	}
	limit := defaultPage
	if req.MaxResults != nil {
		limit = *req.MaxResults
	}
	switch {
	case limit < 1 || limit > maxPage:
		return fail(http.StatusBadRequest, "The maxResults value must be between 1 and 5000.")
	case len(req.Properties) > maxProperties:
		return fail(http.StatusBadRequest, "The number of properties must not be more than 5.")
	case len(req.ReconcileIssues) > maxReconcile:
		return fail(http.StatusBadRequest, "The number of issues to reconcile must not be more than 50.")
	}
	p, bad := s.planFor(c, req.JQL)
	if p == nil {
		return bad
	}
	if c.user == nil {
		return ok(map[string]any{"issues": []any{}, "isLast": true})
	}
	want := s.selection(req.Fields, []string{"id"}, req.Properties, req.Expand)
	if !want.idsOnly() {
		limit = min(limit, s.pageSize)
	}
	limit = max(limit-s.faults.ShortBy, 1)
	if w == nil {
		w = &walk{jql: req.JQL, by: c.user.AccountID, ids: s.run(p, 0), stamp: s.indexed()}
		s.reconcile(w, p, req.ReconcileIssues)
	} else if w.jql != req.JQL || w.by != c.user.AccountID {
		return badToken
	}

	ids, stamp := s.walks.state(w)
	to := min(at+limit, len(ids))
	if to == len(ids) && p.byUpdated && stamp < s.indexed() {
		s.walks.extend(w, s.indexed(), s.run(p, stamp))
		ids, _ = s.walks.state(w)
		to = min(at+limit, len(ids))
	}
	issues := []any{}
	for _, issue := range ids[at:to] {
		r := s.index[issue]
		if slices.ContainsFunc(req.ReconcileIssues, func(n int64) bool { return itoa(n) == issue }) {
			r = s.issues[issue]
		}
		if s.searchable(c.user, r) {
			issues = append(issues, s.issueView(c, r, want))
		}
	}
	page := map[string]any{"issues": issues, "isLast": to == len(ids)}
	defer func() { s.faults.spoil(page, req.NextPageToken) }()
	if to < len(ids) {
		if id == 0 {
			id = s.walks.add(w)
		}
		page["nextPageToken"] = s.walks.token(id, to)
	}
	return ok(page)
}

// planFor compiles the query of a search. A query that does not restrict
// anything is refused, as Cloud does.
func (s *Server) planFor(c *call, jql string) (*plan, reply) {
	q, err := parseJQL(jql)
	if err != nil {
		return nil, fail(http.StatusBadRequest, err.Error())
	}
	if q.where == nil {
		return nil, fail(http.StatusBadRequest, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	if c.user == nil {
		return &plan{}, reply{}
	}
	p, errs := s.compile(q, c.visitor)
	if len(errs) > 0 {
		return nil, fail(http.StatusBadRequest, errs...)
	}
	return p, reply{}
}

// reconcile sets a walk right about some issues, whatever the index says of them
// (developer.atlassian.com, "Search and reconcile").
func (s *Server) reconcile(w *walk, p *plan, nums []int64) {
	for _, n := range nums {
		id := itoa(n)
		r := s.issues[id]
		matches := s.searchable(p.user, r) && p.match(r)
		at := slices.Index(w.ids, id)
		switch {
		case matches && at < 0:
			w.ids = append(w.ids, id)
		case !matches && at >= 0:
			w.ids = slices.Delete(w.ids, at, at+1)
		}
	}
}

func (s *Server) approximateCount(c *call) reply {
	var req struct {
		JQL string `json:"jql"`
	}
	if err := c.decode(&req, true); err != nil {
		return badPayload()
	}
	p, bad := s.planFor(c, req.JQL)
	if p == nil {
		return bad
	}
	count := 0
	if c.user != nil {
		for _, r := range s.index {
			if s.searchable(c.user, r) && p.match(r) {
				count++
			}
		}
	}
	return ok(map[string]int{"count": max(count+s.faults.CountOff, 0)})
}

// bulkFetch answers POST /issue/bulkfetch: by ascending id, without what does
// not exist or may not be seen.
func (s *Server) bulkFetch(c *call) reply {
	var req struct {
		IssueIDsOrKeys []string `json:"issueIdsOrKeys"`
		Fields         []string `json:"fields"`
		Properties     []string `json:"properties"`
		Expand         []string `json:"expand"`
		FieldsByKeys   bool     `json:"fieldsByKeys"`
	}
	if err := c.decode(&req, true); err != nil {
		return badPayload()
	}
	switch n := len(req.IssueIDsOrKeys); {
	case n == 0:
		return fail(http.StatusBadRequest, "At least one issue ID or key must be provided.")
	case n > 100:
		return fail(http.StatusBadRequest, fmt.Sprintf("The number of issue IDs or keys must not be more than 100, but it is %d.", n))
	case len(req.Properties) > maxProperties:
		return fail(http.StatusBadRequest, "The number of properties must not be more than 5.")
	}
	want := s.selection(req.Fields, []string{"*navigable"}, req.Properties, strings.Join(req.Expand, ","))
	var found []*record
	for _, idOrKey := range req.IssueIDsOrKeys {
		if r := s.readable(c, idOrKey); r != nil && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, byNum)
	issues := []any{}
	for _, r := range found {
		issues = append(issues, s.issueView(c, r, want))
	}
	return ok(map[string]any{"issues": issues, "issueErrors": []any{}})
}
