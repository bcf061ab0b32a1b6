package jirasim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// call is one REST request on its way to an answer.
type call struct {
	*http.Request
	visitor
	site string // scheme, host and context path under which the site was asked
	body []byte
}

// reply is an answer: a body that goes out as JSON, or none where it is nil.
type reply struct {
	status int
	body   any
}

func ok(body any) reply { return reply{http.StatusOK, body} }

// errorBody is the ErrorCollection of the OpenAPI document.
type errorBody struct {
	ErrorMessages []string          `json:"errorMessages"`
	Errors        map[string]string `json:"errors"`
}

func fail(status int, messages ...string) reply {
	return reply{status, errorBody{messages, map[string]string{}}}
}

func failField(field, message string) reply {
	return reply{http.StatusBadRequest, errorBody{[]string{}, map[string]string{field: message}}}
}

func noIssue() reply {
	return fail(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
}

// badPayload is what Jira Cloud says to a body that does not fit the operation.
func badPayload() reply {
	return fail(http.StatusBadRequest, "Invalid request payload. Refer to the REST API documentation and try again.")
}

// routes lists every door of the site. All REST handlers but the ones under
// write run while only reading is going on.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	read := func(pattern string, h func(*call) reply) {
		mux.HandleFunc(strings.Replace(pattern, " ", " /rest/api/2", 1), s.rest(h, s.mu.RLock, s.mu.RUnlock))
	}
	write := func(pattern string, h func(*call) reply) {
		mux.HandleFunc(strings.Replace(pattern, " ", " /rest/api/2", 1), s.rest(h, s.mu.Lock, s.mu.Unlock))
	}
	cloud := read // what only Cloud has
	if s.dc != nil {
		cloud = func(string, func(*call) reply) {}
	}
	read("GET /serverInfo", s.getServerInfo)
	read("GET /myself", s.getMyself)
	read("GET /user", s.getUser)
	read("GET /field", s.getFields)
	cloud("GET /label", s.getLabels)
	read("GET /issuetype", s.getIssueTypes)
	read("GET /mypermissions", s.getMyPermissions)
	cloud("GET /project/search", s.searchProjects)
	read("GET /project/{projectIdOrKey}", s.getProject)

	cloud("GET /search", s.searchRemoved)
	cloud("POST /search", s.searchRemoved)
	cloud("GET /search/jql", s.searchGet)
	cloud("POST /search/jql", s.searchPost)
	cloud("POST /search/approximate-count", s.approximateCount)

	cloud("POST /issue/bulkfetch", s.bulkFetch)
	read("GET /issue/{issueIdOrKey}", s.getIssue)
	write("PUT /issue/{issueIdOrKey}", s.putIssue)
	read("GET /issue/{issueIdOrKey}/editmeta", s.getEditMeta)
	cloud("GET /issue/{issueIdOrKey}/changelog", s.getChangelog)

	read("GET /issue/{issueIdOrKey}/comment", s.getComments)
	write("POST /issue/{issueIdOrKey}/comment", s.postComment)
	read("GET /issue/{issueIdOrKey}/comment/{id}", s.getComment)
	write("PUT /issue/{issueIdOrKey}/comment/{id}", s.putComment)
	write("DELETE /issue/{issueIdOrKey}/comment/{id}", s.removeComment)
	cloud("POST /comment/list", s.listComments)

	read("GET /issue/{issueIdOrKey}/properties", s.getIssueProperties)
	read("GET /issue/{issueIdOrKey}/properties/{propertyKey}", s.getIssueProperty)
	write("PUT /issue/{issueIdOrKey}/properties/{propertyKey}", s.putIssueProperty)
	write("DELETE /issue/{issueIdOrKey}/properties/{propertyKey}", s.deleteIssueProperty)
	read("GET /comment/{commentId}/properties", s.getCommentProperties)
	read("GET /comment/{commentId}/properties/{propertyKey}", s.getCommentProperty)
	write("PUT /comment/{commentId}/properties/{propertyKey}", s.putCommentProperty)
	write("DELETE /comment/{commentId}/properties/{propertyKey}", s.deleteCommentProperty)

	read("GET /issueLinkType", s.getLinkTypes)
	write("POST /issueLink", s.postLink)
	read("GET /issueLink/{linkId}", s.getLink)
	write("DELETE /issueLink/{linkId}", s.deleteLink)
	read("GET /issue/{issueIdOrKey}/remotelink", s.getRemoteLinks)
	write("POST /issue/{issueIdOrKey}/remotelink", s.postRemoteLink)
	cloud("POST /permissions/check", s.checkPermissions)

	mux.HandleFunc("GET /{$}", s.pageIndex)
	mux.HandleFunc("GET /browse/{key}", s.pageIssue)
	if s.dc != nil {
		s.dataCenterRoutes(mux, read, write)
		return s.front(mux)
	}
	return mux
}

// maxBody is more than any request that the site takes.
const maxBody = 4 << 20

// ServeHTTP answers one request and notes it in the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "request body: "+err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	s.mux.ServeHTTP(sw, r)
	entry := Request{
		At: s.clock(), Method: r.Method, Route: r.Pattern, Path: r.URL.Path, Query: r.URL.RawQuery,
		Body: string(body[:min(len(body), logBody)]), Status: sw.status, Write: isWrite(r.Method, r.URL.Path),
	}
	if v := s.identify(r); v.user != nil {
		entry.Account = v.user.AccountID
	}
	s.log.add(entry)
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// rest wraps a REST handler: it reads the request, holds the lock while the
// answer is made and turned into JSON, and sends it after.
func (s *Server) rest(h func(*call) reply, lock, unlock func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // from memory, cannot fail
		c := &call{Request: r, visitor: s.identify(r), site: s.siteOf(r), body: body}
		status, out, err := func() (int, []byte, error) {
			if bad := c.unacceptable(); bad.status != 0 {
				out, err := json.Marshal(bad.body)
				return bad.status, out, err
			}
			if bad := s.throttle(c, w.Header()); bad.status != 0 {
				out, err := json.Marshal(bad.body)
				return bad.status, out, err
			}
			lock()
			defer unlock()
			rep := h(c)
			if rep.body == nil {
				return rep.status, nil, nil
			}
			out, err := json.Marshal(rep.body)
			return rep.status, out, err
		}()
		if s.dc == nil {
			c.mark(w.Header())
		}
		if err != nil {
			http.Error(w, "jirasim: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(status)
		_, _ = w.Write(out) // a client that went away is no trouble of ours
	}
}

// unacceptable refuses what Jira refuses before it looks at the operation: a GET
// with a body (github.com/pycontribs/jira commit 7676b471) and a body that is
// not declared as JSON.
func (c *call) unacceptable() reply {
	switch c.Method {
	case http.MethodGet:
		if len(c.body) > 0 {
			return fail(http.StatusForbidden, "A GET request must not have a body.")
		}
	case http.MethodPut, http.MethodPost:
		if len(c.body) == 0 && (strings.HasSuffix(c.Pattern, "/archive") || strings.HasSuffix(c.Pattern, "/restore")) {
			return reply{} // these take no body
		}
		if !strings.HasPrefix(c.Header.Get("Content-Type"), "application/json") {
			return fail(http.StatusUnsupportedMediaType, "Content-Type must be application/json.")
		}
	}
	return reply{}
}

// decode reads the body into v. Properties that the operation does not have are
// refused where strict is set, as Jira does for those whose schema says
// additionalProperties: false.
func (c *call) decode(v any, strict bool) error {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	if strict {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}

func siteOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
