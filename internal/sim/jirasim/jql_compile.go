package jirasim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// compiler turns a parsed query into a function over issues, for one visitor at
// one moment. Names are looked up once, here. The caller holds the read lock.
type compiler struct {
	s       *Server
	visitor visitor
	zone    *time.Location
	now     time.Time
	errs    []string // everything that is wrong with the query, in its order
}

type match func(*record) bool

// plan is a query ready to run.
type plan struct {
	match     match
	less      func(a, b *record) int
	byUpdated bool     // ordered by updated, oldest first
	user      *account // who asks; nil: nobody who is signed in
}

func (s *Server) compile(q *query, v visitor) (*plan, []string) {
	c := &compiler{s: s, visitor: v, zone: v.zone(), now: s.now()}
	p := &plan{user: v.user, match: c.node(q.where, false), less: c.order(q.order)}
	p.byUpdated = len(q.order) > 0 && !q.order[0].desc && slices.Contains([]string{"updated", "updateddate"}, strings.ToLower(q.order[0].field))
	return p, c.errs
}

func (c *compiler) refuse(err error) match {
	if !slices.Contains(c.errs, err.Error()) {
		c.errs = append(c.errs, err.Error())
	}
	return func(*record) bool { return false }
}

// node compiles a condition. A NOT is carried down to the operators, as Jira
// does it: NOT labels = x is labels != x, and passes over issues without labels.
func (c *compiler) node(n node, negate bool) match {
	switch n := n.(type) {
	case *not:
		return c.node(n.inner, !negate)
	case *both:
		return c.join(n.left, n.right, negate, !negate)
	case *either:
		return c.join(n.left, n.right, negate, negate)
	case *clause:
		k := *n
		if negate {
			k.op = map[string]string{
				"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "~": "!~", "!~": "~",
				"in": "not in", "not in": "in", "is": "is not", "is not": "is",
			}[k.op]
		}
		return c.clause(&k)
	}
	return func(*record) bool { return true }
}

func (c *compiler) join(left, right node, negate, and bool) match {
	a, b := c.node(left, negate), c.node(right, negate)
	if and {
		return func(r *record) bool { return a(r) && b(r) }
	}
	return func(r *record) bool { return a(r) || b(r) }
}

// setField is a field that holds any number of words.
type setField struct {
	// get appends the words of an issue to buf.
	get func(r *record, buf []string) []string
	// word gives the word that an operand stands for, or why it stands for none.
	word func(v value) (string, error)
}

func (c *compiler) clause(k *clause) match {
	name := strings.ToLower(k.field)
	switch name {
	case "updated", "updateddate":
		return c.times(k, func(r *record) time.Time { return r.Updated })
	case "created", "createddate":
		return c.times(k, func(r *record) time.Time { return r.Created })
	case "due", "duedate":
		return c.times(k, func(r *record) time.Time {
			t, _ := time.ParseInLocation(time.DateOnly, r.Due, c.zone)
			return t
		})
	case "summary", "text":
		return c.text(k, func(r *record) string { return r.Summary })
	case "key", "issuekey", "issue", "id", "workitem", "workitemkey":
		if strings.ContainsAny(k.op, "<>") {
			return c.keys(k)
		}
	}
	f, err := c.setField(name, k)
	if err != nil {
		return c.refuse(err)
	}
	return c.set(k, f)
}

// set compiles a clause over words. != and NOT IN pass over issues where the
// field is empty, as on the real service (support.atlassian.com, "JQL
// operators": NOT EQUALS).
func (c *compiler) set(k *clause, f setField) match {
	var wanted []string
	empty := false
	for _, v := range k.values {
		if v.empty {
			empty = true
			continue
		}
		w, err := f.word(v)
		if err != nil {
			c.refuse(err)
			continue
		}
		wanted = append(wanted, w)
	}
	lookup := map[string]bool{}
	for _, w := range wanted {
		lookup[w] = true
	}
	var buf []string
	has := func(r *record) (hit, none bool) {
		buf = f.get(r, buf[:0])
		return slices.ContainsFunc(buf, func(w string) bool { return lookup[w] }), len(buf) == 0
	}
	switch k.op {
	case "=", "in", "is":
		return func(r *record) bool {
			hit, none := has(r)
			return hit || (empty && none)
		}
	case "!=", "not in", "is not":
		return func(r *record) bool {
			hit, none := has(r)
			return !hit && !none
		}
	}
	return c.refuse(noOperator(k))
}

