package jirasim

import (
	"slices"
	"strings"
)

// query is a parsed query. A nil where asks for everything.
type query struct {
	where node
	order []orderTerm
}

// node is a condition: *both, *either, *not or *clause.
type node interface{ isNode() }

type (
	both   struct{ left, right node }
	either struct{ left, right node }
	not    struct{ inner node }
	clause struct {
		field  string
		op     string // = != < <= > >= ~ !~ in "not in" is "is not"
		values []value
	}
)

func (*both) isNode()   {}
func (*either) isNode() {}
func (*not) isNode()    {}
func (*clause) isNode() {}

// value is one operand.
type value struct {
	text   string
	quoted bool
	empty  bool // EMPTY or NULL
	call   bool // a function of this name
}

type orderTerm struct {
	field string
	desc  bool
}

type parser struct {
	query  string
	tokens []token
	depth  int
}

// parseJQL reads a query: conditions joined by AND, OR and NOT, then ORDER BY.
func parseJQL(q string) (*query, error) {
	tokens, err := lex(q)
	if err != nil {
		return nil, err
	}
	p := &parser{query: q, tokens: tokens}
	out := &query{}
	if !p.peek().is("order") && p.peek().kind != tokEnd {
		if out.where, err = p.or(); err != nil {
			return nil, err
		}
	}
	if p.peek().is("order") {
		if out.order, err = p.orderBy(); err != nil {
			return nil, err
		}
	}
	switch t := p.peek(); {
	case t.kind == tokEnd:
		return out, nil
	case len(out.order) > 0:
		return nil, p.fail(t, "Expecting either ',' or the end of the query but got '%s'.", t.text)
	default:
		return nil, p.fail(t, "Expecting either 'OR' or 'AND' but got '%s'.", t.text)
	}
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) take() token {
	t := p.tokens[0]
	if t.kind != tokEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is one of these.
func (p *parser) accept(texts ...string) bool {
	if slices.ContainsFunc(texts, p.peek().is) {
		p.take()
		return true
	}
	return false
}

func (p *parser) fail(t token, format string, args ...any) error {
	return syntaxError(p.query, t.at, format, args...)
}

func (p *parser) atEnd(what string) error {
	return &jqlError{"Error in the JQL Query: Expecting " + what + " before the end of the query."}
}

func (p *parser) or() (node, error) {
	left, err := p.and()
	for err == nil && p.accept("or", "||", "|") {
		var right node
		right, err = p.and()
		left = &either{left, right}
	}
	return left, err
}

func (p *parser) and() (node, error) {
	left, err := p.unary()
	for err == nil && p.accept("and", "&&", "&") {
		var right node
		right, err = p.unary()
		left = &both{left, right}
	}
	return left, err
}

// maxDepth bounds parentheses and NOTs inside each other.
const maxDepth = 200

func (p *parser) unary() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &jqlError{"Error in the JQL Query: the query is nested too deeply."}
	}
	defer func() { p.depth-- }()
	if p.accept("not", "!") {
		inner, err := p.unary()
		return &not{inner}, err
	}
	if p.accept("(") {
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.peek(); !p.accept(")") {
			if t.kind == tokEnd {
				return nil, p.atEnd("')'")
			}
			return nil, p.fail(t, "Expecting ')' but got '%s'.", t.text)
		}
		return inner, nil
	}
	return p.clause()
}

func (p *parser) clause() (node, error) {
	field, err := p.field()
	if err != nil {
		return nil, err
	}
	c := &clause{field: field}
	t := p.take()
	switch {
	case t.kind == tokEnd:
		return nil, p.atEnd("operator")
	case t.kind == tokSymbol && slices.Contains([]string{"=", "!=", "<", "<=", ">", ">=", "~", "!~"}, t.text):
		c.op = t.text
	case t.is("in"):
		c.op = "in"
	case t.is("not") && p.accept("in"):
		c.op = "not in"
	case t.is("is"):
		c.op = "is"
		if p.accept("not") {
			c.op = "is not"
		}
	case t.is("was"), t.is("changed"):
		return nil, &jqlError{"History searches (WAS, CHANGED) are not supported by this built-in Jira."}
	default:
		return nil, p.fail(t, "Expecting operator but got '%s'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.", t.text)
	}
	if strings.HasSuffix(c.op, "in") {
		c.values, err = p.list()
		return c, err
	}
	v, err := p.value()
	if err == nil && strings.HasPrefix(c.op, "is") && !v.empty {
		err = &jqlError{"The operator '" + c.op + "' can only be used with EMPTY or NULL, not with '" + v.text + "'."}
	}
	c.values = []value{v}
	return c, err
}

func (p *parser) field() (string, error) {
	switch t := p.take(); {
	case t.kind == tokEnd:
		return "", p.atEnd("a field name")
	case t.kind == tokString:
		return t.text, nil
	case t.kind == tokSymbol:
		return "", p.fail(t, "Expecting a field name but got '%s'. You must surround '%s' in quotation marks to use it as a field name.", t.text, t.text)
	case slices.Contains(reserved, strings.ToLower(t.text)):
		return "", p.fail(t, "'%s' is a reserved JQL word. You must surround it in quotation marks to use it in a query.", t.text)
	default:
		return t.text, nil
	}
}

// list reads what follows IN: values in parentheses, or one function.
func (p *parser) list() ([]value, error) {
	if !p.accept("(") {
		v, err := p.value()
		if err == nil && !v.call {
			err = &jqlError{"Error in the JQL Query: Expecting '(' after IN."}
		}
		return []value{v}, err
	}
	var vs []value
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
		switch t := p.take(); {
		case t.is(")"):
			return vs, nil
		case t.kind == tokEnd:
			return nil, p.atEnd("')'")
		case !t.is(","):
			return nil, p.fail(t, "Expecting ',' or ')' but got '%s'.", t.text)
		}
	}
}

func (p *parser) value() (value, error) {
	t := p.take()
	switch {
	case t.kind == tokEnd:
		return value{}, p.atEnd("either a value, list or function")
	case t.kind == tokSymbol:
		return value{}, p.fail(t, "Expecting either a value, list or function but got '%s'. You must surround '%s' in quotation marks to use it as a value.", t.text, t.text)
	case t.kind == tokString:
		return value{text: t.text, quoted: true}, nil
	case t.is("empty"), t.is("null"):
		return value{text: t.text, empty: true}, nil
	case p.peek().is("("):
		p.take()
		if n := p.take(); !n.is(")") {
			return value{}, p.fail(n, "Expecting ')' but got '%s'; this built-in Jira knows functions without arguments only.", n.text)
		}
		return value{text: t.text, call: true}, nil
	case slices.Contains(reserved, strings.ToLower(t.text)):
		return value{}, p.fail(t, "'%s' is a reserved JQL word. You must surround it in quotation marks to use it in a query.", t.text)
	}
	return value{text: t.text}, nil
}

func (p *parser) orderBy() ([]orderTerm, error) {
	p.take()
	if t := p.peek(); !p.accept("by") {
		if t.kind == tokEnd {
			return nil, p.atEnd("'by'")
		}
		return nil, p.fail(t, "Expecting 'by' but got '%s'.", t.text)
	}
	var terms []orderTerm
	for {
		field, err := p.field()
		if err != nil {
			return nil, err
		}
		term := orderTerm{field: field}
		if p.accept("desc") {
			term.desc = true
		} else {
			p.accept("asc")
		}
		terms = append(terms, term)
		if !p.accept(",") {
			return terms, nil
		}
	}
}
