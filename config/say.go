package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alignd/alignd/internal/roadmap"
)

// Wording is an org's own wording of a rule's comment: lines of parts.
type Wording [][]Part

// Part is a piece of a line: words of the file, or a slot that each finding
// fills.
type Part struct {
	Text string
	Slot Slot // "": the words
}

// Slot is what a finding fills in.
type Slot string

// The slots, written {fact} and so on.
const (
	SlotFact  Slot = "fact"  // what does not hold, as alignd would say it
	SlotGoals Slot = "goals" // the nearest goals, where they are known
	SlotFix   Slot = "fix"   // how to fix it, a clause
	SlotTitle Slot = "title" // of the item
	SlotWhy   Slot = "why"   // the reason, as reports and plans give it
)

// slots gives the names of the slots.
func slots() []string {
	return []string{string(SlotFact), string(SlotGoals), string(SlotFix), string(SlotTitle), string(SlotWhy)}
}

// Bounds of a wording: with the line on how to silence alignd and the mark line
// a comment has six.
const (
	wordingLines = 4
	wordingMost  = 1000 // characters
)

var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// sayKeys are the rules that write, each with its wording.
func sayKeys() []key {
	var keys []key
	for _, w := range wordsOf() {
		if ruleKind(w.rule) == writes {
			keys = append(keys, key{name: string(w.rule), value: value{form: formBlock}, means: "the comment of " + string(w.rule)})
		}
	}
	return keys
}

// say decodes an org's own wordings.
func (d *decoder) say(top *table) map[roadmap.Rule]Wording {
	f, ok := top.values["say"]
	if !ok {
		return nil
	}
	t, ok := d.table(f.value, f.pos, "say", sayKeys())
	if !ok {
		return nil
	}
	var all map[roadmap.Rule]Wording
	for _, k := range sayKeys() {
		v, given := t.values[k.name]
		if !given {
			continue
		}
		path := join("say", k.name)
		if s, ok := d.block(v.value, path); ok {
			w, wrong, hint := parseWording(s)
			if wrong != "" {
				d.fail(v.value.pos, path, hint, "%s", wrong)
			}
			if all == nil {
				all = map[roadmap.Rule]Wording{}
			}
			all[roadmap.Rule(k.name)] = w
		}
	}
	return all
}

// parseWording reads a wording, or says what is wrong with it.
func parseWording(s string) (w Wording, wrong, hint string) {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	switch {
	case len(lines) > wordingLines:
		return nil, fmt.Sprintf("has %d lines, and %d is the most: a comment has six, with how to silence it and the mark", len(lines), wordingLines), ""
	case utf8.RuneCountInString(s) > wordingMost:
		return nil, fmt.Sprintf("is longer than %d characters", wordingMost), ""
	}
	for _, line := range lines {
		var parts []Part
		from := 0
		for _, m := range slot.FindAllStringSubmatchIndex(line, -1) {
			name := line[m[2]:m[3]]
			if !slices.Contains(slots(), name) {
				hint := DidYouMean(name, slots())
				if hint == "" {
					hint = "there is {" + strings.Join(slots(), "}, {") + "}"
				}
				return nil, "there is nothing to put in the place of" + cmp.Or(nameOf(name), " what stands in braces"), hint
			}
			if m[0] > from {
				parts = append(parts, Part{Text: line[from:m[0]]})
			}
			parts, from = append(parts, Part{Slot: Slot(name)}), m[1]
		}
		if from < len(line) {
			parts = append(parts, Part{Text: line[from:]})
		}
		w = append(w, parts)
	}
	return w, "", ""
}
