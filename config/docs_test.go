package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/roadmap"
)

// TestDocs: the tables of docs/config.md are those of the keys that the decoder
// reads by. `make docs` writes them, by way of this test.
func TestDocs(t *testing.T) {
	path := filepath.Join("..", "docs", "config.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tables := docTables()
	written := map[string]bool{}
	block := regexp.MustCompile(`(?s)<!-- keys: (\S+) -->\n.*?<!-- /keys -->`)
	got := block.ReplaceAllStringFunc(string(b), func(old string) string {
		name := block.FindStringSubmatch(old)[1]
		table, ok := tables[name]
		if !ok {
			t.Errorf("there is no table %q", name)
		}
		written[name] = true
		return "<!-- keys: " + name + " -->\n\n" + table + "\n<!-- /keys -->"
	})
	for name := range tables {
		if !written[name] {
			t.Errorf("docs/config.md has no place for the table %q", name)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(b), got); diff != "" {
		t.Errorf("docs/config.md is not as the keys are; `make docs` writes it (-file +keys):\n%s", diff)
	}
}

// docTables are the generated tables of docs/config.md.
func docTables() map[string]string {
	return map[string]string{
		"top": docTable(orgKeys()), "tracker": docTable(trackerKeys()), "auth": docTable(authKeys()),
		"source": docTable(sourceKeys()), "goal": docTable(goalKeys()),
		"person": docTable(personKeys()), "double_hat": docTable(doubleHatKeys()),
		"link": docTable(append([]key{
			{name: string(roadmap.WayParent), means: "a word alone: parents, at any depth: sub-task, story, epic, initiative"},
			{name: string(roadmap.WayProject), means: "a word alone: Linear: issue, project, initiative, parent initiative"},
		}, plain(linkKeys())...)),
		"stories": docTable(storyKeys()), "rules": docRules(), "rule": docTable(docRuleKeys()),
		"limits": docTable(limitKeys()), "quiet": docTable(quietKeys()),
	}
}

// plain gives the keys without what is said of them elsewhere.
func plain(keys []key) []key {
	out := slices.Clone(keys)
	for i := range out {
		out[i].of, out[i].must = "", ""
	}
	return out
}

// docRuleKeys are the keys of a rule, each as the rule tells it that has it.
func docRuleKeys() []key {
	keys := ruleKeys(roadmap.StoryWithoutGoal)
	for i, k := range keys {
		if k.of != "" && k.of != writes {
			keys[i] = ruleKeys(roadmap.Rule(k.of))[i]
		} else {
			keys[i].of = ""
		}
	}
	return keys
}

// docTable renders keys as a table of Markdown, without the columns in which
// nothing would stand.
func docTable(keys []key) string {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return k.later })
	kinds := slices.ContainsFunc(keys, func(k key) bool { return k.of != "" })
	ends := slices.ContainsFunc(keys, func(k key) bool { return docDefault(k) != "" })
	var b strings.Builder
	row := func(name, of, means, end string) {
		cells := []string{name}
		if kinds {
			cells = append(cells, of)
		}
		cells = append(cells, means)
		if ends {
			cells = append(cells, end)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	row("key", "for", "meaning", "default")
	row("---", "---", "---", "---")
	for _, k := range keys {
		of := "`" + strings.ReplaceAll(k.of, " ", "`, `") + "`"
		if k.of == "" {
			of = "all"
		}
		row("`"+k.name+"`", of, k.means, docDefault(k))
	}
	return b.String()
}

func docDefault(k key) string {
	switch {
	case k.must != "":
		return "required"
	case k.normal != "" || k.otherwise == nil:
		return k.normal
	}
	if s, ok := k.otherwise.(string); ok {
		return "`" + s + "`"
	}
	text, err := json.Marshal(k.otherwise)
	if err != nil {
		return err.Error()
	}
	return "`" + string(text) + "`"
}

// docRules renders the rules with their defaults.
func docRules() string {
	var b strings.Builder
	b.WriteString("| rule | holds when | `grace` | label and comment |\n| --- | --- | --- | --- |\n")
	for _, w := range wordsOf() {
		r := defaultRules()[w.rule]
		grace, says := "-", "reported only"
		if ruleKind(w.rule) == writes {
			grace = strings.TrimSpace(fmt.Sprintf("`%s` %s", r.Grace, w.grace))
		}
		if label := lentLabels()[w.rule]; label != "" {
			says += "; `" + label + "`"
		} else if r.Label != "" && r.Comment {
			says = "`" + r.Label + "`, and a comment"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", w.rule, w.holds, grace, says)
	}
	return b.String()
}

// docExamples are the files that docs/config.md shows.
func docExamples(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", "config.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	if len(out) < 2 {
		t.Fatalf("%d examples", len(out))
	}
	return out
}

// TestDocExamples: every example of docs/config.md loads, and every word of
// expressions is told there.
func TestDocExamples(t *testing.T) {
	for i, example := range docExamples(t) {
		if _, err := Load(write(t, t.TempDir(), "acme.yaml", example)); err != nil {
			t.Errorf("example %d:\n%v", i+1, err)
		}
	}
	b, err := os.ReadFile(filepath.Join("..", "docs", "config.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range slices.Concat(exprFields(), exprFunctions(), statusWords(), priorityWords()) {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).Match(b) {
			t.Errorf("%q is not told in docs/config.md", w)
		}
	}
}
