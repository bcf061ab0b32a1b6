package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// width is the terminal for which an explanation is laid out, in characters.
const width = 80

// How much of each list one screen shows; JSON has all.
const (
	maxPaths   = 4
	maxTries   = 12
	maxNear    = 5
	maxServing = 6
	maxWritten = 6
)

// printExplanation shows an explanation on one screen: what it is, how it stands
// and why, and then what follows from that.
func (c *common) printExplanation(o *pass.Outcome, e explained) {
	if it := e.item; it != nil {
		head := fmt.Sprintf("%s  %s  ", it.Ref, clip(it.Type, 20))
		c.say("%s%s  %s", c.paint(bold, head), quote(it.Title, width-len(head)-len(it.Status)-4), it.Status)
		if it.URL != "" {
			c.say("%s", c.paint(dim, it.URL))
		}
	} else {
		c.say("%s", c.paint(bold, clip(string(e.Ref), width)))
	}
	switch roadmap.Role(e.Role) {
	case roadmap.RoleGoal:
		c.printGoal(o, e)
	case roadmap.RoleSprint:
		c.printSprint(e)
	case roadmap.RolePerson:
		c.printPerson(e)
	default:
		c.printLinkage(o, e)
	}
	c.printRules(o, e)
	if e.Fix != "" {
		c.wrap("\nTo link it: ", "  ", e.Fix+".")
	}
	c.printWritten(o, e)
}

// printLinkage tells how an item stands to the roadmap.
func (c *common) printLinkage(o *pass.Outcome, e explained) {
	if e.Role == "item" {
		c.say("\nNo story: %s.", clip(e.Why, width-12))
	}
	meaning := map[mapping.Linkage]string{
		mapping.Linked:   "",
		mapping.Closed:   ": every goal that it reaches is closed",
		mapping.Unlinked: ": no way leads from it to a roadmap goal",
		mapping.Unknown:  ": some way cannot be seen to its end",
	}
	c.say("\nLinkage: %s%s", c.paint(bold, string(e.Linkage)), meaning[e.Linkage])
	for _, d := range e.Doubts {
		c.wrap("  ", "    ", d)
	}
	c.printPaths(o, e.Paths)
	if len(e.Tried) > 0 {
		c.say("\nWhat was tried:")
	}
	for i, t := range e.Tried {
		if i == maxTries {
			c.more(len(e.Tried) - maxTries)
			break
		}
		if i == 0 || e.Tried[i-1].From != t.From {
			it, _ := o.Alignment.Find(string(t.From))
			c.say("  %s  %s", c.paint(bold, string(t.From)), quote(it.Title, width-len(t.From)-6))
		}
		result := t.Result
		if t.Field != string(t.Link) && strings.HasPrefix(result, "leads") && !strings.HasPrefix(t.Field, string(t.Link)+" ") {
			result = t.Field + " " + result
		}
		c.wrap(fmt.Sprintf("    %-10s ", t.Link), strings.Repeat(" ", 15), result)
	}
	if len(e.Near) > 0 {
		c.say("\nWhat comes near:")
	}
	for i, n := range e.Near {
		if i == maxNear {
			c.more(len(e.Near) - maxNear)
			break
		}
		c.wrap("  - ", "    ", n.Text)
	}
}

// printPaths shows ways to goals, hop by hop.
func (c *common) printPaths(o *pass.Outcome, paths [][]mapping.Hop) {
	for n, path := range paths {
		if n == maxPaths {
			c.more(len(paths) - maxPaths)
			break
		}
		for i, h := range path {
			lead := fmt.Sprintf("  %s%s -> ", strings.Repeat("  ", i), clip(h.Field, 40))
			what, tail := "", ""
			if to, err := o.Alignment.Find(string(h.To)); err == nil {
				if _, goal := o.Alignment.Goal(to.Key); goal {
					tail = "  goal, " + to.Status.Goal()
				}
				what = "  " + clip(to.Type, 20) + " "
				room := width - len([]rune(lead)) - len(h.To) - len(what) - len(tail) - 2
				if room < 16 { // the rest on a line of its own
					what = "\n" + strings.Repeat(" ", len(lead)) + clip(to.Type, 20) + " "
					room = width - len(what) - len(tail) - 1
				}
				what += quote(to.Title, room) + tail
			}
			c.say("%s%s%s", lead, c.paint(bold, string(h.To)), what)
		}
	}
}

