package pass_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
	"github.com/alignd/alignd/internal/store"
)

// anotherSite is a Jira with issues of the same ids and keys as the town's, each
// made later by so much, and without a label or a comment. What keep refuses is
// not there.
func (w *town) anotherSite(later time.Duration, keep func(i int) bool) *jirasim.Server {
	w.t.Helper()
	other := jirasim.New(jirasim.Options{Clock: w.clock.Now})
	for _, id := range []string{"bot", "ana"} {
		other.AddUser(jirasim.User{AccountID: id, Name: id, Email: id + "@acme.example", Active: true})
	}
	other.AddToken("bot@acme.example", "t0ken", "bot")
	for _, key := range []string{"ROAD", "PAY", "WEB", "OUT"} {
		other.AddProject(jirasim.Project{Key: key, Name: key})
	}
	other.AddField(jirasim.Field{ID: poField, Name: "Product Owner", Custom: "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", Type: "user"})
	for n, i := range w.jira.Issues() {
		if !keep(n) {
			continue
		}
		i.Labels, i.Created, i.Updated = nil, i.Created.Add(later), i.Updated.Add(later)
		if _, err := other.AddIssue(i); err != nil {
			w.t.Fatal(err)
		}
	}
	return other
}

// at points the org's file at another address of the tracker jira.
func (w *town) at(url string) {
	w.t.Helper()
	w.jiraURL = url
	w.file("")
}

// known is what the database knows of Jira.
func (w *town) known() []roadmap.Item {
	w.t.Helper()
	items, missing, err := w.store.Items(w.t.Context())
	if err != nil || len(missing) > 0 {
		w.t.Fatalf("missing %v, error %v", missing, err)
	}
	var jira []roadmap.Item
	for _, it := range items {
		if it.Key.Tracker == "jira" {
			jira = append(jira, it)
		}
	}
	return jira
}

// TestAnotherSite: the file points at another Jira under the old name. Its issues
// have the same ids, and none carries a label of ours: taken for the old ones,
// each would be one of which a person took the label off, and the write that is
// open one that was not delivered. Nothing is concluded from them.
func TestAnotherSite(t *testing.T) {
	all := func(int) bool { return true }
	for name, c := range map[string]struct {
		later time.Duration
		keep  func(i int) bool
		says  string
	}{
		"the same ids, made at other moments":  {time.Hour, all, "8 of the 8 newest items are found by their ids, and 0 were made at the same moment"},
		"a millisecond apart":                  {time.Millisecond, all, "and 0 were made"},
		"an old copy, without what came since": {0, func(i int) bool { return i < 3 }, "3 of the 8 newest items are found by their ids, and 3 were made at the same moment"},
		"nothing of it is there":               {0, func(int) bool { return false }, "0 of the 8 newest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "")
			w.strays(3)
			w.well()
			w.story("PAY-20", "")
			w.jiraDoor.Set(first(put, connectortest.LostAfter))
			w.pass()
			w.jiraDoor.Set(nil)
			open, err := w.store.OpenEntries(t.Context())
			if err != nil || len(open) != 1 {
				t.Fatal(open, err)
			}
			home, before, run := w.jiraURL, w.known(), open[0].Run
			other := w.anotherSite(c.later, c.keep)
			w.at(w.serve(other))
			for range 2 {
				o := w.pass()
				if err := o.Err(); !errors.Is(err, store.ErrOtherSite) || !strings.Contains(err.Error(), "jira: another site answers: the database holds the items of "+home+", and this is "+w.jiraURL) ||
					!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "Try: correct the tracker's url") {
					t.Errorf("it says: %v", err)
				}
				if len(o.Plan.Changes) > 0 {
					t.Errorf("planned: %s", planned(o))
				}
			}
			if _, err := w.newPass(w.trackers(), nil).Undo(t.Context(), run, func([]roadmap.Change, []pass.Left) (bool, error) { return true, nil }); !errors.Is(err, store.ErrOtherSite) {
				t.Errorf("taking a run back: %v", err)
			}
			if writes := other.Writes(); len(writes) > 0 {
				t.Errorf("written there: %v", writes)
			}
			if diff := cmp.Diff(before, w.known()); diff != "" {
				t.Errorf("the database knows something else (-before +after):\n%s", diff)
			}
			if left, err := w.store.OpenEntries(t.Context()); err != nil || len(left) != 1 {
				t.Errorf("%d entries are open, error %v", len(left), err)
			}

			w.at(home)
			w.well()
			for _, key := range []string{"PAY-10", "PAY-11", "PAY-12", "PAY-20"} {
				w.want(key + " " + flagged)
			}
			w.quiet()
		})
	}
}

