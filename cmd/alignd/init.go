package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
)

func newInitCmd(c *common) *cobra.Command {
	var file string
	var yes bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Writes a commented starter file, asking what it needs",
		Long: `Asks about one organisation and its tracker, and writes a file for it that is
right as it stands and writes to no tracker: mode observe. A flag answers a
question beforehand; --yes takes the default of every other. An existing file is
never overwritten.

  alignd init --org acme --type jira --url https://acme.atlassian.net \
    --user bot@acme.example --projects PAY,WEB --roadmap "project = ROAD" --yes

Exit status:
  0    fine
  1    error
  130  interrupted`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := map[string]string{}
			for _, q := range questions(&starter{}) {
				if f := cmd.Flags().Lookup(q.flag); f.Changed {
					given[q.flag] = strings.TrimSpace(f.Value.String())
				}
			}
			return c.runInit(cmd.Context(), file, given, yes)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "the file to write (default ORG.yaml)")
	cmd.Flags().BoolVar(&yes, "yes", false, "ask nothing: take the defaults")
	for _, q := range questions(&starter{}) {
		if q.help != "" {
			cmd.Flags().String(q.flag, "", q.help)
		}
	}
	return cmd
}

// question is one thing that init needs to know.
type question struct {
	flag, help string // help is told once where two kinds share a flag
	ask        string // as a person is asked
	answer     *string
	kind       config.TrackerType // of the trackers that it is about; "": any
	normal     func() string      // what no answer means; nil: an answer is needed
	spare      func() bool        // it need not be asked at all; nil: it must
}

// questions gives all of them, in order. Later ones rest on earlier answers.
func questions(s *starter) []question {
	is := func(v string) func() string { return func() string { return v } }
	return []question{
		{flag: "org", help: "name of the organisation", ask: "Name of the organisation (a-z, 0-9 and -)", answer: &s.org},
		{flag: "type", help: "kind of tracker: jira or linear", ask: "Tracker: jira or linear", answer: &s.kind, normal: is("jira")},
		{
			flag: "url", help: "address of the tracker", ask: "Address of the Jira site, as in https://acme.atlassian.net", answer: &s.url,
			spare: func() bool { return s.linear() },
		},
		{flag: "projects", help: "keys of the Jira projects with the stories", ask: "Projects with the stories, by key, as in PAY,WEB", answer: &s.scope, kind: config.Jira},
		{flag: "teams", help: "keys of the Linear teams", ask: "Teams, by key, as in ENG,OPS", answer: &s.scope, kind: config.Linear},
		{
			flag: "user", help: "account of the Jira token; none: it is a personal access token", ask: "E-mail address of the account that alignd acts as",
			answer: &s.user, kind: config.Jira, spare: func() bool { return !s.cloud() },
		},
		{
			flag: "token", help: "environment variable with the token, or file:PATH", ask: "Environment variable that holds its token", answer: &s.token,
			normal: func() string { return defaultVariable(*s) },
		},
		{
			flag: "roadmap", help: "where the goals are: JQL; in Linear initiatives or projects", ask: "Roadmap goals, by JQL", answer: &s.goals,
			kind: config.Jira, normal: func() string { return defaultJQL(s.scope) },
		},
		{flag: "roadmap", ask: "Roadmap goals: initiatives or projects", answer: &s.goals, kind: config.Linear, normal: is("initiatives")},
		{
			flag: "po", help: "field that names a goal's product owner", ask: "Field that names a goal's product owner: assignee, reporter or its name",
			answer: &s.po, kind: config.Jira, normal: is("assignee"),
		},
		{flag: "po", ask: "Product owner of a goal: lead or owner", answer: &s.po, kind: config.Linear, normal: is("lead")},
	}
}

