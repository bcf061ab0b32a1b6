package jira

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// shared finds a file that lies beside the repository, or skips the test.
func shared(t *testing.T, path ...string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	file := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, path...)...)
	b, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here: this test needs the shared folder beside the repository", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mapper is a tracker that has learnt the usual fields, without a network.
func mapper(t *testing.T) *Tracker {
	t.Helper()
	o := optionsFor("https://acme.example")
	o.Config.Projects = []string{"k5", "EE"}
	o.Sources = map[int]config.Source{0: {PM: "assignee", PO: "field:Product Owner"}, 1: {PM: "field:Product Owners", PO: "field:Product Owner"}}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var fields []wireField
	if err := json.Unmarshal([]byte(testFields), &fields); err != nil {
		t.Fatal(err)
	}
	tr.kind = &cloud{t: tr}
	tr.schema = newSchema(fields)
	tr.schema.roles = []role{{"field:Product Owner", "customfield_10050"}, {"field:Product Owners", "customfield_10051"}}
	return tr
}

// serverMapper is the same for a Data Center site, with the fields of a real one
// whose sprints and epic links are known.
func serverMapper(t *testing.T) *Tracker {
	t.Helper()
	tr := mapper(t)
	tr.kind = &dataCenter{t: tr}
	tr.schema.sprint, tr.schema.epicLink = "customfield_10104", "customfield_10100"
	tr.o.Links = []config.LinkWay{{Way: roadmap.WayIssueLink, IssueLinks: []string{"Duplicate", "CLONES"}}}
	return tr
}

