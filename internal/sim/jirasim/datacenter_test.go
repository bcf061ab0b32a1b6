package jirasim

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// newServer is the site of newSite as a Data Center one. The bot is known there
// as bot, with the key JIRAUSER10100, and Ana as ana.
func newServer(t *testing.T, d DataCenter) *site {
	t.Helper()
	x := newSite(t, Options{DataCenter: &d})
	x.AddUser(User{AccountID: "557058:bot", Name: "Bot", Email: "bot@acme.example", Active: true, TimeZone: "Europe/Berlin", Username: "bot", UserKey: "JIRAUSER10100"})
	x.AddToken("bot", "secret", "557058:bot")
	x.url += d.ContextPath
	return x
}

func asServerBot(r *http.Request) { r.SetBasicAuth("bot", "secret") }
func wrongPAT(r *http.Request)    { r.Header.Set("Authorization", "Bearer expired") }
func wrongPasswd(r *http.Request) { r.SetBasicAuth("bot", "wrong") }
func acceptJSON(w signIn) signIn {
	return func(r *http.Request) { w(r); r.Header.Set("Accept", "application/json") }
}

func (x *site) dc(method, path string, body any) answer {
	x.t.Helper()
	return x.as(asServerBot, method, "/rest/api/2"+path, body)
}

func TestServerSaysWhatItIs(t *testing.T) {
	for said, want := range map[string]string{"": "Server", "DataCenter": "DataCenter", "server": "server"} {
		x := newServer(t, DataCenter{DeploymentType: said, ContextPath: "/jira"})
		a := x.dc("GET", "/serverInfo", nil).want(t, 200, `"deploymentType":"`+want+`"`).want(t, 200, `"version":"10.3`)
		if a.at("baseUrl") != x.url {
			t.Errorf("baseUrl is %v, want %s", a.at("baseUrl"), x.url)
		}
	}
}

// Whatever Cloud has and a server has not is no door at all.
func TestServerHasNoCloudDoors(t *testing.T) {
	x := newServer(t, DataCenter{})
	for _, door := range []string{
		"POST /search/jql", "GET /search/jql?jql=project%3DPAY", "POST /issue/bulkfetch", "POST /search/approximate-count", "POST /comment/list",
		"GET /project/search", "GET /label", "GET /issue/PAY-2/changelog", "GET /nonsense",
	} {
		method, path, _ := strings.Cut(door, " ")
		var body any
		if method == "POST" {
			body = jsonObject{}
		}
		a := x.dc(method, path, body)
		if a.Status != 404 || strings.Contains(a.Text, `"issues"`) {
			t.Errorf("%s: %d %s", door, a.Status, a.Text)
		}
	}
	x.dc("POST", "/search/jql", jsonObject{}).want(t, 404, "<status><status-code>404</status-code><message>null for uri: "+x.url+"/rest/api/2/search/jql</message></status>")
	x.as(acceptJSON(asServerBot), "POST", "/rest/api/2/search/jql", jsonObject{}).want(t, 404, `"status-code":404`)
	if rs := x.Requests(); rs[0].Route != "" {
		t.Errorf("the log has a route %q for what does not exist", rs[0].Route)
	}
}

