package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite testdata/bad/*.want")

// TestBadFiles: every broken file gives exactly the problems that stand beside
// it, all at once, by line.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files in testdata/bad, want at least 60 (%v)", len(files), err)
	}
	told := 0
	defer func() { t.Logf("%d bad files, %d problems told", len(files), told) }()
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			org, err := Load(file)
			if err == nil {
				t.Fatal("loads, and should not")
			}
			if org != nil {
				t.Error("an org beside an error")
			}
			var pe *ProblemsError
			if !errors.As(err, &pe) {
				t.Fatalf("the error is a %T", err)
			}
			told += len(pe.Problems)
			got := strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), "") + "\n"
			wantFile := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatalf("%v (run with -update)", err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if strings.Contains(got, "hunter2") {
				t.Error("the secret is repeated")
			}
		})
	}
}

// TestProblem: what programs read of one.
func TestProblem(t *testing.T) {
	path := write(t, t.TempDir(), "acme.yaml", "org: acme\ntrackers:\n  jira:\n    type: jria\nroadmap:\n  - {from: jira}\n")
	_, err := Load(path)
	var pe *ProblemsError
	if !errors.As(err, &pe) || len(pe.Problems) != 1 {
		t.Fatalf("got %v, want one problem", err)
	}
	want := Problem{
		File: path, Line: 4, Column: 11, Path: "trackers.jira.type",
		Message: `"jria" is not known here; it is jira or linear`, Hint: `did you mean "jira"?`,
	}
	if pe.Problems[0] != want {
		t.Errorf("got  %+v\nwant %+v", pe.Problems[0], want)
	}
	if got := pe.Problems[0].String(); got != path+`:4:11: trackers.jira.type: "jria" is not known here; it is jira or linear (did you mean "jira"?)` {
		t.Error(got)
	}
}

// TestNotAFile: what can be wrong before there is a line to point at.
func TestNotAFile(t *testing.T) {
	dir := t.TempDir()
	big := write(t, dir, "big.yaml", "# "+strings.Repeat("x", 10<<20))
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.yaml"), "none.yaml: no such file (is the path right?)"},
		{dir, "is a folder, not a file"},
		{big, "big.yaml: is larger than 1024 KiB"},
		{os.DevNull, "is not a regular file"},
	} {
		if _, err := Load(c.path); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("Load(%q): %v, want ... %s", c.path, err, c.want)
		}
	}
}

const smallOrg = `org: NAME
trackers:
  eng: {type: linear, auth: {type: api-key, token: env:LINEAR_API_KEY}, teams: [ENG]}
roadmap:
  - {from: eng, goals: initiatives}
`

// TestFolder: a folder's files are loaded by name; the good ones are given even
// where others are not, with the problems of all of those.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	org := func(name, more string) string { return strings.Replace(smallOrg, "NAME", name, 1) + more }
	write(t, dir, "a.yaml", org("alpha", "store: x.db\n"))
	write(t, dir, "b.yml", org("beta", "mode: wirte\n"))
	write(t, dir, "c.yaml", org("alpha", ""))
	write(t, dir, "d.yaml", org("delta", "store: ./x.db\n"))
	write(t, dir, "e.yaml", org("echo", "schedul: x\n"))
	write(t, dir, "f.yaml", org("foxtrot", ""))
	write(t, dir, "notes.txt", "not an org")
	write(t, dir, ".hidden.yaml", "not an org")

	orgs, err := LoadAll([]string{dir, filepath.Join(dir, "a.yaml")}) // a.yaml is named twice and loaded once
	var names []string
	for _, o := range orgs {
		names = append(names, o.Name)
	}
	if got := strings.Join(names, " "); got != "alpha foxtrot" {
		t.Errorf("loaded %s", got)
	}
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.ReplaceAll(err.Error(), dir+"/", "")
	want := `b.yml:6:7: mode: "wirte" is not known here; it is observe or write (did you mean "write"?)
c.yaml:1:6: org: "alpha" is the org of a.yaml already (give it another name)
d.yaml:6:8: store: the same database as in a.yaml (each org has a database of its own)
e.yaml:6:1: unknown key "schedul" (did you mean "schedule"?)`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}

	if _, err := LoadAll([]string{t.TempDir()}); err == nil || !strings.HasSuffix(err.Error(), "the folder holds no *.yaml or *.yml file") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := LoadAll(nil); err == nil {
		t.Error("no path at all loads")
	}
}

// TestHugeFilesEnd: files made to exhaust the parser are refused soon. At
// the largest size of a file and without the bounds on nesting and entries the
// first took 80 s, and the second was not done after a minute.
func TestHugeFilesEnd(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{strings.Repeat("x: 1\n", 25_000), ":20001:2: the file holds more than 20000 keys and list entries"},
		{strings.Repeat("[", 100_000), ":1:25: values are nested too deep"},
		{strings.Repeat("{a: ", 25_000), "values are nested too deep"},
		{"a: " + strings.Repeat("- ", 50_000), "values are nested too deep"},
		{"a: [" + strings.Repeat("x,", 50_000), "the file holds more than 20000 keys and list entries"},
		{strings.Repeat("? ", 50_000), "keys that begin with ? are not supported (write it as key: value)"},
	} {
		path := write(t, t.TempDir(), "huge.yaml", c.text)
		start := time.Now()
		_, err := Load(path)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%.20q: %v, want ... %s", c.text, err, c.want)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%.20q: took %s", c.text, took)
		}
	}
}
