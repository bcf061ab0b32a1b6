package mapping_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/example"
)

// now is the time of every case.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// TestCases runs every case of testdata/*.yaml: what a product manager may
// expect of the mapping, as an org would write it of its own rules.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			cases, err := example.Load(file, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cases {
				t.Run(c.Name, func(t *testing.T) {
					for _, d := range c.Run().Differences {
						t.Errorf("%s:%d\n want: %s\n have: %s", file, max(c.Line, d.Line), d.Want, d.Have)
					}
				})
			}
		})
	}
}

// load reads an org that stands as it would in a file of policy tests.
func load(t testing.TB, org string) *config.Org {
	t.Helper()
	path := filepath.Join(t.TempDir(), "examples.yaml")
	text := fmt.Sprintf("org:\n  %s\ncases: {None: {expect: [no stories]}}\n", strings.ReplaceAll(strings.TrimSpace(org), "\n", "\n  "))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	docs, err := config.LoadExamples(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return docs[0].Org
}

// world makes a world of lines.
func world(t testing.TB, org *config.Org, lines string) *example.World {
	t.Helper()
	w := example.NewWorld(org, now)
	for line := range strings.Lines(lines) {
		if err := w.Add(strings.TrimSpace(line)); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return w
}
