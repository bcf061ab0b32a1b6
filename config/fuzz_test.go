package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad: no file panics, every error is a list of problems with a message
// and a place, and wherever a planted secret ends up no error repeats it.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
			f.Add(bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("env:"), []byte(planted)), []byte("https://"), []byte("https://u:"+planted+"@")))
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte) {
		path := write(t, dir, "fuzz.yaml", string(src))
		org, err := Load(path)
		if err == nil {
			if org == nil || org.Name == "" || len(org.Trackers) == 0 || org.Location == nil {
				t.Fatalf("loads as %+v", org)
			}
			return
		}
		var pe *ProblemsError
		if !errors.As(err, &pe) || len(pe.Problems) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		for _, p := range pe.Problems {
			if p.File != path || p.Message == "" || p.Line < 0 || strings.ContainsAny(p.String(), "\n\t") {
				t.Errorf("%+v", p)
			}
		}
		if strings.Contains(err.Error(), planted) {
			t.Errorf("the secret is repeated: %v", err)
		}
	})
}
