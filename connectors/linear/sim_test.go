package linear

import (
	"cmp"
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// builtIn is the built-in Linear with a little work in it.
type builtIn struct {
	*linearsim.Server
	url                        string
	issue, project, initiative roadmap.Key
}

func newBuiltIn(t *testing.T) builtIn {
	t.Helper()
	now := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	s := linearsim.New(linearsim.Options{Clock: func() time.Time { now = now.Add(time.Second); return now }})
	bot := s.AddUser(linearsim.User{Name: "Bot", Email: "bot@acme.example", Active: true})
	ana := s.AddUser(linearsim.User{Name: "Ana", Email: "ana@acme.example", Active: true})
	s.AddKey(testToken, bot.ID)
	s.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineering"})
	s.AddTeam(linearsim.Team{Key: "OPS", Name: "Operations"})
	above := s.AddInitiative(linearsim.Initiative{Name: "Win Europe", Status: "Planned"})
	ini := s.AddInitiative(linearsim.Initiative{Name: "Grow", Status: "Active", OwnerID: ana.ID, ParentID: above.ID})
	pro := s.AddProject(linearsim.Project{Name: "Checkout", StatusType: "started"})
	if err := s.LinkProject(ini.ID, pro.ID); err != nil {
		t.Fatal(err)
	}
	first := s.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Saved cards", ProjectID: pro.ID, AssigneeID: ana.ID})
	for range 9 {
		s.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "More", ParentID: first.ID})
	}
	s.AddIssue(linearsim.Issue{TeamKey: "OPS", Title: "Not ours"})
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	key := func(id string) roadmap.Key { return roadmap.Key{Tracker: "eng", ID: id} }
	return builtIn{s, srv.URL + "/graphql", key(first.ID), key(pro.ID), key(ini.ID)}
}

