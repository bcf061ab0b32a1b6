package jirasim

import (
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// atlassianDC loads the OpenAPI document of Jira Data Center 10.3.
func atlassianDC(t *testing.T) routers.Router {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(shared(t, "specs/jira-datacenter-10.3.openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: "/rest"}}
	mendDC(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// mendDC takes out of the document what is wrong in it, by its own examples and
// by recorded answers: times with a colon in the offset, fields that are all
// objects, JSON values declared as strings, and lists declared as their members.
func mendDC(doc *openapi3.T) {
	for _, s := range doc.Components.Schemas {
		for _, p := range s.Value.Properties {
			if p.Value != nil && p.Value.Format == "date-time" {
				p.Value.Format = ""
			}
		}
	}
	*doc.Components.Schemas["StringList"].Value = *openapi3.NewStringSchema() // a,b: declared as an object
	anything := openapi3.NewSchemaRef("", &openapi3.Schema{Nullable: true})
	doc.Components.Schemas["IssueBean"].Value.Properties["fields"].Value.AdditionalProperties.Schema = anything
	doc.Components.Schemas["EntityPropertyBean"].Value.Properties["value"] = anything
	for _, name := range []string{"from", "fromString", "to", "toString"} { // null where a field was, or became, empty
		doc.Components.Schemas["ChangeItemBean"].Value.Properties[name].Value.Nullable = true
	}
	body := doc.Paths.Value("/api/2/issue/{issueIdOrKey}/properties/{propertyKey}").Put.RequestBody.Value
	body.Content.Get("application/json").Schema = anything
	for _, path := range []string{"/api/2/project", "/api/2/field", "/api/2/issuetype"} {
		content := doc.Paths.Value(path).Get.Responses.Value("200").Value.Content.Get("application/json")
		if !content.Schema.Value.Type.Is("array") {
			list := openapi3.NewArraySchema()
			list.Items = content.Schema
			content.Schema = openapi3.NewSchemaRef("", list)
		}
	}
}

// As TestAnswersFitAtlassiansOwnDescription, for the other product. The document
// has no bodies for errors, so those are tested by what they say elsewhere.
func TestServerAnswersFitTheirDescription(t *testing.T) {
	router := atlassianDC(t)
	x := newServer(t, DataCenter{ParentLinkObject: true})
	c, err := x.AddComment("PAY-2", "557058:bot", "hello")
	if err != nil {
		t.Fatal(err)
	}
	x.add(Issue{Project: "PAY", Summary: "in a sprint", Sprint: &Sprint{ID: 1, Name: "S, 1", State: "active", Start: testDay.Add(time.Hour)}})
	linkID, err := x.Link("Blocks", "PAY-2", "WEB-1", "ana")
	must(t, err)
	must(t, x.Archive("PAY-4", "adm"))
	_, err = x.AddRemoteLink("PAY-2", "ana", RemoteLink{GlobalID: "g", URL: "https://a.example/", Title: "a"})
	must(t, err)
	add := labels(jsonObject{"add": "needs-goal"})
	link := jsonObject{"type": jsonObject{"name": "Blocks"}, "inwardIssue": jsonObject{"key": "PAY-2"}, "outwardIssue": jsonObject{"key": "PAY-1"}}
	remote := jsonObject{"globalId": "g", "object": jsonObject{"url": "https://a.example/", "title": "a"}}
	mark := []any{jsonObject{"key": "alignd", "value": jsonObject{"id": "c-1"}}}
	for _, k := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "/serverInfo", nil, 200},
		{"GET", "/myself", nil, 200},
		{"GET", "/user?username=ana", nil, 200},
		{"GET", "/user?key=JIRAUSER10100", nil, 200},
		{"GET", "/field", nil, 200},
		{"GET", "/issuetype", nil, 200},
		{"GET", "/project", nil, 200},
		{"GET", "/project/PAY", nil, 200},
		{"GET", "/mypermissions", nil, 200},
		{"GET", "/mypermissions?projectKey=PAY", nil, 200},
		{"GET", "/search?jql=project%20%3D%20PAY&fields=summary&maxResults=2&validateQuery=false", nil, 200},
		{"POST", "/search", jsonObject{"jql": "order by key", "startAt": 1, "maxResults": 10, "fields": []string{"*all"}, "expand": []string{"changelog"}}, 200},
		{"POST", "/search", jsonObject{"jql": "project = NOPE", "validateQuery": false}, 200},
		{"POST", "/search", jsonObject{"jql": "project = NOPE"}, 400},
		{"PUT", "/issue/PAY-2?notifyUsers=true", add, 204},
		{"PUT", "/issue/PAY-2?notifyUsers=false", add, 403},
		{"GET", "/issue/PAY-1", nil, 200},
		{"GET", "/issue/PAY-2?expand=changelog&properties=a&fields=*all", nil, 200},
		{"GET", "/issue/PAY-99", nil, 404},
		{"GET", "/issue/PAY-2/editmeta", nil, 200},
		{"POST", "/issue/PAY-2/comment?expand=properties", jsonObject{"body": "b", "properties": mark}, 201},
		{"GET", "/issue/PAY-2/comment?expand=properties&orderBy=-created", nil, 200},
		{"GET", "/issue/PAY-2/comment/" + c.ID + "?expand=properties", nil, 200},
		{"PUT", "/issue/PAY-2/comment/" + c.ID, jsonObject{"body": "c", "properties": mark}, 200},
		{"GET", "/comment/" + c.ID + "/properties", nil, 200},
		{"GET", "/comment/" + c.ID + "/properties/alignd", nil, 200},
		{"PUT", "/issue/PAY-2/properties/alignd", jsonObject{"id": 1}, 201},
		{"GET", "/issue/PAY-2/properties", nil, 200},
		{"GET", "/issue/PAY-2/properties/alignd", nil, 200},
		{"DELETE", "/issue/PAY-2/comment/" + c.ID, nil, 204},
		{"GET", "/issueLinkType", nil, 200},
		{"POST", "/issueLink", link, 201},
		{"GET", "/issueLink/" + linkID, nil, 200},
		{"DELETE", "/issueLink/" + linkID, nil, 204},
		{"POST", "/issue/PAY-2/remotelink", remote, 200},
		{"GET", "/issue/PAY-2/remotelink?globalId=g", nil, 200},
		{"GET", "/issue/PAY-4?fields=*all", nil, 200},
		{"PUT", "/issue/PAY-2/archive", nil, 403},
	} {
		a := x.dc(k.method, k.path, k.body)
		if a.Status != k.status {
			t.Errorf("%s %s: %d, want %d: %s", k.method, k.path, a.Status, k.status, a.Text)
			continue
		}
		if err := fits(router, k.method, k.path, x, k.body, a); err != nil {
			t.Errorf("%s %s: %v", k.method, k.path, err)
		}
		// The document does not forbid what only Cloud has; the product does.
		for _, cloud := range []string{`"accountId"`, `"accountType"`, `"hierarchyLevel"`, `"jsdPublic"`, `"nextPageToken"`, `"isLast"`, `"fieldId"`, `"simplified"`, EpicLinkField, SprintField} {
			if strings.Contains(a.Text, cloud) {
				t.Errorf("%s %s: %s is Cloud's", k.method, k.path, cloud)
			}
		}
	}
}
