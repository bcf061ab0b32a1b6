package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// Check asks whether the key or the app works and what it may do, whether it sees
// the teams and the goals that are named, how much of its rate limit is left,
// and which labels are there.
// What turns out wrong is a probe; an error is returned, with the probes so far,
// where nothing more could be asked.
func (t *Tracker) Check(ctx context.Context) ([]connectors.Probe, error) {
	d, err := t.identify(ctx)
	if err != nil {
		// The probe says what is wrong with the key, the error that nothing
		// more can be asked.
		probes, _ := failing("token", err)
		return probes, err
	}
	who := fmt.Sprintf("acts as %s in the workspace %s (%s)", t.clean(d.viewerName), t.clean(d.orgName), t.clean(d.urlKey))
	if d.viewerApp {
		who += ", an app"
	}
	probes := []connectors.Probe{{What: "token", OK: true, Detail: who}}
	switch {
	case !t.isApp():
		probes = append(probes, connectors.Probe{What: "scopes", OK: true, Detail: "Linear does not tell those of an API key; it needs Read and Write"})
	case t.scopes != nil:
		probes = append(probes, t.checkScopes())
	}
	add := func(more []connectors.Probe, err error) error {
		probes = append(probes, more...)
		return err
	}

	if err := add(t.checkTeams(ctx, d)); err != nil {
		return probes, err
	}
	if !t.needsInitiatives() { // else the goals' own probe tells
		if err := add(t.checkSight(ctx, d)); err != nil {
			return probes, err
		}
	}
	if err := add(t.checkGoals(ctx)); err != nil {
		return probes, err
	}
	if err := add(t.checkLabels(ctx, d)); err != nil {
		return probes, err
	}
	return append(probes, t.checkBudget()), nil
}

// failing makes a probe of an error that says something about the org's file,
// and hands on one that only says that the tracker could not be asked.
func failing(what string, err error) ([]connectors.Probe, error) {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return nil, err
	}
	switch e.Kind {
	case connectors.Auth, connectors.Forbidden, connectors.NotFound, connectors.Invalid, connectors.Removed:
		return []connectors.Probe{{What: what, Detail: e.Err.Error(), Try: e.Try}}, nil
	}
	return nil, err
}

// checkScopes compares what the app's token may do with what it was asked for
// with.
func (t *Tracker) checkScopes() connectors.Probe {
	p := connectors.Probe{What: "scopes", OK: true, Detail: strings.Join(t.scopes, ", ")}
	var without []string
	for _, s := range strings.Split(appScopes, ",") {
		if !slices.Contains(t.scopes, s) {
			without = append(without, s)
		}
	}
	if len(without) > 0 {
		p.OK, p.Try = false, tryScopes
		p.Detail += "; without " + strings.Join(without, ", ")
	}
	return p
}

func (t *Tracker) checkTeams(ctx context.Context, d *directory) ([]connectors.Probe, error) {
	if err := t.readTeams(ctx, d); err != nil {
		return failing("teams", err)
	}
	// A key that is narrowed to some teams says nothing of it, it only sees less.
	probes := []connectors.Probe{{What: "teams", OK: true, Detail: fmt.Sprintf("the %s sees %d", t.holder(), len(d.teams))}}
	for _, key := range t.o.Config.Teams {
		what := "team " + key
		if err := t.findTeam(d, key); err != nil {
			p, _ := failing(what, err) // NotFound is always a probe
			probes = append(probes, p...)
			continue
		}
		i := slices.IndexFunc(d.teams, func(n teamNode) bool { return n.Key == key })
		detail := t.clean(d.teams[i].Name)
		if d.teams[i].RetiredAt != nil {
			detail += ", retired"
		}
		probes = append(probes, connectors.Probe{What: what, OK: true, Detail: detail})
	}
	return probes, nil
}

// checkSight tells whether initiatives are seen, where no source asks for them:
// projects lead to them all the same.
func (t *Tracker) checkSight(ctx context.Context, d *directory) ([]connectors.Probe, error) {
	if err := t.look(ctx, d); err != nil {
		return failing("initiatives", err)
	}
	p := connectors.Probe{What: "initiatives", OK: true, Detail: fmt.Sprintf("the %s may see them", t.holder())}
	switch d.sight {
	case none:
		p.Detail = "the workspace's plan has none, and the file needs none"
	case hidden:
		p.OK, p.Detail, p.Try = false, "they may not be seen, so the linkage of every story in a project is unknown where nothing else leads to a goal", tryScopes
	}
	return []connectors.Probe{p}, nil
}

// checkGoals looks whether there is anything in the roadmap sources.
func (t *Tracker) checkGoals(ctx context.Context) ([]connectors.Probe, error) {
	var probes []connectors.Probe
	asked := map[string]bool{}
	for _, i := range slices.Sorted(maps.Keys(t.o.Sources)) {
		goals := t.o.Sources[i].Goals
		if asked[goals] {
			continue
		}
		asked[goals] = true
		var n int
		var err error
		switch goals {
		case "initiatives":
			get := func() (any, **page[initiativeNode]) { q := new(initiativesQuery); return q, &q.Page }
			n, err = count(ctx, t, "look at initiatives", InitiativeFilter{}, get)
		case "projects":
			get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
			n, err = count(ctx, t, "look at projects", ProjectFilter{}, get)
		default:
			continue
		}
		switch {
		case err != nil:
			p, err := failing(goals, err)
			if err != nil {
				return probes, err
			}
			probes = append(probes, p...)
		case n == 0:
			probes = append(probes, connectors.Probe{
				What: goals, Detail: fmt.Sprintf("the %s sees none", t.holder()),
				Try: fmt.Sprintf("create %s in Linear, or use the key of somebody who sees them", goals),
			})
		default:
			probes = append(probes, connectors.Probe{What: goals, OK: true, Detail: fmt.Sprintf("the %s sees them", t.holder())})
		}
	}
	return probes, nil
}

// count asks for one row.
func count[N any](ctx context.Context, t *Tracker, op string, filter any, get func() (any, **page[N])) (int, error) {
	p, _, err := onePage(ctx, t, op, filtered(1, "", filter), get)
	if err != nil {
		return 0, err
	}
	return len(p.Nodes), nil
}
