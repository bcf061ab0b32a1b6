package main

import (
	"context"

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
from; or, where it reaches none, every way that was tried, what stopped it and what
almost led there. Then how each rule stands to it, and what alignd wrote to it.
Of a goal it tells the owners, the goals above and below, and the stories.

REF is TRACKER:KEY; the tracker may be left out where the key is unique. A sprint
or cycle is TRACKER:sprint:NAME, an owner of goals is person:NAME.
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
	Rules   []ruleState   `json:"rules"`
	Written []written     `json:"written"`
	item    *roadmap.Item // nil of a sprint or a person
}

func (c *common) runExplain(ctx context.Context, file, name string) error {
	_, o, err := c.once(ctx, file, nil)
	if err != nil {
		return err
	}
	e, err := explain(o, name)
	if err != nil {
		return err
	}
	e.Written = []written{}
	if e.item != nil {
		entries, err := c.ledger(ctx, file)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if entry.key == e.item.Key {
				e.Written = append(e.Written, entry)
			}
		}
	}
	e.Rules = ruleStates(o, e)
	if c.json {
		if err := c.printJSON(e); err != nil {
			return err
		}
		return c.status(o)
	}
	c.printExplanation(o, e)
	return c.status(o)
}

// explain asks the mapping about what a person typed.
func explain(o *pass.Outcome, name string) (explained, error) {
	it, err := o.Alignment.Find(name)
	if err == nil {
		return explained{Explanation: o.Alignment.Explain(it.Key), item: it}, nil
	}
	e, is, other := o.Alignment.ExplainOther(name)
	if is {
		err = other
	}
	return explained{Explanation: e}, err
}
