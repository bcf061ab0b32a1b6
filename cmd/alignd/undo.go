package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
)

func newUndoCmd(c *common) *cobra.Command {
	var file string
	var yes bool
	cmd := &cobra.Command{
		Use:   "undo -c FILE RUN",
		Short: "Take back one run's labels and comments, leaving what people changed since",
		Long: `Takes back what a run wrote: labels that it added come off, labels that it took off come back,
comments say again what they said before. What people or later runs have changed since is left.
What is taken back is not written again until its facts change. It asks first, and it writes in
mode: observe too, which is the mode to be in when a run went wrong. "alignd log" tells the runs.
` + exitHelp,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.runUndo(cmd.Context(), file, args[0], yes) },
	}
	orgFlag(cmd, &file)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (c *common) runUndo(ctx context.Context, file, arg string, yes bool) (err error) {
	run, convErr := strconv.ParseInt(arg, 10, 64)
	switch {
	case file == "":
		return errors.New("which org? Try: -c FILE")
	case convErr != nil || run < 1:
		return fmt.Errorf("%q is not the number of a run. Try: alignd log -c %s, which tells them", arg, file)
	case c.offline:
		return errors.New("undo reads every item before it writes it, so it cannot be --offline")
	case !yes && (!c.interactive || c.json):
		return errors.New("nobody is there to be asked. Try: --yes")
	}
	log, err := c.logger(slog.LevelWarn)
	if err != nil {
		return err
	}
	org, err := config.Load(file)
	if err != nil {
		return err
	}
	st, err := c.openStore(ctx, org)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	p, err := c.newPass(ctx, org, st, log, false, nil)
	if err != nil {
		return err
	}
	var changes []roadmap.Change
	o, err := p.Undo(ctx, run, func(back []roadmap.Change, left []pass.Left) (bool, error) {
		changes = back
		if !c.json {
			c.printUndo(run, back, left)
		}
		if len(back) == 0 || yes {
			return len(back) > 0, nil
		}
		return c.ask(fmt.Sprintf("Take back %s?", count(len(back), "this write", "these %d writes")))
	})
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(report.BuildWritten(o, "nothing was left to take back")); err != nil {
			return err
		}
		return c.status(o)
	}
	if len(changes) > 0 {
		c.printResults(o)
	}
	return c.status(o)
}

// printUndo shows what would be taken back, and what is left and why.
func (c *common) printUndo(run int64, back []roadmap.Change, left []pass.Left) {
	if len(back) == 0 {
		fmt.Fprintf(c.out, "Nothing of run %d is left to take back.\n", run)
	}
	for _, ch := range back {
		fmt.Fprintf(c.out, "%-16s %-14s %s\n", ch.Ref, ch.Action, clip(firstLine(ch.Value), maxLine))
	}
	for _, l := range left {
		fmt.Fprintf(c.out, "%-16s %-14s left as it is: %s\n", l.Change.Ref, l.Change.Action, l.Why)
	}
}
