package example

import (
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// World is what a case gives: items, and what is known to be missing.
type World struct {
	org   *config.Org
	at    time.Time
	names []string // of attributes that hold spaces

	items      []roadmap.Item
	edges      map[string]map[string][]roadmap.Edge
	incomplete map[string]bool
	missing    map[roadmap.Key]bool
	unseen     map[roadmap.Key]bool
	given      map[roadmap.Ref]bool
}

// NewWorld gives the world of an org at a time, with nothing in it but the goals
// of the org's file.
func NewWorld(org *config.Org, at time.Time) *World {
	w := &World{
		org: org, at: at, edges: map[string]map[string][]roadmap.Edge{}, incomplete: map[string]bool{},
		missing: map[roadmap.Key]bool{}, unseen: map[roadmap.Key]bool{}, given: map[roadmap.Ref]bool{},
	}
	for _, src := range org.Roadmap {
		for _, g := range src.File {
			w.given[roadmap.NewRef(roadmap.FileTracker, g.ID)] = true
		}
	}
	w.names = slices.Concat(w.fields(), w.issueLinks())
	return w
}

// Input gives what a mapping rests on.
func (w *World) Input() mapping.Input {
	titles := map[roadmap.Key]string{}
	for i := range w.items {
		titles[w.items[i].Key] = w.items[i].Title
	}
	items := slices.Clone(w.items)
	for i := range items { // on Linear an item's project is told by its name
		for _, l := range items[i].Links {
			if l.Way == roadmap.WayProject {
				items[i].Project = titles[l.To]
			}
		}
	}
	return mapping.Input{Org: w.org, Now: w.at, Items: items, Edges: w.edges, Incomplete: w.incomplete, Missing: w.missing}
}

// KeyOf gives the identity of an item of a case, which is never its human key.
func KeyOf(ref roadmap.Ref) roadmap.Key {
	if ref.Tracker() == roadmap.FileTracker {
		return roadmap.Key{Tracker: roadmap.FileTracker, ID: ref.Key()}
	}
	return roadmap.Key{Tracker: ref.Tracker(), ID: "id of " + ref.Key()}
}

// Add reads one line that gives something: `REF TYPE STATUS ["Title"]
// [ATTRIBUTE=VALUE ...]`, or `incomplete TRACKER`. The error is a *LineError.
func (w *World) Add(line string) error {
	if err := w.add(split(line, w.names)); err != nil {
		return err
	}
	return nil
}

func (w *World) add(words []word) *LineError {
	if len(words) > 0 && words[0].text == "incomplete" {
		if len(words) != 2 {
			return words[0].fail("", "want incomplete TRACKER")
		}
		if _, known := w.org.Tracker(words[1].text); !known {
			return words[1].fail(config.DidYouMean(words[1].text, w.trackers()), "there is no tracker %q", words[1].text)
		}
		w.incomplete[words[1].text] = true
		return nil
	}
	if len(words) < 3 {
		return (&word{}).fail(`as in jira:PAY-1 story todo "A title" parent=jira:PAY-9`, "want REF TYPE STATUS")
	}
	it, sort, err := w.begin(words[0], words[1], words[2])
	if err != nil {
		return err
	}
	for _, word := range words[3:] {
		if title, ok := word.quoted(); ok {
			it.Title = title
			continue
		}
		if err := w.attribute(it, sort, word); err != nil {
			return err
		}
	}
	if w.unseen[it.Key] {
		return nil // all that is known of it is what tables say
	}
	slices.Sort(it.Labels)
	w.given[it.Ref] = true
	w.items = append(w.items, *it)
	return nil
}

// sort is a type of item as lines name it.
type sort struct {
	name  string // as the tracker calls it
	level int
	kind  roadmap.Kind
	has   []string // attributes besides those that every item has
}

// sorts gives the types of items of a kind of tracker.
func sorts(t config.TrackerType) map[string]sort {
	if t == config.Linear {
		issue := []string{"assignee", "milestone", "parent", "priority", "project", "sprint"}
		return map[string]sort{
			"issue":      {"Issue", roadmap.LevelStory, roadmap.KindIssue, issue},
			"subissue":   {"Issue", roadmap.LevelSubtask, roadmap.KindIssue, issue},
			"project":    {"Project", roadmap.LevelEpic, roadmap.KindProject, []string{"initiative", "lead", "target", "unseen"}},
			"initiative": {"Initiative", roadmap.LevelAbove, roadmap.KindInitiative, []string{"above", "owner", "target"}},
		}
	}
	issue := []string{
		"assignee", "components", "epic-link", "goal", "outside", "parent", "priority", "reporter", "sprint", "target", "type",
	}
	return map[string]sort{
		"initiative": {"Initiative", roadmap.LevelAbove, roadmap.KindIssue, issue},
		"epic":       {"Epic", roadmap.LevelEpic, roadmap.KindIssue, issue},
		"story":      {"Story", roadmap.LevelStory, roadmap.KindIssue, issue},
		"task":       {"Task", roadmap.LevelStory, roadmap.KindIssue, issue},
		"bug":        {"Bug", roadmap.LevelStory, roadmap.KindIssue, issue},
		"subtask":    {"Sub-task", roadmap.LevelSubtask, roadmap.KindIssue, issue},
	}
}

// statuses gives the words of a status: those of items, and of goals.
func statuses() map[string]roadmap.Status {
	return map[string]roadmap.Status{
		"triage": roadmap.StatusTriage, "todo": roadmap.StatusTodo, "doing": roadmap.StatusDoing,
		"done": roadmap.StatusDone, "dropped": roadmap.StatusDropped,
		"planned": roadmap.StatusTodo, "active": roadmap.StatusDoing,
	}
}

// begin makes an item of the three words that every line has.
func (w *World) begin(name, kind, status word) (*roadmap.Item, sort, *LineError) {
	ref, err := w.ref(name, "")
	if err != nil {
		return nil, sort{}, err
	}
	t, known := w.org.Tracker(ref.Tracker())
	switch {
	case ref.Tracker() == roadmap.FileTracker:
		return nil, sort{}, name.fail("", "goals of the file stand in the org's file")
	case !known:
		return nil, sort{}, name.fail("", "want TRACKER:KEY, as in %s:ABC-1", w.trackers()[0])
	case w.given[ref]:
		return nil, sort{}, name.fail("", "%s has a line already", ref)
	}
	is, ok := sorts(t.Type)[kind.text]
	if !ok {
		return nil, sort{}, kind.fail(config.DidYouMean(kind.text, keys(sorts(t.Type))),
			"%s has no type %q; it has %s", ref.Tracker(), kind.text, strings.Join(keys(sorts(t.Type)), ", "))
	}
	st, ok := statuses()[status.text]
	if !ok {
		return nil, sort{}, status.fail(config.DidYouMean(status.text, keys(statuses())),
			"there is no status %q; it is %s", status.text, strings.Join(keys(statuses()), ", "))
	}
	const age = 30 // days: older than any grace
	created := w.at.AddDate(0, 0, -age)
	it := &roadmap.Item{
		Key: KeyOf(ref), Ref: ref, Kind: is.kind, Type: is.name, Level: is.level, Status: st,
		Title: "Title of " + ref.Key(), Created: created, Updated: created,
	}
	if is.kind == roadmap.KindIssue {
		place := ref.Key()
		if i := strings.LastIndex(place, "-"); i > 0 {
			place = place[:i]
		}
		if t.Type == config.Linear {
			it.Team, it.InScope = place, slices.Contains(t.Teams, place)
		} else {
			it.Project, it.InScope = place, slices.Contains(t.Projects, place)
		}
	}
	return it, is, nil
}

// ref reads what names an item. Without a tracker it is of this one.
func (w *World) ref(name word, tracker string) (roadmap.Ref, *LineError) {
	ref := roadmap.Ref(bare(name.text))
	if ref.Tracker() == "" && tracker != "" {
		ref = roadmap.NewRef(tracker, string(ref))
	}
	if ref.Key() == "" || ref.Tracker() == "" {
		return "", name.fail("", "want TRACKER:KEY, as in %s:ABC-1, not %q", w.trackers()[0], name.text)
	}
	if _, known := w.org.Tracker(ref.Tracker()); !known && ref.Tracker() != roadmap.FileTracker {
		return "", name.fail(config.DidYouMean(ref.Tracker(), w.trackers()), "there is no tracker %q", ref.Tracker())
	}
	return ref, nil
}

// trackers gives the names of the org's trackers, in the file's order.
func (w *World) trackers() []string {
	names := make([]string, len(w.org.Trackers))
	for i, t := range w.org.Trackers {
		names[i] = t.Name
	}
	return names
}

func keys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
