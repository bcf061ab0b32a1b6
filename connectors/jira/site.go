package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// login makes sure, once, that this is a Jira Cloud site and that it knows us.
// Only /myself proves that: unlike searches and the list of fields, it is never
// answered to anonymous visitors.
func (t *Tracker) login(ctx context.Context) error {
	if t.me != nil {
		return nil
	}
	var info wireServerInfo
	asked := request{op: "ask for the kind of Jira", method: http.MethodGet, path: "rest/api/2/serverInfo"}
	if err := t.call(ctx, asked, &info); err != nil {
		return err
	}
	switch {
	case strings.EqualFold(info.DeploymentType, "Cloud"):
	case info.DeploymentType == "" && info.Version == "":
		return t.notJira(asked, "the answer says nothing of a Jira")
	default:
		return t.fail(asked.op, connectors.Invalid,
			fmt.Errorf("Jira Data Center is not supported yet (deployment type %q, version %q)", t.safe(info.DeploymentType), t.safe(info.Version)),
			"use a Jira Cloud site")
	}
	var me wireUser
	asked = request{op: "ask who we are", method: http.MethodGet, path: "rest/api/2/myself"}
	if err := t.call(ctx, asked, &me); err != nil {
		return err
	}
	if me.AccountID == "" {
		return t.refused(asked, errors.New("Jira does not say which account we are"))
	}
	t.me = &me
	return nil
}

// learn makes sure, once, that the fields are known, and with them which fields
// of an issue to ask for.
func (t *Tracker) learn(ctx context.Context) error {
	if err := t.login(ctx); err != nil {
		return err
	}
	if t.schema != nil {
		return nil
	}
	fields, err := t.fields(ctx)
	if err != nil {
		return err
	}
	s := newSchema(fields)
	for _, spec := range t.roleSpecs() {
		f, err := s.resolve(spec)
		if err != nil {
			return t.fail("find the field of a role", connectors.Invalid, err, "correct pm or po in the roadmap section, or let the account see the field")
		}
		s.roles = append(s.roles, role{spec: spec, field: f.ID})
	}
	t.schema = s
	return nil
}

func (t *Tracker) fields(ctx context.Context) ([]wireField, error) {
	var fields []wireField
	err := t.call(ctx, request{op: "list fields", method: http.MethodGet, path: "rest/api/2/field"}, &fields)
	return fields, err
}
