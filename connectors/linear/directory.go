package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// directory is what is read once, before anything else: who we are, which
// workspace this is, and the names behind ids.
type directory struct {
	viewer     string // user id
	viewerName string
	viewerApp  bool
	workspace  string // organization id
	orgName    string
	urlKey     string
	teams      []teamNode // that the key sees, archived ones left out
	sight      sight      // of initiatives
	users      map[string]roadmap.Person
	cycles     map[string]cycle  // of the configured teams
	states     map[string]string // types of workflow states of the configured teams
	statuses   map[string]string // types of project statuses
	milestones map[string]string // names
	labels     map[roadmap.Kind]*labelBook
	strangers  map[string]bool // ids of users, cycles and milestones that a second reading did not bring either
	met        []string        // keys of names that a second reading brought, until the cursor has them
}

// sight is what we see of initiatives.
type sight string

const (
	seen   sight = "seen"
	none   sight = "none"   // the workspace's plan has none
	hidden sight = "hidden" // there may be some, but the credential lacks the scope
)

// cycle is one cycle of a team, as an item names it.
type cycle struct {
	name   string
	active bool
}

// start reads the directory at first use and checks that the configured teams
// are there. A failed start is tried again at the next call.
func (t *Tracker) start(ctx context.Context) error {
	if t.dir != nil {
		return nil
	}
	d, err := t.identify(ctx)
	if err != nil {
		return err
	}
	if err := t.readTeams(ctx, d); err != nil {
		return err
	}
	for _, key := range t.o.Config.Teams {
		if err := t.findTeam(d, key); err != nil {
			return err
		}
	}
	if err := t.look(ctx, d); err != nil {
		return err
	}
	l, followed, err := t.readLists(ctx, d)
	if err != nil {
		return err
	}
	t.fill(d, l)
	for _, book := range d.labels {
		book.sure = !followed
	}
	t.dir, t.unkept = d, l
	t.log.Debug("linear: start", "workspace", t.clean(d.urlKey), "teams", len(d.teams),
		"users", len(d.users), "budget", t.budget.String())
	return nil
}

// startToPull starts, and keeps the lists. Nothing else does: before the first
// pull it is made sure that this is the workspace that the database is of.
func (t *Tracker) startToPull(ctx context.Context) error {
	if err := t.start(ctx); err != nil {
		return err
	}
	if t.unkept != nil {
		t.keep(ctx, t.unkept)
		t.unkept = nil
	}
	return nil
}

// fill puts into the directory what the lists say.
func (t *Tracker) fill(d *directory, l *lists) {
	d.users = rowsAs(l.Users, t.person)
	d.cycles = rowsAs(l.Cycles, cycleNode.cycle)
	d.states = rowsAs(l.States, stateNode.kind)
	d.statuses = rowsAs(l.Statuses, stateNode.kind)
	d.milestones = rowsAs(l.Milestones, milestoneNode.name)
	d.labels = map[roadmap.Kind]*labelBook{
		roadmap.KindIssue:      t.book(rowsAs(l.IssueLabels, issueLabelNode.label)),
		roadmap.KindProject:    t.book(rowsAs(l.ProjectLabels, goalLabelNode.label)),
		roadmap.KindInitiative: t.book(rowsAs(l.InitiativeLabels, goalLabelNode.label)),
	}
	d.labels[roadmap.KindProject].withheld = l.ProjectLabels == nil
	d.labels[roadmap.KindInitiative].withheld = l.InitiativeLabels == nil
	for _, book := range d.labels {
		book.above = d.above()
	}
}

// above gives the team above each that has one, by their keys.
func (d *directory) above() map[string]string {
	above := map[string]string{}
	for _, n := range d.teams {
		if n.Parent != nil {
			above[n.Key] = n.Parent.Key
		}
	}
	return above
}

