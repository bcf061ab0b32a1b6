package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	users      map[string]roadmap.Person
	labels     map[roadmap.Kind]*labelBook
	strangers  map[string]bool // user ids that a second reading did not bring either
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
	if err := t.readUsers(ctx, d); err != nil {
		return err
	}
	d.labels = map[roadmap.Kind]*labelBook{}
	for _, kind := range []roadmap.Kind{roadmap.KindIssue, roadmap.KindProject, roadmap.KindInitiative} {
		book, err := t.readLabels(ctx, kind)
		if t.absent(kind, err) {
			book, err = newLabelBook(), nil
		}
		if err != nil {
			return err
		}
		d.labels[kind] = book
	}
	t.dir = d
	t.log.Debug("linear: start", "workspace", t.clean(d.urlKey), "teams", len(d.teams),
		"users", len(d.users), "budget", t.budget.String())
	return nil
}

// identify asks who we are.
func (t *Tracker) identify(ctx context.Context) (*directory, error) {
	const op = "ask who the API key belongs to"
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
	return drain(ctx, t, "list teams", get, func(n teamNode) {
		if n.ArchivedAt == nil {
			d.teams = append(d.teams, n)
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
	return t.fail("find team "+key, connectors.NotFound, fmt.Errorf("no team %q that the API key may see (%s)", key, visible), try)
}

// readUsers reads everyone, those who have left too: they may still own things.
func (t *Tracker) readUsers(ctx context.Context, d *directory) error {
	get := func() (any, **page[userNode]) { q := new(usersQuery); return q, &q.Page }
	users := map[string]roadmap.Person{}
	err := drain(ctx, t, "list users", get, func(n userNode) {
		p := roadmap.Person{Tracker: t.name, ID: n.ID, Name: text(n.Name), Email: n.Email, Active: n.Active, URL: n.URL, Kind: roadmap.Human}
		if n.App {
			p.Kind = roadmap.App
		}
		users[n.ID] = p
	})
	if err == nil {
		d.users = users
	}
	return err
}

// absent reports whether an error only says that the workspace's plan has no
// initiatives, and nothing in the org's file needs them.
func (t *Tracker) absent(kind roadmap.Kind, err error) bool {
	var no *refusal
	if kind != roadmap.KindInitiative || !errors.As(err, &no) || !no.feature {
		return false
	}
	for _, s := range t.o.Sources {
		if s.Goals == "initiatives" || s.PM == "owner" || s.PO == "owner" {
			return false
		}
	}
	t.log.Info("linear: the workspace has no initiatives")
	return true
}
