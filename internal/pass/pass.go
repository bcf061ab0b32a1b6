// Package pass is one pass over one org, in order: heal, pull, meet, find ours,
// map, plan, write, remember. Once is the only place where that order is
// written down.
package pass

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
	"github.com/alignd/alignd/mapping"
)

// Pass is all that a pass works with.
type Pass struct {
	Org      *config.Org
	Store    *store.Store
	Trackers map[string]connectors.Tracker // by short name; empty where Offline
	Now      func() time.Time
	Log      *slog.Logger
	// Offline maps and plans what is stored, and asks no tracker anything.
	Offline bool
	// Look only looks: what is pulled is stored, but the pass is not remembered as
	// a run, and nothing is concluded from it. --now and another file may make it
	// a look at what will never be so.
	Look bool
	// Allow is asked before anything is written. nil: nothing is.
	Allow func(plan.Plan) (bool, error)

	began time.Time // when Once was called: what a pass misses, an earlier one must have missed too
}

// Outcome is what a pass found and did.
type Outcome struct {
	Run       int64
	Alignment *mapping.Alignment
	Plan      plan.Plan
	Results   map[string]Result // by change ID; empty where nothing was to be written
	Wrote     bool              // the plan was allowed
	// Troubles say what kept the pass from being complete: pulls that failed,
	// rows that a tracker withheld.
	Troubles []error
	Since    map[roadmap.Rule]map[roadmap.Key]time.Time
	Ours     map[roadmap.Key]roadmap.Ours
}

// Result tells what came of one change.
type Result struct {
	Outcome store.Outcome // Done, Failed, Skipped or Unknown
	Error   string        // "" where it is Done
}

// Complete reports whether everything was pulled.
func (o *Outcome) Complete() bool { return len(o.Troubles) == 0 }

// Failures counts the changes that failed or whose outcome is not known.
func (o *Outcome) Failures() int {
	n := 0
	for _, r := range o.Results {
		if r.Outcome == store.Failed || r.Outcome == store.Refused || r.Outcome == store.Unknown {
			n++
		}
	}
	return n
}

// WriteErr tells how many writes failed, or is nil.
func (o *Outcome) WriteErr() error {
	if n := o.Failures(); n > 0 {
		return fmt.Errorf("%d of %d writes failed; `alignd log` tells which and why", n, len(o.Plan.Changes))
	}
	return nil
}

// Err joins the troubles, or is nil.
func (o *Outcome) Err() error { return errors.Join(o.Troubles...) }

// askAgain is how long a change that a tracker refused (no permission, a label
// that is not on the screen) is held before it is tried again.
const askAgain = 24 * time.Hour

// week is the time over which mentions of one person are counted.
const week = 7 * 24 * time.Hour

// Once makes one pass. Its error is one that kept the pass from ending (the
// database, an expression, an interruption); what a tracker refuses is in the
// Outcome's Troubles and Results.
func (p *Pass) Once(ctx context.Context) (*Outcome, error) {
	o := &Outcome{Results: map[string]Result{}}
	p.began = p.Now()
	if p.Look && p.Offline {
		return o, p.once(ctx, o) // it changes nothing, so it waits for nobody
	}
	release, err := p.Store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if p.Look {
		return o, p.once(ctx, o)
	}
	if o.Run, err = p.Store.BeginRun(ctx, p.Allow != nil, p.Now()); err != nil {
		return nil, err
	}
	err = p.once(ctx, o)
	if ctx.Err() != nil {
		return o, err // broken off: the run stays without an end, and the service makes up for it
	}
	trouble := errors.Join(o.Err(), o.WriteErr(), err)
	text := ""
	if trouble != nil {
		text = strings.ReplaceAll(trouble.Error(), "\n", "; ")
	}
	if endErr := p.Store.EndRun(ctx, o.Run, o.Complete() && err == nil, text, p.Now()); endErr != nil {
		err = errors.Join(err, endErr)
	}
	return o, err
}

