package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/service"
	"github.com/alignd/alignd/internal/store"
)

func newServeCmd(c *common) *cobra.Command {
	var files []string
	var listen string
	cmd := &cobra.Command{
		Use:   "serve -c FILE|DIR",
		Short: "The service: every org on its schedule",
		Long: `Runs each org's pass on its schedule, and at once where a run was missed. One
org's trouble is its own. SIGTERM finishes the change in hand and ends within ten
seconds. On --listen: /healthz (200 while the process lives) and /readyz (200 when
the last pass of every org was fine, else 503; the body tells which was not, and why).

Exit status: 0 after SIGTERM or an interrupt, 1 error.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runServe(cmd.Context(), files, listen) },
	}
	cmd.Flags().StringArrayVarP(&files, "config", "c", nil, "an org's file, or a folder of them; may be given again")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8787", "address of /healthz and /readyz")
	return cmd
}

func (c *common) runServe(ctx context.Context, paths []string, listen string) error {
	if len(paths) == 0 {
		return errors.New("which orgs? Try: -c FILE or -c DIR")
	}
	if c.offline {
		return errors.New("serve pulls; it cannot be --offline")
	}
	log, err := c.logger(slog.LevelInfo)
	if err != nil {
		return err
	}
	now, err := c.clock()
	if err != nil {
		return err
	}
	files, err := orgFiles(paths)
	if err != nil {
		return err
	}
	s := &service.Service{Now: now, Log: log}
	var bad []error
	for _, file := range files {
		m := c.member(file, log)
		if i := slices.IndexFunc(s.Members, func(o service.Member) bool { return o.Name == m.Name }); i >= 0 && m.Err == nil {
			m = service.Member{Name: file, Err: fmt.Errorf("%s: org %q is in another file already", file, m.Name)}
		}
		if m.Err != nil {
			bad = append(bad, m.Err)
		}
		s.Members = append(s.Members, m)
	}
	if len(bad) == len(s.Members) {
		return errors.Join(bad...)
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w. Try: another port", listen, err)
	}
	return s.Run(ctx, ln)
}

// orgFiles lists the files that paths name: files as they are, and the *.yaml
// and *.yml of folders, sorted.
func orgFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, errors.Unwrap(err))
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: there is no org file (*.yaml) here", strings.Join(paths, ", "))
	}
	return files, nil
}

// member makes a member of the service of one file. A file that does not load is
// a member in trouble: it keeps no other from running.
func (c *common) member(file string, log *slog.Logger) service.Member {
	org, err := config.Load(file)
	if err != nil {
		return service.Member{Name: file, Err: err}
	}
	return service.Member{
		Name: org.Name, Org: org,
		Open: func(ctx context.Context) (*store.Store, error) { return c.openStore(ctx, org) },
		Pass: func(ctx context.Context, st *store.Store) error {
			allow, err := permit(false)(org)
			if err != nil {
				return err
			}
			p, err := c.newPass(org, st, log, allow)
			if err != nil {
				return err
			}
			o, err := p.Once(ctx)
			if err != nil {
				return err
			}
			log.Info("pass", "org", org.Name, "stories", len(o.Alignment.Stories), "findings", len(o.Alignment.Findings),
				"changes", len(o.Plan.Changes), "held", len(o.Plan.Held), "failures", o.Failures(), "complete", o.Complete())
			if n := o.Failures(); n > 0 {
				err = fmt.Errorf("%d of %d writes failed; `alignd log` tells which and why", n, len(o.Plan.Changes))
			}
			return errors.Join(o.Err(), err)
		},
	}
}
