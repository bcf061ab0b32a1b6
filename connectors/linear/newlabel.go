package linear

import (
	"context"
	"errors"
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// labelColor of labels that we create: an orange that is none of Linear's
// priority colours.
const labelColor = "#F2994A"

// ensureLabel gives the id of the label to put on an item of the team, creating
// one for the whole workspace where there is none. What Linear refuses once is
// not asked for again.
func (t *Tracker) ensureLabel(ctx context.Context, c roadmap.Change, team string) (string, error) {
	key := fmt.Sprintf("%s %s %q", c.Kind, team, c.Value)
	if err, refused := t.refused[key]; refused {
		return "", err
	}
	id, err := t.findOrCreate(ctx, c, team)
	if kind := connectors.KindOf(err); kind == connectors.Invalid || kind == connectors.Forbidden {
		t.refused[key] = err
	}
	return id, err
}

func (t *Tracker) findOrCreate(ctx context.Context, c roadmap.Change, team string) (string, error) {
	if err := t.makeSure(ctx, c.Kind); err != nil {
		return "", err
	}
	op := fmt.Sprintf("find the label %q for %ss", c.Value, c.Kind)
	if l, ok := t.dir.labels[c.Kind].find(c.Value, team); ok && t.misgiven(op, c.Kind, c.Value, t.dir.labels) == nil {
		return l.id, nil
	}
	// Somebody may have made it since; the list is also read so that two items
	// in one pass do not create it twice after an answer that was lost.
	book, err := t.readLabels(ctx, c.Kind)
	if err != nil {
		return "", err
	}
	addNew(t.dir.labels[c.Kind].byID, book.byID)
	book = t.dir.labels[c.Kind]
	if err := t.misgiven(op, c.Kind, c.Value, t.dir.labels); err != nil {
		return "", err
	}
	if l, ok := book.find(c.Value, team); ok {
		return l.id, nil
	}
	if _, given := t.o.Config.LabelIDs[c.Value]; given {
		return "", t.noneGiven(op, c.Kind)
	}
	op = fmt.Sprintf("create the label %q for %ss", c.Value, c.Kind)
	if l, ok := book.near(c.Value); ok {
		return "", t.inTheWay(op, c.Value, l)
	}
	id, err := t.createLabel(ctx, op, c)
	if err != nil {
		return "", t.adviseOnLabel(err, c, book)
	}
	book.byID[id] = label{id: id, name: c.Value}
	t.log.Info("linear: created a label", "label", c.Value, "kind", string(c.Kind))
	return id, nil
}

// misgiven tells what is wrong with the id that label_ids give for a label; nil
// where nothing is or none is given. An id that is for another kind of item is
// as it should be where the rule labels two kinds: there the label's name counts.
// One that is for none is mistyped, and no other label is written in its place.
func (t *Tracker) misgiven(op string, kind roadmap.Kind, name string, books map[roadmap.Kind]*labelBook) error {
	id, given := t.o.Config.LabelIDs[name]
	if !given {
		return nil
	}
	if l, ok := books[kind].byID[id]; ok {
		switch {
		case l.group:
			return t.fail(op, connectors.Invalid, fmt.Errorf("label_ids gives %q, a group of labels", t.clean(l.name)), "give the id of a label in the group")
		case l.gone:
			return t.fail(op, connectors.Invalid, fmt.Errorf("label_ids gives %q, which is archived or retired", t.clean(l.name)), "restore it in Linear, or give the id of another label")
		}
		return nil
	}
	for _, b := range books {
		if _, ok := b.byID[id]; ok {
			return nil
		}
	}
	return t.fail(op, connectors.Invalid, fmt.Errorf("label_ids names no label that the %s sees", t.holder()), "copy the id again, or take it out of label_ids")
}

// noneGiven is the error where label_ids give a label for another kind of item
// only, and none of that name is there.
func (t *Tracker) noneGiven(op string, kind roadmap.Kind) error {
	return t.fail(op, connectors.Invalid, fmt.Errorf("label_ids names no label for %ss that the %s sees, and with it none is created", kind, t.holder()),
		fmt.Sprintf("give the id of a label for %ss, or create one of that name", kind))
}

// adviseOnLabel says what to do about a label that Linear would not create.
func (t *Tracker) adviseOnLabel(err error, c roadmap.Change, book *labelBook) error {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return err
	}
	other, ok := book.ofTeam(c.Value)
	switch {
	case e.Kind == connectors.Forbidden && lacks(err) == "":
		e.Try = fmt.Sprintf("let a workspace admin create the label %q (for %ss, in no group), or allow members to manage labels", c.Value, c.Kind)
	case e.Kind == connectors.Invalid && ok:
		e.Try = fmt.Sprintf("the team %s has a label %q: make it one of the whole workspace in Linear, or choose another label in the rule", other.team, t.clean(other.name))
	}
	return err
}

// inTheWay tells why a label of that name can be neither used nor created:
// Linear takes no two names that differ in case only.
func (t *Tracker) inTheWay(op, name string, l label) error {
	quoted := t.clean(l.name)
	switch {
	case l.group:
		return t.fail(op, connectors.Invalid, fmt.Errorf("%q is a group of labels", quoted), "choose another label in the rule, or rename the group")
	case l.grouped:
		return t.fail(op, connectors.Invalid, fmt.Errorf("%q is one of a group, of which an item can carry only one", quoted), "move it out of its group in Linear, or choose another label in the rule")
	case l.gone:
		return t.fail(op, connectors.Invalid, fmt.Errorf("%q is archived or retired", quoted), "restore it in Linear, or choose another label in the rule")
	case l.name != name:
		return t.fail(op, connectors.Invalid, fmt.Errorf("the workspace has %q", quoted), fmt.Sprintf("write the rule's label as %q", quoted))
	}
	return t.fail(op, connectors.Invalid, fmt.Errorf("%q cannot be used", quoted), "choose another label in the rule")
}

func (t *Tracker) createLabel(ctx context.Context, op string, c roadmap.Change) (string, error) {
	in := IssueLabelCreateInput{Name: c.Value, Color: labelColor, Description: fmt.Sprintf("Set and removed by alignd (%s)", t.o.Org)}
	var made *idNode
	var answered, success bool
	var err error
	switch c.Kind {
	case roadmap.KindProject:
		var m createProjectLabel
		err = t.mutate(ctx, op, &m, vars{"input": ProjectLabelCreateInput(in)})
		if p := m.Payload; p != nil {
			answered, success, made = true, p.Success, p.Label
		}
	case roadmap.KindInitiative:
		var m createInitiativeLabel
		err = t.mutate(ctx, op, &m, vars{"input": InitiativeLabelCreateInput(in)})
		if p := m.Payload; p != nil {
			answered, success, made = true, p.Success, p.Label
		}
	default:
		var m createIssueLabel
		err = t.mutate(ctx, op, &m, vars{"input": in})
		if p := m.Payload; p != nil {
			answered, success, made = true, p.Success, p.Label
		}
	}
	if err != nil {
		return "", err
	}
	if err := t.succeeded(op, answered, success); err != nil {
		return "", err
	}
	if made == nil || made.ID == "" {
		return "", t.fail(op, connectors.Unknown, errors.New("the answer does not name the new label"), "")
	}
	return made.ID, nil
}
