package jirasim

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// said gives the headers of an answer that speak of limits.
func (a answer) said() string {
	out := fmt.Sprint(a.Status)
	for _, h := range []string{"RateLimit-Reason", "Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-NearLimit"} {
		if v := a.Header.Get(h); v != "" {
			out += " " + h + "=" + v
		}
	}
	return out
}

func TestRefusalsOnDemand(t *testing.T) {
	search := "POST /rest/api/2/search/jql"
	for _, k := range []struct {
		name  string
		limit RateLimit
		want  []string // of one search after the other
	}{
		{"burst", RateLimit{Reason: "jira-burst-based", Route: search, Calls: 2, Window: time.Second}, []string{
			"200 X-RateLimit-Limit=2 X-RateLimit-Remaining=1 X-RateLimit-Reset=2026-11-20T15:00:01Z X-RateLimit-NearLimit=false",
			"200 X-RateLimit-Limit=2 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T15:00:01Z X-RateLimit-NearLimit=true",
			"429 RateLimit-Reason=jira-burst-based Retry-After=1 X-RateLimit-Limit=2 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T15:00:01Z X-RateLimit-NearLimit=true",
		}},
		{"hourly quota", HourlyQuota(1), []string{
			"200 X-RateLimit-Limit=1 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T16:00:00Z X-RateLimit-NearLimit=true",
			"429 RateLimit-Reason=jira-quota-tenant-based Retry-After=3600 X-RateLimit-Limit=1 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T16:00:00Z X-RateLimit-NearLimit=true",
		}},
		{"a gateway that gives a reset without seconds, and nothing else", RateLimit{Calls: 0, Hourly: true, NoRetryAfter: true, NoSeconds: true}, []string{
			"429 X-RateLimit-Limit=0 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T16:00Z X-RateLimit-NearLimit=false",
		}},
		{"a wait, and no reset", RateLimit{Reason: "jira-cost-based", Hourly: true, NoReset: true}, []string{
			"429 RateLimit-Reason=jira-cost-based Retry-After=3600 X-RateLimit-Limit=0 X-RateLimit-Remaining=0 X-RateLimit-NearLimit=false",
		}},
		{"no word of when", RateLimit{NoRetryAfter: true}, []string{"429", "429"}},
		{"twice unavailable", RateLimit{Status: 503, RetryAfter: 30 * time.Second, Times: 2}, []string{"503 Retry-After=30", "503 Retry-After=30", "200"}},
		{"another door", RateLimit{Route: "GET /rest/api/2/field"}, []string{"200", "200"}},
		{"writes", RateLimit{Writes: true}, []string{"200", "200"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			x.SetRateLimits(k.limit)
			for i, want := range k.want {
				if got := x.do("POST", "/search/jql", jsonObject{"jql": "project = PAY"}).said(); got != want {
					t.Errorf("request %d\ngot  %s\nwant %s", i+1, got, want)
				}
			}
			x.SetRateLimits()
			if got := x.do("POST", "/search/jql", jsonObject{"jql": "project = PAY"}).said(); got != "200" {
				t.Errorf("without limits: %s", got)
			}
		})
	}
}

// Twenty writes to one issue in two seconds are let through, a hundred in
// thirty, by the site's clock, for each issue by itself.
func TestWritesToOneIssue(t *testing.T) {
	x := newSite(t, Options{})
	x.SetRateLimits(IssueWriteLimits()...)
	x.clock.pass(time.Minute)
	write := func(key string) int {
		t.Helper()
		return x.do("PUT", "/issue/"+key+"/properties/n", 1).Status
	}
	round := func(n int) { // 20 writes, then one too many
		t.Helper()
		for i := range 20 {
			if got := write("PAY-2"); got >= 300 {
				t.Fatalf("round %d, write %d: %d", n, i+1, got)
			}
		}
	}
	round(1)
	a := x.do("PUT", "/issue/PAY-2/properties/n", 1)
	if a.said() != "429 RateLimit-Reason=jira-per-issue-on-write Retry-After=2 X-RateLimit-Limit=20 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T15:01:02Z X-RateLimit-NearLimit=true" {
		t.Errorf("one too many: %s", a.said())
	}
	id, _ := x.Issue("PAY-2")
	if got := write(id.ID); got != 429 {
		t.Errorf("the same issue by its id: %d", got)
	}
	if got := write("PAY-4"); got != 201 {
		t.Errorf("another issue: %d", got)
	}
	if got := x.do("GET", "/issue/PAY-2", nil).Status; got != 200 {
		t.Errorf("a read: %d", got)
	}
	for n := 2; n <= 5; n++ {
		x.clock.pass(2 * time.Second)
		round(n)
	}
	x.clock.pass(2 * time.Second)
	if a := x.do("PUT", "/issue/PAY-2/properties/n", 1); a.said() != "429 RateLimit-Reason=jira-per-issue-on-write Retry-After=20 X-RateLimit-Limit=100 X-RateLimit-Remaining=0 X-RateLimit-Reset=2026-11-20T15:01:30Z X-RateLimit-NearLimit=true" {
		t.Errorf("the hundred and first: %s", a.said())
	}
	x.clock.pass(20 * time.Second)
	if got := write("PAY-2"); got != 200 {
		t.Errorf("after the wait that was told: %d", got)
	}
}

func TestTheSitesClockRunsAhead(t *testing.T) {
	x := newSite(t, Options{Skew: 5 * time.Minute})
	at := x.clock.now().Add(5 * time.Minute)
	a := x.do("GET", "/serverInfo", nil)
	if got := a.Header.Get("Date"); got != at.UTC().Format(http.TimeFormat) {
		t.Errorf("Date is %s, want %s", got, at)
	}
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 204, "")
	if i, _ := x.Issue("PAY-2"); !i.Updated.Equal(at) {
		t.Errorf("updated is %s, want %s", i.Updated, at)
	}
	if got := x.as(asNobody, "GET", "/", nil).Header.Get("Date"); got != at.UTC().Format(http.TimeFormat) {
		t.Errorf("pages too: %s", got)
	}
}
