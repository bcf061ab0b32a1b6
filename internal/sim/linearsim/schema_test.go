package linearsim

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// shared gives the path of a file that lies beside the repository on the
// machines where alignd is developed, and skips the test elsewhere.
func shared(t *testing.T, path string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "..", "shared", filepath.FromSlash(path))
	if _, err := os.Stat(p); err != nil {
		t.Skipf("skipped: needs Linear's published schema and samples at %s", p)
	}
	return p
}

func realSchema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile(shared(t, "specs/linear.schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "linear.schema.graphql", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ourSchema(t *testing.T) *ast.Schema {
	t.Helper()
	return New(Options{}).schema.ast
}

func TestSchemaIsAPartOfTheRealOne(t *testing.T) {
	theirs, ours := realSchema(t), ourSchema(t)
	fields := 0
	for name, def := range ours.Types {
		real := theirs.Types[name]
		if strings.HasPrefix(name, "__") {
			continue
		}
		if real == nil || real.Kind != def.Kind {
			t.Errorf("type %s: not in the real schema as %s", name, def.Kind)
			continue
		}
		if def.Kind == ast.Enum {
			if len(def.EnumValues) != len(real.EnumValues) {
				t.Errorf("enum %s: %d values, the real one has %d", name, len(def.EnumValues), len(real.EnumValues))
			}
			for _, v := range def.EnumValues {
				if real.EnumValues.ForName(v.Name) == nil {
					t.Errorf("enum %s: no value %s in the real schema", name, v.Name)
				}
			}
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			fields++
			compareField(t, name, f, real.Fields.ForName(f.Name))
		}
		for _, f := range real.Fields {
			if def.Kind == ast.InputObject && f.Type.NonNull && f.DefaultValue == nil && def.Fields.ForName(f.Name) == nil {
				t.Errorf("input %s: the required field %s is left out", name, f.Name)
			}
		}
	}
	if fields < 500 {
		t.Errorf("only %d fields compared; is the schema file whole?", fields)
	}
}

func compareField(t *testing.T, typ string, ours, real *ast.FieldDefinition) {
	t.Helper()
	if real == nil {
		t.Errorf("%s.%s: not in the real schema", typ, ours.Name)
		return
	}
	if ours.Type.String() != real.Type.String() {
		t.Errorf("%s.%s is %s, really %s", typ, ours.Name, ours.Type, real.Type)
	}
	for _, a := range ours.Arguments {
		r := real.Arguments.ForName(a.Name)
		if r == nil || r.Type.String() != a.Type.String() {
			t.Errorf("%s.%s(%s: %s): the real schema has it otherwise", typ, ours.Name, a.Name, a.Type)
		}
	}
	for _, a := range real.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && ours.Arguments.ForName(a.Name) == nil {
			t.Errorf("%s.%s: the required argument %s is left out", typ, ours.Name, a.Name)
		}
	}
}

// Every field that the schema promises as non-null has a value, on everything
// that the workspace can hold.
func TestNonNullFieldsHaveValues(t *testing.T) {
	s := New(Options{})
	u := s.AddUser(User{Name: "Ana", Active: true, App: true})
	s.AddTeam(Team{Key: "ENG"})
	in := s.AddInitiative(Initiative{Name: "Growth"})
	child := s.AddInitiative(Initiative{Name: "Growth in Asia", ParentID: in.ID})
	p := s.AddProject(Project{Name: "Checkout"})
	if err := s.LinkProject(child.ID, p.ID); err != nil {
		t.Fatal(err)
	}
	s.AddCycle(Cycle{TeamKey: "ENG"})
	s.AddMilestone(Milestone{ProjectID: p.ID, Name: "Beta"})
	i := s.AddIssue(Issue{TeamKey: "ENG"})
	for _, k := range []LabelKind{IssueLabel, ProjectLabel, InitiativeLabel} {
		s.AddLabel(k, "ktlo")
	}
	s.AddComment(Comment{IssueID: i.ID, Body: "x", UserID: u.ID})
	s.histories = append(s.histories, &history{id: "h", issueID: i.ID, created: s.stamp()})

	v := s.view(httptest.NewRequest("POST", "/graphql", nil), s.users.get(u.ID), &access{user: u.ID})
	checked := map[string]bool{}
	check := func(n node) {
		checked[n.typeName()] = true
		for _, f := range s.schema.ast.Types[n.typeName()].Fields {
			if f.Type.NonNull && n.field(v, f.Name) == nil {
				t.Errorf("%s.%s is null but %s", n.typeName(), f.Name, f.Type)
			}
		}
	}
	for _, f := range s.schema.ast.Types["Query"].Fields {
		if !isConnection(f) {
			continue
		}
		nodes, err := v.query(f.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes.([]node) {
			check(n)
		}
	}
	check(s.histories[0])
	check(v.organization())
	check(v.actor(u.ID).(node))
	status := s.bucketsOf(s.users.get(u.ID)).status(s.users.get(u.ID), s.now())
	check(status)
	check(status.field(v, "limits").([]node)[0])
	if len(checked) < 18 {
		t.Errorf("only these types were checked: %v", checked)
	}
}

// documents reads the sample documents of one kind.
func documents(t *testing.T, kind string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared(t, "samples/linear-documents"), kind, "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in %s: %v", kind, err)
	}
	out := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".graphql")] = string(text)
	}
	return out
}

