package jirasim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSearchShowsWhatIsAskedFor(t *testing.T) {
	x := newSite(t, Options{})
	a := x.do("POST", "/search/jql", jsonObject{"jql": "key = PAY-2"}).want(t, 200, `"isLast":true`)
	if a.at("issues", 0, "fields") != nil || a.at("issues", 0, "id") == nil {
		t.Errorf("without fields, ids only: %s", a.Text)
	}
	x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2/properties/alignd", jsonObject{"v": 1}).want(t, 201, "")
	a = x.do("GET", "/search/jql?jql=key+%3D+PAY-2&fields=summary,parent&fields=created,nonsense&properties=alignd,other", nil).want(t, 200, "")
	f := a.at("issues", 0, "fields").(map[string]any)
	if len(f) != 3 || f["summary"] != "Pay by card" {
		t.Errorf("fields: %v", f)
	}
	if f["created"] != "2026-11-20T13:00:00.000+0100" {
		t.Errorf("times carry the offset of who asks: %v", f["created"])
	}
	if a.at("issues", 0, "fields", "parent", "key") != "PAY-1" || a.at("issues", 0, "fields", "parent", "fields", "issuetype", "hierarchyLevel") != 1.0 {
		t.Errorf("parent: %s", a.Text)
	}
	if p := a.at("issues", 0, "properties").(map[string]any); len(p) != 1 || a.at("issues", 0, "properties", "alignd", "v") != 1.0 {
		t.Errorf("properties: %v", p)
	}
}

func TestFieldsInCloudsShape(t *testing.T) {
	x := newSite(t, Options{})
	a := x.do("GET", "/issue/PAY-2", nil).want(t, 200, "")
	for _, c := range []struct {
		path []any
		want any
	}{
		{[]any{"issuetype", "name"}, "Story"},
		{[]any{"issuetype", "hierarchyLevel"}, 0.0},
		{[]any{"issuetype", "subtask"}, false},
		{[]any{"status", "name"}, "In Progress"},
		{[]any{"status", "statusCategory", "key"}, "indeterminate"},
		{[]any{"project", "projectTypeKey"}, "software"},
		{[]any{"priority", "id"}, "2"},
		{[]any{"labels", 0}, "ktlo"},
		{[]any{"components", 0, "name"}, "checkout"},
		{[]any{"assignee", "accountId"}, "ana"},
		{[]any{"assignee", "accountType"}, "atlassian"},
		{[]any{"parent", "fields", "summary"}, "Checkout"},
		{[]any{"customfield_10014"}, "PAY-1"}, // Epic Link beside the parent, as company-managed projects have it
		{[]any{"customfield_10020", 0, "state"}, "active"},
		{[]any{"customfield_10020", 0, "startDate"}, "2026-11-20T09:00:00.000Z"},
		{[]any{"comment", "total"}, 0.0},
		{[]any{"duedate"}, nil},
	} {
		if got := a.at(append([]any{"fields"}, c.path...)...); got != c.want {
			t.Errorf("%v: %v, want %v", c.path, got, c.want)
		}
	}
	if l, isList := a.at("fields", "issuelinks").([]any); !isList || len(l) != 0 {
		t.Errorf("issuelinks: %v", a.at("fields", "issuelinks"))
	}
	road := x.do("GET", "/issue/ROAD-1?fields=customfield_10050,parent,duedate,customfield_10020", nil)
	if road.at("fields", "customfield_10050", "displayName") != "Ana" || road.at("fields", "duedate") != "2026-12-31" {
		t.Errorf("goal: %s", road.Text)
	}
	if f := road.at("fields").(map[string]any); len(f) != 3 {
		t.Errorf("an issue without parent has no parent field: %v", f)
	}
}

// Pages hang together by tokens, and the whole is met once and in order.
func TestPaging(t *testing.T) {
	x := newSite(t, Options{PageSize: 4})
	for i := range 10 {
		x.add(Issue{Project: "WEB", Summary: fmt.Sprint("more ", i)})
	}
	q := jsonObject{"jql": "project in (PAY, WEB) order by updated asc", "fields": []string{"summary"}, "maxResults": 100}
	var keys []string
	var token any
	for page := 1; ; page++ {
		if token != nil {
			q["nextPageToken"] = token
		}
		a := x.do("POST", "/search/jql", q).want(t, 200, "")
		again := x.do("POST", "/search/jql", q).want(t, 200, "")
		if again.keysOf() != a.keysOf() {
			t.Fatalf("page %d asked twice: %s, then %s", page, a.keysOf(), again.keysOf())
		}
		keys = append(keys, strings.Fields(a.keysOf())...)
		token = a.Body["nextPageToken"]
		if last := a.Body["isLast"].(bool); last {
			if token != nil {
				t.Error("the last page has a token")
			}
			break
		}
		if page > 10 {
			t.Fatal("no end")
		}
	}
	if len(keys) != 15 || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != 15 || keys[0] != "PAY-1" || keys[14] != "WEB-11" {
		t.Errorf("walked %v", keys)
	}
	ids := x.do("POST", "/search/jql", jsonObject{"jql": "project in (PAY, WEB)", "fields": []string{"id"}, "maxResults": 5000})
	if n := len(strings.Fields(ids.keysOf())); n != 15 {
		t.Errorf("a page of ids alone holds %d, want all 15", n)
	}
	def := x.do("POST", "/search/jql", jsonObject{"jql": "project in (PAY, WEB)", "maxResults": 3})
	if def.keysOf() != "WEB-11 WEB-10 WEB-9" {
		t.Errorf("without order, newest first: %s", def.keysOf())
	}
	x.do("POST", "/search/approximate-count", jsonObject{"jql": "project = PAY"}).want(t, 200, `{"count":4}`)
}

