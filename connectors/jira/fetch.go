package jira

import (
	"context"
	"regexp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

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
	found, err := t.kind.bulk(ctx, op, want, t.schema.ask())
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
