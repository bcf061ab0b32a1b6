package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
)

const testToken = "lin_api_VERYSECRET0123456789"

// asked is one request as it came over the wire.
type asked struct {
	Root      string         // the first field of the document; "sight", "count" and "changes" where it is asked for that
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
	Auth      string
}

// reply is what a fake answers. Status 0 means 200.
type reply struct {
	Status int
	Header map[string]string
	Body   string
}

// fake answers each root field with what the test says; the start-up reads have
// answers of their own.
type fake struct {
	t       *testing.T
	url     string
	mu      sync.Mutex
	log     []asked
	answers map[string]func(v map[string]any) reply
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, answers: map[string]func(map[string]any) reply{}}
	f.data("viewer", `{"viewer":{"id":"u-bot","name":"Bot","app":false},"organization":{"id":"org-1","name":"Acme","urlKey":"acme"}}`)
	f.rows("teams", `{"id":"t1","key":"ENG","name":"Engineering"}`, `{"id":"t2","key":"OPS","name":"Operations"}`)
	f.rows("users",
		`{"id":"u-bot","name":"Bot","email":"bot@acme.example","url":"https://linear.app/acme/profiles/bot","active":true,"isMentionable":true,"app":false}`,
		`{"id":"u-ana","name":"Ana","email":"ana@acme.example","url":"https://linear.app/acme/profiles/ana","active":true,"isMentionable":true,"app":false}`,
		`{"id":"u-gone","name":"Gone","email":"gone@acme.example","url":"https://linear.app/acme/profiles/gone","active":false,"isMentionable":false,"app":false}`,
		`{"id":"u-app","name":"Robot","email":"","url":"https://linear.app/acme/profiles/robot","active":true,"isMentionable":true,"app":true}`)
	f.rows("cycles",
		`{"id":"c-7","name":null,"number":7,"isActive":true}`,
		`{"id":"c-named","name":"Autumn","number":8,"isActive":false}`)
	f.data("sight", connection("initiatives", ""))
	f.data("count", strings.TrimSuffix(connection("issues", ""), "}")+","+strings.TrimPrefix(connection("teams", "", `{"id":"t1"}`), "{"))
	f.reply("issue", reply{Body: `{"data":null,"errors":[{"message":"Entity not found: Issue","extensions":{"code":"INPUT_ERROR","type":"invalid input"}}]}`})
	f.rows("issueLabels",
		`{"id":"l-need","name":"needs-goal","isGroup":false}`,
		`{"id":"l-area","name":"Area","isGroup":true}`,
		`{"id":"l-web","name":"web","isGroup":false,"parent":{"id":"l-area"}}`,
		`{"id":"l-old","name":"retired-one","isGroup":false,"retiredAt":"2026-01-01T00:00:00.000Z"}`,
		`{"id":"l-team","name":"team-only","isGroup":false,"team":{"key":"ENG"}}`)
	f.rows("workflowStates", `{"id":"s-todo","type":"unstarted"}`, `{"id":"s-doing","type":"started"}`)
	f.rows("projectStatuses", `{"id":"k-planned","type":"planned"}`)
	f.rows("projectMilestones", `{"id":"m-beta","name":"Beta"}`)
	f.changes(nil)
	f.rows("projectLabels", `{"id":"pl-po","name":"needs-po","isGroup":false}`)
	for _, root := range []string{"initiativeLabels", "issues", "projects", "initiatives", "initiativeToProjects", "initiativeRelations", "comments"} {
		f.rows(root)
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL + "/graphql"
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var a asked
	if err := json.Unmarshal(body, &a); err != nil {
		f.t.Errorf("the request is not JSON: %s", body)
	}
	_, rest, _ := strings.Cut(a.Query, "{")
	a.Root = rest[:strings.IndexFunc(rest, func(r rune) bool { return r < 'A' || r > 'z' })]
	switch {
	case a.Root == "initiatives" && !strings.Contains(a.Query, "$after"):
		a.Root = "sight"
	case strings.Contains(a.Query, "teams(first:1"):
		a.Root = "count"
	case strings.Contains(a.Query, "$withProjectLabels"):
		a.Root = "changes"
	}
	a.Auth = r.Header.Get("Authorization")
	f.log = append(f.log, a)
	answer, ok := f.answers[a.Root]
	if !ok {
		f.t.Errorf("nobody told the fake what to answer to %s", a.Root)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	re := answer(a.Variables)
	if re.Status == -1 { // the connection breaks after the request was read
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	for k, v := range re.Header {
		w.Header().Set(k, v)
	}
	if re.Status != 0 {
		w.WriteHeader(re.Status)
	}
	_, _ = io.WriteString(w, re.Body)
}

// on answers a root field by a function.
func (f *fake) on(root string, answer func(v map[string]any) reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[root] = answer
}

// reply answers a root field always the same.
func (f *fake) reply(root string, re reply) { f.on(root, func(map[string]any) reply { return re }) }

// data answers with these data.
func (f *fake) data(root, data string) { f.reply(root, reply{Body: `{"data":` + data + `}`}) }

// rows answers a connection with one page.
func (f *fake) rows(root string, nodes ...string) {
	f.data(root, connection(root, "", nodes...))
}

// changes answers the request for what has changed of all lists: rows by the
// list, and a next page of those whose name ends in "...".
func (f *fake) changes(rows map[string][]string) {
	f.on("changes", func(v map[string]any) reply {
		var all []string
		for _, root := range []string{"users", "cycles", "issueLabels", "projectLabels", "initiativeLabels", "workflowStates", "projectStatuses", "projectMilestones"} {
			if v["with"+strings.ToUpper(root[:1])+root[1:]] == false {
				continue
			}
			next := ""
			if _, more := rows[root+"..."]; more {
				next = "c1"
			}
			page := connection(root, next, append(rows[root], rows[root+"..."]...)...)
			all = append(all, strings.TrimSuffix(strings.TrimPrefix(page, "{"), "}"))
		}
		return reply{Body: `{"data":{` + strings.Join(all, ",") + `}}`}
	})
}

// script answers a root field with one reply after the other, the last for good.
func (f *fake) script(root string, replies ...reply) {
	n := 0
	f.on(root, func(map[string]any) reply {
		re := replies[min(n, len(replies)-1)]
		n++
		return re
	})
}

// connection is a page of nodes; next is the cursor after it, or "".
func connection(root, next string, nodes ...string) string {
	info := `{"hasNextPage":false,"endCursor":null}`
	if next != "" {
		info = fmt.Sprintf(`{"hasNextPage":true,"endCursor":%q}`, next)
	}
	return fmt.Sprintf(`{%q:{"nodes":[%s],"pageInfo":%s}}`, root, strings.Join(nodes, ","), info)
}

// asks lists the requests for a root field.
func (f *fake) asks(root string) []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []asked
	for _, a := range f.log {
		if a.Root == root {
			found = append(found, a)
		}
	}
	return found
}

// roots lists the root fields that were asked for since the n-th request.
func (f *fake) roots(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var roots []string
	for _, a := range f.log[n:] {
		roots = append(roots, a.Root)
	}
	return roots
}

// tracker makes a Tracker that asks the fake and waits for nothing.
func (f *fake) tracker(change ...func(*Options)) *Tracker {
	f.t.Helper()
	o := Options{
		Config:   config.Tracker{Name: "eng", Type: config.Linear, URL: f.url, Teams: []string{"ENG"}},
		Org:      "acme",
		Token:    testToken,
		Rate:     100000,
		Attempts: 1,
		WaitMin:  time.Millisecond,
		Wait:     func(context.Context, time.Duration) error { return nil },
	}
	for _, c := range change {
		c(&o)
	}
	tr, err := New(o)
	if err != nil {
		f.t.Fatal(err)
	}
	return tr
}

const issueDefaults = `"title":"T","url":"https://linear.app/acme/issue/ENG-1","priority":0,"createdAt":"2026-09-01T08:00:00.000Z",
	"startedAt":null,"archivedAt":null,"trashed":null,"previousIdentifiers":[],"labelIds":[],"state":{"type":"unstarted"},"team":{"key":"ENG"},
	"project":null,"projectMilestone":null,"parent":null,"cycle":null,"assignee":null,"creator":null`

// issueRow is an issue with some fields of the test's own.
func issueRow(id, identifier, updated string, fields ...string) string {
	return row(issueDefaults, append([]string{`"id":"` + id + `"`, `"identifier":"` + identifier + `"`, `"updatedAt":"` + updated + `"`}, fields...)...)
}

const projectDefaults = `"name":"P","url":"https://linear.app/acme/project/p","priority":0,"createdAt":"2026-09-01T08:00:00.000Z","startedAt":null,
	"archivedAt":null,"targetDate":null,"trashed":null,"labelIds":[],"status":{"type":"started"},"lead":null`

func projectRow(id, slug, updated string, fields ...string) string {
	return row(projectDefaults, append([]string{`"id":"` + id + `"`, `"slugId":"` + slug + `"`, `"updatedAt":"` + updated + `"`}, fields...)...)
}

const initiativeDefaults = `"name":"I","url":"https://linear.app/acme/initiative/i","priority":0,"status":"Active","createdAt":"2026-09-01T08:00:00.000Z",
	"startedAt":null,"archivedAt":null,"targetDate":null,"trashed":null,"labelIds":[],"owner":null`

func initiativeRow(id, slug, updated string, fields ...string) string {
	return row(initiativeDefaults, append([]string{`"id":"` + id + `"`, `"slugId":"` + slug + `"`, `"updatedAt":"` + updated + `"`}, fields...)...)
}

// row lays fields over defaults.
func row(defaults string, fields ...string) string {
	all := map[string]any{}
	for _, part := range append([]string{defaults}, fields...) {
		if err := json.Unmarshal([]byte("{"+part+"}"), &all); err != nil {
			panic(fmt.Sprintf("bad test row %s: %v", part, err))
		}
	}
	b, _ := json.Marshal(all)
	return string(b)
}
