package mapping_test

import (
	"testing"

	"github.com/alignd/alignd/internal/example"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// TestFacts: a person's word stands until the facts change. What counts as a
// change of the facts, and what does not.
func TestFacts(t *testing.T) {
	org := load(t, `roadmap: [{from: jira, jql: project = ROAD, po: "field:Product Owner"}]
links: [parent, {label: "goal:{goal}"}, {issue-link: [implements]}, {field: "field:Strategic goal"}]`)
	facts := func(t *testing.T, text string) string {
		a, err := mapping.Map(world(t, org, text).Input())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Findings {
			if f.Key == example.KeyOf("jira:PAY-1") || f.Key == example.KeyOf("jira:ROAD-1") && f.Rule == roadmap.GoalWithoutPO {
				return f.Facts
			}
		}
		t.Fatalf("no finding in %q", text)
		return ""
	}
	for _, c := range []struct {
		name, before, after string
		changed             bool
	}{
		{"a new title", `jira:PAY-1 story todo "Old"`, `jira:PAY-1 story todo "New"`, false},
		{"work begins", `jira:PAY-1 story todo`, `jira:PAY-1 story doing`, false},
		{"our own label on it", `jira:PAY-1 story todo`, `jira:PAY-1 story todo labels=needs-goal`, false},
		{"a sprint", `jira:PAY-1 story todo`, `jira:PAY-1 story todo sprint=S1`, false},
		{"another story of the project finds a goal", `jira:PAY-1 story todo`, "jira:PAY-1 story todo\njira:ROAD-2 initiative doing goal field:Product Owner=Bo\njira:PAY-2 story todo parent=jira:ROAD-2", false},
		{"a new epic that leads nowhere", "jira:PAY-9 epic doing\njira:PAY-1 story todo", "jira:PAY-9 epic doing\njira:PAY-1 story todo parent=jira:PAY-9", true},
		{"another epic that leads nowhere", "jira:PAY-8 epic doing\njira:PAY-9 epic doing\njira:PAY-1 story todo parent=jira:PAY-8", "jira:PAY-8 epic doing\njira:PAY-9 epic doing\njira:PAY-1 story todo parent=jira:PAY-9", true},
		{"an epic that leads nowhere, by a link instead of as the parent", "jira:PAY-9 epic doing\njira:PAY-1 story todo parent=jira:PAY-9", "jira:PAY-9 epic doing\njira:PAY-1 story todo implements=jira:PAY-9", true},
		{"a field leads to an epic that leads nowhere", "jira:PAY-9 epic doing\njira:PAY-1 story todo", "jira:PAY-9 epic doing\njira:PAY-1 story todo field:Strategic goal=PAY-9", true},
		{"a slip in the field", `jira:PAY-1 story todo`, `jira:PAY-1 story todo field:Strategic goal=sometime`, false},
		{"the epic is renamed", "jira:PAY-9 epic doing \"Old\"\njira:PAY-1 story todo parent=jira:PAY-9", "jira:PAY-9 epic doing \"New\"\njira:PAY-1 story todo parent=jira:PAY-9", false},
		{"a goal gets another PM", `jira:ROAD-1 initiative doing goal`, `jira:ROAD-1 initiative doing goal assignee=Ana`, false},
		{"work on a planned goal begins", `jira:ROAD-1 initiative todo goal`, `jira:ROAD-1 initiative doing goal`, true},
		{"a goal without PO gets a story", `jira:ROAD-1 initiative doing goal`, "jira:ROAD-1 initiative doing goal\njira:PAY-2 story todo parent=jira:ROAD-1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := facts(t, c.before) != facts(t, c.after); got != c.changed {
				t.Errorf("the facts changed: %v, want %v", got, c.changed)
			}
		})
	}
}
