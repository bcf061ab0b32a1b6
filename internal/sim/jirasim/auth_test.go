package jirasim

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhoIsAsking(t *testing.T) {
	x := newSite(t, Options{})
	for _, c := range []struct {
		who     string
		sign    signIn
		myself  int
		found   string // by search
		refused bool   // X-Seraph-LoginReason tells of a wrong credential
	}{
		{"the bot, by e-mail and token", asBot, 200, "WEB-1", false},
		{"the admin, by bearer token", asAdmin, 200, "WEB-1", false},
		{"nobody", asNobody, 401, "", false},
		{"a token that has expired", badToken, 401, "", true},
	} {
		t.Run(c.who, func(t *testing.T) {
			me := x.as(c.sign, "GET", "/rest/api/2/myself", nil)
			if me.Status != c.myself {
				t.Errorf("myself: %d, want %d", me.Status, c.myself)
			}
			a := x.as(c.sign, "POST", "/rest/api/2/search/jql", jsonObject{"jql": "project = WEB"}).want(t, 200, "isLast")
			if a.keysOf() != c.found {
				t.Errorf("search found %q, want %q", a.keysOf(), c.found)
			}
			if got := a.Header.Get("X-Seraph-LoginReason"); (got == "AUTHENTICATED_FAILED") != c.refused {
				t.Errorf("X-Seraph-LoginReason: %q", got)
			}
		})
	}
}

func TestDeactivatedAccountCannotSignIn(t *testing.T) {
	x := newSite(t, Options{})
	old := func(r *http.Request) { r.SetBasicAuth("old@acme.example", "secret") }
	x.as(old, "GET", "/rest/api/2/myself", nil).want(t, 401, "Client must be authenticated")
}

func TestAnonymousSeesNothing(t *testing.T) {
	x := newSite(t, Options{})
	for path, status := range map[string]int{
		"/serverInfo": 200, "/field": 200, "/project/search": 200, "/mypermissions?permissions=BROWSE_PROJECTS": 200,
		"/project/PAY": 404, "/issue/PAY-1": 404, "/issue/PAY-1/comment": 404,
	} {
		a := x.as(asNobody, "GET", "/rest/api/2"+path, nil)
		if a.Status != status {
			t.Errorf("GET %s: %d, want %d", path, a.Status, status)
		}
		if strings.Contains(a.Text, "PAY-1\"") || strings.Contains(a.Text, "Payments") || strings.Contains(a.Text, "Product Owner") {
			t.Errorf("GET %s tells too much: %s", path, a.Text)
		}
	}
	if a := x.as(asNobody, "POST", "/rest/api/2/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{"PAY-1"}}); a.keysOf() != "" {
		t.Errorf("bulkfetch tells %s", a.keysOf())
	}
}

func TestSiteInfo(t *testing.T) {
	x := newSite(t, Options{})
	x.do("GET", "/serverInfo", nil).want(t, 200, `"deploymentType":"Cloud"`).want(t, 200, `"baseUrl":"`+x.url+`"`)
	x.do("GET", "/myself", nil).want(t, 200, `"timeZone":"Europe/Berlin"`).want(t, 200, `"accountId":"557058:bot"`)
	x.do("GET", "/project/PAY", nil).want(t, 200, `"projectTypeKey":"software"`)
	x.do("GET", "/project/SEC", nil).want(t, 404, "No project could be found with key 'SEC'.")
	x.do("GET", "/field", nil).want(t, 200, `"custom":"com.pyxis.greenhopper.jira:gh-epic-link"`).want(t, 200, "Product Owner")
	x.do("GET", "/mypermissions", nil).want(t, 400, "permissions")
	p := x.do("GET", "/mypermissions?projectKey=PAY&permissions=EDIT_ISSUES,ADMINISTER_PROJECTS", nil).want(t, 200, "")
	if p.at("permissions", "EDIT_ISSUES", "havePermission") != true || p.at("permissions", "ADMINISTER_PROJECTS", "havePermission") != false {
		t.Errorf("permissions: %s", p.Text)
	}
	page := x.do("GET", "/project/search?maxResults=2", nil).want(t, 200, `"isLast":false`)
	if page.at("total") != 4.0 || page.at("values", 0, "key") != "IF" {
		t.Errorf("projects: %s", page.Text)
	}
	x.as(asBot, "GET", "/rest/api/3/myself", nil).want(t, 404, "")
	x.do("POST", "/search", jsonObject{"jql": "project = PAY"}).want(t, 410, "CHANGE-2046")
	x.as(asBot, "POST", "/rest/api/2/search/jql", `{"jql": "project = PAY"`).want(t, 400, "Invalid request payload")
	x.as(asBot, "POST", "/rest/api/2/search/jql", `{"jql": "project = PAY", "startAt": 0}`).want(t, 400, "Invalid request payload")
}

// The log is what tests of a client look at: who asked what, and never with
// which credential.
func TestRequestLog(t *testing.T) {
	x := newSite(t, Options{})
	x.do("GET", "/issue/PAY-2?fields=summary", nil)
	x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": "hello"})
	x.do("POST", "/search/jql", jsonObject{"jql": "project = PAY"})
	if n := x.Count("GET /rest/api/2/issue/{issueIdOrKey}"); n != 1 {
		t.Errorf("counted %d reads of an issue", n)
	}
	ws := x.Writes()
	if len(ws) != 1 || ws[0].Route != "POST /rest/api/2/issue/{issueIdOrKey}/comment" || ws[0].Status != 201 || ws[0].Account != "557058:bot" || ws[0].Body != `{"body":"hello"}` {
		t.Errorf("writes: %+v", ws)
	}
	if rs := x.Requests(); len(rs) != 3 || rs[0].Query != "fields=summary" {
		t.Errorf("requests: %+v", rs)
	}
	x.ResetRequests()
	if len(x.Requests()) != 0 || x.Count("GET /rest/api/2/issue/{issueIdOrKey}") != 0 {
		t.Error("ResetRequests left something")
	}
}
