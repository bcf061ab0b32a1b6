package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

func TestLevelsOnDataCenter(t *testing.T) {
	for name, tt := range map[string]struct {
		levels []string
		issue  string
		epics  bool // a type is called Epic
		want   int
	}{
		"story":                        {nil, `"issuetype":{"id":"1","name":"Story"}`, true, roadmap.LevelStory},
		"sub-task":                     {nil, `"issuetype":{"id":"1","name":"Epic","subtask":true}`, true, roadmap.LevelSubtask},
		"epic":                         {nil, `"issuetype":{"id":"1","name":"EPIC"}`, true, roadmap.LevelEpic},
		"initiative, not listed":       {nil, `"issuetype":{"id":"7","name":"Initiative"}`, true, roadmap.LevelStory},
		"initiative, by name":          {[]string{"initiative", "Theme"}, `"issuetype":{"id":"7","name":"Initiative"}`, true, roadmap.LevelAbove},
		"theme, by id":                 {[]string{"Initiative", "8"}, `"issuetype":{"id":"8","name":"Theme"}`, true, roadmap.LevelAbove + 1},
		"an Epic Name on a story":      {nil, `"issuetype":{"id":"1","name":"Story"},"customfield_1":"E"`, true, roadmap.LevelStory},
		"an Epic Name, no type Epic":   {nil, `"issuetype":{"id":"1","name":"Feature"},"customfield_1":"E"`, false, roadmap.LevelEpic},
		"no Epic Name, no type Epic":   {nil, `"issuetype":{"id":"1","name":"Story"},"customfield_1":null`, false, roadmap.LevelStory},
		"a level that a server states": {nil, `"issuetype":{"id":"1","name":"Story","hierarchyLevel":4}`, true, roadmap.LevelStory},
	} {
		tr := serverMapper(t)
		tr.o.Config.Levels = tt.levels
		tr.schema.epicName, tr.schema.epicByName = "customfield_1", !tt.epics
		if it := mapJSON(t, tr, plainIssue(tt.issue)); it.Level != tt.want {
			t.Errorf("%s: level %d, want %d", name, it.Level, tt.want)
		}
	}
}

// plainIssue is an issue with some more fields.
func plainIssue(fields string) []byte {
	return []byte(`{"id":"1","key":"K5-1","fields":{"summary":"S","status":{"statusCategory":{"key":"new"}},"project":{"key":"K5"},
		"created":"2026-01-01T00:00:00.000+0000","updated":"2026-01-02T00:00:00.000Z",` + fields + `}}`)
}

func TestPeople(t *testing.T) {
	user := func(id, name string, active bool, kind roadmap.PersonKind) []roadmap.Person {
		return []roadmap.Person{{Tracker: "jira", ID: id, Name: name, Active: active, Kind: kind}}
	}
	for name, tt := range map[string]struct {
		server bool
		field  string
		want   []roadmap.Person
	}{
		"Cloud: a person":                {false, `{"accountId":"5b10","displayName":"Ana","active":true}`, user("5b10", "Ana", true, roadmap.Human)},
		"Cloud: gone":                    {false, `{"accountId":"5b10","displayName":"Ana","active":false}`, user("5b10", "Ana", false, roadmap.Human)},
		"Cloud: an app":                  {false, `{"accountId":"557058:1f","displayName":"Bot","accountType":"app"}`, user("557058:1f", "Bot", true, roadmap.App)},
		"Cloud: a customer":              {false, `{"accountId":"qm:1","displayName":"Cy","accountType":"customer"}`, user("qm:1", "Cy", true, roadmap.Human)},
		"Cloud: a damaged record":        {false, `{"accountId":"unknown","displayName":"Former user"}`, user("unknown:1:customfield_10050", "Former user", false, roadmap.Human)},
		"Cloud: a group":                 {false, `{"name":"pos","groupId":"g1"}`, user("g1", "pos", true, roadmap.Group)},
		"Data Center: a person":          {true, `{"name":"ana","key":"JIRAUSER1","displayName":"Ana","active":true}`, user("ana", "Ana", true, roadmap.Human)},
		"Data Center: gone":              {true, `{"name":"ana","key":"JIRAUSER1","displayName":"Ana","active":false}`, user("ana", "Ana", false, roadmap.Human)},
		"Data Center: a group":           {true, `{"name":"pos","self":"https://jira/rest/api/2/group?groupname=pos"}`, user("pos", "pos", true, roadmap.Group)},
		"Data Center: several":           {true, `[{"name":"ana","key":"k","displayName":"Ana"},null,{}]`, user("ana", "Ana", true, roadmap.Human)},
		"Data Center: nobody":            {true, `null`, nil},
		"Data Center: something else":    {true, `7`, nil},
		"Data Center: called unknown":    {true, `{"name":"unknown","key":"k","displayName":"U"}`, user("unknown", "U", true, roadmap.Human)},
		"Cloud: several, one of them no": {false, `[{"accountId":"5b10","displayName":"Ana"},"x"]`, user("5b10", "Ana", true, roadmap.Human)},
	} {
		tr := mapper(t)
		if tt.server {
			tr = serverMapper(t)
		}
		got := mapJSON(t, tr, plainIssue(`"customfield_10050":`+tt.field)).People["field:Product Owner"]
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestIssueLinks(t *testing.T) {
	both := `"issuelinks":[
		{"type":{"name":"Implements","inward":"is implemented by","outward":"implements"},"outwardIssue":{"id":"7","key":"ROAD-7"}},
		{"type":{"name":"Implements","inward":"is implemented by","outward":"implements"},"inwardIssue":{"id":"8","key":"PAY-8"}},
		{"type":{"name":"Blocks","inward":"is blocked by","outward":"blocks"},"inwardIssue":{"key":"ROAD-9"}},
		{"type":{"name":"Blocks","inward":"is blocked by","outward":"blocks"},"outwardIssue":{"id":"10","key":"ROAD-10"}},
		"odd"]`
	for name, tt := range map[string]struct {
		names []string
		want  string
	}{
		"none are followed":                  {nil, ""},
		"a direction":                        {[]string{"implements"}, `issue link "implements" to 7 jira:ROAD-7`},
		"the other one, in any case":         {[]string{" IS IMPLEMENTED BY "}, `issue link "is implemented by" to 8 jira:PAY-8`},
		"a type: both directions":            {[]string{"Is Blocked By", "x"}, `issue link "is blocked by" to jira:ROAD-9`},
		"a type whose name is a direction's": {[]string{"Blocks"}, `issue link "blocks" to 10 jira:ROAD-10`},
		"two names":                          {[]string{"implements", "blocks"}, `issue link "implements" to 7 jira:ROAD-7, issue link "blocks" to 10 jira:ROAD-10`},
		"a name that no type has":            {[]string{"relates to"}, ""},
	} {
		tr := mapper(t)
		tr.o.Links = []config.LinkWay{{Way: roadmap.WayParent}, {Way: roadmap.WayIssueLink, IssueLinks: tt.names}}
		var got []string
		for _, l := range mapJSON(t, tr, plainIssue(both)).Links {
			got = append(got, l.Field+" to "+strings.TrimSpace(l.To.ID+" "+string(l.ToRef)))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, ", "), tt.want)
		}
	}
}