func TestPagesAreRefused(t *testing.T) {
	x := newSite(t, Options{PageSize: 2})
	q := func(extra ...any) jsonObject {
		out := jsonObject{"jql": "project = PAY", "fields": []string{"summary"}}
		for i := 0; i < len(extra); i += 2 {
			out[extra[i].(string)] = extra[i+1]
		}
		return out
	}
	token := x.do("POST", "/search/jql", q()).want(t, 200, "nextPageToken").Body["nextPageToken"]
	expired := "The provided nextPageToken is invalid or has expired."
	x.do("POST", "/search/jql", q("nextPageToken", "made-up")).want(t, 400, expired)
	x.do("POST", "/search/jql", q("nextPageToken", token, "jql", "project = WEB")).want(t, 400, expired)
	x.as(asAdmin, "POST", "/rest/api/2/search/jql", q("nextPageToken", token)).want(t, 400, expired)
	x.do("POST", "/search/jql", q("nextPageToken", token)).want(t, 200, "")
	x.Reset()
	x.do("POST", "/search/jql", q("nextPageToken", token)).want(t, 400, expired)
	for _, n := range []int{0, -1, 5001} {
		x.do("POST", "/search/jql", q("maxResults", n)).want(t, 400, "between 1 and 5000")
	}
	x.do("POST", "/search/jql", q("properties", []string{"1", "2", "3", "4", "5", "6"})).want(t, 400, "properties")
	x.do("POST", "/search/jql", q("reconcileIssues", make([]int, 51))).want(t, 400, "reconcile")
}

// Nothing is lost while people work: what is touched during a walk by `updated`
// is met again at its end, new issues too.
func TestWalkWhilePeopleWork(t *testing.T) {
	x := newSite(t, Options{PageSize: 2})
	q := jsonObject{"jql": "project = PAY order by updated asc, id asc", "fields": []string{"labels"}}
	first := x.do("POST", "/search/jql", q).want(t, 200, "nextPageToken")
	if first.keysOf() != "PAY-1 PAY-2" {
		t.Fatal(first.keysOf())
	}
	x.clock.pass(time.Minute)
	if err := x.Edit("PAY-1", "ana", func(i *Issue) { i.Labels = []string{"touched"} }); err != nil {
		t.Fatal(err)
	}
	x.add(Issue{Project: "PAY", Summary: "new"})
	if err := x.Delete("PAY-3"); err != nil {
		t.Fatal(err)
	}
	var met []string
	for token := first.Body["nextPageToken"]; token != nil; {
		q["nextPageToken"] = token
		a := x.do("POST", "/search/jql", q).want(t, 200, "")
		met = append(met, a.keysOf())
		token = a.Body["nextPageToken"]
	}
	if got := strings.Join(met, " "); got != "PAY-4 PAY-1 PAY-5" {
		t.Errorf("after the first page met %q", got)
	}
}

// Search may lag; reads by id do not, and reconcileIssues makes search tell the
// truth about the issues named.
func TestIndexLag(t *testing.T) {
	x := newSite(t, Options{IndexLag: 100})
	x.Reindex()
	i, _ := x.Issue("WEB-1")
	x.do("PUT", "/issue/WEB-1", jsonObject{"update": jsonObject{"labels": []any{jsonObject{"add": "seen"}}}}).want(t, 204, "")
	q := jsonObject{"jql": "labels = seen"}
	if a := x.do("POST", "/search/jql", q); a.keysOf() != "" {
		t.Errorf("search is not behind: %s", a.keysOf())
	}
	x.do("GET", "/issue/WEB-1?fields=labels", nil).want(t, 200, `"labels":["seen"]`)
	num, _ := parseNum(i.ID)
	q["reconcileIssues"] = []int64{num}
	if a := x.do("POST", "/search/jql", q); a.keysOf() != "WEB-1" {
		t.Errorf("reconciled search found %q", a.keysOf())
	}
	delete(q, "reconcileIssues")
	x.Reindex()
	if a := x.do("POST", "/search/jql", q); a.keysOf() != "WEB-1" {
		t.Errorf("after Reindex search found %q", a.keysOf())
	}
}
