package pass

import (
	"context"
	"slices"
	"strings"

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
		rows := edges[t.Name][roadmap.SetScope]
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

// spoken gives the items on which something of ours stands open. They are read
// directly in every pass: one that has moved out of the projects, or was
// deleted, comes with no page, and what we said of it must not outlive it.
func (w *world) spoken() []roadmap.Key {
	var keys []roadmap.Key
	for k, o := range w.ours {
		if _, known := w.byKey[k]; !known {
			continue
		}
		if len(o.Labels) > 0 || o.Comment != nil && !o.Comment.Deleted && len(o.Comment.Rules) > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, roadmap.Key.Compare)
	return keys
}

// unseen gives the members of a scope or of a goal source that no page has
// brought: they have come to match its query without having been changed, as
// with "sprint in openSprints()" on the day the sprint starts.
func (w *world) unseen() []roadmap.Key {
	var unseen []roadmap.Key
	for _, sets := range w.edges {
		for name, edges := range sets {
			if name != roadmap.SetScope && !strings.HasPrefix(name, roadmap.SetGoals) {
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

// veiled gives the items of which a tracker withholds what they belong to: no
// page brings them again when that comes to be seen.
func (w *world) veiled() []roadmap.Key {
	var veiled []roadmap.Key
	for _, it := range w.items {
		if slices.ContainsFunc(it.Links, roadmap.Link.Withheld) {
			veiled = append(veiled, it.Key)
		}
	}
	return veiled
}
