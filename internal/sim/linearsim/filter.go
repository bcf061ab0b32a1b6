package linearsim

import (
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// matches holds a node against a filter of the input type def. n is nil where
// the relation that the filter is on is null. All that a filter names must
// hold; `or` needs one of its filters to hold.
func (v *view) matches(n node, filter map[string]any, def *ast.Definition) bool {
	for key, want := range filter {
		if want == nil {
			continue // an explicit null is as good as left out
		}
		var ok bool
		switch key {
		case "and":
			ok = !slices.ContainsFunc(filters(want), func(f map[string]any) bool { return !v.matches(n, f, def) })
		case "or":
			ok = slices.ContainsFunc(filters(want), func(f map[string]any) bool { return v.matches(n, f, def) })
		case "null":
			ok = (n == nil) == want
		default:
			ok = n != nil && v.fieldMatches(n, key, want, v.s.schema.ast.Types[def.Fields.ForName(key).Type.Name()])
		}
		if !ok {
			return false
		}
	}
	return true
}

// fieldMatches tests one field: a plain one with a comparator, a relation with
// a filter, a collection with a collection filter.
func (v *view) fieldMatches(n node, key string, want any, def *ast.Definition) bool {
	value := n.field(v, key)
	if _, hidden := value.(missing); hidden {
		value = nil
	}
	filter, _ := want.(map[string]any)
	if nodes, ok := value.([]node); ok {
		return v.collectionMatches(nodes, filter, def)
	}
	if strings.HasSuffix(def.Name, "Comparator") {
		return v.compare(value, filter, key)
	}
	related, _ := value.(node)
	return v.matches(related, filter, def)
}

// collectionMatches tests a to-many relation. Plain fields in a collection
// filter mean: some element has them all.
func (v *view) collectionMatches(nodes []node, filter map[string]any, def *ast.Definition) bool {
	some := func(f map[string]any, d *ast.Definition) bool {
		return slices.ContainsFunc(nodes, func(n node) bool { return v.matches(n, f, d) })
	}
	plain := map[string]any{}
	for key, want := range filter {
		if want == nil {
			continue
		}
		ok := true
		inner, _ := want.(map[string]any)
		switch key {
		case "and":
			ok = !slices.ContainsFunc(filters(want), func(f map[string]any) bool { return !v.collectionMatches(nodes, f, def) })
		case "or":
			ok = slices.ContainsFunc(filters(want), func(f map[string]any) bool { return v.collectionMatches(nodes, f, def) })
		case "null":
			ok = (len(nodes) == 0) == want
		case "length":
			ok = v.compare(len(nodes), inner, key)
		case "some":
			ok = some(inner, v.s.schema.ast.Types[def.Fields.ForName(key).Type.Name()])
		case "every":
			d := v.s.schema.ast.Types[def.Fields.ForName(key).Type.Name()]
			ok = !slices.ContainsFunc(nodes, func(n node) bool { return !v.matches(n, inner, d) })
		default:
			plain[key] = want
		}
		if !ok {
			return false
		}
	}
	return len(plain) == 0 || some(plain, def)
}

// compare tests a plain value. What is null is equal to nothing.
func (v *view) compare(value any, comparator map[string]any, property string) bool {
	for op, want := range comparator {
		if want == nil {
			continue
		}
		var ok bool
		switch op {
		case "null":
			ok = (value == nil) == want
		case "in", "nin":
			in := slices.ContainsFunc(values(want), func(w any) bool { return v.order(value, w, property) == equal })
			ok = in == (op == "in")
		case "eq":
			ok = v.order(value, want, property) == equal
		case "neq":
			ok = v.order(value, want, property) != equal
		case "lt":
			ok = v.order(value, want, property) == less
		case "lte":
			o := v.order(value, want, property)
			ok = o == less || o == equal
		case "gt":
			ok = v.order(value, want, property) == greater
		case "gte":
			o := v.order(value, want, property)
			ok = o == greater || o == equal
		default:
			ok = compareText(value, want, op)
		}
		if !ok {
			return false
		}
	}
	return true
}

// compareText does the operators that only text has.
func compareText(value, want any, op string) bool {
	text, _ := value.(string)
	part, _ := want.(string)
	op, not := strings.CutPrefix(op, "not")
	if op2, found := strings.CutPrefix(op, "neq"); found {
		op, not = "eq"+op2, true
	}
	op, fold := strings.CutSuffix(op, "IgnoreCase")
	if fold {
		text, part = strings.ToLower(text), strings.ToLower(part)
	}
	var ok bool
	switch strings.ToLower(op) {
	case "eq":
		ok = text == part
	case "contains":
		ok = strings.Contains(text, part)
	case "startswith":
		ok = strings.HasPrefix(text, part)
	case "endswith":
		ok = strings.HasSuffix(text, part)
	}
	if value == nil {
		ok = false
	}
	return ok != not
}

type ordering int

const (
	unordered ordering = iota // null, or of different kinds
	less
	equal
	greater
)

// order compares a stored value with a filter's operand.
func (v *view) order(value, want any, property string) ordering {
	switch a := value.(type) {
	case string:
		b, ok := want.(string)
		if !ok {
			return unordered
		}
		// Dates without a time are stored as text, and operands may be
		// durations.
		if property == "targetDate" || property == "startDate" || property == "dueDate" {
			day, err := time.Parse(time.DateOnly, a)
			limit, ok := v.moment(b, property)
			if err != nil || !ok {
				return unordered
			}
			return orderOf(day.Compare(limit))
		}
		return orderOf(strings.Compare(a, b))
	case bool:
		if a == want {
			return equal
		}
	case int:
		return orderNumbers(float64(a), want)
	case float64:
		return orderNumbers(a, want)
	case time.Time:
		text, _ := want.(string)
		limit, ok := v.moment(text, property)
		if !ok {
			return unordered
		}
		return orderOf(a.Compare(limit))
	}
	return unordered
}

func orderNumbers(a float64, want any) ordering {
	b, ok := number(want)
	switch {
	case !ok:
		return unordered
	case a < b:
		return less
	case a > b:
		return greater
	}
	return equal
}

func orderOf(c int) ordering { return ordering(c + int(equal)) }

// moment reads a DateTimeOrDuration: an ISO 8601 date or time, or a duration
// from now, such as -P2W. A bad one is remembered as the request's error.
func (v *view) moment(text, property string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	if t, ok := addDuration(v.now, text); ok {
		return t, true
	}
	if v.err == nil {
		v.err = invalidInput(property, "isDateTimeOrDuration", property+" must be an ISO 8601 date, time or duration.")
	}
	return time.Time{}, false
}

// filters reads the operand of and/or, where a single filter may stand for a
// list of one.
func filters(want any) []map[string]any {
	var out []map[string]any
	for _, w := range values(want) {
		if m, ok := w.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// values reads an operand that is a list, where a single value may stand for a
// list of one.
func values(want any) []any {
	if l, ok := want.([]any); ok {
		return l
	}
	return []any{want}
}

func number(x any) (float64, bool) {
	switch x := x.(type) {
	case int64:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}
