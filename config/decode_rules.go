package config

import (
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// defaultRules are the rules that this version knows, as they are where the
// file says nothing.
func defaultRules() map[roadmap.Rule]Rule {
	return map[roadmap.Rule]Rule{
		roadmap.StoryWithoutGoal: {Enabled: true, Grace: Duration{Days: 3}, Label: "needs-goal", Comment: true},
		roadmap.GoalWithoutPO:    {Enabled: true, Grace: Duration{Days: 7}, Label: "needs-po", Comment: true},
	}
}

// laterRules are those of the contract that this version does not run.
func laterRules() []string {
	return []string{
		string(roadmap.GoalWithoutPM), string(roadmap.StoryOnClosedGoal), string(roadmap.GoalWithoutStories),
		string(roadmap.OwnerInactive), string(roadmap.UndeclaredDouble), string(roadmap.POOverloaded), string(roadmap.SprintOffRoadmap),
	}
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
		path := join("rules", f.key)
		if slices.Contains(laterRules(), f.key) {
			d.laterRule(f, path)
			continue
		}
		r, known := rules[name]
		if !known {
			names := append(laterRules(), string(roadmap.StoryWithoutGoal), string(roadmap.GoalWithoutPO))
			d.fail(f.pos, "rules", didYouMean(f.key, names), "unknown rule%s", nameOf(f.key))
			continue
		}
		at := d.rule(f, path, &r)
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

// laterRule accepts that a rule is off, which is true, and nothing else.
func (d *decoder) laterRule(f field, path string) {
	t, ok := d.table(f.value, f.pos, path,
		"enabled", "grace", "label", "comment", "unless", "scope", "since", "max_goals", "min_share")
	if !ok {
		return
	}
	enabled := true
	t.flag("enabled", &enabled)
	if enabled || len(t.values) > 1 {
		d.fail(f.pos, path, "only enabled: false is accepted", "this rule is not supported yet")
	}
}

// rule lays what the file says over the defaults in r, and gives the place of
// the label.
func (d *decoder) rule(f field, path string, r *Rule) pos {
	t, ok := d.table(f.value, f.pos, path, "enabled", "grace", "label", "comment", "unless", "scope", "since")
	if !ok {
		return f.pos
	}
	t.flag("enabled", &r.Enabled)
	t.flag("comment", &r.Comment)
	t.duration("grace", &r.Grace)
	r.Unless, r.Scope = t.expr("unless"), t.expr("scope")
	if day, ok := t.date("since", d.loc); ok {
		r.Since = day
	}
	l, ok := t.values["label"]
	if !ok {
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
			d.fail(l.at, l.path, didYouMean(l.label, words), "no rule writes the label%s", nameOf(l.label))
		}
	}
}
