package pass_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// listed gives the stories of an outcome.
func listed(o *pass.Outcome) []string {
	var refs []string
	for _, s := range o.Alignment.Stories {
		refs = append(refs, fmt.Sprintf("%s %s", s.Item.Ref, s.Linkage))
	}
	return refs
}

// A story that was deleted while nobody looked is noticed by the next count of
// ids: unknown in the pass that first misses it, gone in the next.
func TestADeletedStoryIsCountedOut(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-1")
	w.story("PAY-11", "PAY-1")
	w.well()
	if err := w.jira.Delete("PAY-10"); err != nil {
		t.Fatal(err)
	}
	if got := listed(w.quiet()); len(got) != 2 {
		t.Errorf("before the count is due: %v", got)
	}
	w.clock.Advance(24 * time.Hour)
	for _, want := range []string{"[jira:PAY-10 linked jira:PAY-11 linked]", "[jira:PAY-11 linked]", "[jira:PAY-11 linked]"} {
		if got := fmt.Sprint(listed(w.quiet())); got != want {
			t.Errorf("stories %s, want %s", got, want)
		}
	}
}

// A story that was flagged and deleted is missing once, silently, and gone then.
func TestADeletedStoryIsNotJudged(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.want("PAY-10 " + flagged)
	if err := w.jira.Delete("PAY-10"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[jira:PAY-10 unknown]", "[]"} {
		o := w.quiet()
		if got := fmt.Sprint(listed(o)); got != want {
			t.Errorf("stories %s, want %s", got, want)
		}
		for _, f := range o.Alignment.Findings {
			if f.Role == roadmap.RoleStory {
				t.Errorf("%s %s", f.Rule, f.Ref)
			}
		}
	}
}

// A story that became visible without being changed is in no page; the count
// tells.
func TestAHiddenStoryThatShowsIsCountedIn(t *testing.T) {
	w := newTown(t, "")
	w.issue(jirasim.Issue{Key: "PAY-10", Type: "Story", Summary: "Secret", ParentKey: "PAY-1", Hidden: true, Created: w.daysAgo(300), Updated: w.daysAgo(200)})
	w.story("PAY-11", "PAY-1")
	if got := fmt.Sprint(listed(w.well())); got != "[jira:PAY-11 linked]" {
		t.Errorf("stories %s", got)
	}
	updated := w.jiraIssue("PAY-10").Updated
	if err := w.jira.Edit("PAY-10", "ana", func(i *jirasim.Issue) { i.Hidden = false; i.Updated = updated }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24 * time.Hour)
	if got := fmt.Sprint(listed(w.quiet())); got != "[jira:PAY-10 linked jira:PAY-11 linked]" {
		t.Errorf("stories %s", got)
	}
}

func (w *town) jiraIssue(key string) jirasim.Issue {
	w.t.Helper()
	i, ok := w.jira.Issue(key)
	if !ok {
		w.t.Fatalf("there is no %s", key)
	}
	return i
}

// Counts that prove nothing: an empty one, one that breaks off, one of a project
// that is hidden.
func TestCountsThatProveNothing(t *testing.T) {
	for _, c := range []struct {
		what   string
		answer func(http.ResponseWriter, *http.Request) bool
	}{
		{"empty", func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "application/json")
			fmt.Fprint(rw, `{"issues":[],"isLast":true}`)
			return true
		}},
		{"broken off", func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }},
		{"hidden", func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(rw, `{"errorMessages":["The value 'PAY' does not exist for the field 'project'."],"errors":{}}`)
			return true
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newTown(t, "")
			w.story("PAY-10", "PAY-1")
			w.story("PAY-11", "PAY-2")
			w.well()
			counts := 0
			w.jiraDoor.instead(func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(body(t, r), `"jql":"project = \"PAY\" ORDER BY key ASC"`) {
					return false
				}
				counts++
				return c.answer(rw, r)
			})
			for range 3 {
				w.clock.Advance(24 * time.Hour)
				o := w.quiet()
				if got := listed(o); !slices.Equal(got, []string{"jira:PAY-10 linked", "jira:PAY-11 unlinked"}) {
					t.Errorf("stories %v", got)
				}
			}
			if counts < 3 {
				t.Errorf("%d counts were asked for", counts)
			}
			w.want("PAY-11 " + flagged)
		})
	}
}

// An issue that has moved is found under the key that it had.
func TestAMovedStoryIsFoundUnderItsOldKey(t *testing.T) {
	w := newTown(t, "")
	w.story("PAY-10", "PAY-2")
	w.well()
	w.want("PAY-10 " + flagged)
	key, err := w.jira.Move("PAY-10", "WEB")
	if err != nil {
		t.Fatal(err)
	}
	o := w.quiet()
	it, err := o.Alignment.Find("jira:PAY-10")
	if err != nil || it.Ref != roadmap.NewRef("jira", key) {
		t.Errorf("jira:PAY-10 leads to %+v, %v; want %s", it, err, key)
	}
	w.want(key + " " + flagged)
}

// body reads a request's body and puts it back.
func body(t *testing.T, r *http.Request) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}
