package service

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/store"
)

// patience bounds every wait of these tests; only a failing test uses it up.
const patience = 15 * time.Second

// member is an org with a real database, whose passes are a test's own.
func member(t *testing.T, name, schedule string, pass func(context.Context) error) Member {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".db")
	return Member{
		Name: name,
		Org:  &config.Org{Name: name, Schedule: schedule, Location: time.UTC, Mode: config.Write},
		Open: func(ctx context.Context) (*store.Store, error) { return store.Open(ctx, path, name) },
		Pass: func(ctx context.Context, _ *store.Store) error { return pass(ctx) },
	}
}

// running is a service at work.
type running struct {
	t    *testing.T
	url  string
	stop context.CancelFunc
	done chan error
}

// run starts a service; it is stopped after the test.
func run(t *testing.T, members ...Member) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := &Service{Members: members, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	r := &running{t: t, url: "http://" + ln.Addr().String(), stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- s.Run(ctx, ln); close(r.done) }()
	t.Cleanup(func() {
		cancel()
		for err := range r.done { // empty where the test has waited itself
			if err != nil {
				t.Errorf("the service ended with %v", err)
			}
		}
	})
	return r
}

// ready asks /readyz.
func (r *running) ready() (status int, ready Ready) {
	r.t.Helper()
	resp, err := http.Get(r.url + "/readyz")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&ready); err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, ready
}

// until waits for a condition of /readyz.
func (r *running) until(what string, is func(Ready) bool) {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		_, ready := r.ready()
		if is(ready) {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("never came: %s; it stands as %+v", what, ready)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// receive waits for a signal.
func receive(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("never came: %s", what)
	}
}

func org(ready Ready, name string) Health {
	for _, o := range ready.Orgs {
		if o.Org == name {
			return o
		}
	}
	return Health{}
}

// A pass that panics is told as trouble, and the next one runs.
func TestAPanicIsSurvived(t *testing.T) {
	var passes atomic.Int32
	allow := make(chan struct{})
	r := run(t, member(t, "acme", "@every 1s", func(context.Context) error {
		if passes.Add(1) <= 2 { // the one at start, and one on the schedule
			panic("a bug")
		}
		<-allow
		return nil
	}))
	r.until("trouble", func(ready Ready) bool {
		o := org(ready, "acme")
		return o.State == Trouble && o.Why == "the pass broke off; the log has the stack. Please report it"
	})
	close(allow)
	r.until("a later pass that is well", func(ready Ready) bool {
		return ready.Ready && org(ready, "acme").State == OK && org(ready, "acme").Why == ""
	})
}

// A pass that is due while the last one runs is skipped, at start too.
func TestOverlapsAreSkipped(t *testing.T) {
	var at, most, passes atomic.Int32
	slow := member(t, "slow", "@every 1s", func(ctx context.Context) error {
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		passes.Add(1)
		<-ctx.Done() // through several ticks of its own schedule
		return ctx.Err()
	})
	var ticks atomic.Int32
	fast := make(chan struct{})
	r := run(t, slow, member(t, "fast", "@every 1s", func(context.Context) error {
		if ticks.Add(1) == 3 {
			close(fast)
		}
		return nil
	}))
	receive(t, fast, "three passes of the other org")
	if _, ready := r.ready(); !org(ready, "slow").Running {
		t.Error("readyz does not tell that the slow one runs")
	}
	if passes.Load() != 1 || most.Load() != 1 {
		t.Errorf("%d passes, %d at a time; want one", passes.Load(), most.Load())
	}
}

// A run that was missed while the service was down is caught up at start; one
// that was not is left to the schedule.
func TestMissedRuns(t *testing.T) {
	hourly, err := cron.ParseStandard("@hourly")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 10, 20, 0, 0, time.UTC)
	at := func(clock string) time.Time {
		tm, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 3, 2, tm.Hour(), tm.Minute(), 0, 0, time.UTC)
	}
	for _, c := range []struct {
		name  string
		began string // of the last run; "" for none
		wrote bool
		ended bool
		mode  config.Mode
		want  bool
	}{
		{"never ran", "", false, false, config.Observe, true},
		{"ran at ten, the next is due at eleven", "10:00", true, true, config.Write, false},
		{"ran by hand at ten past", "10:10", true, true, config.Write, false},
		{"ran at nine, and ten was missed", "09:00", true, true, config.Write, true},
		{"began at ten and died", "10:00", true, false, config.Write, true},
		{"a person looked at ten, without writing", "10:00", false, true, config.Write, true},
		{"an observing org ran at ten", "10:00", false, true, config.Observe, false},
		{"it wrote at ten, and observes now", "10:00", true, true, config.Observe, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := member(t, "acme", "@hourly", nil)
			m.Org.Mode = c.mode
			j := &job{service: &Service{Now: func() time.Time { return now }}, member: m, ctx: t.Context()}
			defer j.close()
			st, err := j.open()
			if err != nil {
				t.Fatal(err)
			}
			if c.began != "" {
				id, err := st.BeginRun(t.Context(), c.wrote, at(c.began))
				if err == nil && c.ended {
					err = st.EndRun(t.Context(), id, true, "", at(c.began).Add(time.Minute))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, got := j.missed(hourly); got != c.want {
				t.Errorf("missed: %v, want %v", got, c.want)
			}
		})
	}
}