func TestServerSignIn(t *testing.T) {
	search := url.Values{"jql": {"project = WEB"}}.Encode()
	for _, c := range []struct {
		name                  string
		d                     DataCenter
		sign                  signIn
		myself, search        int
		found, reason, called string
	}{
		{"user name and password", DataCenter{}, asServerBot, 200, 200, "WEB-1", "OK", "bot"},
		{"personal access token", DataCenter{}, asAdmin, 200, 200, "WEB-1", "OK", "adm"},
		{"a wrong password", DataCenter{Public: true}, wrongPasswd, 401, 401, "", "AUTHENTICATED_FAILED", "anonymous"},
		{"a wrong personal access token", DataCenter{Public: true}, wrongPAT, 401, 401, "", "AUTHENTICATED_FAILED", "anonymous"},
		{"a wrong token where it falls back", DataCenter{Public: true, FallBack: true}, wrongPAT, 401, 200, "WEB-1", "AUTHENTICATED_FAILED", "anonymous"},
		{"nobody, public projects", DataCenter{Public: true}, asNobody, 401, 200, "WEB-1", "OUT", "anonymous"},
		{"nobody", DataCenter{}, asNobody, 401, 400, "", "OUT", "anonymous"}, // the project is not there for them
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newServer(t, c.d)
			if a := x.as(c.sign, "GET", "/rest/api/2/myself", nil); a.Status != c.myself {
				t.Errorf("myself: %d %s", a.Status, a.Text)
			}
			a := x.as(c.sign, "GET", "/rest/api/2/search?"+search, nil)
			if a.Status != c.search || a.keysOf() != c.found {
				t.Errorf("search: %d %q %s", a.Status, a.keysOf(), a.Text)
			}
			if r, u := a.Header.Get("X-Seraph-LoginReason"), a.Header.Get("X-AUSERNAME"); r != c.reason || u != c.called {
				t.Errorf("X-Seraph-LoginReason %q, X-AUSERNAME %q", r, u)
			}
			if a.Header.Get("X-AACCOUNTID") != "" {
				t.Error("a server has no account ids")
			}
		})
	}
	x := newServer(t, DataCenter{Public: true})
	x.as(wrongPasswd, "GET", "/rest/api/2/serverInfo", nil).want(t, 401, "<title>Unauthorized (401)</title>")
	x.as(wrongPAT, "GET", "/rest/api/2/serverInfo", nil).want(t, 401, `"status-code":401`)
	x.as(asNobody, "PUT", "/rest/api/2/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 401, "not authenticated")
	x.as(asNobody, "POST", "/rest/api/2/issue/PAY-2/comment", jsonObject{"body": "a"}).want(t, 401, "not authenticated")
	x.as(asNobody, "GET", "/rest/api/2/mypermissions", nil).want(t, 401, "")
	x.as(asNobody, "GET", "/rest/api/2/issue/PAY-2", nil).want(t, 200, `"PAY-2"`)

	closed := newServer(t, DataCenter{})
	closed.as(asNobody, "GET", "/rest/api/2/issue/PAY-2", nil).want(t, 404, "")
	closed.as(asNobody, "GET", "/rest/api/2/project", nil).want(t, 200, "[]")
	closed.as(asNobody, "GET", "/rest/api/2/search?jql=key%3DPAY-2", nil).want(t, 400, "An issue with key 'PAY-2' does not exist")
	closed.as(asNobody, "GET", "/rest/api/2/search", nil).want(t, 200, `"total":0`)
}

