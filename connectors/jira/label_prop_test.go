package jira

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// TestPeoplesLabelsSurvive: whatever people add and remove before, between and
// after our edits, and while one is on its way, their labels come out as they
// left them, and ours as we did.
func TestPeoplesLabelsSurvive(t *testing.T) {
	for kind, so := range bothKinds() {
		t.Run(kind, func(t *testing.T) { peoplesLabelsSurvive(t, so) })
	}
}

func peoplesLabelsSurvive(t *testing.T, so jirasim.Options) {
	sim, o := builtInAs(t, so)
	var meanwhile func()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && meanwhile != nil {
			meanwhile()
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.Config.URL = server.URL
	if so.DataCenter != nil {
		o.Config.URL += so.DataCenter.ContextPath
	}
	o.Rate = 1e6
	made := 0
	rapid.Check(t, func(rt *rapid.T) {
		made++
		issue, err := sim.AddIssue(jirasim.Issue{Project: "PAY", Type: "Story", Summary: "S", Labels: []string{"web"}})
		if err != nil {
			rt.Fatal(err)
		}
		theirs, ours := map[string]bool{"web": true}, map[string]bool{}
		person := func() {
			name, add := rapid.SampledFrom([]string{"web", "ktlo", "beta", "Ünï"}).Draw(rt, "theirs"), rapid.Bool().Draw(rt, "adds")
			theirs[name] = add
			if err := sim.Edit(issue.Key, "ana", func(i *jirasim.Issue) {
				i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == name })
				if add {
					i.Labels = append(i.Labels, name)
				}
			}); err != nil {
				rt.Fatal(err)
			}
		}
		meanwhile = func() {
			for range rapid.IntRange(0, 2).Draw(rt, "meanwhile") {
				person()
			}
		}
		defer func() { meanwhile = nil }()
		tr := mustNew(t, o)
		for range rapid.IntRange(1, 4).Draw(rt, "edits") {
			for range rapid.IntRange(0, 2).Draw(rt, "before") {
				person()
			}
			var changes []roadmap.Change
			for i, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"needs-goal", "needs-po", "goal-closed"}), 1, 3, rapid.ID[string]).Draw(rt, "ours") {
				action := roadmap.AddLabel
				if ours[name] = rapid.Bool().Draw(rt, fmt.Sprint("adds ", i)); !ours[name] {
					action = roadmap.RemoveLabel
				}
				c := labelChange(issue.ID, action, name)
				c.Mark.Labels = listed(ours)
				changes = append(changes, c)
			}
			for _, r := range tr.Apply(t.Context(), changes) {
				if r.Err != nil {
					rt.Fatal(r.Err)
				}
			}
		}
		now, _ := sim.Issue(issue.Key)
		got := slices.Sorted(slices.Values(now.Labels))
		want := slices.Sorted(slices.Values(append(listed(theirs), listed(ours)...)))
		if !slices.Equal(got, want) {
			rt.Errorf("labels %v, want %v", got, want)
		}
		var is struct {
			Properties map[string]wireOurLabels `json:"properties"`
		}
		if err := tr.call(t.Context(), request{op: "look", method: http.MethodGet, path: "rest/api/2/issue/" + issue.ID + "?properties=alignd.acme"}, &is); err != nil {
			rt.Fatal(err)
		}
		if record := is.Properties["alignd.acme"].Labels; !slices.Equal(record, listed(ours)) {
			rt.Errorf("the site's record of our labels is %v, want %v", record, listed(ours))
		}
	})
	if made < 2 {
		t.Errorf("%d cases", made)
	}
}

// listed gives the names that are in a set, sorted; never nil.
func listed(set map[string]bool) []string {
	names := []string{}
	for name, in := range set {
		if in {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
