package jira

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// Site is the base URL that the site gives itself. An administrator may change
// it.
func (t *Tracker) Site(ctx context.Context) (string, error) {
	if err := t.login(ctx); err != nil {
		return "", err
	}
	return t.self, nil
}

// siteName is a base URL as it is compared: host in small letters, no slash at
// the end.
func siteName(base string) string {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(base), "/"))
	if err != nil || u.Host == "" {
		return ""
	}
	u.Host = strings.ToLower(u.Host)
	return u.String()
}

// login makes sure, once, that the kind of Jira is known and that it knows us.
// Only /myself proves that: unlike searches and the list of fields, it is never
// answered to anonymous visitors.
func (t *Tracker) login(ctx context.Context) error {
	if t.me != nil {
		return nil
	}
	if err := t.identify(ctx); err != nil {
		return err
	}
	var me wireUser
	asked := request{op: "ask who we are", method: http.MethodGet, path: "rest/api/2/myself"}
	if err := t.call(ctx, asked, &me); err != nil {
		return err
	}
	if id, user := t.kind.identity(me); id == "" || !user {
		if me.AccountID != "" || me.Name != "" {
			return t.fail(asked.op, connectors.Invalid, errors.New("the account is described as the other kind of Jira does it"),
				"correct deployment: cloud, or datacenter, or leave it out")
		}
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
	if err := t.resolveAll(ctx, s); err != nil {
		return err
	}
	if err := t.kind.learn(ctx, s); err != nil {
		return err
	}
	t.schema = s
	return nil
}

func (t *Tracker) fields(ctx context.Context) ([]wireField, error) {
	var fields []wireField
	err := t.call(ctx, request{op: "list fields", method: http.MethodGet, path: "rest/api/2/field"}, &fields)
	return fields, err
}
