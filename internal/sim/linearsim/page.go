package linearsim

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Page sizes (linear.app/developers/pagination). The maximum is not documented;
// 250 is what every known client keeps to, so more is refused here.
const (
	defaultPage = 50
	maxPage     = 250
)

// page makes a connection of the nodes that a field's arguments select: those
// not archived unless asked for, through the filter, newest first by creation
// or by update, from the cursor on.
func (v *view) page(nodes []node, args map[string]any, f *ast.FieldDefinition) (node, *apiError) {
	size, backwards, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	byUpdate := args["orderBy"] == "updatedAt"
	nodes = v.selected(nodes, args, f)
	if v.err != nil {
		return nil, v.err
	}
	slices.SortFunc(nodes, func(a, b node) int { return comparePlaces(placeOf(b, byUpdate), placeOf(a, byUpdate)) })

	all := len(nodes)
	after, err := readCursor(args, "after")
	if err != nil {
		return nil, err
	}
	before, err := readCursor(args, "before")
	if err != nil {
		return nil, err
	}
	start, end := 0, all
	if after != nil {
		start = boundary(nodes, byUpdate, func(c int) bool { return c < 0 }, *after)
	}
	if before != nil {
		end = max(start, boundary(nodes, byUpdate, func(c int) bool { return c <= 0 }, *before))
	}
	if backwards {
		start = max(start, end-size)
	} else {
		end = min(end, start+size)
	}
	return connection(nodes[start:end], byUpdate, start > 0, end < all, strings.TrimSuffix(f.Type.Name(), "Connection")), nil
}

func (v *view) selected(nodes []node, args map[string]any, f *ast.FieldDefinition) []node {
	filter, _ := args["filter"].(map[string]any)
	var def *ast.Definition
	if a := f.Arguments.ForName("filter"); a != nil {
		def = v.s.schema.ast.Types[a.Type.Name()]
	}
	out := make([]node, 0, len(nodes))
	for _, n := range nodes {
		if e, ok := n.(entry); ok && !e.entry().row.archivedAt.IsZero() && args["includeArchived"] != true {
			continue
		}
		if u, ok := n.(*User); ok && !u.Active && args["includeDisabled"] != true {
			continue
		}
		if filter == nil || v.matches(n, filter, def) {
			out = append(out, n)
		}
	}
	return out
}

func pageSize(args map[string]any) (size int, backwards bool, _ *apiError) {
	for _, name := range []string{"first", "last"} {
		x, given := number(args[name])
		if !given {
			continue
		}
		if x < 1 || x > maxPage {
			return 0, false, invalidInput(name, "range", fmt.Sprintf("%s must be between 1 and %d.", name, maxPage))
		}
		return int(x), name == "last", nil
	}
	return defaultPage, false, nil
}

// spot is where a node stands in an order, and what a cursor holds. Rows that
// are written to during a crawl therefore jump to the front and shift no other
// row across the boundary of a page.
type spot struct {
	ms  int64
	seq int
}

func placeOf(n node, byUpdate bool) spot {
	e, ok := n.(entry)
	if !ok {
		return spot{}
	}
	p := e.entry()
	t := p.created
	if byUpdate {
		t = p.updated
	}
	return spot{t.UnixMilli(), p.row.seq}
}

func comparePlaces(a, b spot) int { return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.seq, b.seq)) }

// boundary is the index of the first node whose comparison with the cursor
// passes.
func boundary(nodes []node, byUpdate bool, pass func(int) bool, cursor spot) int {
	for i, n := range nodes {
		if pass(comparePlaces(placeOf(n, byUpdate), cursor)) {
			return i
		}
	}
	return len(nodes)
}

func (s spot) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", s.ms, s.seq))
}

func readCursor(args map[string]any, name string) (*spot, *apiError) {
	text, _ := args[name].(string)
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	ms, seq, ok := strings.Cut(string(raw), ":")
	m, err2 := strconv.ParseInt(ms, 10, 64)
	n, err3 := strconv.Atoi(seq)
	if err != nil || !ok || err2 != nil || err3 != nil {
		return nil, invalidInput(name, "isCursor", name+" must be a cursor.")
	}
	return &spot{m, n}, nil
}

func connection(nodes []node, byUpdate, earlier, later bool, typ string) node {
	edges := make([]node, len(nodes))
	info := map[string]any{"hasPreviousPage": earlier, "hasNextPage": later}
	for i, n := range nodes {
		cursor := placeOf(n, byUpdate).String()
		edges[i] = record{typ + "Edge", map[string]any{"node": n, "cursor": cursor}}
		if i == 0 {
			info["startCursor"] = cursor
		}
		info["endCursor"] = cursor
	}
	return record{typ + "Connection", map[string]any{
		"nodes": nodes, "edges": edges, "pageInfo": record{"PageInfo", info},
	}}
}

// timeText is the form in which Linear writes times.
func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
