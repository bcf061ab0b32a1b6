// Package service decides when passes run: each org on its own schedule, a
// missed run at start, one at a time per org, and one org's trouble its own.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/store"
)

// Member is one org of the service.
type Member struct {
	Name string
	// Org is the org's file, or nil where it did not load; Err says why.
	Org *config.Org
	Err error
	// Open opens the org's database. It is called until it succeeds.
	Open func(context.Context) (*store.Store, error)
	// Pass makes one pass. Its error is what the operator must know: a pass
	// that was not complete, writes that failed.
	Pass func(context.Context, *store.Store) error
}

// Service runs members on their schedules until it is told to stop.
type Service struct {
	Members []Member
	Now     func() time.Time
	Log     *slog.Logger

	health health
}

// stopWithin is how long a stop may take before what still runs is left behind:
// a change in hand gets eight seconds of its own.
const stopWithin = 10 * time.Second

// Run serves health on the listener and runs every member on its schedule until
// ctx ends; then it waits for the changes in hand.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	s.health.start(s.Members, s.Now())
	server := &http.Server{Handler: s.health.handler(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()

	logger := cronLog{s.Log}
	// The order matters: a panic that passed through SkipIfStillRunning would
	// leave it thinking that the job runs for ever.
	crons := cron.New(cron.WithLogger(logger), cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	var first sync.WaitGroup
	var jobs []*job
	for _, m := range s.Members {
		if m.Err != nil {
			s.Log.Error("org left out", "org", m.Name, "error", m.Err)
			continue
		}
		schedule, err := scheduleOf(m.Org)
		if err != nil {
			return err
		}
		j := &job{service: s, member: m, ctx: ctx}
		jobs = append(jobs, j)
		entry := crons.Entry(crons.Schedule(schedule, j))
		first.Go(func() {
			if last, missed := j.missed(schedule); missed {
				entry.WrappedJob.Run()
			} else {
				s.health.ended(m.Name, last.Finished, last.Err())
			}
		})
	}
	crons.Start()
	s.Log.Info("serving", "listen", ln.Addr().String(), "orgs", len(s.Members))

	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	err = errors.Join(err, s.stop(crons, &first, server))
	for _, j := range jobs {
		err = errors.Join(err, j.close())
	}
	return err
}

// scheduleOf reads an org's schedule, which is in its own time zone.
func scheduleOf(org *config.Org) (cron.Schedule, error) {
	schedule, err := cron.ParseStandard("CRON_TZ=" + org.Location.String() + " " + org.Schedule)
	if err != nil {
		return nil, fmt.Errorf("org %s: schedule %q: %w", org.Name, org.Schedule, err)
	}
	return schedule, nil
}

// stop ends the service: no new pass, the change in hand finished, the listener
// closed last so that health can be asked to the end.
func (s *Service) stop(crons *cron.Cron, first *sync.WaitGroup, server *http.Server) error {
	s.Log.Info("stopping")
	running := crons.Stop()
	ended := make(chan struct{})
	go func() {
		<-running.Done()
		first.Wait()
		close(ended)
	}()
	var err error
	timer := time.NewTimer(stopWithin)
	defer timer.Stop()
	select {
	case <-ended:
		s.Log.Info("stopped")
	case <-timer.C:
		err = fmt.Errorf("a pass did not end within %s of the stop; the next one reads back what it left open", stopWithin)
	}
	return errors.Join(err, server.Close())
}

// job is one member on its schedule. cron never runs it twice at a time.
type job struct {
	service *Service
	member  Member
	ctx     context.Context // of the service: a job has no other

	mu    sync.Mutex // guards store
	store *store.Store
}

// missed reports whether a run was due since the last one, or that was broken
// off, or there never was one; else it gives that last one.
func (j *job) missed(schedule cron.Schedule) (store.Run, bool) {
	st, err := j.open()
	if err != nil {
		return store.Run{}, true // running it tells the trouble
	}
	last, ran, err := st.LastRun(j.ctx, j.member.Org.Mode == config.Write)
	return last, err != nil || !ran || last.Finished.IsZero() || !schedule.Next(last.Started).After(j.service.Now())
}

var errInterrupted = errors.New("interrupted")

// open opens the member's database once.
func (j *job) open() (*store.Store, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.store == nil {
		st, err := j.member.Open(j.ctx)
		if err != nil {
			return nil, err
		}
		j.store = st
	}
	return j.store, nil
}

// close closes the member's database, if it was opened.
func (j *job) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.store == nil {
		return nil
	}
	return j.store.Close()
}

// Run makes one pass and tells health how it went. A panic is told too, and
// left to cron.Recover.
func (j *job) Run() {
	if j.ctx.Err() != nil {
		return
	}
	s, name := j.service, j.member.Name
	began := s.Now()
	s.health.running(name, began)
	err := errors.New("the pass broke off; the log has the stack. Please report it")
	defer func() { s.health.ended(name, s.Now(), err) }()
	err = j.pass()
	switch {
	case j.ctx.Err() != nil:
		err = errInterrupted
		s.Log.Info("pass interrupted", "org", name)
	case err != nil:
		s.Log.Error("pass in trouble", "org", name, "error", err)
	default:
		s.Log.Info("pass done", "org", name, "took", s.Now().Sub(began).Round(time.Millisecond).String())
	}
}

func (j *job) pass() error {
	st, err := j.open()
	if err != nil {
		return err
	}
	return j.member.Pass(j.ctx, st)
}

// cronLog hands cron's words to our log.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.log.Debug("cron: "+msg, kv...) }
func (l cronLog) Error(err error, msg string, kv ...any) {
	l.log.Error("cron: "+msg, append(kv, "error", err)...)
}
