package jira

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// item says an issue in alignd's words. A field that is missing, null or of a
// type that we do not expect counts as empty; identity, status and times must
// be there, since everything rests on them.
func (t *Tracker) item(is wireIssue) (roadmap.Item, error) {
	if is.ID == "" || is.Key == "" {
		return roadmap.Item{}, fmt.Errorf("an issue without id or key (id %q, key %q)", is.ID, is.Key)
	}
	f := fieldsOf(is)
	var status wireStatus
	var kind wireIssueType
	var project wireProject
	f.read("status", &status)
	f.read("issuetype", &kind)
	f.read("project", &project)
	it := roadmap.Item{
		Key:      t.key(is.ID),
		Ref:      roadmap.NewRef(t.name, is.Key),
		Kind:     roadmap.KindIssue,
		Type:     clean(kind.Name),
		Level:    level(kind),
		Title:    clean(f.text("summary")),
		URL:      t.site + "/browse/" + is.Key,
		Status:   statusOf(status),
		Labels:   labels(f),
		Project:  project.Key,
		Priority: priority(f),
		People:   t.people(f),
		Links:    t.links(f),
		Target:   f.text("duedate"),
	}
	if it.Project == "" { // a key is always PROJECT-NUMBER
		it.Project, _, _ = strings.Cut(is.Key, "-")
	}
	it.InScope = slices.ContainsFunc(t.o.Config.Projects, func(p string) bool { return strings.EqualFold(p, it.Project) })
	it.Components = components(f)
	it.Sprint, it.InSprint = sprint(f, t.schema.sprint)
	var err error
	if it.Created, err = parseTime(f.text("created")); err != nil {
		return it, fmt.Errorf("issue %s: created: %w", is.Key, err)
	}
	if it.Updated, err = parseTime(f.text("updated")); err != nil {
		return it, fmt.Errorf("issue %s: updated: %w", is.Key, err)
	}
	if it.Status == roadmap.StatusDoing {
		// When the status entered its present category. Not known: zero.
		it.Started, _ = parseTime(f.text("statuscategorychangedate"))
	}
	return it, nil
}

// fieldMap is an issue's fields.
type fieldMap map[string]json.RawMessage

func fieldsOf(is wireIssue) fieldMap { return is.Fields }

// read decodes a field where it is there and of the expected type, and tells
// whether it was.
func (f fieldMap) read(name string, into any) bool {
	raw := f[name]
	return len(raw) > 0 && string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

func (f fieldMap) text(name string) string {
	var s string
	f.read(name, &s)
	return s
}

// level is the place in the hierarchy. A type without one is a sub-task or
// standard, by what it says of itself.
func level(k wireIssueType) int {
	switch {
	case k.Level != nil:
		return *k.Level
	case k.Subtask:
		return roadmap.LevelSubtask
	}
	return roadmap.LevelStory
}

// statusOf goes by the category's key, which is never translated.
func statusOf(s wireStatus) roadmap.Status {
	switch s.Category.Key {
	case "indeterminate":
		return roadmap.StatusDoing
	case "done":
		return roadmap.StatusDone
	}
	return roadmap.StatusTodo // "new", and "undefined", which is what no category is called
}

// priority goes by the id: the five default priorities are 1 to 5 on every
// site, whatever the language. Names serve where a site made them anew.
func priority(f fieldMap) roadmap.Priority {
	var p wireNamed
	if !f.read("priority", &p) {
		return roadmap.PriorityNone
	}
	switch p.ID {
	case "1":
		return roadmap.PriorityUrgent
	case "2":
		return roadmap.PriorityHigh
	case "3":
		return roadmap.PriorityMedium
	case "4", "5":
		return roadmap.PriorityLow
	}
	switch strings.ToLower(p.Name) {
	case "highest", "urgent", "blocker", "critical":
		return roadmap.PriorityUrgent
	case "high", "major":
		return roadmap.PriorityHigh
	case "medium", "normal":
		return roadmap.PriorityMedium
	case "low", "lowest", "minor", "trivial":
		return roadmap.PriorityLow
	}
	return roadmap.PriorityNone
}

func labels(f fieldMap) []string {
	var all []string
	f.read("labels", &all)
	return tidy(all)
}

func components(f fieldMap) []string {
	var all []wireNamed
	f.read("components", &all)
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.Name)
	}
	return tidy(names)
}

// tidy sorts, takes out NUL and doubles; nil where nothing is left.
func tidy(all []string) []string {
	var out []string
	for _, s := range all {
		if s = clean(s); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sprint gives the sprint that counts: the active one, else the next, else the
// last one that was closed. An issue keeps every sprint that it has been in.
func sprint(f fieldMap, field string) (name string, active bool) {
	var all []json.RawMessage
	if field == "" || !f.read(field, &all) {
		return "", false
	}
	rank := 0
	for _, raw := range all {
		var s wireSprint
		if json.Unmarshal(raw, &s) != nil {
			continue
		}
		switch strings.ToLower(s.State) {
		case "active":
			return clean(s.Name), true
		case "future":
			if rank < 2 {
				name, rank = clean(s.Name), 2
			}
		default:
			if rank < 2 {
				name, rank = clean(s.Name), 1
			}
		}
	}
	return name, false
}

// links reads the ways up that an issue states. Where parent and an older field
// say the same, parent has said it.
func (t *Tracker) links(f fieldMap) []roadmap.Link {
	var links []roadmap.Link
	said := map[string]bool{} // keys of issues already linked to
	add := func(field string, to wireRef) {
		if to.ID == "" && to.Key == "" || to.Key != "" && said[to.Key] {
			return
		}
		said[to.Key] = true
		l := roadmap.Link{Way: roadmap.WayParent, Field: field}
		if to.ID != "" {
			l.To = t.key(to.ID)
		} else {
			l.ToRef = roadmap.NewRef(t.name, to.Key)
		}
		links = append(links, l)
	}
	var parent wireRef
	if f.read("parent", &parent) {
		add("parent", parent)
	}
	if id := t.schema.epicLink; id != "" {
		add("Epic Link ("+id+")", wireRef{Key: f.text(id)})
	}
	if id := t.schema.parentLink; id != "" {
		add("Parent Link ("+id+")", parentLink(f, id))
	}
	return links
}

// parentLink reads Advanced Roadmaps' Parent Link: null, a key, or an object
// that holds the issue under data.
func parentLink(f fieldMap, id string) wireRef {
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

// parseTime reads both layouts that Jira uses, in one and the same issue:
// 2022-07-16T06:30:23.341+0800 and 2022-07-15T22:35:25.617Z.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", cut(visible(s), 40))
}
