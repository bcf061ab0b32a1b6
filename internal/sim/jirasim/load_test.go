package jirasim

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// shared gives the path of a file that lies beside the repository and is not
// part of it; the test is skipped where it is absent.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path := filepath.Join(filepath.Dir(dir), "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s, which is not part of the repository", path)
	}
	return path
}

const threeLines = `{"id":"11","key":"AC-1","fields":{"summary":"An epic","issuetype":{"id":"6","name":"Epic","subtask":false},"project":{"id":"12217","key":"AC","name":"Inbox"},"status":{"id":"1","name":"Open","statusCategory":{"id":2,"key":"new","name":"To Do"}},"priority":null,"created":"2015-09-20T16:10:32.000+0000","updated":"2015-11-11T02:34:36.000-0500","labels":["ios"],"components":[{"id":"14551","name":"Studio"}],"assignee":{"name":"user-16","accountId":"p-16","displayName":"User 16","active":false},"reporter":null,"epic":null}}

{"id":"12","key":"AC-2","fields":{"summary":"A story","issuetype":{"id":"7","name":"Story","subtask":false},"project":{"id":"12217","key":"AC","name":"Inbox"},"status":{"id":"5","name":"Resolved","statusCategory":{"key":"done"}},"priority":{"id":"2","name":"High"},"created":"2015-09-21T16:10:32.000+0000","updated":"2015-11-12T02:34:36.000+0000","epic":{"id":11,"key":"AC-1","done":false},"sprint":{"id":5,"state":"active","name":"S5","startDate":"2021-10-07T16:05:18.981Z","originBoardId":219},"closedSprints":[{"id":4,"state":"closed","name":"S4"}]}}
{"id":"13","key":"AC-3","fields":{"summary":"A sub-task","issuetype":{"id":"8","name":"Technical task","subtask":true},"project":{"id":"12217","key":"AC"},"status":{"name":"Open","statusCategory":{"key":"new"}},"created":"2015-09-22T16:10:32.000+0000","parent":{"id":"99","key":"AC-99","fields":{"summary":"gone"}},"customfield_11300":"PRD-42","customfield_10104":["com.atlassian.greenhopper.service.sprint.Sprint@38edde33[id=54,rapidViewId=75,state=CLOSED,name=4.0, Sprint 7,goal=<null>,startDate=2014"]}}
`

func TestLoadLines(t *testing.T) {
	x := newSite(t, Options{})
	n, err := x.LoadJSONL(strings.NewReader(threeLines))
	if n != 3 || err != nil {
		t.Fatal(n, err)
	}
	epic := x.do("GET", "/issue/AC-1", nil).want(t, 200, "")
	if epic.Body["id"] != "11" || epic.at("fields", "issuetype", "hierarchyLevel") != 1.0 || epic.at("fields", "assignee", "active") != false || epic.at("fields", "project", "id") != "12217" {
		t.Errorf("epic: %s", epic.Text)
	}
	story := x.do("GET", "/issue/AC-2", nil).want(t, 200, "")
	if story.at("fields", EpicLinkField) != "AC-1" || story.at("fields", "parent", "key") != "AC-1" {
		t.Errorf("an epic is Epic Link and parent: %s", story.Text)
	}
	if story.at("fields", SprintField, 0, "name") != "S4" || story.at("fields", SprintField, 1, "state") != "active" || story.at("fields", SprintField, 1, "boardId") != 219.0 {
		t.Errorf("sprints: %v", story.at("fields", SprintField))
	}
	sub := x.do("GET", "/issue/AC-3", nil).want(t, 200, "")
	if sub.at("fields", "issuetype", "hierarchyLevel") != -1.0 || sub.at("fields", "parent", "key") != "AC-99" || sub.at("fields", "parent", "id") != "99" ||
		sub.at("fields", EpicLinkField) != "PRD-42" || sub.at("fields", SprintField, 0, "name") != "4.0, Sprint 7" {
		t.Errorf("sub-task: %s", sub.Text)
	}
	if a := x.do("POST", "/search/jql", jsonObject{"jql": `project = AC AND ("Epic Link" = AC-1 OR assignee = "p-16") ORDER BY key`}); a.keysOf() != "AC-1 AC-2" {
		t.Errorf("search: %s", a.Text)
	}
	if next := x.add(Issue{Project: "AC", Summary: "new"}); next.Key != "AC-4" {
		t.Errorf("the next key is %s", next.Key)
	}
}

