package jira

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// walk is where the crawl of a stream stands on Data Center.
//
// Pages by offset lose issues there: what changes between two pages shifts the
// second, nodes differ in the order of equals, and beyond 10,000 there is
// nothing (support.atlassian.com, "Inconsistent paginated API search result").
// So every page is the first page of a query that begins where the last one
// ended:
//
//  1. The newest changes first. Where that is all, the crawl is over. Where not,
//     the newest of them is the watermark: whatever the walk misses because it
//     changes later is newer, and comes with the next pull.
//  2. In the order of keys, from the first; then within the project of the last
//     issue by key >= "PAY-120"; then without the projects that are done.
//  3. A set, which has no next pull to rely on, adds what changed since 1: the
//     newest once more.
//
// A server looks the issue of a comparison up before it compares: PAY-120 that
// was deleted fails the query, and PAY-120 that was moved away compares as
// whatever it is called now. So each page begins with PAY-120 itself, which
// proves that the comparison was made with it (see past for pages of one). An issue that stays in its
// project keeps its key, so within a project nothing can slip past.
type walk struct {
	Began int64    `json:"began,omitempty"` // the newest change when it began, in milliseconds; 0: not asked for
	Done  []string `json:"done,omitempty"`  // projects walked to their end
	Key   string   `json:"key,omitempty"`   // of the last issue walked; "": the next page begins a project
	ID    string   `json:"id,omitempty"`    // of the same
	Late  bool     `json:"late,omitempty"`  // all are walked, and what changed meanwhile is next
}

// idsPageDC is how many issues a page of ids asks for: the most that a server
// gives unless its administrator says otherwise. Whatever comes back counts.
const idsPageDC = 1000

// restarts: an issue that a page begins with may be deleted, moved or edited at
// any time, though hardly every time.
func (*dataCenter) restarts() int { return 3 }

// crawl asks for one page of a walk.
func (d *dataCenter) crawl(ctx context.Context, s stream, at *cursor) (piece, error) {
	query := s.jql
	if s.set == "" {
		query = since(s.jql, at.Seen[s.name])
	}
	fresh := at.Walk == nil
	var w walk
	switch {
	case !fresh:
		w = *at.Walk
		w.Done = slices.Clone(w.Done)
	case s.set == "" || s.project == "":
		return d.newest(ctx, s, query, at)
	}
	p, err := d.step(ctx, s, query, &w)
	switch {
	case err == nil:
		p.first = fresh
		at.Walk = &w
	case !fresh && lasting(err): // the query was good when the walk began
		err = d.t.stale(s, "an issue or a project that was there a moment ago is not there now")
	}
	return p, err
}

// newest asks for what changed last, and is all of the crawl where that is all.
func (d *dataCenter) newest(ctx context.Context, s stream, query string, at *cursor) (piece, error) {
	found, err := d.page(ctx, s, query+" ORDER BY updated DESC, key DESC")
	if err != nil {
		return piece{}, err
	}
	p := piece{issues: *found.Issues, first: true, last: found.whole(), marks: true}
	if p.last {
		return p, nil
	}
	w := walk{}
	if w.Began, _ = span(*found.Issues); w.Began == 0 {
		return piece{}, d.t.stale(s, "no issue says when it was changed")
	}
	at.Walk = &w
	if s.set != "" {
		p.issues = nil // the walk brings them, and what is not there any more by then is none
	}
	return p, nil
}

// span gives the newest and the oldest change of issues, in milliseconds; 0
// where none says.
func span(issues []wireIssue) (newest, oldest int64) {
	for _, is := range issues {
		when, err := parseTime(is.Fields.text("updated"))
		if err != nil {
			continue
		}
		newest = max(newest, when.UnixMilli())
		if oldest == 0 || when.UnixMilli() < oldest {
			oldest = when.UnixMilli()
		}
	}
	return newest, oldest
}

// step asks for the page at which a walk stands and moves it on.
func (d *dataCenter) step(ctx context.Context, s stream, query string, w *walk) (piece, error) {
	switch {
	case w.Late:
		found, err := d.page(ctx, s, query+" ORDER BY updated DESC, key DESC")
		if err == nil && !found.whole() {
			if _, oldest := span(*found.Issues); oldest > w.Began {
				err = d.t.stale(s, "more changed during the reading than one page holds")
			}
		}
		if err != nil {
			return piece{}, err
		}
		return piece{issues: *found.Issues, last: true}, nil
	case w.Key == "":
		return d.across(ctx, s, query, w)
	}
	return d.within(ctx, s, query, w)
}

