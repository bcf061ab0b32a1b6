package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/report"
)

func newReportCmd(c *common) *cobra.Command {
	var file, format string
	cmd := &cobra.Command{
		Use:   "report -c FILE",
		Short: "Goals, owners, coverage, findings",
		Long: `Tells how the stories stand to the roadmap: goals with their owners and what is
worked on for them, and every rule that does not hold.
` + exitHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runReport(cmd.Context(), file, format) },
	}
	orgFlag(cmd, &file)
	cmd.Flags().StringVar(&format, "format", "text", "text, json, csv or html")
	return cmd
}

func (c *common) runReport(ctx context.Context, file, format string) error {
	switch format {
	case "text":
	case "json":
		c.json = true
	case "csv", "html":
		if c.json {
			return fmt.Errorf("--json and --format %s ask for two answers. Try: one of them", format)
		}
	default:
		return fmt.Errorf("--format %q is none of text, json, csv, html", format)
	}
	org, o, err := c.once(ctx, file, nil)
	if err != nil {
		return err
	}
	r := report.Build(report.Input{Org: org, Alignment: o.Alignment, Complete: o.Complete(), Offline: c.offline, Troubles: o.Troubles, Since: o.Since, Ours: o.Ours})
	switch {
	case c.json:
		err = c.printJSON(r)
	case format == "csv":
		err = report.WriteCSV(c.out, r, org.Location)
	case format == "html":
		err = report.WriteHTML(c.out, r, org.Location)
	default:
		c.printReport(org, r)
	}
	if err != nil {
		return err
	}
	return c.status(o)
}

func (c *common) printReport(org *config.Org, r report.Report) {
	t := r.Totals
	c.say("%s · %s", c.paint(bold, r.Org), r.AsOf.In(org.Location).Format("2006-01-02 15:04 MST"))
	if !r.Complete {
		c.say("%s", c.paint(amber, "Incomplete: some pull failed. What follows may miss items."))
	}
	c.say("\nStories  %5d   linked %d%s, closed %d, unlinked %d, unknown %d", t.Stories, t.Linked, share(t.Linked, t.Stories), t.Closed, t.Unlinked, t.Unknown)
	c.say("Goals    %5d   open without PO %d, open without PM %d", t.Goals, t.GoalsWithoutPO, t.GoalsWithoutPM)
	wide := len("jira:ABCD-1234")
	for _, g := range r.Goals {
		wide = max(wide, len(g.Ref))
	}
	for _, f := range r.Findings {
		wide = max(wide, len(f.Ref))
	}
	if len(r.Goals) > 0 {
		c.say("\n%-*s %-8s %-10s %5s %5s  %-18s %-18s %s", wide, "GOAL", "STATUS", "TARGET", "OPEN", "DONE", "PM", "PO", "TITLE")
	}
	for _, g := range r.Goals {
		target := "-"
		if g.Target != nil {
			target = *g.Target
		}
		c.say("%-*s %-8s %-10s %5d %5d  %s %s %s", wide, g.Ref, g.Status, target, g.Stories.Open, g.Stories.Done,
			c.owner(g.PM, g.Status), c.owner(g.PO, g.Status), clip(g.Title, 60))
	}
	if len(r.Findings) > 0 {
		c.say("\n%-20s %-*s %-10s %-8s %s", "FINDING", wide, "ITEM", "SINCE", "SAID IN", "TITLE")
	}
	for _, f := range r.Findings {
		c.say("%-20s %-*s %-10s %-8s %s", f.Rule, wide, f.Ref, f.Since.In(org.Location).Format("2006-01-02"), f.ReportedIn, clip(f.Title, 60))
	}
}

// owner shows who has a role, padded; an open goal that nobody has stands out.
func (c *common) owner(people []report.Named, status string) string {
	if len(people) == 0 {
		if status == "planned" || status == "active" {
			return c.paint(red, fmt.Sprintf("%-18s", "nobody"))
		}
		return fmt.Sprintf("%-18s", "-")
	}
	words := make([]string, len(people))
	for i, p := range people {
		words[i] = p.Name
	}
	return fmt.Sprintf("%-18s", clip(strings.Join(words, ", "), 18))
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d%%)", n*100/of)
}
