package pass

import (
	"context"
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// world is what is known of the org's trackers, in memory for one mapping.
type world struct {
	items []roadmap.Item
	edges map[string]map[string][]roadmap.Edge
	byKey map[roadmap.Key]int
	byRef map[roadmap.Ref]int
	// missing are items that were not found where they should be, once.
	missing map[roadmap.Key]bool
	ours    map[roadmap.Key]roadmap.Ours
	// searched are items on which comments of ours were looked for already.
	searched map[roadmap.Key]bool
	// scope holds, by tracker, the items that may be stories where a query of
	// the file narrows them. A tracker without an entry: all of its projects.
	scope map[string]map[roadmap.Key]bool
}

// load reads the stored items of the trackers that the file still names, and what
// is ours on them. What is in scope is decided by the file of today, not by that
// of the day of the pull, and an item that has moved out of its project has left it.
func (p *Pass) load(ctx context.Context) (*world, error) {
	all, missing, err := p.Store.Items(ctx)
	if err != nil {
		return nil, err
	}
	w := &world{byKey: map[roadmap.Key]int{}, byRef: map[roadmap.Ref]int{}, missing: missing}
	if w.edges, err = p.Store.Edges(ctx); err != nil {
		return nil, err
	}
	if w.ours, w.searched, err = p.Store.Ours(ctx); err != nil {
		return nil, err
	}
	if w.scope, err = p.scopes(ctx, w.edges); err != nil {
		return nil, err
	}
	for _, it := range all {
		t, known := p.Org.Tracker(it.Key.Tracker)
		if !known {
			continue
		}
		it.InScope = it.InScope && inScope(t, &it)
		w.put(it)
	}
	return w, nil
}

// inScope reports whether an item is in a configured project or team.
func inScope(t config.Tracker, it *roadmap.Item) bool {
	if t.Type == config.Linear {
		return slices.Contains(t.Teams, it.Team)
	}
	// Jira takes a project key in any case.
	return slices.ContainsFunc(t.Projects, func(key string) bool { return strings.EqualFold(key, it.Project) })
}

// put adds an item or replaces it. Trackers tell whether an item is in a project
// of ours; whether it is in a scope narrower than that is known here.
func (w *world) put(it roadmap.Item) {
	if members, narrowed := w.scope[it.Key.Tracker]; narrowed && !members[it.Key] {
		it.InScope = false
	}
	i, known := w.byKey[it.Key]
	if known {
		it.Succeed(w.items[i])
	} else {
		i = len(w.items)
		w.items = append(w.items, roadmap.Item{})
		w.byKey[it.Key] = i
	}
	w.items[i] = it
	w.byRef[it.Ref] = i
	for _, former := range it.Former {
		ref := roadmap.NewRef(it.Key.Tracker, former)
		if _, taken := w.byRef[ref]; !taken {
			w.byRef[ref] = i
		}
	}
}

// maxRounds bounds how many levels of parents are fetched outside the
// configured projects; real hierarchies have fewer than ten.
const maxRounds = 20

// meet fetches what links and fields lead to outside what is pulled: what is met
// for the first time, and what was met before, which no pull keeps fresh;
// likewise what carries something of ours, and what has come into the scope
// without being changed. Each is asked for once, however many items lead to it.
// What does not come is not there, or not ours to see, and stays out: mapping
// tells what that makes of a chain that leads to it.
func (p *Pass) meet(ctx context.Context, w *world, incomplete map[string]bool, o *Outcome) error {
	if p.Offline {
		return nil
	}
	members := map[roadmap.Key]bool{}
	for _, sets := range w.edges {
		for name, edges := range sets {
			if strings.HasPrefix(name, roadmap.SetGoals) {
				for _, e := range edges {
					members[e.From] = true
				}
			}
		}
	}
	asked := map[string]bool{}
	pending := slices.Clone(w.items) // whose links were not looked at yet
	first := slices.Concat(w.spoken(), w.unseen(), w.veiled())
	slices.SortFunc(first, roadmap.Key.Compare)
	first = slices.Compact(first)
	for round := range maxRounds {
		keys, refs := map[string][]roadmap.Key{}, map[string][]roadmap.Ref{}
		if round == 0 {
			for _, k := range first {
				asked[k.String()] = true
				keys[k.Tracker] = append(keys[k.Tracker], k)
			}
		}
		for _, it := range pending {
			for _, l := range slices.Concat(it.Links, p.fieldLinks(&it)) {
				p.want(w, l, members, asked, keys, refs)
			}
		}
		pending = nil
		for _, t := range p.Org.Trackers {
			if incomplete[t.Name] || len(keys[t.Name])+len(refs[t.Name]) == 0 {
				continue
			}
			items, err := p.Trackers[t.Name].Fetch(ctx, keys[t.Name], refs[t.Name])
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				incomplete[t.Name] = true
				o.Troubles = append(o.Troubles, err)
				if err := p.broken(ctx, t.Name); err != nil {
					return err
				}
				continue
			}
			if err := p.putFetched(ctx, w, keys[t.Name], items); err != nil {
				return err
			}
			pending = append(pending, items...)
		}
		if len(pending) == 0 {
			return nil
		}
	}
	return nil
}

