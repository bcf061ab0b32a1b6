package jirasim

import (
	"strings"
	"testing"
	"time"
)

// must fails the test on an error of an act.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What is taken from the bot is missing in /mypermissions, and the matching
// request is refused as Jira refuses it.
func TestPermissionsOneByOne(t *testing.T) {
	for _, k := range []struct {
		permission, method, path string
		body                     any
		status                   int
		says                     string
	}{
		{"BROWSE_PROJECTS", "GET", "/issue/PAY-2", nil, 404, "Issue does not exist or you do not have permission to see it."},
		{"BROWSE_PROJECTS", "GET", "/project/PAY", nil, 404, "No project could be found with key 'PAY'."},
		{"BROWSE_PROJECTS", "POST", "/search/jql", jsonObject{"jql": "project = PAY"}, 400, "The value 'PAY' does not exist for the field 'project'."},
		{"EDIT_ISSUES", "PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"}), 400, "Field 'labels' cannot be set."},
		{"EDIT_ISSUES", "PUT", "/issue/PAY-2/properties/a", 1, 403, "permission"},
		{"ADD_COMMENTS", "POST", "/issue/PAY-2/comment", jsonObject{"body": "hi"}, 400, "permission to comment"},
		{"EDIT_OWN_COMMENTS", "PUT", "/issue/PAY-2/comment/OWN", jsonObject{"body": "hi"}, 400, "permission to edit this comment"},
		{"DELETE_OWN_COMMENTS", "DELETE", "/issue/PAY-2/comment/OWN", nil, 400, "permission to delete this comment"},
		{"LINK_ISSUES", "POST", "/issueLink", jsonObject{"type": jsonObject{"name": "Blocks"}, "inwardIssue": jsonObject{"key": "PAY-2"}, "outwardIssue": jsonObject{"key": "WEB-1"}}, 404, "No Link Issue Permission"},
	} {
		for _, who := range []string{"557058:bot", ""} { // from the bot alone, from everybody
			x := newSite(t, Options{})
			own, err := x.AddComment("PAY-2", "557058:bot", "mine")
			must(t, err)
			path := strings.Replace(k.path, "OWN", own.ID, 1)
			before, _ := x.Issue("PAY-2")
			must(t, x.SetPermission(who, "PAY", k.permission, false))
			x.do(k.method, path, k.body).want(t, k.status, k.says)
			if k.permission != "BROWSE_PROJECTS" {
				x.do("GET", "/mypermissions?projectKey=PAY&permissions="+k.permission, nil).want(t, 200, `"havePermission":false`)
			}
			x.do("GET", "/mypermissions?projectKey=ROAD&permissions="+k.permission, nil).want(t, 200, `"havePermission":true`)
			if after, _ := x.Issue("PAY-2"); !after.Updated.Equal(before.Updated) {
				t.Errorf("%s: a refused request, or a permission, moves updated", k.permission)
			}
			must(t, x.SetPermission(who, "PAY", k.permission, true))
			if a := x.do(k.method, path, k.body); a.Status >= 300 {
				t.Errorf("%s given back: %d %s", k.permission, a.Status, a.Text)
			}
		}
	}
}

func TestThePermissionThatIsSaidMostNarrowlyHolds(t *testing.T) {
	x := newSite(t, Options{})
	has := func(project string, want bool) {
		t.Helper()
		a := x.do("GET", "/mypermissions?permissions=EDIT_ISSUES&projectKey="+project, nil)
		if a.at("permissions", "EDIT_ISSUES", "havePermission") != want {
			t.Errorf("%s: %s, want %v", project, a.Text, want)
		}
	}
	must(t, x.SetPermission("", "PAY", "EDIT_ISSUES", false))
	has("PAY", false)
	must(t, x.SetPermission("557058:bot", "", "EDIT_ISSUES", true))
	has("PAY", true)
	must(t, x.SetPermission("557058:bot", "PAY", "EDIT_ISSUES", false))
	has("PAY", false)
	has("WEB", true)
	x.AddUser(User{AccountID: "557058:bot", Name: "Bot, renamed", Active: true})
	x.AddProject(Project{Key: "PAY", Name: "Payments, renamed"})
	has("PAY", false) // what was said stays said
	for _, bad := range [][3]string{{"557058:bot", "PAY", "FLY"}, {"nobody", "PAY", "EDIT_ISSUES"}, {"ana", "NOPE", "EDIT_ISSUES"}, {"", "", "EDIT_ISSUES"}} {
		if x.SetPermission(bad[0], bad[1], bad[2], true) == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

func TestAProjectThatOneAccountCannotSee(t *testing.T) {
	x := newSite(t, Options{})
	_, err := x.Link("Blocks", "WEB-1", "PAY-2", "ana")
	must(t, err)
	must(t, x.SetPermission("557058:bot", "PAY", "BROWSE_PROJECTS", false))
	x.do("GET", "/project/search", nil).want(t, 200, `"total":3`)
	x.as(asAdmin, "GET", "/rest/api/2/project/search", nil).want(t, 200, `"total":4`)
	if got := x.do("POST", "/search/jql", jsonObject{"jql": "created is not EMPTY", "fields": []string{"id"}}).keysOf(); got != "WEB-1 ROAD-1" {
		t.Errorf("found: %s", got)
	}
	if got := x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{"PAY-2", "WEB-1"}}); got.keysOf() != "WEB-1" || len(got.at("issues", 0, "fields", "issuelinks").([]any)) != 0 {
		t.Errorf("fetched: %s", got.Text)
	}
	if got := x.do("POST", "/search/approximate-count", jsonObject{"jql": "created is not EMPTY"}); got.at("count") != 2.0 {
		t.Errorf("counted: %s", got.Text)
	}
	must(t, x.SetPermission("557058:bot", "PAY", "BROWSE_PROJECTS", true))
	x.do("GET", "/issue/PAY-2", nil).want(t, 200, "Pay by card")
}

