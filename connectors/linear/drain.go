package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
)

// onePage asks for one page of a connection. get makes a fresh document and
// gives the place in it that the answer is decoded into. A nil page is an
// error: the answer held something else.
func onePage[N any](ctx context.Context, t *Tracker, op string, v vars, get func() (any, **page[N])) (*page[N], []answerError, error) {
	var at **page[N]
	partial, err := t.ask(ctx, op, v, func() (doc any) { doc, at = get(); return doc })
	if err != nil {
		return nil, nil, err
	}
	p := *at
	if p == nil || p.PageInfo == nil {
		if len(partial) > 0 {
			return nil, nil, t.partialOnly(op, partial[0])
		}
		return nil, nil, t.fail(op, connectors.Temporary, errors.New("the answer does not hold the page that was asked for"), "")
	}
	return p, partial, nil
}

// ask sends a document of one page or of several side by side, for fewer rows
// of each where Linear has measured that so many cost too much.
func (t *Tracker) ask(ctx context.Context, op string, v vars, get func() any) ([]answerError, error) {
	for {
		first := t.affordable(op, v["first"].(graphql.Int))
		v["first"] = first
		t.budget.cost = 0
		partial, err := t.query(ctx, op, get(), v)
		if t.budget.cost > 0 {
			t.perRow[op] = t.budget.cost / float64(first)
		}
		var no *refusal
		if errors.As(err, &no) && no.complex && first > 1 {
			t.perRow[op] = max(t.perRow[op], 2*roomyPoints/float64(first)) // half as many the next time, or fewer
			continue
		}
		return partial, err
	}
}

// affordable gives how many of so many rows one query may ask for, as far as
// Linear has measured it.
func (t *Tracker) affordable(op string, rows graphql.Int) graphql.Int {
	if each := t.perRow[op]; each > 0 {
		return max(1, min(rows, graphql.Int(roomyPoints/each)))
	}
	return rows
}

// partialOnly is the error for an answer whose data are of no use. What Linear
// does not find then is something beside what was asked for.
func (t *Tracker) partialOnly(op string, e answerError) error {
	v, ok := judge(e)
	if !ok || v.kind == connectors.NotFound {
		v.kind = connectors.Temporary
	}
	return t.fail(op, v.kind, fmt.Errorf("Linear withheld part of the answer: %s", t.words(e)), v.try)
}

// next gives the cursor after a page, or "" at the end. A page that says there
// is more but leads nowhere new would be asked for for ever: that is an error.
func (t *Tracker) next(op string, info *pageInfo, after string) (string, error) {
	if !info.HasNextPage {
		return "", nil
	}
	if info.EndCursor == nil || *info.EndCursor == "" || *info.EndCursor == after {
		return "", t.fail(op, connectors.Temporary, errors.New("there is more, says Linear, but its page cursor stands still"), "")
	}
	if after == "" || t.passed[op] == nil {
		t.passed[op] = map[string]bool{}
	}
	if t.passed[op][*info.EndCursor] {
		return "", t.fail(op, connectors.Temporary, errors.New("the page cursors go round in a circle"), "")
	}
	t.passed[op][*info.EndCursor] = true
	return *info.EndCursor, nil
}

// whole judges an answer that came with errors. A row that was withheld would be
// taken for one that does not exist, so the answer is of no use; what is only
// missing inside a row is logged.
func (t *Tracker) whole(op string, withheld bool, partial []answerError) error {
	if withheld && len(partial) > 0 {
		return t.partialOnly(op, partial[0])
	}
	for _, e := range partial {
		t.log.Warn("linear: part of an answer is missing", "op", op, "error", t.words(e))
	}
	return nil
}

// withheld reports whether a row is null: Linear tells of it in errors.
func (p *page[N]) withheld() bool {
	return slices.ContainsFunc(p.Nodes, func(n N) bool { return reflect.ValueOf(n).IsZero() })
}

// drain reads a connection from a page cursor, or "", to its end, giving the
// rows of each page to keep; torn says that something is missing inside one of
// them. more are the variables besides those of paging.
func drain[N any](ctx context.Context, t *Tracker, op, after string, more vars, get func() (any, **page[N]), keep func(rows []N, torn bool)) error {
	for {
		v := paged(t.o.PageSize, after)
		maps.Copy(v, more)
		p, partial, err := onePage(ctx, t, op, v, get)
		if err != nil {
			return err
		}
		if err := t.whole(op, p.withheld(), partial); err != nil {
			return err
		}
		keep(p.Nodes, len(partial) > 0)
		if after, err = t.next(op, p.PageInfo, after); err != nil || after == "" {
			return err
		}
	}
}
