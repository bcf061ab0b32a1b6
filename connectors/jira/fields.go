package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/alignd/alignd/connectors"
)

// The types of the fields that lead from an issue to others. A field is known by
// its type: ids differ from site to site, and names are translated and renamed.
const (
	typeEpicLink   = "com.pyxis.greenhopper.jira:gh-epic-link"
	typeEpicName   = "com.pyxis.greenhopper.jira:gh-epic-label"
	typeSprint     = "com.pyxis.greenhopper.jira:gh-sprint"
	typeParentLink = "com.atlassian.jpo:jpo-custom-field-parent"
)

// schema is what we know of a site's fields.
type schema struct {
	all        []wireField
	epicLink   string // field ids; "" where the site has no such field
	sprint     string
	parentLink string
	epicName   string
	issueLinks bool   // links between issues are asked for
	roles      []role // fields that name people
	goals      []role // fields that name goals
	// epicByName: no issue type is called Epic, and what has an Epic Name is one.
	epicByName bool
	// foreign are the ids of projects whose own fields do not count where another
	// field has the same name.
	foreign map[string]bool
}

// role ties a "field:..." form of the org's file to the field that it means.
type role struct{ spec, field string }

func newSchema(all []wireField) *schema {
	return &schema{
		all:        all,
		epicLink:   byType(all, typeEpicLink),
		sprint:     byType(all, typeSprint),
		parentLink: byType(all, typeParentLink),
		epicName:   byType(all, typeEpicName),
	}
}

// byType gives the id of the first field of a type, in the order of ids, so that
// a site with two always gives the same one.
func byType(all []wireField, custom string) string {
	first := ""
	for _, f := range all {
		if f.Schema.Custom == custom && (first == "" || compareIDs(f.ID, first) < 0) {
			first = f.ID
		}
	}
	return first
}

// compareIDs puts customfield_9 before customfield_10.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// roleSpecs gives the "field:..." forms that the org's file uses for this
// tracker, sorted, each once.
func (t *Tracker) roleSpecs() []string {
	var specs []string
	for _, s := range t.o.Sources {
		for _, spec := range []string{s.PM, s.PO} {
			if strings.HasPrefix(spec, fieldPrefix) {
				specs = append(specs, spec)
			}
		}
	}
	slices.Sort(specs)
	return slices.Compact(specs)
}

const fieldPrefix = "field:"

// resolveAll finds the fields that the org's file names.
func (t *Tracker) resolveAll(ctx context.Context, s *schema) error {
	s.issueLinks = len(t.linkNames()) > 0
	people, goals := t.roleSpecs(), goalSpecs(t.o.Links)
	if err := t.judgeScopes(ctx, s, slices.Concat(people, goals)); err != nil {
		return err
	}
	for _, spec := range people {
		f, err := s.resolve(spec)
		if err != nil {
			return t.fail("find the field of a role", connectors.Invalid, err, "correct pm or po in the roadmap section, or let the account see the field")
		}
		s.roles = append(s.roles, role{spec: spec, field: f.ID})
	}
	for _, spec := range goals {
		f, err := s.find(spec)
		if t.o.LinkFieldOptional && errors.Is(err, errNoField) {
			continue
		}
		if err != nil {
			return t.fail("find the field of a link", connectors.Invalid, err, "correct it under links, or let the account see the field")
		}
		s.goals = append(s.goals, role{spec: spec, field: f.ID})
	}
	return nil
}

// project is the id of the team-managed project that the field belongs to; "":
// the whole site.
func (f wireField) project() string {
	if f.Scope == nil {
		return ""
	}
	return f.Scope.Project.ID
}

// named gives the fields that "field:<id, type or name>" can mean, in that order
// of preference.
func (s *schema) named(spec string) []wireField {
	want := strings.TrimSpace(strings.TrimPrefix(spec, fieldPrefix))
	for _, is := range []func(wireField) bool{
		func(f wireField) bool { return f.ID == want },
		func(f wireField) bool { return f.Schema.Custom == want },
		func(f wireField) bool { return f.Name == want },
	} {
		var named []wireField
		for _, f := range s.all {
			if is(f) {
				named = append(named, f)
			}
		}
		if len(named) > 0 {
			return named
		}
	}
	return nil
}

