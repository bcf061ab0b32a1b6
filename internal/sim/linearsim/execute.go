package linearsim

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// execution runs one validated operation.
type execution struct {
	v    *view
	vars map[string]any
	errs []*apiError
}

// run gives the data; nil if a root field failed, because every root field is
// non-null and a failure takes the whole of data with it.
func (x *execution) run(op *ast.OperationDefinition) any {
	root := "Query"
	if op.Operation == ast.Mutation {
		root = "Mutation"
	}
	out := object{}
	for _, f := range x.fields(op.SelectionSet, root) {
		if f[0].Name == "__typename" {
			out = append(out, member{f[0].Alias, root})
			continue
		}
		args := x.arguments(f[0])
		var value any
		err := x.v.may(f[0].Name, op.Operation == ast.Mutation, args)
		switch {
		case err != nil:
		case op.Operation == ast.Mutation:
			value, err = x.v.mutate(f[0].Name, args)
		default:
			value, err = x.v.query(f[0].Name, args)
		}
		path := []any{f[0].Alias}
		if err == nil {
			var data any
			data, err = x.value(value, f, path)
			out = append(out, member{f[0].Alias, data})
		}
		if err != nil {
			failed := *err
			failed.Path = path
			x.errs = append(x.errs, &failed)
			return nil
		}
	}
	return out
}

// value renders what a field gave. An error is fatal for the operation.
func (x *execution) value(raw any, fs []*ast.Field, path []any) (any, *apiError) {
	f := fs[0]
	switch raw := raw.(type) {
	case time.Time:
		return timeText(raw), nil
	case missing:
		e := notFound(raw.typ)
		e.Path = slices.Clone(path)
		x.errs = append(x.errs, e)
		return nil, nil
	case node:
		return x.object(raw, fs, path)
	case []node:
		if x.isConnection(f) {
			page, err := x.v.page(raw, x.arguments(f), f.Definition)
			if err != nil {
				return nil, err
			}
			return x.object(page, fs, path)
		}
		out := make([]any, 0, len(raw))
		for i, n := range raw {
			o, err := x.object(n, fs, append(slices.Clone(path), i))
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
		return out, nil
	}
	return raw, nil
}

func (x *execution) object(n node, fs []*ast.Field, path []any) (any, *apiError) {
	var set ast.SelectionSet
	for _, f := range fs {
		set = append(set, f.SelectionSet...)
	}
	out := object{}
	for _, f := range x.fields(set, n.typeName()) {
		if f[0].Name == "__typename" {
			out = append(out, member{f[0].Alias, n.typeName()})
			continue
		}
		value, err := x.value(n.field(x.v, f[0].Name), f, append(slices.Clone(path), f[0].Alias))
		if err != nil {
			return nil, err
		}
		out = append(out, member{f[0].Alias, value})
	}
	return out, nil
}

// isConnection tells a paged list from a plain one.
func (x *execution) isConnection(f *ast.Field) bool { return isConnection(f.Definition) }

// fields flattens fragments and groups the fields of a selection by response
// key, in the order in which they were asked for.
func (x *execution) fields(set ast.SelectionSet, typ string) [][]*ast.Field {
	out := make([][]*ast.Field, 0, len(set))
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if !included(sel.Directives, x.vars) {
					continue
				}
				i := slices.IndexFunc(out, func(fs []*ast.Field) bool { return fs[0].Alias == sel.Alias })
				if i < 0 {
					out = append(out, []*ast.Field{sel})
				} else {
					out[i] = append(out[i], sel)
				}
			case *ast.InlineFragment:
				if included(sel.Directives, x.vars) && applies(sel.TypeCondition, typ) {
					walk(sel.SelectionSet)
				}
			case *ast.FragmentSpread:
				if included(sel.Directives, x.vars) && applies(sel.Definition.TypeCondition, typ) {
					walk(sel.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
	return out
}

// applies reports whether a fragment is for objects of a type. Node is the only
// abstract type there is, and validation has made sure that it can apply.
func applies(condition, typ string) bool {
	return condition == "" || condition == typ || condition == "Node"
}

func included(ds ast.DirectiveList, vars map[string]any) bool {
	if d := ds.ForName("skip"); d != nil && d.ArgumentMap(vars)["if"] == true {
		return false
	}
	if d := ds.ForName("include"); d != nil && d.ArgumentMap(vars)["if"] == false {
		return false
	}
	return true
}

// arguments gives a field's arguments. What is left out, or is a variable that
// was left out, has no entry: in an update, that is not the same as null.
func (x *execution) arguments(f *ast.Field) map[string]any { return arguments(f, x.vars) }

func arguments(f *ast.Field, vars map[string]any) map[string]any {
	out := map[string]any{}
	for _, a := range f.Arguments {
		if value, given := argument(a.Value, vars); given {
			out[a.Name] = value
		}
	}
	return out
}

func argument(v *ast.Value, vars map[string]any) (_ any, given bool) {
	switch v.Kind {
	case ast.Variable:
		value, ok := vars[v.Raw]
		return value, ok
	case ast.ObjectValue:
		out := map[string]any{}
		for _, c := range v.Children {
			if value, ok := argument(c.Value, vars); ok {
				out[c.Name] = value
			}
		}
		return out, true
	case ast.ListValue:
		out := []any{}
		for _, c := range v.Children {
			value, _ := argument(c.Value, vars)
			out = append(out, value)
		}
		return out, true
	}
	value, err := v.Value(vars)
	return value, err == nil
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in the order in which they were asked for.
func (o object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o) }

// appendJSON writes what an answer is made of without going through every level
// of it once more for the level above.
func appendJSON(b []byte, value any) (_ []byte, err error) {
	switch value := value.(type) {
	case object:
		b = append(b, '{')
		for i, m := range value {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendQuote(b, m.key), ':') // a GraphQL name: nothing to escape
			if b, err = appendJSON(b, m.value); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case []any:
		b = append(b, '[')
		for i, v := range value {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, v); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	one, err := json.Marshal(value)
	return append(b, one...), err
}