// fieldLinks gives what an item's fields name in its own Jira, as links. The key
// of a goal in the file is none of Jira's.
func (p *Pass) fieldLinks(it *roadmap.Item) []roadmap.Link {
	var links []roadmap.Link
	for _, way := range p.Org.Links {
		for _, value := range it.Fields[way.Field] {
			ref, ok := mapping.FieldRef(it.Key.Tracker, value)
			if ok && !p.fileGoal(ref.Key()) {
				links = append(links, roadmap.Link{Way: roadmap.WayField, ToRef: ref})
			}
		}
	}
	return links
}

func (p *Pass) fileGoal(id string) bool {
	return slices.ContainsFunc(p.Org.Roadmap, func(src config.Source) bool {
		return slices.ContainsFunc(src.File, func(g config.FileGoal) bool { return g.ID == id })
	})
}

// want notes a link whose target must be fetched.
func (p *Pass) want(w *world, l roadmap.Link, members map[roadmap.Key]bool, asked map[string]bool, keys map[string][]roadmap.Key, refs map[string][]roadmap.Ref) {
	if l.Withheld() || !slices.ContainsFunc(p.Org.Links, func(way config.LinkWay) bool { return way.Way == l.Way }) {
		return
	}
	i, known := w.byKey[l.To]
	if l.To.IsZero() {
		i, known = w.byRef[l.ToRef]
	}
	if known {
		it := &w.items[i]
		if it.InScope || it.Kind != roadmap.KindIssue || members[it.Key] {
			return // the pull keeps it fresh
		}
		if !asked[it.Key.String()] {
			asked[it.Key.String()] = true
			keys[it.Key.Tracker] = append(keys[it.Key.Tracker], it.Key)
		}
		return
	}
	if !l.To.IsZero() {
		if !asked[l.To.String()] {
			asked[l.To.String()] = true
			keys[l.To.Tracker] = append(keys[l.To.Tracker], l.To)
		}
		return
	}
	if !asked[string(l.ToRef)] {
		asked[string(l.ToRef)] = true
		refs[l.ToRef.Tracker()] = append(refs[l.ToRef.Tracker()], l.ToRef)
	}
}

// putFetched stores what was read directly and drops what was not there, in the
// second pass that does not find it.
func (p *Pass) putFetched(ctx context.Context, w *world, asked []roadmap.Key, items []roadmap.Item) error {
	if err := p.Store.PutItems(ctx, items); err != nil {
		return err
	}
	came := map[roadmap.Key]bool{}
	for _, it := range items {
		came[it.Key] = true
		delete(w.missing, it.Key)
		w.put(it)
	}
	missed := slices.DeleteFunc(slices.Clone(asked), func(k roadmap.Key) bool {
		_, known := w.byKey[k]
		return came[k] || !known
	})
	gone, err := p.Store.Missed(ctx, missed, p.began)
	for _, k := range missed {
		w.missing[k] = true
	}
	if len(gone) > 0 {
		w.drop(gone)
	}
	return err
}

// drop takes items out.
func (w *world) drop(gone []roadmap.Key) {
	out := map[roadmap.Key]bool{}
	for _, k := range gone {
		out[k] = true
	}
	kept := w.items
	w.items, w.byKey, w.byRef = nil, map[roadmap.Key]int{}, map[roadmap.Ref]int{}
	for _, it := range kept {
		if !out[it.Key] {
			w.put(it)
		}
	}
}
