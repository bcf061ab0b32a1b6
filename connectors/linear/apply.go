package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func (t *Tracker) apply(ctx context.Context, c roadmap.Change) (remote string, err error) {
	if err := t.checkChange(c); err != nil {
		return "", err
	}
	if err := t.start(ctx); err != nil {
		return "", err
	}
	switch c.Action {
	case roadmap.CreateComment:
		return t.createComment(ctx, c)
	case roadmap.UpdateComment:
		return t.updateComment(ctx, c)
	case roadmap.AddLabel:
		return "", t.addLabel(ctx, c)
	}
	return "", t.removeLabel(ctx, c)
}

// checkChange refuses what cannot be sent, before anything is.
func (t *Tracker) checkChange(c roadmap.Change) error {
	op := fmt.Sprintf("%s on %s", c.Action, c.Ref)
	wrong := func(what string) error {
		return t.fail(op, connectors.Invalid, errors.New(what), tryReport)
	}
	comment := c.Action.IsComment()
	label := c.Action == roadmap.AddLabel || c.Action == roadmap.RemoveLabel
	switch {
	case c.Key.Tracker != t.name || c.Key.ID == "":
		return wrong(fmt.Sprintf("the change is not for this tracker: %s", c.Key))
	case c.Kind != roadmap.KindIssue && c.Kind != roadmap.KindProject && c.Kind != roadmap.KindInitiative:
		return wrong(fmt.Sprintf("nothing can be written to a %q", c.Kind))
	case !comment && !label:
		return wrong("no such action")
	case comment && c.Mark.ID == "" && (c.Remote == "" || c.Action == roadmap.CreateComment):
		return wrong("the comment has no id")
	case comment && len(c.Text) == 0:
		return wrong("the comment is empty")
	case label && c.Value == "":
		return wrong("the label has no name")
	}
	return nil
}

func (t *Tracker) addLabel(ctx context.Context, c roadmap.Change) error {
	on, err := t.recall(ctx, c)
	if err != nil {
		return err
	}
	id, err := t.ensureLabel(ctx, c, on.team)
	if err != nil {
		return err
	}
	if slices.Contains(on.labels, id) {
		return nil
	}
	return t.putLabel(ctx, c, id)
}

// removeLabel takes off every label of that name that the item carries. What is
// not there is already removed.
func (t *Tracker) removeLabel(ctx context.Context, c roadmap.Change) error {
	on, err := t.recall(ctx, c)
	if err != nil {
		return err
	}
	for _, id := range t.carried(c, on) {
		if err := t.putLabel(ctx, c, id); err != nil {
			return err
		}
	}
	return nil
}

// carried gives the labels of the change's name that the item carries. Where the
// file's label_ids give the label, that is the only one of ours.
func (t *Tracker) carried(c roadmap.Change, on known) []string {
	given := t.o.Config.LabelIDs[c.Value]
	book := t.dir.labels[c.Kind]
	var ids []string
	for _, id := range on.labels {
		if _, ours := book.byID[given]; ours && id != given {
			continue
		}
		if book.byID[id].is(c.Value) {
			ids = append(ids, id)
		}
	}
	return ids
}

// putLabel adds or removes one label by id. Whether Linear refuses a label that
// is there already is not documented, so after a refusal the item itself is
// asked whether it is as wished.
func (t *Tracker) putLabel(ctx context.Context, c roadmap.Change, label string) error {
	op := fmt.Sprintf("%s %q on %s", c.Action, c.Value, c.Ref)
	refused := t.sendLabel(ctx, op, c, label)
	if connectors.KindOf(refused) != connectors.Invalid {
		if refused == nil {
			t.remember(c, label)
		}
		return refused
	}
	delete(t.seen, c.Key.ID)
	on, err := t.recall(ctx, c)
	if err != nil {
		return refused
	}
	if slices.Contains(on.labels, label) == (c.Action == roadmap.AddLabel) {
		return nil
	}
	return refused
}

// sendLabel calls the one mutation that fits action and kind; a label set is
// never replaced as a whole, which would lose what people do meanwhile.
func (t *Tracker) sendLabel(ctx context.Context, op string, c roadmap.Change, label string) error {
	type call struct {
		doc any
		at  **done
	}
	var m call
	switch add := c.Action == roadmap.AddLabel; {
	case c.Kind == roadmap.KindProject && add:
		d := new(addProjectLabel)
		m = call{d, &d.Payload}
	case c.Kind == roadmap.KindProject:
		d := new(removeProjectLabel)
		m = call{d, &d.Payload}
	case c.Kind == roadmap.KindInitiative && add:
		d := new(addInitiativeLabel)
		m = call{d, &d.Payload}
	case c.Kind == roadmap.KindInitiative:
		d := new(removeInitiativeLabel)
		m = call{d, &d.Payload}
	case add:
		d := new(addIssueLabel)
		m = call{d, &d.Payload}
	default:
		d := new(removeIssueLabel)
		m = call{d, &d.Payload}
	}
	if err := t.mutate(ctx, op, m.doc, named(c.Key.ID, "labelId", graphql.String(label))); err != nil {
		return err
	}
	payload := *m.at
	return t.succeeded(op, payload != nil, payload != nil && payload.Success)
}

// recall gives what the last Fetch read of the item, reading it where there was none.
func (t *Tracker) recall(ctx context.Context, c roadmap.Change) (known, error) {
	if on, ok := t.seen[c.Key.ID]; ok {
		return on, nil
	}
	f := fetching{t: t, found: map[string]bool{}}
	var err error
	ids := &within{In: []string{c.Key.ID}}
	switch c.Kind {
	case roadmap.KindProject:
		err = f.projects(ctx, 1, ProjectFilter{ID: ids})
	case roadmap.KindInitiative:
		err = f.initiatives(ctx, 1, InitiativeFilter{ID: ids})
	default:
		err = f.issues(ctx, 1, IssueFilter{ID: ids})
	}
	if err != nil {
		return known{}, err
	}
	on, ok := t.seen[c.Key.ID]
	if !ok {
		return known{}, t.fail(fmt.Sprintf("%s on %s", c.Action, c.Ref), connectors.NotFound,
			fmt.Errorf("it is gone, or the %s may no longer see it", t.holder()), "")
	}
	return on, nil
}

// remember keeps what is known of an item true after a label was written.
func (t *Tracker) remember(c roadmap.Change, label string) {
	on := t.seen[c.Key.ID]
	on.labels = slices.DeleteFunc(slices.Clone(on.labels), func(id string) bool { return id == label })
	if c.Action == roadmap.AddLabel {
		on.labels = append(on.labels, label)
	}
	t.seen[c.Key.ID] = on
}

// succeeded reads a mutation's payload.
func (t *Tracker) succeeded(op string, answered, success bool) error {
	switch {
	case !answered:
		return t.fail(op, connectors.Unknown, errors.New("the answer does not say whether it was done"), "")
	case !success:
		return t.fail(op, connectors.Temporary, errors.New("it was not done, and Linear does not say why"), "")
	}
	return nil
}

// isConflict reports whether Linear refused to make what is there already.
func isConflict(err error) bool {
	var no *refusal
	return errors.As(err, &no) && no.conflict
}

// named gives the variables of a mutation of one thing. Linear types ids in
// arguments as String.
func named(id, name string, value any) vars {
	return vars{"id": graphql.String(id), name: value}
}