// A security level hides an issue and tells nobody: updated stays as it was.
func TestAnIssueBehindASecurityLevel(t *testing.T) {
	for _, k := range []struct {
		name               string
		from               []string
		botSees, adminSees bool
	}{
		{"from the bot", []string{"557058:bot"}, false, true},
		{"from another", []string{"ana"}, true, true},
		{"from all", nil, false, false},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			before, _ := x.Issue("PAY-2")
			x.clock.pass(time.Hour)
			must(t, x.Hide("PAY-2", k.from...))
			sees := func(who signIn, want bool) {
				t.Helper()
				search := x.as(who, "POST", "/rest/api/2/search/jql", jsonObject{"jql": "summary ~ card"})
				if got := strings.Contains(" "+search.keysOf()+" ", " PAY-2 "); got != want {
					t.Errorf("search finds %s, want PAY-2: %v", search.keysOf(), want)
				}
				if got := x.as(who, "GET", "/rest/api/2/issue/PAY-2", nil).Status == 200; got != want {
					t.Errorf("reads it: %v", got)
				}
				child := x.as(who, "GET", "/rest/api/2/issue/PAY-3?fields=parent", nil)
				if got := child.at("fields", "parent", "fields") != nil; got != want {
					t.Errorf("child tells its parent's summary: %s", child.Text)
				}
			}
			sees(asBot, k.botSees)
			sees(asAdmin, k.adminSees)
			must(t, x.Show("PAY-2", k.from...))
			sees(asBot, true)
			sees(asAdmin, true)
			if after, _ := x.Issue("PAY-2"); !after.Updated.Equal(before.Updated) {
				t.Error("a security level moves updated")
			}
		})
	}
}

func TestProjectAdministratorsMayEditInSilence(t *testing.T) {
	x := newSite(t, Options{})
	edit := labels(jsonObject{"add": "a"})
	x.do("PUT", "/issue/PAY-2?notifyUsers=false", edit).want(t, 403, "To discard the user notification")
	if i, _ := x.Issue("PAY-2"); strings.Contains(strings.Join(i.Labels, " "), "a ") {
		t.Error("the whole edit is refused")
	}
	must(t, x.SetPermission("557058:bot", "PAY", "ADMINISTER_PROJECTS", true))
	x.do("PUT", "/issue/PAY-2?notifyUsers=false", edit).want(t, 204, "")
	x.do("PUT", "/issue/WEB-1?notifyUsers=false", edit).want(t, 403, "To discard the user notification")
}

func TestPermissionsCheckedAtOnce(t *testing.T) {
	x := newSite(t, Options{})
	pay2, _ := x.Issue("PAY-2")
	web1, _ := x.Issue("WEB-1")
	must(t, x.SetPermission("557058:bot", "PAY", "EDIT_ISSUES", false))
	ask := `{"globalPermissions":["ADMINISTER","USER_PICKER"],"projectPermissions":[{"permissions":["EDIT_ISSUES"],"projects":[99],"issues":[` + pay2.ID + `,` + web1.ID + `]}]}`
	x.do("POST", "/permissions/check", ask).want(t, 200, `{"globalPermissions":["USER_PICKER"],"projectPermissions":[{"issues":[`+web1.ID+`],"permission":"EDIT_ISSUES","projects":[]}]}`)
	x.do("POST", "/permissions/check", `{"globalPermissions":["FLY"]}`).want(t, 400, "Unrecognized permission: FLY")
	x.do("POST", "/permissions/check", `{"accountId":"ana","globalPermissions":["ADMINISTER"]}`).want(t, 403, "Administrator")
	x.as(asAdmin, "POST", "/rest/api/2/permissions/check", `{"accountId":"ana","globalPermissions":["ADMINISTER"]}`).want(t, 200, `"globalPermissions":[]`)
	if n := len(x.Writes()); n != 0 {
		t.Errorf("asking is no write: %d", n)
	}
}
