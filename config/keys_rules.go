package config

import "github.com/alignd/alignd/internal/roadmap"

// Kinds of rules, as far as keys go: those about an item can write to it.
const writes = "writes"

// ruleWords tell a rule to people.
type ruleWords struct {
	rule  roadmap.Rule
	holds string // when it holds
	grace string // what its grace counts from, where that is known
}

// wordsOf gives every rule, in the order of the documentation.
func wordsOf() []ruleWords {
	return []ruleWords{
		{roadmap.StoryWithoutGoal, "a story leads to a goal", "after its creation"},
		{roadmap.GoalWithoutPO, "an open goal has a product owner", "after its creation"},
		{roadmap.GoalWithoutPM, "an open goal has a product manager", "after its creation"},
		{roadmap.StoryOnClosedGoal, "some goal of a story is open", ""},
		{roadmap.GoalWithoutStories, "an active goal has a story, open or done; those of the goals below it count", "after it was created or started"},
		{roadmap.OwnerInactive, "every PM and PO of an open goal has an active account", ""},
		{roadmap.UndeclaredDouble, "PM and PO of an open goal are not the very same people, or the file declares the person's `double_hat` and it is not over", ""},
		{roadmap.POOverloaded, "a PO has at most `max_goals` open goals", ""},
		{roadmap.SprintOffRoadmap, "at least `min_share` of the open stories of an active sprint or cycle are linked; of what cannot be told, it is taken to be", ""},
	}
}

// ruleKind gives the kind of a rule's table: its own name where it is about a
// person or a sprint, where nothing can be written.
func ruleKind(rule roadmap.Rule) string {
	if rule == roadmap.POOverloaded || rule == roadmap.SprintOffRoadmap {
		return string(rule)
	}
	return writes
}

// rulesKeys are the rules, each a key with a table.
func rulesKeys() []key {
	var keys []key
	for _, w := range wordsOf() {
		keys = append(keys, key{
			name: string(w.rule), value: tableOf(ruleKeys(w.rule), ruleKind(w.rule)), means: "holds when " + w.holds,
		})
	}
	return keys
}

// ruleKeys are the keys of a rule, with its own defaults.
func ruleKeys(rule roadmap.Rule) []key {
	r := defaultRules()[rule]
	return []key{
		{name: "enabled", value: value{form: formFlag}, otherwise: true, means: "`false` switches the rule off"},
		{name: "grace", of: writes, value: value{form: formDuration}, otherwise: r.Grace.String(), normal: "see above", means: "how long an item is left alone"},
		{
			name: "label", of: writes, value: value{form: formAny}, otherwise: r.Label, normal: "see above",
			means: "the label that is added; `\"\"` adds none. No two rules share one. With a jira tracker it holds no space and at most 255 characters: no Jira label can",
		},
		{name: "comment", of: writes, value: value{form: formFlag}, otherwise: r.Comment, normal: "see above", means: "`false` writes no comment"},
		{name: "unless", value: value{form: formBlock}, normal: "never", means: "an expression; where it is true the rule is silent"},
		{name: "scope", value: value{form: formBlock}, normal: "everywhere", means: "an expression; the rule looks only where it is true"},
		{
			name: "since", of: writes, value: value{form: formDate}, normal: "none",
			means: "a date; items created before it are reported, but neither labelled nor commented on",
		},
		{
			name: "max_goals", of: string(roadmap.POOverloaded), value: value{form: formWhole, low: 1, high: 1000}, otherwise: r.MaxGoals,
			means: "how many open goals one PO may have, 1 to 1000",
		},
		{
			name: "min_share", of: string(roadmap.SprintOffRoadmap), value: value{form: formNumber, low: 0, high: 1, example: "as in 0.6, which is 60 %"}, otherwise: r.MinShare,
			means: "the share that must be linked; more than 0, at most 1",
		},
	}
}
