package pass

import (
	"context"
	"errors"
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// witnesses is how many items are read again to tell a site that has a new name
// from another one: few enough to be read one by one, as Data Center has it.
const witnesses = 20

// sameSite makes sure that what answers under a tracker's name is where its
// items came from, before anything is read back, concluded or written. Issue ids
// are numbers, and two Jira sites have the same ones: on another site a label
// that we wrote would be one that a person took off.
//
// A site may have been given another name. The newest items tell: ids count up,
// so the issue that has the same id elsewhere was made at another moment. What
// they cannot tell apart is a copy of the site that was made since.
func (p *Pass) sameSite(ctx context.Context, tracker string) error {
	site, err := p.Trackers[tracker].Site(ctx)
	if err != nil {
		return err
	}
	other := p.Store.AtSite(ctx, tracker, site)
	if !errors.Is(other, store.ErrOtherSite) {
		return other
	}
	known, err := p.Store.Newest(ctx, tracker, witnesses)
	if err != nil {
		return err
	}
	there, same, err := testify(ctx, p.Trackers[tracker], known)
	if err != nil {
		return err
	}
	// Some may have been deleted meanwhile; one made at another moment is another.
	if same < there || same*2 <= len(known) {
		return fmt.Errorf("%w, where %d of the %d newest items are found by their ids, and %d were made at the same moment. "+
			"Try: correct the tracker's url or token; for a new site, another name under trackers, or a fresh database", other, there, len(known), same)
	}
	p.Log.Info("the site has another name now; its items prove that it is the same one",
		"org", p.Org.Name, "tracker", tracker, "site", site, "items", same)
	return p.Store.MoveSite(ctx, tracker, site)
}

// testify reads known items directly, and counts those that are there and those
// of them that were made when they were.
func testify(ctx context.Context, t connectors.Tracker, known []roadmap.Item) (there, same int, err error) {
	keys := make([]roadmap.Key, len(known))
	made := map[roadmap.Key]int64{}
	for i, it := range known {
		keys[i] = it.Key
		made[it.Key] = it.Created.UnixMilli()
	}
	if len(keys) == 0 {
		return 0, 0, nil
	}
	found, err := t.Fetch(ctx, keys, nil)
	for _, it := range found {
		there++
		if was, asked := made[it.Key]; asked && was == it.Created.UnixMilli() {
			same++
		}
	}
	return there, same, err
}
