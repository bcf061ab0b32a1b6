package pass

import (
	"context"
	"slices"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// census counts the ids of a tracker now and then, since no pull tells what was
// deleted, archived, moved away or hidden from us without being changed. What
// the count does not list is read directly, and is gone when a second pass does
// not find it either; what no pull has brought is read as well. An empty count
// and a hidden place prove nothing.
func (p *Pass) census(ctx context.Context, t config.Tracker) error {
	due, err := p.Store.CensusDue(ctx, t.Name, t.Census, p.began)
	if err != nil || !due {
		return err
	}
	if err := p.Store.BeginCount(ctx, t.Name); err != nil {
		return err
	}
	places, err := p.count(ctx, t.Name)
	if err != nil {
		return err
	}
	var missed, unheld []roadmap.Key
	for _, place := range places {
		there, err := p.Store.Counted(ctx, t.Name, place)
		if err != nil {
			return err
		}
		lacks, err := p.Store.Uncounted(ctx, t.Name, place)
		if err != nil {
			return err
		}
		if there == 0 && len(lacks) > 0 {
			p.Log.Warn("a count of ids found nothing where items are known; nothing is concluded from it",
				"org", p.Org.Name, "tracker", t.Name, "place", place, "known", len(lacks))
			continue
		}
		missed = append(missed, lacks...)
		if t.JQL != "" {
			continue // what a query selects is read whole in every pass: see unseen
		}
		more, err := p.Store.Unheld(ctx, t.Name, place)
		if err != nil {
			return err
		}
		unheld = append(unheld, more...)
	}
	if err := p.confirm(ctx, t.Name, missed, unheld); err != nil {
		return err
	}
	return p.Store.EndCount(ctx, t.Name, p.Now())
}

// count stores the ids of every place, page by page, and gives the places that
// were counted to their end.
func (p *Pass) count(ctx context.Context, tracker string) (places []string, err error) {
	hidden := map[string]bool{}
	for c, more := (connectors.Count{}), true; more; more = c.More {
		if c, err = p.Trackers[tracker].Census(ctx, c.Next); err != nil {
			return nil, err
		}
		if err := p.Store.PutCount(ctx, tracker, c.Place, c.IDs); err != nil {
			return nil, err
		}
		hidden[c.Place] = hidden[c.Place] || c.Hidden
		if !slices.Contains(places, c.Place) {
			places = append(places, c.Place)
		}
	}
	return slices.DeleteFunc(places, func(place string) bool { return hidden[place] }), nil
}

// confirm reads directly what a count lacks and what it has too much.
func (p *Pass) confirm(ctx context.Context, tracker string, missed, unheld []roadmap.Key) error {
	keys := slices.Concat(missed, unheld)
	if len(keys) == 0 {
		return nil
	}
	items, err := p.Trackers[tracker].Fetch(ctx, keys, nil)
	if err != nil {
		return err
	}
	lost := map[roadmap.Key]bool{}
	for _, k := range missed {
		lost[k] = true
	}
	// Where the item says what became of it (moved out, archived), that is known
	// now. Where it still claims to stand in its place, it is archived without
	// saying so, or the search index lags: a second count tells.
	items = slices.DeleteFunc(items, func(it roadmap.Item) bool {
		if lost[it.Key] && it.InScope && it.Status != roadmap.StatusDropped {
			return true
		}
		delete(lost, it.Key)
		return false
	})
	if err := p.Store.PutItems(ctx, items); err != nil {
		return err
	}
	missed = slices.DeleteFunc(missed, func(k roadmap.Key) bool { return !lost[k] })
	gone, err := p.Store.Missed(ctx, missed, p.began)
	if err != nil {
		return err
	}
	p.Log.Info("counted ids", "org", p.Org.Name, "tracker", tracker, "missing", len(missed)-len(gone), "gone", len(gone), "new", len(unheld))
	return nil
}