func (p *Pass) once(ctx context.Context, o *Outcome) error {
	// 1 and 2: settle what an earlier run left open, then pull what changed.
	incomplete := map[string]bool{}
	for _, t := range p.Org.Trackers {
		err := p.readTracker(ctx, t, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			incomplete[t.Name] = true
			o.Troubles = append(o.Troubles, err)
			if err := p.broken(ctx, t.Name); err != nil {
				return err
			}
		}
	}

	// 3: what is known now, and the parents that lie outside.
	w, err := p.load(ctx)
	if err != nil {
		return err
	}
	if err := p.meet(ctx, w, incomplete, o); err != nil {
		return err
	}

	// 4: which goal does each story serve, and which rule does not hold?
	o.Alignment, err = mapping.Map(mapping.Input{Org: p.Org, Now: p.Now(), Items: w.items, Edges: w.edges, Incomplete: incomplete, Missing: w.missing})
	if err != nil {
		return err
	}

	// 5: what is ours already?
	if err := p.findOurs(ctx, w, o, incomplete); err != nil {
		return err
	}
	if o.Complete() && !p.Offline && !p.Look {
		if err := p.remember(ctx, o); err != nil {
			return err
		}
	}
	if o.Since, err = p.Store.Since(ctx); err != nil {
		return err
	}

	// 6: what may be written, now?
	refused, err := p.Store.Refused(ctx, p.Now().Add(-askAgain))
	if err != nil {
		return err
	}
	for id, at := range refused {
		refused[id] = at.Add(askAgain)
	}
	mentions, err := p.Store.Mentions(ctx, p.Now().Add(-week))
	if err != nil {
		return err
	}
	o.Plan = plan.Build(plan.Input{
		Org: p.Org, Now: p.Now(), Complete: o.Complete(),
		Findings: o.Alignment.Findings, Silent: o.Alignment.Silent, Ours: o.Ours, Since: o.Since, Refused: refused, Mentions: mentions,
		Stories: len(o.Alignment.Stories), Item: o.Alignment.Item, Role: o.Alignment.Role, Resolved: o.Alignment.Resolved,
	})
	if o.Complete() && !p.Offline && p.Allow != nil {
		if err := p.restate(ctx, o); err != nil {
			return err
		}
	}
	if p.Allow == nil {
		return nil
	}

	// 7 to 9: intent, write, outcome.
	allowed, err := p.Allow(o.Plan)
	if err != nil || !allowed {
		return err
	}
	o.Wrote = true
	if len(o.Plan.Changes) == 0 {
		return ctx.Err()
	}
	if err := p.write(ctx, o); err != nil {
		return err
	}
	o.Ours, _, err = p.Store.Ours(ctx)
	return err
}

// broken remembers that not all of a tracker could be read, for passes that
// work offline on what there is.
func (p *Pass) broken(ctx context.Context, tracker string) error {
	if p.Offline {
		return nil
	}
	return p.Store.PullBroken(ctx, tracker)
}

// readTracker heals, pulls and counts one tracker, or only asks how its last
// pull ended when offline.
func (p *Pass) readTracker(ctx context.Context, t config.Tracker, o *Outcome) error {
	if p.Offline {
		_, complete, err := p.Store.Cursor(ctx, t.Name)
		if err == nil && !complete {
			err = fmt.Errorf("%s: the last pull did not go to its end, or there was none. Try: without --offline", t.Name)
		}
		return err
	}
	if err := p.heal(ctx, t.Name); err != nil {
		return err
	}
	if err := p.pull(ctx, t.Name, o); err != nil {
		return err
	}
	err := p.census(ctx, t)
	if connectors.KindOf(err) != "" && ctx.Err() == nil {
		// Nothing is concluded without a count; the next pass counts again.
		p.Log.Warn("the ids could not be counted", "org", p.Org.Name, "tracker", t.Name, "error", err)
		return nil
	}
	return err
}

// pull reads page by page, each stored with its cursor before the next is asked
// for. A pull that another pass began and did not end is ended first, and then
// made once more: what its first pages told may be long over.
func (p *Pass) pull(ctx context.Context, name string, o *Outcome) error {
	if err := p.sameSite(ctx, name); err != nil {
		return err
	}
	cursor, ended, err := p.Store.Cursor(ctx, name)
	if err != nil {
		return err
	}
	stale := cursor != "" && !ended
	items, whole := 0, true
	for {
		page, err := p.Trackers[name].Pull(ctx, cursor)
		if err != nil {
			return err
		}
		if err := p.Store.PutPage(ctx, name, page, p.Now()); err != nil {
			return err
		}
		for _, warning := range page.Warnings {
			o.Troubles = append(o.Troubles, fmt.Errorf("%s: part of the pull was withheld: %s", name, warning))
			whole = false
		}
		items += len(page.Items)
		p.Log.Debug("page stored", "org", p.Org.Name, "tracker", name, "items", len(page.Items), "more", page.More)
		cursor = page.Next
		if !page.More && stale {
			stale = false
			continue
		}
		if !page.More {
			p.Log.Info("pulled", "org", p.Org.Name, "tracker", name, "items", items)
			if !whole {
				return p.Store.PullBroken(ctx, name)
			}
			return nil
		}
	}
}
