package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// goalSlot stands for a goal's ref or key in a label's template.
const goalSlot = "{goal}"

// fieldPrefix begins what names a field of Jira.
const fieldPrefix = "field:"

// defaultLinks are the ways that need no word in the file.
func defaultLinks() []LinkWay {
	return []LinkWay{{Way: roadmap.WayParent}, {Way: roadmap.WayProject}, {Way: roadmap.WayLabel, Label: "goal:" + goalSlot}}
}

func (d *decoder) links(top *table) []LinkWay {
	if !top.given("links") {
		return defaultLinks()
	}
	items, _, ok := top.list("links")
	if !ok {
		return nil
	}
	var out []LinkWay
	for i, n := range items {
		way, ok := d.link(n, fmt.Sprintf("links[%d]", i))
		if !ok {
			continue
		}
		path := fmt.Sprintf("links[%d]", i)
		switch {
		case slices.ContainsFunc(out, func(o LinkWay) bool { return sameWay(o, way) }):
			d.fail(n.pos, path, "remove it", "this way stands in the list twice")
		case way.Way == roadmap.WayIssueLink && slices.ContainsFunc(out, func(o LinkWay) bool { return o.Way == way.Way }):
			d.fail(n.pos, path, "put all the names into one list", "issue-link stands in the list twice")
		default:
			out = append(out, way)
		}
	}
	return out
}

// sameWay compares two ways as they are written.
func sameWay(a, b LinkWay) bool {
	if a.When != nil && b.When != nil {
		return a.Goal == b.Goal && a.When.Source == b.When.Source
	}
	return reflect.DeepEqual(a, b)
}

// link reads one entry: a word alone, or a way and its value.
func (d *decoder) link(n *node, path string) (LinkWay, bool) {
	words := linkWords()
	if n.kind != kindTable {
		s, ok := d.text(n, path)
		switch {
		case !ok:
		case s == string(roadmap.WayParent), s == string(roadmap.WayProject):
			return LinkWay{Way: roadmap.Way(s)}, true
		case linkExample(s) != "":
			d.fail(n.pos, path, "write "+linkExample(s), "%s needs a value", s)
		default:
			d.fail(n.pos, path, DidYouMean(s, words), "unknown way%s; there is %s", nameOf(s), list(words))
		}
		return LinkWay{}, false
	}
	t, ok := d.table(n, n.pos, path, append(linkKeys(), key{name: string(roadmap.WayParent)}, key{name: string(roadmap.WayProject)}))
	if !ok {
		return LinkWay{}, false
	}
	if !t.given(string(roadmap.WayWhen)) {
		t.refuse("add when: and an expression", "says nothing without when", "goal")
	}
	t.refuse("write the word alone, as in - parent", "takes no value", string(roadmap.WayParent), string(roadmap.WayProject))
	var ways []LinkWay
	for _, read := range []func(*table) (LinkWay, bool){d.labelWay, d.issueLinkWay, d.fieldWay, d.whenWay} {
		if way, ok := read(t); ok {
			ways = append(ways, way)
		}
	}
	switch {
	case len(n.fields) == 0:
		d.fail(n.pos, path, "remove it", "names no way")
	case len(ways) > 1:
		d.fail(n.pos, path, "begin each with a - of its own", "is more than one way")
	case len(ways) == 1:
		return ways[0], true
	}
	return LinkWay{}, false
}

// linkWords are the ways of this version.
func linkWords() []string {
	entry := linkValue().either
	return append(entry[0].words, entry[1].kinds...)
}

// linkExample shows how a way that takes a value is written, or "".
func linkExample(way string) string {
	for _, k := range linkKeys() {
		if k.name == way && k.has(way) {
			return k.must
		}
	}
	return ""
}

func (d *decoder) labelWay(t *table) (LinkWay, bool) {
	s, at, ok := t.text(string(roadmap.WayLabel))
	if !ok {
		return LinkWay{}, false
	}
	path := join(t.path, string(roadmap.WayLabel))
	bare := strings.ReplaceAll(s, goalSlot, "")
	switch {
	case strings.Count(s, goalSlot) != 1:
		d.fail(at, path, `as in "goal:{goal}"`, "must hold %s once, where the goal stands", goalSlot)
	case strings.TrimSpace(s) != s:
		d.fail(at, path, "", "must not begin or end with a space")
	case d.has(Jira) && !d.has(Linear) && jiraLabel(bare) != "":
		// On Linear such a label can be; on Jira alone the way would lead nowhere.
		d.fail(at, path, "", "%s", jiraLabel(bare))
	default:
		return LinkWay{Way: roadmap.WayLabel, Label: s}, true
	}
	return LinkWay{}, false
}

func (d *decoder) issueLinkWay(t *table) (LinkWay, bool) {
	way := LinkWay{Way: roadmap.WayIssueLink, IssueLinks: t.texts(string(roadmap.WayIssueLink), func(s string) string {
		if strings.TrimSpace(s) != s {
			return "must not begin or end with a space"
		}
		return ""
	})}
	return way, d.onJira(t, way.Way) && len(way.IssueLinks) > 0
}

func (d *decoder) fieldWay(t *table) (LinkWay, bool) {
	s, at, ok := t.text(string(roadmap.WayField))
	if !ok {
		return LinkWay{}, false
	}
	if name, is := strings.CutPrefix(s, fieldPrefix); !is || strings.TrimSpace(name) == "" {
		d.fail(at, join(t.path, string(roadmap.WayField)), `as in "field:Strategic goal"`, "must be field: and the name or id of a field")
		ok = false
	}
	return LinkWay{Way: roadmap.WayField, Field: s}, d.onJira(t, roadmap.WayField) && ok
}

// onJira refuses a way that only Jira has where the file names no Jira.
func (d *decoder) onJira(t *table, way roadmap.Way) bool {
	if !t.given(string(way)) {
		return false
	}
	if d.has(Jira) || slices.Contains(slices.Collect(maps.Values(d.trackers)), "") {
		return true // or may have meant one, which has been told
	}
	t.refuse("remove it", "is a way of Jira, and there is no jira tracker", string(way))
	return false
}