// runInit answers what flags have not, and writes the file.
func (c *common) runInit(ctx context.Context, file string, given map[string]string, yes bool) error {
	clock, err := c.clock()
	if err != nil {
		return err
	}
	s := &starter{}
	s.since = clock().UTC().Format(time.DateOnly) // the file's time zone
	if file != "" {
		if err := free(file); err != nil {
			return err
		}
	}
	var lines *lineReader // made when the first question is asked
	var missing []string
	for _, q := range questions(s) {
		if q.kind != "" && string(q.kind) != s.kind {
			continue
		}
		value, isGiven := given[q.flag]
		delete(given, q.flag)
		switch {
		case isGiven:
			*q.answer = value
			if wrong := s.wrong(); wrong != "" || value == "" && q.spare == nil {
				return fmt.Errorf("--%s: %s", q.flag, otherwise(wrong, "must not be empty"))
			}
		case q.spare != nil && q.spare():
		case yes && q.normal != nil:
			*q.answer = q.normal()
		case yes || !c.interactive || c.json:
			missing = append(missing, "--"+q.flag)
			if q.flag == "type" {
				s.kind = q.normal() // for the questions that follow
			}
		default:
			if lines == nil {
				lines = readLines(c.in)
				fmt.Fprintln(c.err, "Enter alone takes what stands in brackets. The file is written after the last question.")
			}
			if err := c.question(ctx, q, s, lines); err != nil {
				return err
			}
		}
		if q.flag == "org" && file == "" && len(missing) == 0 {
			file = s.org + ".yaml"
			if err := free(file); err != nil {
				return err
			}
		}
	}
	for _, flag := range slices.Sorted(maps.Keys(given)) {
		return fmt.Errorf("--%s does not go with --type %s", flag, s.kind)
	}
	if len(missing) > 0 {
		return fmt.Errorf("nobody is there to be asked for %s. Try: the flags, and --yes for the defaults of what has one", strings.Join(missing, ", "))
	}
	if err := create(file, s.text()); err != nil {
		return err
	}
	return c.saysNext(s, file)
}

// wrong says what the reader of the file has against the answers given so far,
// or "". What is not answered yet is filled with what is right.
func (s *starter) wrong() string {
	_, err := config.Parse(s.org+".yaml", []byte(s.text()))
	var problems *config.ProblemsError
	if !errors.As(err, &problems) {
		return ""
	}
	p := problems.Problems[0]
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + " (" + p.Hint + ")"
}

// question asks until the answer is right.
func (c *common) question(ctx context.Context, q question, s *starter, lines *lineReader) error {
	normal := ""
	if q.normal != nil {
		normal = q.normal()
	}
	for {
		if normal == "" {
			fmt.Fprintf(c.err, "%s: ", q.ask)
		} else {
			fmt.Fprintf(c.err, "%s [%s]: ", q.ask, normal)
		}
		line, err := lines.next(ctx)
		if err != nil {
			fmt.Fprintln(c.err)
			return fmt.Errorf("no answer: %w. %w", err, errNo)
		}
		*q.answer = otherwise(line, normal)
		wrong := ""
		if *q.answer == "" {
			wrong = "this needs an answer"
		} else {
			wrong = s.wrong()
		}
		if wrong == "" {
			return nil
		}
		*q.answer = ""
		fmt.Fprintf(c.err, "  %s\n", wrong)
	}
}

// lineReader hands on lines, and gives up waiting for one when it is told to: a
// read from a terminal cannot be broken off.
type lineReader struct {
	lines chan string
	end   error // why there are no more; read after lines is closed
}

func readLines(r io.Reader) *lineReader {
	l := &lineReader{lines: make(chan string)}
	go func() {
		defer close(l.lines)
		in := bufio.NewReader(r)
		for {
			line, err := in.ReadString('\n')
			if line = strings.TrimSpace(line); line != "" || err == nil {
				l.lines <- line
			}
			if err != nil {
				l.end = err
				return
			}
		}
	}()
	return l
}

func (l *lineReader) next(ctx context.Context) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, ok := <-l.lines:
		if !ok {
			return "", l.end
		}
		return line, nil
	}
}

// free refuses a path where something is.
func free(file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already, and is not overwritten. Try: -c ANOTHER-FILE", file)
	}
	return nil
}

// create writes a new file, whole or not at all.
func create(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return free(file)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

// saysNext tells what to do now, in three lines.
func (c *common) saysNext(s *starter, file string) error {
	secret := "put the token into " + strings.TrimPrefix(s.secret(), "file:")
	if name, ok := strings.CutPrefix(s.secret(), "env:"); ok {
		secret = "export " + name + "=..."
	}
	next := []string{secret, "alignd check --online " + file, "alignd plan -c " + file}
	if c.json {
		return c.printJSON(map[string]any{"org": s.org, "file": file, "next": next})
	}
	_, err := fmt.Fprintf(c.out, "%s is written; it observes only. Now: %s\nAre the token, permissions, projects and fields right?   %s\nWhat would be written to the tracker?   %s\n",
		file, next[0], next[1], next[2])
	return err
}
