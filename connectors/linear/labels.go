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
}

// usable reports whether we may put the label on an item of the team.
func (l label) usable(team string) bool {
	return !l.group && !l.grouped && !l.gone && (l.team == "" || l.team == team)
}

// labelBook is all labels of one kind of item.
type labelBook struct {
	byID map[string]label
	// missing are ids that a second reading did not bring either, so that they
	// are not looked for again.
	missing map[string]bool
}

func newLabelBook() *labelBook {
	return &labelBook{byID: map[string]label{}, missing: map[string]bool{}}
}

// find gives the label to be put on an item of the team: the workspace's own,
// else the team's.
func (b *labelBook) find(name, team string) (label, bool) {
	if l, ok := b.first(func(l label) bool { return l.name == name && l.team == "" && l.usable(team) }); ok {
		return l, true
	}
	return b.first(func(l label) bool { return l.name == name && l.usable(team) })
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

// names gives the labels' names, sorted; a child of a group goes by its own name.
func (b *labelBook) names(ids []string) []string {
	var names []string
	for _, id := range ids {
		if l, ok := b.byID[id]; ok {
			names = append(names, l.name)
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
		err = drain(ctx, t, "list project labels", get, goal)
	case roadmap.KindInitiative:
		get := func() (any, **page[goalLabelNode]) { q := new(initiativeLabelsQuery); return q, &q.Page }
		err = drain(ctx, t, "list initiative labels", get, goal)
	default:
		get := func() (any, **page[issueLabelNode]) { q := new(issueLabelsQuery); return q, &q.Page }
		err = drain(ctx, t, "list issue labels", get, func(n issueLabelNode) {
			l := label{id: n.ID, name: text(n.Name), group: n.IsGroup, grouped: n.Parent != nil, gone: n.ArchivedAt != nil || n.RetiredAt != nil}
			if n.Team != nil {
				l.team = n.Team.Key
			}
			b.byID[n.ID] = l
		})
	}
	return b, err
}

// know makes sure that the names behind these label ids are known, reading the
// labels once more where one is new. What is still unknown then belongs to
// something that we may not see.
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
	fresh.missing = b.missing
	b = fresh
	for _, id := range ids {
		if isNew(id) {
			b.missing[id] = true
			t.log.Warn("linear: a label without a name that we may see", "label", id)
		}
	}
	t.dir.labels[kind] = b
	return nil
}

// meet makes sure that these people are known, reading all users once more
// where one is new.
func (t *Tracker) meet(ctx context.Context, ids []string) error {
	d := t.dir
	isNew := func(id string) bool { _, ok := d.users[id]; return !ok && !d.strangers[id] }
	if !slices.ContainsFunc(ids, isNew) {
		return nil
	}
	if err := t.readUsers(ctx, d); err != nil {
		return err
	}
	for _, id := range ids {
		if isNew(id) {
			d.strangers[id] = true
		}
	}
	return nil
}
