package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

var goalID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// roadmap decodes the sources of goals.
func (d *decoder) roadmap(top *table) []Source {
	items, _, ok := top.list("roadmap")
	if !ok {
		return nil
	}
	var out []Source
	for i, n := range items {
		path := fmt.Sprintf("roadmap[%d]", i)
		t, ok := d.table(n, n.pos, path, sourceKeys())
		if ok {
			out = append(out, d.source(t))
		}
	}
	return out
}

func (d *decoder) source(t *table) Source {
	var s Source
	if !t.need("from") {
		return s
	}
	from, at, ok := t.text("from")
	if !ok {
		return s
	}
	s.From = from
	d.sources[from] = true
	kind, known := d.trackers[from]
	switch {
	case from == roadmap.FileTracker:
		t.as(roadmap.FileTracker, "sources", map[string]string{"pm": "it stands on each goal", "po": "it stands on each goal"})
		if t.need("goals") {
			s.File = d.fileGoals(t)
		}
	case !known:
		names := append(d.trackerWords(), roadmap.FileTracker)
		d.fail(at, join(t.path, "from"), DidYouMean(from, names), "there is no tracker%s; there is %s", nameOf(from), list(names))
	case kind == Jira:
		t.as(string(Jira), "sources", map[string]string{"goals": "goals of a jira tracker are found by jql"})
		if t.need("jql") {
			s.JQL = d.jql(t)
		}
		s.PM, s.PO = d.owner(t, "pm", Jira, "assignee"), d.owner(t, "po", Jira, "")
	case kind == Linear:
		t.as(string(Linear), "sources", nil)
		if t.need("goals") {
			s.Goals, _ = t.word("goals")
		}
		s.PM, s.PO = d.owner(t, "pm", Linear, "owner"), d.owner(t, "po", Linear, "lead")
	}
	return s
}

// trackerWords are the trackers' names that may stand in a message.
func (d *decoder) trackerWords() []string {
	var out []string
	for _, n := range d.names {
		if shown(n) != "this" {
			out = append(out, n)
		}
	}
	return out
}

// owner reads pm or po of a source: the field that holds the person.
func (d *decoder) owner(t *table, key string, kind TrackerType, otherwise string) string {
	s, at, ok := t.text(key)
	if !ok {
		return otherwise
	}
	forms := []string{"owner", "lead"}
	if kind == Jira {
		forms = []string{"assignee", "reporter"}
		if name, isField := strings.CutPrefix(s, fieldPrefix); isField {
			if strings.TrimSpace(name) == "" {
				d.fail(at, join(t.path, key), `as in "field:Product Owner"`, "field: needs the name or id of a field")
			}
			return s
		}
	}
	if !slices.Contains(forms, s) {
		if kind == Jira {
			forms = append(forms, "field:<name or id>")
		}
		d.fail(at, join(t.path, key), DidYouMean(s, forms), "%s is not known here; it is %s", shown(s), list(forms))
		return otherwise
	}
	return s
}

func (d *decoder) fileGoals(t *table) []FileGoal {
	items, _, ok := t.list("goals")
	if !ok {
		return nil
	}
	var out []FileGoal
	for i, n := range items {
		path := fmt.Sprintf("%s.goals[%d]", t.path, i)
		g, ok := d.table(n, n.pos, path, goalKeys())
		if ok {
			out = append(out, d.fileGoal(g))
		}
	}
	return out
}

func (d *decoder) fileGoal(t *table) FileGoal {
	g := FileGoal{Status: roadmap.StatusDoing}
	if t.need("id") {
		if id, at, ok := t.text("id"); ok {
			g.ID = id
			if !goalID.MatchString(id) {
				d.fail(at, join(t.path, "id"), "as in GROW-1", "must be 1 to 100 letters, digits, dots, _ and -")
			} else if line, twice := d.goals[id]; twice {
				d.fail(at, join(t.path, "id"), "each goal needs an id of its own", "is the id of the goal on line %d already", line)
			} else {
				d.goals[id] = at.line
			}
		}
	}
	if t.need("title") {
		g.Title, _, _ = t.text("title")
	}
	if s, ok := t.word("status"); ok {
		g.Status = map[string]roadmap.Status{
			"planned": roadmap.StatusTodo, "active": roadmap.StatusDoing,
			"done": roadmap.StatusDone, "dropped": roadmap.StatusDropped,
		}[s]
	}
	if day, ok := t.date("target", time.UTC); ok {
		g.Target = day.Format(time.DateOnly)
	}
	if s, at, ok := t.text("url"); ok {
		if _, err := parseURL(s); err != nil {
			d.fail(at, join(t.path, "url"), "", "%v", err)
		} else {
			g.URL = s
		}
	}
	g.PM, g.PO = t.names("pm"), t.names("po")
	return g
}

// names reads a key that holds one name or a list of them.
func (t *table) names(key string) []string {
	f, ok := t.values[key]
	if !ok {
		return nil
	}
	if f.value.kind == kindList {
		return t.texts(key, func(string) string { return "" })
	}
	if s, _, ok := t.text(key); ok {
		return []string{s}
	}
	return nil
}
