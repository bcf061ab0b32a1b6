package jira

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/transport"
)

const (
	defaultPageSize = 100
	idsPageSize     = 5000 // the most that Jira gives, and only of ids
	emptyPagesMost  = 3    // in a row, with a token for yet another
)

// stream is one query that is crawled to its end.
type stream struct {
	name string
	what string // in words, for errors
	jql  string // without bound and order
	set  string // "": items that changed; else the set that the ids are
}

// streams lists what a round crawls: the projects one by one, since a project
// that is gone fails the whole query that names it; then what changed among the
// goals; then which issues are goals at all; then, where the file narrows the
// stories by a query, which issues match it still.
func (t *Tracker) streams() []stream {
	var all []stream
	for _, p := range t.o.Config.Projects {
		all = append(all, stream{
			name: "project:" + p,
			what: "search project " + p,
			jql:  strings.TrimSuffix("project = "+quoteJQL(p)+" AND "+narrow(t.o.Config.JQL), " AND "),
		})
	}
	sources := slices.Sorted(maps.Keys(t.o.Sources))
	for _, i := range sources {
		all = append(all, stream{
			name: "source:" + strconv.Itoa(i),
			what: fmt.Sprintf("search roadmap source %d", i+1),
			jql:  narrow(t.o.Sources[i].JQL),
		})
	}
	for _, i := range sources {
		all = append(all, stream{
			name: "members:" + strconv.Itoa(i),
			what: fmt.Sprintf("list roadmap source %d", i+1),
			jql:  narrow(t.o.Sources[i].JQL),
			set:  roadmap.SetGoals + strconv.Itoa(i),
		})
	}
	if query := narrow(t.o.Config.JQL); query != "" && len(t.o.Config.Projects) > 0 {
		all = append(all, stream{
			name: "scope",
			what: "list the issues that jql selects",
			jql:  t.inProjects() + " AND " + query,
			set:  roadmap.SetScope,
		})
	}
	return all
}

// inProjects is the condition that an issue is in one of the configured
// projects. One that is hidden fails it, as it fails the project's own stream:
// what stood in the scope before then holds on.
func (t *Tracker) inProjects() string {
	quoted := make([]string, len(t.o.Config.Projects))
	for i, p := range t.o.Config.Projects {
		quoted[i] = quoteJQL(p)
	}
	return "project in (" + strings.Join(quoted, ", ") + ")"
}

// round is what a Tracker remembers of the round that it is pulling, beyond what
// the cursor says.
type round struct {
	under     bool            // a Pull of this round has been made by this Tracker
	tokens    map[string]bool // page tokens of the present stream
	restarted map[string]bool // streams that were started over, by name
}

// Pull brings one page: one request, one page. A stream whose page token is no
// longer known is started over, once; a stream that can never be crawled (its
// project is hidden, its query is refused) does not keep the others from being
// crawled, and its error ends the round.
func (t *Tracker) Pull(ctx context.Context, from connectors.Cursor) (connectors.Page, error) {
	if err := t.learn(ctx); err != nil {
		return connectors.Page{}, err
	}
	streams := t.streams()
	at := parseCursor(from, t.scope(streams))
	if at.Stream >= len(streams) {
		if t.round.under && len(at.Failed) > 0 {
			t.round = round{}
			return connectors.Page{}, t.unfinished(at.Failed)
		}
		at.begin()
	}
	if !t.round.under {
		t.round = round{under: true, tokens: map[string]bool{}, restarted: map[string]bool{}}
	}
	if len(streams) == 0 {
		t.round = round{}
		return connectors.Page{Next: at.encode()}, nil
	}

	s := streams[at.Stream]
	found, err := t.page(ctx, s, &at)
	if err != nil {
		if !lasting(err) {
			return connectors.Page{}, err
		}
		at.fail(err)
		at.next()
		t.round.tokens = map[string]bool{}
		if len(streams) == 1 {
			t.round = round{}
			return connectors.Page{}, t.unfinished(at.Failed)
		}
		// Even at the end the cursor has to be stored first, or the next pass
		// would begin here instead of with a new round.
		return connectors.Page{Next: at.encode(), More: true}, nil
	}

	page := t.bring(s, found, &at)
	at.Token = found.NextPageToken
	if at.Token == "" {
		if s.set == "" && at.Newest > at.Seen[s.name] {
			at.Seen[s.name] = at.Newest
		}
		at.next()
		t.round.tokens = map[string]bool{}
	}
	page.More = at.Stream < len(streams) || len(at.Failed) > 0
	if !page.More {
		at.begin()
		t.round = round{}
	}
	page.Next = at.encode()
	return page, nil
}

