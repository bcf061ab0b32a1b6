package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

func newExplainCmd(c *common) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "explain -c FILE REF",
		Short: "How an item reaches a goal, hop by hop, or why it does not",
		Long: `Tells how an item reaches a roadmap goal, with the field that each hop was read
from; or, where it reaches none, every way that was tried and what stopped it.
REF is TRACKER:KEY; the tracker may be left out where the key is unique.
` + exitHelp,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.runExplain(cmd.Context(), file, args[0]) },
	}
	orgFlag(cmd, &file)
	return cmd
}

// explained is the answer of explain: the mapping's word and what the plan and
// the ledger know of the item.
type explained struct {
	mapping.Explanation
	Rules   []ruleState `json:"rules"`
	Written []written   `json:"written"`
}

// ruleState tells how a rule stands to the item.
type ruleState struct {
	Rule   roadmap.Rule `json:"rule"`
	Why    string       `json:"why"`
	State  string       `json:"state"` // "pending", "said", or the reason for which it is held
	Until  *time.Time   `json:"until"`
	Action string       `json:"action"`
}

func (c *common) runExplain(ctx context.Context, file, name string) error {
	_, o, err := c.once(ctx, file, nil)
	if err != nil {
		return err
	}
	it, err := o.Alignment.Find(name)
	if err != nil {
		return err
	}
	e := explained{Explanation: o.Alignment.Explain(it.Key), Rules: ruleStates(o, it.Key), Written: []written{}}
	entries, err := c.ledger(ctx, file)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.key == it.Key {
			e.Written = append(e.Written, entry)
		}
	}
	if c.json {
		if err := c.printJSON(e); err != nil {
			return err
		}
		return c.status(o)
	}
	c.printExplanation(o, it, e)
	return c.status(o)
}

// ruleStates lists the findings on an item with what becomes of them.
func ruleStates(o *pass.Outcome, k roadmap.Key) []ruleState {
	states := []ruleState{}
	for _, f := range o.Alignment.Findings {
		if f.Key != k {
			continue
		}
		said := true
		for _, ch := range o.Plan.Changes {
			if ch.Key == k {
				states = append(states, ruleState{Rule: f.Rule, Why: f.Why, State: "pending", Action: string(ch.Action)})
				said = false
			}
		}
		for _, h := range o.Plan.Held {
			if h.Key != k {
				continue
			}
			s := ruleState{Rule: f.Rule, Why: f.Why, State: string(h.Reason), Action: string(h.Action)}
			if !h.Until.IsZero() {
				until := h.Until.UTC()
				s.Until = &until
			}
			states = append(states, s)
			said = false
		}
		if said {
			states = append(states, ruleState{Rule: f.Rule, Why: f.Why, State: "said"})
		}
	}
	return states
}

func (c *common) printExplanation(o *pass.Outcome, it *roadmap.Item, e explained) {
	c.say("%s  %s  %q  %s", c.paint(bold, string(it.Ref)), it.Type, clip(it.Title, maxLine), it.Status)
	if it.URL != "" {
		c.say("%s", c.paint(dim, it.URL))
	}
	switch {
	case e.Role == string(roadmap.RoleGoal):
		g, _ := o.Alignment.Goal(it.Key)
		c.say("\nA roadmap goal, %s. PM: %s. PO: %s. %s, %d done.", it.Status.Goal(), names(g.PM), names(g.PO),
			count(g.OpenStories, "1 open story", "%d open stories"), g.DoneStories)
	case e.Role == "item":
		c.say("\nNo story: %s.", e.Why)
	}
	if e.Role != string(roadmap.RoleGoal) || len(e.Paths) > 0 {
		c.say("\nLinkage: %s", c.paint(bold, string(e.Linkage)))
	}
	for _, path := range e.Paths {
		for i, h := range path {
			to, _ := o.Alignment.Find(string(h.To))
			what := ""
			if to != nil {
				what = "  " + to.Type + " \"" + clip(to.Title, 60) + "\""
				if _, goal := o.Alignment.Goal(to.Key); goal {
					what += "  goal, " + to.Status.Goal()
				}
			}
			c.say("  %s%s -> %s%s", strings.Repeat("  ", i), h.Field, c.paint(bold, string(h.To)), what)
		}
	}
	if len(e.Tried) > 0 && e.Role != string(roadmap.RoleGoal) {
		c.say("\nWhat was tried:")
		for _, t := range e.Tried {
			c.say("  %-16s %-10s %s", t.From, t.Link, clip(t.Result, 2*maxLine))
		}
	}
	if len(e.Rules) > 0 {
		c.say("\nRules that do not hold:")
		for _, r := range e.Rules {
			state := r.State
			if r.Action != "" {
				state = r.Action + " " + state
			}
			if r.Until != nil {
				state += " until " + r.Until.In(o.Alignment.Org.Location).Format("2006-01-02 15:04")
			}
			c.say("  %-20s %s  %s", r.Rule, c.paint(amber, state), r.Why)
		}
	}
	if len(e.Written) > 0 {
		c.say("\nWhat alignd wrote to it:")
		for _, w := range e.Written {
			c.say("  %s", w.line())
		}
	}
}

func names(owners []mapping.Owner) string {
	if len(owners) == 0 {
		return "nobody"
	}
	words := make([]string, len(owners))
	for i, o := range owners {
		words[i] = clip(o.Name, 40)
	}
	return strings.Join(words, ", ")
}
