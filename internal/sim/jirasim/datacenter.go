package jirasim

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
)

// DataCenter makes the site answer as Jira Data Center 10.3 does. The zero value
// is a site at the root of its host that shows nothing to who is not signed in.
type DataCenter struct {
	// DeploymentType is what serverInfo says. Sites also say "DataCenter", and
	// in other spellings of case. "": Server.
	DeploymentType string
	// ContextPath is the path that the site lives under: /jira. "": the root.
	ContextPath string
	// MaxResults is how many issues a page of search holds at most, whatever is
	// asked for (jira.search.views.default.max). 0: 1000.
	MaxResults int
	// Window is how far into a result startAt+maxResults may reach
	// (jira.search.platform.max.result.window). 0: 10,000.
	Window int
	// Public lets who is not signed in read every project.
	Public bool
	// FallBack takes who shows a wrong credential for nobody, as where another
	// filter signs people in, and tells it only by X-Seraph-LoginReason. Without
	// it a wrong credential is answered 401 on every REST door.
	FallBack bool
	// ParentLinkObject writes Parent Link as an object, as some versions of
	// Advanced Roadmaps do, and not as the key of the issue above.
	ParentLinkObject bool
	// RateLimit is each account's token bucket. Zero: no limit; see also
	// Server.LimitRate.
	RateLimit TokenBucket
}

// The custom fields that a Data Center site has from the start. As on Cloud,
// clients find them by Field.Custom; here not even the ids are Cloud's.
const (
	DCEpicLinkField   = "customfield_10101"
	DCEpicNameField   = "customfield_10102"
	DCEpicStatusField = "customfield_10103"
	DCSprintField     = "customfield_10104"
	DCParentLinkField = "customfield_10105"
)

// settled gives the options with every default filled in.
func (d DataCenter) settled() *DataCenter {
	d.DeploymentType = cmp.Or(d.DeploymentType, "Server")
	d.MaxResults = cmp.Or(d.MaxResults, 1000)
	d.Window = cmp.Or(d.Window, 10_000)
	d.ContextPath = strings.TrimSuffix(d.ContextPath, "/")
	return &d
}

// fields are those of Jira Software and Advanced Roadmaps, shaped as in the
// public /field dumps of servers.
func (*DataCenter) fields() []Field {
	return []Field{
		{ID: DCEpicLinkField, Name: "Epic Link", Custom: "com.pyxis.greenhopper.jira:gh-epic-link", Type: "any"},
		{ID: DCEpicNameField, Name: "Epic Name", Custom: "com.pyxis.greenhopper.jira:gh-epic-label", Type: "string"},
		{ID: DCEpicStatusField, Name: "Epic Status", Custom: "com.pyxis.greenhopper.jira:gh-epic-status", Type: "option"},
		{ID: DCSprintField, Name: "Sprint", Custom: "com.pyxis.greenhopper.jira:gh-sprint", Type: "array", Items: "string"},
		{ID: DCParentLinkField, Name: "Parent Link", Custom: "com.atlassian.jpo:jpo-custom-field-parent", Type: "any"},
	}
}

// dataCenterRoutes adds the doors that Cloud does not have.
func (s *Server) dataCenterRoutes(mux *http.ServeMux, read, write func(string, func(*call) reply)) {
	read("GET /search", s.searchGetDC)
	read("POST /search", s.searchPostDC)
	read("GET /project", s.listProjects)
	write("PUT /issue/{issueIdOrKey}/archive", func(c *call) reply { return s.putArchived(c, true) })
	write("PUT /issue/{issueIdOrKey}/restore", func(c *call) reply { return s.putArchived(c, false) })
	mux.HandleFunc("/rest/", noResource)
}

// statusBody is what the REST framework itself says, before any of Jira's own
// code: as JSON to who asks for that, else as XML.
type statusBody struct {
	XMLName struct{} `json:"-" xml:"status"`
	Code    int      `json:"status-code" xml:"status-code"`
	Message string   `json:"message" xml:"message"`
}

func writeStatus(w http.ResponseWriter, r *http.Request, status int, message string) {
	body := statusBody{Code: status, Message: message}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // a client that went away is no trouble of ours
		return
	}
	w.Header().Set("Content-Type", "application/xml;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(body)
}

// noResource answers for what only Cloud has: /search/jql, bulkfetch,
// approximate-count, comment/list, project/search and whatever is made up.
func noResource(w http.ResponseWriter, r *http.Request) {
	r.Pattern = "" // the log knows no such route
	writeStatus(w, r, http.StatusNotFound, "null for uri: "+siteOf(r)+r.URL.RequestURI())
}

// front stands before every door of a Data Center site: it takes the context
// path off, tells who it took the visitor for, and turns away who may not
// come in or comes too often. The pages are for eyes and open to all.
func (s *Server) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, inside := strings.CutPrefix(r.URL.Path, s.dc.ContextPath)
		if !inside || (path != "" && path[0] != '/') {
			http.Error(w, "There is nothing here. Jira lives under "+s.dc.ContextPath+"/.", http.StatusNotFound)
			return
		}
		r.URL.Path, r.URL.RawPath = cmp.Or(path, "/"), strings.TrimPrefix(r.URL.RawPath, s.dc.ContextPath)
		if strings.HasPrefix(path, "/rest/") && !s.admit(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// siteOf gives the URL under which the site was asked, its context path included.
func (s *Server) siteOf(r *http.Request) string { return siteOf(r) + s.base() }

// base is the path that the site lives under, "" for the root.
func (s *Server) base() string {
	if s.dc == nil {
		return ""
	}
	return s.dc.ContextPath
}