func noOperator(k *clause) error {
	return &jqlError{fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", k.op, k.field)}
}

// compare reads a comparison's outcome by operator.
func compare(op string, order int) bool {
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "=", "in":
		return order == 0
	}
	return order != 0
}

func (c *compiler) times(k *clause, get func(*record) time.Time) match {
	if strings.Contains(k.op, "~") {
		return c.refuse(noOperator(k))
	}
	v := k.values[0]
	if v.empty {
		want := k.op == "is" || k.op == "="
		return func(r *record) bool { return get(r).IsZero() == want }
	}
	if len(k.values) > 1 {
		return c.refuse(noOperator(k))
	}
	t, err := c.jqlTime(k.field, v)
	if err != nil {
		return c.refuse(err)
	}
	return func(r *record) bool {
		at := get(r)
		return !at.IsZero() && compare(k.op, at.Compare(t))
	}
}

// text compiles ~ and !~: every word of the operand must be in the text; a star
// at the end of a word stands for anything.
func (c *compiler) text(k *clause, get func(*record) string) match {
	v := k.values[0]
	if v.empty {
		want := k.op == "is" || k.op == "="
		return func(r *record) bool { return (get(r) == "") == want }
	}
	if !strings.Contains(k.op, "~") {
		return c.refuse(noOperator(k))
	}
	terms := words(v.text)
	want := k.op == "~"
	return func(r *record) bool {
		have := words(get(r))
		all := true
		for _, t := range terms {
			prefix, star := strings.CutSuffix(t, "*")
			all = all && slices.ContainsFunc(have, func(w string) bool {
				return w == t || (star && strings.HasPrefix(w, prefix))
			})
		}
		return all == want
	}
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return strings.ContainsRune(" \t\r\n\"'.,:;!?()[]{}/\\-", r)
	})
}

// keys compiles < and > over issues: ids are compared as numbers, keys within
// their project.
func (c *compiler) keys(k *clause) match {
	if c.s.dc != nil {
		return c.keysByIssue(k)
	}
	v := k.values[0]
	if num, err := parseNum(v.text); err == nil {
		return func(r *record) bool { return compare(k.op, cmp.Compare(r.num, num)) }
	}
	project, n, ok := splitKey(strings.ToUpper(v.text))
	if !ok {
		return c.refuse(&jqlError{fmt.Sprintf("The issue key '%s' for field '%s' is invalid.", v.text, k.field)})
	}
	return func(r *record) bool { return r.Project == project && compare(k.op, cmp.Compare(r.keyNum, n)) }
}

// maxOrder is how many fields ORDER BY takes on Cloud.
const maxOrder = 7

// order compiles ORDER BY. What is not ordered at all goes newest first, which
// is Jira's habit; what is equal in all that is named goes by id.
func (c *compiler) order(terms []orderTerm) func(a, b *record) int {
	if len(terms) > maxOrder && c.s.dc == nil {
		c.refuse(errors.New("A maximum of 7 fields can be used in the ORDER BY clause."))
		return byNum
	}
	var by []func(a, b *record) int
	for _, t := range terms {
		var f func(a, b *record) int
		switch strings.ToLower(t.field) {
		case "updated", "updateddate":
			f = func(a, b *record) int { return a.Updated.Compare(b.Updated) }
		case "created", "createddate":
			f = func(a, b *record) int { return a.Created.Compare(b.Created) }
		case "key", "issuekey", "issue", "workitem", "workitemkey":
			f = func(a, b *record) int {
				return cmp.Or(strings.Compare(a.Project, b.Project), cmp.Compare(a.keyNum, b.keyNum))
			}
		case "id", "rank":
			f = byNum
		case "project":
			f = func(a, b *record) int { return strings.Compare(a.Project, b.Project) }
		case "summary":
			f = func(a, b *record) int { return strings.Compare(a.Summary, b.Summary) }
		case "status":
			f = func(a, b *record) int { return strings.Compare(a.Status, b.Status) }
		case "due", "duedate":
			f = func(a, b *record) int { return strings.Compare(a.Due, b.Due) }
		default:
			c.refuse(&jqlError{fmt.Sprintf("Not able to sort using field '%s'.", t.field)})
			return byNum
		}
		if t.desc {
			up := f
			f = func(a, b *record) int { return up(b, a) }
		}
		by = append(by, f)
	}
	return func(a, b *record) int {
		for _, f := range by {
			if n := f(a, b); n != 0 {
				return n
			}
		}
		if len(by) == 0 {
			return byNum(b, a)
		}
		return byNum(a, b)
	}
}