func TestFieldsThatNameGoals(t *testing.T) {
	for field, want := range map[string]string{
		`"ROAD-7"`:        "ROAD-7",
		`" jira:ROAD-7 "`: "jira:ROAD-7",
		`"https://acme.atlassian.net/browse/ROAD-7?x"`:  "ROAD-7",
		`"https://acme.example/goals"`:                  "https://acme.example/goals",
		`{"value":"GROW-1","id":"10001"}`:               "GROW-1",
		`{"value":"Growth","child":{"value":"ROAD-7"}}`: "Growth ROAD-7",
		`[{"value":"GROW-1"},{"value":"GROW-2"}]`:       "GROW-1 GROW-2",
		`["ROAD-2","ROAD-1","ROAD-2"]`:                  "ROAD-1 ROAD-2",
		`{"id":10001,"key":"ROAD-7","fields":{}}`:       "ROAD-7",
		`{"hasEpicLink":false,"data":{"key":"ROAD-7"}}`: "ROAD-7",
		`null`: "", `""`: "", `[]`: "", `7`: "", `{}`: "", `[[["ROAD-7"]]]`: "",
	} {
		tr := mapper(t)
		tr.schema.goals = []role{{"field:Strategic goal", "customfield_10070"}}
		it := mapJSON(t, tr, plainIssue(`"customfield_10070":`+field))
		if got := strings.Join(it.Fields["field:Strategic goal"], " "); got != want || (want == "") != (it.Fields == nil) {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}

// FuzzIssue: whatever stands in an issue's fields, reading it does not fail in
// any way but by saying so.
func FuzzIssue(f *testing.F) {
	for _, s := range []string{`{}`, `{"assignee":[{}],"customfield_10020":["x[y=z]"],"issuelinks":[{"type":null}],"parent":7}`, string(plainIssue(`"labels":[1]`))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, fields []byte) {
		var is wireIssue
		if json.Unmarshal(fmt.Appendf(nil, `{"id":"1","key":"K5-1","fields":%s}`, fields), &is) != nil {
			return
		}
		for _, tr := range []*Tracker{mapper(t), serverMapper(t)} {
			tr.schema.goals = []role{{"field:G", "customfield_10070"}}
			if it, err := tr.item(is); err == nil && (it.Created.IsZero() || it.Updated.IsZero() || it.Key.ID != "1") {
				t.Errorf("%+v", it)
			}
		}
	})
}

func TestFetchOnDataCenter(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{})
	s.add("PAY", 5)
	s.add("ROAD", 60)
	moved := s.move("PAY-5", "OUT")
	s.must(s.Delete("PAY-4"))
	s.must(s.Archive("PAY-3", "ana"))
	s.must(s.Hide("PAY-2"))
	refs := []roadmap.Ref{"jira:PAY-1", "jira:PAY-2", "jira:PAY-3", "jira:PAY-4", "jira:PAY-5"}
	want := []string{"jira:" + moved + " todo", "jira:PAY-1 todo", "jira:PAY-3 dropped"}
	read := func(refs []roadmap.Ref) (got []string) {
		t.Helper()
		items, err := mustNew(t, o).Fetch(t.Context(), nil, refs)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			if it.Ref != "jira:ROAD-1" && !strings.HasPrefix(string(it.Ref), "jira:ROAD") {
				got = append(got, string(it.Ref)+" "+string(it.Status))
			}
		}
		slices.Sort(got)
		return got
	}
	if got := read(refs); !slices.Equal(got, want) || len(s.jql) != 0 {
		t.Errorf("a few: %q, after %d searches", got, len(s.jql))
	}
	for n := range 60 { // more than are read one by one
		refs = append(refs, roadmap.Ref(fmt.Sprint("jira:ROAD-", n+1)))
	}
	if got := read(refs); !slices.Equal(got, want) || len(s.jql) == 0 || len(s.jql) > 22 { // three issues a page
		t.Errorf("many: %q, after %d searches", got, len(s.jql))
	}
}

