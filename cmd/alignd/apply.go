package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/report"
)

// applyOptions are the flags of apply.
type applyOptions struct {
	file   string
	yes    bool
	expect string
	saved  *savedPlan // nil: none was given
}

func newApplyCmd(c *common) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply -c FILE [PLAN]",
		Short: "Plan, show, ask, write",
		Long: `Makes a plan, shows it, asks, and writes it. The org's file must say mode: write.
With PLAN, a file that "plan -o" wrote, or --expect FINGERPRINT it writes exactly that plan or none.
` + exitHelp,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) == 1 {
				if o.saved, err = readPlan(args[0]); err != nil {
					return err
				}
			}
			return c.runApply(cmd.Context(), o)
		},
	}
	orgFlag(cmd, &o.file)
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask")
	cmd.Flags().StringVar(&o.expect, "expect", "", "refuse any plan but the one with this fingerprint")
	return cmd
}

func newSyncCmd(c *common) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "sync -c FILE",
		Short: "One pass as the service does it: writes only in mode: write",
		Long:  "Makes one pass as the service does it.\n" + exitHelp,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.runSync(cmd.Context(), file) },
	}
	orgFlag(cmd, &file)
	return cmd
}

// errNo says that the question was answered with no.
var errNo = errors.New("nothing was written")

func (c *common) runApply(ctx context.Context, opts applyOptions) error {
	if c.offline {
		return errors.New("apply reads every item before it writes it, so it cannot be --offline. Try: plan --offline")
	}
	org, o, err := c.once(ctx, opts.file, func(org *config.Org) (func(plan.Plan) (bool, error), error) {
		if org.Mode != config.Write {
			return nil, fmt.Errorf("%s: org %s is in mode: %s, which never writes. Try: mode: write in the file, when the plan is what you want", org.Path, org.Name, org.Mode)
		}
		if !opts.yes && (!c.interactive || c.json) {
			return nil, errors.New("nobody is there to be asked. Try: --yes, and --expect FINGERPRINT to write only the plan that was looked at")
		}
		return func(p plan.Plan) (bool, error) { return c.confirm(org, p, opts) }, nil
	})
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(report.BuildWritten(o, errNo.Error())); err != nil {
			return err
		}
		return c.status(o)
	}
	if o.Wrote {
		c.printResults(o)
	}
	_ = org
	return c.status(o)
}

// confirm shows the plan and asks whether to write it.
func (c *common) confirm(org *config.Org, p plan.Plan, opts applyOptions) (bool, error) {
	if !c.json {
		c.printChanges(org, p)
	}
	if opts.saved != nil {
		if err := opts.saved.check(p); err != nil {
			return false, err
		}
	}
	if opts.expect != "" && opts.expect != p.Fingerprint() {
		return false, fmt.Errorf("the plan is %s now, not %s: something has changed. Nothing was written. Try: look at the new plan, then --expect %s",
			p.Fingerprint(), opts.expect, p.Fingerprint())
	}
	if len(p.Changes) == 0 || opts.yes {
		return len(p.Changes) > 0, nil
	}
	return c.ask(fmt.Sprintf("Write %s?", count(len(p.Changes), "this change", "these %d changes")))
}

// ask puts a question that only yes answers with yes. No is errNo.
func (c *common) ask(question string) (bool, error) {
	fmt.Fprintf(c.err, "\n%s [y/N] ", question)
	answer, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && answer == "" {
		return false, fmt.Errorf("no answer: %w. %w", err, errNo)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, errNo
}

func (c *common) runSync(ctx context.Context, file string) error {
	org, o, err := c.once(ctx, file, permit(c.offline))
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(report.BuildWritten(o, c.whyNot(org))); err != nil {
			return err
		}
		return c.status(o)
	}
	c.printSync(o)
	return c.status(o)
}

// whyNot says why a sync wrote nothing of its plan.
func (c *common) whyNot(org *config.Org) string {
	if org.Mode != config.Write {
		return "mode observe: nothing was written"
	}
	return "offline: nothing was written"
}

// permit lets a pass write what it plans where the org's file says so.
func permit(offline bool) func(*config.Org) (func(plan.Plan) (bool, error), error) {
	return func(org *config.Org) (func(plan.Plan) (bool, error), error) {
		if org.Mode != config.Write || offline {
			return nil, nil
		}
		return func(plan.Plan) (bool, error) { return true, nil }, nil
	}
}
