package jira

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

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
