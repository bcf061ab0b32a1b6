package config

import (
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// defaultRules are the rules as they are where the file says nothing: the first
// two write, the others report only.
func defaultRules() map[roadmap.Rule]Rule {
	return map[roadmap.Rule]Rule{
		roadmap.StoryWithoutGoal:   {Enabled: true, Grace: Duration{Days: 3}, Label: "needs-goal", Comment: true},
		roadmap.GoalWithoutPO:      {Enabled: true, Grace: Duration{Days: 7}, Label: "needs-po", Comment: true},
		roadmap.GoalWithoutPM:      {Enabled: true, Grace: Duration{Days: 7}},
		roadmap.StoryOnClosedGoal:  {Enabled: true, Grace: Duration{Days: 3}},
		roadmap.GoalWithoutStories: {Enabled: true, Grace: Duration{Days: 14}},
		roadmap.OwnerInactive:      {Enabled: true, Grace: Duration{Days: 1}},
		roadmap.UndeclaredDouble:   {Enabled: true, Grace: Duration{Days: 7}},
		roadmap.POOverloaded:       {Enabled: true, MaxGoals: 5},
		roadmap.SprintOffRoadmap:   {Enabled: true, MinShare: 0.6},
	}
}

// lentLabels are the labels of the rules that report only by default: a rule
// that is given comment: true and no label of its own takes it from here.
func lentLabels() map[roadmap.Rule]string {
	return map[roadmap.Rule]string{
		roadmap.GoalWithoutPM:      "needs-pm",
		roadmap.StoryOnClosedGoal:  "goal-closed",
		roadmap.GoalWithoutStories: "needs-stories",
		roadmap.OwnerInactive:      "owner-inactive",
		roadmap.UndeclaredDouble:   "double-hat",
	}
}

// ruleNames gives the names of all rules, sorted.
func ruleNames() []string {
	out := names(rulesKeys())
	slices.Sort(out)
	return out
}

func (d *decoder) rules(top *table) map[roadmap.Rule]Rule {
	rules := defaultRules()
	f, ok := top.values["rules"]
	if !ok {
		return rules
	}
	fields, ok := d.entries(f.value, "rules")
	if !ok {
		return rules
	}
	var order []ruleLabel
	for _, f := range fields {
		name := roadmap.Rule(f.key)
		r, known := rules[name]
		if !known {
			d.fail(f.pos, "rules", DidYouMean(f.key, ruleNames()), "unknown rule%s", nameOf(f.key))
			continue
		}
		at := d.rule(f, join("rules", f.key), name, &r)
		rules[name] = r
		order = append(order, ruleLabel{name, at})
	}
	d.shareNoLabel(rules, order)
	return rules
}

type ruleLabel struct {
	rule roadmap.Rule
	at   pos // of its label, or of the rule where the file gives none
}

// shareNoLabel refuses one label for two rules: when one of them is resolved,
// nobody could tell whether the label may go. Linear takes labels that differ
// in case for the same one.
func (d *decoder) shareNoLabel(rules map[roadmap.Rule]Rule, order []ruleLabel) {
	for i := len(order) - 1; i >= 0; i-- {
		mine := rules[order[i].rule]
		for name, other := range rules {
			later := slices.IndexFunc(order, func(o ruleLabel) bool { return o.rule == name }) > i
			if name == order[i].rule || later || mine.Label == "" || !strings.EqualFold(mine.Label, other.Label) {
				continue
			}
			d.fail(order[i].at, join(join("rules", string(order[i].rule)), "label"), "give each rule a label of its own",
				"%s has the same label", name)
		}
	}
}

// rule lays what the file says over the defaults in r, and gives the place of
// the label.
func (d *decoder) rule(f field, path string, name roadmap.Rule, r *Rule) pos {
	t, ok := d.table(f.value, f.pos, path, ruleKeys(name))
	if !ok {
		return f.pos
	}
	t.flag("enabled", &r.Enabled)
	r.Unless, r.Scope = t.expr("unless"), t.expr("scope")
	t.kind = ruleKind(name)
	for _, other := range t.others() {
		why := "this rule is reported only: it is about a person or a sprint, where nothing can be written"
		if of := keyOf(other); of != writes {
			why = "is a key of " + of
		}
		t.refuse("remove it", why, other)
	}
	switch t.kind {
	case string(roadmap.POOverloaded):
		if v, ok := t.number("max_goals"); ok {
			r.MaxGoals = int(v)
		}
		return f.pos
	case string(roadmap.SprintOffRoadmap):
		if v, ok := t.number("min_share"); ok {
			r.MinShare = v
		}
		return f.pos
	}
	t.flag("comment", &r.Comment)
	t.duration("grace", &r.Grace)
	if day, ok := t.date("since", d.loc); ok {
		r.Since = day
	}
	l, ok := t.values["label"]
	if !ok {
		if t.given("comment") && r.Comment && r.Label == "" {
			r.Label = lentLabels()[name]
		}
		return f.pos
	}
	if l.value.kind == kindText && l.value.text == "" {
		r.Label = "" // said on purpose: no label
		return l.value.pos
	}
	if s, _, ok := t.text("label"); ok {
		r.Label = s
		if wrong := d.checkLabel(s); wrong != "" {
			d.fail(l.value.pos, join(path, "label"), "", "%s", wrong)
		}
	}
	return l.value.pos
}

// keyOf gives the kind of rule that has a key.
func keyOf(name string) string {
	keys := ruleKeys(roadmap.StoryWithoutGoal) // every rule's are told alike
	return keys[slices.IndexFunc(keys, func(k key) bool { return k.name == name })].of
}

// checkLabel says what is wrong with a label that we would write, or "". Where
// the file names no Jira, none of Jira's bounds hold: a label of Linear may hold
// spaces.
func (d *decoder) checkLabel(s string) string {
	switch {
	case d.has(Jira) && jiraLabel(s) != "":
		return jiraLabel(s)
	case strings.TrimSpace(s) != s:
		return "must not begin or end with a space"
	case strings.EqualFold(s, roadmap.IgnoreLabel):
		return roadmap.IgnoreLabel + " is the label by which people silence alignd"
	}
	return ""
}

// labelsOfRules refuses an id for a label that no rule writes: it would do
// nothing, and is most likely a slip.
func (d *decoder) labelsOfRules(rules map[roadmap.Rule]Rule) {
	written, words := map[string]bool{}, []string{}
	for _, r := range rules {
		written[r.Label] = true
		if r.Label != "" && shown(r.Label) != "this" {
			words = append(words, r.Label)
		}
	}
	slices.Sort(words)
	for _, l := range d.labels {
		if !written[l.label] {
			d.fail(l.at, l.path, DidYouMean(l.label, words), "no rule writes the label%s", nameOf(l.label))
		}
	}
}
