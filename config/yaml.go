package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// kind is what a YAML value is. The words are those of the messages.
type kind string

const (
	kindNull   kind = "nothing"
	kindText   kind = "text"
	kindBool   kind = "true or false"
	kindNumber kind = "a number"
	kindList   kind = "a list"
	kindTable  kind = "keys with values"
)

// pos is a place in the file, both from 1; a column counts characters.
type pos struct{ line, col int }

// node is one YAML value, freed from the library's types.
type node struct {
	pos
	kind   kind
	text   string  // text as meant; number and bool as written
	items  []*node // list
	fields []field // table, in the file's order, duplicates included
}

// field is one key of a table and its value.
type field struct {
	pos
	key   string
	value *node
}

// maxDepth is how deep values may nest. The deepest of ours is six.
const maxDepth = 24

// maxEntries is how many keys and list entries a file may hold in all. The
// library's time grows with the square of the keys of one table: 175,000 took
// it 80 s, this many 1 s.
const maxEntries = 20_000

// document is one YAML document of a file.
type document struct {
	pos        // of the line --- that begins it, else of the file's beginning
	root *node // nil where it holds nothing
}

// parseYAML reads a file of one document. On problems the node is nil.
func parseYAML(src []byte) (root *node, problems []Problem) {
	docs, problems := parseDocuments(src)
	switch {
	case len(problems) > 0:
		return nil, problems
	case len(docs) > 1:
		at := docs[1]
		return nil, []Problem{{Line: at.line, Column: at.col, Message: "a second YAML document; one file describes one org", Hint: "put it in a file of its own"}}
	case len(docs) == 0 || docs[0].root == nil:
		return nil, []Problem{{Message: "the file is empty", Hint: "see docs/config.md for the shortest useful one"}}
	}
	return docs[0].root, nil
}

// parseDocuments reads a file of any number of documents. On problems there are
// none.
func parseDocuments(src []byte) (docs []document, problems []Problem) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if p, ok := checkText(src); !ok {
		return nil, []Problem{p}
	}
	// goccy/go-yaml has panicked on odd input before
	// (https://github.com/goccy/go-yaml/issues/540 and 718); one bad file must
	// not end the service.
	defer func() {
		if r := recover(); r != nil {
			docs, problems = nil, []Problem{{Message: "cannot be read as YAML"}}
		}
	}()
	tokens := lexer.Tokenize(string(src))
	if problems := checkTokens(tokens); len(problems) > 0 {
		return nil, problems
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []Problem{syntaxProblem(err)}
	}
	c := &converter{}
	for _, doc := range file.Docs {
		d := document{pos: pos{1, 1}}
		if doc.Start != nil {
			d.pos = posOf(doc.Start)
		}
		if doc.Body != nil {
			d.root = c.convert(doc.Body, 0)
		}
		docs = append(docs, d)
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return docs, nil
}

// checkText refuses what is not plain UTF-8 text.
func checkText(src []byte) (Problem, bool) {
	line, col := 1, 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		if r == utf8.RuneError && size == 1 {
			return Problem{Line: line, Column: col, Message: "the file is not UTF-8 text", Hint: "save it as UTF-8"}, false
		}
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return Problem{Line: line, Column: col, Message: fmt.Sprintf("a control character (%U)", r), Hint: "remove it"}, false
		}
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
		src = src[size:]
	}
	return Problem{}, true
}

// checkTokens refuses the parts of YAML that an org's file has no use for and
// that hide what it says (aliases, tags) or could exhaust us (nesting), before
// the parser sees them.
func checkTokens(tokens token.Tokens) []Problem {
	var problems []Problem
	said := map[string]bool{} // once a line for each matter
	say := func(t *token.Token, hint, message string) {
		at := posOf(t)
		if key := fmt.Sprint(at.line, message); !said[key] {
			said[key] = true
			problems = append(problems, Problem{Line: at.line, Column: at.col, Message: message, Hint: hint})
		}
	}
	const quotes = "put the value in quotes"
	depth, line, inLine, entries := 0, 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, inLine = t.Position.Line, 0
		}
		switch t.Type {
		case token.InvalidType:
			say(t, syntaxHint(t.Error), syntaxMessage(t.Error))
			return problems // what follows makes no sense
		case token.AnchorType:
			say(t, quotes, "a value that begins with & is a YAML anchor, which is not supported")
		case token.AliasType:
			say(t, quotes, "a value that begins with * is a YAML alias, which is not supported")
		case token.MergeKeyType:
			say(t, "write the keys out", "YAML merge keys (<<) are not supported")
		case token.TagType:
			say(t, quotes, "a value that begins with ! is a YAML tag, which is not supported")
		case token.DirectiveType:
			say(t, quotes, "a line or value that begins with % is a YAML directive, which is not supported")
		case token.MappingKeyType:
			say(t, "write it as key: value", "keys that begin with ? are not supported")
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			inLine++ // "- - - -" nests on one line
			entries++
		case token.MappingValueType, token.CollectEntryType:
			entries++
		}
		if entries > maxEntries {
			say(t, "", fmt.Sprintf("the file holds more than %d keys and list entries", maxEntries))
			return problems
		}
		if depth > maxDepth || inLine > maxDepth {
			say(t, "", "values are nested too deep")
			return problems
		}
	}
	return problems
}

