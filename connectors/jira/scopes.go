package jira

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// judgeScopes finds the projects whose own fields do not count as doubles: those
// of which the file says nothing. It asks only where a name stands more than once.
func (t *Tracker) judgeScopes(ctx context.Context, s *schema, specs []string) error {
	s.foreign = map[string]bool{}
	for _, spec := range specs {
		named := s.named(spec)
		if len(named) < 2 {
			continue
		}
		for _, f := range named {
			id := f.project()
			if _, judged := s.foreign[id]; judged || id == "" {
				continue
			}
			var p wireProject
			err := t.call(ctx, request{op: "see the project of field " + f.ID, method: http.MethodGet, path: "rest/api/2/project/" + url.PathEscape(id)}, &p)
			if err != nil && connectors.KindOf(err) != connectors.NotFound {
				return err
			}
			s.foreign[id] = err != nil || !t.speaksOf(id, p)
		}
	}
	return nil
}

// speaksOf reports whether the org's file names a project: as one of the story
// projects, or somewhere in a query for goals.
func (t *Tracker) speaksOf(id string, p wireProject) bool {
	is := func(word string) bool {
		return word == id || strings.EqualFold(word, p.Key) || strings.EqualFold(word, p.Name)
	}
	if slices.ContainsFunc(t.o.Config.Projects, is) {
		return true
	}
	for _, src := range t.o.Sources {
		words := strings.FieldsFunc(src.JQL, func(r rune) bool { return strings.ContainsRune(" \t\n\r\"'(),=!", r) })
		if slices.ContainsFunc(words, is) || p.Name != "" && strings.Contains(strings.ToLower(src.JQL), quoteJQL(strings.ToLower(p.Name))) {
			return true
		}
	}
	return false
}
