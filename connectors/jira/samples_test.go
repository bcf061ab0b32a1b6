package jira

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// TestEverySampleIsRead: a sample that no test reads proves nothing.
func TestEverySampleIsRead(t *testing.T) {
	var tests strings.Builder
	for _, file := range []string{"samples_test.go", "samples_issue_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(text)
	}
	files, err := os.ReadDir(sharedPath(t, "samples", "jira"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		if f.Name() != "README.md" && !strings.Contains(tests.String(), `"`+f.Name()+`"`) {
			t.Errorf("no test reads %s", f.Name())
		}
	}
}

// TestRealErrors: what becomes of the refusals on record, when a search and when
// an edit is answered so, and the words that a person reads.
func TestRealErrors(t *testing.T) {
	const none = connectors.Kind("")
	type meaning struct {
		read, write connectors.Kind
		says        string
	}
	want := map[string]meaning{
		"removed search endpoint (Cloud) 410":                               {connectors.Removed, connectors.Removed, "410 The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."},
		"unbounded JQL (Cloud /search/jql) 400":                             {connectors.Invalid, connectors.Invalid, "400 Unbounded JQL queries are not allowed here. Please add a search restriction to your query."},
		"label with a space on write 400":                                   {connectors.Invalid, connectors.Invalid, "400 labels: The label 'Severity: high' contains spaces which is invalid."},
		"label with a space inside JQL (Cloud search) 400":                  {connectors.Invalid, connectors.Invalid, "400 The label 'glob-parent:Wrong Module:5.1.2' can’t contain spaces."},
		"comment too long 400":                                              {connectors.Invalid, connectors.Invalid, "400 comment: The entered text is too long. It exceeds the allowed limit of 32,767 characters."},
		"notifyUsers=false without admin 400":                               {connectors.Invalid, connectors.Invalid, "400 To discard the user notification either admin or project admin permissions are required."},
		"notifyUsers=false without admin 403":                               {connectors.Forbidden, connectors.Forbidden, "Try: ask a Jira administrator which permission the account lacks"},
		"search as anonymous (bad credentials silently ignored), Cloud 400": {connectors.Auth, connectors.Auth, "cannot be viewed by anonymous users. The value 'FG' does not exist for the field 'project'. Try: make a new API token"},
		"expired token, 200 with anonymous view 200":                        {connectors.Auth, connectors.Auth, "Jira does not accept the credentials and treats us as an anonymous visitor"},
		"401 variant A (no ErrorCollection) 401":                            {connectors.Auth, connectors.Auth, "401 Client must be authenticated to access this resource. Try: make a new API token"},
		"401 variant B 401":                                                 {connectors.Auth, connectors.Auth, "401 Client must be authenticated to access this resource. Try: make a new API token"},
		"404 issue 404":                                                     {connectors.NotFound, connectors.NotFound, "404 Issue does not exist or you do not have permission to see it."},
		"429 Cloud 429":                                                     {connectors.RateLimited, connectors.RateLimited, "429 Rate limit exceeded."},
		"DC deep paging 500":                                                {connectors.Temporary, connectors.Unknown, "answered 500 Internal Server Error, not in JSON"},
	}
	var rows []struct {
		Case    string
		Status  any // a number, or words that hold several
		Headers map[string]string
		Body    json.RawMessage
		Text    string `json:"body_text"`
	}
	if err := json.Unmarshal(shared(t, "samples", "jira", "error-bodies.json"), &rows); err != nil {
		t.Fatal(err)
	}
	var met []string
	for _, row := range rows {
		status, err := json.Marshal(row.Status)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range slices.Compact(slices.Sorted(slices.Values(regexp.MustCompile(`[0-9]{3}`).FindAllString(string(status), -1)))) {
			name := row.Case + " " + code
			met = append(met, name)
			t.Run(name, func(t *testing.T) {
				a := answer{headers: maps.Clone(row.Headers), body: string(row.Body)}
				a.status, _ = strconv.Atoi(code)
				if row.Text != "" {
					a.body, a.headers = row.Text, map[string]string{"Content-Type": "application/xml"}
				}
				s := newSite(t)
				s.on("POST search/jql", a)
				s.on("PUT issue/1", a)
				patience := func(o *Options) { o.WaitMax = time.Second } // less than what some ask for
				_, readErr := s.tracker(t, patience).Pull(t.Context(), "")
				_, writeErr := applyOne(t, s.tracker(t, patience), label)
				w := want[name]
				for what, got := range map[string]struct {
					err  error
					kind connectors.Kind
				}{"read": {readErr, w.read}, "write": {writeErr, w.write}} {
					if got.kind == none || connectors.KindOf(got.err) != got.kind || !strings.Contains(got.err.Error(), w.says) {
						t.Errorf("%s: kind %q, want %q; it says %v, want %q", what, connectors.KindOf(got.err), got.kind, got.err, w.says)
					}
				}
				if e := (*connectors.Error)(nil); a.status == 429 && (!errors.As(readErr, &e) || e.RetryAfter != 12*time.Second) {
					t.Errorf("to be left alone for 12 seconds: %v", readErr)
				}
			})
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(met))); diff != "" {
		t.Errorf("(-known here +on record):\n%s", diff)
	}
}

// TestARealUser: an app's account, whose id is of the older shape.
func TestARealUser(t *testing.T) {
	raw := shared(t, "samples", "jira", "user.cloud.json")
	want := []roadmap.Person{{Tracker: "jira", ID: "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", Name: "User 6", Active: true, Kind: roadmap.App}}
	if diff := cmp.Diff(want, mapper(t).persons(raw, "here")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s := newSite(t)
	s.on("GET myself", ok(string(raw)))
	tr := s.tracker(t, nil)
	if err := tr.login(t.Context()); err != nil || tr.me.TimeZone != "Asia/Shanghai" {
		t.Errorf("as our own account: %+v, %v", tr.me, err)
	}
}

// TestRealIssueTypes: on Cloud the level is stated, whatever the language of the
// name. On Data Center it is not; there an epic is what is called so.
func TestRealIssueTypes(t *testing.T) {
	var types []wireIssueType
	if err := json.Unmarshal(shared(t, "samples", "jira", "issuetype-list.cloud.json"), &types); err != nil {
		t.Fatal(err)
	}
	cloud, server := map[string]int{}, map[string]int{}
	for _, k := range types {
		cloud[k.ID+" "+k.Name] = mapper(t).kind.level(k, nil)
		k.Level = nil
		server[k.ID+" "+k.Name] = serverMapper(t).kind.level(k, nil)
	}
	want := map[string]int{}
	for _, line := range strings.Split(`
		0 10001 故事
		-1 10003 子任务
		0 10004 缺陷
		0 10031 任务`, "\n")[1:] {
		level, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[name], _ = strconv.Atoi(level)
	}
	for name, level := range want {
		if got, there := cloud[name]; !there || got != level {
			t.Errorf("%s: level %d, want %d", name, got, level)
		}
	}
	epics := 0
	for name, level := range cloud {
		if strings.HasSuffix(name, " Epic") {
			epics++
			if level != roadmap.LevelEpic {
				t.Errorf("%s: level %d", name, level)
			}
		}
	}
	if diff := cmp.Diff(cloud, server); epics == 0 || diff != "" {
		t.Errorf("%d epics; (-Cloud +Data Center):\n%s", epics, diff)
	}
}

// TestAV3Body: we ask REST v2, where a comment's body is wiki text. A body of v3,
// a document tree, is no text: it is refused, and not taken for an empty one.
func TestAV3Body(t *testing.T) {
	v3 := string(shared(t, "samples", "jira", "comment-adf.cloud.v3.spec-example.json"))
	s := newSite(t)
	s.on("POST issue/bulkfetch", ok(`{"issues":[{"id":"1","key":"PAY-1","fields":{"comment":{"comments":[`+v3+`],"total":1,"startAt":0}}}]}`))
	s.on("GET issue/1/comment", ok(`{"comments":[`+v3+`],"total":1,"startAt":0}`))
	tr := s.tracker(t, nil)
	got, err := tr.Comments(t.Context(), []roadmap.Item{{Key: tr.key("1"), Ref: "jira:PAY-1", Kind: roadmap.KindIssue}})
	if got != nil || connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "cannot be read") || strings.Contains(err.Error(), "Lorem") {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRealSearchPages: the envelopes as they are. Cloud's names a next page,
// Data Center's is whole.
func TestRealSearchPages(t *testing.T) {
	s := newSite(t)
	s.on("POST search/jql", ok(string(shared(t, "samples", "jira", "search-jql-page.cloud.COMPOSED.json"))), found(""))
	got, err := pullAll(t, s.tracker(t, nil), "")
	if err != nil || strings.Join(got.items, " ") != "jira:K5-2 jira:K5-4" || got.pages != 2 {
		t.Errorf("Cloud: %+v, %v", got, err)
	}
	if token := searches(s)[1].NextPageToken; token == "" {
		t.Error("the second page was asked for without a token")
	}
	s = newSite(t)
	s.on("GET myself", ok(`{"name":"alignd","key":"JIRAUSER1","displayName":"bot","active":true}`))
	s.on("GET issuetype", ok(`[]`))
	s.on("POST search", ok(string(shared(t, "samples", "jira", "search-page.server-dc.COMPOSED.json"))))
	got, err = pullAll(t, s.tracker(t, func(o *Options) { o.Config.Deployment = config.DataCenter }), "")
	if err != nil || strings.Join(got.items, " ") != "jira:DZFNK0168-11" || got.pages != 1 {
		t.Errorf("Data Center: %+v, %v", got, err)
	}
}
