package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with an org's file. No field of it ever
// holds a secret.
type Problem struct {
	File    string `json:"file"`    // as given to Load
	Line    int    `json:"line"`    // from 1; 0: the file as a whole
	Column  int    `json:"column"`  // from 1, in characters
	Path    string `json:"path"`    // the key at fault: "trackers.jira.url", "roadmap[2].goals[0].id"; "" for the file as a whole
	Message string `json:"message"` // what is wrong
	Hint    string `json:"hint"`    // what was probably meant, or what to do; "" where there is nothing to say
}

// String gives one line: file:line:col: path: message (hint).
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (")
		b.WriteString(p.Hint)
		b.WriteString(")")
	}
	return b.String()
}

// ProblemsError is every problem found in one or more files: sorted by line
// within a file, the files in the order in which they were given.
type ProblemsError struct {
	Problems []Problem // at least one
}

// Error gives one problem a line.
func (e *ProblemsError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
