package jira

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// people reads the fields that name somebody: assignee, reporter, and those that
// the org's file names as roles.
func (t *Tracker) people(is wireIssue) map[string][]roadmap.Person {
	all := map[string][]roadmap.Person{}
	add := func(name, field string) {
		if who := t.persons(is.Fields[field], is.ID+":"+field); len(who) > 0 {
			all[name] = who
		}
	}
	add("assignee", "assignee")
	add("reporter", "reporter")
	for _, r := range t.schema.roles {
		add(r.spec, r.field)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// persons reads a user picker, one for several users, or one for groups. where
// is the issue and the field.
func (t *Tracker) persons(raw json.RawMessage, where string) []roadmap.Person {
	raw = bytes.TrimSpace(raw)
	var users []wireUser
	switch {
	case len(raw) == 0:
	case raw[0] == '{':
		var u wireUser
		if json.Unmarshal(raw, &u) == nil {
			users = []wireUser{u}
		}
	case raw[0] == '[':
		var each []json.RawMessage
		_ = json.Unmarshal(raw, &each) // a list already, or it is empty
		for _, one := range each {
			var u wireUser
			if json.Unmarshal(one, &u) == nil {
				users = append(users, u)
			}
		}
	}
	var out []roadmap.Person
	for _, u := range users {
		if p, ok := t.person(u, where); ok {
			out = append(out, p)
		}
	}
	return out
}

// lostAccount is what Cloud gives as the id of an account whose record is
// damaged (the OpenAPI document's User): there may be many, and they are not one.
const lostAccount = "unknown"

func (t *Tracker) person(u wireUser, where string) (roadmap.Person, bool) {
	id, user := t.kind.identity(u)
	p := roadmap.Person{
		Tracker: t.name,
		ID:      id,
		Name:    clean(u.DisplayName),
		Email:   u.Email,
		Active:  u.Active == nil || *u.Active,
		Kind:    roadmap.Human,
	}
	switch {
	case !user:
		// Groups have a name, and on Cloud a groupId; teams a name and an id.
		p.Kind, p.Name = roadmap.Group, clean(u.Name)
		p.ID = u.GroupID
		if p.ID == "" {
			p.ID = strings.Trim(string(u.ID), `"`)
		}
		if p.ID == "" || p.ID == "null" {
			p.ID = p.Name
		}
	case u.AccountType == "app":
		p.Kind = roadmap.App
	case id == lostAccount && !t.dataCenter():
		p.ID, p.Active = lostAccount+":"+where, false
	}
	return p, p.ID != ""
}
