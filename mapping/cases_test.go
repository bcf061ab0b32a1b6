package mapping_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// header is what the org's file of every case begins with.
const header = `
org: acme
trackers:
  jira: {type: jira, url: "https://acme.atlassian.net", auth: {type: bearer, token: "env:JIRA_TOKEN"}, projects: [PAY, WEB]}
  eng: {type: linear, auth: {type: api-key, token: "env:LINEAR_API_KEY"}, teams: [ENG, OPS]}
`

// TestCases runs every case of testdata/*.txtar: what a product manager may
// expect, in a language that testdata/README.md describes.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var org *config.Org
			given := ""
			for _, section := range archive.Files {
				switch text := string(section.Data); section.Name {
				case "file":
					org, given = load(t, text), ""
				case "given":
					given = text
				default:
					t.Run(section.Name, func(t *testing.T) { runCase(t, org, given+text) })
				}
			}
		})
	}
}

// load reads an org's file as the program does.
func load(t testing.TB, body string) *config.Org {
	t.Helper()
	path := filepath.Join(t.TempDir(), "acme.yaml")
	if err := os.WriteFile(path, []byte(header+body), 0o600); err != nil {
		t.Fatal(err)
	}
	org, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func runCase(t *testing.T, org *config.Org, text string) {
	w := newWorld(org)
	var wants []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "  # ")
		line = strings.TrimSpace(line)
		if want, ok := strings.CutPrefix(line, "=> "); ok {
			wants = append(wants, want)
		} else if line != "" && !strings.HasPrefix(line, "#") {
			if err := w.line(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(wants) == 0 {
		t.Fatal("this case expects nothing")
	}
	a, err := mapping.Map(w.input())
	if err != nil {
		t.Fatal(err)
	}
	c := checker{t: t, a: a}
	for _, want := range wants {
		c.expect(want)
	}
	c.whole()
}

// checker compares an alignment with the expectation lines of one case.
type checker struct {
	t *testing.T
	a *mapping.Alignment
	// Stories and findings are compared whole where a case speaks of any.
	stories, findings []string
	ofStories, ofFind bool
}

func (c *checker) expect(want string) {
	c.t.Helper()
	what, rest, _ := strings.Cut(want, " ")
	switch {
	case want == "no stories":
		c.ofStories = true
	case want == "no findings":
		c.ofFind = true
	case what == "finding":
		c.ofFind = true
		c.findings = append(c.findings, rest)
	case what == "goals":
		c.goals(rest)
	case what == "goal":
		c.goal(strings.Fields(rest))
	case what == "path":
		c.path(strings.Split(rest, " > "))
	case what == "tried", what == "says", what == "why", what == "resolved":
		ref, line, _ := strings.Cut(rest, " | ")
		c.words(what, roadmap.Ref(ref), line)
	case what == "not-tried":
		if got := c.explain(roadmap.Ref(rest)).Tried; len(got) > 0 {
			c.t.Errorf("%s: want nothing tried, have %v", rest, got)
		}
	case what == "find":
		c.find(rest)
	case what == "same", what == "different":
		c.same(what, strings.Fields(rest))
	case strings.Contains(rest, "is no story: "):
		ref, why, _ := strings.Cut(want, " is no story: ")
		e := c.explain(roadmap.Ref(ref))
		if _, is := c.a.Story(keyOf(roadmap.Ref(ref))); is || e.Why != why {
			c.t.Errorf("%s: a story: %v, why not %q, want %q", ref, is, e.Why, why)
		}
	default:
		c.ofStories = true
		c.stories = append(c.stories, want)
	}
}

// whole compares what must not hold more than a case says.
func (c *checker) whole() {
	c.t.Helper()
	if c.ofStories {
		var have []string
		for _, s := range c.a.Stories {
			line := string(s.Item.Ref) + " " + string(s.Linkage)
			var goals []string
			for _, g := range s.Goals {
				goals = append(goals, string(c.a.Goals[g].Item.Ref))
			}
			slices.Sort(goals)
			if len(goals) > 0 {
				line += " " + strings.Join(goals, ",")
			}
			have = append(have, line)
			if silent := c.a.Silent[s.Item.Key]; silent != (s.Linkage == mapping.Unknown) {
				c.t.Errorf("%s is %s, and silent: %v", s.Item.Ref, s.Linkage, silent)
			}
		}
		slices.Sort(c.stories)
		if diff := cmp.Diff(c.stories, have); diff != "" {
			c.t.Errorf("stories (-want +have):\n%s", diff)
		}
	}
	if c.ofFind {
		var have []string
		for _, f := range c.a.Findings {
			have = append(have, string(f.Rule)+" "+string(f.Ref))
		}
		slices.Sort(have)
		slices.Sort(c.findings)
		if diff := cmp.Diff(c.findings, have); diff != "" {
			c.t.Errorf("findings (-want +have):\n%s", diff)
		}
	}
}

// goals compares all goals, in order of importance.
func (c *checker) goals(want string) {
	c.t.Helper()
	var have []string
	for _, g := range c.a.Goals {
		have = append(have, string(g.Item.Ref))
	}
	if diff := cmp.Diff(want, strings.Join(have, ", ")); diff != "" {
		c.t.Errorf("goals (-want +have):\n%s", diff)
	}
}

// goal compares what a line says of one goal, and no more.
func (c *checker) goal(words []string) {
	c.t.Helper()
	g, ok := c.a.Goal(keyOf(roadmap.Ref(words[0])))
	if !ok {
		c.t.Errorf("%s is no goal", words[0])
		return
	}
	have := summary(g)
	for _, word := range words[1:] {
		name, want, _ := strings.Cut(word, "=")
		if got, known := have[name]; !known || got != want {
			c.t.Errorf("goal %s: %s is %q, want %q", words[0], name, got, want)
		}
	}
}

// path looks for one way from an item to a goal: REF > WAY > REF > WAY > REF.
func (c *checker) path(want []string) {
	c.t.Helper()
	e := c.explain(roadmap.Ref(want[0]))
	var all []string
	for _, path := range e.Paths {
		words := []string{want[0]}
		for _, h := range path {
			words = append(words, h.Field, string(h.To))
		}
		if slices.Equal(words, want) {
			return
		}
		all = append(all, strings.Join(words, " > "))
	}
	c.t.Errorf("no path %q; there is %q", strings.Join(want, " > "), all)
}

// words looks for one line of what is said of an item; it is said once.
func (c *checker) words(what string, ref roadmap.Ref, want string) {
	c.t.Helper()
	var have []string
	switch what {
	case "tried":
		for _, try := range c.explain(ref).Tried {
			have = append(have, string(try.From)+" "+string(try.Link)+": "+try.Result)
		}
	case "resolved":
		have = append(have, roadmap.Text{c.a.Resolved(keyOf(ref), []roadmap.Rule{roadmap.GoalWithoutPO})}.Plain())
	default:
		for _, f := range c.a.Findings {
			if f.Ref == ref && what == "why" {
				have = append(have, f.Why)
			} else if f.Ref == ref {
				fix := slices.Concat(roadmap.Line{roadmap.Say("To fix it: ")}, f.Fix, roadmap.Line{roadmap.Say(".")})
				have = append(have, strings.Split(roadmap.Text{f.Fact, f.Help, fix}.Plain(), "\n")...)
			}
		}
	}
	times := 0
	for _, line := range have {
		if line == want {
			times++
		}
	}
	if times != 1 {
		c.t.Errorf("%s %s: this line stands %d times\n  %q among\n  %q", what, ref, times, want, have)
	}
}

// find compares what a typed name is taken for: NAME is REF, or NAME fails: WORDS.
func (c *checker) find(want string) {
	c.t.Helper()
	name, rest, _ := strings.Cut(want, " ")
	it, err := c.a.Find(name)
	have := ""
	if err != nil {
		have = "fails: " + err.Error()
	} else {
		have = "is " + string(it.Ref)
	}
	if have != rest {
		c.t.Errorf("%s\n have %s\n want %s", name, have, rest)
	}
}

// same compares two owners: GOAL ROLE GOAL ROLE.
func (c *checker) same(what string, words []string) {
	c.t.Helper()
	id := func(ref, role string) string {
		g, _ := c.a.Goal(keyOf(roadmap.Ref(ref)))
		owners := g.PO
		if role == "pm" {
			owners = g.PM
		}
		if len(owners) != 1 {
			c.t.Errorf("%s has %d %s, not one", ref, len(owners), role)
			return ""
		}
		return owners[0].ID
	}
	x, y := id(words[0], words[1]), id(words[2], words[3])
	if (x == y) != (what == "same") {
		c.t.Errorf("want the %s person: %s and %s", what, x, y)
	}
}

func (c *checker) explain(ref roadmap.Ref) mapping.Explanation {
	e := c.a.Explain(keyOf(ref))
	if e.Ref != ref {
		c.t.Errorf("%s is not there to explain", ref)
	}
	return e
}
