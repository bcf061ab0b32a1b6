package jirasim

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func labels(ops ...any) jsonObject { return jsonObject{"update": jsonObject{"labels": ops}} }

func TestLabels(t *testing.T) {
	x := newSite(t, Options{})
	has := func(want string) {
		t.Helper()
		if i, _ := x.Issue("PAY-2"); strings.Join(i.Labels, " ") != want {
			t.Errorf("labels are %v, want %s", i.Labels, want)
		}
	}
	before, _ := x.Issue("PAY-2")
	x.clock.pass(time.Hour)
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "needs-goal"}, jsonObject{"remove": "urgent"})).want(t, 204, "")
	has("ktlo needs-goal")
	after, _ := x.Issue("PAY-2")
	if !after.Updated.After(before.Updated) {
		t.Error("an edit moves updated")
	}
	x.clock.pass(time.Hour)
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "needs-goal"}, jsonObject{"remove": "urgent"})).want(t, 204, "")
	if again, _ := x.Issue("PAY-2"); !again.Updated.Equal(after.Updated) {
		t.Error("an edit that changes nothing moves nothing")
	}
	x.do("PUT", "/issue/PAY-2", jsonObject{"fields": jsonObject{"labels": []string{"only"}}}).want(t, 204, "")
	has("only")

	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "two words"})).want(t, 400, `"labels":"The label 'two words' contains spaces which is invalid."`)
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": strings.Repeat("é", 256)})).want(t, 400, "255")
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": strings.Repeat("é", 255)})).want(t, 204, "")
	x.do("PUT", "/issue/PAY-2", jsonObject{"fields": jsonObject{"status": "Done", "summary": "x"}}).want(t, 400, "Field 'status' cannot be set. It is not on the appropriate screen, or unknown.")
	if i, _ := x.Issue("PAY-2"); i.Summary != "Pay by card" {
		t.Error("a refused edit is refused whole")
	}
	x.do("PUT", "/issue/PAY-99", labels(jsonObject{"add": "a"})).want(t, 404, "Issue does not exist")
	x.as(asNobody, "PUT", "/rest/api/2/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 404, "Issue does not exist")

	log := x.do("GET", "/issue/PAY-2?fields=id&expand=changelog", nil).want(t, 200, "")
	if log.at("changelog", "total") != 3.0 || log.at("changelog", "histories", 0, "items", 0, "field") != "labels" || log.at("changelog", "histories", 2, "items", 0, "toString") != "ktlo needs-goal" {
		t.Errorf("history, newest first: %s", log.Text)
	}
	all := x.do("GET", "/issue/PAY-2/changelog", nil).want(t, 200, `"isLast":true`)
	if all.at("values", 0, "items", 0, "toString") != "ktlo needs-goal" || all.at("values", 0, "author", "accountId") != "557058:bot" {
		t.Errorf("history, oldest first: %s", all.Text)
	}
}

func TestEditsThatNeedPermission(t *testing.T) {
	x := newSite(t, Options{})
	x.AddProject(Project{Key: "RO", Name: "Read only", ReadOnly: true})
	x.AddProject(Project{Key: "NL", Name: "No labels on screen", NoLabels: true})
	x.add(Issue{Project: "RO", Summary: "look"})
	x.add(Issue{Project: "NL", Summary: "plain"})
	edit := labels(jsonObject{"add": "a"})
	silent := "To discard the user notification either admin or project admin permissions are required."
	x.do("PUT", "/issue/PAY-2?notifyUsers=false", edit).want(t, 403, silent)
	x.do("PUT", "/issue/PAY-2?notifyUsers=0", edit).want(t, 403, silent)
	x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2?notifyUsers=false", edit).want(t, 204, "")
	x.do("PUT", "/issue/RO-1", edit).want(t, 400, "Field 'labels' cannot be set.")
	x.do("PUT", "/issue/NL-1", edit).want(t, 400, "Field 'labels' cannot be set.")
	x.do("PUT", "/issue/RO-1/properties/a", 1).want(t, 403, "permission")
	x.do("POST", "/issue/RO-1/comment", jsonObject{"body": "hi"}).want(t, 400, "you do not have the permission to comment on this issue")
	if m := x.do("GET", "/issue/NL-1/editmeta", nil); m.at("fields", "labels") != nil || m.at("fields", "summary") == nil {
		t.Errorf("edit screen: %s", m.Text)
	}
	if m := x.do("GET", "/issue/PAY-2/editmeta", nil); m.at("fields", "labels", "operations", 0) != "add" {
		t.Errorf("edit screen: %s", m.Text)
	}
}