func TestServerPeople(t *testing.T) {
	x := newServer(t, DataCenter{})
	me := x.dc("GET", "/myself", nil).want(t, 200, `"name":"bot"`)
	if me.at("key") != "JIRAUSER10100" || me.at("accountId") != nil || me.at("self") != x.url+"/rest/api/2/user?username=bot" {
		t.Errorf("myself: %s", me.Text)
	}
	x.dc("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{"assignee": jsonObject{"name": "bot"}, "customfield_10050": jsonObject{"name": "ana"}}}).want(t, 204, "")
	a := x.dc("GET", "/issue/PAY-4?fields=assignee,customfield_10050", nil)
	if a.at("fields", "assignee", "key") != "JIRAUSER10100" || a.at("fields", "customfield_10050", "name") != "ana" {
		t.Errorf("people on PAY-4: %s", a.Text)
	}
	x.dc("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{"assignee": jsonObject{"accountId": "ana"}}}).want(t, 400, "expected 'name' property to be present")
	x.dc("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{"assignee": jsonObject{"name": "nobody"}}}).want(t, 400, "User 'nobody' does not exist.")

	for _, bad := range []string{"", "ana", "ANA"} {
		if err := x.RenameUser("557058:bot", bad); err == nil {
			t.Errorf("renamed to %q", bad)
		}
	}
	if err := x.RenameUser("557058:bot", "robot one"); err != nil {
		t.Fatal(err)
	}
	x.dc("GET", "/myself", nil).want(t, 401, "")
	renamed := func(r *http.Request) { r.SetBasicAuth("robot one", "secret") }
	me = x.as(renamed, "GET", "/rest/api/2/myself", nil).want(t, 200, `"name":"robot one"`).want(t, 200, `"key":"JIRAUSER10100"`)
	if got := me.Header.Get("X-AUSERNAME"); got != "robot+one" {
		t.Errorf("X-AUSERNAME: %s", got)
	}
	a = x.as(renamed, "GET", "/rest/api/2/search?"+url.Values{"jql": {`assignee = "robot one" and assignee = JIRAUSER10100`}}.Encode(), nil)
	if a.keysOf() != "PAY-4" || a.at("issues", 0, "fields", "assignee", "name") != "robot one" {
		t.Errorf("what was theirs stays theirs: %s", a.Text)
	}
	x.as(renamed, "GET", "/rest/api/2/search?"+url.Values{"jql": {`assignee = "557058:bot"`}}.Encode(), nil).want(t, 400, "does not exist for the field 'assignee'")
	x.as(renamed, "GET", "/rest/api/2/user?key=JIRAUSER10100", nil).want(t, 200, `"name":"robot one"`)
	x.as(renamed, "GET", "/rest/api/2/user?username=bot", nil).want(t, 404, "The user named 'bot' does not exist")

	if _, err := x.AddComment("PAY-2", "ana", "hello [~robot one] [~ana] [~accountid:ana]"); err != nil {
		t.Fatal(err)
	}
	page := x.as(asNobody, "GET", "/browse/PAY-2", nil).want(t, 200, `<span class="mention">@Ana</span>`)
	if strings.Contains(page.Text, `@Ana</span> <span class="mention">@Ana</span>`) {
		t.Error("a server knows no accountid mentions")
	}
}

// The site of newSite, put up by parents, as a server shows it.
func TestServerHierarchy(t *testing.T) {
	for _, object := range []bool{false, true} {
		x := newServer(t, DataCenter{ParentLinkObject: object})
		fields := func(key string) map[string]any {
			f, _ := x.dc("GET", "/issue/"+key, nil).want(t, 200, "").Body["fields"].(map[string]any)
			return f
		}
		epic, story, sub := fields("PAY-1"), fields("PAY-2"), fields("PAY-3")
		if object {
			data, _ := epic[DCParentLinkField].(map[string]any)["data"].(map[string]any)
			if data["key"] != "ROAD-1" {
				t.Errorf("Parent Link is %v", epic[DCParentLinkField])
			}
		} else if epic[DCParentLinkField] != "ROAD-1" {
			t.Errorf("Parent Link is %v", epic[DCParentLinkField])
		}
		if epic[DCEpicNameField] != "Checkout" || epic[DCEpicStatusField].(map[string]any)["value"] != "To Do" {
			t.Errorf("the epic: %v", epic)
		}
		if story[DCEpicLinkField] != "PAY-1" || story[DCParentLinkField] != nil {
			t.Errorf("the story: %v", story)
		}
		if sub["parent"].(map[string]any)["key"] != "PAY-2" {
			t.Errorf("the sub-task: %v", sub)
		}
		for name, has := range map[string]struct {
			fields map[string]any
			not    []string
		}{
			"epic":  {epic, []string{"parent", DCEpicLinkField, "statusCategory", EpicLinkField, SprintField}},
			"story": {story, []string{"parent", DCEpicNameField, DCEpicStatusField}},
			"sub":   {sub, []string{DCParentLinkField, DCEpicNameField}},
		} {
			for _, field := range has.not {
				if _, there := has.fields[field]; there {
					t.Errorf("%s has %s", name, field)
				}
			}
			if _, there := has.fields["issuetype"].(map[string]any)["hierarchyLevel"]; there {
				t.Errorf("%s has a hierarchyLevel", name)
			}
		}
	}
}

func TestServerLinksAreEdited(t *testing.T) {
	x := newServer(t, DataCenter{})
	x.add(Issue{Project: "PAY", Type: "Epic", Summary: "Refunds", EpicName: "refunds"})
	set := func(key, field string, value any) answer {
		return x.dc("PUT", "/issue/"+key, jsonObject{"fields": jsonObject{field: value}})
	}
	value := func(key, field string) any { return x.dc("GET", "/issue/"+key, nil).at("fields", field) }

	// PAY-2 is in PAY-1 because the site was put up with it as the parent. That
	// outlives another field's edit and ends with its own.
	set("PAY-2", DCParentLinkField, "ROAD-1").want(t, 204, "")
	if got := value("PAY-2", DCEpicLinkField); got != "PAY-1" {
		t.Errorf("Epic Link is %v", got)
	}
	x.add(Issue{Project: "PAY", Type: "Story", Summary: "in an epic", ParentKey: "PAY-1"})
	set("PAY-6", DCEpicLinkField, nil).want(t, 204, "")
	if got := value("PAY-6", DCEpicLinkField); got != nil {
		t.Errorf("Epic Link is %v", got)
	}

	set("PAY-2", DCEpicLinkField, "PAY-5").want(t, 204, "")
	if got := value("PAY-2", DCEpicLinkField); got != "PAY-5" {
		t.Errorf("Epic Link is %v", got)
	}
	set("PAY-2", DCParentLinkField, "ROAD-1").want(t, 204, "")
	if e, p := value("PAY-2", DCEpicLinkField), value("PAY-2", DCParentLinkField); e != "PAY-5" || p != "ROAD-1" {
		t.Errorf("Epic Link %v, Parent Link %v", e, p)
	}
	set("PAY-2", DCEpicLinkField, nil).want(t, 204, "")
	if got := value("PAY-2", DCEpicLinkField); got != nil {
		t.Errorf("Epic Link is %v", got)
	}
	set("PAY-1", DCParentLinkField, nil).want(t, 204, "")
	if got := value("PAY-1", DCParentLinkField); got != nil {
		t.Errorf("Parent Link is %v", got)
	}
	set("PAY-2", DCEpicLinkField, "PAY-4").want(t, 400, "is not an epic")
	set("PAY-2", DCEpicLinkField, "PAY-99").want(t, 400, "does not exist")
	set("PAY-1", DCParentLinkField, "PAY-2").want(t, 400, "cannot be the parent")
	set("PAY-4", "parent", jsonObject{"key": "PAY-1"}).want(t, 400, "Field 'parent' cannot be set.")
	set("PAY-1", DCEpicStatusField, jsonObject{"value": "Done"}).want(t, 204, "")
	if a := x.dc("GET", "/search?"+url.Values{"jql": {`"Epic Status" = Done`}}.Encode(), nil); a.keysOf() != "PAY-1" {
		t.Errorf("by epic status: %s", a.Text)
	}

	// What moved shows its new key.
	set("PAY-4", DCEpicLinkField, "PAY-5").want(t, 204, "")
	key, err := x.Move("PAY-5", "WEB")
	if err != nil {
		t.Fatal(err)
	}
	if got := value("PAY-4", DCEpicLinkField); got != key {
		t.Errorf("Epic Link is %v, want %s", got, key)
	}
	log := x.dc("GET", "/issue/PAY-2?expand=changelog", nil)
	if log.at("changelog", "histories", 1, "items", 0, "field") != "Epic Link" || log.at("changelog", "histories", 1, "items", 0, "toString") != "PAY-5" ||
		log.at("changelog", "histories", 1, "items", 0, "fieldId") != nil || log.at("changelog", "histories", 2, "items", 0, "field") != "Parent Link" {
		t.Errorf("history: %v", log.at("changelog"))
	}
}

// A sprint is what Java prints, and nothing in it is escaped. The two forms are
// those of a public capture and of the issues of eucalyptus.
func TestServerSprints(t *testing.T) {
	x := newServer(t, DataCenter{})
	start := time.Date(2018, 5, 9, 8, 39, 30, 147e6, time.FixedZone("", 2*3600))
	name := "Q1, part [2] state=CLOSED,name=x"
	x.add(Issue{
		Project: "PAY", Summary: "in sprints", Sprint: &Sprint{ID: 9, Name: name, State: "active", BoardID: 3, Start: start},
		ClosedSprints: []Sprint{{ID: 8, Name: "S8", State: "closed", Goal: "ship"}},
	})
	a := x.dc("GET", "/issue/PAY-5", nil)
	form := regexp.MustCompile(`^com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[0-9a-f]+(\[.*\])$`)
	for k, want := range []string{
		"[id=8,rapidViewId=0,state=CLOSED,name=S8,startDate=<null>,endDate=<null>,completeDate=<null>,sequence=8,goal=ship]",
		"[id=9,rapidViewId=3,state=ACTIVE,name=" + name + ",startDate=2018-05-09T06:39:30.147Z,endDate=<null>,completeDate=<null>,sequence=9,goal=<null>]",
	} {
		text, _ := a.at("fields", DCSprintField, k).(string)
		if m := form.FindStringSubmatch(text); m == nil || m[1] != want {
			t.Errorf("sprint %d: %s\nwant %s", k, text, want)
		}
		if sp, ok := sprintText(text); !ok || (k == 1 && (sp.Name != name || !sp.StartDate.Equal(start) || !sp.EndDate.IsZero())) {
			t.Errorf("read back: %+v", sp)
		}
	}
}

func TestServerReadsAndWrites(t *testing.T) {
	x := newServer(t, DataCenter{})
	for range 60 {
		if _, err := x.AddComment("PAY-2", "ana", "hi"); err != nil {
			t.Fatal(err)
		}
	}
	page := x.dc("GET", "/issue/PAY-2/comment", nil).want(t, 200, "")
	if cs := page.Body["comments"].([]any); len(cs) != 50 || page.at("total") != 60.0 || strings.Contains(page.Text, "jsdPublic") {
		t.Errorf("%d comments of %v", len(cs), page.at("total"))
	}
	if a := x.dc("GET", "/issue/PAY-2?fields=comment", nil); len(a.at("fields", "comment", "comments").([]any)) != 60 {
		t.Error("an issue brings all its comments")
	}
	mark := []any{jsonObject{"key": "alignd", "value": jsonObject{"id": "c-1"}}}
	made := x.dc("POST", "/issue/PAY-2/comment", jsonObject{"body": "ours", "properties": mark}).want(t, 201, "")
	id, _ := made.at("id").(string)
	x.dc("GET", "/issue/PAY-2/comment/"+id+"?expand=properties", nil).want(t, 200, `"properties":[{"key":"alignd","value":{"id":"c-1"}}]`)
	x.dc("GET", "/comment/"+id+"/properties/alignd", nil).want(t, 200, `"c-1"`)

	edit := labels(jsonObject{"add": "a"})
	x.dc("PUT", "/issue/PAY-2?notifyUsers=false", edit).want(t, 403, "To discard the user notification")
	if i, _ := x.Issue("PAY-2"); strings.Contains(strings.Join(i.Labels, " "), "a ") {
		t.Error("a refused edit was done")
	}
	x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2?notifyUsers=false", edit).want(t, 204, "")
	x.dc("PUT", "/issue/PAY-2/properties/one", 1).want(t, 201, "")
	x.dc("PUT", "/issue/PAY-2/properties/two", 2).want(t, 201, "")
	x.dc("GET", "/issue/PAY-2?fields=labels&properties=one", nil).want(t, 200, `"properties":{"one":1}`)
	x.dc("GET", "/issue/PAY-2?fields=labels&properties=*all", nil).want(t, 200, `"properties":{"one":1,"two":2}`)

	all := x.dc("GET", "/mypermissions?projectKey=PAY", nil).want(t, 200, "")
	ps, _ := all.Body["permissions"].(map[string]any)
	if len(ps) != len(knownPermissions()) || all.at("permissions", "EDIT_ISSUES", "havePermission") != true || all.at("permissions", "ADMINISTER", "havePermission") != false {
		t.Errorf("permissions: %s", all.Text)
	}
	x.dc("GET", "/project", nil).want(t, 200, `[{"avatarUrls":{},"id":`).want(t, 200, `"key":"WEB"`)
	x.dc("GET", "/field", nil).want(t, 200, `"customId":10101`).want(t, 200, "com.atlassian.jpo:jpo-custom-field-parent")
}

// What is put away is in no search, is read with when and by whom, and comes back.
func TestServerArchives(t *testing.T) {
	x := newServer(t, DataCenter{})
	x.dc("PUT", "/issue/PAY-2/archive", nil).want(t, 403, "permission to archive")
	x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2/archive", nil).want(t, 204, "")
	if a := x.dc("POST", "/search", jsonObject{"jql": "project = PAY order by key"}); a.keysOf() != "PAY-1 PAY-4" {
		t.Errorf("search finds %s", a.keysOf())
	}
	a := x.dc("GET", "/issue/PAY-2", nil).want(t, 200, "")
	if a.at("fields", "archiveddate") == nil || a.at("fields", "archivedby", "name") != "adm" {
		t.Errorf("archived: %s", a.Text)
	}
	x.dc("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 400, "archived")
	x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2/restore", nil).want(t, 204, "")
	if a := x.dc("POST", "/search", jsonObject{"jql": "project = PAY order by key"}); a.keysOf() != "PAY-1 PAY-2 PAY-3 PAY-4" {
		t.Errorf("search finds %s", a.keysOf())
	}
}

// A mention names a user; the mail goes to whose name it is now.
func TestServerMails(t *testing.T) {
	x := newServer(t, DataCenter{})
	must(t, x.RenameUser("ana", "ana.b"))
	x.dc("POST", "/issue/PAY-4/comment", jsonObject{"body": "[~ana] [~ana.b] [~adm]"}).want(t, 201, "")
	if ms := x.Mails(); len(ms) != 1 || strings.Join(ms[0].Mentioned, " ") != "ana adm" {
		t.Errorf("mails: %+v", ms)
	}
}

// Who is not signed in sees of a public site what an account without any grant
// sees, custom fields included, and of a project that is put away nothing.
func TestServerIsPublic(t *testing.T) {
	x := newServer(t, DataCenter{Public: true})
	nobody := func(path string) answer { return x.as(asNobody, "GET", "/rest/api/2"+path, nil) }
	if a := nobody("/issue/PAY-2"); a.at("fields", DCEpicLinkField) != "PAY-1" {
		t.Errorf("to nobody: %s", a.Text)
	}
	nobody("/field").want(t, 200, "Product Owner")
	nobody("/project").want(t, 200, `"key":"WEB"`)
	must(t, x.ArchiveProject("WEB", "adm"))
	nobody("/search?jql=project%3DWEB").want(t, 400, "The value 'WEB' does not exist")
	nobody("/project/WEB").want(t, 404, "")
	nobody("/project/SEC").want(t, 404, "")
}

func TestServerUnderAPath(t *testing.T) {
	x := newServer(t, DataCenter{ContextPath: "/jira"})
	root := strings.TrimSuffix(x.url, "/jira")
	i := x.dc("GET", "/issue/PAY-2?fields=project,assignee", nil).want(t, 200, "")
	for _, self := range []any{i.at("self"), i.at("fields", "project", "self"), i.at("fields", "assignee", "self")} {
		if link, _ := self.(string); !strings.HasPrefix(link, root+"/jira/rest/api/2/") {
			t.Errorf("a link leads to %v", self)
		}
	}
	x.as(asServerBot, "GET", "/browse/PAY-2", nil).want(t, 200, `<a href="/jira/browse/PAY-1">`)
	x.as(asServerBot, "GET", "/", nil).want(t, 200, `<a href="/jira/?project=PAY">`)
	x.as(asServerBot, "GET", "", nil).want(t, 200, "Payments")
	x.dc("PUT", "/issue/PAY-2/properties/a%2Fb", 1).want(t, 201, "")
	x.dc("GET", "/issue/PAY-2/properties/a%2Fb", nil).want(t, 200, `"key":"a/b"`)
	for _, outside := range []string{"/rest/api/2/serverInfo", "/browse/PAY-2", "/jirasim/rest/api/2/serverInfo"} {
		x.url = root
		x.as(asServerBot, "GET", outside, nil).want(t, 404, "Jira lives under /jira/")
	}
	if n := x.Count("GET /rest/api/2/issue/{issueIdOrKey}"); n != 1 {
		t.Errorf("the log has %d reads of an issue", n)
	}
}

func TestServerRateLimit(t *testing.T) {
	x := newServer(t, DataCenter{RateLimit: TokenBucket{Size: 3, Fill: 2, Every: 10 * time.Second}})
	ask := func(sign signIn, status int, remaining, wait string) {
		t.Helper()
		a := x.as(sign, "GET", "/rest/api/2/serverInfo", nil)
		h := a.Header
		if a.Status != status || h.Get("X-RateLimit-Remaining") != remaining || h.Get("Retry-After") != wait ||
			h.Get("X-RateLimit-Limit") != "3" || h.Get("X-RateLimit-Interval-Seconds") != "10" || h.Get("X-RateLimit-FillRate") != "2" {
			t.Errorf("%d %v\nwant %d, %s left, %s to wait", a.Status, h, status, remaining, wait)
		}
	}
	ask(asServerBot, 200, "2", "0")
	ask(asServerBot, 200, "1", "0")
	ask(asServerBot, 200, "0", "10")
	x.clock.pass(3 * time.Second)
	ask(asServerBot, 429, "0", "7")
	ask(asAdmin, 200, "2", "0") // each has their own
	x.clock.pass(11 * time.Second)
	ask(asServerBot, 200, "1", "0")
	ask(asServerBot, 200, "0", "6") // filled by the interval, not by the visit
	x.clock.pass(time.Hour)
	ask(asServerBot, 200, "2", "0") // never more than the bucket holds
	x.LimitRate(TokenBucket{})
	if a := x.dc("GET", "/serverInfo", nil); a.Header.Get("X-RateLimit-Limit") != "" {
		t.Error("still limited")
	}
}

// Real issues as a server shows them: membership is Epic Link whatever the file
// had, and what a file had under its own field ids is found under the site's.
func TestServerLoadsRealIssues(t *testing.T) {
	for _, c := range []struct {
		file, jql   string
		total, link int // link: of them with an Epic Link
	}{
		{"data/titanium-small.jsonl.gz", "issuetype = Epic", 134, 890},
		{"data/eucalyptus-gui.jsonl.gz", `"Epic Status" = Done`, 29, 442},
		{"data/beads.jsonl.gz", "issuetype = Epic", 0, 0},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, err := os.Open(shared(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			x := newServer(t, DataCenter{})
			for _, i := range x.Issues() {
				_ = x.Delete(i.Key) // their ids are also in the files; some went with their parents
			}
			if _, err := x.LoadJSONL(f); err != nil {
				t.Fatal(err)
			}
			count := func(jql string) float64 {
				a := x.dc("GET", "/search?"+url.Values{"jql": {jql}, "maxResults": {"0"}}.Encode(), nil).want(t, 200, `"total"`)
				return a.at("total").(float64)
			}
			if c.total > 0 && count(c.jql) != float64(c.total) {
				t.Errorf("%s: %v, want %d", c.jql, count(c.jql), c.total)
			}
			links := count(`"Epic Link" is not EMPTY`)
			if c.link > 0 && links != float64(c.link) || links == 0 {
				t.Errorf("%v with an Epic Link, want %d", links, c.link)
			}
			a := x.dc("GET", "/search?"+url.Values{"jql": {"sprint is not EMPTY"}, "maxResults": {"1"}, "fields": {"*all"}}.Encode(), nil)
			if strings.Contains(c.file, "eucalyptus") && !strings.Contains(a.Text, "startDate=201") {
				t.Errorf("a sprint without its dates: %s", a.Text)
			}
		})
	}
}
