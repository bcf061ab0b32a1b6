package config

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestDocs: every example of docs/config.md loads, and every key and word that
// the decoder knows is told there.
func TestDocs(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "docs", "config.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(doc, -1)
	if len(examples) < 2 {
		t.Fatalf("%d examples", len(examples))
	}
	for i, m := range examples {
		path := write(t, t.TempDir(), "acme.yaml", m[1])
		if _, err := Load(path); err != nil {
			t.Errorf("example %d:\n%v", i+1, err)
		}
	}
	words := append(exprFields(), exprFunctions()...)
	words = append(words, linkWords()...)
	words = append(words, statusWords()...)
	words = append(words, priorityWords()...)
	for rule, r := range defaultRules() {
		words = append(words, string(rule), r.Label, lentLabels()[rule])
	}
	for _, w := range words {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).MatchString(doc) {
			t.Errorf("%q is not told in docs/config.md", w)
		}
	}
}
