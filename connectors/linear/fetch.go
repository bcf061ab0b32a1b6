package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// known is what Apply needs of an item that Fetch has just read.
type known struct {
	labels []string // ids
	team   string   // issues only
}

// Fetch reads items by identity, archived and trashed ones too. A key does not
// tell its kind, so issues, projects and initiatives are asked in turn for what
// is still missing. A ref such as eng:ENG-7 is looked for by team and number,
// any other by slugId. What is not found by number may have been moved since,
// and is asked for singly: there is no filter for earlier names.
func (t *Tracker) Fetch(ctx context.Context, keys []roadmap.Key, refs []roadmap.Ref) ([]roadmap.Item, error) {
	var ids []string
	for _, k := range keys {
		if k.Tracker == t.name && k.ID != "" && k.ID != unseenInitiative && !slices.Contains(ids, k.ID) {
			ids = append(ids, k.ID)
		}
	}
	numbers, slugs := t.sortRefs(refs)
	if len(ids) == 0 && len(numbers) == 0 && len(slugs) == 0 {
		return nil, nil
	}
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	f := fetching{t: t, found: map[string]bool{}}
	for some := range slices.Chunk(ids, idsPerRequest) {
		if err := f.byID(ctx, some); err != nil {
			return nil, err
		}
	}
	for _, team := range slices.Sorted(maps.Keys(numbers)) {
		for some := range slices.Chunk(numbers[team], idsPerRequest) {
			filter := IssueFilter{Team: &teamFilter{Key: within{In: []string{team}}}, Number: &numbersIn{In: some}}
			if err := f.issues(ctx, len(some), filter); err != nil {
				return nil, err
			}
		}
		for _, number := range numbers[team] {
			if err := f.moved(ctx, fmt.Sprintf("%s-%.0f", team, number)); err != nil {
				return nil, err
			}
		}
	}
	for some := range slices.Chunk(slugs, idsPerRequest) {
		if err := f.goals(ctx, len(some), ProjectFilter{SlugID: &within{In: some}}, InitiativeFilter{SlugID: &within{In: some}}); err != nil {
			return nil, err
		}
	}
	return f.items, nil
}

// sortRefs sorts refs of ours into issue numbers by team, and slugIds.
func (t *Tracker) sortRefs(refs []roadmap.Ref) (map[string][]float64, []string) {
	numbers := map[string][]float64{}
	var slugs []string
	for _, r := range refs {
		if tracker := r.Tracker(); tracker != "" && tracker != t.name || r.Key() == "" {
			continue
		}
		if team, number, ok := splitIdentifier(r.Key()); ok {
			if !slices.Contains(numbers[team], number) {
				numbers[team] = append(numbers[team], number)
			}
		} else if !slices.Contains(slugs, r.Key()) {
			slugs = append(slugs, r.Key())
		}
	}
	return numbers, slugs
}

// splitIdentifier reads ENG-7. A slugId is hexadecimal and has no hyphen.
func splitIdentifier(s string) (team string, number float64, ok bool) {
	team, digits, ok := strings.Cut(s, "-")
	if !ok || team == "" {
		return "", 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return "", 0, false
	}
	return team, float64(n), true
}

// fetching gathers what one Fetch finds.
type fetching struct {
	t     *Tracker
	items []roadmap.Item
	found map[string]bool // by id
}

func (f *fetching) add(items []roadmap.Item) {
	for _, it := range items {
		if !f.found[it.Key.ID] {
			f.found[it.Key.ID] = true
			f.items = append(f.items, it)
		}
	}
}

// byID asks for issues, then for what is left among projects, then initiatives.
func (f *fetching) byID(ctx context.Context, ids []string) error {
	if err := f.issues(ctx, len(ids), IssueFilter{ID: &within{In: ids}}); err != nil {
		return err
	}
	left := f.left(ids)
	if len(left) == 0 {
		return nil
	}
	if err := f.projects(ctx, len(left), ProjectFilter{ID: &within{In: left}}); err != nil {
		return err
	}
	if left = f.left(left); len(left) == 0 {
		return nil
	}
	return f.initiatives(ctx, len(left), InitiativeFilter{ID: &within{In: left}})
}

func (f *fetching) left(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return f.found[id] })
}

