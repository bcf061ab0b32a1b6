package config

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/roadmap"
)

// compareOrgs compares expressions by their source and zones by their name.
func compareOrgs() cmp.Options {
	return cmp.Options{
		cmp.Comparer(func(a, b *Expr) bool {
			return (a == nil) == (b == nil) && (a == nil || a.Source == b.Source)
		}),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	}
}

func mustLocation(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// TestLargestFile: every supported key, and what becomes of it.
func TestLargestFile(t *testing.T) {
	got, err := Load("testdata/good/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	berlin := mustLocation(t, "Europe/Berlin")
	secrets, err := filepath.Abs("testdata/good/secrets")
	if err != nil {
		t.Fatal(err)
	}
	want := &Org{
		Path: "testdata/good/acme.yaml", Name: "acme", Schedule: "*/15 * * * *", Location: berlin, Mode: Write,
		Trackers: []Tracker{
			{
				Name: "jira", Type: Jira, URL: "https://acme.atlassian.net", Site: "https://issues.acme.example",
				Auth:     Auth{Type: Basic, User: "bot@acme.example", Token: "env:JIRA_TOKEN"},
				Projects: []string{"PAY", "WEB"},
				JQL:      `labels != no-sync AND (summary !~ "order by" OR priority = High)`,

				RequestsPerSecond: 10, Census: 24 * time.Hour,
			},
			{
				Name: "dc", Type: Jira, URL: "http://127.0.0.1:8080/jira", Site: "http://127.0.0.1:8080/jira",
				Auth: Auth{Type: Bearer, Token: Secret("file:" + secrets + "/pat")}, Projects: []string{"OLD"}, RequestsPerSecond: 10, Census: 72 * time.Hour,
				Deployment: DataCenter, Levels: []string{"Initiative", "Theme"}, CAFile: "ca.pem",
			},
			{
				Name: "gateway", Type: Jira, URL: "https://api.atlassian.com/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421", Site: "https://acme-shops.atlassian.net",
				Auth: Auth{Type: Bearer, Token: "env:JIRA_TOKEN"}, Projects: []string{"SHOP"}, RequestsPerSecond: 10, Census: 24 * time.Hour,
				Deployment: Cloud,
			},
			{
				Name: "eng", Type: Linear, URL: "https://api.linear.app/graphql",
				Auth: Auth{Type: APIKey, Token: "env:LINEAR_API_KEY"}, Teams: []string{"ENG", "OPS"}, RequestsPerSecond: 2.5, Census: 90 * time.Minute,
				LabelIDs: map[string]string{"kein-ziel": "8a4e0b52-7e60-4a6b-9b0f-0c0f6b1f2f11"},
			},
		},
		Roadmap: []Source{
			{From: "jira", JQL: "project = ROAD AND issuetype = Initiative", PM: "reporter", PO: "field:Product Owner"},
			{From: "eng", Goals: "initiatives", PM: "owner", PO: "lead"},
			{From: "eng", Goals: "projects", PM: "owner", PO: "lead"},
			{From: "file", File: []FileGoal{
				{ID: "GROW-1", Title: "Double self-serve sign-ups", PM: []string{"ana"}, PO: []string{"boris"}, Status: roadmap.StatusDoing, Target: "2026-12-31"},
				{ID: "OPS-1", Title: "Keep the lights on", PM: []string{"ana", "boris"}, Status: roadmap.StatusTodo, URL: "https://wiki.acme.example/ops?page=1#top"},
				{ID: "OLD.1", Title: "Leave the data centre", Status: roadmap.StatusDone},
				{ID: "OLD.2", Title: "A fax gateway", Status: roadmap.StatusDropped},
			}},
		},
		People: []Person{
			{Name: "ana", Accounts: map[string]string{"jira": "5b10a2844c20165700ede21g", "eng": "ana@acme.example"}},
			{Name: "boris", Accounts: map[string]string{"jira": "557058:1f", "eng": "boris@acme.example"}},
			{
				Name: "cleo", Accounts: map[string]string{"eng": "cleo@acme.example"},
				DoubleHat: &DoubleHat{Until: time.Date(2026, 12, 31, 0, 0, 0, 0, berlin), Why: "hiring a PO"},
			},
		},
		Links: []LinkWay{
			{Way: roadmap.WayLabel, Label: "goal:{goal}"},
			{Way: roadmap.WayParent},
			{Way: roadmap.WayProject},
			{Way: roadmap.WayIssueLink, IssueLinks: []string{"implements", "contributes to"}},
			{Way: roadmap.WayField, Field: "field:Strategic goal"},
			{Way: roadmap.WayField, Field: "field:customfield_10077"},
			{Way: roadmap.WayWhen, When: &Expr{Source: `item.project == "PAY" && "checkout" in item.components`}, Goal: "file:GROW-1"},
			{Way: roadmap.WayWhen, When: &Expr{Source: `item.project == "PAY" && "checkout" in item.components`}, Goal: "jira:ROAD-1"},
		},
		Stories: Stories{Where: &Expr{Source: `item.type in ["Story", "Task", "Bug"]`}},
		Rules: map[roadmap.Rule]Rule{
			roadmap.StoryWithoutGoal: {
				Enabled: true, Grace: Duration{Business: 3}, Label: "kein-ziel", Comment: false,
				Unless: &Expr{Source: `"ktlo" in item.labels`},
				Scope:  &Expr{Source: "item.project == \"PAY\" and\nage(item.created) < duration(\"52w\")"},
				Since:  time.Date(2026, 11, 1, 0, 0, 0, 0, berlin),
			},
			roadmap.GoalWithoutPO:      {Enabled: true, Comment: true},
			roadmap.GoalWithoutPM:      {Enabled: true, Grace: Duration{Days: 7}, Label: "needs-pm", Comment: true},
			roadmap.StoryOnClosedGoal:  {Enabled: true, Grace: Duration{Days: 3}},
			roadmap.GoalWithoutStories: {Grace: Duration{Days: 14}},
			roadmap.OwnerInactive:      {Enabled: true, Grace: Duration{Days: 1}, Label: "gone"},
			roadmap.UndeclaredDouble:   {Enabled: true, Grace: Duration{Days: 7}},
			roadmap.POOverloaded:       {Enabled: true, MaxGoals: 3},
			roadmap.SprintOffRoadmap:   {Enabled: true, MinShare: 0.5, Scope: &Expr{Source: `item.type != "Bug"`}},
		},
		Roles: Combined,
		Say: map[roadmap.Rule]Wording{roadmap.StoryWithoutGoal: {
			{{Slot: SlotFact}},
			{{Text: `Ask in #roadmap which goal "`}, {Slot: SlotTitle}, {Text: `" serves. `}, {Slot: SlotGoals}},
		}},
		Limits: Limits{CommentsPerRun: 5, MaxShare: 0.25, MentionsPerPerson: 3},
		Quiet:  Quiet{Hours: true, From: 18 * 60, To: 8*60 + 30, Weekends: true},
		Store:  "state/acme.db",
	}
	if diff := cmp.Diff(want, got, compareOrgs()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSmallestFile: what the defaults are.
func TestSmallestFile(t *testing.T) {
	got, err := Load("testdata/good/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := &Org{
		Path: "testdata/good/small.yaml", Name: "small", Schedule: "@every 15m", Location: time.UTC, Mode: Observe,
		Trackers: []Tracker{{
			Name: "eng", Type: Linear, URL: "https://api.linear.app/graphql",
			Auth: Auth{Type: APIKey, Token: "env:LINEAR_API_KEY"}, Teams: []string{"ENG"}, RequestsPerSecond: 10, Census: 24 * time.Hour,
		}},
		Roadmap: []Source{{From: "eng", Goals: "initiatives", PM: "owner", PO: "lead"}},
		Links:   []LinkWay{{Way: roadmap.WayParent}, {Way: roadmap.WayProject}, {Way: roadmap.WayLabel, Label: "goal:{goal}"}},
		Rules: map[roadmap.Rule]Rule{
			roadmap.StoryWithoutGoal: {Enabled: true, Grace: Duration{Days: 3}, Label: "needs-goal", Comment: true},
			roadmap.GoalWithoutPO:    {Enabled: true, Grace: Duration{Days: 7}, Label: "needs-po", Comment: true},

			roadmap.GoalWithoutPM:      {Enabled: true, Grace: Duration{Days: 7}},
			roadmap.StoryOnClosedGoal:  {Enabled: true, Grace: Duration{Days: 3}},
			roadmap.GoalWithoutStories: {Enabled: true, Grace: Duration{Days: 14}},
			roadmap.OwnerInactive:      {Enabled: true, Grace: Duration{Days: 1}},
			roadmap.UndeclaredDouble:   {Enabled: true, Grace: Duration{Days: 7}},
			roadmap.POOverloaded:       {Enabled: true, MaxGoals: 5},
			roadmap.SprintOffRoadmap:   {Enabled: true, MinShare: 0.6},
		},
		Roles:  Split,
		Limits: Limits{CommentsPerRun: 20, MaxShare: 0.3, MentionsPerPerson: 3},
	}
	if diff := cmp.Diff(want, got, compareOrgs()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOAuth: the credentials of a Linear app.
func TestOAuth(t *testing.T) {
	dir := t.TempDir()
	got, err := Load(write(t, dir, "acme.yaml", `org: acme
trackers:
  eng: {type: linear, auth: {type: oauth, client_id: abc-1_D, client_secret: "file:secret"}, teams: [ENG]}
roadmap: [{from: eng, goals: projects}]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Auth{Type: OAuth, ClientID: "abc-1_D", ClientSecret: Secret("file:" + filepath.Join(dir, "secret"))}
	if got.Trackers[0].Auth != want {
		t.Errorf("got %+v, want %+v", got.Trackers[0].Auth, want)
	}
}

// TestGoodValues: a line put into the smallest file that must load.
func TestGoodValues(t *testing.T) {
	small, err := os.ReadFile("testdata/good/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`schedule: "@every 1s"`, `schedule: "@hourly"`, `schedule: "0 8 * * MON-FRI"`, `schedule: 0 8 * * 1-5`,
		`timezone: America/New_York`, `mode: observe`, `store: /var/lib/alignd/acme.db`,
		`stories: {}`, `stories: {where: item.status == "todo"}`, `rules: {}`, `people: {}`, `limits: {}`, `quiet: {}`,
		`limits: {comments_per_run: 0, max_share: 1}`, `quiet: {hours: "00:00-23:59"}`, `quiet: {weekends: false}`,
		`rules: {goal-without-po: {label: Needs a PO}}`, `links: [{label: "Roadmap goal {goal}"}]`,
		`links: [project]`, `links: [{label: "roadmap/{goal}"}]`,
		`links: [{label: "goal:{goal}"}, {label: "epic:{goal}"}]`,
		`rules: {sprint-off-roadmap: {enabled: false}}`,
		`rules: {goal-without-po: {enabled: false, label: needs-goal}, story-without-goal: {label: ""}}`,
		`people: {ana: {accounts: {eng: ana@acme.example}}}`,
		`people: {"Ana Müller": {accounts: {eng: "ana@acme.example"}}}`,
	} {
		path := write(t, t.TempDir(), "small.yaml", string(small)+line+"\n")
		if _, err := Load(path); err != nil {
			t.Errorf("%s\n\t%v", line, err)
		}
	}
	jira := "  jira: {type: jira, url: \"https://acme.example\", auth: {type: bearer, token: env:T}, projects: [PAY]}\nroadmap:\n"
	for _, line := range []string{
		`links: [{issue-link: [implements]}]`, `links: [{field: "field:Strategic goal"}]`,
		`links: [{label: "Roadmap goal {goal}"}]`, // which Linear may have
	} {
		text := strings.Replace(string(small), "roadmap:\n", jira, 1) + line + "\n"
		if _, err := Load(write(t, t.TempDir(), "small.yaml", text)); err != nil {
			t.Errorf("with a Jira: %s\n\t%v", line, err)
		}
	}
	for name, text := range map[string]string{
		"carriage returns": strings.ReplaceAll(string(small), "\n", "\r\n"),
		"byte order mark":  "\ufeff" + string(small),
		"document marker":  "---\n" + string(small),
	} {
		if _, err := Load(write(t, t.TempDir(), "small.yaml", text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReadCA: certificates are read from beside the file and from anywhere.
func TestReadCA(t *testing.T) {
	path, err := filepath.Abs("testdata/good/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := ReadCA(path)
	if err != nil || pool.Equal(x509.NewCertPool()) {
		t.Errorf("nothing is read from %s: %v", path, err)
	}
	jira := "trackers:\n  jira: {type: jira, url: \"https://acme.example\", auth: {type: bearer, token: env:T}, projects: [PAY], ca_file: " + path + "}\n"
	file := "org: acme\n" + jira + "roadmap:\n  - {from: jira, jql: project = ROAD}\n"
	org, err := Load(write(t, t.TempDir(), "acme.yaml", file))
	if err != nil || org.Trackers[0].CAFile != path {
		t.Errorf("%+v, %v", org, err)
	}
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
