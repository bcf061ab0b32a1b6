package jira

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// links reads the ways towards a goal that an issue states. Where parent and an
// older field say the same, parent has said it.
func (t *Tracker) links(f fieldMap) []roadmap.Link {
	var links []roadmap.Link
	said := map[string]bool{} // keys of issues already linked to
	add := func(field string, to wireRef) {
		if to.Key != "" && said[to.Key] {
			return
		}
		said[to.Key] = true
		if l, ok := t.link(roadmap.WayParent, field, to); ok {
			links = append(links, l)
		}
	}
	var parent wireRef
	if f.read("parent", &parent) {
		add("parent", parent)
	}
	if id := t.schema.epicLink; id != "" {
		add("Epic Link ("+id+")", issueIn(f, id))
	}
	if id := t.schema.parentLink; id != "" {
		add("Parent Link ("+id+")", issueIn(f, id))
	}
	return append(links, t.issueLinks(f)...)
}

// link makes a link to an issue of this site; ok is false where it leads nowhere.
func (t *Tracker) link(way roadmap.Way, field string, to wireRef) (l roadmap.Link, ok bool) {
	l = roadmap.Link{Way: way, Field: field}
	if to.ID == "" && to.Key == "" {
		return l, false
	}
	if to.ID != "" {
		l.To = t.key(to.ID)
	}
	if to.Key != "" {
		l.ToRef = roadmap.NewRef(t.name, to.Key)
	}
	return l, true
}

// issueIn reads a field that leads to an issue: null, its key, or an object that
// holds the issue itself or under data, as Advanced Roadmaps writes it.
func issueIn(f fieldMap, id string) wireRef {
	type keyed struct { // an id may be a number here, so only the key is read
		Key string `json:"key"`
	}
	var o struct {
		keyed
		Data keyed `json:"data"`
	}
	switch {
	case f.text(id) != "":
		return wireRef{Key: f.text(id)}
	case !f.read(id, &o):
		return wireRef{}
	}
	return wireRef{Key: cmp.Or(o.Data.Key, o.Key)}
}

// linkNames gives the names of issue links that the org's file follows.
func (t *Tracker) linkNames() []string {
	var names []string
	for _, l := range t.o.Links {
		if l.Way == roadmap.WayIssueLink {
			names = append(names, l.IssueLinks...)
		}
	}
	return names
}

type wireIssueLink struct {
	Type struct {
		Name    string `json:"name"`
		Inward  string `json:"inward"`
		Outward string `json:"outward"`
	} `json:"type"`
	InwardIssue  *wireRef `json:"inwardIssue"` // the one that does it to this issue
	OutwardIssue *wireRef `json:"outwardIssue"`
}

// issueLinks reads the links between issues that the org's file follows. A name
// that is one of a type's directions means that direction only, a type's name
// means both.
func (t *Tracker) issueLinks(f fieldMap) []roadmap.Link {
	names := t.linkNames()
	var all []json.RawMessage
	if len(names) == 0 || !f.read("issuelinks", &all) {
		return nil
	}
	var links []roadmap.Link
	for _, raw := range all {
		var w wireIssueLink
		if json.Unmarshal(raw, &w) != nil {
			continue
		}
		for _, end := range []struct {
			phrase string
			to     *wireRef
		}{{w.Type.Outward, w.OutwardIssue}, {w.Type.Inward, w.InwardIssue}} {
			if end.to == nil || !slices.ContainsFunc(names, func(name string) bool { return follows(name, end.phrase, w) }) {
				continue
			}
			field := fmt.Sprintf("issue link %q", clean(cmp.Or(end.phrase, w.Type.Name)))
			if l, ok := t.link(roadmap.WayIssueLink, field, *end.to); ok && !slices.Contains(links, l) {
				links = append(links, l)
			}
		}
	}
	return links
}

// follows reports whether a name of the file means a link's direction.
func follows(name, phrase string, w wireIssueLink) bool {
	is := func(s string) bool {
		return s != "" && strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(s))
	}
	if is(w.Type.Inward) || is(w.Type.Outward) {
		return is(phrase)
	}
	return is(w.Type.Name)
}

// goalSpecs gives the "field:..." forms that the org's ways to a goal name,
// sorted, each once.
func goalSpecs(links []config.LinkWay) []string {
	var specs []string
	for _, l := range links {
		if l.Way == roadmap.WayField && l.Field != "" {
			specs = append(specs, l.Field)
		}
	}
	slices.Sort(specs)
	return slices.Compact(specs)
}

// goalFields reads the fields that hold a goal's key, as people filled them in.
func (t *Tracker) goalFields(f fieldMap) map[string][]string {
	var all map[string][]string
	for _, g := range t.schema.goals {
		if values := tidy(goalsIn(f[g.field])); len(values) > 0 {
			if all == nil {
				all = map[string][]string{}
			}
			all[g.spec] = values
		}
	}
	return all
}

// goalsIn reads the value of a field of any type that can name a goal: text, an
// address that ends in a key, an option and the one below it, an issue, or a
// list of those.
func goalsIn(raw json.RawMessage) []string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil
		}
		return []string{goalNamed(s)}
	case '[':
		var each []json.RawMessage
		_ = json.Unmarshal(raw, &each) // valid: it is part of a valid answer
		var values []string
		for _, one := range each {
			if one = bytes.TrimSpace(one); len(one) > 0 && one[0] != '[' {
				values = append(values, goalsIn(one)...)
			}
		}
		return values
	case '{':
		var o map[string]json.RawMessage
		_ = json.Unmarshal(raw, &o)
		for _, name := range []string{"key", "value", "name"} {
			if s := fieldMap(o).text(name); s != "" {
				return append([]string{goalNamed(s)}, goalsIn(o["child"])...)
			}
		}
		return goalsIn(o["data"])
	}
	return nil
}

// goalNamed takes the key off the end of an address; everything else stays as
// it is, but for the space around it.
func goalNamed(s string) string {
	s = cut(strings.TrimSpace(clean(s)), 255)
	if u, err := url.Parse(s); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		if last := path.Base(u.Path); issueKey.MatchString(last) {
			return last
		}
	}
	return s
}