func TestLoadRefusesWhole(t *testing.T) {
	good := strings.SplitAfter(threeLines, "\n")[0]
	for _, c := range []struct{ name, text, says string }{
		{"no JSON", good + "{oops\n", "line 2: not an issue in JSON"},
		{"cut off", good + good[:80], "line 2: not an issue in JSON"},
		{"something else", good + "\n" + `{"id":"1","key":"AC-9"}`, `line 3: no "fields"`},
		{"no key", `{"id":"1","fields":{}}`, "line 1: key \"\" is not of the form PROJECT-NUMBER"},
		{"twice", good + good, "line 2: AC-1 (id 11) is on line 1 already"},
		{"no time", strings.Replace(good, "2015-09-20T16:10:32.000+0000", "yesterday", 1), `line 1: AC-1: created: "yesterday" is not a time`},
		{"a bad label", strings.Replace(good, `"ios"`, `"i os"`, 1), "line 1: AC-1: The label 'i os' contains spaces"},
		{"a broken archive", "\x1f\x8b\x08broken", "issues:"},
	} {
		x := newSite(t, Options{})
		before := len(x.Issues())
		n, err := x.LoadJSONL(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %q", c.name, err, c.says)
		}
		if n != 0 || len(x.Issues()) != before {
			t.Errorf("%s: something was put", c.name)
		}
	}
	x := newSite(t, Options{})
	for again := range 2 {
		_, err := x.LoadJSONL(strings.NewReader(good))
		if (err != nil) != (again == 1) {
			t.Errorf("time %d: %v", again+1, err)
		}
	}
}

func TestLoadGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(threeLines))
	_ = z.Close()
	x := newSite(t, Options{})
	if n, err := x.LoadJSONL(&b); n != 3 || err != nil {
		t.Error(n, err)
	}
}

// Real issues: what the files' own description counts is found through the
// REST door.
func TestLoadRealIssues(t *testing.T) {
	for _, c := range []struct {
		file                      string
		issues, epics, linked, of int // of: sub-tasks
	}{
		{"data/titanium-small.jsonl.gz", 2024, 134, 890, 27},
		{"data/eucalyptus-gui.jsonl.gz", 2807, 50, 442, 111},
		{"data/beads.jsonl.gz", 1805, 96, 307, 19}, // Cloud style: by parent
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			f, err := os.Open(shared(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			x := newSite(t, Options{})
			for _, key := range []string{"ROAD-1", "PAY-1", "PAY-2", "PAY-4", "WEB-1"} {
				if err := x.Delete(key); err != nil { // their ids are also in the files
					t.Fatal(err)
				}
			}
			n, err := x.LoadJSONL(f)
			if err != nil || n != c.issues {
				t.Fatal(n, err)
			}
			epics, linked, subtasks := 0, 0, 0
			level := map[string]int{}
			for _, i := range x.Issues() {
				level[i.Key] = i.Level
			}
			for _, i := range x.Issues() {
				switch {
				case i.Level >= 1:
					epics++
				case i.Level < 0:
					subtasks++
				case i.EpicLink != "", level[i.ParentKey] == 1:
					linked++
				}
			}
			count := x.do("POST", "/search/approximate-count", jsonObject{"jql": `created < "2026-06-01"`})
			if count.at("count") != float64(c.issues) {
				t.Errorf("search counts %v", count.Text)
			}
			if epics != c.epics || linked != c.linked || subtasks != c.of {
				t.Errorf("epics %d, stories with epic %d, sub-tasks %d; want %d, %d, %d", epics, linked, subtasks, c.epics, c.linked, c.of)
			}
		})
	}
}

// The big file is what the demo loads and what first pulls walk: 29,057 issues.
// The bounds are loose, for slow machines; the log says what it took.
func TestLoadAndWalkBig(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("loads and walks 29,057 issues: too slow with the race detector on")
	}
	f, err := os.Open(shared(t, "data/titanium.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	x := newSite(t, Options{})
	start := time.Now()
	if n, err := x.LoadJSONL(f); n != 29057 || err != nil {
		t.Fatal(n, err)
	}
	var mem runtime.MemStats
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&mem)
	t.Logf("loaded in %v, %d MB held", took, mem.HeapAlloc>>20)
	start = time.Now()
	met, pages := map[string]bool{}, 0
	q := jsonObject{
		"jql": "project in (AC, ALOY, DAEMON, MOD, TIMOB) ORDER BY updated ASC, id ASC", "maxResults": 5000,
		"fields": []string{"summary", "issuetype", "status", "labels", "components", "priority", "project", "parent", "assignee", "reporter", "created", "updated", EpicLinkField, SprintField},
	}
	for more := true; more; pages++ {
		a := x.do("POST", "/search/jql", q)
		if a.Status != 200 {
			t.Fatal(a.Text)
		}
		for _, k := range strings.Fields(a.keysOf()) {
			met[k] = true
		}
		q["nextPageToken"], more = a.Body["nextPageToken"], a.Body["isLast"] == false
	}
	t.Logf("walked %d pages in %v", pages, time.Since(start))
	if len(met) != 29057 || pages != 291 {
		t.Errorf("met %d issues on %d pages", len(met), pages)
	}
}
