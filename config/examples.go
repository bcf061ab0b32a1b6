package config

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// Examples is one document of a file of policy tests: what an org expects of its
// own rules. Its lines are read by internal/example.
type Examples struct {
	File string
	Org  *Org
	// At is the time of every case; zero: the document does not say.
	At time.Time
	// Rules are those whose findings are compared; nil: all.
	Rules []roadmap.Rule
	Given []ExampleLine // what all cases begin with
	Cases []Example     // in the file's order
}

// Example is one case: a sentence, what is given, what is expected.
type Example struct {
	Name          string // the sentence
	Line, Column  int    // where it stands
	Given, Expect []ExampleLine
}

// ExampleLine is one line of a case, not empty, with the place in the file where
// it begins.
type ExampleLine struct {
	Text         string
	Line, Column int // from 1; a column counts characters
}

// LoadExamples reads a file of policy tests. A document that names no org of its
// own is about org, which may be nil where every document names one. The error
// is a *ProblemsError with everything that is wrong with the file but its lines;
// beside it are the documents whose lines can be read all the same.
func LoadExamples(path string, org *Org) ([]Examples, error) {
	fail := func(problems ...Problem) ([]Examples, error) {
		return nil, &ProblemsError{Problems: problems}
	}
	src, err := readSmall(path, maxFile)
	if err != nil {
		return fail(Problem{File: path, Message: err.Error(), Hint: hintFor(err)})
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return fail(Problem{File: path, Message: "cannot tell its folder: " + bare(err).Error()})
	}
	docs, problems := parseDocuments(src)
	var all []Examples
	for _, doc := range docs {
		if doc.root == nil {
			continue // as after a closing ---
		}
		d := newDecoder(path, filepath.Dir(abs), src)
		if e := d.examples(doc, org); e.Org != nil {
			all = append(all, e)
		}
		problems = append(problems, d.problems...)
	}
	if len(all) == 0 && len(problems) == 0 {
		problems = []Problem{{Message: "the file is empty", Hint: "see docs/examples.md for the shortest useful one"}}
	}
	if len(problems) == 0 {
		return all, nil
	}
	for i := range problems {
		if problems[i].File == "" {
			problems[i].File = path
		}
	}
	sortProblems(problems)
	return all, &ProblemsError{Problems: problems}
}

// examplesKeys are the keys of a file of policy tests, and exampleKeys those of
// one case.
func examplesKeys() []key {
	return []key{
		{name: "org", must: "org: acme.yaml, or name the org's file: -c acme.yaml"},
		{name: "at"},
		{name: "rules"},
		{name: "given"},
		{name: "cases", must: "cases: {A sentence: {given: [...], expect: [...]}}"},
	}
}

func exampleKeys() []key {
	return []key{{name: "given"}, {name: "expect", must: "without an expectation a case proves nothing"}}
}

// examples decodes one document.
func (d *decoder) examples(doc document, org *Org) Examples {
	t, ok := d.table(doc.root, doc.pos, "", examplesKeys())
	if !ok {
		return Examples{}
	}
	e := Examples{File: d.file, Org: org}
	if f, ok := t.values["org"]; ok {
		e.Org = d.exampleOrg(f)
	} else if org == nil && t.need("org") {
		return e
	}
	if e.Org == nil {
		return e // what is wrong with it has been told
	}
	if s, at, ok := t.text("at"); ok {
		if e.At, ok = momentOf(s, e.Org.Location); !ok {
			d.fail(at, "at", "", "not a date or a time; write it as 2026-12-31 or 2026-12-31T12:00:00Z")
		}
	}
	if nodes, _, ok := t.list("rules"); ok {
		e.Rules = d.exampleRules(nodes)
	}
	if f, ok := t.values["given"]; ok {
		e.Given = d.exampleLines(f.value, "given")
	}
	if !t.need("cases") {
		return e
	}
	fields, ok := d.entries(t.values["cases"].value, "cases")
	if ok && len(fields) == 0 && len(t.values["cases"].value.fields) == 0 {
		d.fail(t.values["cases"].pos, "cases", "", "needs at least one case")
	}
	for _, f := range fields {
		if c, ok := d.table(f.value, f.pos, "cases", exampleKeys()); ok {
			one := Example{Name: f.key, Line: f.line, Column: f.col}
			if g, ok := c.values["given"]; ok {
				one.Given = d.exampleLines(g.value, "given")
			}
			if c.need("expect") {
				one.Expect = d.exampleLines(c.values["expect"].value, "expect")
			}
			e.Cases = append(e.Cases, one)
		}
	}
	return e
}