func TestLabelAndPropertyInOneEdit(t *testing.T) {
	x := newSite(t, Options{})
	body := labels(jsonObject{"add": "a"})
	body["properties"] = []any{jsonObject{"key": "alignd", "value": jsonObject{"id": "7"}}}
	x.do("PUT", "/issue/WEB-1", body).want(t, 204, "")
	x.do("GET", "/issue/WEB-1/properties/alignd", nil).want(t, 200, `{"key":"alignd","value":{"id":"7"}}`)
	x.do("GET", "/issue/WEB-1/properties", nil).want(t, 200, `"key":"alignd"`)
	x.do("GET", "/issue/WEB-1?fields=labels&properties=alignd", nil).want(t, 200, `"properties":{"alignd":{"id":"7"}}`)
	x.do("PUT", "/issue/WEB-1/properties/alignd", 8).want(t, 200, "")
	x.do("PUT", "/issue/WEB-1/properties/alignd", `"`+strings.Repeat("x", 32768)+`"`).want(t, 400, "32768")
	x.do("DELETE", "/issue/WEB-1/properties/alignd", nil).want(t, 204, "")
	x.do("GET", "/issue/WEB-1/properties/alignd", nil).want(t, 404, "alignd")
}

func TestPeopleEditOverREST(t *testing.T) {
	x := newSite(t, Options{})
	x.do("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{
		"parent": jsonObject{"key": "PAY-1"}, "assignee": jsonObject{"accountId": "ana"}, "customfield_10050": jsonObject{"accountId": "ana"},
	}}).want(t, 204, "")
	a := x.do("GET", "/issue/PAY-4?fields=parent,assignee,customfield_10014", nil)
	if a.at("fields", "parent", "key") != "PAY-1" || a.at("fields", "assignee", "displayName") != "Ana" || a.at("fields", "customfield_10014") != "PAY-1" {
		t.Errorf("after the edit: %s", a.Text)
	}
	x.do("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{"parent": jsonObject{"key": "PAY-99"}}}).want(t, 400, "Could not find issue")
	x.do("PUT", "/issue/PAY-4", jsonObject{"fields": jsonObject{"parent": nil}}).want(t, 204, "")
	if i, _ := x.Issue("PAY-4"); i.ParentKey != "" {
		t.Errorf("parent is still %s", i.ParentKey)
	}
}

