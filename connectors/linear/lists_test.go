package linear

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// drawer is where a directory is kept.
type drawer struct {
	kept  string
	saves int
	now   time.Time
}

func newDrawer() *drawer { return &drawer{now: utc("2026-09-21T12:00:00Z")} }

// use lets a Tracker build on what is in the drawer.
func (d *drawer) use(o *Options) {
	o.Config.Census, o.KeptDirectory, o.Now = 24*time.Hour, d.kept, func() time.Time { return d.now }
	o.KeepDirectory = func(_ context.Context, kept string) error {
		d.kept = kept
		d.saves++
		return nil
	}
}

var wholeLists = []string{"users", "cycles", "issueLabels", "workflowStates", "projectStatuses", "projectMilestones", "projectLabels", "initiativeLabels"}

// dated are the rows of lists that say when they were changed.
func dated(f *fake) {
	f.rows("users", `{"id":"u-bot","updatedAt":"2026-09-01T08:00:00.000Z","name":"Bot","active":true}`,
		`{"id":"u-ana","updatedAt":"2026-09-03T08:00:00.000Z","name":"Ana","active":true}`)
	f.rows("cycles", `{"id":"c-7","updatedAt":"2026-09-01T08:00:00.000Z","number":7,"isActive":true}`)
	f.rows("issueLabels", `{"id":"l-need","updatedAt":"2026-09-02T08:00:00.000Z","name":"needs-goal"}`)
	f.rows("projectMilestones", `{"id":"m-beta","updatedAt":"2026-09-01T08:00:00.000Z","name":"Beta"}`)
}

// A pass after which nothing has changed asks for no list whole: one request
// asks for what has changed of all of them, inclusive and five minutes over. The
// directory is kept once.
func TestQuietPassReadsNoList(t *testing.T) {
	f, d := newFake(t), newDrawer()
	dated(f)
	first := pullAll(t, f.tracker(d.use), "")
	f.changes(map[string][]string{"cycles": {`{"id":"c-7","updatedAt":"2026-09-01T08:00:00.000Z","number":7,"isActive":true}`}})
	before := len(f.log)
	d.now = d.now.Add(time.Hour)
	pullAll(t, f.tracker(d.use), first.cursor)
	want := []string{"viewer", "teams", "sight", "changes", "initiatives", "projects", "issues", "initiativeToProjects", "initiativeRelations"}
	if got := f.roots(before); !slices.Equal(got, want) {
		t.Errorf("a quiet pass asks for %v, want %v", got, want)
	}
	if d.saves != 1 {
		t.Errorf("the directory was kept %d times, want once", d.saves)
	}
	asked := f.asks("changes")[0].Variables
	if asked["first"] != float64(50) {
		t.Errorf("%v rows of each list were asked for, want 50", asked["first"])
	}
	for list, want := range map[string]string{
		"users":            `{"updatedAt":{"gte":"2026-09-03T07:55:00.000Z"}}`,
		"cycles":           `{"or":[{"updatedAt":{"gte":"2026-09-01T07:55:00.000Z"}},{"isActive":{"eq":true}}],"team":{"key":{"in":["ENG"]}}}`,
		"issueLabels":      `{"updatedAt":{"gte":"2026-09-02T07:55:00.000Z"}}`,
		"milestones":       `{"updatedAt":{"gte":"2026-09-01T07:55:00.000Z"}}`,
		"initiativeLabels": `{}`, // it was empty
	} {
		if b, _ := json.Marshal(asked[list]); string(b) != want {
			t.Errorf("%s by %s\nwant %s", list, b, want)
		}
	}
}

