package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// dataCenter is what Jira Data Center does in its own way: pages by key (see
// walk.go), no bulk fetch, accounts by name, and a hierarchy in custom fields.
type dataCenter struct{ t *Tracker }

const (
	singlesMost = 50  // issues that are read one by one, past the search index
	lotMost     = 100 // issues in one search by id
)

// bulk reads a few issues one by one, directly. Many are searched for; what does
// not come that way is read directly too, since the index may lag or the issue
// may have another key now.
func (d *dataCenter) bulk(ctx context.Context, op string, want, fields []string) ([]wireIssue, error) {
	if len(want) > singlesMost {
		return d.lots(ctx, op, want, fields)
	}
	return d.singly(ctx, op, slices.Compact(slices.Sorted(slices.Values(want))), fields)
}

func (d *dataCenter) singly(ctx context.Context, op string, want, fields []string) ([]wireIssue, error) {
	var all []wireIssue
	for _, idOrKey := range want {
		is, there, err := d.one(ctx, op, idOrKey, url.Values{"fields": {strings.Join(fields, ",")}})
		if err != nil {
			return nil, err
		}
		if there {
			all = append(all, is)
		}
	}
	return all, nil
}

// lots searches for issues, a hundred with a request or as many as the server
// gives, and reads one by one what does not come.
func (d *dataCenter) lots(ctx context.Context, op string, want, fields []string) ([]wireIssue, error) {
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	var all []wireIssue
	var missing []string
	for some := range slices.Chunk(want, lotMost) {
		found, left, err := d.gather(ctx, op, some, fields)
		if err != nil {
			return nil, err
		}
		all, missing = append(all, found...), append(missing, left...)
	}
	more, err := d.singly(ctx, op, missing, fields)
	return append(all, more...), err
}

// gather searches for a lot until the server gives no more of it, and tells what
// is left. What comes broken is searched for again in halves, as on Cloud.
func (d *dataCenter) gather(ctx context.Context, op string, some, fields []string) (all []wireIssue, left []string, err error) {
	for came := 1; came > 0 && len(some) > 0; {
		found, err := d.lot(ctx, op, some, fields)
		if half := len(some) / 2; half > 0 && broken(err) {
			front, lost, err := d.gather(ctx, op, some[:half], fields)
			if err != nil {
				return nil, nil, err
			}
			back, more, err := d.gather(ctx, op, some[half:], fields)
			return slices.Concat(all, front, back), slices.Concat(lost, more), err
		}
		if err != nil {
			return nil, nil, err
		}
		all = append(all, *found.Issues...)
		rest := slices.DeleteFunc(slices.Clone(some), func(w string) bool {
			return slices.ContainsFunc(*found.Issues, func(is wireIssue) bool { return is.ID == w || strings.EqualFold(is.Key, w) })
		})
		came, some = len(some)-len(rest), rest
		if found.whole() {
			break
		}
	}
	return all, some, nil
}

// lot searches for issues by id and key. Without validation those that are not
// there do not fail it.
func (d *dataCenter) lot(ctx context.Context, op string, want, fields []string) (wireFoundDC, error) {
	var ids, keys []string
	for _, w := range want {
		if issueID.MatchString(w) {
			ids = append(ids, w)
		} else {
			keys = append(keys, quoteJQL(w))
		}
	}
	var either []string
	if len(ids) > 0 {
		either = append(either, "id in ("+strings.Join(ids, ", ")+")")
	}
	if len(keys) > 0 {
		either = append(either, "key in ("+strings.Join(keys, ", ")+")")
	}
	return d.search(ctx, op, wireSearchDC{JQL: strings.Join(either, " OR "), Fields: fields, MaxResults: lotMost, Validate: false})
}

// unseen is how a server refuses one issue that this account may not see.
var unseen = regexp.MustCompile(`(?i)permission to (see|view|browse)`)

// one reads one issue; there is false where it does not exist or may not be seen.
func (d *dataCenter) one(ctx context.Context, op, idOrKey string, q url.Values) (is wireIssue, there bool, err error) {
	r := request{op: op, method: http.MethodGet, path: "rest/api/2/issue/" + url.PathEscape(idOrKey) + "?" + q.Encode()}
	err = d.t.call(ctx, r, &is)
	switch kind := connectors.KindOf(err); {
	case kind == connectors.NotFound && !errors.Is(err, errNotJira),
		kind == connectors.Forbidden && unseen.MatchString(err.Error()):
		return wireIssue{}, false, nil
	case err != nil:
		return wireIssue{}, false, err
	case is.ID == "":
		return wireIssue{}, false, d.t.notJira(r, "the answer holds no issue")
	}
	return is, true, nil
}

// talk searches for the comments of many issues at once. Properties come with
// neither a search nor an embedded comment, so only where our account has
// written are the comments read again, and only an issue that carries such a
// comment or a label of ours is asked for our record: the record of an issue of
// which neither is left is not found again once the database is lost.
func (d *dataCenter) talk(ctx context.Context, ids []string) ([]talk, error) {
	const op = "read comments"
	found, err := d.lots(ctx, op, ids, []string{"comment", "labels"})
	if err != nil {
		return nil, err
	}
	var talks []talk
	read := map[string]bool{} // an issue may come twice
	for _, is := range found {
		if read[is.ID] {
			continue
		}
		read[is.ID] = true
		tk, err := d.ours(ctx, op, is)
		if err != nil {
			return nil, err
		}
		talks = append(talks, tk)
	}
	return talks, nil
}

