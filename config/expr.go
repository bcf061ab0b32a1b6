package config

import (
	"errors"
	"fmt"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/alignd/alignd/internal/roadmap"
)

// Expr is an expression over item, compiled and type-checked when the file is
// loaded. It may be used by several goroutines at once.
type Expr struct {
	Source  string // as written
	program *vm.Program
}

// Bounds on an expression. With no loops over numbers, no variables and at most
// two loops inside each other (see exprcheck.go), an expression within them is
// done in well under a second on any item.
const (
	maxExprLength = 2000 // characters
	maxExprNodes  = 400
	exprMemory    = 100_000 // in expr's own unit, roughly values made
)

// exprEnv is all that an expression can see.
type exprEnv struct {
	Item     exprItem                            `expr:"item"`
	Now      func() time.Time                    `expr:"now"`
	Age      func(time.Time) time.Duration       `expr:"age"`
	Duration func(string) (time.Duration, error) `expr:"duration"`
	Date     func(string) (time.Time, error)     `expr:"date"`
}

// exprItem is item as expressions know it; the names are the contract's.
type exprItem struct {
	Ref        string    `expr:"ref"`
	Key        string    `expr:"key"` // the human key, PAY-12
	Title      string    `expr:"title"`
	Type       string    `expr:"type"`
	Status     string    `expr:"status"`
	Labels     []string  `expr:"labels"`
	Components []string  `expr:"components"`
	Project    string    `expr:"project"`
	Milestone  string    `expr:"milestone"` // of the project, in Linear
	Team       string    `expr:"team"`
	Priority   string    `expr:"priority"`
	Assignee   string    `expr:"assignee"` // display name
	Sprint     string    `expr:"sprint"`
	InSprint   bool      `expr:"in_sprint"`
	Created    time.Time `expr:"created"`
	Updated    time.Time `expr:"updated"`
	Started    time.Time `expr:"started"`
}

// exprFields and exprFunctions are the words of the language, for messages.
func exprFields() []string {
	return []string{
		"ref", "key", "title", "type", "status", "labels", "components", "project", "milestone", "team",
		"priority", "assignee", "sprint", "in_sprint", "created", "updated", "started",
	}
}

func exprFunctions() []string {
	return append([]string{"age", "now", "duration", "date"}, exprBuiltins()...)
}

// exprBuiltins are the functions of expr-lang that are part of the language:
// those that always have an answer and make nothing larger of what they look
// at. (first(item.labels), for one, has none on an item without labels.)
func exprBuiltins() []string {
	return []string{"all", "any", "none", "one", "count", "len", "lower", "upper", "trim"}
}

// exprError is what is wrong with an expression, and where in it.
type exprError struct {
	At      int // characters from its start, from 0
	Message string
	Hint    string
}

func (e *exprError) Error() string {
	s := fmt.Sprintf("%s, at character %d", e.Message, e.At+1)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// CompileExpr compiles an expression that must come out true or false. The
// error names the place inside the expression.
func CompileExpr(source string) (e *Expr, err error) {
	// The parser is not ours and the text is not either: what it cannot cope
	// with is an error in the file, not an end of the service.
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, &exprError{Message: "the expression cannot be compiled"}
		}
	}()
	if err := checkExpr(source); err != nil {
		return nil, err
	}
	opts := []expr.Option{
		expr.Env(exprEnv{}), expr.AsBool(), expr.WarnOnAny(),
		expr.MaxNodes(maxExprNodes), expr.DisableAllBuiltins(),
	}
	for _, name := range exprBuiltins() {
		opts = append(opts, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(source, opts...)
	if err != nil {
		return nil, fromExprLang(err)
	}
	return &Expr{Source: source, program: program}, nil
}

// Match evaluates the expression on an item as of now. An error means that it
// cannot be told, such as for a division by zero; its text quotes nothing of the
// item.
func (e *Expr) Match(it *roadmap.Item, now time.Time) (bool, error) {
	env := exprEnv{
		Item: view(it),
		Now:  func() time.Time { return now },
		Age: func(t time.Time) time.Duration {
			if t.IsZero() {
				return 0 // what has not started has no age, rather than one of 2,000 years
			}
			return now.Sub(t)
		},
		Duration: exprDuration,
		Date:     exprDate,
	}
	m := vm.VM{MemoryBudget: exprMemory}
	out, err := m.Run(e.program, env)
	if err != nil {
		var fe *file.Error
		if errors.As(err, &fe) {
			return false, fmt.Errorf("expression %q: %s, at character %d", e.Source, fe.Message, fe.From+1)
		}
		return false, fmt.Errorf("expression %q: %w", e.Source, err)
	}
	ok, isBool := out.(bool)
	if !isBool {
		return false, fmt.Errorf("expression %q did not come out true or false", e.Source)
	}
	return ok, nil
}

// MarshalText gives the source.
func (e *Expr) MarshalText() ([]byte, error) { return []byte(e.Source), nil }

func view(it *roadmap.Item) exprItem {
	v := exprItem{
		Ref: string(it.Ref), Key: it.Ref.Key(), Title: it.Title, Type: it.Type, Status: string(it.Status),
		Labels: it.Labels, Components: it.Components, Project: it.Project, Milestone: it.Milestone, Team: it.Team,
		Priority: string(it.Priority), Sprint: it.Sprint, InSprint: it.InSprint,
		Created: it.Created, Updated: it.Updated, Started: it.Started,
	}
	if v.Priority == "" {
		v.Priority = string(roadmap.PriorityNone)
	}
	if people := it.People["assignee"]; len(people) > 0 {
		v.Assignee = people[0].Name
	}
	return v
}

// exprDuration reads a length of time in an expression: 90m, 36h, and 3d and
// 2w as so many times 24 hours. Business days have no fixed length.
func exprDuration(s string) (time.Duration, error) {
	d, err := ParseDuration(s)
	switch {
	case err != nil:
		return 0, err
	case d.Business != 0:
		return 0, errors.New("business days have no fixed length in an expression; write days, as in 3d")
	}
	return d.Clock + time.Duration(d.Days)*24*time.Hour, nil
}

// exprDate reads a date in an expression as midnight UTC.
func exprDate(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, errors.New("not a date; write it as 2026-12-31")
	}
	return t, nil
}
