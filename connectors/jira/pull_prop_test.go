package jira

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// busySite is a built-in Jira on which people work while it is read: before any
// request they may create, edit, delete or move an issue, and time passes.
type busySite struct {
	*jirasim.Server
	t    *rapid.T
	now  time.Time
	busy bool
	n    int
}

func (b *busySite) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.busy {
		for range rapid.IntRange(0, 2).Draw(b.t, "acts") {
			b.act()
		}
	}
	if r = r.Clone(r.Context()); r.Body == nil {
		r.Body = http.NoBody // as a server sees it
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Result(), nil
}

// busyDoor leads to the site of the check that runs.
type busyDoor struct{ *busySite }

// act is one thing that a person does, some minutes after the last one.
func (b *busySite) act() {
	b.n++
	b.now = b.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 100, 2000}).Draw(b.t, "seconds")) * time.Second)
	project := rapid.SampledFrom([]string{"PAY", "WEB", "ROAD", "OUT"}).Draw(b.t, "project")
	issues := b.Issues()
	what := rapid.SampledFrom([]string{"create", "edit", "edit", "label", "delete", "move", "move"}).Draw(b.t, "what")
	if what == "create" || len(issues) == 0 {
		if _, err := b.AddIssue(jirasim.Issue{Project: project, Summary: fmt.Sprint("made ", b.n)}); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	is := issues[rapid.IntRange(0, len(issues)-1).Draw(b.t, "issue")]
	var err error
	switch what {
	case "edit":
		err = b.Edit(is.Key, "ana", func(i *jirasim.Issue) { i.Summary = fmt.Sprint("edited ", b.n) })
	case "label":
		err = b.Edit(is.Key, "ana", func(i *jirasim.Issue) {
			if i.Labels == nil {
				i.Labels = []string{"no-sync"}
			} else {
				i.Labels = nil
			}
		})
	case "delete":
		err = b.Delete(is.Key)
	case "move":
		if is.Project != project {
			_, err = b.Move(is.Key, project)
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// known is what a database would hold after the pages.
type known struct {
	items map[string]roadmap.Item
	sets  map[string]map[string]bool
	stage map[string]map[string]bool
	next  connectors.Cursor
}

// pull brings pages until there is no more or one fails.
func (k *known) pull(b *busySite, o Options) error {
	tr, err := New(o)
	if err != nil {
		return err
	}
	for range 500 {
		p, err := tr.Pull(b.t.Context(), k.next)
		if err != nil {
			return err
		}
		for _, it := range p.Items {
			k.items[it.Key.ID] = it
		}
		for _, s := range p.Sets {
			if s.First {
				k.stage[s.Name] = map[string]bool{}
			}
			for _, e := range s.Edges {
				k.stage[s.Name][e.From.ID] = true
			}
			if s.Last {
				k.sets[s.Name] = k.stage[s.Name]
			}
		}
		if k.next = p.Next; !p.More {
			return nil
		}
	}
	return fmt.Errorf("the pull does not end")
}

// TestNothingIsLost: whatever people do before, between and during pages, the
// next pull that comes to its end knows every issue as it is.
func TestNothingIsLost(t *testing.T) {
	for name, dc := range map[string]func(*rapid.T) *jirasim.DataCenter{
		"Cloud": func(*rapid.T) *jirasim.DataCenter { return nil },
		"Data Center": func(t *rapid.T) *jirasim.DataCenter {
			return &jirasim.DataCenter{MaxResults: rapid.IntRange(1, 5).Draw(t, "server's page")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &busyDoor{}
			held := holds(t, door, func() bool { return name == "Data Center" })
			rapid.Check(t, func(t *rapid.T) { nothingIsLost(t, dc(t), door, held) })
		})
	}
}

func nothingIsLost(t *rapid.T, dc *jirasim.DataCenter, door *busyDoor, held http.RoundTripper) {
	b := &busySite{t: t, now: at("2026-03-28T22:00:00Z")}
	opts := jirasim.Options{Clock: func() time.Time { return b.now }, PageSize: rapid.IntRange(1, 5).Draw(t, "page"), DataCenter: dc}
	if dc == nil {
		opts.IndexLag = rapid.IntRange(0, 3).Draw(t, "index lag")
	}
	b.Server = jirasim.New(opts)
	b.AddUser(jirasim.User{AccountID: "bot", Name: "bot", Active: true, TimeZone: "Europe/Berlin"})
	b.AddUser(jirasim.User{AccountID: "ana", Name: "Ana", Active: true})
	b.AddBearer(testToken, "bot")
	for _, p := range []string{"PAY", "WEB", "ROAD", "OUT"} {
		b.AddProject(jirasim.Project{Key: p, Name: p})
	}
	o := optionsFor("http://jira.example")
	o.Config.Auth = config.Auth{Type: config.Bearer}
	o.Config.Projects = []string{"PAY", "WEB"}
	o.Config.JQL = "labels IS EMPTY OR labels != no-sync"
	o.Sources = map[int]config.Source{0: {JQL: "project in (ROAD, OUT)", PM: "assignee"}}
	door.busySite, o.Transport = b, held
	for range rapid.IntRange(0, 25).Draw(t, "before") {
		b.act()
	}
	k := &known{items: map[string]roadmap.Item{}, sets: map[string]map[string]bool{}, stage: map[string]map[string]bool{}}
	for range rapid.IntRange(1, 4).Draw(t, "passes") {
		b.busy = true
		err := k.pull(b, o)
		b.busy = false
		if err != nil && connectors.KindOf(err) != connectors.Temporary {
			t.Fatalf("while people work: %v", err)
		}
		for range rapid.IntRange(0, 3).Draw(t, "between") {
			b.act()
		}
	}
	b.Reindex()
	for range 2 { // the first may be the rest of a round that began before
		if err := k.pull(b, o); err != nil {
			t.Fatal(err)
		}
	}
	var goals, scope []string
	for _, is := range b.Issues() {
		story := is.Project == "PAY" || is.Project == "WEB"
		if story && slices.Contains(is.Labels, "no-sync") {
			continue
		}
		if story {
			scope = append(scope, is.ID)
		} else {
			goals = append(goals, is.ID)
		}
		if it := k.items[is.ID]; it.Title != is.Summary || it.Ref != roadmap.NewRef("jira", is.Key) || it.InScope != story {
			t.Errorf("%s %q is known as %s %q", is.Key, is.Summary, it.Ref, it.Title)
		}
	}
	for name, want := range map[string][]string{"goals:0": goals, roadmap.SetScope: scope} {
		var got []string
		for id := range k.sets[name] {
			got = append(got, id)
		}
		slices.Sort(got)
		slices.Sort(want)
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("set %s is %v, want %v", name, got, want)
		}
	}
}