// printGoal tells who owns a goal, what it is part of and what is worked on for
// it.
func (c *common) printGoal(o *pass.Outcome, e explained) {
	g, _ := o.Alignment.Goal(e.item.Key)
	target := ""
	if g.Item.Target != "" {
		target = ", due " + g.Item.Target
	}
	c.say("\nA roadmap goal, %s%s.", c.paint(bold, g.Item.Status.Goal()), target)
	for _, r := range e.Roles {
		from := ""
		if r.Field != "" {
			from = fmt.Sprintf(" (from %s)", r.Field)
		}
		who := make([]string, len(r.Who))
		for i, p := range r.Who {
			if who[i] = clip(p.Name, 40); !p.Active {
				who[i] += " (deactivated)"
			}
		}
		if len(who) == 0 {
			c.wrap(fmt.Sprintf("  %s  nobody: ", strings.ToUpper(r.Role)), "      ", r.Why)
			continue
		}
		c.wrap(fmt.Sprintf("  %s  ", strings.ToUpper(r.Role)), "      ", strings.Join(who, ", ")+from)
	}
	if len(e.Paths) > 0 {
		c.say("\nPart of:")
		c.printPaths(o, e.Paths)
	}
	if len(e.Below) > 0 {
		c.wrap("\nGoals below it: ", "  ", refList(e.Below, maxRefs))
	}
	ways := map[string]int{}
	for _, s := range e.Stories {
		ways[s.Way]++
	}
	var by []string
	for _, way := range slices.SortedFunc(maps.Keys(ways), func(x, y string) int { return cmp.Or(cmp.Compare(ways[y], ways[x]), cmp.Compare(x, y)) }) {
		by = append(by, fmt.Sprintf("%d by %s", ways[way], way))
	}
	if len(by) > 0 {
		by = []string{": " + strings.Join(by, "; ")}
	}
	c.wrap("\n", "  ", fmt.Sprintf("%s, %d done%s", count(g.OpenStories, "1 open story", "%d open stories"), g.DoneStories, strings.Join(by, "")))
	stories := slices.Clone(e.Stories)
	slices.SortStableFunc(stories, func(x, y mapping.Serving) int { // the open ones first
		return cmp.Compare(btoi(!x.Status.Open()), btoi(!y.Status.Open()))
	})
	c.printServing(stories, func(s mapping.Serving) string { return string(s.Status) })
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// printSprint tells which stories of a sprint are off the roadmap, those first.
func (c *common) printSprint(e explained) {
	c.say("\nAn active sprint: %s.", e.Why)
	stories := slices.Clone(e.Stories)
	slices.SortStableFunc(stories, func(x, y mapping.Serving) int {
		return cmp.Compare(btoi(x.Linkage == mapping.Linked), btoi(y.Linkage == mapping.Linked))
	})
	c.printServing(stories, func(s mapping.Serving) string { return string(s.Linkage) })
}

// printServing lists stories, each with a word on it.
func (c *common) printServing(stories []mapping.Serving, word func(mapping.Serving) string) {
	longest := 0
	for _, s := range stories[:min(maxServing, len(stories))] {
		longest = max(longest, len(s.Ref))
	}
	for i, s := range stories {
		if i == maxServing {
			c.more(len(stories) - maxServing)
			return
		}
		w := word(s)
		c.say("  %-*s  %-8s  %s", longest, s.Ref, w, clip(s.Title, max(16, width-longest-max(8, len(w))-6)))
	}
}

// printPerson tells for which open goals a person answers.
func (c *common) printPerson(e explained) {
	c.say("\nAnswers for %s:", count(len(e.Owns), "1 open goal", "%d roles of open goals"))
	for i, g := range e.Owns {
		if i == 2*maxServing {
			c.more(len(e.Owns) - i)
			return
		}
		c.say("  %s  %s  %s", strings.ToUpper(g.Role), c.paint(bold, string(g.Ref)), clip(g.Title, max(16, width-len(g.Ref)-8)))
	}
}

// printRules tells how each rule stands, and what becomes of what it asks for.
func (c *common) printRules(o *pass.Outcome, e explained) {
	switch {
	case len(e.Rules) > 0:
		c.say("\nRules:")
	case e.Role == string(roadmap.RoleGoal):
		c.say("\nNo rule is about a closed goal.")
	}
	for _, r := range e.Rules {
		word, colour := strings.ReplaceAll(string(r.State), "-", " "), dim
		switch r.State {
		case mapping.RuleBroken:
			word, colour = "does not hold", amber
		case mapping.RuleHolds:
			colour = green
		}
		line := fmt.Sprintf("  %-22s ", r.Rule)
		text := word
		if r.Why != "" {
			text += ": " + r.Why
		}
		if r.Since != nil {
			text += " (found " + day(o, *r.Since) + ")"
		}
		c.wrapPainted(line, "      ", text, word, colour)
		for i, f := range r.Writes {
			if next := i + 1; next < len(r.Writes) && f.goesWith(r.Writes[next]) {
				continue // told with the next
			}
			did := f.did()
			if i > 0 && r.Writes[i-1].goesWith(f) {
				did = r.Writes[i-1].did() + " and " + did
			}
			c.wrap("      ", "        ", did+" "+f.fared(o))
		}
		rule := o.Alignment.Org.Rules[r.Rule]
		if r.State == mapping.RuleBroken && len(r.Writes) == 0 {
			switch {
			case rule.Label == "" && !rule.Comment:
				c.say("      reported only: the file gives this rule no label and no comment")
			default:
				c.say("      reported only: there is nothing in a tracker to write to")
			}
		}
	}
}

// goesWith reports whether two writes fare the same, for the same reason.
func (f fate) goesWith(o fate) bool {
	same := f.Until == o.Until || f.Until != nil && o.Until != nil && f.Until.Equal(*o.Until)
	return same && f.State == o.State && f.Why == o.Why
}

// did names the write.
func (f fate) did() string { return strings.TrimSpace(string(f.Action) + " " + f.Value) }

// fared tells what becomes of it.
func (f fate) fared(o *pass.Outcome) string {
	s := f.State
	if f.Until != nil {
		s += " until " + f.Until.In(o.Alignment.Org.Location).Format("2006-01-02 15:04")
	}
	return s + ": " + f.Why
}

// printWritten tells what alignd wrote, the latest last.
func (c *common) printWritten(o *pass.Outcome, e explained) {
	if len(e.Written) == 0 {
		return
	}
	c.say("\nWhat alignd wrote to it:")
	from := max(0, len(e.Written)-maxWritten)
	if from > 0 {
		c.say("  %s", c.paint(dim, fmt.Sprintf("and %d before; `alignd log` has all", from)))
	}
	run, _ := widths(e.Written[from:])
	for _, w := range e.Written[from:] {
		line := fmt.Sprintf("  %s  run %*d  %-7s  %-14s ", w.At.In(o.Alignment.Org.Location).Format("2006-01-02 15:04"), run, w.Run, w.Outcome, w.Action)
		value := firstLine(w.Value)
		if w.Error != nil {
			value = *w.Error
		}
		c.say("%s%s", line, clip(value, max(16, width-len(line))))
	}
}

// more says that a list goes on.
func (c *common) more(n int) {
	c.say("  %s", c.paint(dim, fmt.Sprintf("and %d more; --json has all", n)))
}

// wrap says a text after a lead, broken between words so that it fits the
// width; the lines after the first are indented.
func (c *common) wrap(lead, indent, text string) { c.wrapPainted(lead, indent, text, "", "") }

// wrapPainted is wrap with the word that begins the text painted.
func (c *common) wrapPainted(lead, indent, text, word, colour string) {
	line := lead
	var lines []string
	room := func() int { return width - len([]rune(strings.TrimLeft(line, "\n"))) }
	for i, w := range strings.Fields(clip(text, 6*width)) {
		switch {
		case i > 0 && room() < len([]rune(w))+1:
			lines = append(lines, line)
			line = indent + w
		case i > 0:
			line += " " + w
		default:
			line += w
		}
	}
	all := strings.Join(append(lines, line), "\n")
	if word != "" {
		all = strings.Replace(all, lead+word, lead+c.paint(colour, word), 1)
	}
	c.say("%s", all)
}

func quote(s string, n int) string { return `"` + clip(s, max(16, n)) + `"` }

// refList names refs, up to a number of them.
func refList(refs []roadmap.Ref, most int) string {
	var words []string
	for i, r := range refs {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(refs)-most))
			break
		}
		words = append(words, string(r))
	}
	return strings.Join(words, " ")
}
