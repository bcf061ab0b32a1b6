package linearsim

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxComplexity is the most that one query may cost, whatever the budget
// (linear.app/developers/rate-limiting).
const maxComplexity = 10_000

// complexity prices an operation by the documented formula: a property is a
// tenth of a point, an object one point, and a connection multiplies its
// children by the page size asked for, or 50; the sum is rounded up.
func complexity(op *ast.OperationDefinition, vars map[string]any) int {
	tenths := costOf(op.SelectionSet, vars)
	return (tenths + 9) / 10
}

// costOf counts in tenths of points, so that nothing is lost to rounding.
func costOf(set ast.SelectionSet, vars map[string]any) int {
	sum := 0
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			sum += costOf(sel.SelectionSet, vars)
		case *ast.FragmentSpread:
			sum += costOf(sel.Definition.SelectionSet, vars)
		case *ast.Field:
			switch {
			case len(sel.SelectionSet) == 0:
				sum++
			case isConnection(sel.Definition):
				sum += costOfConnection(sel, vars)
			default:
				sum += 10 + costOf(sel.SelectionSet, vars)
			}
		}
	}
	return sum
}

func costOfConnection(f *ast.Field, vars map[string]any) int {
	args := arguments(f, vars)
	size := defaultPage
	for _, name := range []string{"first", "last"} {
		if n, ok := number(args[name]); ok && n > 0 {
			size = int(min(n, 1e6))
		}
	}
	sum := 0
	for _, sel := range f.SelectionSet {
		part := costOf(ast.SelectionSet{sel}, vars)
		if child, ok := sel.(*ast.Field); !ok || child.Name == "nodes" || child.Name == "edges" {
			part *= size
		}
		sum += part
	}
	return sum
}

func isConnection(d *ast.FieldDefinition) bool {
	return d != nil && strings.HasSuffix(d.Type.Name(), "Connection")
}

func tooComplex(cost int) *apiError {
	// The real answer is on record in github.com/contentful-labs/gqli.rb/issues/23.
	e := inputError("Query too complex", "The query is too complex. Complexity: "+itoa(cost)+
		". Maximum allowed complexity: "+itoa(maxComplexity)+".")
	e.status = 400
	return e
}