// What has changed is taken in: more pages of a list are read by themselves, and
// a cycle that does not come as active is not.
func TestChangesAreTakenIn(t *testing.T) {
	f, d := newFake(t), newDrawer()
	dated(f)
	if err := f.tracker(d.use).startToPull(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(f.log)
	f.changes(map[string][]string{
		"users...":    {`{"id":"u-ana","updatedAt":"2026-09-04T08:00:00.000Z","name":"Ana Maria","active":true}`},
		"issueLabels": {`{"id":"l-new","updatedAt":"2026-09-05T08:00:00.000Z","name":"new"}`},
	})
	f.rows("users", `{"id":"u-bea","updatedAt":"2026-09-06T09:00:00.000Z","name":"Bea","active":false}`)
	tr := f.tracker(d.use)
	if err := tr.startToPull(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.roots(before); !slices.Equal(got, []string{"viewer", "teams", "sight", "changes", "users"}) {
		t.Errorf("asked for %v", got)
	}
	more := f.asks("users")[1].Variables
	if b, _ := json.Marshal(more["filter"]); more["after"] != "c1" || more["orderBy"] != "updatedAt" || string(b) != `{"updatedAt":{"gte":"2026-09-03T07:55:00.000Z"}}` {
		t.Errorf("the second page was asked for by %v", more)
	}
	u := tr.dir.users
	if len(u) != 3 || u["u-ana"].Name != "Ana Maria" || u["u-bot"].Name != "Bot" || u["u-bea"].Name != "Bea" || u["u-bea"].Active {
		t.Errorf("people: %+v", u)
	}
	if b := tr.dir.labels[roadmap.KindIssue].byID; len(b) != 2 || b["l-new"].name != "new" {
		t.Errorf("labels: %+v", b)
	}
	if c := tr.dir.cycles["c-7"]; c.name != "Cycle 7" || c.active {
		t.Errorf("the cycle, which is over: %+v", c)
	}
	// From the latest of the first page on: what changes after that page was sent
	// need not have come, whatever a later page holds.
	if err := f.tracker(d.use).startToPull(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, _ := json.Marshal(f.asks("changes")[1].Variables["users"]); string(b) != `{"updatedAt":{"gte":"2026-09-04T07:55:00.000Z"}}` {
		t.Errorf("the next pass asks for people by %s", b)
	}
}

// An answer that fails, or of which a part is missing, is no news: the lists are
// read whole instead, and where that does not go well either, nothing that was
// kept moves, and the same is asked for again.
func TestTornChangesAreAskedForAgain(t *testing.T) {
	news := `{"id":"u-eve","updatedAt":"2026-09-09T08:00:00.000Z","name":"Eve","active":true}`
	down := reply{Status: 502}
	torn := func(r reply) reply {
		return reply{Body: strings.TrimSuffix(r.Body, "}") + `,"errors":[{"message":"Internal server error"}]}`}
	}
	for _, tt := range []struct {
		what  string
		spoil func(f *fake, changes reply)
		want  connectors.Kind // of the pass
		whole bool            // all lists are read whole
		saved bool
	}{
		{"a failing gateway", func(f *fake, _ reply) { f.reply("changes", down) }, "", true, true},
		{"nothing", func(f *fake, _ reply) { f.reply("changes", reply{Body: `{}`}) }, "", true, true},
		{"a list without its page", func(f *fake, changes reply) {
			f.reply("changes", reply{Body: strings.Replace(changes.Body, `"pageInfo":{"hasNextPage":false,"endCursor":null}`, `"pageInfo":null`, 1)})
		}, "", true, true},
		{"an error beside the rows", func(f *fake, changes reply) { f.reply("changes", torn(changes)) }, "", true, true},
		{"a list that is withheld", func(f *fake, _ reply) {
			f.reply("changes", reply{Status: 400, Body: `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`})
		}, "", true, true},
		{"a rate limit", func(f *fake, _ reply) {
			f.reply("changes", reply{Status: 400, Body: `{"errors":[{"message":"Rate limit exceeded"}]}`})
		}, connectors.RateLimited, false, false},
		{"a second page that fails, and the list as a whole", func(f *fake, _ reply) {
			f.changes(map[string][]string{"users...": {news}})
			f.reply("users", down)
		}, connectors.Temporary, false, false},
		{"a second page that leads nowhere new", func(f *fake, _ reply) {
			f.changes(map[string][]string{"users...": {news}})
			f.data("users", connection("users", "c1"))
		}, connectors.Temporary, false, false},
		{"a second page with an error beside it, and the list as a whole", func(f *fake, _ reply) {
			f.changes(map[string][]string{"users...": {news}})
			f.reply("users", torn(f.answers["users"](nil)))
		}, "", true, false},
		{"a list with an error beside it, everywhere", func(f *fake, changes reply) {
			f.reply("changes", torn(changes))
			f.reply("users", torn(f.answers["users"](nil)))
		}, "", true, false},
		{"no people at all", func(f *fake, _ reply) {
			f.reply("changes", down)
			f.rows("users")
		}, connectors.Temporary, false, false},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f, d := newFake(t), newDrawer()
			dated(f)
			if err := f.tracker(d.use).startToPull(t.Context()); err != nil {
				t.Fatal(err)
			}
			kept, before := d.kept, len(f.log)
			d.now = d.now.Add(time.Minute)
			f.changes(map[string][]string{"users": {news}})
			tt.spoil(f, f.answers["changes"](nil))
			tr := f.tracker(d.use)
			if err := tr.startToPull(t.Context()); connectors.KindOf(err) != tt.want {
				t.Errorf("the pass gives %v, want %q", err, tt.want)
			}
			if tt.whole {
				for _, list := range wholeLists {
					if !slices.Contains(f.roots(before), list) {
						t.Errorf("%s was not read whole", list)
					}
				}
				if len(tr.dir.users) != 2 {
					t.Errorf("people: %+v", tr.dir.users)
				}
			}
			if (d.kept != kept) != tt.saved {
				t.Errorf("kept anew: %v, want %v", d.kept != kept, tt.saved)
			}
			f.changes(map[string][]string{"users": {news}})
			dated(f)
			tr = f.tracker(d.use)
			if err := tr.startToPull(t.Context()); err != nil {
				t.Fatal(err)
			}
			last := f.asks("changes")[len(f.asks("changes"))-1].Variables["users"]
			if b, _ := json.Marshal(last); string(b) != `{"updatedAt":{"gte":"2026-09-03T07:55:00.000Z"}}` || tr.dir.users["u-eve"].Name != "Eve" {
				t.Errorf("the next pass asks for people by %s, and knows %+v", b, tr.dir.users)
			}
		})
	}
}