// page asks for the page at which the cursor stands, starting the stream over
// where its token leads nowhere.
func (t *Tracker) page(ctx context.Context, s stream, at *cursor) (wireFound, error) {
	for {
		found, err := t.search(ctx, s, *at)
		if err == nil {
			err = t.check(s, found, at)
		}
		var stale *staleError
		switch {
		case err == nil:
			return found, nil
		case at.Token == "" || t.round.restarted[s.name]:
		case connectors.KindOf(err) == connectors.Invalid, errors.As(err, &stale):
			// A token lives seven days; what became of it the answer does not say.
			t.round.restarted[s.name] = true
			t.round.tokens = map[string]bool{}
			at.again()
			continue
		}
		return wireFound{}, err
	}
}

func (t *Tracker) search(ctx context.Context, s stream, at cursor) (wireFound, error) {
	ask := wireSearch{Fields: []string{"id"}, MaxResults: idsPageSize, NextPageToken: at.Token}
	if s.set == "" {
		ask.JQL = changed(s.jql, at.Seen[s.name])
		ask.Fields, ask.MaxResults = t.schema.ask(), t.pageSize()
	} else {
		ask.JQL = s.jql + " ORDER BY key ASC"
	}
	var found wireFound
	err := t.call(ctx, request{op: s.what, method: http.MethodPost, path: "rest/api/2/search/jql", body: ask}, &found)
	return found, err
}

func (t *Tracker) pageSize() int {
	if t.o.PageSize > 0 {
		return t.o.PageSize
	}
	return defaultPageSize
}

// staleError marks an answer that shows the page token to be of no use.
type staleError struct{ text string }

func (e *staleError) Error() string { return e.text }

// check refuses an answer that would end a crawl too early or never. All of
// these have been met: a token that repeats (mongodb/kingfisher#460), neither
// token nor end (jira-assistant#418), an answer without issues from a proxy.
func (t *Tracker) check(s stream, found wireFound, at *cursor) error {
	bad := func(text string) error {
		return t.fail(s.what, connectors.Temporary, &staleError{text}, "")
	}
	asked := t.pageSize()
	if s.set != "" {
		asked = idsPageSize
	}
	token := found.NextPageToken
	switch {
	case found.Issues == nil:
		return t.notJira(request{op: s.what}, "the answer to a search holds no issues")
	case token == "" && found.IsLast != nil && !*found.IsLast:
		return bad("the page is not the last, but nothing leads to the next")
	case token == "" && found.IsLast == nil && len(*found.Issues) >= asked:
		return bad("the page is full, and does not say whether it is the last")
	case token != "" && (token == at.Token || t.round.tokens[token]):
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
		t.round.tokens[token] = true
	}
	return nil
}

// bring turns what was found into items or into a piece of a set. An issue that
// cannot be read costs itself only, and is told.
func (t *Tracker) bring(s stream, found wireFound, at *cursor) connectors.Page {
	if s.set != "" {
		piece := connectors.Set{Name: s.set, First: at.Token == "", Last: found.NextPageToken == ""}
		for _, is := range *found.Issues {
			piece.Edges = append(piece.Edges, roadmap.Edge{From: t.key(is.ID)})
		}
		return connectors.Page{Sets: []connectors.Set{piece}}
	}
	var page connectors.Page
	for _, is := range *found.Issues {
		it, err := t.item(is)
		if err != nil {
			page.Warnings = append(page.Warnings, s.what+": "+err.Error())
			continue
		}
		at.Newest = max(at.Newest, it.Updated.UnixMilli())
		page.Items = append(page.Items, it)
	}
	return page
}

// lasting tells an error that will be the same on the next try and concerns one
// stream only.
func lasting(err error) bool {
	switch connectors.KindOf(err) {
	case connectors.NotFound, connectors.Invalid, connectors.Forbidden:
		return !errors.Is(err, errNotJira) && !errors.Is(err, transport.ErrRedirect)
	}
	return false
}

func (c *cursor) fail(err error) {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return
	}
	f := failure{Op: e.Op, Kind: e.Kind, Err: e.Err.Error(), Try: e.Try}
	// The two streams of a roadmap source fail for the same reason, and so do a
	// project's own and the scope's: said once.
	if !slices.ContainsFunc(c.Failed, func(o failure) bool { return o.Kind == f.Kind && o.Err == f.Err }) {
		c.Failed = append(c.Failed, f)
	}
}

// unfinished is the error that ends a round in which streams failed: the first
// one's kind and advice, and the words of all.
func (t *Tracker) unfinished(failed []failure) error {
	e := t.fail(failed[0].Op, failed[0].Kind, errors.New(failed[0].Err), failed[0].Try)
	for _, f := range failed[1:] {
		e.Err = fmt.Errorf("%w; %s: %s", e.Err, f.Op, f.Err)
	}
	return e
}
