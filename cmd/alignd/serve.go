package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
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
	orgs, err := config.LoadAll(paths)
	if err != nil && len(orgs) == 0 {
		return err
	}
	s := &service.Service{Now: now, Log: log}
	for _, org := range orgs {
		s.Members = append(s.Members, c.member(org, log))
	}
	s.Members = append(s.Members, broken(err)...)
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w. Try: another port", listen, err)
	}
	return s.Run(ctx, ln)
}

// broken makes a member in trouble of every file that did not load: it keeps no
// other from running, and /readyz tells of it.
func broken(err error) []service.Member {
	var problems *config.ProblemsError
	if !errors.As(err, &problems) {
		return nil
	}
	var members []service.Member
	for _, p := range problems.Problems {
		if n := len(members); n == 0 || members[n-1].Name != p.File {
			members = append(members, service.Member{Name: p.File})
		}
		m := &members[len(members)-1]
		m.Err = errors.Join(m.Err, errors.New(p.String()))
	}
	return members
}

// member makes a member of the service of an org.
func (c *common) member(org *config.Org, log *slog.Logger) service.Member {
	return service.Member{
		Name: org.Name, Org: org,
		Open: func(ctx context.Context) (*store.Store, error) { return c.openStore(ctx, org) },
		Pass: func(ctx context.Context, st *store.Store) error {
			allow, err := permit(false)(org)
			if err != nil {
				return err
			}
			p, err := c.newPass(ctx, org, st, log, false, allow)
			if err != nil {
				return err
			}
			o, err := p.Once(ctx)
			if err != nil {
				return err
			}
			log.Info("pass", "org", org.Name, "stories", len(o.Alignment.Stories), "findings", len(o.Alignment.Findings),
				"changes", len(o.Plan.Changes), "held", heldBy(o.Plan), "failures", o.Failures(), "complete", o.Complete())
			if by := o.Plan.HeldBy(); by[plan.TooMany] > 0 {
				log.Warn("the plan is held whole", "org", org.Name, "reason", reasons[plan.TooMany], "changes", by[plan.TooMany])
			}
			return errors.Join(o.Err(), o.WriteErr())
		},
	}
}

// heldBy words how many changes are held, and why, for the log.
func heldBy(p plan.Plan) string {
	by := p.HeldBy()
	var parts []string
	for _, r := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s:%d", r, by[r]))
	}
	return strings.Join(parts, " ")
}
