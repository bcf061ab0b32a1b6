package jira

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/roadmap"
)

// shared reads a file that lies beside the repository, or skips the test.
func shared(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(sharedPath(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sharedPath(t *testing.T, path ...string) string {
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
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not here: this test needs the shared folder beside the repository", file)
	}
	return file
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
