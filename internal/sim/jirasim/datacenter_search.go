package jirasim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// searchRequestDC is SearchRequestBean of the Data Center document: expand is a
// list and validateQuery a boolean, and there are no properties.
type searchRequestDC struct {
	JQL           string   `json:"jql"`
	StartAt       int32    `json:"startAt"`
	MaxResults    *int32   `json:"maxResults"`
	Fields        []string `json:"fields"`
	Expand        []string `json:"expand"`
	ValidateQuery *bool    `json:"validateQuery"`
}

func (s *Server) searchGetDC(c *call) reply {
	q := c.URL.Query()
	req := searchRequestDC{JQL: q.Get("jql"), Fields: commaList(q["fields"]), Expand: commaList(q["expand"])}
	for name, set := range map[string]func(int32){
		"startAt":    func(n int32) { req.StartAt = n },
		"maxResults": func(n int32) { req.MaxResults = &n },
	} {
		if v := q.Get(name); v != "" {
			n, err := strconv.ParseInt(v, 10, 32)
			if err != nil {
				return fail(http.StatusBadRequest, "The value '"+v+"' of '"+name+"' is not a number.")
			}
			set(int32(n))
		}
	}
	if strings.EqualFold(q.Get("validateQuery"), "false") {
		no := false
		req.ValidateQuery = &no
	}
	return s.searchDC(c, req)
}

// searchPostDC refuses what does not fit: a property that is not there, a string
// for the list that is expand.
func (s *Server) searchPostDC(c *call) reply {
	var req searchRequestDC
	if err := c.decode(&req, true); err != nil {
		return fail(http.StatusBadRequest, "Can not deserialize the request: "+err.Error())
	}
	return s.searchDC(c, req)
}

// searchDC answers a page by its offset. It is cut from what matches now, so
// that what changes between two pages shifts the second, as on the real service.
func (s *Server) searchDC(c *call, req searchRequestDC) reply {
	start, size := int(req.StartAt), defaultPage
	if req.MaxResults != nil {
		size = int(*req.MaxResults)
	}
	if size < 0 || size > s.dc.MaxResults {
		size = s.dc.MaxResults // -1 is a known way to ask for all there may be
	}
	if start < 0 {
		return fail(http.StatusBadRequest, "The value of 'startAt' must not be negative.")
	}
	q, err := parseJQL(req.JQL)
	if err != nil {
		return fail(http.StatusBadRequest, err.Error())
	}
	p, problems := s.compile(q, c.visitor)
	validate := req.ValidateQuery == nil || *req.ValidateQuery
	if len(problems) > 0 && validate {
		return fail(http.StatusBadRequest, problems...)
	}
	if start+size > s.dc.Window {
		return beyondWindow(start+size, s.dc.Window)
	}
	var ids []string
	if c.reads() {
		ids = s.run(p, 0)
	}
	want := s.selection(req.Fields, []string{"*navigable"}, nil, strings.Join(req.Expand, ","))
	issues := []any{}
	for _, id := range ids[min(start, len(ids)):min(start+size, len(ids))] {
		issues = append(issues, s.issueView(c, s.index[id], want))
	}
	page := map[string]any{"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(ids), "issues": issues}
	if len(problems) > 0 {
		page["warningMessages"] = problems
	}
	return ok(page)
}

// beyondWindow is the platform's refusal of deep paging; the words are those of
// the support article "Handling JQL REST API searching exceeding
// max_result_window in Jira".
func beyondWindow(asked, window int) reply {
	return reply{http.StatusInternalServerError, statusBody{Code: http.StatusInternalServerError, Message: fmt.Sprintf(
		"Search limit exceeded. We couldn't complete your search because it requests %s results which exceeded the search platform limit of %s. "+
			"Try refining your query or contact your Jira administrator. Repeating the same search may not work.", grouped(asked), grouped(window))}}
}

// grouped writes a number as people read it: 10,100.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// listProjects answers GET /project: all that may be seen, as one list.
func (s *Server) listProjects(c *call) reply {
	out := []any{}
	for _, p := range s.projects {
		if seen := s.projectFor(c, p.Key); seen != nil {
			out = append(out, s.projectView(c, seen))
		}
	}
	slices.SortFunc(out, func(a, b any) int {
		return strings.Compare(a.(map[string]any)["key"].(string), b.(map[string]any)["key"].(string))
	})
	return ok(out)
}
