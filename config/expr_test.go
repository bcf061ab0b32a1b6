package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

func story() *roadmap.Item {
	return &roadmap.Item{
		Ref: "jira:PAY-12", Type: "Story", Title: "Pay by card", Status: roadmap.StatusTodo,
		Labels: []string{"KTLO", "checkout"}, Components: []string{"web"}, Project: "PAY", Milestone: "Beta", Team: "ENG",
		Sprint: "Sprint 4", InSprint: true,
		People:  map[string][]roadmap.Person{"assignee": {{Name: "Ana"}, {Name: "Boris"}}},
		Created: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Updated: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
	}
}

// TestMatch: what can be said about a story.
func TestMatch(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		expr string
		want bool
	}{
		{`item.ref == "jira:PAY-12" and item.key == "PAY-12"`, true},
		{`item.type in ["Story", "Task", "Bug"]`, true},
		{`item.type not in ["Story"]`, false},
		{`"checkout" in item.labels`, true},
		{`"ktlo" in item.labels`, false}, // case counts
		{`any(item.labels, lower(#) == "ktlo")`, true},
		{`all(item.labels, # startsWith "k")`, false},
		{`none(item.components, # contains "api") && one(item.components, # == "web")`, true},
		{`count(item.labels, len(#) > 4) == 1`, true},
		{`len(item.labels) > 2 or item.components == ["web"]`, true},
		{`item.title matches "(?i)^pay\\b"`, true},
		{`upper(trim(item.title)) == "PAY BY CARD"`, true},
		{`item.status == "todo" and item.status != "doing"`, true},
		{`item.priority == "none"`, true}, // not set
		{`item.assignee == "Ana"`, true},  // the first
		{`item.sprint == "Sprint 4" and item.in_sprint`, true},
		{`item.project == "PAY" ? item.team == "ENG" : false`, true},
		{`item.milestone == "Beta"`, true},
		{`age(item.created) > duration("3w")`, true},
		{`age(item.updated) > duration("60h")`, false},
		{`age(item.started) > duration("0")`, false}, // not started: no age
		{`item.created < date("2026-11-02") and now() > item.updated`, true},
		{`item.created + duration("1d") < now()`, true},
	} {
		e, err := CompileExpr(c.expr)
		if err != nil {
			t.Errorf("%s\n\t%v", c.expr, err)
			continue
		}
		if got, err := e.Match(story(), now); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.expr, got, err)
		}
		if e.Source != c.expr {
			t.Errorf("source %q", e.Source)
		}
		// An item about which nothing is known still has an answer.
		if _, err := e.Match(&roadmap.Item{}, now); err != nil {
			t.Errorf("%s on an empty item: %v", c.expr, err)
		}
	}
}

// TestBadExpressions: what cannot be said, why, and where.
func TestBadExpressions(t *testing.T) {
	for _, c := range badExpressions() {
		e, err := CompileExpr(c.expr)
		if err == nil || e != nil {
			t.Errorf("%.80s compiles", c.expr)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%.80s\n\tgot  %v\n\twant %s", c.expr, err, c.want)
		}
	}
	t.Logf("%d bad expressions", len(badExpressions()))
}

type badExpression struct{ expr, want string }

