package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/alignd/alignd/internal/roadmap"
)

// shared finds a file that stands beside the repository, or skips the test.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Fatal("no go.mod above the test")
	}
	file := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, path...)...)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there; put it beside the repository to run this test", file)
	}
	return file
}

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	b, err := os.ReadFile(shared(t, "specs", "linear.schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "linear.schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// everyDocument drives a Tracker through everything it can send.
func everyDocument(t *testing.T) []asked {
	t.Helper()
	f := newFake(t)
	ctx := context.Background()
	const at = "2026-09-21T10:00:00.000Z"
	f.on("issues", func(v map[string]any) reply {
		filter, _ := json.Marshal(v["filter"])
		next := "c1"
		switch {
		case v["after"] != nil:
			return reply{Body: `{"data":` + connection("issues", "") + `}`}
		case strings.Contains(string(filter), `"id":{"in":["i1"`), strings.Contains(string(filter), "number"):
			next = ""
		}
		return reply{Body: `{"data":` + connection("issues", next, issueRow("i1", "ENG-1", at)) + `}`}
	})
	f.rows("projects", projectRow("p1", "aaaabbbbcccc", at))
	f.rows("initiatives", initiativeRow("n1", "ddddeeeeffff", at))
	for _, kind := range []string{"issue", "project", "initiative"} {
		f.data(kind+"AddLabel", `{"`+kind+`AddLabel":{"success":true}}`)
		f.data(kind+"RemoveLabel", `{"`+kind+`RemoveLabel":{"success":true}}`)
		f.data(kind+"LabelCreate", `{"`+kind+`LabelCreate":{"success":true,"`+kind+`Label":{"id":"new-`+kind+`"}}}`)
	}
	f.data("commentCreate", `{"commentCreate":{"success":true,"comment":{"id":"c"}}}`)
	f.data("commentUpdate", `{"commentUpdate":{"success":true,"comment":{"id":"c"}}}`)

	tr := f.tracker(func(o *Options) { o.Labels = map[roadmap.Kind][]string{roadmap.KindIssue: {"needs-goal"}} })
	cursor := pullAll(t, tr, "").cursor
	pullAll(t, f.tracker(), cursor) // with watermarks
	d := newDrawer()
	pullAll(t, f.tracker(d.use), "")
	f.changes(map[string][]string{
		"users...": nil, "cycles...": nil, "issueLabels...": nil, "projectLabels...": nil, "initiativeLabels...": nil,
		"workflowStates...": nil, "projectStatuses...": nil, "projectMilestones...": nil,
	})
	pullAll(t, f.tracker(d.use), cursor) // by what has changed, and a second page of each list
	items, err := tr.Fetch(ctx, []roadmap.Key{tr.key("i1"), tr.key("p1"), tr.key("n1")}, []roadmap.Ref{"eng:ENG-7", "eng:aaaabbbbcccc"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Comments(ctx, items); err != nil {
		t.Fatal(err)
	}
	for id, kind := range map[string]roadmap.Kind{"i1": roadmap.KindIssue, "p1": roadmap.KindProject, "n1": roadmap.KindInitiative} {
		key := tr.key(id)
		for _, action := range []roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel, roadmap.CreateComment, roadmap.UpdateComment} {
			c := roadmap.Change{
				Key: key, Ref: roadmap.NewRef("eng", id), Kind: kind, Action: action, Value: "new-label", Remote: "c",
				Text: roadmap.Text{{roadmap.Say("No goal.")}}, Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0)},
			}
			if _, err := tr.apply(ctx, c); err != nil {
				t.Fatalf("%s %s: %v", action, kind, err)
			}
		}
	}
	if _, err := tr.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Census(ctx, ""); err != nil {
		t.Fatal(err)
	}
	f.data("issueBatchUpdate", `{"issueBatchUpdate":{"success":true,"issues":[{"id":"i1","labelIds":["l-need","l-team"]}]}}`)
	both := make([]roadmap.Change, 2)
	for i, label := range []string{"needs-goal", "team-only"} {
		both[i] = roadmap.Change{Key: tr.key("i1"), Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.AddLabel, Value: label}
	}
	for _, r := range tr.Apply(ctx, both) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	// Everything that an issue holds goes by another name, and is read again.
	f.rows("issueLabels", `{"id":"l-need","name":"needs-a-goal","isGroup":false}`)
	f.rows("cycles", `{"id":"c-7","name":"Winter","number":7,"isActive":true}`)
	f.rows("workflowStates", `{"id":"s-todo","type":"backlog"}`)
	f.rows("projectMilestones", `{"id":"m-beta","name":"Gamma"}`)
	f.rows("projects", projectRow("p1", "aaaabbbbcccc", at, `"name":"New"`))
	pullAll(t, f.tracker(), cursor)
	return f.log
}

// TestEveryDocument validates each document and its variables against Linear's
// published schema.
func TestEveryDocument(t *testing.T) {
	s := loadSchema(t)
	var roots []string
	for _, a := range everyDocument(t) {
		doc, errs := gqlparser.LoadQueryWithRules(s, a.Query, rules.NewDefaultRules())
		if errs != nil {
			t.Errorf("%s\n%s\n%v", a.Root, a.Query, errs)
			continue
		}
		if _, err := validator.VariableValues(s, doc.Operations[0], a.Variables); err != nil {
			t.Errorf("%s\n%s\n%v\n%v", a.Root, a.Query, a.Variables, err)
		}
		roots = append(roots, a.Root)
	}
	slices.Sort(roots)
	want := strings.Fields(`changes commentCreate commentUpdate comments count cycles initiativeAddLabel initiativeLabelCreate initiativeLabels initiativeRelations
		initiativeRemoveLabel initiativeToProjects initiatives issue issueAddLabel issueBatchUpdate issueLabelCreate issueLabels issueRemoveLabel issues
		projectAddLabel projectLabelCreate projectLabels projectMilestones projectRemoveLabel projectStatuses projects sight teams users viewer workflowStates`)
	if got := slices.Compact(roots); !slices.Equal(got, want) {
		t.Errorf("documents sent:\n%v\nwant\n%v", got, want)
	}
}

// TestPrice computes what each document costs by the documented formula
// (linear.app/developers/rate-limiting: a property 0.1, an object 1, the nodes of
// a connection times its page size, rounded up): above 10,000 a query is always
// refused.
func TestPrice(t *testing.T) {
	s := loadSchema(t)
	printed := map[string]bool{}
	for _, a := range everyDocument(t) {
		doc, errs := gqlparser.LoadQueryWithRules(s, a.Query, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		points := math.Ceil(price(doc.Operations[0].SelectionSet, a.Variables))
		if points >= dearest {
			t.Errorf("%s costs %.0f points; a wait for the limit reckons with at most %d", a.Root, points, dearest)
		}
		if nested(doc.Operations[0].SelectionSet, false) {
			t.Errorf("%s has a connection inside a connection, which multiplies what it costs", a.Root)
		}
		if points >= 10000 {
			t.Errorf("%s costs %.0f points, which Linear always refuses", a.Root, points)
		}
		if !printed[a.Root] {
			printed[a.Root] = true
			t.Logf("%-22s first=%-4v %5.0f points", a.Root, a.Variables["first"], points)
		}
	}
}

// nested reports whether a connection stands inside another one.
func nested(set ast.SelectionSet, inside bool) bool {
	return slices.ContainsFunc(set, func(sel ast.Selection) bool {
		f := sel.(*ast.Field)
		is := strings.HasSuffix(f.Definition.Type.Name(), "Connection")
		return inside && is || nested(f.SelectionSet, inside || is)
	})
}

// price is what the built-in Linear would charge.
func price(set ast.SelectionSet, vars map[string]any) float64 {
	sum := 0.0
	for _, sel := range set {
		f := sel.(*ast.Field)
		switch own := price(f.SelectionSet, vars); {
		case len(f.SelectionSet) == 0:
			sum += 0.1
		case !strings.HasSuffix(f.Definition.Type.Name(), "Connection"):
			sum += 1 + own
		default:
			first := 50.0 // charged when none is asked for
			if n, asked := f.ArgumentMap(vars)["first"]; asked {
				_, _ = fmt.Sscan(fmt.Sprint(n), &first) // a number of the document's or of JSON's
			}
			for _, child := range f.SelectionSet {
				part := price(ast.SelectionSet{child}, vars)
				if child.(*ast.Field).Name == "nodes" {
					part *= first
				}
				sum += part
			}
		}
	}
	return sum
}
