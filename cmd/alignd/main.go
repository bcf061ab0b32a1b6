// Command alignd keeps the roadmap and the backlog together: it maps each story
// onto the goal that it serves and says so in the tracker where it serves none.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // orgs name their time zone; a small container has no zone files

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], &terminal{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv,
		program:     os.Args[0],
		interactive: term.IsTerminal(int(os.Stdin.Fd())),
		colour:      term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	})
	stop()
	os.Exit(status)
}