func (f *fetching) goals(ctx context.Context, n int, p ProjectFilter, i InitiativeFilter) error {
	if err := f.projects(ctx, n, p); err != nil {
		return err
	}
	return f.initiatives(ctx, n, i)
}

func (f *fetching) issues(ctx context.Context, n int, filter IssueFilter) error {
	get := func() (any, **page[issueNode]) { q := new(issuesQuery); return q, &q.Page }
	const op = "read issues"
	got, partial, err := fetchRows(ctx, f.t, op, n, filter, get)
	if err != nil {
		return err
	}
	withheld, partial := f.t.gaps(got, partial)
	if len(partial) > 0 {
		return f.t.partialOnly(op, partial[0])
	}
	return f.keep(ctx, got, withheld)
}

// moved finds an issue by a name that it had before, unless it was found already.
func (f *fetching) moved(ctx context.Context, identifier string) error {
	named := func(it roadmap.Item) bool {
		return it.Ref.Key() == identifier || slices.Contains(it.Former, identifier)
	}
	if slices.ContainsFunc(f.items, named) {
		return nil
	}
	var q oneIssue
	partial, err := f.t.query(ctx, "read issue "+identifier, &q, vars{"id": graphql.String(identifier)})
	if connectors.KindOf(err) == connectors.NotFound {
		return nil
	}
	if err == nil && q.Issue == nil {
		err = f.t.fail("read issue "+identifier, connectors.Temporary, errors.New("the answer does not hold the issue that was asked for"), "")
	}
	if err == nil && len(partial) > 0 {
		err = f.t.partialOnly("read issue "+identifier, partial[0])
	}
	if err != nil {
		return err
	}
	return f.keep(ctx, []issueNode{*q.Issue}, nil)
}

// keep adds issues, and remembers what Apply needs of them.
func (f *fetching) keep(ctx context.Context, rows []issueNode, withheld gaps) error {
	for _, n := range rows {
		team := ""
		if n.Team != nil {
			team = n.Team.Key
		}
		f.t.seen[n.ID] = known{labels: n.LabelIDs, team: team}
	}
	items, err := f.t.issues(ctx, rows, withheld)
	f.add(items)
	return err
}

func (f *fetching) projects(ctx context.Context, n int, filter ProjectFilter) error {
	get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
	got, err := fetchPage(ctx, f.t, "read projects", n, filter, get)
	if err != nil {
		return err
	}
	for _, n := range got {
		f.t.seen[n.ID] = known{labels: n.LabelIDs}
	}
	items, err := f.t.projects(ctx, got)
	f.add(items)
	return err
}

func (f *fetching) initiatives(ctx context.Context, n int, filter InitiativeFilter) error {
	get := func() (any, **page[initiativeNode]) { q := new(initiativesQuery); return q, &q.Page }
	if f.t.dir.sight != seen {
		return nil
	}
	got, err := fetchPage(ctx, f.t, "read initiatives", n, filter, get)
	if err != nil {
		return err
	}
	for _, n := range got {
		f.t.seen[n.ID] = known{labels: n.LabelIDs}
	}
	items, err := f.t.initiatives(ctx, got)
	f.add(items)
	return err
}

// fetchPage asks for at most n rows, whole. Of what is withheld of one nobody
// would learn: a project without its lead would be one of none.
func fetchPage[N any](ctx context.Context, t *Tracker, op string, n int, filter any, get func() (any, **page[N])) ([]N, error) {
	rows, partial, err := fetchRows(ctx, t, op, n, filter, get)
	if err == nil && len(partial) > 0 {
		return nil, t.partialOnly(op, partial[0])
	}
	return rows, err
}

// fetchRows asks for at most n rows, all on one page, and gives the errors that
// came with them.
func fetchRows[N any](ctx context.Context, t *Tracker, op string, n int, filter any, get func() (any, **page[N])) ([]N, []answerError, error) {
	got, partial, err := onePage(ctx, t, op, filtered(n, "", filter), get)
	if err != nil {
		return nil, nil, err
	}
	if got.PageInfo.HasNextPage {
		return nil, nil, t.fail(op, connectors.Temporary, errors.New("the answer holds only a part of what was asked for"), "")
	}
	return got.Nodes, partial, nil
}