func TestMovedDeletedHidden(t *testing.T) {
	x := newSite(t, Options{})
	id := func(key string) string { i, _ := x.Issue(key); return i.ID }
	epic := id("PAY-1")
	newKey, err := x.Move("PAY-1", "WEB")
	if err != nil || newKey != "WEB-2" {
		t.Fatal(newKey, err)
	}
	a := x.do("GET", "/issue/PAY-1?fields=summary", nil).want(t, 200, `"key":"WEB-2"`)
	if a.Body["id"] != epic {
		t.Error("a moved issue keeps its id")
	}
	if a := x.do("GET", "/issue/PAY-2?fields=parent,customfield_10014", nil); a.at("fields", "parent", "key") != "WEB-2" || a.at("fields", "customfield_10014") != "WEB-2" {
		t.Errorf("children follow: %s", a.Text)
	}
	bulk := jsonObject{"issueIdsOrKeys": []string{"WEB-1", "PAY-1", "PAY-99", "PAY-2", "WEB-2"}, "fields": []string{"summary"}}
	if a := x.do("POST", "/issue/bulkfetch", bulk).want(t, 200, `"issueErrors":[]`); a.keysOf() != "WEB-2 PAY-2 WEB-1" {
		t.Errorf("bulkfetch, by ascending id, each once, without what is not there: %s", a.keysOf())
	}

	x.add(Issue{Project: "PAY", Type: "Epic", Summary: "secret", Hidden: true})
	x.add(Issue{Project: "PAY", Summary: "below a secret", ParentKey: "PAY-5"})
	x.add(Issue{Project: "PAY", Summary: "below nothing", ParentKey: "OTHER-7", ParentID: "77"})
	x.add(Issue{Project: "PAY", Summary: "epic elsewhere", EpicLink: "OTHER-8"})
	x.do("GET", "/issue/PAY-5", nil).want(t, 404, "Issue does not exist or you do not have permission to see it.")
	a = x.do("GET", "/issue/PAY-6?fields=parent", nil)
	if a.at("fields", "parent", "key") != "PAY-5" || a.at("fields", "parent", "fields") != nil || strings.Contains(a.Text, "secret") {
		t.Errorf("of a hidden parent only the identity is told: %s", a.Text)
	}
	x.do("GET", "/issue/PAY-7?fields=parent", nil).want(t, 200, `"parent":{"id":"77","key":"OTHER-7"}`)
	a = x.do("GET", "/issue/PAY-8?fields=parent,customfield_10014", nil).want(t, 200, `"customfield_10014":"OTHER-8"`)
	if a.at("fields", "parent") != nil {
		t.Errorf("an Epic Link is no parent: %s", a.Text)
	}

	if err := x.Delete("PAY-2"); err != nil {
		t.Fatal(err)
	}
	x.do("GET", "/issue/PAY-2", nil).want(t, 404, "Issue does not exist")
	x.do("GET", "/issue/PAY-3", nil).want(t, 404, "Issue does not exist") // its sub-task
	if err := x.Delete("WEB-2"); err != nil {
		t.Fatal(err)
	}
	x.do("GET", "/issue/PAY-1", nil).want(t, 404, "Issue does not exist") // the old key of a deleted issue
	if again := x.add(Issue{Project: "WEB", Summary: "next"}); again.Key != "WEB-3" {
		t.Errorf("numbers are not given twice: %s", again.Key)
	}

	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint(i + 1)
	}
	x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": many}).want(t, 400, "100")
	x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": many[:100]}).want(t, 200, "")
	x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{}}).want(t, 400, "")
}

func TestMistakesOfTheOrganiser(t *testing.T) {
	x := newSite(t, Options{})
	for _, c := range []struct {
		name string
		err  error
		says string
	}{
		{"no such project", second(x.AddIssue(Issue{Project: "NOPE", Summary: "s"})), `no project "NOPE"`},
		{"a key twice", second(x.AddIssue(Issue{Key: "PAY-1"})), "PAY-1 is there already"},
		{"an id twice", second(x.AddIssue(Issue{Project: "PAY", ID: "10006"})), "id 10006 is taken"},
		{"an id that is no number", second(x.AddIssue(Issue{Project: "PAY", ID: "abc"})), "not a number"},
		{"a label with a space", second(x.AddIssue(Issue{Project: "PAY", Labels: []string{"a b"}})), "contains spaces"},
		{"an edit of nothing", x.Edit("PAY-99", "ana", func(*Issue) {}), "no issue PAY-99"},
		{"an edit by nobody", x.Edit("PAY-1", "zoe", func(*Issue) {}), `no user "zoe"`},
		{"a comment of nobody", second(x.AddComment("PAY-1", "zoe", "hi")), `no user "zoe"`},
		{"a move to nowhere", second(x.Move("PAY-1", "NOPE")), `no project "NOPE"`},
		{"deleting nothing", x.Delete("PAY-99"), "no issue PAY-99"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %q", c.name, c.err, c.says)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Run with -race: people, writers and readers at once.
func TestManyAtOnce(t *testing.T) {
	x := newSite(t, Options{PageSize: 2, IndexLag: 1})
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for n := range 15 {
				label := fmt.Sprintf("l%d-%d", w, n)
				switch w % 3 {
				case 0:
					x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": label})).want(t, 204, "")
				case 1:
					x.do("POST", "/search/jql", jsonObject{"jql": "project = PAY order by updated", "fields": []string{"*all"}, "expand": "changelog"}).want(t, 200, "")
				case 2:
					if _, err := x.AddComment("PAY-2", "ana", label); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if i, _ := x.Issue("PAY-2"); len(i.Labels) != 2+30 || len(x.Comments("PAY-2")) != 30 {
		t.Errorf("%d labels, %d comments: something was lost", len(i.Labels), len(x.Comments("PAY-2")))
	}
}
