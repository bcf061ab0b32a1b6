package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// whenWay reads an expression and the goal that an item serves of which it is
// true.
func (d *decoder) whenWay(t *table) (LinkWay, bool) {
	if !t.given(string(roadmap.WayWhen)) {
		return LinkWay{}, false
	}
	way := LinkWay{Way: roadmap.WayWhen, When: t.expr(string(roadmap.WayWhen))}
	if !t.need("goal") {
		return way, false
	}
	s, at, ok := t.text("goal")
	if !ok {
		return way, false
	}
	way.Goal = roadmap.Ref(s)
	return way, d.goalRef(way.Goal, at, join(t.path, "goal")) && way.When != nil
}

// goalRef refuses a ref that can be no goal's: of goals in this file, the ids
// are known; of those in a tracker, only that a roadmap source must find them.
func (d *decoder) goalRef(ref roadmap.Ref, at pos, path string) bool {
	tracker, key := ref.Tracker(), ref.Key()
	if tracker == "" || key == "" || strings.TrimSpace(key) != key {
		d.fail(at, path, "as in file:GROW-1 or jira:ROAD-1", "must be the ref of a goal: file or the name of a tracker, a colon, the goal's key")
		return false
	}
	if slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Path == "roadmap" || strings.HasPrefix(p.Path, "roadmap[") }) {
		return true // what goals there are cannot be told yet
	}
	_, known := d.trackers[tracker]
	switch ids := slices.Sorted(maps.Keys(d.goals)); {
	case tracker == roadmap.FileTracker:
		if _, ok := d.goals[key]; ok {
			return true
		}
		hint := "" // an id is not repeated: it may be anything
		if id := near(key, ids); id != "" {
			hint = fmt.Sprintf("did you mean the one on line %d?", d.goals[id])
		}
		d.fail(at, path, hint, "no goal in this file has this id")
	case !known:
		names := append(d.trackerWords(), roadmap.FileTracker)
		d.fail(at, path, DidYouMean(tracker, names), "there is no tracker%s; there is %s", nameOf(tracker), list(names))
	case !d.sources[tracker]:
		d.fail(at, path, "add a source from it to the roadmap", "no goal comes from this tracker")
	default:
		return true
	}
	return false
}