func badExpressions() []badExpression {
	return []badExpression{
		{``, `the expression is empty, at character 1`},
		{`item.lables == "x"`, `item has no field "lables", at character 6 (did you mean "labels"?)`},
		{`item["lables"] == "x"`, `item has no field "lables", at character 6 (did you mean "labels"?)`},
		{`itme.key == "x"`, `unknown name "itme", at character 1 (did you mean "item"?)`},
		{`"x" in labels`, `unknown name "labels", at character 8 (did you mean item.labels?)`},
		{`ages(item.created) > duration("1d")`, `unknown name "ages", at character 1 (did you mean "age"?)`},
		{`item.title`, `the expression must come out true or false, not text, at character 1`},
		{`item`, `the expression must come out true or false, not item, at character 1`},
		{`nil`, `the expression must come out true or false, not unknown, at character 1`},
		{`item.labels == "x"`, `invalid operation: == (mismatched types list and text), at character 13`},
		{`len(item.labels) > "3"`, `invalid operation: > (mismatched types number and text), at character 18`},
		{`age(item.created) > 3`, `invalid operation: > (mismatched types duration and number), at character 19 (write duration("3d"))`},
		{`item.type = "x"`, `unexpected token Operator("="), at character 11 (did you mean "=="?)`},
		{`item.type == `, `the expression ends too soon, at character 13`},
		{`item.status == "open"`, `item.status is never "open"; it is one of triage, todo, doing, done or dropped, at character 16`},
		{`item.status in ["todo", "doign"]`, `item.status is never "doign"; it is one of triage, todo, doing, done or dropped, at character 25 (did you mean "doing"?)`},
		{`"hihg" != item.priority`, `item.priority is never "hihg"; it is one of urgent, high, medium, low or none, at character 1 (did you mean "high"?)`},
		{`age(item.created) > duration("3 days")`, `not a duration; write a whole number and a unit: 90m, 36h, 3d, 2w or 3bd (business days), at character 30`},
		{`age(item.created) > duration("3bd")`, `business days have no fixed length in an expression; write days, as in 3d, at character 30`},
		{`age(item.created) > duration(item.title)`, `the argument of duration must be written out, as text, at character 35`},
		{`item.created > date("1.11.2026")`, `not a date; write it as 2026-12-31, at character 21`},
		{`item.title matches "("`, "error parsing regexp: missing closing ): `(`, at character 12"},
		// What would reach into Go, or may have no answer.
		{`item.created.Year() == 2026`, `only item has fields, and they have none of their own, at character 14`},
		{`item.labels[0] == "x"`, `an element cannot be picked by number: the list may be shorter, at character 13 (write any(item.labels, # == "x"))`},
		{`first(item.labels) == "x"`, `there is no function "first", at character 1`},
		{`$env == nil`, `unknown name, at character 1`},
		// What could run for long.
		{`all(1..900000000, true)`, `the operator .. is not part of the language, at character 6`},
		{`item.title matches item.key`, `the pattern of matches must be written out, at character 25`},
		{`let a = item.title; a + a == ""`, `only comparisons of item's fields are allowed here: no let, no sequences, maps or slices, at character 5`},
		{`map(item.labels, # + #) == []`, `there is no function "map", at character 1`},
		{`any(item.labels, any(item.labels, any(item.labels, # == "x")))`, `at most two of any, all, none, one and count may stand inside each other, at character 18`},
		{strings.Repeat("(", 3000), `the expression is longer than 2000 characters, at character 1`},
		{strings.Repeat("true or ", 240) + "true", `the expression is too large, at character 1606`},
		{`item.projekt == "PAY"`, `item has no field "projekt", at character 6 (did you mean "project"?)`},
		{`item.project === "PAY"`, `unexpected token Operator("="), at character 16 (did you mean "=="?)`},
		{`item.project == "PAY" && `, `the expression ends too soon, at character 25`},
		{`item.project == "PAY" AND item.in_sprint`, `unexpected token Identifier("AND"), at character 23 (write and, or, not in small letters)`},
		{`item.project == 'PAY`, `literal not terminated, at character 21`},
		{`(item.project == "PAY"`, `the expression ends too soon, at character 22`},
		{`item.project == "PAY")`, `unexpected token Bracket(")"), at character 22`},
		{`item.labels contains "x"`, `invalid operation: contains (mismatched types list and text), at character 13 (a list is asked the other way round: "x" in item.labels)`},
		{`"x" in item.title and item.in_sprint == "yes"`, `invalid operation: in (mismatched types text and text), at character 5 (a text is asked with contains: item.title contains "x")`},
		{`item.created > "2026-11-01"`, `invalid operation: > (mismatched types time and text), at character 14 (write date("2026-12-31"))`},
		{`not item.labels`, `invalid operation: not (mismatched type list), at character 1`},
		{`item.priority > "high"`, `the words of item.priority have no order, at character 15 (write item.priority in [...])`},
		{`item.priority in ["High"]`, `item.priority is never this; it is one of urgent, high, medium, low or none, at character 19 (did you mean "high"?)`},
		{`filter(item.labels, # == "x") != []`, `there is no function "filter", at character 1`},
		{`item.labels | count(# == "x") == "1"`, `invalid operation: == (mismatched types number and text), at character 31`},
		{`len(item)`, `invalid argument for len (type item), at character 1`},
		{`lower(item.labels) == "x"`, `cannot use list as argument (type text) to call lower, at character 12`},
		{`now() - item.created > "3d"`, `invalid operation: > (mismatched types duration and text), at character 22 (write duration("3d"))`},
		{`env("JIRA_TOKEN") == ""`, `unknown name "env", at character 1`},
		{`{"a": 1}.a == 1`, `only comparisons of item's fields are allowed here: no let, no sequences, maps or slices, at character 1`},
		{`"é" == item.titel`, `item has no field "titel", at character 13 (did you mean "title"?)`},
	}
}

// TestExpressionsEnd: the dearest expression that compiles, on an item larger
// than any tracker gives, ends soon.
func TestExpressionsEnd(t *testing.T) {
	item := story()
	for range 1000 {
		item.Labels = append(item.Labels, strings.Repeat("x", 255))
	}
	e, err := CompileExpr(`all(item.labels, all(item.labels, # != "y"))`)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	ok, err := e.Match(item, start)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	if err != nil || !ok {
		t.Error(ok, err)
	}
	e, err = CompileExpr(`len(item.labels) % (len(item.components) - 1) == 0`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Match(item, start); err == nil || !strings.Contains(err.Error(), "divide by zero") {
		t.Errorf("a division by zero: %v", err)
	}
}

// FuzzExpr: no expression panics, neither when it is compiled nor on an item.
func FuzzExpr(f *testing.F) {
	for _, c := range badExpressions() {
		f.Add(c.expr)
	}
	for _, s := range []string{`item.type in ["Story"] and age(item.created) > duration("3d")`, `any(item.labels, # matches "x+") ? true : !item.in_sprint`, `count(item.labels, len(#) > 1) % 2 == -1 | abs`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := CompileExpr(source)
		if (e == nil) == (err == nil) {
			t.Fatalf("%v, %v", e, err)
		}
		if err != nil {
			// The place is inside, so that it can be shown in the file; the text is one line.
			var ee *exprError
			if !errors.As(err, &ee) || ee.Message == "" || ee.At < 0 || ee.At > len([]rune(source)) || strings.ContainsAny(err.Error(), "\n\t") {
				t.Fatalf("%q: %#v", source, err)
			}
		}
		if e != nil {
			_, _ = e.Match(story(), time.Unix(1_800_000_000, 0))
			_, _ = e.Match(&roadmap.Item{}, time.Time{})
		}
	})
}
