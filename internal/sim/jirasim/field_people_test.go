package jirasim

import (
	"net/http"
	"strings"
	"testing"
)

// A custom field of people takes account ids or names of groups, and shows what
// Jira shows.
func TestFieldsOfPeople(t *testing.T) {
	for _, k := range []struct {
		name  string
		field Field
		value any
		want  string // in the answer
	}{
		{"single", Field{Type: "user"}, "ana", `"displayName":"Ana"`},
		{"deactivated", Field{Type: "user"}, "old", `"active":false`},
		{"an app", Field{Type: "user"}, "app", `"accountType":"app"`},
		{"a customer", Field{Type: "user"}, "carl", `"accountType":"customer"`},
		{"nobody can tell who", Field{Type: "user"}, "unknown", `"accountId":"unknown"`},
		{"multi", Field{Type: "array", Items: "user"}, []string{"ana", "old"}, `"displayName":"Old"`},
		{"multi, empty", Field{Type: "array", Items: "user"}, []string{}, `"customfield_10100":[]`},
		{"group", Field{Type: "group"}, "owners", `"name":"owners"`},
		{"multi-group", Field{Type: "array", Items: "group"}, []string{"owners", "payments"}, `"name":"payments"`},
		{"empty", Field{Type: "user"}, nil, `"customfield_10100":null`},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			x.AddUser(User{AccountID: "app", Name: "App", Active: true, Type: "app"})
			x.AddUser(User{AccountID: "carl", Name: "Carl", Active: true, Type: "customer"})
			x.AddUser(User{AccountID: "unknown", Name: "Former user", Type: "unknown"})
			f := k.field
			f.ID, f.Name, f.Custom = "customfield_10100", "Who", "com.example:who"
			x.AddField(f)
			x.add(Issue{Project: "PAY", Summary: "a", Custom: map[string]any{f.ID: k.value}})
			x.do("GET", "/issue/PAY-5?fields="+f.ID, nil).want(t, 200, k.want)
		})
	}
}

// Two fields of one name: a team-managed one that only its own project has, and
// one of the whole site.
func TestFieldsOfOneName(t *testing.T) {
	x := newSite(t, Options{})
	var pay string
	for _, p := range x.Projects() {
		if p.Key == "PAY" {
			pay = p.ID
		}
	}
	x.AddField(Field{ID: "customfield_10200", Name: "Team", Custom: "com.example:team"})
	x.AddField(Field{ID: "customfield_10201", Name: "Team", Custom: "com.example:team", Scope: pay})
	both := map[string]any{"customfield_10200": "red", "customfield_10201": "blue"}
	x.add(Issue{Project: "PAY", Summary: "a", Custom: both})
	x.add(Issue{Project: "WEB", Summary: "b", Custom: both})
	x.do("GET", "/issue/PAY-5", nil).want(t, 200, `"customfield_10201":"blue"`)
	if a := x.do("GET", "/issue/WEB-2", nil).want(t, 200, `"customfield_10200":"red"`); strings.Contains(a.Text, "customfield_10201") {
		t.Errorf("a field of another project: %s", a.Text)
	}
	x.do("GET", "/field", nil).want(t, 200, `"scope":{"project":{"id":"`+pay+`"},"type":"PROJECT"}`)
	for jql, want := range map[string]string{"Team = red": "PAY-5 WEB-2", "Team = blue": "PAY-5", "cf[10201] = blue": "PAY-5"} {
		if got := x.finds(jql); got != want {
			t.Errorf("%s finds %q, want %q", jql, got, want)
		}
	}
}

func TestAFieldThatIsHidden(t *testing.T) {
	x := newSite(t, Options{})
	f := Field{ID: "customfield_10050", Name: "Product Owner", Custom: "com.example:po", Type: "user", HiddenFrom: []string{"557058:bot"}}
	x.AddField(f)
	for _, path := range []string{"/field", "/issue/ROAD-1", "/issue/ROAD-1?fields=customfield_10050", "/issue/ROAD-1/editmeta"} {
		if a := x.do("GET", path, nil); strings.Contains(a.Text, f.ID) {
			t.Errorf("GET %s tells of it: %s", path, a.Text)
		}
		if a := x.as(asAdmin, "GET", "/rest/api/2"+path, nil); !strings.Contains(a.Text, f.ID) {
			t.Errorf("GET %s does not tell others: %s", path, a.Text)
		}
	}
	x.do("POST", "/search/jql", jsonObject{"jql": `"Product Owner" = ana`}).want(t, 400, "Field 'Product Owner' does not exist or you do not have permission to view it.")
	x.do("PUT", "/issue/ROAD-1", jsonObject{"fields": jsonObject{f.ID: jsonObject{"accountId": "ana"}}}).want(t, 400, "cannot be set")
}

// Names come in the account's language, but for those that administrators made,
// and unless the request forces English.
func TestNamesInTheAccountsLanguage(t *testing.T) {
	x := newSite(t, Options{})
	x.add(Issue{Project: "PAY", Type: "Spike", Status: "Waiting", StatusCategory: "indeterminate", Summary: "a"})
	for _, k := range []struct{ language, key, typ, status, category, priority string }{
		{"", "PAY-2", "Story", "In Progress", "In Progress", "High"},
		{"de", "PAY-2", "Story", "In Arbeit", "In Arbeit", "Hoch"},
		{"zh-CN", "PAY-2", "故事", "正在进行", "正在进行", "高"},
		{"zh", "PAY-5", "Spike", "Waiting", "正在进行", ""},
		{"fr", "PAY-2", "Story", "In Progress", "In Progress", "High"}, // not known here
	} {
		x.AddUser(User{AccountID: "557058:bot", Name: "Bot", Active: true, Language: k.language})
		a := x.do("GET", "/issue/"+k.key, nil).want(t, 200, "")
		f := func(path ...any) string { s, _ := a.at(append([]any{"fields"}, path...)...).(string); return s }
		if got := [4]string{f("issuetype", "name"), f("status", "name"), f("status", "statusCategory", "name"), f("priority", "name")}; got != [4]string{k.typ, k.status, k.category, k.priority} {
			t.Errorf("%s in %q: %v", k.key, k.language, got)
		}
		if f("status", "statusCategory", "key") != "indeterminate" || a.at("fields", "issuetype", "hierarchyLevel") != 0.0 {
			t.Errorf("keys and levels are in no language: %s", a.Text)
		}
	}
	x.AddUser(User{AccountID: "557058:bot", Name: "Bot", Active: true, Language: "zh"})
	for _, k := range []struct{ accept, force, want string }{{"en", "true", "Story"}, {"en", "", "故事"}, {"", "true", "故事"}, {"de", "true", "Story"}} {
		a := x.as(func(r *http.Request) {
			asBot(r)
			r.Header.Set("Accept-Language", k.accept)
			r.Header.Set("X-Force-Accept-Language", k.force)
		}, "GET", "/rest/api/2/issue/PAY-2", nil)
		if got := a.at("fields", "issuetype", "name"); got != k.want {
			t.Errorf("%+v: %v", k, got)
		}
	}
}