func (b builtIn) tracker(t *testing.T, pageSize int) *Tracker {
	t.Helper()
	tr, err := New(Options{
		Config: config.Tracker{Name: "eng", URL: b.url, Teams: []string{"ENG"}},
		Org:    "acme", Token: testToken, Rate: 100000, PageSize: pageSize, Attempts: 1,
		Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Small pages bring the same as large ones, and the pull after that only what
// is near the watermark.
func TestSimPull(t *testing.T) {
	b := newBuiltIn(t)
	large, small := pullAll(t, b.tracker(t, 0), ""), pullAll(t, b.tracker(t, 2), "")
	byKey := func(a, b roadmap.Item) int { return a.Key.Compare(b.Key) }
	slices.SortFunc(large.items, byKey)
	slices.SortFunc(small.items, byKey)
	if len(large.items) != 10+1+2 || !slices.EqualFunc(large.items, small.items, func(a, b roadmap.Item) bool { return a.Key == b.Key && a.Title == b.Title }) {
		t.Errorf("large pages bring %d items, small ones %d; want the same 13", len(large.items), len(small.items))
	}
	if small.pages < 5+1+1+1+1 {
		t.Errorf("only %d pages of two rows", small.pages)
	}
	var edges []string
	for _, s := range large.sets {
		for _, e := range s.Edges {
			edges = append(edges, s.Name+" "+cmp.Or(map[roadmap.Key]string{b.project: "checkout", b.initiative: "grow"}[e.From], "?"))
		}
	}
	if !slices.Equal(edges, []string{"project-initiative checkout", "initiative-parent grow"}) {
		t.Errorf("edges from %v", edges)
	}
}

// The life of a comment: written once however often, edited, deleted by a person.
func TestSimComments(t *testing.T) {
	ctx := context.Background()
	for _, kind := range []roadmap.Kind{roadmap.KindIssue, roadmap.KindProject, roadmap.KindInitiative} {
		b := newBuiltIn(t)
		key := map[roadmap.Kind]roadmap.Key{roadmap.KindIssue: b.issue, roadmap.KindProject: b.project, roadmap.KindInitiative: b.initiative}[kind]
		mark := roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0), Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}}
		c := roadmap.Change{
			Key: key, Ref: "eng:x", Kind: kind, Action: roadmap.CreateComment, Mark: mark,
			Text: roadmap.Text{{roadmap.Say("No goal: "), roadmap.Quote("[*x*](y) @ana")}, {roadmap.Say(mark.Line())}},
		}
		for range 3 {
			r, err := b.tracker(t, 0).apply(ctx, c)
			if err != nil || r != mark.ID {
				t.Fatalf("%s: %+v, %v", kind, r, err)
			}
		}
		if n := len(b.Comments(key.ID)); n != 1 {
			t.Fatalf("%s: %d comments after creating it three times", kind, n)
		}
		tr := b.tracker(t, 0)
		items, err := tr.Fetch(ctx, []roadmap.Key{key}, nil)
		if err != nil || len(items) != 1 || items[0].Kind != kind {
			t.Fatalf("%s: %+v, %v", kind, items, err)
		}
		found, err := tr.Comments(ctx, items)
		if err != nil || len(found) != 1 || found[0].Remote != mark.ID || !slices.Equal(found[0].Mark.Rules, mark.Rules) {
			t.Fatalf("%s: found %+v, %v", kind, found, err)
		}
		c.Action, c.Remote = roadmap.UpdateComment, found[0].Remote
		c.Text = roadmap.Text{{roadmap.Say("Resolved.")}, {roadmap.Say(roadmap.Mark{Org: "acme"}.Line())}}
		if _, err := tr.apply(ctx, c); err != nil {
			t.Fatal(err)
		}
		if body := b.Comments(key.ID)[0].Body; body != "Resolved.\n\nalignd · acme · resolved" {
			t.Errorf("%s: edited to %q", kind, body)
		}
		if err := b.DeleteComment(mark.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.apply(ctx, c); connectors.KindOf(err) != connectors.NotFound {
			t.Errorf("%s: editing what a person deleted gives %v", kind, err)
		}
		if found, err := tr.Comments(ctx, items); err != nil || len(found) != 0 {
			t.Errorf("%s: found %+v, %v after it was deleted", kind, found, err)
		}
	}
}

// Labels are created when needed, added and removed, and twice is once.
func TestSimLabels(t *testing.T) {
	ctx := context.Background()
	b := newBuiltIn(t)
	for kind, key := range map[roadmap.Kind]roadmap.Key{roadmap.KindIssue: b.issue, roadmap.KindProject: b.project, roadmap.KindInitiative: b.initiative} {
		tr := b.tracker(t, 0)
		for _, step := range []struct {
			action roadmap.Action
			want   []string
		}{
			{roadmap.RemoveLabel, nil},
			{roadmap.AddLabel, []string{"needs-goal"}},
			{roadmap.AddLabel, []string{"needs-goal"}},
			{roadmap.RemoveLabel, nil},
			{roadmap.RemoveLabel, nil},
		} {
			c := roadmap.Change{Key: key, Ref: "eng:x", Kind: kind, Action: step.action, Value: "needs-goal"}
			if _, err := tr.apply(ctx, c); err != nil {
				t.Fatalf("%s %s: %v", step.action, kind, err)
			}
			if got := b.LabelNames(key.ID); !slices.Equal(got, step.want) {
				t.Errorf("%s %s: carries %v, want %v", kind, step.action, got, step.want)
			}
		}
	}
	if n := len(b.Labels()); n != 3 {
		t.Errorf("%d labels, want one for each kind", n)
	}
}

func TestSimTroubles(t *testing.T) {
	ctx := context.Background()
	b := newBuiltIn(t)
	c := roadmap.Change{Key: b.issue, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.AddLabel, Value: "needs-goal"}

	b.SetBudget(20, 3_000_000) // enough to start; then the clock refills one every three minutes
	tr := b.tracker(t, 1)
	var err error
	var page connectors.Page
	for range 40 {
		if page, err = tr.Pull(ctx, page.Next); err != nil {
			break
		}
	}
	if connectors.KindOf(err) != connectors.RateLimited {
		t.Errorf("a spent budget gives %v", err)
	}
	b.SetBudget(2500, 3_000_000)

	b.AddLabel(linearsim.IssueLabel, "needs-goal", func(l *linearsim.Label) { l.TeamKey = "OPS" })
	if _, err := b.tracker(t, 0).apply(ctx, c); connectors.KindOf(err) != connectors.Invalid {
		t.Errorf("a label of another team in the way gives %v", err)
	} else if e := (*connectors.Error)(nil); !errors.As(err, &e) || e.Try == "" {
		t.Errorf("no advice in %v", err)
	}
	if err := b.DeleteIssue(b.issue.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.tracker(t, 0).apply(ctx, c); connectors.KindOf(err) != connectors.NotFound {
		t.Errorf("a deleted issue gives %v", err)
	}
	b.RevokeKey(testToken)
	if _, err := b.tracker(t, 0).Pull(ctx, ""); connectors.KindOf(err) != connectors.Auth {
		t.Errorf("a revoked key gives %v", err)
	}
}

// Who can be mentioned is notified; who has left, or is an app that may not be,
// is named, since Linear would refuse the whole comment. A title that holds a
// profile's address notifies nobody.
func TestSimMentions(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	robot := w.AddUser(linearsim.User{Name: "Robot", Active: true, App: true}).ID
	if err := w.EditUser(w.users[1], func(u *linearsim.User) { u.Active = false }); err != nil {
		t.Fatal(err)
	}
	tr := w.tracker(t, 0)
	if err := tr.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	profile := tr.dir.users[w.users[0]].URL
	for n, tt := range []struct {
		who  string
		want []string
	}{{w.users[0], []string{w.users[0]}}, {w.users[1], nil}, {robot, nil}} {
		key := roadmap.Key{Tracker: "eng", ID: w.issues[n]}
		c := roadmap.Change{
			Key: key, Ref: "eng:x", Kind: roadmap.KindIssue, Action: roadmap.CreateComment, Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0)},
			Text: roadmap.Text{{roadmap.Mention(tr.dir.users[tt.who]), roadmap.Say(", it has no goal: "), roadmap.Quote("see " + profile)}},
		}
		if r := tr.Apply(t.Context(), []roadmap.Change{c})[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
		if got := w.Mentions(c.Mark.ID); !slices.Equal(got, tt.want) {
			t.Errorf("%s: mentioned %v, want %v:\n%s", tr.dir.users[tt.who].Name, got, tt.want, w.Comments(key.ID)[0].Body)
		}
	}
}
