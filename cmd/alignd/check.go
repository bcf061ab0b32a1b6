package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
)

func newCheckCmd(c *common) *cobra.Command {
	var online, schema bool
	var examples []string
	var orgFile string
	cmd := &cobra.Command{
		Use:   "check FILE|DIR ...",
		Short: "Is the configuration right? --online also asks the trackers",
		Long: `Reads org files and tells every problem of each, with line and column. With
--online it also asks the trackers: who we are, and whether the projects, teams,
fields and permissions that the file needs are there. It writes nothing.

With --schema it prints the JSON Schema of the file and reads none: an editor
that is given it completes the keys and tells slips while they are typed.

With --examples it runs policy tests instead: files that say what an org expects
of its own rules (docs/examples.md). The last line counts the cases. Where a file
names no org, -c does. The exit status is 1 where one case fails.
` + exitHelp,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case schema && len(args) > 0:
				return errors.New("--schema reads no file. Try: alignd check --schema")
			case schema:
				return nil
			case len(examples) == 0 && orgFile != "":
				return errors.New("-c is the org of --examples. Try: alignd check " + orgFile)
			case len(examples) == 0:
				return cobra.MinimumNArgs(1)(cmd, args)
			case online:
				return errors.New("--examples asks no tracker. Try: it without --online")
			case len(args) > 0:
				return fmt.Errorf("with --examples an org's file is named by -c. Try: -c %s", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case schema:
				return c.printSchema()
			case len(examples) > 0:
				return c.runExamples(examples, orgFile)
			}
			return c.runCheck(cmd.Context(), args, online)
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "ask the trackers too")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the file")
	cmd.Flags().StringArrayVar(&examples, "examples", nil, "run the policy tests in this file; may stand several times")
	cmd.Flags().StringVarP(&orgFile, "config", "c", "", "with --examples: the org's file")
	cmd.MarkFlagsMutuallyExclusive("online", "schema")
	cmd.MarkFlagsMutuallyExclusive("examples", "schema")
	return cmd
}

func (c *common) printSchema() error {
	text, err := config.Schema()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s\n", text)
	return err
}

// checked is the answer of check, for one org.
type checked struct {
	Org    string                        `json:"org"`
	File   string                        `json:"file"`
	OK     bool                          `json:"ok"`
	Probes map[string][]connectors.Probe `json:"probes"` // by tracker; empty without --online
}

func (c *common) runCheck(ctx context.Context, paths []string, online bool) error {
	orgs, err := config.LoadAll(paths)
	if err != nil && (c.json || len(orgs) == 0) {
		return err
	}
	answer := []checked{}
	status := err // of the files that are not right; the others are told of
	for _, org := range orgs {
		one := checked{Org: org.Name, File: org.Path, OK: true, Probes: map[string][]connectors.Probe{}}
		if !c.json {
			fmt.Fprintf(c.out, "%s: org %s, mode %s, schedule %s, %s\n", org.Path, org.Name, org.Mode, org.Schedule, org.Location)
		}
		if online {
			if err := c.probe(ctx, org, &one); err != nil {
				status = errors.Join(status, err)
				one.OK = false
			}
		}
		answer = append(answer, one)
	}
	if c.json {
		if err := c.printJSON(map[string]any{"ok": status == nil, "orgs": answer}); err != nil {
			return err
		}
		if status != nil {
			return &statusError{status: checkStatus(status)}
		}
		return nil
	}
	if status != nil {
		return &statusError{status: checkStatus(status), err: status}
	}
	if !online {
		fmt.Fprintln(c.out, "The configuration is right. Try --online to ask the trackers too.")
	}
	return nil
}

func checkStatus(err error) int {
	var se *statusError
	if errors.As(err, &se) {
		return se.status
	}
	if connectors.KindOf(err) == connectors.Auth {
		return exitRefused
	}
	return exitError
}

// printProbes shows what a tracker was asked as a table: is it right, what, and
// what was found, with what to try below it.
func (c *common) printProbes(tracker string, probes []connectors.Probe) {
	wide := 0
	for _, p := range probes {
		wide = max(wide, min(utf8.RuneCountInString(p.What), whatMost))
	}
	c.say("  %s", c.paint(bold, tracker))
	for _, p := range probes {
		mark := c.paint(green, "ok  ")
		if !p.OK {
			mark = c.paint(red, "FAIL")
		}
		c.say("    %s  %-*s  %s", mark, wide, p.What, p.Detail)
		if !p.OK && p.Try != "" {
			c.say("    %4s  %-*s  %s", "", wide, "", c.paint(amber, "Try: ")+p.Try)
		}
	}
}

// whatMost is the widest that the first column of a table of probes may be.
const whatMost = 36

// errProbe says that a tracker was asked and something is not as the file says.
var errProbe = errors.New("the trackers are not as the file says")

// probe asks each tracker of an org.
func (c *common) probe(ctx context.Context, org *config.Org, one *checked) error {
	log, err := c.logger(slog.LevelWarn)
	if err != nil {
		return err
	}
	trackers, err := c.trackers(ctx, org, nil, log)
	if err != nil {
		return err
	}
	var failed error
	for _, t := range org.Trackers {
		probes, askErr := trackers[t.Name].Check(ctx)
		one.Probes[t.Name] = append([]connectors.Probe{}, probes...)
		if slices.ContainsFunc(probes, func(p connectors.Probe) bool { return !p.OK }) && failed == nil {
			failed = errProbe
		}
		if !c.json {
			c.printProbes(t.Name, probes)
		}
		switch {
		case connectors.KindOf(askErr) == connectors.Auth && failed != nil:
			failed = &statusError{exitRefused, errProbe} // the probe has told it
		case askErr != nil:
			failed = errors.Join(failed, askErr)
		}
	}
	return failed
}
