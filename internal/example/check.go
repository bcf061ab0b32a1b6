package example

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// Difference is one thing that is not as expected.
type Difference struct {
	Line int    // of the expectation in the file; 0: of none, what is so was not expected
	Want string // "" where something is that was not expected
	Have string // "" where nothing is in its place
}

// checker compares an alignment with what one case expects.
type checker struct {
	a    *mapping.Alignment
	only []roadmap.Rule
	out  []Difference
	// Stories and findings are compared whole where a case speaks of any.
	stories, findings []expectation
	ofStories, ofFind bool
}

func (c *checker) differ(e expectation, format string, args ...any) {
	c.out = append(c.out, Difference{Line: e.line, Want: e.text, Have: fmt.Sprintf(format, args...)})
}

func (c *checker) expect(e expectation) {
	switch e.what {
	case "no stories":
		c.ofStories = true
	case "no findings":
		c.ofFind = true
	case "stories":
		c.ofStories = true
		c.stories = append(c.stories, e)
	case "finding":
		c.ofFind = true
		c.findings = append(c.findings, e)
	case "goals":
		c.goals(e)
	case "goal":
		c.goal(e)
	case "path":
		c.path(e)
	case "tried", "says", "why", "resolved":
		c.words(e)
	case "not-tried":
		if got := c.explain(e.ref).Tried; len(got) > 0 {
			c.differ(e, "tried %s", tried(got[0]))
		}
	case "silent":
		if !c.a.Silent[KeyOf(e.ref)] {
			c.differ(e, "rules may speak of %s", e.ref)
		}
	case "find":
		c.find(e)
	case "same", "different":
		c.same(e)
	case "no story":
		c.noStory(e)
	}
}

// whole compares what must not hold more than a case says.
func (c *checker) whole() {
	if c.ofStories {
		var have []string
		for _, s := range c.a.Stories {
			line := string(s.Item.Ref) + " " + string(s.Linkage)
			var goals []string
			for _, g := range s.Goals {
				goals = append(goals, string(c.a.Goals[g].Item.Ref))
			}
			slices.Sort(goals)
			have = append(have, strings.TrimSpace(line+" "+strings.Join(goals, ",")))
		}
		c.compare(c.stories, have, func(e expectation) string {
			return strings.TrimSpace(string(e.ref) + " " + e.rest + " " + strings.Join(e.list, ","))
		})
	}
	if c.ofFind {
		var have []string
		for _, f := range c.a.Findings {
			if c.only == nil || slices.Contains(c.only, f.Rule) {
				have = append(have, fmt.Sprintf("finding %s %s", f.Rule, f.Ref))
			}
		}
		c.compare(c.findings, have, func(e expectation) string { return fmt.Sprintf("finding %s %s", e.rule[0], e.ref) })
	}
}

// compare tells what is wanted and not there, and what is there and not wanted.
func (c *checker) compare(wants []expectation, have []string, line func(expectation) string) {
	for _, e := range wants {
		slices.Sort(e.list)
		want := line(e)
		if i := slices.Index(have, want); i >= 0 {
			have = slices.Delete(have, i, i+1)
			continue
		}
		d := Difference{Line: e.line, Want: want}
		// What is so of the same item stands beside what was wanted of it.
		if i := slices.IndexFunc(have, func(h string) bool { return e.what == "stories" && strings.HasPrefix(h, string(e.ref)+" ") }); i >= 0 {
			d.Have = have[i]
			have = slices.Delete(have, i, i+1)
		}
		c.out = append(c.out, d)
	}
	for _, h := range have {
		c.out = append(c.out, Difference{Have: h})
	}
}

// goals compares all goals, in order of importance.
func (c *checker) goals(e expectation) {
	var have []string
	for _, g := range c.a.Goals {
		have = append(have, string(g.Item.Ref))
	}
	if !slices.Equal(e.list, have) {
		c.differ(e, "goals %s", strings.Join(have, ", "))
	}
}

// goal compares what a line says of one goal, and no more.
func (c *checker) goal(e expectation) {
	g, ok := c.a.Goal(KeyOf(e.ref))
	if !ok {
		c.differ(e, "%s is no goal", e.ref)
		return
	}
	is := map[string]string{
		"pm": names(g.PM), "po": names(g.PO), "status": g.Item.Status.Goal(),
		"open": strconv.Itoa(g.OpenStories), "done": strconv.Itoa(g.DoneStories),
	}
	have, differs := "goal "+string(e.ref), false
	for _, word := range e.list {
		name, want, _ := strings.Cut(word, "=")
		have += " " + name + "=" + is[name]
		differs = differs || is[name] != bare(want)
	}
	if differs {
		c.differ(e, "%s", have)
	}
}

