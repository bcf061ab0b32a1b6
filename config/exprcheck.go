package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/alignd/alignd/internal/roadmap"
)

// checkExpr refuses what expr-lang would allow and an org's file may not say:
// what could run for long, what reaches into Go, and comparisons with a word
// that can never come up. It looks at the tree before expr-lang's own checker,
// whose messages speak of Go types.
func checkExpr(source string) error {
	if strings.TrimSpace(source) == "" {
		return &exprError{Message: "the expression is empty"}
	}
	if utf8.RuneCountInString(source) > maxExprLength {
		return &exprError{Message: fmt.Sprintf("the expression is longer than %d characters", maxExprLength)}
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return fromExprLang(err)
	}
	c := &exprCheck{}
	ast.Walk(&tree.Node, c)
	if c.err != nil {
		return c.err
	}
	return nil
}

// exprCheck visits every node, children first, and keeps the leftmost error.
type exprCheck struct {
	err *exprError
}

func (c *exprCheck) fail(n ast.Node, hint, format string, args ...any) {
	at := n.Location().From
	if c.err == nil || at < c.err.At {
		c.err = &exprError{At: at, Message: fmt.Sprintf(format, args...), Hint: hint}
	}
}

// Visit checks one node.
func (c *exprCheck) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode, *ast.SequenceNode, *ast.MapNode, *ast.SliceNode:
		c.fail(n, "", "only comparisons of item's fields are allowed here: no let, no sequences, maps or slices")
	case *ast.IdentifierNode:
		c.identifier(n)
	case *ast.MemberNode:
		c.member(n)
	case *ast.BuiltinNode:
		if !slices.Contains(exprFunctions(), n.Name) {
			c.fail(n, DidYouMean(n.Name, exprFunctions()), "there is no function%s", nameOf(n.Name))
		}
		c.constant(n.Name, n.Arguments) // duration and date, which expr-lang has too
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			c.constant(id.Value, n.Arguments)
		}
	case *ast.PredicateNode:
		// Each further loop multiplies the work by the number of labels.
		if predicateDepth(n) > 2 {
			c.fail(n, "", "at most two of any, all, none, one and count may stand inside each other")
		}
	case *ast.BinaryNode:
		c.binary(n)
	}
}

func (c *exprCheck) identifier(n *ast.IdentifierNode) {
	if n.Value == "item" || slices.Contains(exprFunctions(), n.Value) {
		return
	}
	hint := DidYouMean(n.Value, append(exprFunctions(), "item"))
	if slices.Contains(exprFields(), n.Value) {
		hint = fmt.Sprintf("did you mean item.%s?", n.Value)
	}
	c.fail(n, hint, "unknown name%s", nameOf(n.Value))
}

func (c *exprCheck) member(n *ast.MemberNode) {
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		c.fail(n.Property, "write any(item.labels, # == \"x\")", "an element cannot be picked by number: the list may be shorter")
		return
	}
	if id, ok := n.Node.(*ast.IdentifierNode); !ok || id.Value != "item" {
		c.fail(n.Property, "", "only item has fields, and they have none of their own")
		return
	}
	if !slices.Contains(exprFields(), name.Value) {
		c.fail(n.Property, DidYouMean(name.Value, exprFields()), "item has no field%s", nameOf(name.Value))
	}
}

// constant checks what is written out as the argument of a function of ours:
// now, rather than on some item next month.
func (c *exprCheck) constant(name string, args []ast.Node) {
	if len(args) != 1 {
		return
	}
	arg, ok := args[0].(*ast.StringNode)
	if !ok {
		if name == "duration" || name == "date" {
			c.fail(args[0], "", "the argument of %s must be written out, as text", name)
		}
		return
	}
	var err error
	switch name {
	case "duration":
		_, err = exprDuration(arg.Value)
	case "date":
		_, err = exprDate(arg.Value)
	}
	if err != nil {
		c.fail(arg, "", "%v", err)
	}
}

func (c *exprCheck) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "..", "**":
		c.fail(n, "", "the operator %s is not part of the language", n.Operator)
	case "matches":
		if _, ok := n.Right.(*ast.StringNode); !ok {
			c.fail(n.Right, "", "the pattern of matches must be written out")
		}
	case "<", ">", "<=", ">=":
		c.order(n)
	case "==", "!=":
		c.word(n.Left, n.Right)
		c.word(n.Right, n.Left)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok {
			for _, v := range list.Nodes {
				c.word(n.Left, v)
			}
		}
	}
}

