package jirasim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// atlassian loads the OpenAPI document "The Jira Cloud platform REST API" v2.
func atlassian(t *testing.T) routers.Router {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(shared(t, "specs/jira-cloud-platform-v2.openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: "/"}}
	// The document declares times as date-time, which is RFC 3339; its own
	// examples, and real sites, write offsets without a colon.
	for _, s := range doc.Components.Schemas {
		for _, p := range s.Value.Properties {
			if p.Value != nil && p.Value.Format == "date-time" {
				p.Value.Format = ""
			}
		}
	}
	// Values of fields are declared as {}, anything; the library reads that as
	// anything but null, which every empty field is.
	doc.Components.Schemas["IssueBean"].Value.Properties["fields"].Value.AdditionalProperties.Schema.Value.Nullable = true
	// Real histories have null where a field was, or became, empty
	// (samples of apache/incubator-devlake).
	for _, name := range []string{"from", "fromString", "to", "toString"} {
		doc.Components.Schemas["ChangeDetails"].Value.Properties[name].Value.Nullable = true
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// Every request below is one that the document allows, and every answer has the
// status, the properties and the types that the document says.
func TestAnswersFitAtlassiansOwnDescription(t *testing.T) {
	router := atlassian(t)
	x := newSite(t, Options{PageSize: 3})
	c, err := x.AddComment("PAY-2", "557058:bot", "hello")
	if err != nil {
		t.Fatal(err)
	}
	linkID := furnish(t, x)
	add := labels(jsonObject{"add": "needs-goal"})
	link := jsonObject{"type": jsonObject{"name": "Blocks"}, "inwardIssue": jsonObject{"key": "PAY-2"}, "outwardIssue": jsonObject{"key": "PAY-4"}}
	remote := jsonObject{"globalId": "g", "object": jsonObject{"url": "https://a.example/", "title": "a"}}
	mark := []any{jsonObject{"key": "alignd", "value": jsonObject{"id": "c-1"}}}
	for _, k := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "/serverInfo", nil, 200},
		{"GET", "/myself", nil, 200},
		{"GET", "/user?accountId=ana", nil, 200},
		{"GET", "/field", nil, 200},
		{"GET", "/label", nil, 200},
		{"GET", "/issuetype", nil, 200},
		{"GET", "/project/search?maxResults=2", nil, 200},
		{"GET", "/project/PAY", nil, 200},
		{"GET", "/project/NOPE", nil, 404},
		{"GET", "/mypermissions?projectKey=PAY&permissions=BROWSE_PROJECTS,EDIT_ISSUES,ADD_COMMENTS", nil, 200},
		{"GET", "/search/jql?jql=project%20%3D%20PAY&fields=summary&maxResults=2", nil, 200},
		{"POST", "/search/jql", jsonObject{"jql": "project = PAY", "fields": []string{"*all"}, "expand": "changelog", "properties": []string{"a"}}, 200},
		{"POST", "/search/jql", jsonObject{"jql": "project = NOPE"}, 400},
		{"POST", "/search/approximate-count", jsonObject{"jql": "project = PAY"}, 200},
		{"PUT", "/issue/PAY-2?notifyUsers=true", add, 204},
		{"PUT", "/issue/PAY-2?returnIssue=true", add, 200},
		{"GET", "/issue/PAY-2?expand=changelog&properties=a", nil, 200},
		{"GET", "/issue/PAY-99", nil, 404},
		{"GET", "/issue/PAY-2/changelog", nil, 200},
		{"GET", "/issue/PAY-2/editmeta", nil, 200},
		{"POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{"PAY-1", "PAY-2"}, "fields": []string{"*all"}, "expand": []string{"changelog"}}, 200},
		{"POST", "/issue/PAY-2/comment?expand=properties", jsonObject{"body": "b", "properties": mark}, 201},
		{"POST", "/issue/PAY-2/comment", jsonObject{"body": ""}, 400},
		{"GET", "/issue/PAY-2/comment?expand=properties&orderBy=-created", nil, 200},
		{"GET", "/issue/PAY-2/comment/" + c.ID, nil, 200},
		{"PUT", "/issue/PAY-2/comment/" + c.ID, jsonObject{"body": "c", "properties": mark}, 200},
		{"GET", "/comment/" + c.ID + "/properties", nil, 200},
		{"GET", "/comment/" + c.ID + "/properties/alignd", nil, 200},
		{"PUT", "/issue/PAY-2/properties/alignd", jsonObject{"id": 1}, 201},
		{"GET", "/issue/PAY-2/properties", nil, 200},
		{"GET", "/issue/PAY-2/properties/alignd", nil, 200},
		{"DELETE", "/issue/PAY-2/comment/" + c.ID, nil, 204},
		{"GET", "/project/search?status=archived&status=deleted", nil, 200},
		{"GET", "/issueLinkType", nil, 200},
		{"POST", "/issueLink", link, 201},
		{"GET", "/issueLink/" + linkID, nil, 200},
		{"GET", "/issueLink/1", nil, 404},
		{"GET", "/issue/PAY-2/remotelink", nil, 200},
		{"GET", "/issue/PAY-2/remotelink?globalId=doc", nil, 200},
		{"POST", "/issue/PAY-2/remotelink", remote, 201},
		{"POST", "/issue/PAY-2/remotelink", remote, 200},
		{"GET", "/issue/PAY-4?fields=*all", nil, 200},
		{"POST", "/permissions/check", jsonObject{"globalPermissions": []string{"ADMINISTER"}, "projectPermissions": []any{jsonObject{"permissions": []string{"EDIT_ISSUES"}, "projects": []int{1}, "issues": []int{2}}}}, 200},
		{"POST", "/permissions/check", jsonObject{"globalPermissions": []string{"FLY"}}, 400},
		{"POST", "/issue/PAY-4/comment", jsonObject{"body": "one too many"}, 413},
		{"PUT", "/issue/PAY-3", add, 400},
		{"GET", "/issue/PAY-3", nil, 200},
	} {
		a := x.do(k.method, k.path, k.body)
		if a.Status != k.status {
			t.Errorf("%s %s: %d, want %d: %s", k.method, k.path, a.Status, k.status, a.Text)
			continue
		}
		if err := fits(router, k.method, k.path, x, k.body, a); err != nil {
			t.Errorf("%s %s: %v", k.method, k.path, err)
		}
	}
	a := x.as(asBot, "POST", "/rest/api/2/comment/list?expand=properties", `{"ids":[10001]}`)
	if err := fits(router, "POST", "/comment/list?expand=properties", x, `{"ids":[10001]}`, a); err != nil {
		t.Error(err)
	}
}

// furnish gives the site something of everything: links, archived things, people
// of every kind in fields, a foreign language, a full issue.
func furnish(t *testing.T, x *site) (linkID string) {
	t.Helper()
	x.AddUser(User{AccountID: "unknown", Name: "Former user", Type: "unknown"})
	x.AddUser(User{AccountID: "carl", Name: "Carl", Type: "customer"})
	x.AddUser(User{AccountID: "557058:bot", Name: "Bot", Active: true, Language: "zh", TimeZone: "Europe/Berlin"})
	x.AddField(Field{ID: "customfield_10101", Name: "Owners", Custom: "com.example:a", Type: "array", Items: "user"})
	x.AddField(Field{ID: "customfield_10102", Name: "Groups", Custom: "com.example:b", Type: "array", Items: "group", Scope: "1"})
	x.AddField(Field{ID: "customfield_10103", Name: "Group", Custom: "com.example:c", Type: "group"})
	must(t, x.Edit("PAY-4", "ana", func(i *Issue) {
		i.Custom = map[string]any{"customfield_10101": []string{"unknown", "carl"}, "customfield_10103": "owners"}
	}))
	for range 3 {
		_, err := x.AddComment("PAY-4", "carl", "full")
		must(t, err)
	}
	x.SetIssueLimits(IssueLimits{Comments: 3})
	x.SetRateLimits(HourlyQuota(1000))
	linkID, err := x.Link("Blocks", "PAY-4", "PAY-1", "ana")
	must(t, err)
	_, err = x.AddRemoteLink("PAY-2", "ana", RemoteLink{GlobalID: "doc", URL: "https://docs.example/", Title: "Paper"})
	must(t, err)
	must(t, x.Archive("PAY-3", "adm"))
	x.AddProject(Project{Key: "OLD", Name: "Old"})
	x.AddProject(Project{Key: "OLDER", Name: "Older"})
	must(t, x.ArchiveProject("OLDER", "adm"))
	must(t, x.DeleteProject("OLD", "adm"))
	return linkID
}

// fits checks a request and its answer against the document.
func fits(router routers.Router, method, path string, x *site, body any, a answer) error {
	u, err := url.Parse("/rest/api/2" + path)
	if err != nil {
		return err
	}
	req := &http.Request{Method: method, URL: u, Header: http.Header{"Content-Type": {"application/json"}}, Body: http.NoBody}
	if body != nil {
		req.Body = io.NopCloser(strings.NewReader(lastBody(x)))
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		return err
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
	}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		return err
	}
	if a.Text == "" { // the document gives even a 204 a body, of any kind
		if route.Operation.Responses.Status(a.Status) == nil {
			return fmt.Errorf("status %d is not in the document", a.Status)
		}
		return nil
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader([]byte(a.Text))), Options: in.Options,
	})
}

// lastBody gives the body that went over the wire last.
func lastBody(x *site) string {
	rs := x.Requests()
	return rs[len(rs)-1].Body
}
