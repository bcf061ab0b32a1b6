package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/jira"
	"github.com/alignd/alignd/connectors/linear"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// storePath gives the path of an org's database: as its file says, relative to
// the file's folder, or in the data folder under the org's name.
func (c *common) storePath(org *config.Org) (string, error) {
	if org.Store != "" {
		if filepath.IsAbs(org.Store) {
			return org.Store, nil
		}
		return filepath.Join(filepath.Dir(org.Path), org.Store), nil
	}
	dir, err := c.dataDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, org.Name+".db"), nil
}

func (c *common) openStore(ctx context.Context, org *config.Org) (*store.Store, error) {
	path, err := c.storePath(org)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, path, org.Name)
}

// trackers makes the org's trackers, each with its secret read now, so that a
// secret that was changed holds from the next pass on. What a tracker must keep
// from one pass to the next is kept in st; nil: nothing is.
func (c *common) trackers(ctx context.Context, org *config.Org, st *store.Store, log *slog.Logger) (map[string]connectors.Tracker, error) {
	now, err := c.clock()
	if err != nil {
		return nil, err
	}
	trackers := map[string]connectors.Tracker{}
	for _, t := range org.Trackers {
		reference := t.Auth.Token
		if t.Auth.Type == config.OAuth {
			reference = t.Auth.ClientSecret
		}
		secret, err := reference.Read(c.getenv)
		if err != nil {
			return nil, fmt.Errorf("org %s: trackers.%s.auth: %w", org.Name, t.Name, err)
		}
		sources := map[int]config.Source{}
		for i, src := range org.Roadmap {
			if src.From == t.Name {
				sources[i] = src
			}
		}
		log := log.With("org", org.Name, "tracker", t.Name)
		agent := "alignd/" + version
		switch t.Type {
		case config.Jira:
			connections, noCA := c.network.transport(org, t)
			if noCA != nil {
				return nil, noCA
			}
			trackers[t.Name], err = jira.New(jira.Options{
				Config: t, Org: org.Name, Sources: sources, Token: secret, UserAgent: agent, Log: log,
				Pace: c.network.pace(org.Name, t, secret), Transport: connections, ReadOnly: org.Mode != config.Write, Now: c.realClock(),
				Links: org.Links, LinkFieldOptional: jiraSites(org) > 1, Labels: ruleLabels(org),
			})
		case config.Linear:
			o := linear.Options{
				Config: t, Org: org.Name, Sources: sources, UserAgent: agent, Log: log,
				Pace: c.network.pace(org.Name, t, secret), Labels: labelsOf(org, sources), Now: now,
			}
			if err := credential(ctx, &o, t, secret, st); err != nil {
				return nil, err
			}
			if err := directory(ctx, &o, t, st); err != nil {
				return nil, err
			}
			trackers[t.Name], err = linear.New(o)
		default:
			err = fmt.Errorf("org %s: tracker %s has no known type %q", org.Name, t.Name, t.Type)
		}
		if err != nil {
			return nil, err
		}
	}
	return trackers, nil
}

// credential puts into o what we show to Linear: an API key, or an OAuth app and
// the access token that an earlier pass got for it.
func credential(ctx context.Context, o *linear.Options, t config.Tracker, secret string, st *store.Store) (err error) {
	if t.Auth.Type != config.OAuth {
		o.Token = secret
		return nil
	}
	o.ClientID, o.ClientSecret = t.Auth.ClientID, secret
	if st == nil {
		return nil
	}
	o.KeepToken = func(ctx context.Context, sealed string) error { return st.KeepToken(ctx, t.Name, sealed) }
	o.KeptToken, err = st.Token(ctx, t.Name)
	return err
}

// directory puts into o what an earlier pass learned of who is who.
func directory(ctx context.Context, o *linear.Options, t config.Tracker, st *store.Store) (err error) {
	if st == nil {
		return nil
	}
	o.KeepDirectory = func(ctx context.Context, kept string) error { return st.KeepDirectory(ctx, t.Name, kept) }
	o.KeptDirectory, err = st.Directory(ctx, t.Name)
	return err
}

// newPass wires one pass over an org; look where it must leave no trace but what
// it pulls.
func (c *common) newPass(ctx context.Context, org *config.Org, st *store.Store, log *slog.Logger, look bool, allow func(plan.Plan) (bool, error)) (*pass.Pass, error) {
	now, err := c.clock()
	if err != nil {
		return nil, err
	}
	p := &pass.Pass{Org: org, Store: st, Now: now, Log: log, Offline: c.offline, Look: look, Allow: allow}
	if !c.offline {
		p.Trackers, err = c.trackers(ctx, org, st, log)
	}
	return p, err
}

// once makes one pass for a command, from the org's file to the outcome.
func (c *common) once(ctx context.Context, file string, allow func(*config.Org) (func(plan.Plan) (bool, error), error)) (org *config.Org, o *pass.Outcome, err error) {
	if file == "" {
		return nil, nil, errors.New("which org? Try: -c FILE")
	}
	log, err := c.logger(slog.LevelWarn)
	if err != nil {
		return nil, nil, err
	}
	org, err = config.Load(file)
	if err != nil {
		return nil, nil, err
	}
	var permit func(plan.Plan) (bool, error)
	if allow != nil {
		if permit, err = allow(org); err != nil {
			return nil, nil, err
		}
	}
	st, err := c.openStore(ctx, org)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	p, err := c.newPass(ctx, org, st, log, allow == nil, permit)
	if err != nil {
		return nil, nil, err
	}
	o, err = p.Once(ctx)
	return org, o, err
}

// status gives the exit status that an outcome asks for; its troubles have been
// said already, or are said here on stderr.
func (c *common) status(o *pass.Outcome) error {
	if !c.json {
		for _, t := range o.Troubles {
			fmt.Fprintf(c.err, "alignd: %v\n", t)
		}
	}
	for _, t := range o.Troubles {
		if connectors.KindOf(t) == connectors.Auth {
			return &statusError{status: exitRefused}
		}
	}
	if !o.Complete() || o.Failures() > 0 {
		return &statusError{status: exitIncomplete}
	}
	return nil
}

// jiraSites counts an org's Jira sites.
func jiraSites(org *config.Org) (n int) {
	for _, t := range org.Trackers {
		if t.Type == config.Jira {
			n++
		}
	}
	return n
}

// ruleLabels gives the labels that the rules of an org may write, sorted.
func ruleLabels(org *config.Org) []string {
	var labels []string
	for _, r := range org.Rules {
		if r.Label != "" {
			labels = append(labels, r.Label)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// labelsOf gives the labels that the rules of an org may write, by the kind of
// item that they are written to: Linear keeps labels of each kind apart.
func labelsOf(org *config.Org, sources map[int]config.Source) map[roadmap.Kind][]string {
	labels := map[roadmap.Kind][]string{}
	add := func(rule roadmap.Rule, kind roadmap.Kind) {
		if r := org.Rules[rule]; r.Enabled && r.Label != "" && !slices.Contains(labels[kind], r.Label) {
			labels[kind] = append(labels[kind], r.Label)
		}
	}
	for rule := range org.Rules {
		switch rule {
		case roadmap.StoryWithoutGoal, roadmap.StoryOnClosedGoal:
			add(rule, roadmap.KindIssue)
			continue
		}
		for _, src := range sources {
			switch src.Goals {
			case "initiatives":
				add(rule, roadmap.KindInitiative)
			case "projects":
				add(rule, roadmap.KindProject)
			}
		}
	}
	for _, all := range labels {
		slices.Sort(all)
	}
	return labels
}
