package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
)

// terminal is what a command has around it: where to read and write, and the
// environment. stdout is the answer; logs and prompts go to stderr.
type terminal struct {
	in          io.Reader
	out, err    io.Writer
	getenv      func(string) string
	program     string // how it was called
	interactive bool   // somebody can answer a question
	colour      bool
}

// common holds the flags that all commands share.
type common struct {
	*terminal
	args      []string // the command line
	data      string
	json      bool
	offline   bool
	logLevel  string
	logFormat string
	now       string
	network   network
}

// Exit statuses, as each command's help tells them.
const (
	exitFine        = 0
	exitError       = 1
	exitPending     = 2   // plan --exit-code: changes are pending
	exitIncomplete  = 3   // some pull or some write failed, everything else was done
	exitRefused     = 4   // a tracker refused our credentials
	exitInterrupted = 130 //
)

// exitHelp closes the help of the commands that make a pass.
const exitHelp = `
Exit status:
  0    fine
  1    error
  3    incomplete: some pull or some write failed, everything else was done
  4    a tracker refused our credentials
  130  interrupted`

// statusError ends the program with a status of its own. Its error may be nil:
// then all has been said.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// run runs one command line and gives its exit status.
func run(ctx context.Context, args []string, t *terminal) int {
	c := &common{terminal: t, args: args}
	root := newRootCmd(c)
	root.SetArgs(args)
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	return c.finish(ctx, err)
}

// finish tells an error, as text on stderr or as JSON on stdout, and gives the
// exit status.
func (c *common) finish(ctx context.Context, err error) int {
	if err == nil {
		return exitFine
	}
	status, said := exitError, false
	var se *statusError
	switch {
	case errors.As(err, &se):
		status, said = se.status, se.err == nil
	case ctx.Err() != nil:
		status = exitInterrupted
		err = errors.New("interrupted")
	case connectors.KindOf(err) == connectors.Auth:
		status = exitRefused
	}
	if said {
		return status
	}
	// A flag that is wrong may stand before --json, which then was never read.
	if c.json || slices.Contains(c.args, "--json") {
		doc := map[string]any{"error": err.Error(), "status": status}
		var problems *config.ProblemsError
		if errors.As(err, &problems) {
			doc["problems"] = problems.Problems
		}
		if c.printJSON(doc) == nil {
			return status
		}
	}
	fmt.Fprintf(c.err, "alignd: %v\n", err)
	return status
}

func newRootCmd(c *common) *cobra.Command {
	root := &cobra.Command{
		Use:   "alignd",
		Short: "Keeps the roadmap and the backlog together, in the tracker",
		Long: `alignd pulls issues from Jira and Linear, maps each story onto the roadmap goal
that it serves, and writes back labels and comments where a story serves no goal
or a goal has no product owner. It observes until a file says mode: write.`,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if _, err := c.clock(); err != nil {
				return err
			}
			_, err := c.logger(slog.LevelInfo)
			return err
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&c.data, "data", "", "folder of the databases (default $ALIGND_DATA, else the XDG state directory)")
	flags.BoolVar(&c.json, "json", false, "answer in JSON on stdout, errors too")
	flags.BoolVar(&c.offline, "offline", false, "use what is stored, pull nothing")
	flags.StringVar(&c.logLevel, "log-level", "", "debug, info, warn or error (default warn; info for serve)")
	flags.StringVar(&c.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&c.now, "now", "", "take this as the time (RFC 3339), for tests and what-if")
	root.AddCommand(
		newDemoCmd(c), newInitCmd(c), newCheckCmd(c), newPlanCmd(c), newApplyCmd(c), newSyncCmd(c), newServeCmd(c),
		newExplainCmd(c), newReportCmd(c), newLogCmd(c), newUndoCmd(c), newVersionCmd(c),
	)
	for _, name := range []string{"backup"} {
		root.AddCommand(&cobra.Command{
			Use: name, Hidden: true, DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error { return fmt.Errorf("%s is not supported yet", name) },
		})
	}
	return root
}

// clock gives the time source that --now asks for.
func (c *common) clock() (func() time.Time, error) {
	if c.now == "" {
		return time.Now, nil
	}
	t, err := time.Parse(time.RFC3339, c.now)
	if err != nil {
		return nil, fmt.Errorf("--now %q is not a time. Try: the form 2026-11-22T09:00:00Z", c.now)
	}
	return func() time.Time { return t }, nil
}

// realClock is this machine's clock, for holding it against others; nil where
// --now asks for another time.
func (c *common) realClock() func() time.Time {
	if c.now != "" {
		return nil
	}
	return time.Now
}

// logger makes the log that the flags ask for.
func (c *common) logger(quiet slog.Level) (*slog.Logger, error) {
	level := quiet
	if c.logLevel != "" {
		if err := level.UnmarshalText([]byte(c.logLevel)); err != nil {
			return nil, fmt.Errorf("--log-level %q is none of debug, info, warn, error", c.logLevel)
		}
	}
	options := &slog.HandlerOptions{Level: level}
	switch c.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(c.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(c.err, options)), nil
	}
	return nil, fmt.Errorf("--log-format %q is neither text nor json", c.logFormat)
}

// dataDir gives the folder of the databases.
func (c *common) dataDir() (string, error) {
	if c.data != "" {
		return c.data, nil
	}
	if dir := c.getenv("ALIGND_DATA"); dir != "" {
		return dir, nil
	}
	if dir := c.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "alignd"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the database: %w. Try: --data DIR", err)
	}
	return filepath.Join(home, ".local", "state", "alignd"), nil
}

func (c *common) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
