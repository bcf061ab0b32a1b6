package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
	"github.com/alignd/alignd/mapping"
)

// Colours, where the terminal has them.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
)

func (c *common) paint(code, s string) string {
	if !c.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (c *common) say(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// count words a number: one is said as it is, more by a format with the number.
func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// printPlan shows a plan under a line that tells what it rests on.
func (c *common) printPlan(org *config.Org, o *pass.Outcome) {
	c.say("%s", c.paint(bold, org.Name)+" · "+standing(o.Alignment))
	c.printChanges(org, o.Plan)
}

// standing tells in a line how stories and goals stand.
func standing(a *mapping.Alignment) string {
	by := map[mapping.Linkage]int{}
	for _, s := range a.Stories {
		by[s.Linkage]++
	}
	return fmt.Sprintf("%s: %d linked, %d closed, %d unlinked, %d unknown · %s",
		count(len(a.Stories), "1 story", "%d stories"), by[mapping.Linked], by[mapping.Closed], by[mapping.Unlinked], by[mapping.Unknown],
		count(len(a.Goals), "1 goal", "%d goals"))
}

// printChanges shows what a plan would write and what it holds.
func (c *common) printChanges(org *config.Org, p plan.Plan) {
	if len(p.Changes) == 0 {
		c.printNoChanges(p)
	}
	for i, ch := range p.Changes {
		if i == 0 || p.Changes[i-1].Ref != ch.Ref {
			c.say("\n  %s  %s  %s", c.paint(bold, string(ch.Ref)), clip(ch.Title, maxLine), c.paint(dim, ruleList(ch.Rules)))
		}
		c.say("    %s", c.describe(ch))
	}
	if len(p.Changes) > 0 {
		c.say("\nPlan %s: %s.", p.Fingerprint(), tally(p.Changes))
		if org.Mode == config.Observe {
			c.say("%s", c.paint(dim, "Mode observe: a pass shows this and writes nothing."))
		}
	}
	c.printHeld(p, org.Location)
}

// printNoChanges tells that there is nothing to write now.
func (c *common) printNoChanges(p plan.Plan) {
	why := "What is in the trackers is what the rules ask for."
	switch {
	case !p.Complete:
		why = "Not all could be pulled, so nothing is raised and nothing is resolved."
	case len(p.Held) > 0:
		why = "What is held back stands below."
	}
	c.say("\n%s %s", c.paint(green, "No changes."), why)
}

// describe words one change in a line.
func (c *common) describe(ch roadmap.Change) string {
	switch ch.Action {
	case roadmap.AddLabel:
		return c.paint(green, "+ label   ") + ch.Value
	case roadmap.RemoveLabel:
		return c.paint(red, "- label   ") + ch.Value
	case roadmap.CreateComment:
		return c.paint(green, "+ comment ") + firstLine(ch.Value)
	default:
		asks := ""
		if who := asked(ch.Text); ch.Asks != "" && who != "" {
			asks = "asks " + who + ": "
		}
		return c.paint(amber, "~ comment ") + clip(asks+firstLine(ch.Value), maxLine)
	}
}

// asked gives the name of the person whom a text mentions, or "".
func asked(text roadmap.Text) string {
	for _, line := range text {
		for _, span := range line {
			if span.Kind == roadmap.SpanMention {
				return span.Text
			}
		}
	}
	return ""
}

// maxLine is how much of a text one line of a list shows, in characters.
const maxLine = 100

// firstLine cuts a text to what fits in a list. Control characters, which a
// title may hold, would reach the terminal: they are dropped.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return clip(s, maxLine)
}

func clip(s string, n int) string {
	r := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s))
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}

// tally counts changes by what they do.
func tally(changes []roadmap.Change) string {
	n := map[roadmap.Action]int{}
	for _, ch := range changes {
		n[ch.Action]++
	}
	var parts []string
	for _, a := range []struct {
		action    roadmap.Action
		one, many string
	}{
		{roadmap.AddLabel, "1 label to add", "%d labels to add"},
		{roadmap.RemoveLabel, "1 label to remove", "%d labels to remove"},
		{roadmap.CreateComment, "1 comment to write", "%d comments to write"},
		{roadmap.UpdateComment, "1 comment to edit", "%d comments to edit"},
	} {
		if n[a.action] > 0 {
			parts = append(parts, count(n[a.action], a.one, a.many))
		}
	}
	return strings.Join(parts, ", ")
}

