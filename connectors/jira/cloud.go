package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// cloud is what Jira Cloud does in its own way: page tokens, bulk fetches with
// properties, account ids, and a hierarchy that each issue type states.
type cloud struct{ t *Tracker }

const (
	emptyPagesMost = 3   // in a row, with a token for yet another
	bulkMost       = 100 // issues in one bulk fetch
)

// restarts: a token lives seven days, and what became of it the answer does not
// say. A second one that is refused was not refused for its age.
func (*cloud) restarts() int { return 1 }

// crawl asks for a page by its token. Issues come in the order of their last
// change, so that one that changes during the crawl moves to its end. Whether it
// does for those who hold a token of an earlier page is not documented; so the
// watermark stays before the first page, by the site's clock, and what changed
// since comes with the next pull in any case.
func (c *cloud) crawl(ctx context.Context, s stream, at *cursor) (piece, error) {
	ask := wireSearch{Fields: []string{"id"}, MaxResults: idsPageSize, NextPageToken: at.Token}
	if s.set == "" {
		ask.JQL = since(s.jql, at.Seen[s.name]) + " ORDER BY updated ASC, key ASC"
		ask.Fields, ask.MaxResults = c.t.schema.ask(), c.t.pageSize()
	} else {
		ask.JQL = s.jql + " ORDER BY key ASC"
	}
	var found wireFound
	var head http.Header
	for {
		err := c.t.call(ctx, request{op: s.what, method: http.MethodPost, path: "rest/api/2/search/jql", body: ask, head: &head}, &found)
		if err == nil {
			break
		}
		if !broken(err) || ask.MaxResults == 1 {
			return piece{}, err
		}
		ask.MaxResults /= 2 // as lot does
		found = wireFound{}
	}
	if err := c.check(s, found, ask.MaxResults, at); err != nil {
		return piece{}, err
	}
	p := piece{issues: *found.Issues, first: at.Token == "", last: found.NextPageToken == "", marks: true}
	if when, err := http.ParseTime(head.Get("Date")); err == nil && p.first && !p.last {
		at.Began = when.UnixMilli()
	}
	at.Token = found.NextPageToken
	return p, nil
}

// check refuses an answer that would end a crawl too early or never. All of
// these have been met: a token that repeats (mongodb/kingfisher#460), neither
// token nor end (jira-assistant#418), an answer without issues from a proxy.
func (c *cloud) check(s stream, found wireFound, asked int, at *cursor) error {
	bad := func(text string) error { return c.t.stale(s, text) }
	token := found.NextPageToken
	switch {
	case found.Issues == nil:
		return c.t.notJira(request{op: s.what}, "the answer to a search holds no issues")
	case token == "" && found.IsLast != nil && !*found.IsLast:
		return bad("the page is not the last, but nothing leads to the next")
	case token == "" && found.IsLast == nil && len(*found.Issues) >= asked:
		return bad("the page is full, and does not say whether it is the last")
	case token != "" && (token == at.Token || c.t.round.tokens[token]):
		return bad("the page leads back to one that was read before")
	}
	if token != "" && len(*found.Issues) == 0 {
		if at.Empty++; at.Empty > emptyPagesMost {
			return bad(fmt.Sprintf("%d pages in a row hold nothing, and each promises another", at.Empty))
		}
	} else {
		at.Empty = 0
	}
	if token != "" {
		c.t.round.tokens[token] = true
	}
	return nil
}

func (c *cloud) bulk(ctx context.Context, op string, want, fields []string) ([]wireIssue, error) {
	return c.bulkWith(ctx, op, want, fields, nil)
}