// across begins with the first issue of the projects that are not done.
func (d *dataCenter) across(ctx context.Context, s stream, query string, w *walk) (piece, error) {
	if len(w.Done) > 0 {
		quoted := make([]string, len(w.Done))
		for i, p := range w.Done {
			quoted[i] = quoteJQL(p)
		}
		query += " AND project not in (" + strings.Join(quoted, ", ") + ")"
	}
	found, err := d.page(ctx, s, query+" ORDER BY key ASC")
	if err != nil {
		return piece{}, err
	}
	issues := *found.Issues
	projects, err := d.inOrder(s, issues)
	if err != nil {
		return piece{}, err
	}
	if found.whole() {
		return piece{issues: issues, last: w.end(s)}, nil
	}
	w.Done = append(w.Done, projects[:len(projects)-1]...)
	w.Key, w.ID = issues[len(issues)-1].Key, issues[len(issues)-1].ID
	return piece{issues: issues}, nil
}

// within goes on in the project of the last issue, which comes once more.
func (d *dataCenter) within(ctx context.Context, s stream, query string, w *walk) (piece, error) {
	project, _, _ := splitKey(w.Key)
	if s.project == "" {
		query += " AND project = " + quoteJQL(project)
	}
	found, err := d.page(ctx, s, query+" AND key >= "+quoteJQL(w.Key)+" ORDER BY key ASC")
	if err != nil {
		return piece{}, err
	}
	issues := *found.Issues
	if len(issues) == 0 || issues[0].ID != w.ID || issues[0].Key != w.Key {
		return piece{}, d.t.stale(s, w.Key+", with which the page should begin, is not there any more")
	}
	whole, more := found.whole(), issues[1:]
	if !whole && len(more) == 0 {
		if found, err = d.past(ctx, s, query, w); err != nil {
			return piece{}, err
		}
		whole, more = found.whole(), *found.Issues
	}
	if _, err := d.inOrder(s, slices.Concat(issues[:1], more)); err != nil {
		return piece{}, err
	}
	switch {
	case whole && s.project != "":
		return piece{issues: more, last: w.end(s)}, nil
	case whole:
		w.Done, w.Key, w.ID = append(w.Done, project), "", ""
	default:
		w.Key, w.ID = more[len(more)-1].Key, more[len(more)-1].ID
	}
	return piece{issues: more}, nil
}

// past asks for what comes after the last issue where a page holds no more than
// that one. It proves the comparison the other way round: an issue that still has
// its key after the page was given had it before, since none gets back a key that
// it lost.
func (d *dataCenter) past(ctx context.Context, s stream, query string, w *walk) (wireFoundDC, error) {
	found, err := d.page(ctx, s, query+" AND key > "+quoteJQL(w.Key)+" ORDER BY key ASC")
	if err != nil {
		return found, err
	}
	is, there, err := d.one(ctx, s.what, w.ID, url.Values{"fields": {"updated"}})
	if err == nil && (!there || is.Key != w.Key) {
		err = d.t.stale(s, w.Key+", after which the page should begin, is not there any more")
	}
	return found, err
}

// end ends the walk, or leads to what changed during it: a set of several
// projects could lack an issue that moved from one to another.
func (w *walk) end(s stream) (last bool) {
	w.Late = s.set != "" && s.project == ""
	return !w.Late
}

// page asks for one page of a stream. A page that holds nothing of what matches
// would be the end of the crawl before its time.
func (d *dataCenter) page(ctx context.Context, s stream, jql string) (wireFoundDC, error) {
	ask := wireSearchDC{JQL: jql, Fields: []string{"updated"}, MaxResults: idsPageDC, Validate: true}
	switch {
	case s.set == "":
		ask.Fields, ask.MaxResults = d.t.schema.ask(), d.t.pageSize()
	case s.project != "":
		ask.Fields = []string{"id"}
	}
	found, err := d.search(ctx, s.what, ask)
	for broken(err) && ask.MaxResults > 1 { // as gather does
		ask.MaxResults /= 2
		found, err = d.search(ctx, s.what, ask)
	}
	if err == nil && len(*found.Issues) == 0 && *found.Total > 0 {
		err = d.t.stale(s, fmt.Sprintf("the page is empty, though %d issues match", *found.Total))
	}
	return found, err
}

// inOrder makes sure that issues stand in the order of their keys, project by
// project, and gives the projects.
func (d *dataCenter) inOrder(s stream, issues []wireIssue) (projects []string, err error) {
	last := 0
	for _, is := range issues {
		project, n, ok := splitKey(is.Key)
		switch {
		case !ok || is.ID == "":
			return nil, d.t.fail(s.what, connectors.Temporary, fmt.Errorf("an issue without id or key (id %q, key %q)", is.ID, is.Key), "")
		case len(projects) > 0 && project == projects[len(projects)-1]:
			if n <= last {
				return nil, d.t.stale(s, is.Key+" does not stand in the order of keys")
			}
		case slices.Contains(projects, project):
			return nil, d.t.stale(s, "the issues of "+project+" do not stand together")
		default:
			projects = append(projects, project)
		}
		last = n
	}
	return projects, nil
}

// splitKey takes PAY-12 apart; ok is false for what is not a key.
func splitKey(key string) (project string, n int, ok bool) {
	at := strings.LastIndexByte(key, '-')
	if at < 1 {
		return "", 0, false
	}
	n, err := strconv.Atoi(key[at+1:])
	return key[:at], n, err == nil
}