// TestOursOnDataCenter: our comments and our record are found with few requests,
// after the account and a person were renamed.
func TestOursOnDataCenter(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{})
	o.Labels = []string{"needs-goal"}
	s.add("PAY", 60)
	tr := mustNew(t, o)
	var items []roadmap.Item
	for _, is := range s.Issues() {
		items = append(items, roadmap.Item{Key: roadmap.Key{Tracker: "jira", ID: is.ID}, Ref: roadmap.NewRef("jira", is.Key)})
	}
	mark := roadmap.Mark{Org: o.Org, ID: "u-1", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}, Labels: []string{"old"}}
	words := roadmap.Text{{roadmap.Say("x")}}
	if r := tr.Apply(t.Context(), []roadmap.Change{{Key: items[4].Key, Action: roadmap.CreateComment, Text: words, Mark: mark}}); r[0].Err != nil {
		t.Fatal(r[0].Err)
	}
	for _, is := range s.Issues()[5:8] {
		_, err := s.AddComment(is.Key, "ana", "alignd · acme · story-without-goal")
		s.must(err)
	}
	record := func(it roadmap.Item, value string) {
		s.must(tr.call(t.Context(), request{method: http.MethodPut, path: "rest/api/2/issue/" + it.Key.ID + "/properties/" + tr.recordKey(), body: json.RawMessage(value), write: true}, nil))
	}
	record(items[4], `{"labels":["needs-goal"]}`)
	record(items[9], `{"labels":[]}`)
	record(items[10], `{"labels":["lost"]}`) // carries neither
	for _, i := range []int{9, 11} {
		s.must(s.Edit(items[i].Ref.Key(), "ana", func(is *jirasim.Issue) { is.Labels = []string{"needs-goal"} }))
	}
	s.must(s.RenameUser("bot", "alignd-2"))

	s.asked = nil
	got, err := mustNew(t, o).Comments(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Key != items[4].Key || got[0].Remote == "" || !slices.Equal(got[0].Mark.Labels, []string{"needs-goal"}) || got[0].Mark.ID != "u-1" {
		t.Errorf("got %+v", got)
	} else if got[1].Key != items[9].Key || got[1].Remote != "" || got[1].Mark.Labels == nil || len(got[1].Mark.Labels) != 0 || got[1].Mark.Org != "acme" {
		t.Errorf("the record alone: %+v", got[1])
	}
	// Who we are; twenty searches, since this server gives three issues a page; the
	// one issue's comments; the records of three.
	if len(s.asked) != 2+20+1+3 {
		t.Errorf("%d requests: %q", len(s.asked), s.asked)
	}
}

// What may not be seen is left out; a refusal of another kind concludes nothing.
func TestAnIssueThatAServerRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		answer answer
		kind   connectors.Kind
	}{
		"it does not exist":      {answer{status: 404, body: `{"errorMessages":["Issue Does Not Exist"],"errors":{}}`}, ""},
		"it may not be seen":     {answer{status: 403, body: `{"errorMessages":["You do not have the permission to see the specified issue."],"errors":{}}`}, ""},
		"a captcha is asked":     {answer{status: 403, body: `{"errorMessages":["CAPTCHA"]}`, headers: map[string]string{"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}}, connectors.Auth},
		"a licence is missing":   {answer{status: 403, body: `{"errorMessages":["No licence"],"errors":{}}`}, connectors.Forbidden},
		"the server is tired":    {answer{status: 503}, connectors.Temporary},
		"something else answers": {ok(`{"hello":"world"}`), connectors.Temporary},
	} {
		s := newSite(t)
		s.on("GET myself", ok(`{"name":"alignd","key":"JIRAUSER1","displayName":"bot"}`))
		s.on("GET issuetype", ok(`[]`))
		s.on("GET issue/1", tt.answer)
		tr := s.tracker(t, func(o *Options) { o.Config.Deployment = config.DataCenter })
		items, err := tr.Fetch(t.Context(), []roadmap.Key{tr.key("1")}, nil)
		if connectors.KindOf(err) != tt.kind || len(items) != 0 {
			t.Errorf("%s: %v, %v", name, items, err)
		}
	}
}