// bulkWith reads fields and properties of issues, a hundred issues a request.
// They come in the order of their ids, each once, a moved one under its new key.
func (c *cloud) bulkWith(ctx context.Context, op string, want, fields, properties []string) ([]wireIssue, error) {
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	var all []wireIssue
	for some := range slices.Chunk(want, bulkMost) {
		found, err := c.lot(ctx, wireBulk{IDs: some, Fields: fields, Properties: properties}, op)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// lot makes one bulk fetch. What comes broken or too long is asked for again in
// halves, or it would come so in every pass: hundreds of comments make long
// answers, and long ones have been cut short
// (https://github.com/onyx-dot-app/onyx, commit 5c84f6c6).
func (c *cloud) lot(ctx context.Context, ask wireBulk, op string) ([]wireIssue, error) {
	var found wireBulkFound
	r := request{op: op, method: http.MethodPost, path: "rest/api/2/issue/bulkfetch", body: ask}
	err := c.t.call(ctx, r, &found)
	if half := len(ask.IDs) / 2; half > 0 && broken(err) {
		front, back := ask, ask
		front.IDs, back.IDs = ask.IDs[:half], ask.IDs[half:]
		some, err := c.lot(ctx, front, op)
		if err != nil {
			return nil, err
		}
		rest, err := c.lot(ctx, back, op)
		return append(some, rest...), err
	}
	switch {
	case err != nil:
		return nil, err
	case found.Issues == nil:
		return nil, c.t.notJira(r, "the answer holds no issues")
	case len(found.Errors) > 0:
		e := found.Errors[0]
		return nil, c.t.fail(op, connectors.Temporary,
			fmt.Errorf("%d of %d issues could not be read, the first (%s): %w", len(found.Errors), len(ask.IDs), c.t.safe(e.ID), errors.New(c.t.safe(e.Message))), "")
	}
	return *found.Issues, nil
}

// talk reads comments and our record with one bulk fetch, then what is ours
// among the comments again, with its properties.
func (c *cloud) talk(ctx context.Context, ids []string) ([]talk, error) {
	found, err := c.bulkWith(ctx, "read comments", ids, []string{"comment"}, []string{c.t.recordKey()})
	if err != nil {
		return nil, err
	}
	talks := make([]talk, len(found))
	on := map[string]int{} // comment id -> place in talks
	var written []string
	for i, is := range found {
		talks[i] = talk{issue: is.ID, record: is.Properties[c.t.recordKey()]}
		all, err := c.t.commentsOf(ctx, is)
		if err != nil {
			return nil, err
		}
		for _, said := range all {
			if c.same(said.Author, *c.t.me) {
				on[said.ID] = i
				written = append(written, said.ID)
			}
		}
	}
	marked, err := c.t.marked(ctx, written)
	if err != nil {
		return nil, err
	}
	for _, said := range marked {
		if i, known := on[said.ID]; known {
			talks[i].comments = append(talks[i].comments, said)
		}
	}
	return talks, nil
}

func (c *cloud) count(ctx context.Context, op, jql string) (int, error) {
	var count struct {
		Count *int `json:"count"`
	}
	r := request{op: op, method: http.MethodPost, path: "rest/api/2/search/approximate-count", body: map[string]string{"jql": jql}}
	if err := c.t.call(ctx, r, &count); err != nil {
		return 0, err
	}
	if count.Count == nil {
		return 0, c.t.notJira(r, "the answer holds no count")
	}
	return *count.Count, nil
}

func (*cloud) learn(context.Context, *schema) error { return nil }

// level goes by what the type states: -1 for sub-tasks, 0, 1 for epics, and what
// a site has put above them.
func (*cloud) level(k wireIssueType, _ fieldMap) int {
	switch {
	case k.Level != nil:
		return *k.Level
	case k.Subtask:
		return roadmap.LevelSubtask
	}
	return roadmap.LevelStory
}

// identity is the account id, for life. Its shape says nothing: there have been
// several.
func (*cloud) identity(u wireUser) (id string, user bool) { return u.AccountID, u.AccountID != "" }

func (*cloud) same(a, b wireUser) bool { return a.AccountID != "" && a.AccountID == b.AccountID }
