package pass_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// script is a Tracker that does what it is told and tells what it was asked.
type script struct {
	pages  []connectors.Page    // the cursor is the place of the page to give next
	broken map[int]func() error // by place, once
	items  map[string]roadmap.Item
	asked  []string
	said   map[roadmap.Key]roadmap.Comment // what was written

	together int // items' labels in one request; 0: 1
}

func (s *script) Site(context.Context) (string, error) { return "", nil }

func (s *script) Pull(_ context.Context, from connectors.Cursor) (connectors.Page, error) {
	n := 0
	if _, err := fmt.Sscan(string(from), &n); err != nil {
		n = 0
	}
	s.asked = append(s.asked, fmt.Sprintf("pull %d", n))
	if f := s.broken[n]; f != nil {
		delete(s.broken, n)
		return connectors.Page{}, f()
	}
	p := s.pages[n%len(s.pages)]
	p.More = n%len(s.pages) < len(s.pages)-1
	p.Next = connectors.Cursor(fmt.Sprint(n + 1))
	return p, nil
}

func (s *script) Fetch(_ context.Context, keys []roadmap.Key, refs []roadmap.Ref) ([]roadmap.Item, error) {
	var names []string
	var found []roadmap.Item
	for _, k := range keys {
		names = append(names, k.ID)
		if it, ok := s.items[k.ID]; ok {
			found = append(found, it)
		}
	}
	for _, r := range refs {
		names = append(names, string(r))
		for _, id := range slices.Sorted(maps.Keys(s.items)) {
			if s.items[id].Ref == r {
				found = append(found, s.items[id])
			}
		}
	}
	s.asked = append(s.asked, "fetch "+strings.Join(names, ","))
	return found, nil
}

func (s *script) Comments(_ context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	var names []string
	for _, it := range items {
		names = append(names, it.Key.ID)
	}
	s.asked = append(s.asked, "comments "+strings.Join(names, ","))
	var found []roadmap.Comment
	for _, it := range items {
		if c, ok := s.said[it.Key]; ok {
			found = append(found, c)
		}
	}
	return found, nil
}

func (s *script) Together() int { return max(s.together, 1) }

func (s *script) Apply(_ context.Context, changes []roadmap.Change) (receipts []connectors.Receipt) {
	var names []string
	for _, c := range changes {
		names = append(names, string(c.Action)+" "+c.Key.ID)
		if it, ok := s.items[c.Key.ID]; ok && c.Action == roadmap.AddLabel {
			it.Labels = append(slices.Clone(it.Labels), c.Value)
			s.items[c.Key.ID] = it
		}
		if c.Action.IsComment() {
			s.said[c.Key] = roadmap.Comment{Key: c.Key, Remote: "r" + c.Key.ID, Mark: c.Mark, Body: c.Value}
		}
		receipts = append(receipts, connectors.Receipt{Remote: "r" + c.Key.ID})
	}
	s.asked = append(s.asked, strings.Join(names, ", "))
	return receipts
}

func (s *script) Census(_ context.Context, from connectors.Cursor) (connectors.Count, error) {
	s.asked = append(s.asked, "count")
	c := connectors.Count{Place: "PAY"}
	for _, id := range slices.Sorted(maps.Keys(s.items)) {
		if s.items[id].Project == "PAY" {
			c.IDs = append(c.IDs, id)
		}
	}
	return c, nil
}

func (s *script) Check(context.Context) ([]connectors.Probe, error) { return nil, nil }

// told is a scripted Jira with two stories, one of which hangs on an epic outside.
func (w *town) told() *script {
	s := &script{items: map[string]roadmap.Item{}, broken: map[int]func() error{}, said: map[roadmap.Key]roadmap.Comment{}}
	for _, id := range []string{"1", "2"} {
		it := roadmap.Item{
			Key: roadmap.Key{Tracker: "jira", ID: id}, Ref: roadmap.NewRef("jira", "PAY-"+id), Kind: roadmap.KindIssue,
			Type: "Story", Status: roadmap.StatusTodo, Project: "PAY", InScope: true, Created: w.daysAgo(30), Updated: w.daysAgo(20),
		}
		if id == "2" {
			it.Links = []roadmap.Link{{Way: roadmap.WayParent, Field: "parent", To: roadmap.Key{Tracker: "jira", ID: "9"}}}
		}
		s.items[id] = it
		s.pages = append(s.pages, connectors.Page{Items: []roadmap.Item{it}})
	}
	s.items["9"] = roadmap.Item{Key: roadmap.Key{Tracker: "jira", ID: "9"}, Ref: "jira:OUT-9", Kind: roadmap.KindIssue, Type: "Epic", Level: roadmap.LevelEpic, Project: "OUT", Updated: w.daysAgo(20)}
	return s
}

