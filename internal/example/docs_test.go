package example_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/example"
)

// now is the time of every case that names none.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// yamlOf gives the YAML that stands in a document.
func yamlOf(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// TestDocs: the files of docs/examples.md are right, with the org's file that
// docs/config.md begins with, and every attribute and word is told there.
func TestDocs(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "acme.yaml", yamlOf(t, "config.md")[0])
	files := yamlOf(t, "examples.md")
	if len(files) != 2 {
		t.Fatalf("%d examples", len(files))
	}
	ran := 0
	for _, text := range files {
		cases, err := example.Load(write(t, dir, "acme-examples.yaml", text), nil, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			ran++
			if r := c.Run(); !r.OK() {
				t.Errorf("%s: %+v", r.Name, r.Differences)
			}
		}
	}
	if ran != 4 {
		t.Errorf("%d cases", ran)
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "examples.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range example.Words() {
		if !strings.Contains(string(doc), "`"+word) {
			t.Errorf("%q is not told in docs/examples.md", word)
		}
	}
}
