package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("org.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("org.json") // which validates it against its own meta-schema
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// asJSON gives a file's values as a schema sees them.
func asJSON(n *node) any {
	switch n.kind {
	case kindText:
		return n.text
	case kindBool:
		return strings.EqualFold(n.text, "true")
	case kindNumber:
		v, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			return n.text
		}
		return v
	case kindList:
		out := []any{}
		for _, i := range n.items {
			out = append(out, asJSON(i))
		}
		return out
	case kindTable:
		out := map[string]any{}
		for _, f := range n.fields {
			out[f.key] = asJSON(f.value)
		}
		return out
	}
	return nil
}

// TestSchemaAcceptsGoodFiles: what loads validates: the good files and the
// examples of docs/config.md.
func TestSchemaAcceptsGoodFiles(t *testing.T) {
	s := compileSchema(t)
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, problems := parseYAML(b)
		if root == nil {
			t.Fatal(problems)
		}
		if err := s.Validate(asJSON(root)); err != nil {
			t.Errorf("%s:\n%v", file, err)
		}
	}
	for i, example := range docExamples(t) {
		root, _ := parseYAML([]byte(example))
		if err := s.Validate(asJSON(root)); err != nil {
			t.Errorf("example %d of docs/config.md:\n%v", i+1, err)
		}
	}
}

// beyondSchema are the bad files of whose every problem no schema can know: it
// is in how names go together, in dates and times, or inside a text.
func beyondSchema() []string {
	return []string{
		"duplicate-keys", "expressions", "gateway", "labels-jira", "rules-share-label",
		"schedule-never", "schedule-seconds", "schedule-timezone", "schedule-too-often", "schedules-words",
		"store-folder", "timezone",
	}
}

// TestSchemaRefusesBadFiles: it finds every bad file of whose shape something
// is wrong, and what is told to be beyond it is.
func TestSchemaRefusesBadFiles(t *testing.T) {
	s := compileSchema(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, problems := parseYAML(b)
		if len(problems) > 0 {
			continue // no YAML that an editor would ask a schema about
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		beyond := slices.Contains(beyondSchema(), name)
		err = s.Validate(asJSON(root))
		switch {
		case err == nil && !beyond:
			t.Errorf("%s validates", name)
		case err != nil && beyond:
			t.Errorf("%s is not beyond the schema:\n%v", name, err)
		case err != nil:
			refused++
		}
	}
	t.Logf("the schema refuses %d of %d bad files", refused, len(files))
}

// TestSchemaDefaults: a file that spells every default out is the same org as
// one that leaves them out.
func TestSchemaDefaults(t *testing.T) {
	b, err := os.ReadFile("testdata/good/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	root, _ := parseYAML(b)
	spelled := 0
	full := spellOut(tableOf(orgKeys()), asJSON(root), &spelled)
	if spelled < 40 {
		t.Errorf("%d defaults spelled out, want at least 40", spelled)
	}
	text, err := json.MarshalIndent(full, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, t.TempDir(), "small.yaml", string(b))
	want, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(write(t, filepath.Dir(path), "small.yaml", string(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(want, got, compareOrgs()); diff != "" {
		t.Errorf("-left out +spelled out:\n%s", diff)
	}
}

// spellOut adds the defaults to a document of the Linear kind, also in tables
// that are left out whole.
func spellOut(v value, doc any, spelled *int) any {
	switch {
	case v.form == formMap && v.each.form == formTable:
		for name, one := range doc.(map[string]any) {
			doc.(map[string]any)[name] = spellOut(*v.each, one, spelled)
		}
	case v.form == formList && v.each.form == formTable:
		for i, one := range doc.([]any) {
			doc.([]any)[i] = spellOut(*v.each, one, spelled)
		}
	case v.form == formTable:
		kind := ""
		if slices.Contains(v.kinds, string(Linear)) {
			kind = string(Linear)
		} else if len(v.kinds) == 1 {
			kind = v.kinds[0]
		}
		table := doc.(map[string]any)
		for _, k := range v.keys {
			if k.later || !k.has(kind) {
				continue
			}
			_, given := table[k.name]
			switch {
			case !given && k.otherwise != nil:
				table[k.name] = k.otherwise
				*spelled++
			case !given && k.must == "" && k.value.form == formTable && k.name != "double_hat":
				table[k.name] = map[string]any{}
				given = true
			}
			if given {
				table[k.name] = spellOut(k.value, table[k.name], spelled)
			}
		}
	}
	return doc
}

// TestSchemaTells: every key is described, and what editors show is what
// docs/config.md says.
func TestSchemaTells(t *testing.T) {
	var look func(path string, v value)
	seen := 0
	look = func(path string, v value) {
		for _, k := range v.keys {
			at := path + "." + k.name
			if k.means == "" && !k.later || strings.ContainsAny(k.means, "\n|") {
				t.Errorf("%s is described by %q", at, k.means)
			}
			seen++
			look(at, k.value)
		}
		for _, e := range v.either {
			look(path, e)
		}
		if v.each != nil {
			look(path, *v.each)
		}
	}
	look("", tableOf(orgKeys()))
	if seen < 100 {
		t.Errorf("%d keys looked at", seen)
	}
}
