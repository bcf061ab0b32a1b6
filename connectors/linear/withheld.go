package linear

import (
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// gaps are links of issues that Linear withheld, by the issue's id.
type gaps map[string][]roadmap.Link

// gaps sorts what came with a page of issues: errors for a parent, a project or
// its milestone that we may not see, of an issue that we do, leave a gap there
// and nowhere else. The rest may have cost anything.
//
// An error's path is [issues, nodes, the row, the field]
// (https://spec.graphql.org/October2021/#sec-Errors). A row itself may not be
// null by Linear's schema, so that an error for one costs the whole page.
func (t *Tracker) gaps(rows []issueNode, partial []answerError) (found gaps, rest []answerError) {
	found = gaps{}
	example := ""
	for _, e := range partial {
		i, link, ok := gap(rows, e)
		if !ok {
			rest = append(rest, e)
			continue
		}
		found[rows[i].ID] = append(found[rows[i].ID], link)
		example = fmt.Sprintf("the %s of %s: %s", link.Field, t.clean(rows[i].Identifier), t.words(e))
	}
	if example != "" {
		t.log.Warn("linear: what some issues belong to is withheld, so nothing is concluded about them",
			"issues", len(found), "example", example)
	}
	return found, rest
}

// gap reads one error: the place of the row that it is about, and the link that
// is missing there.
func gap(rows []issueNode, e answerError) (row int, missing roadmap.Link, ok bool) {
	if v, _ := judge(e); v.kind != connectors.NotFound && v.kind != connectors.Forbidden {
		return 0, missing, false // it may pass
	}
	if len(e.Path) < 4 || e.Path[1] != "nodes" {
		return 0, missing, false
	}
	at, _ := e.Path[2].(float64)
	row = int(at)
	if float64(row) != at || row < 0 || row >= len(rows) || rows[row].ID == "" {
		return 0, missing, false
	}
	switch field := e.Path[3]; {
	case field == "parent" && rows[row].Parent == nil:
		return row, roadmap.Link{Way: roadmap.WayParent, Field: "parent"}, true
	case field == "project" && rows[row].Project == nil:
		return row, roadmap.Link{Way: roadmap.WayProject, Field: "project"}, true
	case field == "projectMilestone" && rows[row].ProjectMilestone == nil:
		return row, roadmap.Link{Way: roadmap.WayProject, Field: "milestone"}, true
	}
	return 0, missing, false
}
