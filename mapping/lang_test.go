package mapping_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// The line language of testdata/*.txtar; testdata/README.md describes it.

// now is the time of every case.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// world is the items of a case.
type world struct {
	org        *config.Org
	items      []roadmap.Item
	edges      map[string]map[string][]roadmap.Edge
	incomplete map[string]bool
}

func newWorld(org *config.Org) *world {
	return &world{org: org, edges: map[string]map[string][]roadmap.Edge{}, incomplete: map[string]bool{}}
}

func (w *world) input() mapping.Input {
	return mapping.Input{Org: w.org, Now: now, Items: w.items, Edges: w.edges, Incomplete: w.incomplete}
}

// line reads one line that is no expectation.
func (w *world) line(line string) error {
	words := split(line)
	if len(words) == 2 && words[0] == "incomplete" {
		w.incomplete[words[1]] = true
		return nil
	}
	if len(words) < 3 {
		return fmt.Errorf("want REF TYPE STATUS, have %q", line)
	}
	ref := roadmap.Ref(words[0])
	it := roadmap.Item{
		Key: keyOf(ref), Ref: ref, Kind: roadmap.KindIssue, Status: roadmap.Status(words[2]), Title: "Title of " + ref.Key(),
		People: map[string][]roadmap.Person{}, Created: now.AddDate(0, 0, -30),
	}
	if !slices.Contains([]string{"triage", "todo", "doing", "done", "dropped"}, words[2]) {
		return fmt.Errorf("%s: no status %q", ref, words[2])
	}
	if err := w.kind(&it, words[1]); err != nil {
		return err
	}
	for _, word := range words[3:] {
		if title, ok := strings.CutPrefix(word, `"`); ok {
			it.Title = strings.TrimSuffix(title, `"`)
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(word, `"`, ""), "=")
		if err := w.attribute(&it, name, value); err != nil {
			return err
		}
	}
	slices.Sort(it.Labels)
	w.items = append(w.items, it)
	return nil
}

// kind sets what the word for an item's type means, and with it whether the
// item is in the org's scope.
func (w *world) kind(it *roadmap.Item, word string) error {
	type meaning struct {
		name  string
		level int
		kind  roadmap.Kind
	}
	m, ok := map[string]meaning{
		"jira initiative": {"Initiative", roadmap.LevelAbove, roadmap.KindIssue},
		"jira epic":       {"Epic", roadmap.LevelEpic, roadmap.KindIssue},
		"jira story":      {"Story", roadmap.LevelStory, roadmap.KindIssue},
		"jira task":       {"Task", roadmap.LevelStory, roadmap.KindIssue},
		"jira bug":        {"Bug", roadmap.LevelStory, roadmap.KindIssue},
		"jira subtask":    {"Sub-task", roadmap.LevelSubtask, roadmap.KindIssue},
		"eng issue":       {"Issue", roadmap.LevelStory, roadmap.KindIssue},
		"eng subissue":    {"Issue", roadmap.LevelSubtask, roadmap.KindIssue},
		"eng project":     {"Project", roadmap.LevelEpic, roadmap.KindProject},
		"eng initiative":  {"Initiative", roadmap.LevelAbove, roadmap.KindInitiative},
	}[it.Ref.Tracker()+" "+word]
	if !ok {
		return fmt.Errorf("%s: no type %q there", it.Ref, word)
	}
	it.Type, it.Level, it.Kind = m.name, m.level, m.kind
	t, _ := w.org.Tracker(it.Ref.Tracker())
	before, _, _ := strings.Cut(it.Ref.Key(), "-")
	switch {
	case it.Kind != roadmap.KindIssue:
	case t.Type == config.Linear:
		it.Team, it.InScope = before, slices.Contains(t.Teams, before)
	default:
		it.Project, it.InScope = before, slices.Contains(t.Projects, before)
	}
	return nil
}

