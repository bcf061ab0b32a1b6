package linear

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// label is one label of the workspace.
type label struct {
	id, name string
	group    bool   // a group cannot be put on anything
	grouped  bool   // one of a group: only one of them can be on an item
	gone     bool   // archived or retired
	team     string // key of the team that it belongs to; "" for the workspace
	alias    string // what the file's label_ids calls it; "" where they do not name it
}

// is reports whether the label goes by that name among us.
func (l label) is(name string) bool { return l.name == name || l.alias == name }

// labelBook is all labels of one kind of item.
type labelBook struct {
	byID map[string]label
	// missing are ids that a second reading did not bring either, so that they
	// are not looked for again.
	missing map[string]bool
	above   map[string]string // the team above a team, by their keys
}

func newLabelBook() *labelBook {
	return &labelBook{byID: map[string]label{}, missing: map[string]bool{}}
}

// find gives the label to be put on an item of the team: the one that the file
// names by its id, else the workspace's own, else the team's or that of a team
// above it.
func (b *labelBook) find(name, team string) (label, bool) {
	if l, ok := b.first(func(l label) bool { return l.alias == name }); ok {
		return l, true
	}
	if l, ok := b.first(func(l label) bool { return l.name == name && l.team == "" && b.usable(l, team) }); ok {
		return l, true
	}
	return b.first(func(l label) bool { return l.name == name && b.usable(l, team) })
}

// usable reports whether we may put the label on an item of the team.
func (b *labelBook) usable(l label, team string) bool {
	if l.group || l.grouped || l.gone {
		return false
	}
	for range 20 { // no tree of teams is so deep; a circle ends here
		if l.team == "" || l.team == team {
			return true
		}
		team = b.above[team]
	}
	return false
}

// near gives a label of the workspace of nearly that name, which stands in the
// way of creating one.
func (b *labelBook) near(name string) (label, bool) {
	return b.first(func(l label) bool { return strings.EqualFold(l.name, name) && l.team == "" })
}

// ofTeam gives a label of nearly that name that belongs to some team.
func (b *labelBook) ofTeam(name string) (label, bool) {
	return b.first(func(l label) bool { return strings.EqualFold(l.name, name) && l.team != "" })
}

// first gives the matching label with the lowest id, so that the same book
// always gives the same answer.
func (b *labelBook) first(match func(label) bool) (label, bool) {
	for _, id := range slices.Sorted(maps.Keys(b.byID)) {
		if l := b.byID[id]; match(l) {
			return l, true
		}
	}
	return label{}, false
}

// names gives the labels' names, sorted; a child of a group goes by its own
// name, and one of the file's label_ids by the file's name for it as well.
func (b *labelBook) names(ids []string) []string {
	var names []string
	for _, id := range ids {
		if l, ok := b.byID[id]; ok {
			names = append(names, l.name)
			if l.alias != "" {
				names = append(names, l.alias)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readLabels reads all labels for one kind of item.
func (t *Tracker) readLabels(ctx context.Context, kind roadmap.Kind) (*labelBook, error) {
	b := newLabelBook()
	goal := func(n goalLabelNode) {
		b.byID[n.ID] = label{id: n.ID, name: text(n.Name), group: n.IsGroup, grouped: n.Parent != nil, gone: n.ArchivedAt != nil || n.RetiredAt != nil}
	}
	var err error
	switch kind {
	case roadmap.KindProject:
		get := func() (any, **page[goalLabelNode]) { q := new(projectLabelsQuery); return q, &q.Page }
		err = drain(ctx, t, "list project labels", nil, get, goal)
	case roadmap.KindInitiative:
		get := func() (any, **page[goalLabelNode]) { q := new(initiativeLabelsQuery); return q, &q.Page }
		err = drain(ctx, t, "list initiative labels", nil, get, goal)
	default:
		get := func() (any, **page[issueLabelNode]) { q := new(issueLabelsQuery); return q, &q.Page }
		err = drain(ctx, t, "list issue labels", nil, get, func(n issueLabelNode) {
			l := label{id: n.ID, name: text(n.Name), group: n.IsGroup, grouped: n.Parent != nil, gone: n.ArchivedAt != nil || n.RetiredAt != nil}
			if n.Team != nil {
				l.team = n.Team.Key
			}
			b.byID[n.ID] = l
		})
	}
	for name, id := range t.o.Config.LabelIDs {
		if l, ok := b.byID[id]; ok {
			l.alias = name
			b.byID[id] = l
		}
	}
	return b, err
}

// know makes sure that the names behind these label ids are known, reading the
// labels once more where one is new. What was known keeps its name: see names.
// What is still unknown then belongs to something that we may not see.
func (t *Tracker) know(ctx context.Context, kind roadmap.Kind, ids []string) error {
	b := t.dir.labels[kind]
	isNew := func(id string) bool { _, ok := b.byID[id]; return !ok && !b.missing[id] }
	if !slices.ContainsFunc(ids, isNew) {
		return nil
	}
	fresh, err := t.readLabels(ctx, kind)
	if err != nil {
		return err
	}
	addNew(b.byID, fresh.byID)
	for _, id := range ids {
		if isNew(id) {
			b.missing[id] = true
			t.log.Warn("linear: a label without a name that we may see", "label", id)
		}
	}
	return nil
}

// meet makes sure that these people and cycles are known, reading all once more
// where one is new.
func (t *Tracker) meet(ctx context.Context, people, cycles []string) error {
	d := t.dir
	var fresh directory
	if slices.ContainsFunc(people, func(id string) bool { return isNew(d, d.users, id) }) {
		if err := t.readUsers(ctx, &fresh); err != nil {
			return err
		}
		addNew(d.users, fresh.users)
	}
	if slices.ContainsFunc(cycles, func(id string) bool { return isNew(d, d.cycles, id) }) {
		if err := t.readCycles(ctx, &fresh); err != nil {
			return err
		}
		addNew(d.cycles, fresh.cycles)
	}
	for _, id := range people {
		d.strangers[id] = isNew(d, d.users, id) || d.strangers[id]
	}
	for _, id := range cycles {
		d.strangers[id] = isNew(d, d.cycles, id) || d.strangers[id]
	}
	return nil
}

func isNew[V any](d *directory, known map[string]V, id string) bool {
	_, ok := known[id]
	return !ok && !d.strangers[id]
}

func addNew[V any](to, from map[string]V) {
	for id, v := range from {
		if _, known := to[id]; !known {
			to[id] = v
		}
	}
}