func posOf(t *token.Token) pos {
	if t == nil || t.Position == nil {
		return pos{1, 1}
	}
	return pos{max(1, t.Position.Line), max(1, t.Position.Column)}
}

// syntaxProblem takes message and place from an error of the library and leaves
// its excerpt, which quotes neighbouring lines, secrets among them.
func syntaxProblem(err error) Problem {
	var e interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &e) {
		return Problem{Message: "is not valid YAML"}
	}
	at := posOf(e.GetToken())
	return Problem{Line: at.line, Column: at.col, Message: syntaxMessage(e.GetMessage()), Hint: syntaxHint(e.GetMessage())}
}

// syntaxMessage makes a sentence of the library's message, and none of one that
// quotes the file.
func syntaxMessage(msg string) string {
	switch {
	case strings.ContainsRune(msg, '\t'), strings.Contains(msg, "tab character"):
		return "a tab is used for indentation"
	case strings.Contains(msg, "invalid tag character"):
		return "a value that begins with ! is a YAML tag, which is not supported"
	case strings.ContainsAny(msg, "\"`\n"):
		return "this is not valid YAML"
	}
	return "this is not valid YAML: " + msg
}

func syntaxHint(msg string) string {
	switch {
	case strings.ContainsRune(msg, '\t'), strings.Contains(msg, "tab character"):
		return "YAML is indented with spaces"
	case strings.Contains(msg, "cannot start any token"), strings.Contains(msg, "reserved character"), strings.Contains(msg, "invalid tag character"):
		return "put the value in quotes"
	case strings.Contains(msg, "mapping value is not allowed"):
		return `is the line indented as the one above? A value that holds ": " needs quotes`
	}
	return ""
}

// converter turns the library's tree into ours.
type converter struct{ problems []Problem }

func (c *converter) fail(at pos, message string) {
	c.problems = append(c.problems, Problem{Line: at.line, Column: at.col, Message: message})
}

func (c *converter) convert(n ast.Node, depth int) *node {
	out := &node{pos: posOf(n.GetToken()), kind: kindNull}
	if depth > maxDepth {
		c.fail(out.pos, "values are nested too deep")
		return out
	}
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		out.kind, out.text = kindText, n.Value
	case *ast.LiteralNode:
		out.kind, out.text = kindText, n.Value.Value
	case *ast.BoolNode:
		out.kind, out.text = kindBool, n.Token.Value
	case *ast.IntegerNode:
		out.kind, out.text = kindNumber, n.Token.Value
	case *ast.FloatNode:
		out.kind, out.text = kindNumber, n.Token.Value
	case *ast.InfinityNode, *ast.NanNode:
		out.kind, out.text = kindNumber, "nan"
	case *ast.SequenceNode:
		out.kind = kindList
		for _, v := range n.Values {
			out.items = append(out.items, c.convert(v, depth+1))
		}
	case *ast.MappingNode:
		out.kind = kindTable
		for _, v := range n.Values {
			out.fields = append(out.fields, c.field(v, depth))
		}
		if !n.IsFlowStyle && len(out.fields) > 0 {
			out.pos = out.fields[0].pos // the library's is that of the first colon
		}
	case *ast.MappingValueNode:
		out.kind = kindTable
		out.fields = []field{c.field(n, depth)}
		out.pos = out.fields[0].pos
	default:
		c.fail(out.pos, "this part of YAML is not supported here")
	}
	return out
}

func (c *converter) field(n *ast.MappingValueNode, depth int) field {
	f := field{pos: posOf(n.Key.GetToken()), key: n.Key.GetToken().Value}
	if _, ok := n.Key.(ast.ScalarNode); !ok {
		c.fail(f.pos, "a key must be a word")
	}
	f.value = c.convert(n.Value, depth+1)
	return f
}
