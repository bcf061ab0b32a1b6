package jirasim

import (
	"strings"
	"testing"
	"time"
)

func (x *site) finds(jql string) string {
	x.t.Helper()
	return x.do("POST", "/search/jql", jsonObject{"jql": jql + " ORDER BY id ASC"}).want(x.t, 200, "").keysOf()
}

// writes are requests that change an issue, each with what it takes.
func writesTo(key, comment string) [][3]any {
	return [][3]any{
		{"PUT", "/issue/" + key, labels(jsonObject{"add": "late"})},
		{"POST", "/issue/" + key + "/comment", jsonObject{"body": "late"}},
		{"PUT", "/issue/" + key + "/comment/" + comment, jsonObject{"body": "late"}},
		{"DELETE", "/issue/" + key + "/comment/" + comment, nil},
		{"PUT", "/issue/" + key + "/properties/late", 1},
		{"POST", "/issue/" + key + "/remotelink", jsonObject{"object": jsonObject{"url": "https://a.example/", "title": "a"}}},
		{"POST", "/issueLink", jsonObject{"type": jsonObject{"name": "Blocks"}, "inwardIssue": jsonObject{"key": "WEB-1"}, "outwardIssue": jsonObject{"key": key}}},
	}
}

// An archived issue is in no search, can be read, and cannot be written.
func TestArchivedIssues(t *testing.T) {
	x := newSite(t, Options{})
	cm, err := x.AddComment("PAY-2", "557058:bot", "before")
	must(t, err)
	before, _ := x.Issue("PAY-2")
	x.clock.pass(time.Hour)
	must(t, x.Archive("PAY-2", "adm"))
	if got := x.finds("project = PAY"); got != "PAY-1 PAY-4" {
		t.Errorf("found %s; the sub-task goes with its parent", got)
	}
	a := x.do("GET", "/issue/PAY-2", nil).want(t, 200, "Pay by card")
	if a.at("fields", "archiveddate") == nil || a.at("fields", "archivedby", "accountId") != "adm" {
		t.Errorf("read by key: %s", a.Text)
	}
	if a := x.do("GET", "/issue/PAY-1", nil); strings.Contains(a.Text, "archived") {
		t.Errorf("others tell nothing of archiving: %s", a.Text)
	}
	if got := x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{before.ID}, "fields": []string{"archiveddate"}}); got.at("issues", 0, "fields", "archiveddate") == nil {
		t.Errorf("bulkfetch: %s", got.Text)
	}
	for _, w := range writesTo("PAY-2", cm.ID) {
		x.do(w[0].(string), w[1].(string), w[2]).want(t, 400, "archived")
	}
	if after, _ := x.Issue("PAY-2"); !after.Updated.Equal(before.Updated) {
		t.Error("updated has moved")
	}
	must(t, x.Unarchive("PAY-2", "adm"))
	if got := x.finds("project = PAY"); got != "PAY-1 PAY-2 PAY-3 PAY-4" {
		t.Errorf("found after unarchiving: %s", got)
	}
	for _, w := range writesTo("PAY-2", cm.ID) {
		if a := x.do(w[0].(string), w[1].(string), w[2]); a.Status >= 300 {
			t.Errorf("%s %s after unarchiving: %d %s", w[0], w[1], a.Status, a.Text)
		}
	}
}

func TestProjectsThatGo(t *testing.T) {
	for _, k := range []struct {
		status string
		act    func(*site) error
		read   int // of an issue by its key
		write  int
	}{
		{"archived", func(x *site) error { return x.ArchiveProject("PAY", "adm") }, 200, 400},
		{"deleted", func(x *site) error { return x.DeleteProject("PAY", "adm") }, 404, 404},
	} {
		t.Run(k.status, func(t *testing.T) {
			x := newSite(t, Options{})
			must(t, k.act(x))
			x.do("GET", "/project/PAY", nil).want(t, 404, "No project could be found")
			x.do("POST", "/search/jql", jsonObject{"jql": "project in (PAY, WEB)"}).want(t, 400, "The value 'PAY' does not exist for the field 'project'.")
			if got := x.finds("created is not EMPTY"); got != "ROAD-1 WEB-1" {
				t.Errorf("found %s", got)
			}
			x.do("GET", "/issue/PAY-2", nil).want(t, k.read, "")
			x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, k.write, "")
			x.do("GET", "/project/search", nil).want(t, 200, `"total":3`)
			x.do("GET", "/project/search?status="+k.status, nil).want(t, 200, `"`+k.status+`By"`)
			x.do("GET", "/project/search?status=live&status="+k.status, nil).want(t, 200, `"total":4`)
			must(t, x.RestoreProject("PAY", "adm"))
			x.do("GET", "/project/PAY", nil).want(t, 200, "Payments")
			if got := x.finds("project = PAY"); got != "PAY-1 PAY-2 PAY-3 PAY-4" {
				t.Errorf("found after restoring: %s", got)
			}
		})
	}
}

// An issue that moves keeps its id, and every door opens for its old key.
func TestTheOldKeyOfAMovedIssue(t *testing.T) {
	x := newSite(t, Options{})
	before, _ := x.Issue("PAY-2")
	key, err := x.Move("PAY-2", "WEB")
	must(t, err)
	a := x.do("GET", "/issue/PAY-2?fields=project", nil).want(t, 200, "")
	if a.Body["key"] != key || a.Body["id"] != before.ID || a.at("fields", "project", "projectTypeKey") != "service_desk" {
		t.Errorf("by its old key: %s", a.Text)
	}
	if got := x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{"PAY-2", before.ID, key}}).keysOf(); got != key {
		t.Errorf("bulkfetch by id, old and new key: %s", got)
	}
	if got := x.finds("key = PAY-2"); got != key {
		t.Errorf("found: %s", got)
	}
	if got := x.finds("project = PAY"); got != "PAY-1 PAY-3 PAY-4" {
		t.Errorf("left behind: %s", got)
	}
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 204, "")
}
