package jira

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/transport"
)

// limits are those of Jira Cloud (developer.atlassian.com/cloud/jira/platform/rate-limiting).
// Data Center has one, a bucket of tokens for each user, and names no reason.
func limits() transport.Limits {
	return transport.Limits{Endpoint: endpoint, Target: editedIssue, Hit: limitHit}
}

// limitHit goes by RateLimit-Reason: a quota, of the app or of the site, is used
// up until the top of the UTC hour, whatever is asked; too many writes to one
// issue concern that issue; a burst, and a reason that we do not know, the
// requests of the same kind.
func limitHit(resp *http.Response) (transport.Scope, time.Duration) {
	reason := strings.ToLower(resp.Header.Get("RateLimit-Reason"))
	switch {
	case strings.HasPrefix(reason, "jira-quota-"):
		return transport.Everything, untilTheHour(resp)
	case reason == "jira-per-issue-on-write":
		return transport.SameTarget, 0
	}
	return transport.SameEndpoint, 0
}

// untilTheHour goes by the answer's own Date: our clock need not be right.
func untilTheHour(resp *http.Response) time.Duration {
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return now.Truncate(time.Hour).Add(time.Hour).Sub(now)
}

var (
	// named is the part of a path that names one thing among many of its kind.
	named = regexp.MustCompile(`/(issue|comment|project)/[^/]+`)
	// anIssue is the path of a write to one issue, its comments included.
	anIssue = regexp.MustCompile(`/rest/api/2/issue/([0-9]+)(/|$)`)
)

// endpoint is how Jira counts requests for its burst limit: method and path, not
// what the path names.
func endpoint(r *http.Request) string {
	return r.Method + " " + named.ReplaceAllString(r.URL.Path, "/$1/*")
}

// editedIssue is the issue that a request writes to.
func editedIssue(r *http.Request) string {
	m := anIssue.FindStringSubmatch(r.URL.Path)
	if m == nil || r.Method == http.MethodGet {
		return ""
	}
	return m[1]
}