// At start a missed run runs at once, though the schedule has nothing for long;
// of a run that was not missed, health tells how the last one went.
func TestAMissedRunIsCaughtUpAtStart(t *testing.T) {
	ran := make(chan struct{}, 1)
	missed := member(t, "missed", "@yearly", func(context.Context) error { ran <- struct{}{}; return nil })
	never := func(context.Context) error { t.Error("a run that was not missed ran"); return nil }
	recent := member(t, "recent", "@yearly", never)
	ill := member(t, "ill", "@yearly", never)
	for m, trouble := range map[*Member]string{&recent: "", &ill: "jira: it rains"} {
		st, err := m.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id, err := st.BeginRun(t.Context(), true, time.Now())
		if err == nil {
			err = errors.Join(st.EndRun(t.Context(), id, trouble == "", trouble, time.Now()), st.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, missed, recent, ill)
	receive(t, ran, "the missed run")
	r.until("that all is told", func(ready Ready) bool {
		return org(ready, "missed").State == OK && org(ready, "recent").State == OK && org(ready, "ill").State == Trouble
	})
	_, ready := r.ready()
	if o := org(ready, "recent"); o.Last == nil || o.Running {
		t.Errorf("the org that ran before the start: %+v", o)
	}
	if o := org(ready, "ill"); !strings.Contains(o.Why, "jira: it rains") {
		t.Errorf("the org that was in trouble before the start: %+v", o)
	}
}

// An org whose database does not open stops no other, tells why, and is tried
// again until it opens.
func TestADatabaseThatDoesNotOpen(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	ill := member(t, "ill", "@every 1s", func(context.Context) error { return nil })
	open := ill.Open
	var opened atomic.Int32
	ill.Open = func(ctx context.Context) (*store.Store, error) {
		if broken.Load() {
			return nil, errors.New("database ill.db: it is damaged")
		}
		opened.Add(1)
		return open(ctx)
	}
	r := run(t, ill, member(t, "well", "@every 1s", func(context.Context) error { return nil }))
	r.until("one ok and one in trouble", func(ready Ready) bool {
		return org(ready, "well").State == OK && org(ready, "ill").State == Trouble && org(ready, "ill").Why == "database ill.db: it is damaged" && !ready.Ready
	})
	broken.Store(false)
	r.until("both ok", func(ready Ready) bool { return ready.Ready })
	if n := opened.Load(); n != 1 {
		t.Errorf("it was opened %d times", n)
	}
}

// An org whose file did not load is told, and keeps no other from running.
func TestAnOrgWhoseFileDidNotLoad(t *testing.T) {
	r := run(t, Member{Name: "orgs/bad.yaml", Err: errors.New("orgs/bad.yaml:3:1: unknown key")}, member(t, "acme", "@every 1s", func(context.Context) error { return nil }))
	r.until("the other is ok", func(ready Ready) bool { return org(ready, "acme").State == OK })
	status, ready := r.ready()
	if bad := org(ready, "orgs/bad.yaml"); bad.State != Trouble || bad.Why != "orgs/bad.yaml:3:1: unknown key" || status != http.StatusServiceUnavailable {
		t.Errorf("status %d, %+v", status, bad)
	}
}

// A stop waits for the pass in hand, and health can be asked until it has ended.
func TestStopWaitsForThePassInHand(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var ended atomic.Bool
	r := run(t, member(t, "acme", "@every 1s", func(ctx context.Context) error {
		once.Do(func() { close(begun) })
		<-ctx.Done()
		<-finish // a change in hand
		ended.Store(true)
		return ctx.Err()
	}))
	receive(t, begun, "a pass")
	r.stop()
	select {
	case err := <-r.done:
		t.Fatalf("the service ended (%v) while a pass was at work", err)
	case <-time.After(50 * time.Millisecond):
	}
	if _, ready := r.ready(); !org(ready, "acme").Running {
		t.Error("while it stops, readyz does not tell that a pass runs")
	}
	close(finish)
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("error %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the service never ended")
	}
	if !ended.Load() {
		t.Error("the pass in hand was left behind")
	}
	if _, err := http.Get(r.url + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

// Each org's schedule is in its own time zone, through the days on which
// clocks change.
func TestSchedulesAreInTheOrgsTimeZone(t *testing.T) {
	for _, c := range []struct {
		zone, schedule, from, next string // times in UTC
	}{
		{"UTC", "0 9 * * *", "2026-03-02T09:00", "2026-03-03T09:00"},
		{"Europe/Berlin", "0 9 * * *", "2026-03-02T00:00", "2026-03-02T08:00"},
		{"Europe/Berlin", "0 9 * * *", "2026-03-28T12:00", "2026-03-29T07:00"}, // summer time has begun
		{"America/New_York", "0 9 * * 1-5", "2026-03-06T20:00", "2026-03-09T13:00"},
		{"Asia/Kolkata", "30 9 * * *", "2026-03-02T00:00", "2026-03-02T04:00"},
		{"Europe/Berlin", "@every 15m", "2026-03-02T00:00", "2026-03-02T00:15"},
		{"Asia/Kolkata", "@daily", "2026-03-02T00:00", "2026-03-02T18:30"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		schedule, err := scheduleOf(&config.Org{Name: "acme", Schedule: c.schedule, Location: zone})
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse("2006-01-02T15:04", c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := schedule.Next(from).UTC().Format("2006-01-02T15:04"); got != c.next {
			t.Errorf("%s in %s after %s: %s, want %s", c.schedule, c.zone, c.from, got, c.next)
		}
	}
	if _, err := scheduleOf(&config.Org{Name: "acme", Schedule: "every day", Location: time.UTC}); err == nil {
		t.Error("a schedule that is none has no error")
	}
}
