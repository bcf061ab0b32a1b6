package pass

import (
	"context"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// scopes gives, for each tracker whose stories a query narrows, the items that
// matched it when it was last read: an issue that stops matching is in no later
// page. A set that holds nothing leaves no rows; after a pull that went to its
// end it is empty, before that it is not known, and nothing is narrowed.
func (p *Pass) scopes(ctx context.Context, edges map[string]map[string][]roadmap.Edge) (map[string]map[roadmap.Key]bool, error) {
	scope := map[string]map[roadmap.Key]bool{}
	for _, t := range p.Org.Trackers {
		if t.JQL == "" {
			continue
		}
		rows := edges[t.Name][connectors.SetScope]
		if len(rows) == 0 {
			if _, complete, err := p.Store.Cursor(ctx, t.Name); err != nil {
				return nil, err
			} else if !complete {
				continue
			}
		}
		scope[t.Name] = make(map[roadmap.Key]bool, len(rows))
		for _, e := range rows {
			scope[t.Name][e.From] = true
		}
	}
	return scope, nil
}

// left gives the issues that carry something of ours and are neither in scope
// nor goals any more. No page brings what changed on them, and what we said
// there is about to be taken back: that must not rest on an old reading.
func (p *Pass) left(ctx context.Context, w *world, members map[roadmap.Key]bool) ([]roadmap.Key, error) {
	ours, _, err := p.Store.Ours(ctx)
	if err != nil {
		return nil, err
	}
	var left []roadmap.Key
	for k, o := range ours {
		i, known := w.byKey[k]
		if !known || w.items[i].InScope || w.items[i].Kind != roadmap.KindIssue || members[k] {
			continue
		}
		if len(o.Labels) > 0 || o.Comment != nil && !o.Comment.Deleted && len(o.Comment.Rules) > 0 {
			left = append(left, k)
		}
	}
	slices.SortFunc(left, roadmap.Key.Compare)
	return left, nil
}

// unseen gives the members of a scope or of a goal source that no page has
// brought: they have come to match its query without having been changed, as
// with "sprint in openSprints()" on the day the sprint starts.
func (w *world) unseen() []roadmap.Key {
	var unseen []roadmap.Key
	for _, sets := range w.edges {
		for name, edges := range sets {
			if name != connectors.SetScope && !strings.HasPrefix(name, connectors.SetGoals) {
				continue
			}
			for _, e := range edges {
				if _, known := w.byKey[e.From]; !known {
					unseen = append(unseen, e.From)
				}
			}
		}
	}
	slices.SortFunc(unseen, roadmap.Key.Compare)
	return slices.Compact(unseen)
}
