package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/example"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// TestExplain: what a person who doubts an answer is told.
func TestExplain(t *testing.T) {
	org := load(t, `roadmap: [{from: jira, jql: project = ROAD, pm: assignee, po: "field:Product Owner"}, {from: eng, goals: initiatives, pm: owner, po: lead}]
rules: {story-without-goal: {unless: '"ktlo" in item.labels'}, goal-without-po: {scope: 'item.status != "todo"'}, goal-without-stories: {enabled: false}}`)
	const goals = `
jira:ROAD-1 initiative doing "Checkout in one click" goal assignee=Ana field:Product Owner=Bo
jira:ROAD-2 initiative done "Gift cards" goal
jira:ROAD-3 initiative doing "Gift cards, the second year" goal assignee=Ana(inactive) field:Product Owner=Crew(group)
jira:ROAD-4 initiative todo "Some day" goal parent=jira:ROAD-1
`
	near := func(e mapping.Explanation) (lines []string) {
		for _, n := range e.Near {
			lines = append(lines, n.Kind+" "+string(n.Goal)+": "+n.Text)
		}
		return lines
	}
	tried := func(e mapping.Explanation) (lines []string) {
		for _, t := range e.Tried {
			if t.Link != roadmap.WayLabel {
				lines = append(lines, fmt.Sprintf("%s %s: %s", t.From, t.Link, t.Result))
			}
		}
		return lines
	}
	doubts := func(e mapping.Explanation) []string { return e.Doubts }
	goal := func(e mapping.Explanation) (lines []string) {
		for _, r := range e.Roles {
			lines = append(lines, fmt.Sprint(r.Role, " ", r.Who, " ", r.Why))
		}
		for _, s := range e.Stories {
			lines = append(lines, fmt.Sprint(s.Ref, " ", s.Status, " by ", s.Way))
		}
		return append(lines, fmt.Sprint("above ", e.Above, ", below ", e.Below))
	}
	for _, c := range []struct {
		name, given, ref string
		say              func(mapping.Explanation) []string
		want             string
	}{
		{
			"an epic without a goal, and who else hangs on it", `jira:PAY-9 epic doing "Tidy up"
			jira:PAY-1 story todo parent=jira:PAY-9
			jira:PAY-2 story todo parent=jira:PAY-9
			jira:PAY-3 story done parent=jira:PAY-9`, "jira:PAY-1", near,
			`item : jira:PAY-9 (Epic "Tidy up", doing) has no goal itself; one other open story hangs on it too, and a goal for it would serve all`,
		},
		{
			"a slip in a label", `jira:PAY-1 story todo labels=goal:RAOD-1`, "jira:PAY-1", near,
			`label jira:ROAD-1: the label goal:RAOD-1 is almost goal:ROAD-1, that of the active goal jira:ROAD-1 "Checkout in one click"`,
		},
		{
			"a label of another form", `jira:PAY-1 story todo labels=Goals_road-1,other`, "jira:PAY-1", near,
			`label jira:ROAD-1: the label Goals_road-1 is almost goal:ROAD-1, that of the active goal jira:ROAD-1 "Checkout in one click"`,
		},
		{
			"a label on its epic", "jira:PAY-9 epic doing labels=goal:RAOD-1 parent=jira:ROAD-2\njira:PAY-1 story todo parent=jira:PAY-9", "jira:PAY-1", near,
			`label jira:ROAD-1: the label goal:RAOD-1 is almost goal:ROAD-1, that of the active goal jira:ROAD-1 "Checkout in one click"
			name jira:ROAD-3: the name of jira:ROAD-2 is much like that of the active goal jira:ROAD-3 "Gift cards, the second year"`,
		},
		{
			"a key in the title", `jira:PAY-1 story todo "[ROAD-1] The button"`, "jira:PAY-1", near,
			`title jira:ROAD-1: the title of jira:PAY-1 names the active goal jira:ROAD-1 "Checkout in one click", but a title is no link`,
		},
		{
			"a goal of the same name as its epic", "jira:PAY-9 epic doing \"Checkout, in one click!\" parent=jira:ROAD-2\njira:PAY-1 story todo parent=jira:PAY-9", "jira:PAY-1", near,
			`name jira:ROAD-1: the name of jira:PAY-9 is that of the active goal jira:ROAD-1 "Checkout in one click"
			name jira:ROAD-3: the name of jira:ROAD-2 is much like that of the active goal jira:ROAD-3 "Gift cards, the second year"`,
		},
		{"one word in common is nothing", `jira:PAY-1 story todo "Gift of the click"`, "jira:PAY-1", near, ``},
		{"ROAD-12 is not ROAD-1", `jira:PAY-1 story todo "As ROAD-12 says" labels=xROAD-1`, "jira:PAY-1", near, ``},
		{"a linked story has nothing near", `jira:PAY-1 story todo "[ROAD-3]" parent=jira:ROAD-1`, "jira:PAY-1", near, ``},

		{
			"a circle", `jira:PAY-9 epic doing parent=jira:PAY-8
			jira:PAY-8 epic doing parent=jira:PAY-9
			jira:PAY-1 story todo parent=jira:PAY-9`, "jira:PAY-1", tried,
			`jira:PAY-1 parent: leads to jira:PAY-9 (Epic "Title of PAY-9"), which is no goal itself
			jira:PAY-9 parent: leads to jira:PAY-8 (Epic "Title of PAY-8"), which is no goal itself
			jira:PAY-8 parent: leads back to jira:PAY-9: a circle`,
		},
		{"its own parent", `jira:PAY-1 story todo parent=jira:PAY-1`, "jira:PAY-1", tried, `jira:PAY-1 parent: leads to itself`},
		{"a closed goal", `jira:PAY-1 story todo parent=jira:ROAD-2`, "jira:PAY-1", tried, `jira:PAY-1 parent: leads to the goal jira:ROAD-2, which is done`},

		{
			"a hidden parent", `jira:PAY-1 story todo parent=jira:SECRET-2`, "jira:PAY-1", doubts,
			`parent of jira:PAY-1 leads to SECRET-2, which cannot be seen with this token`,
		},
		{"an incomplete pull", "incomplete jira\njira:PAY-1 story todo", "jira:PAY-1", doubts, `the pull of jira is incomplete`},
		{
			"a label while the goals are not all there", "incomplete jira\neng:ENG-1 issue todo labels=goal:ROAD-9", "eng:ENG-1", doubts,
			`label goal:ROAD-9 of eng:ENG-1 may name a goal of jira, whose pull is incomplete`,
		},
		{
			"an epic that went missing", "jira:PAY-9 epic doing missing\njira:PAY-1 story todo parent=jira:PAY-9", "jira:PAY-1", doubts,
			`jira:PAY-9 was not found at the last look; whether it is gone shows at the next`,
		},

		{
			"a goal with owners and a goal below", `jira:PAY-9 epic doing parent=jira:ROAD-4
			jira:PAY-1 story todo parent=jira:PAY-9
			jira:PAY-2 story done labels=goal:ROAD-1
			jira:PAY-3 story dropped labels=goal:ROAD-1`, "jira:ROAD-1", goal,
			`pm [{Ana true}] 
			po [{Bo true}] 
			jira:PAY-1 todo by parent
			jira:PAY-2 done by label
			above [], below [jira:ROAD-4]`,
		},
		{
			"a goal that a group owns", `jira:PAY-1 story todo`, "jira:ROAD-3", goal,
			`pm [{Ana false}] 
			po [] its field "Product Owner" names Crew, which is a group and no person
			above [], below []`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := mapping.Map(world(t, org, strings.TrimSpace(goals)+"\n"+c.given).Input())
			if err != nil {
				t.Fatal(err)
			}
			have := strings.Join(c.say(a.Explain(example.KeyOf(roadmap.Ref(c.ref)))), "\n")
			if diff := cmp.Diff(strings.ReplaceAll(c.want, "\n\t\t\t", "\n"), have); diff != "" {
				t.Errorf("(-want +have):\n%s", diff)
			}
		})
	}

	a, err := mapping.Map(world(t, org, strings.TrimSpace(goals)+`
jira:PAY-1 story todo parent=jira:ROAD-1 sprint="Sprint 1"
jira:PAY-2 story todo sprint="Sprint 1"
jira:PAY-3 story todo labels=ktlo
jira:PAY-4 story todo parent=jira:ROAD-2
jira:PAY-5 story todo parent=jira:SECRET-1`).Input())
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"jira:PAY-1":           "story-without-goal holds, story-on-closed-goal holds",
		"jira:PAY-2":           "story-without-goal broken, story-on-closed-goal holds",
		"jira:PAY-3":           "story-without-goal silenced, story-on-closed-goal holds",
		"jira:PAY-4":           "story-without-goal holds, story-on-closed-goal broken",
		"jira:PAY-5":           "story-without-goal unknown, story-on-closed-goal unknown",
		"jira:ROAD-1":          "goal-without-pm holds, goal-without-po holds, goal-without-stories off, owner-inactive holds, undeclared-double-hat holds",
		"jira:ROAD-2":          "",
		"jira:ROAD-3":          "goal-without-pm holds, goal-without-po broken, goal-without-stories off, owner-inactive broken, undeclared-double-hat holds",
		"jira:ROAD-4":          "goal-without-pm broken, goal-without-po out-of-scope, goal-without-stories off, owner-inactive holds, undeclared-double-hat holds",
		"jira:sprint:Sprint 1": "sprint-off-roadmap broken",
		"person:Bo":            "po-overloaded holds",
	} {
		e, other, err := a.ExplainOther(ref)
		if !other {
			e = a.Explain(example.KeyOf(roadmap.Ref(ref)))
		}
		if err != nil || string(e.Ref) != ref {
			t.Fatalf("%s is explained as %q: %v", ref, e.Ref, err)
		}
		var have []string
		for _, s := range a.Standings(e) {
			have = append(have, fmt.Sprint(s.Rule, " ", s.State))
		}
		if got := strings.Join(have, ", "); got != want {
			t.Errorf("rules on %s\nwant: %s\nhave: %s", ref, want, got)
		}
	}
	for name, want := range map[string]string{
		"jira:sprint:Sprint 2": `no active sprint is called "jira:sprint:Sprint 2". Try: jira:sprint:Sprint 1`,
		"person:Nobody":        `nobody who owns an open goal is called "person:Nobody". Try: person:Ana, person:Bo`,
	} {
		if _, _, err := a.ExplainOther(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
