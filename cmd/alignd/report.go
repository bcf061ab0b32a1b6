package main

import (
	"context"
	"fmt"
	"slices"
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

  --format text  for a glance in a terminal
  --format html  one page to mail or print, which needs no network
  --format csv   one table for a spreadsheet: a row for each goal and each story
  --format json  all of it, for programs

The report goes to stdout: alignd report -c acme.yaml --format html > acme.html
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
	r := report.Build(report.Input{Org: org, Alignment: o.Alignment, Complete: o.Complete(), Offline: c.offline, Troubles: o.Troubles, Since: o.Since, Ours: o.Ours, Held: o.Plan.Held})
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

// maxPerRule is how many findings of one rule the text shows; csv and json have
// them all.
const maxPerRule = 15

// printReport shows a report in lines of at most 80 characters, but for long
// keys and names: how the stories stand, each goal with its owners, each rule
// that does not hold.
func (c *common) printReport(org *config.Org, r report.Report) {
	t := r.Totals
	c.say("%s · %s", c.paint(bold, r.Org), r.AsOf.In(org.Location).Format("2006-01-02 15:04 MST"))
	switch {
	case !r.Complete:
		c.say("%s", c.paint(amber, "Incomplete: some pull failed. What follows may miss items."))
	case r.Offline:
		c.say("%s", c.paint(dim, "Made of what is stored; no tracker was asked."))
	}
	c.say("\nStories %5d   linked %d%s, closed %d, unlinked %d, unknown %d", t.Stories, t.Linked, share(t.Linked, t.Stories), t.Closed, t.Unlinked, t.Unknown)
	c.say("Goals   %5d   open without PO %d, open without PM %d", t.Goals, t.GoalsWithoutPO, t.GoalsWithoutPM)
	if len(r.Goals) > 0 {
		c.say("\n%s", c.paint(dim, " OPEN  DONE  GOAL"))
	}
	for _, g := range r.Goals {
		c.say("%5d %5d  %s", g.Stories.Open, g.Stories.Done, c.paint(bold, clip(g.Title, 67)))
		about := string(g.Ref) + " · " + g.Status
		if g.Target != nil {
			about += ", due " + *g.Target
		}
		c.say("             %s · PM %s · PO %s", c.paint(dim, about), c.owner(g, g.PM, g.PMState), c.owner(g, g.PO, g.POState))
	}
	c.printFindings(org, r.Findings)
	c.printStoodDown(org, r.Findings)
}

// printStoodDown shows what alignd leaves alone because it has come and gone too
// often.
func (c *common) printStoodDown(org *config.Org, findings []report.Finding) {
	var lines []string
	for _, f := range findings {
		for _, s := range f.StoodDown {
			line := fmt.Sprintf("  %s  %s", f.Ref, s.Words(org.Location))
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	c.say("\n%s %d  %s", c.paint(bold, "stood down"), len(lines), c.paint(dim, "has come and gone too often; what is behind it?"))
	for _, line := range lines[:min(len(lines), maxPerRule)] {
		c.say("%s", line)
	}
	if more := len(lines) - maxPerRule; more > 0 {
		c.say("  %s", c.paint(dim, fmt.Sprintf("and %d more: --format csv or json has all", more)))
	}
}

// printFindings shows the findings, a paragraph for each rule.
func (c *common) printFindings(org *config.Org, findings []report.Finding) {
	for len(findings) > 0 { // sorted by rule
		rule, n, wide := findings[0].Rule, 0, 0
		for n < len(findings) && findings[n].Rule == rule {
			if n < maxPerRule {
				wide = max(wide, len(findings[n].Ref))
			}
			n++
		}
		c.say("\n%s %d\n%s", c.paint(bold, string(rule)), n, c.paint(dim, "  SINCE       SAID IN  ITEM"))
		for _, f := range findings[:min(n, maxPerRule)] {
			c.say("  %s  %-7s  %-*s  %s", f.Since.In(org.Location).Format("2006-01-02"), f.ReportedIn, wide, f.Ref, clip(f.Title, max(20, 80-25-wide)))
		}
		if n > maxPerRule {
			c.say("  %s", c.paint(dim, fmt.Sprintf("and %d more: --format csv or json has all", n-maxPerRule)))
		}
		findings = findings[n:]
	}
}

// owner shows who has a role on a goal; an open goal that nobody has stands out.
func (c *common) owner(g report.Goal, people []report.Named, state report.OwnerState) string {
	switch {
	case len(people) > 0:
		words := make([]string, len(people))
		for i, p := range people {
			words[i] = p.Name
		}
		return clip(strings.Join(words, ", "), 40)
	case state == report.Unseen:
		return "cannot be seen"
	case state == report.Nobody && g.Open():
		return c.paint(red, "nobody")
	}
	return "-"
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d%%)", n*100/of)
}
