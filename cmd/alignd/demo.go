package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/internal/sim"
)

// demoOptions are the flags of demo.
type demoOptions struct {
	once   bool
	seed   uint64
	issues string
	dir    string
}

// demoStart is the company's Monday morning: a fixed time, so that the same seed
// tells the same story.
var demoStart = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func newDemoCmd(c *common) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole thing on built-in trackers: no account, no network",
		Long: `Starts a built-in Jira and a built-in Linear on loopback ports, with a company's
work in them, writes an ordinary org file and runs the ordinary commands on it. It
stays up until it is interrupted, so that you can look around; --once ends after
the story.

With --issues FILE the Jira holds the issues of a file instead (JSON lines, plain or
.gz, one REST v2 issue a line); its epics are the goals.

Exit status: 0 fine, 1 error, 130 interrupted before the end of the story.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runDemo(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.once, "once", false, "end after the story")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "which company: the same seed tells the same story")
	cmd.Flags().StringVar(&o.issues, "issues", "", "put the Jira issues of this file into the built-in Jira")
	cmd.Flags().StringVar(&o.dir, "dir", "", "keep the org file and the database in this folder (default: a temporary one, removed at the end)")
	return cmd
}

// demo is one telling of the story.
type demo struct {
	*common
	ctx     context.Context
	dir     string
	clock   *sim.Clock
	company *sim.Company
	jira    string // address of the built-in Jira
	linear  string
}

func (c *common) runDemo(ctx context.Context, o demoOptions) (err error) {
	if c.offline {
		return errors.New("demo is its own network; it cannot be --offline")
	}
	d := &demo{common: c, ctx: ctx, dir: o.dir, clock: sim.NewClock(demoStart)}
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "alignd-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(d.dir)) }()
	} else if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	if o.issues != "" {
		err = d.tellFile(o.issues)
	} else {
		err = d.tellStory(o.seed)
	}
	if err != nil || o.once {
		return err
	}
	d.say("\nThe trackers stay up until you press Ctrl-C. In another terminal, for instance:\n  %s report -c %s --data %s --now %s",
		d.program, d.file(), d.dir, d.clock.Now().Format(time.RFC3339))
	<-ctx.Done()
	return nil
}

// serve puts a tracker on a loopback port of its own until the demo ends.
func (d *demo) serve(h http.Handler) (address string, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-d.ctx.Done()
		_ = server.Close() // the demo is over
	}()
	go func() { _ = server.Serve(ln) }() // ends with ErrServerClosed
	return "http://" + ln.Addr().String(), nil
}

func (d *demo) file() string { return filepath.Join(d.dir, "acme.yaml") }

// write puts a file of the demo into its folder; secrets are files of their own,
// as in production.
func (d *demo) write(name, content string) error {
	return os.WriteFile(filepath.Join(d.dir, name), []byte(content), 0o600)
}

// alignd runs an ordinary command at the company's time and gives its output.
func (d *demo) alignd(args ...string) (string, error) {
	var out bytes.Buffer
	t := *d.terminal
	t.out, t.interactive = &out, false
	status := run(d.ctx, slices.Concat(args, []string{"--data", d.dir, "--now", d.clock.Now().Format(time.RFC3339)}), &t)
	if d.ctx.Err() != nil {
		return "", d.ctx.Err()
	}
	if status != exitFine {
		return "", fmt.Errorf("`alignd %s` ended with status %d", strings.Join(args, " "), status)
	}
	return out.String(), nil
}

// show tells which command runs, runs it, and shows its output, or the first
// lines and the end of it.
func (d *demo) show(maxLines int, args ...string) error {
	d.say("\n%s alignd %s", d.paint(dim, "$"), d.paint(bold, strings.Join(args, " ")))
	full := append([]string{args[0], "-c", d.file()}, args[1:]...)
	out, err := d.alignd(full...)
	if err != nil {
		return err
	}
	d.quote(out, maxLines)
	return nil
}

// quote shows text indented, cutting out what is too much from its middle.
func (d *demo) quote(text string, maxLines int) {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		if len(lines) > maxLines {
			if head := maxLines / 2; i == head {
				d.say("  %s", d.paint(dim, fmt.Sprintf("  ... %d more lines ...", len(lines)-maxLines)))
			} else if i > head && i < len(lines)-(maxLines-head) {
				continue
			}
		}
		d.say("  %s", line)
	}
}

func (d *demo) chapter(format string, args ...any) {
	d.say("\n%s", d.paint(bold, "== "+fmt.Sprintf(format, args...)))
}