// reasons say in words what each reason for holding a change means.
var reasons = map[plan.Reason]string{
	plan.Incomplete: "some pull failed; nothing is raised or resolved on half the facts",
	plan.Ignored:    "the item carries the label " + roadmap.IgnoreLabel,
	plan.Vetoed:     "a person, or `alignd undo`, took it back; it stays so until the facts change",
	plan.Since:      "older than the rule's since",
	plan.Grace:      "still young",
	plan.Parked:     "it has come and gone too often, so alignd stands down: what is behind it?",
	plan.Quiet:      "quiet time",
	plan.NoPermit:   "the tracker refused it; `alignd log` tells why. It is tried again after a day",
	plan.TooMany:    "the pass would flag too large a share of the stories (limits.max_share): is the roadmap read rightly? `alignd explain` tells of each. If it is, raise max_share or set since",
	plan.Limit:      "enough for now: new comments in a pass (limits.comments_per_run), or mentions of a person in a week (mentions_per_person)",
}

// maxRefs is how many refs a line of held changes names.
const maxRefs = 6

// printHeld tells what is held, a line for each reason.
func (c *common) printHeld(p plan.Plan, loc *time.Location) {
	type group struct {
		refs  []string
		n     int
		until time.Time // the earliest
	}
	groups := map[plan.Reason]*group{}
	for _, h := range p.Held {
		g := groups[h.Reason]
		if g == nil {
			g = &group{}
			groups[h.Reason] = g
		}
		g.n++
		if !slices.Contains(g.refs, string(h.Ref)) {
			g.refs = append(g.refs, string(h.Ref))
		}
		if !h.Until.IsZero() && (g.until.IsZero() || h.Until.Before(g.until)) {
			g.until = h.Until
		}
	}
	if len(groups) == 0 {
		return
	}
	c.say("\nHeld back: %s.", count(len(p.Held), "1 change", "%d changes"))
	var order []plan.Reason
	for r := range groups {
		order = append(order, r)
	}
	slices.Sort(order)
	for _, r := range order {
		g := groups[r]
		refs := strings.Join(g.refs[:min(maxRefs, len(g.refs))], " ")
		if more := len(g.refs) - maxRefs; more > 0 {
			refs += fmt.Sprintf(" and %d more", more)
		}
		until := ""
		if !g.until.IsZero() {
			until = ", the first until " + g.until.In(loc).Format("2006-01-02 15:04")
		}
		c.say("  %s %4d  %s", c.paint(amber, fmt.Sprintf("%-10s", r)), g.n, reasons[r]+until)
		c.say("                   %s", c.paint(dim, refs))
	}
}

// printResults tells what came of a plan that was written.
func (c *common) printResults(o *pass.Outcome) {
	n := map[store.Outcome]int{}
	var made []roadmap.Change
	for _, ch := range o.Plan.Changes {
		r := o.Results[ch.ID]
		n[r.Outcome]++
		if r.Outcome == store.Done {
			made = append(made, ch)
		}
	}
	words := strings.NewReplacer("to add", "added", "to remove", "removed", "to write", "written", "to edit", "edited").Replace(tally(made))
	if words == "" {
		words = "nothing written"
	}
	c.say("\n%s %s.", c.paint(green, "Done:"), words)
	for _, ch := range o.Plan.Changes {
		if r := o.Results[ch.ID]; r.Outcome != store.Done {
			c.say("  %s %s %s: %s", c.paint(red, string(r.Outcome)), ch.Ref, ch.Action, r.Error)
		}
	}
}

// printSync tells a pass in a few lines.
func (c *common) printSync(o *pass.Outcome) {
	c.say("%s · %s", c.paint(bold, o.Alignment.Org.Name), standing(o.Alignment))
	switch {
	case len(o.Plan.Changes) == 0:
		c.printNoChanges(o.Plan)
	case o.Wrote:
		c.printResults(o)
	default:
		c.say("\nPlan %s: %s.\n%s", o.Plan.Fingerprint(), tally(o.Plan.Changes), c.paint(dim, c.whyNot(o.Alignment.Org)))
	}
	c.printHeld(o.Plan, o.Alignment.Org.Location)
}

func ruleList(rules []roadmap.Rule) string {
	words := make([]string, len(rules))
	for i, r := range rules {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}
