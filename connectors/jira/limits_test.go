package jira

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/transport"
)

// TestWhatARequestCountsAgainst: requests of one kind are one endpoint, and
// writes to one issue, comments included, are writes to that issue.
func TestWhatARequestCountsAgainst(t *testing.T) {
	for _, tt := range []struct{ method, path, endpoint, issue string }{
		{"POST", "/rest/api/2/search/jql", "POST /rest/api/2/search/jql", ""},
		{"PUT", "/rest/api/2/issue/10001", "PUT /rest/api/2/issue/*", "10001"},
		{"GET", "/rest/api/2/issue/10001", "GET /rest/api/2/issue/*", ""},
		{"POST", "/jira/rest/api/2/issue/10001/comment", "POST /jira/rest/api/2/issue/*/comment", "10001"},
		{"PUT", "/ex/jira/id/rest/api/2/issue/7/comment/9", "PUT /ex/jira/id/rest/api/2/issue/*/comment/*", "7"},
		{"POST", "/rest/api/2/issue/bulkfetch", "POST /rest/api/2/issue/*", ""},
		{"GET", "/rest/api/2/project/PAY", "GET /rest/api/2/project/*", ""},
	} {
		r := httptest.NewRequest(tt.method, tt.path, http.NoBody)
		if got := endpoint(r); got != tt.endpoint {
			t.Errorf("%s %s: endpoint %q, want %q", tt.method, tt.path, got, tt.endpoint)
		}
		if got := editedIssue(r); got != tt.issue {
			t.Errorf("%s %s: issue %q, want %q", tt.method, tt.path, got, tt.issue)
		}
	}
}

// TestAQuotaPausesTheSite: when the hour's quota is used up, trackers of every
// org on that account leave the site alone, and say so; another limit keeps
// its requests only.
func TestAQuotaPausesTheSite(t *testing.T) {
	sim, o := builtIn(t)
	o.Pace = transport.NewPace(o.Rate)
	first, second := mustNew(t, o), mustNew(t, o)
	for _, tr := range []*Tracker{first, second} {
		if err := tr.learn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	quota := jirasim.HourlyQuota(0)
	quota.NoRetryAfter, quota.NoReset = true, true // then it is the top of the hour
	sim.SetRateLimits(quota)
	before := len(sim.Requests())
	_, err := first.Pull(t.Context(), "")
	if connectors.KindOf(err) != connectors.RateLimited || err.(*connectors.Error).RetryAfter.Hours() != 1 { // it is noon on the site
		t.Fatalf("the one who was told: %v", err)
	}
	for _, tr := range []*Tracker{first, second} {
		_, err := applyOne(t, tr, labelChange("1", roadmap.AddLabel, "x", "x"))
		if e, is := err.(*connectors.Error); !is || e.Kind != connectors.RateLimited || e.RetryAfter == 0 {
			t.Errorf("the others: %v", err)
		}
	}
	if n := len(sim.Requests()) - before; n != 1 {
		t.Errorf("the site was asked %d times, want once", n)
	}
}

// TestManyWritesToOneIssue: more changes of one issue than the site's own limiter
// takes as writes meet no refusal, because they are one write.
func TestManyWritesToOneIssue(t *testing.T) {
	sim, o := builtIn(t)
	sim.SetRateLimits(jirasim.IssueWriteLimits()...) // by a clock that stands still: 20 in all
	is, _ := sim.Issue("PAY-2")
	var changes []roadmap.Change
	for range 3 {
		for _, l := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
			changes = append(changes, labelChange(is.ID, roadmap.AddLabel, l, l))
		}
	}
	for _, r := range mustNew(t, o).Apply(t.Context(), changes) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if now, _ := sim.Issue("PAY-2"); len(now.Labels) != 10 {
		t.Errorf("labels %v", now.Labels)
	}
}
