package jira

import (
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
	f := is.Fields
	var status wireStatus
	var kind wireIssueType
	var project wireProject
	f.read("status", &status)
	f.read("issuetype", &kind)
	f.read("project", &project)
	t.saw(is.ID, project)
	it := roadmap.Item{
		Key:      t.key(is.ID),
		Ref:      roadmap.NewRef(t.name, is.Key),
		Kind:     roadmap.KindIssue,
		Type:     clean(kind.Name),
		Level:    t.kind.level(kind, f),
		Title:    clean(f.text("summary")),
		URL:      t.site + "/browse/" + is.Key,
		Status:   statusOf(status),
		Labels:   labels(f),
		Project:  project.Key,
		Priority: priority(f),
		People:   t.people(is),
		Links:    t.links(f),
		Fields:   t.goalFields(f),
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
	if f.text("archiveddate") != "" { // read-only, and in no search
		it.Status = roadmap.StatusDropped
	}
	if it.Status == roadmap.StatusDoing {
		// When the status entered its present category. Not known: zero.
		it.Started, _ = parseTime(f.text("statuscategorychangedate"))
	}
	return it, nil
}

// fieldMap is an issue's fields.
type fieldMap map[string]json.RawMessage

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
