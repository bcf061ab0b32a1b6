package transport

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one thing may be written to. Jira Cloud refuses more than 20 writes
// to an issue in 2 s and more than 100 in 30 s; these allow at most 9 and 65.
const (
	spacedRate  = 2 // a second
	spacedBurst = 5
	spacedMost  = 1000 // things remembered before the rested ones are forgotten
)

// holdMost is the longest that anything is left alone, whatever the server asked
// for: after an hour, which is how long the longest known quota takes to fill,
// it may be asked again.
const holdMost = time.Hour

// Pace keeps requests to a rate, and away from what a server has asked us to
// leave alone. It is shared by all clients that count against the same limits,
// and may be used from several goroutines.
type Pace struct {
	limiter *rate.Limiter

	mu     sync.Mutex // guards what follows
	holds  map[string]*hold
	spaced map[string]*rate.Limiter
}

// hold is something that is left alone for a while.
type hold struct {
	over    chan struct{} // closed when it ends
	running int           // orders in force; it ends with the last of them
	longest time.Duration // what the longest of them said when it was given
}

// NewPace allows perSecond requests a second, and short bursts of as many;
// 0 or less means 10.
func NewPace(perSecond float64) *Pace {
	perSecond = orDefault(perSecond)
	return &Pace{
		limiter: rate.NewLimiter(rate.Limit(perSecond), burst(perSecond)),
		holds:   map[string]*hold{},
		spaced:  map[string]*rate.Limiter{},
	}
}

func orDefault(perSecond float64) float64 {
	if perSecond <= 0 {
		return defaultRate
	}
	return perSecond
}

func burst(perSecond float64) int { return max(1, int(perSecond)) }

// HeldError tells of a request that was not sent, because the server had asked
// us to leave it alone for longer than a request waits. It wraps ErrNotSent.
type HeldError struct {
	For time.Duration // at most; counted from when the server asked
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("the server has asked for a pause of %s", e.For.Round(time.Second))
}

// Unwrap gives ErrNotSent.
func (e *HeldError) Unwrap() error { return ErrNotSent }

// leave makes the requests that count against name wait for d.
func (p *Pace) leave(name string, d time.Duration) {
	if d <= 0 {
		return
	}
	d = min(d, holdMost)
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.holds[name]
	if h == nil {
		h = &hold{over: make(chan struct{})}
		p.holds[name] = h
	}
	h.running++
	h.longest = max(h.longest, d)
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if h.running--; h.running == 0 {
			delete(p.holds, name)
			close(h.over)
		}
	})
}

// wait waits until nothing that the request counts against is left alone, the
// thing that it writes to has rested, and it is our turn.
func (p *Pace) wait(ctx context.Context, names []string, spaced string, most time.Duration) error {
	for _, name := range names {
		if err := p.waitFor(ctx, name, most); err != nil {
			return err
		}
	}
	if spaced != "" {
		if err := p.space(spaced).Wait(ctx); err != nil {
			return err
		}
	}
	return p.limiter.Wait(ctx)
}

func (p *Pace) waitFor(ctx context.Context, name string, most time.Duration) error {
	for {
		p.mu.Lock()
		h := p.holds[name]
		var longest time.Duration
		if h != nil {
			longest = h.longest
		}
		p.mu.Unlock()
		switch {
		case h == nil:
			return nil
		case longest > most:
			return &HeldError{For: longest}
		}
		select {
		case <-h.over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// space gives the limiter of the writes to one thing.
func (p *Pace) space(name string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spaced) >= spacedMost {
		for other, l := range p.spaced {
			if l.Tokens() >= spacedBurst {
				delete(p.spaced, other)
			}
		}
	}
	l := p.spaced[name]
	if l == nil {
		l = rate.NewLimiter(spacedRate, spacedBurst)
		p.spaced[name] = l
	}
	return l
}

// Paces gives trackers that share host and account, of several orgs in one
// process, one Pace, because they share the server's limits. The zero Paces is
// ready. It may be used from several goroutines.
type Paces struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*shared // by a hash, because an account may be known by its secret only
}

type shared struct {
	pace  *Pace
	rates map[string]float64 // by who asked
}

// For gives the pace of an account on a host. account is whatever tells accounts
// apart there, a secret included; asker names the tracker that will use it, and
// perSecond is the rate that it is given. Where askers differ, the slowest rate
// holds for all.
func (p *Paces) For(base *url.URL, account, asker string, perSecond float64) *Pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := sha256.Sum256([]byte(strings.ToLower(base.Scheme+"\x00"+base.Hostname()) + "\x00" + port(base) + "\x00" + account))
	s := p.all[id]
	if s == nil {
		if p.all == nil {
			p.all = map[[sha256.Size]byte]*shared{}
		}
		s = &shared{pace: NewPace(perSecond), rates: map[string]float64{}}
		p.all[id] = s
	}
	s.rates[asker] = orDefault(perSecond)
	slowest := s.rates[asker]
	for _, r := range s.rates {
		slowest = min(slowest, r)
	}
	s.pace.limiter.SetLimit(rate.Limit(slowest))
	s.pace.limiter.SetBurst(burst(slowest))
	return s.pace
}
