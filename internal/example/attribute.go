package example

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// everywhere gives the attributes that every item may have.
func everywhere() []string {
	return []string{"created", "former", "labels", "missing", "started", "updated", "url"}
}

// attribute reads one NAME=VALUE of an item's line.
func (w *World) attribute(it *roadmap.Item, is sort, word word) *LineError {
	name, value := word.pair()
	t, _ := w.org.Tracker(it.Key.Tracker)
	if t.Type == config.Jira {
		if link, ok := w.issueLink(name); ok {
			return w.links(it, roadmap.WayIssueLink, link, value)
		}
		if strings.HasPrefix(name, "field:") {
			return w.field(it, word, name, value)
		}
	}
	known := slices.Concat(everywhere(), is.has)
	if !slices.Contains(known, name) {
		if t.Type == config.Jira {
			known = slices.Concat(known, w.names)
		}
		return word.fail(config.DidYouMean(name, known), "there is no attribute %q of %s %s", name, article(is.name), is.name)
	}
	bareWords := []string{"goal", "missing", "outside", "unseen"}
	if !slices.Contains(bareWords, name) && bare(value.text) == "" {
		return word.fail("", "%s needs a value: %s=VALUE", name, name)
	}
	switch name {
	case "goal":
		return w.goal(it, word, value)
	case "missing":
		w.missing[it.Key] = true
	case "outside":
		it.InScope = false
	case "unseen":
		w.unseen[it.Key] = true
	case "parent", "project":
		return w.links(it, roadmap.Way(name), name, value)
	case "epic-link":
		ref, err := w.ref(value, it.Key.Tracker)
		if err != nil {
			return err
		}
		it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayParent, Field: "Epic Link", ToRef: ref})
	case "initiative":
		return w.edgesTo(it, roadmap.SetProjectInitiative, value)
	case "above":
		return w.edgesTo(it, roadmap.SetInitiativeParent, value)
	case "labels":
		it.Labels = texts(value)
	case "components":
		it.Components = texts(value)
	case "former":
		it.Former = texts(value)
	case "type":
		it.Type = bare(value.text)
	case "url":
		it.URL = bare(value.text)
	case "priority":
		return w.priority(it, value)
	case "milestone":
		it.Milestone = bare(value.text)
	case "sprint":
		sprint, not := strings.CutSuffix(bare(value.text), "(inactive)")
		it.Sprint, it.InSprint = strings.TrimSpace(sprint), !not
	case "target":
		if _, err := time.Parse(time.DateOnly, value.text); err != nil {
			return value.fail("", "not a date; write it as 2026-12-31")
		}
		it.Target = value.text
	case "created":
		return w.moment(&it.Created, value)
	case "updated":
		return w.moment(&it.Updated, value)
	case "started":
		return w.moment(&it.Started, value)
	default: // assignee, reporter, owner, lead
		w.people(it, name, value)
	}
	return nil
}

// goal makes an item a member of a roadmap source: the first of its tracker, or
// with goal=2 the second of the file.
func (w *World) goal(it *roadmap.Item, word, value word) *LineError {
	n := slices.IndexFunc(w.org.Roadmap, func(src config.Source) bool { return src.From == it.Key.Tracker })
	if value.text != "" {
		i, err := strconv.Atoi(value.text)
		if err != nil || i < 1 || i > len(w.org.Roadmap) {
			return value.fail("", "the org has %d roadmap sources: write goal=1 for the first", len(w.org.Roadmap))
		}
		n = i - 1
	}
	if n < 0 || w.org.Roadmap[n].From != it.Key.Tracker {
		return word.fail("", "that roadmap source is not of %s", it.Key.Tracker)
	}
	w.edge(it, roadmap.SetGoals+strconv.Itoa(n), roadmap.Key{})
	return nil
}

func (w *World) links(it *roadmap.Item, way roadmap.Way, field string, value word) *LineError {
	for _, v := range value.list() {
		ref, err := w.ref(v, it.Key.Tracker)
		if err != nil {
			return err
		}
		it.Links = append(it.Links, roadmap.Link{Way: way, Field: field, To: KeyOf(ref), ToRef: ref})
	}
	return nil
}

func (w *World) edgesTo(it *roadmap.Item, set string, value word) *LineError {
	for _, v := range value.list() {
		ref, err := w.ref(v, it.Key.Tracker)
		if err != nil {
			return err
		}
		w.edge(it, set, KeyOf(ref))
	}
	return nil
}

