package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/example"
)

// ran is the answer of check --examples.
type ran struct {
	OK     bool      `json:"ok"`
	Cases  int       `json:"cases"`
	Passed int       `json:"passed"`
	Failed int       `json:"failed"`
	Result []caseRan `json:"results"`
}

type caseRan struct {
	File        string       `json:"file"`
	Line        int          `json:"line"`
	Name        string       `json:"name"`
	OK          bool         `json:"ok"`
	Differences []difference `json:"differences"`
}

// difference is one thing that is not as expected; of line, want and have those
// are null that there are not.
type difference struct {
	Line *int    `json:"line"`
	Want *string `json:"want"`
	Have *string `json:"have"`
}

// runExamples runs files of policy tests; orgFile is the org of those that name
// none, or "".
func (c *common) runExamples(files []string, orgFile string) error {
	clock, err := c.clock()
	if err != nil {
		return err
	}
	var org *config.Org
	if orgFile != "" {
		if org, err = config.Load(orgFile); err != nil {
			return err
		}
	}
	var cases []example.Case
	var wrong config.ProblemsError
	for _, file := range files {
		more, err := example.Load(file, org, clock())
		var problems *config.ProblemsError
		switch {
		case errors.As(err, &problems):
			wrong.Problems = slices.Concat(wrong.Problems, problems.Problems)
		case err != nil:
			return err
		}
		cases = append(cases, more...)
	}
	if len(wrong.Problems) > 0 {
		return &wrong
	}
	answer := ran{Cases: len(cases), Result: []caseRan{}}
	for _, one := range cases {
		r := one.Run()
		if r.OK() {
			answer.Passed++
		}
		answer.Result = append(answer.Result, caseRanOf(r))
		if !c.json {
			c.printResult(r)
		}
	}
	answer.Failed = answer.Cases - answer.Passed
	answer.OK = answer.Failed == 0
	if c.json {
		if err := c.printJSON(answer); err != nil {
			return err
		}
	} else {
		noun := "cases"
		if answer.Cases == 1 {
			noun = "case"
		}
		fmt.Fprintf(c.out, "%d %s, %d ok, %d failed\n", answer.Cases, noun, answer.Passed, answer.Failed)
	}
	if !answer.OK {
		return &statusError{status: exitError}
	}
	return nil
}

// printResult tells of one case, and of one that fails what was wanted and what
// is.
func (c *common) printResult(r example.Result) {
	if r.OK() {
		fmt.Fprintf(c.out, "ok    %s\n", r.Name)
		return
	}
	fmt.Fprintf(c.out, "FAIL  %s (%s:%d)\n", r.Name, r.File, r.Line)
	for _, d := range r.Differences {
		say := func(sign, text string) {
			for line := range strings.Lines(text) {
				fmt.Fprintf(c.out, "        %s  %s\n", sign, strings.TrimSuffix(line, "\n"))
			}
		}
		say("want", d.Want)
		say("have", d.Have)
	}
}

func caseRanOf(r example.Result) caseRan {
	one := caseRan{File: r.File, Line: r.Line, Name: r.Name, OK: r.OK(), Differences: []difference{}}
	for _, d := range r.Differences {
		var out difference
		if d.Line > 0 {
			out.Line = &d.Line
		}
		if d.Want != "" {
			out.Want = &d.Want
		}
		if d.Have != "" {
			out.Have = &d.Have
		}
		one.Differences = append(one.Differences, out)
	}
	return one
}