// TestARenamedSite: the same site under another name goes on as if nothing had
// happened, whether its address has changed with it or not, and the old name is
// another site's from then on.
func TestARenamedSite(t *testing.T) {
	for name, rename := range map[string]func(*town){
		"another address": func(w *town) { w.at(w.serve(w.jiraDoor)) },
		"another base URL at the same address": func(w *town) {
			w.jiraDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/serverInfo") {
					return false
				}
				rw.Header().Set("Content-Type", "application/json")
				_, err := rw.Write([]byte(`{"deploymentType":"Cloud","version":"1001.0.0","baseUrl":"https://New.acme.example/"}`))
				return err == nil
			})
		},
		"and some issues are gone": func(w *town) {
			for _, key := range []string{"PAY-2", "PAY-3"} {
				if err := w.jira.Delete(key); err != nil {
					w.t.Fatal(err)
				}
			}
			w.at(w.serve(w.jiraDoor))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "")
			keys := w.strays(3)
			w.well()
			rename(w)
			var log bytes.Buffer
			w.clock.Advance(15 * time.Minute)
			p := w.newPass(w.trackers(), yes)
			p.Log = slog.New(slog.NewTextHandler(&log, nil))
			if o, err := p.Once(t.Context()); err != nil || o.Err() != nil || len(o.Plan.Changes) > 0 {
				t.Fatalf("%v, %v, planned %s", err, o.Err(), planned(o))
			}
			if n := strings.Count(log.String(), "level=INFO msg=\"the site has another name now"); n != 1 {
				t.Errorf("told %d times:\n%s", n, log.String())
			}
			for _, key := range keys {
				w.want(key + " " + flagged)
			}
			w.quiet()
			if err := w.store.AtSite(t.Context(), "jira", "https://before.example"); !errors.Is(err, store.ErrOtherSite) {
				t.Errorf("any site is the same now: %v", err)
			}
		})
	}
}

// TestAnotherWorkspace: the key is of another Linear workspace, in which nothing
// of ours is to be found. An open write to the old one is not settled by that.
func TestAnotherWorkspace(t *testing.T) {
	w := newTown(t, "")
	stray := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Stray", Created: w.daysAgo(30)})
	run := w.well().Run
	open := roadmap.Change{
		ID: "open", Key: roadmap.Key{Tracker: "eng", ID: stray.ID}, Ref: roadmap.NewRef("eng", stray.Identifier()), Action: roadmap.AddLabel, Value: "needs-goal",
	}
	if _, err := w.store.Begin(t.Context(), run, open, w.clock.Now()); err != nil {
		t.Fatal(err)
	}

	other := linearsim.New(linearsim.Options{Clock: w.clock.Now, Seed: 2})
	other.SetOrganization("7a1c9f5e-0d1b-4c55-9a55-acde0000beef", "Other", "other")
	bot := other.AddUser(linearsim.User{Name: "alignd", Email: "bot@other.example", Active: true})
	other.AddKey("lin_api_key", bot.ID)
	other.AddTeam(linearsim.Team{Key: "ENG", Name: "Platform"})
	w.engDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool { other.ServeHTTP(rw, r); return true })
	if o := w.pass(); !errors.Is(o.Err(), store.ErrOtherSite) || len(o.Plan.Changes) > 0 {
		t.Errorf("it says: %v, and plans %s", o.Err(), planned(o))
	}
	if _, err := w.newPass(w.trackers(), nil).Undo(t.Context(), run, func([]roadmap.Change, []pass.Left) (bool, error) { return true, nil }); !errors.Is(err, store.ErrOtherSite) {
		t.Errorf("taking a run back: %v", err)
	}
	if left, err := w.store.OpenEntries(t.Context()); err != nil || len(left) != 1 {
		t.Errorf("%d entries are open, error %v", len(left), err)
	}

	w.engDoor.instead(nil)
	w.quiet()
	if left, err := w.store.OpenEntries(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("at home %d entries are open, error %v", len(left), err)
	}
	w.wantEng(stray.ID, flagged)
}
