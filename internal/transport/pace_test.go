package transport

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// limits are those of a tracker whose paths are endpoints, whose /write/ paths
// change what they name, and whose refusals say what they are about.
func limits() Limits {
	return Limits{
		Endpoint: func(r *http.Request) string { return r.Method + " " + r.URL.Path },
		Target: func(r *http.Request) string {
			name, is := strings.CutPrefix(r.URL.Path, "/write/")
			if !is {
				return ""
			}
			return name
		},
		Hit: func(r *http.Response) (Scope, time.Duration) {
			switch r.Header.Get("RateLimit-Reason") {
			case "quota":
				return Everything, 2 * time.Hour
			case "target":
				return SameTarget, 0
			}
			return SameEndpoint, 0
		},
	}
}

// TestWhatARefusalIsAbout: after a refusal that asks for an hour, what it is
// about is left alone without asking again, by every client of the pace; the
// rest goes on.
func TestWhatARefusalIsAbout(t *testing.T) {
	const hour = "3600"
	for _, tt := range []struct {
		name    string
		answer  http.HandlerFunc
		to      string
		left    string // what is left alone
		goes    string // what goes on; "" nothing
		atLeast time.Duration
	}{
		{"a burst", status(429, "Retry-After", hour), "/a", "/a", "/b", time.Hour},
		{"an unknown reason", status(429, "Retry-After", hour, "RateLimit-Reason", "new"), "/a", "/a", "/b", time.Hour},
		{"one thing", status(429, "Retry-After", hour, "RateLimit-Reason", "target"), "/write/1", "/write/1", "/write/2", time.Hour},
		{"a quota", status(429, "Retry-After", hour, "RateLimit-Reason", "quota"), "/a", "/b", "", time.Hour},
		{"a quota that does not say how long", status(429, "RateLimit-Reason", "quota"), "/a", "/b", "", time.Hour},
		{"turned away", status(503, "Retry-After", hour), "/a", "/a", "/b", time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.answer, status(200))
			pace := NewPace(1000)
			ask := func(safety Safety, to string) error {
				_, _, err := post(t.Context(), client(t, s.URL, safety, func(o *Options) { o.Pace, o.Limits = pace, limits() }), s.URL+to)
				return err
			}
			if err := ask(Writes, tt.to); err != nil || s.count() != 1 {
				t.Fatalf("the refusal itself: %v after %d attempts", err, s.count())
			}
			err := ask(Reads, tt.left)
			var held *HeldError
			if !errors.As(err, &held) || !errors.Is(err, ErrNotSent) || held.For < tt.atLeast || s.count() != 1 {
				t.Errorf("what is to be left alone: %v, and %d requests", err, s.count())
			}
			if tt.goes != "" {
				if err := ask(Reads, tt.goes); err != nil || s.count() != 2 {
					t.Errorf("what is to go on: %v, and %d requests", err, s.count())
				}
			}
		})
	}
	// Nobody has said what this tracker limits: the refusal concerns itself.
	s := serve(t, status(429, "Retry-After", hour))
	c := client(t, s.URL, Reads, nil)
	for range 2 {
		if _, _, err := post(t.Context(), c, s.URL); err != nil {
			t.Fatal(err)
		}
	}
	if s.count() != 2 {
		t.Errorf("%d requests", s.count())
	}
}

// A hold ends by itself, and what waited for it goes on; two orders end with
// the longer one.
func TestAHoldEnds(t *testing.T) {
	p := NewPace(1000)
	p.leave("x", 0) // nothing
	p.leave("x", 2*time.Millisecond)
	p.leave("x", 40*time.Millisecond)
	p.mu.Lock()
	h := p.holds["x"]
	p.mu.Unlock()
	if err := p.wait(t.Context(), []string{"y"}, "", time.Minute); err != nil {
		t.Error(err)
	}
	if err := p.wait(t.Context(), []string{"y", "x"}, "", time.Minute); err != nil {
		t.Error(err)
	}
	select {
	case <-h.over:
	default:
		t.Error("it went on while the longer order was in force")
	}
	p.leave("x", time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx, []string{"x"}, "", 2*time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
}

// TestWritesToOneThingAreSpaced counts, on a clock of the test's own, how many
// writes the pace lets through to one issue in the windows that Jira looks at.
func TestWritesToOneThingAreSpaced(t *testing.T) {
	l := NewPace(1000).space("1")
	var at []time.Time
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for now := start; now.Sub(start) < 2*time.Minute; now = now.Add(10 * time.Millisecond) {
		if l.AllowN(now, 1) {
			at = append(at, now)
		}
	}
	for _, w := range []struct {
		window time.Duration
		most   int
	}{{2 * time.Second, 20 / 2}, {30 * time.Second, 100 * 2 / 3}} {
		for i := range at {
			n := 0
			for _, other := range at[i:] {
				if other.Sub(at[i]) < w.window {
					n++
				}
			}
			if n > w.most {
				t.Fatalf("%d writes in %s, want at most %d", n, w.window, w.most)
			}
		}
	}

	// And a client keeps to it, for one thing and not for another.
	s := serve(t, status(200))
	c := client(t, s.URL, Writes, func(o *Options) { o.Pace, o.Limits = NewPace(1000), limits() })
	for range spacedBurst {
		if _, _, err := post(t.Context(), c, s.URL+"/write/1"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := post(ctx, c, s.URL+"/write/1"); !errors.Is(err, ErrNotSent) {
		t.Errorf("the write after the burst was not spaced: %v", err)
	}
	if _, _, err := post(t.Context(), c, s.URL+"/write/2"); err != nil || s.count() != spacedBurst+1 {
		t.Errorf("another thing: %v, %d requests", err, s.count())
	}
}

func TestWhatHasRestedIsForgotten(t *testing.T) {
	p := NewPace(1000)
	busy := p.space("busy")
	busy.AllowN(time.Now(), spacedBurst)
	for i := range spacedMost {
		p.space(strings.Repeat("x", i+1))
	}
	if len(p.spaced) > 2 || p.space("busy") != busy {
		t.Errorf("%d remembered, the busy one among them: %v", len(p.spaced), p.space("busy") == busy)
	}
}

func TestPaces(t *testing.T) {
	at := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	var p Paces
	acme := p.For(at("https://acme.example/jira"), "bot "+secret, "acme/jira", 20)
	for _, tt := range []struct {
		url, account string
		same         bool
	}{
		{"https://ACME.example:443", "bot " + secret, true},
		{"https://acme.example", "another", false},
		{"https://other.example", "bot " + secret, false},
		{"https://acme.example:8443", "bot " + secret, false},
	} {
		if got := p.For(at(tt.url), tt.account, "x", 20); (got == acme) != tt.same {
			t.Errorf("%s by %s: shared is %v", tt.url, tt.account, got == acme)
		}
	}
	for _, step := range []struct {
		asker string
		rate  float64
		want  rate.Limit
	}{{"beta/jira", 5, 5}, {"acme/jira", 20, 5}, {"beta/jira", 0, 10}, {"beta/jira", 30, 20}} {
		p.For(at("https://acme.example"), "bot "+secret, step.asker, step.rate)
		if got := acme.limiter.Limit(); got != min(step.want, 20) || acme.limiter.Burst() != int(got) {
			t.Errorf("after %v: %v", step, got)
		}
	}
}
