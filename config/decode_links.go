package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// goalSlot stands for a goal's ref or key in a label's template.
const goalSlot = "{goal}"

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
		if slices.ContainsFunc(out, func(o LinkWay) bool { return reflect.DeepEqual(o, way) }) {
			d.fail(n.pos, fmt.Sprintf("links[%d]", i), "remove it", "this way stands in the list twice")
			continue
		}
		out = append(out, way)
	}
	return out
}

func (d *decoder) link(n *node, path string) (LinkWay, bool) {
	const labelHint = `write - label: "goal:{goal}"`
	later := []string{"issue-link", "field", "when", "goal"}
	words := []string{string(roadmap.WayParent), string(roadmap.WayProject), string(roadmap.WayLabel)}
	if n.kind != kindTable {
		s, ok := d.text(n, path)
		switch {
		case !ok:
		case s == string(roadmap.WayParent), s == string(roadmap.WayProject):
			return LinkWay{Way: roadmap.Way(s)}, true
		case s == string(roadmap.WayLabel):
			d.fail(n.pos, path, labelHint, "label needs a template")
		case slices.Contains(later, s):
			d.fail(n.pos, path, "remove it", "%s is not supported yet", s)
		default:
			d.fail(n.pos, path, didYouMean(s, words), "unknown way%s; there is %s", nameOf(s), list(words))
		}
		return LinkWay{}, false
	}
	t, ok := d.table(n, n.pos, path, append(later, words...)...)
	if !ok {
		return LinkWay{}, false
	}
	t.notYet("issue-link", "field", "when")
	if !t.given("when") {
		t.refuse("remove it", "goes with when, which is not supported yet", "goal")
	}
	t.refuse("write the word alone, as in - parent", "takes no value", string(roadmap.WayParent), string(roadmap.WayProject))
	s, at, ok := t.text(string(roadmap.WayLabel))
	if !ok {
		return LinkWay{}, false
	}
	path = join(path, string(roadmap.WayLabel))
	switch {
	case strings.Count(s, goalSlot) != 1:
		d.fail(at, path, `as in "goal:{goal}"`, "must hold %s once, where the goal stands", goalSlot)
	case strings.TrimSpace(s) != s:
		d.fail(at, path, "", "must not begin or end with a space")
	default:
		return LinkWay{Way: roadmap.WayLabel, Label: s}, true
	}
	return LinkWay{}, false
}
