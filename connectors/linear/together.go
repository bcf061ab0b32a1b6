package linear

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Together is how many items' labels go with one request: the most issues that
// issueBatchUpdate takes (see the schema's description of its ids).
func (t *Tracker) Together() int { return idsPerRequest }

// Apply makes changes. Where the labels of several issues change alike, one
// request changes them all.
func (t *Tracker) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	receipts := make([]connectors.Receipt, len(changes))
	var spent error // of a limit or a credential: what is left would be refused alike
	note := func(err error) {
		if kind := connectors.KindOf(err); kind == connectors.RateLimited || kind == connectors.Auth {
			spent = err
		}
	}
	alone := func(indexes []int) {
		for _, i := range indexes {
			if spent != nil {
				receipts[i].Err = spent
				continue
			}
			receipts[i].Remote, receipts[i].Err = t.apply(ctx, changes[i])
			note(receipts[i].Err)
		}
	}
	lots, rest := t.lots(ctx, changes)
	for _, l := range lots {
		if spent != nil {
			alone(l.changes())
			continue
		}
		again, err := t.batch(ctx, l)
		switch connectors.KindOf(err) {
		case "":
			alone(again)
		case connectors.Invalid, connectors.NotFound, connectors.Forbidden:
			// What one bad issue does to the others is not documented.
			alone(l.changes())
		default:
			// Asked one by one Linear would fail alike. Where the outcome is not
			// known, the labels themselves tell it later.
			for _, i := range l.changes() {
				receipts[i].Err = err
			}
			note(err)
		}
	}
	alone(rest)
	return receipts
}

// relabel is what becomes of one issue's labels.
type relabel struct {
	id          string
	add, remove []string // ids of labels
	changes     []int
}

// alike tells what is changed; equal for issues that can go together.
func (r relabel) alike() string {
	slices.Sort(r.add)
	slices.Sort(r.remove)
	return strings.Join(r.add, ",") + "-" + strings.Join(r.remove, ",")
}

// done reports whether the issue carries the labels as wished.
func (r relabel) done(labels []string) bool {
	lacks := func(id string) bool { return !slices.Contains(labels, id) }
	return !slices.ContainsFunc(r.add, lacks) && !slices.ContainsFunc(r.remove, func(id string) bool { return !lacks(id) })
}

// lot is issues whose labels change alike.
type lot []relabel

func (l lot) changes() []int {
	var all []int
	for _, r := range l {
		all = append(all, r.changes...)
	}
	return all
}

// lots sorts out which changes go together, and which go alone: those that are
// not of issues' labels, those in which something is wrong already, and those
// that are alike to no other.
func (t *Tracker) lots(ctx context.Context, changes []roadmap.Change) (lots []lot, alone []int) {
	var issues []relabel
	if len(changes) > 1 && t.start(ctx) == nil && t.recallAll(ctx, changes) == nil {
		issues, alone = t.relabels(ctx, changes)
	} else {
		for i := range changes {
			alone = append(alone, i)
		}
	}
	at := map[string]int{}
	for _, r := range issues {
		i, known := at[r.alike()]
		if !known {
			i = len(lots)
			at[r.alike()] = i
			lots = append(lots, nil)
		}
		lots[i] = append(lots[i], r)
	}
	lots = slices.DeleteFunc(lots, func(l lot) bool {
		single := len(l) == 1 && len(l[0].add)+len(l[0].remove) < 2
		if single {
			alone = append(alone, l.changes()...)
		}
		return single
	})
	slices.Sort(alone)
	return lots, alone
}

// relabels gathers the label changes of each issue.
func (t *Tracker) relabels(ctx context.Context, changes []roadmap.Change) (issues []relabel, alone []int) {
	at := map[string]int{}
	for i, c := range changes {
		on, known := t.seen[c.Key.ID]
		if !known || c.Kind != roadmap.KindIssue || c.Action.IsComment() || t.checkChange(c) != nil {
			alone = append(alone, i)
			continue
		}
		var add, remove []string
		if c.Action == roadmap.AddLabel {
			id, err := t.ensureLabel(ctx, c, on.team)
			if err != nil || slices.Contains(on.labels, id) {
				alone = append(alone, i) // tells the error, or has nothing to do
				continue
			}
			add = []string{id}
		} else if remove = t.carried(c, on); len(remove) == 0 {
			alone = append(alone, i)
			continue
		}
		n, gathered := at[c.Key.ID]
		if !gathered {
			n = len(issues)
			at[c.Key.ID] = n
			issues = append(issues, relabel{id: c.Key.ID})
		}
		r := &issues[n]
		r.add, r.remove, r.changes = append(r.add, add...), append(r.remove, remove...), append(r.changes, i)
	}
	return issues, alone
}

// recallAll reads the issues that no Fetch has read yet.
func (t *Tracker) recallAll(ctx context.Context, changes []roadmap.Change) error {
	var ids []string
	for _, c := range changes {
		if _, known := t.seen[c.Key.ID]; !known && c.Kind == roadmap.KindIssue && c.Key.Tracker == t.name && c.Key.ID != "" && !slices.Contains(ids, c.Key.ID) {
			ids = append(ids, c.Key.ID)
		}
	}
	f := fetching{t: t, found: map[string]bool{}}
	for some := range slices.Chunk(ids, idsPerRequest) {
		if err := f.issues(ctx, len(some), IssueFilter{ID: &within{In: some}}); err != nil {
			return err
		}
	}
	return nil
}

// batch sends one request for a lot, and gives the changes of the issues that
// the answer does not show as wished.
func (t *Tracker) batch(ctx context.Context, l lot) (again []int, err error) {
	op := fmt.Sprintf("change labels of %d issues", len(l))
	ids := make([]UUID, len(l))
	for i, r := range l {
		ids[i] = UUID(r.id)
	}
	in := IssueUpdateInput{AddedLabelIDs: l[0].add, RemovedLabelIDs: l[0].remove}
	var m batchLabels
	if err := t.mutate(ctx, op, &m, vars{"ids": ids, "input": in}); err != nil {
		return nil, err
	}
	if err := t.succeeded(op, m.Payload != nil, m.Payload != nil && m.Payload.Success); err != nil {
		return nil, err
	}
	now := map[string][]string{}
	for _, n := range m.Payload.Issues {
		now[n.ID] = n.LabelIDs
	}
	for _, r := range l {
		labels, told := now[r.id]
		if !told || !r.done(labels) {
			delete(t.seen, r.id) // what was read of it is old
			again = append(again, r.changes...)
			continue
		}
		t.seen[r.id] = known{labels: labels, team: t.seen[r.id].team}
	}
	return again, nil
}
