package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/internal/report"
)

func newPlanCmd(c *common) *cobra.Command {
	var file, out string
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "plan -c FILE [-o PLAN]",
		Short: "One pass without writing: pull, map, and show what would be written",
		Long: `Pulls what changed, maps every story, and shows what a pass would write and what
it would hold back, with the reason. Nothing is written to any tracker.
With -o the plan is saved too, for "apply -c FILE PLAN".
` + exitHelp + `
  2    with --exit-code: changes are pending`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runPlan(cmd.Context(), file, out, exitCode) },
	}
	orgFlag(cmd, &file)
	cmd.Flags().StringVarP(&out, "output", "o", "", "save the plan in this file")
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "end with status 2 when changes are pending")
	return cmd
}

// orgFlag gives a command the flag that names the org's file.
func orgFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "the org's file")
}

func (c *common) runPlan(ctx context.Context, file, out string, exitCode bool) error {
	org, o, err := c.once(ctx, file, nil)
	if err != nil {
		return err
	}
	doc := report.BuildPlan(o.Plan, o.Troubles)
	if out != "" {
		if err := savePlan(out, doc); err != nil {
			return err
		}
	}
	if c.json {
		if err := c.printJSON(doc); err != nil {
			return err
		}
	} else {
		c.printPlan(org, o)
	}
	if err := c.status(o); err != nil {
		return err
	}
	if exitCode && len(o.Plan.Changes) > 0 {
		return &statusError{status: exitPending}
	}
	return nil
}