func names(owners []mapping.Owner) string {
	if len(owners) == 0 {
		return "-"
	}
	all := make([]string, len(owners))
	for i, o := range owners {
		all[i] = o.Name
	}
	return strings.Join(all, ",")
}

// path looks for one way from an item to a goal: REF > WAY > REF > WAY > REF.
func (c *checker) path(e expectation) {
	all := []string{}
	for _, path := range c.explain(e.ref).Paths {
		words := []string{string(e.ref)}
		for _, h := range path {
			words = append(words, h.Field, string(h.To))
		}
		if slices.Equal(words, e.list) {
			return
		}
		all = append(all, "path "+strings.Join(words, " > "))
	}
	if len(all) == 0 {
		all = []string{"no path leads from " + string(e.ref)}
	}
	c.differ(e, "%s", strings.Join(all, "\n"))
}

func tried(t mapping.Try) string { return fmt.Sprintf("%s %s: %s", t.From, t.Link, t.Result) }

// words looks for one line of what is said of an item; it is said once.
func (c *checker) words(e expectation) {
	var have []string
	switch e.what {
	case "tried":
		for _, t := range c.explain(e.ref).Tried {
			have = append(have, tried(t))
		}
	case "resolved":
		have = append(have, roadmap.Text{c.a.Resolved(KeyOf(e.ref), e.rule)}.Plain())
	default:
		for _, f := range c.a.Findings {
			switch {
			case f.Ref != e.ref || c.only != nil && !slices.Contains(c.only, f.Rule):
			case e.what == "why":
				have = append(have, f.Why)
			default:
				have = append(have, comment(f)...)
			}
		}
	}
	times := 0
	for _, line := range have {
		if line == e.rest {
			times++
		}
	}
	switch {
	case times > 1:
		c.differ(e, "it is said %d times", times)
	case times == 0 && len(have) == 0:
		c.differ(e, "nothing is said of %s", e.ref)
	case times == 0:
		c.differ(e, "%s %s | %s", e.what, e.ref, strings.Join(have, "\n"+e.what+" "+string(e.ref)+" | "))
	}
}

// comment gives the lines that a comment on one finding has of it, those that it
// has.
func comment(f roadmap.Finding) []string {
	if f.Said != nil {
		return strings.Split(f.Said.Plain(), "\n")
	}
	var lines []string
	for _, line := range []roadmap.Line{f.Fact, f.Help} {
		if line != nil {
			lines = append(lines, roadmap.Text{line}.Plain())
		}
	}
	if f.Fix != nil {
		lines = append(lines, "To fix it: "+roadmap.Text{f.Fix}.Plain()+".")
	}
	return lines
}

// find compares what a typed name is taken for: NAME is REF, or NAME fails: WORDS.
func (c *checker) find(e expectation) {
	name, _, _ := strings.Cut(e.rest, " ")
	have := name + " "
	if it, err := c.a.Find(name); err != nil {
		have += "fails: " + err.Error()
	} else {
		have += "is " + string(it.Ref)
	}
	if have != e.rest {
		c.differ(e, "find %s", have)
	}
}

// same compares the owners of two goals: GOAL ROLE GOAL ROLE.
func (c *checker) same(e expectation) {
	var ids []string
	for i := 0; i < len(e.list); i += 2 {
		g, _ := c.a.Goal(KeyOf(roadmap.Ref(e.list[i])))
		owners := g.PO
		if e.list[i+1] == "pm" {
			owners = g.PM
		}
		if len(owners) != 1 {
			c.differ(e, "%s has %d %s, not one", e.list[i], len(owners), e.list[i+1])
			return
		}
		ids = append(ids, owners[0].ID)
	}
	if (ids[0] == ids[1]) != (e.what == "same") {
		c.differ(e, "they are %s and %s", ids[0], ids[1])
	}
}

func (c *checker) noStory(e expectation) {
	_, is := c.a.Story(KeyOf(e.ref))
	why := c.explain(e.ref).Why
	if is {
		c.differ(e, "%s is a story", e.ref)
	} else if why != e.rest {
		c.differ(e, "%s is no story: %s", e.ref, why)
	}
}

func (c *checker) explain(ref roadmap.Ref) mapping.Explanation { return c.a.Explain(KeyOf(ref)) }
