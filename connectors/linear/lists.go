package linear

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// The directory is made of lists that Linear has no other use for here than to
// put names to ids: people, cycles, labels of three sorts, workflow states,
// project statuses and milestones. Each is read from end to end at first, and by what has changed
// after that; see lists.

// listed is a row of a list.
type listed interface {
	listed() (id, updated string)
	undated() any // the row without that time, of which only the list's mark is kept
}

// list is one of the lists as it was last read.
type list[N listed] struct {
	// Mark is the latest updatedAt on the first page of the latest reading, by
	// the server's clock: what changes after that page was sent is beyond it.
	Mark string
	Rows map[string]N // by id

	torn bool // something was missing inside a row
}

// MarshalJSON writes the rows in a row, so that none says its id twice.
func (l *list[N]) MarshalJSON() ([]byte, error) {
	rows := make([]any, 0, len(l.Rows))
	for _, id := range slices.Sorted(maps.Keys(l.Rows)) {
		rows = append(rows, l.Rows[id].undated())
	}
	return json.Marshal(map[string]any{"mark": l.Mark, "rows": rows})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *list[N]) UnmarshalJSON(b []byte) error {
	var kept struct {
		Mark string
		Rows []N
	}
	err := json.Unmarshal(b, &kept)
	l.take(kept.Rows, false, false)
	l.Mark = kept.Mark
	return err
}

// take takes in some rows; first says that they are the first page.
func (l *list[N]) take(rows []N, first, torn bool) {
	if l.Rows == nil {
		l.Rows = map[string]N{}
	}
	for _, n := range rows {
		id, updated := n.listed()
		if id == "" {
			continue
		}
		l.Rows[id] = n
		if first && when(&updated).After(when(&l.Mark)) {
			l.Mark = updated
		}
	}
	l.torn = l.torn || torn
}

// since selects what has changed since the list was last read; nil: everything.
func (l *list[N]) since() *since { return sinceMark(l.Mark) }

// rowsAs gives the rows as items have them.
func rowsAs[N listed, V any](l *list[N], say func(N) V) map[string]V {
	all := map[string]V{}
	if l != nil {
		for id, n := range l.Rows {
			all[id] = say(n)
		}
	}
	return all
}

// listing is how a list is asked for.
type listing[N listed] struct {
	op  string
	get func() (any, **page[N])
	// filter makes a filter of Linear's, after whose Go type it is called there.
	// nil: the list takes none, and always comes whole.
	filter func(*since) any
}

// vars are the variables besides those of paging.
func (l listing[N]) vars(from *since, order PaginationOrderBy) vars {
	v := vars{"orderBy": order}
	if l.filter != nil {
		v["filter"] = l.filter(from)
	}
	return v
}