func (w *world) attribute(it *roadmap.Item, name, value string) error {
	list := strings.Split(value, ",")
	switch name {
	case "goal":
		if value == "" {
			value = "0"
		}
		w.edge(it, roadmap.SetGoals+value, roadmap.Key{})
	case "parent", "project":
		for _, ref := range list {
			it.Links = append(it.Links, roadmap.Link{Way: roadmap.Way(name), Field: name, To: keyOf(roadmap.Ref(ref))})
		}
	case "implements":
		for _, ref := range list {
			it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayIssueLink, Field: `issue link "implements"`, To: keyOf(roadmap.Ref(ref))})
		}
	case "strategic-goal", "theme":
		if it.Fields == nil {
			it.Fields = map[string][]string{}
		}
		spec := map[string]string{"strategic-goal": "field:Strategic goal", "theme": "field:Theme"}[name]
		it.Fields[spec] = list
	case "epic-link":
		it.Links = append(it.Links, roadmap.Link{Way: roadmap.WayParent, Field: "Epic Link", ToRef: roadmap.Ref(value)})
	case "initiative":
		for _, ref := range list {
			w.edge(it, roadmap.SetProjectInitiative, keyOf(roadmap.Ref(ref)))
		}
	case "above":
		w.edge(it, roadmap.SetInitiativeParent, keyOf(roadmap.Ref(value)))
	case "labels":
		it.Labels = list
	case "former":
		it.Former = list
	case "sprint":
		it.Sprint, it.InSprint = value, true
	case "url":
		it.URL = value
	case "created":
		day, err := time.Parse(time.DateOnly, value)
		it.Created = day
		return err
	case "assignee", "reporter", "owner", "lead", "product-owner":
		if name == "product-owner" {
			name = "field:Product Owner"
		}
		for _, person := range list {
			it.People[name] = append(it.People[name], personOf(it.Ref.Tracker(), person))
		}
	default:
		return fmt.Errorf("%s: no attribute %q", it.Ref, name)
	}
	return nil
}

func (w *world) edge(from *roadmap.Item, set string, to roadmap.Key) {
	sets := w.edges[from.Key.Tracker]
	if sets == nil {
		sets = map[string][]roadmap.Edge{}
		w.edges[from.Key.Tracker] = sets
	}
	sets[set] = append(sets[set], roadmap.Edge{From: from.Key, To: to})
}

// keyOf gives the identity of an item of a case: never its human key.
func keyOf(ref roadmap.Ref) roadmap.Key {
	if ref.Tracker() == roadmap.FileTracker {
		return roadmap.Key{Tracker: roadmap.FileTracker, ID: ref.Key()}
	}
	return roadmap.Key{Tracker: ref.Tracker(), ID: "id of " + ref.Key()}
}

// personOf reads NAME, NAME(app), NAME(group), NAME(E-MAIL), NAME(id:ACCOUNT) or
// NAME(id:ACCOUNT E-MAIL).
func personOf(tracker, s string) roadmap.Person {
	name, rest, _ := strings.Cut(s, "(")
	p := roadmap.Person{Tracker: tracker, ID: "account of " + name, Name: name, Active: true}
	for _, word := range strings.Fields(strings.TrimSuffix(rest, ")")) {
		switch id, isID := strings.CutPrefix(word, "id:"); {
		case isID:
			p.ID = id
		case word == "app":
			p.Kind = roadmap.App
		case word == "group":
			p.Kind = roadmap.Group
		default:
			p.Email = word
		}
	}
	return p
}

// split cuts a line at its spaces, but not inside double quotes, which it keeps.
func split(line string) []string {
	quoted := false
	return strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && r == ' '
	})
}

// summary words a goal as the expectation lines do.
func summary(g mapping.Goal) map[string]string {
	names := func(owners []mapping.Owner) string {
		if len(owners) == 0 {
			return "-"
		}
		all := make([]string, len(owners))
		for i, o := range owners {
			all[i] = o.Name
		}
		return strings.Join(all, ",")
	}
	return map[string]string{
		"pm": names(g.PM), "po": names(g.PO), "status": g.Item.Status.Goal(),
		"open": strconv.Itoa(g.OpenStories), "done": strconv.Itoa(g.DoneStories),
	}
}