// order refuses to compare by size what is only text to expr-lang: by the
// alphabet, low would be more than high.
func (c *exprCheck) order(n *ast.BinaryNode) {
	for _, side := range []ast.Node{n.Left, n.Right} {
		m, ok := side.(*ast.MemberNode)
		if !ok {
			continue
		}
		if name, ok := m.Property.(*ast.StringNode); ok && (name.Value == "priority" || name.Value == "status") {
			c.fail(n, fmt.Sprintf("write item.%s in [...]", name.Value), "the words of item.%s have no order", name.Value)
		}
	}
}

// word checks a constant that is compared with a field of few words.
func (c *exprCheck) word(field, value ast.Node) {
	m, ok := field.(*ast.MemberNode)
	if !ok {
		return
	}
	name, ok1 := m.Property.(*ast.StringNode)
	s, ok2 := value.(*ast.StringNode)
	if !ok1 || !ok2 {
		return
	}
	var words []string
	switch name.Value {
	case "status":
		words = statusWords()
	case "priority":
		words = priorityWords()
	default:
		return
	}
	if !slices.Contains(words, s.Value) {
		c.fail(s, DidYouMean(s.Value, words), "item.%s is never %s; it is one of %s", name.Value, shown(s.Value), list(words))
	}
}

func statusWords() []string {
	return []string{
		string(roadmap.StatusTriage), string(roadmap.StatusTodo), string(roadmap.StatusDoing),
		string(roadmap.StatusDone), string(roadmap.StatusDropped),
	}
}

func priorityWords() []string {
	return []string{
		string(roadmap.PriorityUrgent), string(roadmap.PriorityHigh), string(roadmap.PriorityMedium),
		string(roadmap.PriorityLow), string(roadmap.PriorityNone),
	}
}

// predicateDepth counts how many loops stand inside each other from n inwards.
func predicateDepth(n *ast.PredicateNode) int {
	inner := &predicates{}
	ast.Walk(&n.Node, inner)
	deepest := 0
	for _, p := range inner.found {
		deepest = max(deepest, predicateDepth(p))
		if deepest > 2 {
			break // deep enough; what is nested further would be walked again and again
		}
	}
	return 1 + deepest
}

type predicates struct{ found []*ast.PredicateNode }

// Visit collects the predicates.
func (p *predicates) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.PredicateNode); ok {
		p.found = append(p.found, n)
	}
}

// quoted is more than an operator's length of the file's own words.
var quoted = regexp.MustCompile("\"[^\"]{4,}\"|`[^`]{4,}`|'[^']{4,}'")

// goTypes are Go's names of types, and what people call them.
var goTypes = []struct {
	name *regexp.Regexp
	word string
}{
	{regexp.MustCompile(`\[\]string\b`), "list"},
	{regexp.MustCompile(`\btime\.Time\b`), "time"},
	{regexp.MustCompile(`\btime\.Duration\b`), "duration"},
	{regexp.MustCompile(`\bstring\b`), "text"},
	{regexp.MustCompile(`\bint\b`), "number"},
	{regexp.MustCompile(`\bbool\b`), "true or false"},
}

// fromExprLang takes the message and the place from an error of expr-lang and
// leaves its excerpt, and what it quotes of the file: the place tells, and
// nothing that was written where it does not belong is repeated.
func fromExprLang(err error) error {
	e := &exprError{Message: err.Error()}
	var fe *file.Error
	if errors.As(err, &fe) {
		e.At, e.Message = fe.From, fe.Message
	}
	e.Message, _, _ = strings.Cut(e.Message, "\n")
	e.Message = strings.TrimSpace(strings.ReplaceAll(e.Message, "config.exprItem", "item"))
	e.Message = quoted.ReplaceAllString(e.Message, "…")
	for _, t := range goTypes {
		e.Message = t.name.ReplaceAllString(e.Message, t.word)
	}
	switch {
	case strings.Contains(e.Message, "maximum allowed nodes"):
		e.Message = "the expression is too large"
	case strings.HasPrefix(e.Message, "expected true or false"):
		e.Message = "the expression must come out true or false, not " + strings.TrimPrefix(e.Message, "expected true or false, but got ")
	case e.Message == "unexpected token EOF":
		e.Message = "the expression ends too soon"
	case strings.Contains(e.Message, `Operator("=")`):
		e.Hint = `did you mean "=="?`
	case strings.Contains(e.Message, `Identifier("AND")`), strings.Contains(e.Message, `Identifier("OR")`):
		e.Hint = "write and, or, not in small letters"
	case strings.Contains(e.Message, "contains (mismatched types list and text)"):
		e.Hint = `a list is asked the other way round: "x" in item.labels`
	case strings.Contains(e.Message, "in (mismatched types text and text)"):
		e.Hint = `a text is asked with contains: item.title contains "x"`
	case strings.Contains(e.Message, "mismatched types time and text"):
		e.Hint = `write date("2026-12-31")`
	case strings.Contains(e.Message, "mismatched types duration and"):
		e.Hint = `write duration("3d")`
	}
	return e
}