func (w *World) edge(from *roadmap.Item, set string, to roadmap.Key) {
	sets := w.edges[from.Key.Tracker]
	if sets == nil {
		sets = map[string][]roadmap.Edge{}
		w.edges[from.Key.Tracker] = sets
	}
	sets[set] = append(sets[set], roadmap.Edge{From: from.Key, To: to})
}

// issueLinks gives the names of issue links that are followed.
func (w *World) issueLinks() []string {
	var names []string
	for _, l := range w.org.Links {
		names = append(names, l.IssueLinks...)
	}
	return names
}

// issueLink words an issue link as the connector does. Where the org follows
// none, there is one still, which leads nowhere.
func (w *World) issueLink(name string) (field string, ok bool) {
	names := w.issueLinks()
	if len(names) == 0 {
		names = []string{"implements"}
	}
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return fmt.Sprintf("issue link %q", n), true
		}
	}
	return "", false
}

// fields gives the fields that the org's file names.
func (w *World) fields() []string {
	var specs []string
	for _, l := range w.org.Links {
		specs = append(specs, l.Field)
	}
	for _, src := range w.org.Roadmap {
		specs = append(specs, src.PM, src.PO)
	}
	specs = slices.DeleteFunc(specs, func(s string) bool { return !strings.HasPrefix(s, "field:") })
	slices.Sort(specs)
	return slices.Compact(specs)
}

// field fills a field of Jira: with people where the file reads people from it,
// with names of goals where it reads those.
func (w *World) field(it *roadmap.Item, word word, spec string, value word) *LineError {
	if !slices.Contains(w.fields(), spec) {
		return word.fail(config.DidYouMean(spec, w.fields()), "the org's file reads no field %q", strings.TrimPrefix(spec, "field:"))
	}
	if value.text == "" {
		return word.fail("", "%s needs a value", spec)
	}
	if it.Fields == nil {
		it.Fields = map[string][]string{}
	}
	it.Fields[spec] = texts(value)
	w.people(it, spec, value)
	return nil
}

func (w *World) priority(it *roadmap.Item, value word) *LineError {
	words := []string{"urgent", "high", "medium", "low", "none"}
	if !slices.Contains(words, value.text) {
		return value.fail(config.DidYouMean(value.text, words), "there is no priority %q; it is %s", value.text, strings.Join(words, ", "))
	}
	it.Priority = roadmap.Priority(value.text)
	return nil
}

// moment reads a date (midnight in the org's zone), a time, or an age such as 5d.
func (w *World) moment(dst *time.Time, value word) *LineError {
	if t, err := time.Parse(time.RFC3339, value.text); err == nil {
		*dst = t
		return nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, value.text, w.org.Location); err == nil {
		*dst = t
		return nil
	}
	age, err := config.ParseDuration(value.text)
	if err != nil || age.Business > 0 {
		return value.fail("", "want a date, 2026-12-31, or an age, 5d, not %q", value.text)
	}
	*dst = w.at.Add(-age.Clock).AddDate(0, 0, -age.Days)
	return nil
}

// people names the people of a field.
func (w *World) people(it *roadmap.Item, field string, value word) {
	if it.People == nil {
		it.People = map[string][]roadmap.Person{}
	}
	for _, v := range value.list() {
		it.People[field] = append(it.People[field], w.person(it.Key.Tracker, bare(v.text)))
	}
}

// person reads NAME or NAME(WORD ...), each word inactive, app, group, an e-mail
// address or id:ACCOUNT. One whom the file's people name has the account there.
func (w *World) person(tracker, s string) roadmap.Person {
	name, rest, _ := strings.Cut(s, "(")
	p := roadmap.Person{Tracker: tracker, Name: strings.TrimSpace(name), Active: true}
	for _, word := range strings.Fields(strings.TrimSuffix(rest, ")")) {
		switch id, isID := strings.CutPrefix(word, "id:"); {
		case isID:
			p.ID = id
		case word == "inactive":
			p.Active = false
		case word == "app":
			p.Kind = roadmap.App
		case word == "group":
			p.Kind = roadmap.Group
		default:
			p.Email = word
		}
	}
	if p.ID == "" && p.Email == "" {
		i := slices.IndexFunc(w.org.People, func(o config.Person) bool { return o.Name == p.Name })
		if i >= 0 {
			p.ID = w.org.People[i].Accounts[tracker]
		}
	}
	if p.ID == "" {
		p.ID = "account of " + p.Name
	}
	return p
}

func texts(value word) []string {
	var all []string
	for _, v := range value.list() {
		all = append(all, bare(v.text))
	}
	return all
}

func article(name string) string {
	if strings.ContainsRune("AEIOU", rune(name[0])) {
		return "an"
	}
	return "a"
}