// whole reads a list from end to end, by the time of creation: in that order no
// row moves to a page that was read already.
func (l listing[N]) whole(ctx context.Context, t *Tracker) (*list[N], error) {
	all, first := new(list[N]), true
	err := drain(ctx, t, l.op, "", l.vars(nil, byCreation), l.get, func(rows []N, torn bool) {
		all.take(rows, first, torn)
		first = false
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// follow takes into a list what has changed: the first page, newest first, which
// was asked for together with those of other lists, and the pages after it.
func (l listing[N]) follow(ctx context.Context, t *Tracker, known *list[N], first *page[N]) error {
	if first == nil || first.PageInfo == nil {
		return t.fail(l.op, connectors.Temporary, errors.New("the answer does not hold the page that was asked for"), "")
	}
	from := known.since() // before the mark moves
	known.take(first.Nodes, true, false)
	after, err := t.next(l.op, first.PageInfo, "")
	if err != nil || after == "" {
		return err
	}
	return drain(ctx, t, l.op, after, l.vars(from, byUpdate), l.get, func(rows []N, torn bool) {
		known.take(rows, false, torn)
	})
}

func (t *Tracker) userList() listing[userNode] {
	return listing[userNode]{
		"list users",
		func() (any, **page[userNode]) { q := new(usersQuery); return q, &q.Page },
		func(s *since) any { return UserFilter{UpdatedAt: s} },
	}
}

// cycleList asks for cycles of the configured teams. One begins and ends by the
// clock alone, so what has changed are also all those that are active.
func (t *Tracker) cycleList() listing[cycleNode] {
	return listing[cycleNode]{
		"list cycles",
		func() (any, **page[cycleNode]) { q := new(cyclesQuery); return q, &q.Page },
		func(s *since) any {
			f := CycleFilter{Team: &teamFilter{Key: within{In: t.o.Config.Teams}}}
			if s != nil {
				f.Or = []CycleFilter{{UpdatedAt: s}, {IsActive: &yesNo{Eq: true}}}
			}
			return f
		},
	}
}

func (t *Tracker) issueLabelList() listing[issueLabelNode] {
	return listing[issueLabelNode]{
		"list issue labels",
		func() (any, **page[issueLabelNode]) { q := new(issueLabelsQuery); return q, &q.Page },
		func(s *since) any { return IssueLabelFilter{UpdatedAt: s} },
	}
}

// goalLabelList asks for labels of projects, or of initiatives.
func (t *Tracker) goalLabelList(kind roadmap.Kind) listing[goalLabelNode] {
	if kind == roadmap.KindProject {
		return listing[goalLabelNode]{
			"list project labels",
			func() (any, **page[goalLabelNode]) { q := new(projectLabelsQuery); return q, &q.Page },
			func(s *since) any { return ProjectLabelFilter{UpdatedAt: s} },
		}
	}
	return listing[goalLabelNode]{
		"list initiative labels",
		func() (any, **page[goalLabelNode]) { q := new(initiativeLabelsQuery); return q, &q.Page },
		func(s *since) any { return InitiativeLabelFilter{UpdatedAt: s} },
	}
}

// stateList asks for the workflow states of the configured teams.
func (t *Tracker) stateList() listing[stateNode] {
	return listing[stateNode]{
		"list workflow states",
		func() (any, **page[stateNode]) { q := new(statesQuery); return q, &q.Page },
		func(s *since) any {
			return WorkflowStateFilter{Team: &teamFilter{Key: within{In: t.o.Config.Teams}}, UpdatedAt: s}
		},
	}
}

// statusList asks for the statuses of projects.
func (t *Tracker) statusList() listing[stateNode] {
	return listing[stateNode]{
		"list project statuses",
		func() (any, **page[stateNode]) { q := new(statusesQuery); return q, &q.Page },
		nil,
	}
}

func (t *Tracker) milestoneList() listing[milestoneNode] {
	return listing[milestoneNode]{
		"list milestones",
		func() (any, **page[milestoneNode]) { q := new(milestonesQuery); return q, &q.Page },
		func(s *since) any { return ProjectMilestoneFilter{UpdatedAt: s} },
	}
}

// meet makes sure that rows of a list are known by name, reading the whole list
// once more where one is new. What is still unknown then we may not see.
func meet[N listed, V any](ctx context.Context, t *Tracker, s sort, ids []string, known map[string]V, of listing[N], say func(N) V) error {
	isNew := func(id string) bool { _, ok := known[id]; return !ok && !t.dir.strangers[id] }
	if !slices.ContainsFunc(ids, isNew) {
		return nil
	}
	l, err := of.whole(ctx, t)
	if err != nil {
		return err
	}
	t.met(ctx, s, addNew(known, rowsAs(l, say)))
	for _, id := range ids {
		if isNew(id) {
			t.dir.strangers[id] = true
		}
	}
	return nil
}

// met notes what a second reading brought: the cursor takes over its names, and
// the next pass reads the directory whole, since no date may tell of it.
func (t *Tracker) met(ctx context.Context, s sort, ids []string) {
	for _, id := range ids {
		t.dir.met = append(t.dir.met, nameKey(s, id))
	}
	if len(ids) > 0 {
		t.forget(ctx)
	}
}

// addNew adds what is new, and gives its ids.
func addNew[V any](to, from map[string]V) (ids []string) {
	for id, v := range from {
		if _, known := to[id]; !known {
			to[id] = v
			ids = append(ids, id)
		}
	}
	return ids
}
