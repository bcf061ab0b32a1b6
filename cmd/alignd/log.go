package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

func newLogCmd(c *common) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "log -c FILE",
		Short: "Every write ever made: when, what, why, outcome",
		Long: `Tells every write from the ledger, oldest first. Outcomes: done, failed, refused, skipped,
adopted (found in the tracker after the database was lost), intent or unknown
(the next pass reads the tracker and settles it).

Exit status: 0 fine, 1 error.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runLog(cmd.Context(), file) },
	}
	orgFlag(cmd, &file)
	return cmd
}

// written is one entry of the ledger, as it is told.
type written struct {
	Run     int64          `json:"run"`
	At      time.Time      `json:"at"`
	Ref     roadmap.Ref    `json:"ref"`
	Action  roadmap.Action `json:"action"`
	Value   string         `json:"value"`
	Rules   []roadmap.Rule `json:"rules"`
	Why     string         `json:"why"`
	Outcome string         `json:"outcome"`
	Error   *string        `json:"error"`
	key     roadmap.Key
}

// line tells the entry in one line, of which the run and the item take so many
// characters.
func (w written) line(run, ref int) string {
	why := w.Why
	if w.Error != nil {
		why = *w.Error
	}
	s := fmt.Sprintf("%s  run %*d  %-8s %-*s %-14s %s", w.At.Format("2006-01-02 15:04:05"), run, w.Run, w.Outcome, ref, w.Ref, w.Action, firstLine(w.Value))
	if why != "" {
		s += "  (" + clip(why, len(why)) + ")" // whole: the plan sends people here for the reason
	}
	return s
}

// widths gives what the runs and the items of some entries take.
func widths(entries []written) (run, ref int) {
	for _, w := range entries {
		run, ref = max(run, len(fmt.Sprint(w.Run))), max(ref, utf8.RuneCountInString(string(w.Ref)))
	}
	return run, ref
}

// ledger reads the ledger of an org.
func (c *common) ledger(ctx context.Context, file string) (entries []written, err error) {
	if file == "" {
		return nil, errors.New("which org? Try: -c FILE")
	}
	org, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	path, err := c.storePath(org)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return []written{}, nil // looking makes no database
	}
	st, err := c.openStore(ctx, org)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	all, err := st.Log(ctx)
	if err != nil {
		return nil, err
	}
	entries = []written{}
	for _, e := range all {
		w := written{
			Run: e.Run, At: e.At, Ref: e.Change.Ref, Action: e.Change.Action, Value: e.Change.Value,
			Rules: append([]roadmap.Rule{}, e.Change.Rules...), Why: e.Change.Why, Outcome: string(e.Outcome), key: e.Change.Key,
		}
		if e.Error != "" {
			w.Error = &e.Error
		}
		entries = append(entries, w)
	}
	return entries, nil
}

func (c *common) runLog(ctx context.Context, file string) error {
	entries, err := c.ledger(ctx, file)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"entries": entries})
	}
	if len(entries) == 0 {
		c.say("Nothing was ever written.")
	}
	run, ref := widths(entries)
	for _, w := range entries {
		c.say("%s", w.line(run, ref))
	}
	return nil
}
