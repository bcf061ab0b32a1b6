package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFile bounds an org's file, in bytes. The largest sensible one, with a few
// thousand people, is a tenth of it.
const maxFile = 1 << 20

// Load reads one org's file. The error is a *ProblemsError with everything
// that is wrong with it.
func Load(path string) (*Org, error) {
	l, problems := load(path)
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	return l.org, nil
}

// Parse is Load of a file that need not exist yet: path says where it would be,
// for messages and for what is relative to it.
func Parse(path string, text []byte) (*Org, error) {
	l, problems := parse(path, text)
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	return l.org, nil
}

// LoadAll reads files, and of folders every *.yaml and *.yml in them (not in
// folders below). It gives the orgs that are right, in the order of the paths
// and within a folder by name, and beside them a *ProblemsError with the
// problems of all the others; so one bad file need not stop the rest. Two orgs
// with one name, or with one database, are a problem of the second.
func LoadAll(paths []string) ([]*Org, error) {
	files, problems := expand(paths)
	var orgs []*Org
	names, stores := map[string]string{}, map[string]string{}
	for _, file := range files {
		l, ps := load(file)
		if len(ps) > 0 {
			problems = append(problems, ps...)
			continue
		}
		if other, twice := names[l.org.Name]; twice {
			problems = append(problems, Problem{
				File: file, Line: l.name.line, Column: l.name.col, Path: "org", Hint: "give it another name",
				Message: fmt.Sprintf("%q is the org of %s already", l.org.Name, other),
			})
			continue
		}
		names[l.org.Name] = file
		if l.org.Store != "" {
			store := l.org.Store
			if !filepath.IsAbs(store) {
				store = filepath.Join(l.dir, store)
			}
			if other, twice := stores[store]; twice {
				problems = append(problems, Problem{
					File: file, Line: l.store.line, Column: l.store.col, Path: "store", Hint: "each org has a database of its own",
					Message: fmt.Sprintf("the same database as in %s", other),
				})
				continue
			}
			stores[store] = file
		}
		orgs = append(orgs, l.org)
	}
	if len(problems) > 0 {
		return orgs, &ProblemsError{Problems: problems}
	}
	return orgs, nil
}

// expand turns folders into the files in them, and leaves out a file that is
// named twice.
func expand(paths []string) (files []string, problems []Problem) {
	seen := map[string]bool{}
	add := func(path string) {
		key := path
		if abs, err := filepath.Abs(path); err == nil {
			key = abs
		}
		if !seen[key] {
			seen[key] = true
			files = append(files, path)
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			add(path) // what is wrong with it is told when it is read
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			problems = append(problems, Problem{File: path, Message: fmt.Sprintf("the folder cannot be read: %v", bare(err))})
			continue
		}
		found := false
		for _, e := range entries {
			ext := filepath.Ext(e.Name())
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") || (ext != ".yaml" && ext != ".yml") {
				continue
			}
			found = true
			add(filepath.Join(path, e.Name()))
		}
		if !found {
			problems = append(problems, Problem{File: path, Message: "the folder holds no *.yaml or *.yml file"})
		}
	}
	if len(paths) == 0 {
		problems = append(problems, Problem{File: "config", Message: "no file was named"})
	}
	return files, problems
}

// loaded is an org with what only LoadAll needs.
type loaded struct {
	org         *Org
	dir         string // absolute folder of the file
	name, store pos
}

// load reads and parses one file. With problems the org is of no use.
func load(path string) (loaded, []Problem) {
	src, err := readSmall(path, maxFile)
	if err != nil {
		return loaded{}, []Problem{{File: path, Message: err.Error(), Hint: hintFor(err)}}
	}
	return parse(path, src)
}

// parse decodes and checks the text of one file.
func parse(path string, src []byte) (loaded, []Problem) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return loaded{}, []Problem{{File: path, Message: fmt.Sprintf("cannot tell its folder: %v", bare(err))}}
	}
	root, problems := parseYAML(src)
	if len(problems) > 0 {
		for i := range problems {
			problems[i].File = path
		}
		sortProblems(problems)
		return loaded{}, problems
	}
	d := newDecoder(path, filepath.Dir(abs), src)
	l := d.org(root)
	sortProblems(d.problems)
	return l, d.problems
}

func hintFor(err error) string {
	if errors.Is(err, errNoFile) {
		return "is the path right?"
	}
	return ""
}

func splitLines(s string) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimPrefix(s, "\ufeff"), "\r\n", "\n"), "\n")
}

// sortProblems orders the problems of one file as a person reads it.
func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