// exampleTrackers are the trackers of an org that stands in a file of policy
// tests and names none. Nobody connects to them.
const exampleTrackers = `
org: example
trackers:
  jira: {type: jira, url: "https://example.atlassian.net", auth: {type: bearer, token: "env:NONE"}, projects: [PAY, WEB]}
  eng: {type: linear, auth: {type: api-key, token: "env:NONE"}, teams: [ENG, OPS]}
`

// exampleOrg reads the org that a document is about: the path of its file, or
// what such a file would hold. nil: it is not right, which has been reported.
func (d *decoder) exampleOrg(f field) *Org {
	if f.value.kind != kindTable {
		path, ok := d.text(f.value, "org")
		if !ok {
			return nil
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(d.file), path)
		}
		l, problems := load(path)
		d.problems = append(d.problems, problems...)
		if len(problems) > 0 {
			return nil
		}
		return l.org
	}
	root := *f.value
	lent, problems := parseYAML([]byte(exampleTrackers))
	d.problems = append(d.problems, problems...)
	if lent != nil {
		for _, l := range lent.fields {
			if !slices.ContainsFunc(root.fields, func(f field) bool { return f.key == l.key }) {
				root.fields = append(slices.Clip(root.fields), l)
			}
		}
	}
	before := len(d.problems)
	if l := d.org(&root); len(d.problems) == before {
		return l.org
	}
	return nil
}

func (d *decoder) exampleRules(nodes []*node) []roadmap.Rule {
	var rules []roadmap.Rule
	before := len(d.problems)
	for _, n := range nodes {
		s, ok := d.text(n, "rules")
		if ok && !slices.Contains(ruleNames(), s) {
			d.fail(n.pos, "rules", DidYouMean(s, ruleNames()), "there is no rule%s", nameOf(s))
		}
		rules = append(rules, roadmap.Rule(s))
	}
	if len(d.problems) > before {
		return nil // lest a finding be told to be none of them
	}
	return rules
}

// exampleLines reads lines, at least one.
func (d *decoder) exampleLines(n *node, path string) []ExampleLine {
	var lines []ExampleLine
	before := len(d.problems)
	switch {
	case n.kind == kindList:
		lines = d.listedLines(n, path)
	case n.kind == kindText && strings.ContainsRune(n.text, '\n'):
		lines = d.blockLines(n)
	case n.kind == kindText:
		lines = []ExampleLine{d.placed(n)}
	default:
		d.fail(n.pos, path, path+": |, and one line under the other", "must be lines, not %s", n.kind)
	}
	if len(lines) == 0 && len(d.problems) == before {
		d.fail(n.pos, path, "", "needs at least one line")
	}
	return lines
}

// listedLines reads a list of lines.
func (d *decoder) listedLines(n *node, path string) []ExampleLine {
	var lines []ExampleLine
	for _, item := range n.items {
		if item.kind == kindTable {
			d.fail(item.pos, path, "put it in quotes, or the lines in a block: "+path+": |", `must be a line; one that holds ": " is read as a key with a value`)
			continue
		}
		if _, ok := d.text(item, path); ok {
			lines = append(lines, d.placed(item))
		}
	}
	return lines
}

// placed gives a line that stands as a value of its own.
func (d *decoder) placed(n *node) ExampleLine {
	at, ok := d.inside(n, 0)
	if !ok {
		at = n.pos
	}
	return ExampleLine{Text: strings.TrimSpace(n.text), Line: at.line, Column: at.col}
}

// blockLines reads a block of text that holds one line a line. As in YAML, #
// begins a remark.
func (d *decoder) blockLines(block *node) []ExampleLine {
	var lines []ExampleLine
	for i, text := range strings.Split(block.text, "\n") {
		text, _, _ = strings.Cut(text, " # ")
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		l := ExampleLine{Text: text, Line: block.line + 1 + i, Column: 1} // below the sign that announces it
		if l.Line <= len(d.lines) {
			src := d.lines[l.Line-1]
			l.Column += len(src) - len(strings.TrimLeft(src, " "))
		}
		lines = append(lines, l)
	}
	return lines
}

// momentOf reads a time, or a date: its noon in the org's time zone.
func momentOf(s string, loc *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, loc)
	return t.Add(12 * time.Hour), err == nil
}
