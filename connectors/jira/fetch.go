package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// bulkMost is how many issues one bulk fetch may ask for.
const bulkMost = 100

var (
	issueKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*-[0-9]+$`)
	issueID  = regexp.MustCompile(`^[0-9]+$`)
)

// Fetch reads issues directly, by id or by human key. An issue that has moved
// comes under its new key. What cannot be an issue's id or key (labels hold all
// kinds of text) is left out without asking.
func (t *Tracker) Fetch(ctx context.Context, keys []roadmap.Key, refs []roadmap.Ref) ([]roadmap.Item, error) {
	if err := t.learn(ctx); err != nil {
		return nil, err
	}
	var want []string
	for _, k := range keys {
		if k.Tracker == t.name && issueID.MatchString(k.ID) {
			want = append(want, k.ID)
		}
	}
	for _, r := range refs {
		if r.Tracker() == t.name && issueKey.MatchString(r.Key()) {
			want = append(want, r.Key())
		}
	}
	const op = "fetch issues"
	found, err := t.bulk(ctx, op, want, t.schema.ask())
	if err != nil {
		return nil, err
	}
	var items []roadmap.Item
	seen := map[string]bool{} // an issue may have been asked for by id and by key
	for _, is := range found {
		if seen[is.ID] {
			continue
		}
		seen[is.ID] = true
		it, err := t.item(is)
		if err != nil {
			return nil, t.fail(op, connectors.Temporary, err, "")
		}
		items = append(items, it)
	}
	return items, nil
}

// bulk reads the named fields of issues, a hundred issues a request. Those that
// do not exist or may not be seen are left out.
func (t *Tracker) bulk(ctx context.Context, op string, want, fields []string) ([]wireIssue, error) {
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	var all []wireIssue
	for some := range slices.Chunk(want, bulkMost) {
		var found wireBulkFound
		r := request{op: op, method: http.MethodPost, path: "rest/api/2/issue/bulkfetch", body: wireBulk{IDs: some, Fields: fields}}
		if err := t.call(ctx, r, &found); err != nil {
			return nil, err
		}
		if found.Issues == nil {
			return nil, t.notJira(r, "the answer holds no issues")
		}
		if len(found.Errors) > 0 {
			e := found.Errors[0]
			return nil, t.fail(op, connectors.Temporary,
				fmt.Errorf("%d of %d issues could not be read, the first (%s): %w", len(found.Errors), len(some), t.safe(e.ID), errors.New(t.safe(e.Message))), "")
		}
		all = append(all, *found.Issues...)
	}
	return all, nil
}
