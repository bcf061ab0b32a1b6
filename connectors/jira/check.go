package jira

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// Check asks, one probe each: who we are; for each project, whether we see it and
// may edit and comment there; for each roadmap query, whether it is accepted and
// about how much it finds; for each role field, which one it is. It writes
// nothing. What is wrong is in the probes; an error, along with the probes so
// far, means that nothing more could be asked.
func (t *Tracker) Check(ctx context.Context) ([]connectors.Probe, error) {
	var probes []connectors.Probe
	if err := t.login(ctx); err != nil {
		return append(probes, probe("token", "", err)), err
	}
	who := fmt.Sprintf("we are %s (%s)", t.safe(t.me.DisplayName), t.safe(t.me.AccountID))
	probes = append(probes, probe("token", who, nil))

	for _, p := range t.o.Config.Projects {
		detail, err := t.checkProject(ctx, p)
		if stop(ctx, err) {
			return probes, err
		}
		probes = append(probes, probe("project "+p, detail, err))
	}
	for _, i := range slices.Sorted(maps.Keys(t.o.Sources)) {
		detail, err := t.checkQuery(ctx, i)
		if stop(ctx, err) {
			return probes, err
		}
		probes = append(probes, probe(fmt.Sprintf("roadmap source %d", i+1), detail, err))
	}
	specs := t.roleSpecs()
	if len(specs) == 0 {
		return probes, nil
	}
	fields, err := t.fields(ctx)
	if err != nil {
		return probes, err
	}
	s := newSchema(fields)
	if err := t.judgeScopes(ctx, s, specs); err != nil {
		return probes, err
	}
	for _, spec := range specs {
		f, err := s.resolve(spec)
		if err != nil {
			err = t.fail("find the field of a role", connectors.Invalid, err, "correct pm or po in the roadmap section, or let the account see the field")
		}
		probes = append(probes, probe(spec, fmt.Sprintf("the field %s (%s)", t.safe(f.Name), f.ID), err))
	}
	return probes, nil
}

// stop tells an error after which asking on is of no use.
func stop(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || connectors.KindOf(err) == connectors.Auth)
}

func probe(what, detail string, err error) connectors.Probe {
	p := connectors.Probe{What: what, OK: err == nil, Detail: detail}
	var e *connectors.Error
	switch {
	case errors.As(err, &e):
		p.Detail, p.Try = e.Err.Error(), e.Try
	case err != nil:
		p.Detail = err.Error()
	}
	return p
}

// needed are the permissions without which a pass cannot do its work, with their
// names in Jira's own screens.
var needed = []struct{ key, name string }{
	{"BROWSE_PROJECTS", "Browse Projects"},
	{"EDIT_ISSUES", "Edit Issues"},
	{"ADD_COMMENTS", "Add Comments"},
}

func (t *Tracker) checkProject(ctx context.Context, key string) (string, error) {
	op := "see project " + key
	var p wireProject
	err := t.call(ctx, request{op: op, method: http.MethodGet, path: "rest/api/2/project/" + url.PathEscape(key)}, &p)
	if connectors.KindOf(err) == connectors.NotFound {
		return "", t.fail(op, connectors.NotFound, fmt.Errorf("project %q does not exist, or this account may not see it", key),
			"check the project's key, and give the account the permission Browse Projects there")
	}
	if err != nil {
		return "", err
	}
	keys := make([]string, len(needed))
	for i, n := range needed {
		keys[i] = n.key
	}
	q := url.Values{"projectKey": {key}, "permissions": {strings.Join(keys, ",")}}
	var may struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	if err := t.call(ctx, request{op: "ask what we may do in project " + key, method: http.MethodGet, path: "rest/api/2/mypermissions?" + q.Encode()}, &may); err != nil {
		return "", err
	}
	var missing []string
	for _, n := range needed {
		if !may.Permissions[n.key].Have {
			missing = append(missing, n.name)
		}
	}
	if len(missing) > 0 {
		return "", t.fail(op, connectors.Forbidden, fmt.Errorf("the account lacks %s in project %s", strings.Join(missing, ", "), key),
			"give its role these permissions in the project's permission scheme")
	}
	return fmt.Sprintf("%s: we may see, edit and comment", t.safe(p.Name)), nil
}

func (t *Tracker) checkQuery(ctx context.Context, source int) (string, error) {
	n, err := t.kind.count(ctx, fmt.Sprintf("count roadmap source %d", source+1), narrow(t.o.Sources[source].JQL))
	switch {
	case err != nil:
		return "", err
	case n == 0:
		return "no goal at present", nil
	case n == 1:
		return "one goal", nil
	}
	return fmt.Sprintf("about %d goals", n), nil
}