var errNoField = errors.New("no field")

// find gives the field that a "field:..." form means. Its errors are meant for
// the person who wrote the file.
func (s *schema) find(spec string) (wireField, error) {
	want := strings.TrimSpace(strings.TrimPrefix(spec, fieldPrefix))
	named := s.named(spec)
	if ours := slices.DeleteFunc(slices.Clone(named), func(f wireField) bool { return s.foreign[f.project()] }); len(ours) > 0 {
		named = ours
	}
	switch len(named) {
	case 0:
		return wireField{}, fmt.Errorf("%w is named %q, or this account may not see it%s", errNoField, want, s.near(want))
	case 1:
		return named[0], nil
	}
	slices.SortFunc(named, func(a, b wireField) int { return compareIDs(a.ID, b.ID) })
	ids := make([]string, len(named))
	for i, f := range named {
		ids[i] = f.ID
		if f.project() != "" {
			ids[i] += " (of project " + f.project() + " only)"
		}
	}
	return wireField{}, fmt.Errorf("%d fields are named %q: %s; name the one that is meant by its id, as in %s%s",
		len(named), want, strings.Join(ids, " and "), fieldPrefix, named[0].ID)
}

// resolve finds the field of a role, which has to be able to name people.
func (s *schema) resolve(spec string) (wireField, error) {
	f, err := s.find(spec)
	if err != nil {
		return wireField{}, err
	}
	return f, namesPeople(f)
}

// namesPeople refuses a field that can never name a person: with it, every goal
// would be flagged for want of an owner.
func namesPeople(f wireField) error {
	kind := f.Schema.Type
	if kind == "array" {
		kind = f.Schema.Items
	}
	switch kind {
	case "string", "number", "date", "datetime", "option", "option-with-child", "priority", "status",
		"issuetype", "project", "version", "component", "resolution", "issuelinks", "progress", "timetracking":
		return fmt.Errorf("the field %q (%s) holds a %s, which names nobody", clean(f.Name), f.ID, kind)
	}
	return nil
}

// near names up to three fields whose names are much like the one that was not
// found.
func (s *schema) near(want string) string {
	type candidate struct {
		name string
		far  int
	}
	var found []candidate
	low := strings.ToLower(want)
	for _, f := range s.all {
		name := strings.ToLower(f.Name)
		far := levenshtein.ComputeDistance(low, name)
		if len(low) > 2 && (strings.Contains(name, low) || len(name) > 2 && strings.Contains(low, name)) {
			far = min(far, 2)
		}
		if far <= max(2, len(low)/3) {
			found = append(found, candidate{visible(f.Name), far})
		}
	}
	if len(found) == 0 {
		return ""
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name))
	})
	found = slices.Compact(found)
	names := make([]string, 0, 3)
	for _, c := range found[:min(3, len(found))] {
		names = append(names, fmt.Sprintf("%q", c.name))
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

// ask lists the fields that an issue is asked for: what an item is made of, and
// nothing more.
func (s *schema) ask() []string {
	fields := []string{
		"summary", "issuetype", "status", "statuscategorychangedate", "project", "parent", "labels", "components",
		"priority", "assignee", "reporter", "created", "updated", "duedate", "archiveddate",
	}
	if s.issueLinks {
		fields = append(fields, "issuelinks")
	}
	if s.epicByName && s.epicName != "" {
		fields = append(fields, s.epicName)
	}
	for _, id := range []string{s.epicLink, s.sprint, s.parentLink} {
		if id != "" {
			fields = append(fields, id)
		}
	}
	for _, r := range slices.Concat(s.roles, s.goals) {
		if !slices.Contains(fields, r.field) {
			fields = append(fields, r.field)
		}
	}
	return fields
}