// tell makes a pass with a scripted Jira alone.
func (w *town) tell(ctx context.Context, s *script) (*pass.Outcome, error) {
	w.t.Helper()
	w.org.Trackers = w.org.Trackers[:1]
	w.org.Roadmap = w.org.Roadmap[:1]
	p := w.newPass(map[string]connectors.Tracker{"jira": s}, yes)
	s.asked = nil
	return p.Once(ctx)
}

func yes(plan.Plan) (bool, error) { return true, nil }

// The order of a pass: settle what is open, pull to the end, fetch what lies
// outside, look for comments of ours, read items and comments before the write,
// labels before comments, read the labels back.
func TestTheOrderOfThings(t *testing.T) {
	w := newTown(t, "")
	s := w.told()
	open := roadmap.Change{ID: "x", Key: s.items["1"].Key, Ref: "jira:PAY-1", Action: roadmap.AddLabel, Value: "needs-goal"}
	if _, err := w.store.Begin(t.Context(), 1, open, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if o, err := w.tell(t.Context(), s); err != nil || o.Err() != nil {
		t.Fatal(err, o.Err())
	}
	want := []string{
		"fetch 1", "comments 1", // heal
		"pull 0", "pull 1",
		"count",                       // what is gone?
		"fetch 9",                     // outside
		"comments 1,2",                // ours, after the database was lost?
		"fetch 1,2,9", "comments 1,2", // as they stand, and what they lead to, before the write
		"add-label 1", "add-label 2", "create-comment 1", "create-comment 2",
		"fetch 1,2", "comments 1,2", // as they stand, after it
	}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// The second time, only what may have changed is asked.
	if o, err := w.tell(t.Context(), s); err != nil || o.Err() != nil || len(o.Plan.Changes) > 0 {
		t.Fatal(err, o.Err(), planned(o))
	}
	if diff := cmp.Diff([]string{"pull 2", "pull 3", "fetch 1,2,9"}, s.asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The labels of many items go with one request where a tracker takes them so;
// the comments after them, one by one.
func TestLabelsGoTogether(t *testing.T) {
	w := newTown(t, "")
	s := w.told()
	s.together = 50
	if o, err := w.tell(t.Context(), s); err != nil || o.Err() != nil {
		t.Fatal(err, o.Err())
	}
	want := []string{"add-label 1, add-label 2", "create-comment 1", "create-comment 2", "fetch 1,2", "comments 1,2"}
	if diff := cmp.Diff(want, s.asked[len(s.asked)-5:]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A run that ends in the middle of a pull goes on where it was: the page that it
// has stored is not asked for again, until all have come: then it asks for what
// has changed since that page.
func TestAPullGoesOnWhereItWas(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		t.Run(fmt.Sprintf("stopped=%v", stopped), func(t *testing.T) {
			w := newTown(t, "")
			s := w.told()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.broken[1] = func() error {
				if stopped {
					cancel()
				}
				return &connectors.Error{Tracker: "jira", Op: "search", Kind: connectors.Temporary, Err: errors.New("500")}
			}
			o, err := w.tell(ctx, s)
			if errors.Is(err, context.Canceled) != stopped || err == nil && o.Complete() {
				t.Errorf("error %v, troubles %v", err, o.Troubles)
			}
			items, _, err := w.store.Items(t.Context())
			if err != nil || len(items) != 1 {
				t.Errorf("%d items are stored, error %v; want that of the first page", len(items), err)
			}
			o, err = w.tell(t.Context(), s)
			if err != nil || !o.Complete() {
				t.Fatal(err, o.Err())
			}
			if diff := cmp.Diff([]string{"pull 1", "pull 2", "pull 3", "count"}, s.asked[:4]); diff != "" {
				t.Errorf("the next run begins otherwise, -want +got:\n%s", diff)
			}
		})
	}
}

// A pass that is stopped leaves its run without an end, so that the service
// makes up for it when it starts again.
func TestAStoppedPassIsRemembered(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "")
	ctx, cancel := context.WithCancel(t.Context())
	w.jiraDoor.instead(func(http.ResponseWriter, *http.Request) bool { cancel(); return false })
	if _, err := w.once(ctx, yes); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	r, ok, err := w.store.LastRun(t.Context(), true)
	if err != nil || !ok || r.ID == 0 || !r.Finished.IsZero() {
		t.Errorf("the run is remembered as %+v, found %v, error %v", r, ok, err)
	}
}