func run(t *testing.T, s *Server, doc string, vars any) (int, string) {
	t.Helper()
	return runAs(t, s, "k", doc, vars)
}

func runAs(t *testing.T, s *Server, authorization, doc string, vars any) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": doc, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// What real clients send runs, as far as it is within the subset.
func TestSampleDocuments(t *testing.T) {
	s := New(Options{Clock: func() time.Time { return time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) }})
	u := s.AddUser(User{Name: "Bot", Active: true})
	s.AddKey("k", u.ID)
	s.AddIssue(Issue{TeamKey: "ENG", Number: 123, ID: "22222222-2222-4222-8222-222222222222"})
	s.AddProject(Project{ID: "p", Name: "P"})
	s.AddProject(Project{ID: "11111111-1111-4111-8111-111111111111", Name: "P1"})
	s.AddInitiative(Initiative{ID: "i", Name: "I"})
	for _, id := range []string{"x", "a", "b"} {
		s.AddLabel(IssueLabel, id, func(l *Label) { l.ID = id })
	}
	s.AddLabel(ProjectLabel, "l", func(l *Label) { l.ID = "l" })
	var all map[string]any
	raw, err := os.ReadFile(shared(t, "samples/linear-documents/variables.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	// The label of initiatives has the same id in the sample as that of projects.
	labels := all["initiative_add_label"].(map[string]any)
	labels["labelId"] = s.AddLabel(InitiativeLabel, "l").ID
	all["initiative_remove_label"].(map[string]any)["labelId"] = labels["labelId"]

	beyond := map[string]bool{ // what no part of alignd asks for
		"attachments_for_url": true, "attachment_create": true,
		"entity_external_link_create": true, "initiative_to_project_create": true, "initiative_update": true,
		"initiative_update_create": true, "project_update": true, "project_update_create": true, "webhook_create": true,
	}
	all["comment_resolve"], all["comment_unresolve"] = all["comment_delete"], all["comment_delete"] // in the sample they name no comment
	// Writes first, comment and label creates before what they make is used.
	for _, step := range []string{"write/comment_create", "write/comment_update", "write/comment_resolve", "write/comment_unresolve", "read/comment_by_id", "read/", "write/comment_delete", "write/"} {
		kind, only, _ := strings.Cut(step, "/")
		for name, doc := range documents(t, kind) {
			if only != "" && name != only || only == "" && strings.HasPrefix(name, "comment_") && name != "comments_delta" || beyond[name] {
				continue
			}
			status, body := run(t, s, doc, all[name])
			if status != 200 || strings.Contains(body, `"errors"`) {
				t.Errorf("%s/%s: %d %s", kind, name, status, body)
			}
		}
	}
	for name, doc := range documents(t, "negative") {
		status, body := run(t, s, doc, map[string]any{"since": "2026-09-01T00:00:00Z", "id": "x"})
		if status != 400 || !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("negative/%s: %d %s", name, status, body)
		}
	}
}

// The prices are those worked out from the documented formula for documents
// that real clients send.
func TestComplexityOfSampleDocuments(t *testing.T) {
	s := ourSchema(t)
	for name, want := range map[string]int{
		"issues_delta": 3352, "issue_ids_sweep": 302, "comments_delta": 1477, "issue_labels": 1277,
		"projects_delta": 1627, "initiatives": 1527, "initiative_to_projects": 927, "users": 577,
	} {
		doc, err := gqlparser.LoadQueryWithRules(s, documents(t, "read")[name], rules.NewDefaultRules())
		if err != nil {
			t.Fatal(name, err)
		}
		op := doc.Operations[0]
		vars, err2 := validator.VariableValues(s, op, map[string]any{"first": 250.0, "archived": true})
		if err2 != nil {
			t.Fatal(name, err2)
		}
		if got := complexity(op, vars); got != want {
			t.Errorf("%s costs %d, want %d", name, got, want)
		}
	}
}