// ours reads what is ours on one issue, if there are signs of it.
func (d *dataCenter) ours(ctx context.Context, op string, is wireIssue) (talk, error) {
	tk := talk{issue: is.ID}
	mine := func(c wireComment) bool { return d.same(c.Author, *d.t.me) }
	all, err := d.t.commentsOf(ctx, is)
	if err != nil {
		return tk, err
	}
	wrote := slices.ContainsFunc(all, mine)
	if wrote {
		if all, err = d.t.pageComments(ctx, is, "properties"); err != nil {
			return tk, err
		}
		tk.comments = slices.DeleteFunc(all, func(c wireComment) bool { return !mine(c) })
	}
	labelled := slices.ContainsFunc(labels(is.Fields), func(l string) bool { return slices.Contains(d.t.o.Labels, l) })
	if !wrote && !labelled {
		return tk, nil
	}
	with, there, err := d.one(ctx, op, is.ID, url.Values{"fields": {"labels"}, "properties": {d.t.recordKey()}})
	if there {
		tk.record = with.Properties[d.t.recordKey()]
	}
	return tk, err
}

func (d *dataCenter) count(ctx context.Context, op, jql string) (int, error) {
	found, err := d.search(ctx, op, wireSearchDC{JQL: jql, Fields: []string{"id"}, MaxResults: 1, Validate: true})
	if err != nil {
		return 0, err
	}
	return *found.Total, nil
}

// learn asks for the issue types: where none is called Epic, epics are the
// issues that have an Epic Name.
func (d *dataCenter) learn(ctx context.Context, s *schema) error {
	var types []wireIssueType
	if err := d.t.call(ctx, request{op: "list issue types", method: http.MethodGet, path: "rest/api/2/issuetype"}, &types); err != nil {
		return err
	}
	s.epicByName = !slices.ContainsFunc(types, isEpic)
	return nil
}

func isEpic(k wireIssueType) bool { return strings.EqualFold(strings.TrimSpace(k.Name), "Epic") }

// level goes by the type: a server's types state no level. What stands above
// epics is what the file lists.
func (d *dataCenter) level(k wireIssueType, f fieldMap) int {
	above := slices.IndexFunc(d.t.o.Config.Levels, func(l string) bool {
		l = strings.TrimSpace(l)
		return l != "" && (l == k.ID || strings.EqualFold(l, strings.TrimSpace(k.Name)))
	})
	switch {
	case k.Subtask:
		return roadmap.LevelSubtask
	case above >= 0:
		return roadmap.LevelAbove + above
	case isEpic(k), d.t.schema.epicByName && f.text(d.t.schema.epicName) != "":
		return roadmap.LevelEpic
	}
	return roadmap.LevelStory
}

// identity is the user name, which mentions and pickers take; the key survives
// a renaming, and is what same goes by. A group has a name and nothing else.
func (*dataCenter) identity(u wireUser) (id string, user bool) {
	return cmp.Or(u.Name, u.Key), u.AccountID == "" && (u.Key != "" || u.DisplayName != "" || u.Active != nil)
}

func (*dataCenter) same(a, b wireUser) bool {
	if a.Key != "" && b.Key != "" {
		return a.Key == b.Key
	}
	return a.Name != "" && a.Name == b.Name
}

// search asks for the first page of a search; no other is ever asked for (see
// walk).
func (d *dataCenter) search(ctx context.Context, op string, ask wireSearchDC) (wireFoundDC, error) {
	r := request{op: op, method: http.MethodPost, path: "rest/api/2/search", body: ask}
	var found wireFoundDC
	if err := d.t.call(ctx, r, &found); err != nil {
		return wireFoundDC{}, err
	}
	switch {
	case found.Issues == nil || found.Total == nil:
		return wireFoundDC{}, d.t.notJira(r, "the answer to a search holds no issues, or not their number")
	case ask.Validate && len(found.Warnings) > 0:
		return wireFoundDC{}, d.t.fail(op, connectors.Invalid,
			fmt.Errorf("Jira made less of the search than was asked: %s", d.t.safe(strings.Join(found.Warnings, " "))), "correct the query")
	}
	return found, nil
}

// wireSearchDC is SearchRequestBean.
type wireSearchDC struct {
	JQL        string   `json:"jql"`
	Fields     []string `json:"fields"`
	StartAt    int      `json:"startAt"`
	MaxResults int      `json:"maxResults"`
	Validate   bool     `json:"validateQuery"`
}

// wireFoundDC is SearchResultsBean.
type wireFoundDC struct {
	Issues   *[]wireIssue `json:"issues"`
	Total    *int         `json:"total"` // of what matches, however much of it is in the page
	Warnings []string     `json:"warningMessages"`
}

// whole reports whether all that matches is in the page.
func (f wireFoundDC) whole() bool { return len(*f.Issues) >= *f.Total }
