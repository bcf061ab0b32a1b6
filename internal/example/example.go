package example

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// Case is one policy test, read and ready to run.
type Case struct {
	File string
	Line int    // where it stands
	Name string // the sentence
	// world is what is given.
	world  *World
	only   []roadmap.Rule
	expect []expectation
}

// Result is what came of a case.
type Result struct {
	File        string
	Line        int
	Name        string
	Differences []Difference // none: the case holds
}

// OK reports whether all is as the case expects.
func (r Result) OK() bool { return len(r.Differences) == 0 }

// Load reads a file of policy tests. org is the org of those documents that name
// none, and may be nil; now is the time of those that name none. The error is a
// *config.ProblemsError with everything that is wrong with the file.
func Load(path string, org *config.Org, now time.Time) ([]Case, error) {
	docs, err := config.LoadExamples(path, org)
	var wrong *config.ProblemsError
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	var problems []config.Problem
	if wrong != nil {
		problems = wrong.Problems
	}
	var cases []Case
	for _, doc := range docs {
		r := reader{doc: doc, at: doc.At}
		if r.at.IsZero() {
			r.at = now
		}
		// The lines that all cases begin with are told of once.
		r.give(NewWorld(doc.Org, r.at), doc.Given)
		problems = append(problems, r.problems...)
		if len(r.problems) > 0 {
			continue
		}
		for _, e := range doc.Cases {
			cases = append(cases, r.read(e))
		}
		problems = append(problems, r.problems...)
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b config.Problem) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, &config.ProblemsError{Problems: problems}
	}
	return cases, nil
}

// reader reads the cases of one document and gathers every problem.
type reader struct {
	doc      config.Examples
	at       time.Time
	problems []config.Problem
}

func (r *reader) read(e config.Example) Case {
	c := Case{File: r.doc.File, Line: e.Line, Name: e.Name, only: r.doc.Rules, world: NewWorld(r.doc.Org, r.at)}
	before := len(r.problems)
	r.give(c.world, r.doc.Given)
	r.give(c.world, e.Given)
	if len(r.problems) > before {
		return c // what is expected of half of it would be told wrongly
	}
	for _, l := range e.Expect {
		x, err := c.world.expect(l.Text, c.only)
		if err != nil {
			r.fail(l, err)
			continue
		}
		x.line = l.Line
		c.expect = append(c.expect, x)
	}
	return c
}

func (r *reader) give(w *World, lines []config.ExampleLine) {
	for _, l := range lines {
		var wrong *LineError
		if err := w.Add(l.Text); errors.As(err, &wrong) {
			r.fail(l, wrong)
		}
	}
}

func (r *reader) fail(l config.ExampleLine, err *LineError) {
	r.problems = append(r.problems, config.Problem{
		File: r.doc.File, Line: l.Line, Column: l.Column + err.At, Message: err.Message, Hint: err.Hint,
	})
}

// Run judges what the case gives and compares it with what it expects. An
// expression of the org's file that fails on an item is a difference too.
func (c Case) Run() Result {
	r := Result{File: c.File, Line: c.Line, Name: c.Name}
	a, err := mapping.Map(c.world.Input())
	if err != nil {
		r.Differences = []Difference{{Line: c.Line, Want: "rules that can be judged", Have: fmt.Sprint(err)}}
		return r
	}
	check := checker{a: a, only: c.only}
	for _, e := range c.expect {
		check.expect(e)
	}
	check.whole()
	r.Differences = check.out
	return r
}