func mapJSON(t *testing.T, tr *Tracker, raw []byte) roadmap.Item {
	t.Helper()
	var is wireIssue
	if err := json.Unmarshal(raw, &is); err != nil {
		t.Fatal(err)
	}
	it, err := tr.item(is)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func at(s string) time.Time {
	when, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return when
}

// TestRealIssues reads issues as real sites answered them.
func TestRealIssues(t *testing.T) {
	person := func(id, name, mail string) []roadmap.Person {
		return []roadmap.Person{{Tracker: "jira", ID: id, Name: name, Email: mail, Active: true, Kind: roadmap.Human}}
	}
	to := func(way roadmap.Way, field, id string, ref roadmap.Ref) roadmap.Link {
		return roadmap.Link{Way: way, Field: field, To: roadmap.Key{Tracker: "jira", ID: id}, ToRef: ref}
	}
	server := func(title string) roadmap.Item { // "clones" is a direction that it does not have
		admin := person("admin", "User 5", "redacted@example.com")
		return roadmap.Item{
			Key: roadmap.Key{Tracker: "jira", ID: "10812"}, Ref: "jira:DZFNK0168-11", Kind: roadmap.KindIssue, Type: "Bug", Level: roadmap.LevelStory,
			Title: title, URL: "https://acme.example/browse/DZFNK0168-11", Status: roadmap.StatusTodo, Project: "DZFNK0168", Priority: roadmap.PriorityMedium,
			People: map[string][]roadmap.Person{"assignee": admin, "reporter": admin},
			Links: []roadmap.Link{
				to(roadmap.WayIssueLink, `issue link "duplicates"`, "10806", "jira:DZFNK0168-5"),
				to(roadmap.WayIssueLink, `issue link "is duplicated by"`, "116583", "jira:IP8CUD168-35305"),
			},
			Created: at("2023-05-29T03:57:27Z"), Updated: at("2023-07-27T06:13:21Z"),
		}
	}
	user1 := person("62a2d08d1be00a0068af1945", "User 1", "redacted@example.com")
	for file, want := range map[string]roadmap.Item{
		"issue-story-with-changelog.cloud.v2.json": { // parent and Epic Link say the same
			Key: roadmap.Key{Tracker: "jira", ID: "20708"}, Ref: "jira:K5-2", Kind: roadmap.KindIssue, Type: "Story", Level: roadmap.LevelStory,
			Title: "first story", URL: "https://acme.example/browse/K5-2", Status: roadmap.StatusTodo, Project: "K5", Priority: roadmap.PriorityMedium,
			Sprint: "K5 Sprint 1", InSprint: true, InScope: true, People: map[string][]roadmap.Person{"reporter": user1},
			Links:   []roadmap.Link{to(roadmap.WayParent, "parent", "20707", "jira:K5-1")},
			Created: at("2022-07-15T22:29:49.026Z"), Updated: at("2022-07-15T22:30:23.341Z"),
		},
		"issue-epic.cloud.v2.json": {
			Key: roadmap.Key{Tracker: "jira", ID: "20710"}, Ref: "jira:K5-4", Kind: roadmap.KindIssue, Type: "Epic", Level: roadmap.LevelEpic,
			Title: "K5 epic", URL: "https://acme.example/browse/K5-4", Status: roadmap.StatusTodo, Project: "K5", Priority: roadmap.PriorityMedium,
			InScope: true, People: map[string][]roadmap.Person{"reporter": user1},
			Created: at("2022-07-15T22:31:15.981Z"), Updated: at("2022-07-15T22:31:38.598Z"),
		},
		"issue-initiative.cloud.COMPOSED.json": {
			Key: roadmap.Key{Tracker: "jira", ID: "20901"}, Ref: "jira:K5-90", Kind: roadmap.KindIssue, Type: "Initiative", Level: roadmap.LevelAbove,
			Title: "Initiative (composed)", URL: "https://acme.example/browse/K5-90", Status: roadmap.StatusTodo, Project: "K5", Priority: roadmap.PriorityMedium,
			InScope: true, People: map[string][]roadmap.Person{"reporter": user1},
			Created: at("2022-07-15T22:31:15.981Z"), Updated: at("2022-07-15T22:31:38.598Z"),
		},
		"issue-subtask-localized-names.cloud.v2.json": { // names in Chinese, keys not
			Key: roadmap.Key{Tracker: "jira", ID: "10087"}, Ref: "jira:EE-25", Kind: roadmap.KindIssue, Type: "子任务", Level: roadmap.LevelSubtask,
			Title: "\u200b组件封装及Demo", URL: "https://acme.example/browse/EE-25", Status: roadmap.StatusDone, Project: "EE", Priority: roadmap.PriorityMedium,
			Sprint: "EE Sprint 7", InScope: true,
			People: map[string][]roadmap.Person{
				"assignee": person("5ecfbd0c730ec90c1999cadf", "User 3", ""),
				"reporter": person("5e9711ba34f7b90c0fbc37d3", "User 2", ""),
			},
			Links:   []roadmap.Link{to(roadmap.WayParent, "parent", "10063", "jira:EE-1")},
			Created: at("2020-06-12T00:40:54.21Z"), Updated: at("2021-03-28T08:05:57.189Z"),
		},
		"search-jql-page.cloud.COMPOSED.json": { // the first of two
			Key: roadmap.Key{Tracker: "jira", ID: "20708"}, Ref: "jira:K5-2", Kind: roadmap.KindIssue, Type: "Story", Level: roadmap.LevelStory,
			Title: "first story", URL: "https://acme.example/browse/K5-2", Status: roadmap.StatusTodo, Project: "K5", Priority: roadmap.PriorityMedium,
			Sprint: "K5 Sprint 1", InSprint: true, InScope: true, People: map[string][]roadmap.Person{"reporter": user1},
			Links:   []roadmap.Link{to(roadmap.WayParent, "parent", "20707", "jira:K5-1")},
			Created: at("2022-07-15T22:29:49.026Z"), Updated: at("2022-07-15T22:30:23.341Z"),
		},
		"webhook-issue-deleted.sample.json": { // name and key beside the accountId, as Cloud gave them once
			Key: roadmap.Key{Tracker: "jira", ID: "10303"}, Ref: "jira:IDT-19", Kind: roadmap.KindIssue, Type: "Task", Level: roadmap.LevelStory,
			Title: "hey", URL: "https://acme.example/browse/IDT-19", Status: roadmap.StatusTodo, Project: "IDT", Priority: roadmap.PriorityMedium,
			People:  map[string][]roadmap.Person{"reporter": person("5c5f880629be9642ba529340", "User 7", "redacted@example.com")},
			Created: at("2019-07-01T05:13:46.091Z"), Updated: at("2019-07-03T18:04:43.02Z"),
		},
		"issue-with-links.server-dc.v2.json":  server("redacted summary 2"), // no hierarchyLevel, users without accountId
		"search-page.server-dc.COMPOSED.json": server("redacted summary 1"),
		"webhook-server-issue-updated-commented-1.sample.json": { // the sprint as Java prints it
			Key: roadmap.Key{Tracker: "jira", ID: "10013"}, Ref: "jira:PRJX-14", Kind: roadmap.KindIssue, Type: "Story", Level: roadmap.LevelStory,
			Title:  `As a user, I can find important items on the board by using the customisable "Quick Filters" above >> Try clicking the "Only My Issues" Quick Filter above`,
			URL:    "https://acme.example/browse/PRJX-14",
			Status: roadmap.StatusTodo, Project: "PRJX", Priority: roadmap.PriorityMedium, Sprint: "Sample Sprint 2", InSprint: true,
			People: map[string][]roadmap.Person{
				"assignee": person("levbrouk", "User 8", "redacted@example.com"),
				"reporter": person("craig", "User 9", "redacted@example.com"),
			},
			Created: at("2018-05-15T11:39:29.303Z"), Updated: at("2019-06-04T00:10:21.326Z"),
		},
	} {
		t.Run(file, func(t *testing.T) {
			tr := mapper(t)
			if strings.Contains(file, "server") {
				tr = serverMapper(t)
			}
			got := mapJSON(t, tr, issueOf(t, shared(t, "samples", "jira", file)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	// What is delivered with a comment is a part of an issue, and no item.
	var is wireIssue
	if err := json.Unmarshal(issueOf(t, shared(t, "samples", "jira", "webhook-cloud-comment-created.sample.json")), &is); err != nil {
		t.Fatal(err)
	}
	if _, err := mapper(t).item(is); err == nil || !strings.Contains(err.Error(), "issue TES-41: created") {
		t.Errorf("an issue without times: %v", err)
	}
}

// issueOf finds the issue in an answer of any kind, the first of several.
func issueOf(t *testing.T, raw []byte) []byte {
	t.Helper()
	var all struct {
		Issue  json.RawMessage
		Issues []json.RawMessage
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	switch {
	case all.Issue != nil:
		return all.Issue
	case len(all.Issues) > 0:
		return all.Issues[0]
	}
	return raw
}

// TestRealFields reads the lists of fields of two public Data Center sites, each
// with ids of its own.
func TestRealFields(t *testing.T) {
	var sites map[string][]wireField
	if err := json.Unmarshal(shared(t, "samples", "jira", "field-list-subset.server-dc.json"), &sites); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, fields := range sites {
		s := newSchema(fields)
		got[name] = strings.Join([]string{s.epicLink, s.epicName, s.sprint, s.parentLink}, " ")
	}
	want := map[string]string{
		"Jira":          "customfield_12931 customfield_12932 customfield_11930 customfield_17631",
		"JiraEcosystem": "customfield_12180 customfield_12181 customfield_10880 customfield_15980",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFieldByField gives an otherwise plain issue one field.
func TestFieldByField(t *testing.T) {
	to := func(id string) roadmap.Key { return roadmap.Key{Tracker: "jira", ID: id} }
	parent := func(field string, id string, ref roadmap.Ref) roadmap.Link {
		l := roadmap.Link{Way: roadmap.WayParent, Field: field, ToRef: ref}
		if id != "" {
			l.To = to(id)
		}
		return l
	}
	const epic, above = "Epic Link (customfield_10014)", "Parent Link (customfield_10018)"
	ana := roadmap.Person{Tracker: "jira", ID: "ana", Name: "Ana", Active: true, Kind: roadmap.Human}
	for _, tt := range []struct {
		name, fields string
		change       func(*roadmap.Item)
	}{
		{"nothing more", ``, func(*roadmap.Item) {}},
		{"in progress", `"status":{"statusCategory":{"key":"indeterminate"}},"statuscategorychangedate":"2026-02-03T04:05:06.000Z"`, func(it *roadmap.Item) {
			it.Status, it.Started = roadmap.StatusDoing, at("2026-02-03T04:05:06Z")
		}},
		{"done has not started", `"status":{"statusCategory":{"key":"done"}},"statuscategorychangedate":"2026-02-03T04:05:06.000Z"`, func(it *roadmap.Item) { it.Status = roadmap.StatusDone }},
		{"no category", `"status":{"statusCategory":{"key":"undefined"}}`, func(*roadmap.Item) {}},
		{"labels are sorted", `"labels":["b","A","b","a\u0000"]`, func(it *roadmap.Item) { it.Labels = []string{"A", "a", "b"} }},
		{"components", `"components":[{"name":"web"},{"name":"api"}]`, func(it *roadmap.Item) { it.Components = []string{"api", "web"} }},
		{"due", `"duedate":"2026-12-31"`, func(it *roadmap.Item) { it.Target = "2026-12-31" }},
		{"NUL in the title", `"summary":"a\u0000b"`, func(it *roadmap.Item) { it.Title = "ab" }},
		{"highest", `"priority":{"id":"1","name":"Höchste"}`, func(it *roadmap.Item) { it.Priority = roadmap.PriorityUrgent }},
		{"lowest", `"priority":{"id":"5"}`, func(it *roadmap.Item) { it.Priority = roadmap.PriorityLow }},
		{"a priority made anew", `"priority":{"id":"10007","name":"High"}`, func(it *roadmap.Item) { it.Priority = roadmap.PriorityHigh }},
		{"a priority of one's own", `"priority":{"id":"10008","name":"Someday"}`, func(*roadmap.Item) {}},
		{"no priority", `"priority":null`, func(*roadmap.Item) {}},
		{"parent", `"parent":{"id":"7","key":"PAY-7"}`, func(it *roadmap.Item) { it.Links = []roadmap.Link{parent("parent", "7", "jira:PAY-7")} }},
		{"epic link alone", `"customfield_10014":"PAY-7"`, func(it *roadmap.Item) { it.Links = []roadmap.Link{parent(epic, "", "jira:PAY-7")} }},
		{"parent and epic link agree", `"parent":{"id":"7","key":"PAY-7"},"customfield_10014":"PAY-7"`, func(it *roadmap.Item) { it.Links = []roadmap.Link{parent("parent", "7", "jira:PAY-7")} }},
		{"parent and epic link differ", `"parent":{"id":"7","key":"PAY-7"},"customfield_10014":"PAY-8"`, func(it *roadmap.Item) {
			it.Links = []roadmap.Link{parent("parent", "7", "jira:PAY-7"), parent(epic, "", "jira:PAY-8")}
		}},
		{"parent link as an object", `"customfield_10018":{"hasEpicLinkFieldDependency":false,"showField":true,"data":{"id":9,"key":"ROAD-9"}}`, func(it *roadmap.Item) {
			it.Links = []roadmap.Link{parent(above, "", "jira:ROAD-9")}
		}},
		{"parent link with data", `"customfield_10018":{"data":{"id":"9","key":"ROAD-9"}}`, func(it *roadmap.Item) { it.Links = []roadmap.Link{parent(above, "", "jira:ROAD-9")} }},
		{"parent link as a key", `"customfield_10018":"ROAD-9"`, func(it *roadmap.Item) { it.Links = []roadmap.Link{parent(above, "", "jira:ROAD-9")} }},
		{"parent link without data", `"customfield_10018":{"showField":true}`, func(*roadmap.Item) {}},
		{"active sprint goes first", `"customfield_10020":[{"name":"1","state":"closed"},{"name":"3","state":"future"},{"name":"2","state":"active"}]`, func(it *roadmap.Item) { it.Sprint, it.InSprint = "2", true }},
		{"next sprint", `"customfield_10020":[{"name":"1","state":"closed"},{"name":"3","state":"future"},{"name":"4","state":"future"}]`, func(it *roadmap.Item) { it.Sprint = "3" }},
		{"last sprint", `"customfield_10020":[{"name":"1","state":"closed"},{"name":"2","state":"closed"}]`, func(it *roadmap.Item) { it.Sprint = "2" }},
		{"sprints as Data Center prints them", `"customfield_10020":["com.atlassian...Sprint@1[id=1,state=CLOSED,name=x]","com.atlassian...Sprint@2[id=2,state=ACTIVE,name=y]"]`, func(it *roadmap.Item) { it.Sprint, it.InSprint = "y", true }},
		{"sprint of another shape", `"customfield_10020":["x",7,null]`, func(*roadmap.Item) {}},
		{"product owner", `"customfield_10050":{"accountId":"ana","displayName":"Ana","active":true}`, func(it *roadmap.Item) {
			it.People = map[string][]roadmap.Person{"field:Product Owner": {ana}}
		}},
		{"archived", `"archiveddate":"2026-02-01T00:00:00.000+0000","archivedby":{"name":"ana"}`, func(it *roadmap.Item) { it.Status = roadmap.StatusDropped }},
		{"several owners", `"customfield_10051":[{"accountId":"ana","displayName":"Ana"},{"accountId":"bot","displayName":"Bot","accountType":"app","active":true},{"accountId":"bo","displayName":"Bo","active":false}]`, func(it *roadmap.Item) {
			it.People = map[string][]roadmap.Person{"field:Product Owners": {
				ana,
				{Tracker: "jira", ID: "bot", Name: "Bot", Active: true, Kind: roadmap.App},
				{Tracker: "jira", ID: "bo", Name: "Bo", Kind: roadmap.Human},
			}}
		}},
		{"a group", `"customfield_10050":{"name":"pos","groupId":"g1"}`, func(it *roadmap.Item) {
			it.People = map[string][]roadmap.Person{"field:Product Owner": {{Tracker: "jira", ID: "g1", Name: "pos", Active: true, Kind: roadmap.Group}}}
		}},
		{"nobody", `"customfield_10050":null,"customfield_10051":[],"assignee":null`, func(*roadmap.Item) {}},
		{"a project that is not ours", `"project":{"key":"OPS"}`, func(it *roadmap.Item) { it.Project, it.InScope = "OPS", false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fields := `"summary":"S","issuetype":{"name":"Story","hierarchyLevel":0},"project":{"key":"K5"},"status":{"statusCategory":{"key":"new"}},
				"created":"2026-01-01T00:00:00.000+0000","updated":"2026-01-02T00:00:00.000+0000"`
			if tt.fields != "" {
				fields += "," + tt.fields // the later of two is the one that is read
			}
			want := roadmap.Item{
				Key: to("1"), Ref: "jira:K5-1", Kind: roadmap.KindIssue, Type: "Story", Title: "S", URL: "https://acme.example/browse/K5-1",
				Status: roadmap.StatusTodo, Project: "K5", Priority: roadmap.PriorityNone, InScope: true,
				Created: at("2026-01-01T00:00:00Z"), Updated: at("2026-01-02T00:00:00Z"),
			}
			tt.change(&want)
			got := mapJSON(t, mapper(t), []byte(`{"id":"1","key":"K5-1","fields":{`+fields+`}}`))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