// identify asks who we are.
func (t *Tracker) identify(ctx context.Context) (*directory, error) {
	const op = "ask who we are"
	var q viewerQuery
	if _, err := t.query(ctx, op, &q, nil); err != nil {
		return nil, err
	}
	if q.Viewer == nil || q.Viewer.ID == "" || q.Organization == nil || q.Organization.ID == "" {
		return nil, t.fail(op, connectors.Temporary, errors.New("the answer names neither user nor workspace"), "")
	}
	return &directory{
		viewer: q.Viewer.ID, viewerName: text(q.Viewer.Name), viewerApp: q.Viewer.App,
		workspace: q.Organization.ID, orgName: text(q.Organization.Name), urlKey: q.Organization.URLKey,
		strangers: map[string]bool{},
	}, nil
}

func (t *Tracker) readTeams(ctx context.Context, d *directory) error {
	get := func() (any, **page[teamNode]) { q := new(teamsQuery); return q, &q.Page }
	return drain(ctx, t, "list teams", "", nil, get, func(rows []teamNode, _ bool) {
		for _, n := range rows {
			if n.ArchivedAt == nil {
				d.teams = append(d.teams, n)
			}
		}
	})
}

// findTeam is nil when the key may see the team.
func (t *Tracker) findTeam(d *directory, key string) error {
	keys := make([]string, len(d.teams))
	for i, n := range d.teams {
		if n.Key == key {
			return nil
		}
		keys[i] = n.Key
	}
	slices.Sort(keys)
	visible := "it sees none"
	if len(keys) > 0 {
		visible = "it sees " + strings.Join(keys[:min(len(keys), 20)], ", ")
	}
	try := "use the key of a member of the team, or one that is not narrowed to other teams; a team's key is the first part of its issues' names"
	for _, k := range keys {
		if strings.EqualFold(k, key) {
			try = fmt.Sprintf("write the team as %s", k)
		}
	}
	return t.fail("find team "+key, connectors.NotFound, fmt.Errorf("no team %q that the %s may see (%s)", key, t.holder(), visible), try)
}

// person reads a user. Those who have left are read too: they may still own things.
func (t *Tracker) person(n userNode) roadmap.Person {
	p := roadmap.Person{Tracker: t.name, ID: n.ID, Name: text(n.Name), Email: n.Email, Active: n.Active, Kind: roadmap.Human}
	if n.Active && n.IsMentionable {
		p.URL = n.URL // which is what a mention is
	}
	if n.App {
		p.Kind = roadmap.App
	}
	return p
}

func (n cycleNode) cycle() cycle {
	c := cycle{name: fmt.Sprintf("Cycle %.0f", n.Number), active: n.IsActive}
	if n.Name != nil && *n.Name != "" {
		c.name = text(*n.Name)
	}
	return c
}

func (n stateNode) kind() string     { return n.Type }
func (n milestoneNode) name() string { return text(n.Name) }

// look learns whether initiatives may be seen. Where they may not, and the org's
// file needs none of them, that is said once and the rest goes on. With a plan
// that has none nothing is missing; with a scope that is missing a project may
// serve an initiative that we do not see, and says so: see projects.
func (t *Tracker) look(ctx context.Context, d *directory) error {
	const op = "look for initiatives"
	var q sightQuery
	_, err := t.query(ctx, op, &q, vars{"first": graphql.Int(1)})
	if err == nil && q.Page == nil {
		err = t.fail(op, connectors.Temporary, errors.New("the answer does not hold the page that was asked for"), "")
	}
	d.sight = seen
	if err == nil {
		return nil
	}
	without := lacks(err)
	if without == "" || t.needsInitiatives() {
		return err
	}
	d.sight = without
	t.log.Warn("linear: initiatives cannot be seen, and nothing is concluded about what may lead to one", "sight", string(without), "error", err)
	return nil
}

// lacks tells what an error says of something that a plan or a scope withholds
// whole; "" where it says something else.
func lacks(err error) sight {
	var no *refusal
	switch {
	case !errors.As(err, &no):
		return ""
	case no.feature:
		return none
	case no.scope:
		return hidden
	}
	return ""
}

// needsInitiatives reports whether the org's file takes goals or owners from
// initiatives.
func (t *Tracker) needsInitiatives() bool {
	for _, s := range t.o.Sources {
		if s.Goals == "initiatives" || s.PM == "owner" || s.PO == "owner" {
			return true
		}
	}
	return false
}
