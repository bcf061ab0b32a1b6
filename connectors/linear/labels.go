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
	sure    bool              // it was read whole, by this Tracker; see makeSure
	// withheld: a plan or a scope keeps labels of that kind from us.
	withheld bool
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

func (n issueLabelNode) label() label {
	l := label{id: n.ID, name: text(n.Name), group: n.IsGroup, grouped: n.Parent != nil, gone: n.ArchivedAt != nil || n.RetiredAt != nil}
	if n.Team != nil {
		l.team = n.Team.Key
	}
	return l
}

func (n goalLabelNode) label() label {
	return label{id: n.ID, name: text(n.Name), group: n.IsGroup, grouped: n.Parent != nil, gone: n.ArchivedAt != nil || n.RetiredAt != nil}
}

// book makes a book of labels, with the names that the file has for some.
func (t *Tracker) book(labels map[string]label) *labelBook {
	for name, id := range t.o.Config.LabelIDs {
		if l, ok := labels[id]; ok {
			l.alias = name
			labels[id] = l
		}
	}
	return &labelBook{byID: labels, missing: map[string]bool{}}
}

// readLabels reads all labels for one kind of item.
func (t *Tracker) readLabels(ctx context.Context, kind roadmap.Kind) (*labelBook, error) {
	if kind == roadmap.KindIssue {
		l, err := t.issueLabelList().whole(ctx, t)
		return t.book(rowsAs(l, issueLabelNode.label)), err
	}
	l, err := t.goalLabelList(kind).whole(ctx, t)
	return t.book(rowsAs(l, goalLabelNode.label)), err
}

// know makes sure that the names behind these label ids are known, reading the
// labels once more where one is new. What was known keeps its name: see names.
// What is still unknown then belongs to something that we may not see.
func (t *Tracker) know(ctx context.Context, kind roadmap.Kind, ids []string) error {
	b := t.dir.labels[kind]
	isNew := func(id string) bool { _, ok := b.byID[id]; return !ok && !b.missing[id] }
	if b.withheld || !slices.ContainsFunc(ids, isNew) {
		return nil
	}
	fresh, err := t.readLabels(ctx, kind)
	if b.withheld = kind != roadmap.KindIssue && lacks(err) != ""; b.withheld {
		t.warnOfLabels(kind, err)
		return nil
	}
	if err != nil {
		return err
	}
	t.met(ctx, labelNames()[kind], addNew(b.byID, fresh.byID))
	for _, id := range ids {
		if isNew(id) {
			b.missing[id] = true
			t.log.Warn("linear: a label without a name that we may see", "label", id)
		}
	}
	return nil
}

// makeSure reads the labels of one kind whole before one is written, where so far
// they are known by what has changed: a label that was deleted for good would
// still stand there, and be refused. Names stay as they are; see names.
func (t *Tracker) makeSure(ctx context.Context, kind roadmap.Kind) error {
	b := t.dir.labels[kind]
	if b.sure {
		return nil
	}
	fresh, err := t.readLabels(ctx, kind)
	if err != nil {
		return err
	}
	b.sure = true
	for id, l := range b.byID {
		is, there := fresh.byID[id]
		if !there {
			delete(b.byID, id)
			t.forget(ctx)
			continue
		}
		is.name, is.alias = l.name, l.alias
		b.byID[id] = is
	}
	addNew(b.byID, fresh.byID)
	return nil
}
