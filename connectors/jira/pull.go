package jira

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/transport"
)

const (
	defaultPageSize = 100
	idsPageSize     = 5000 // the most that Jira Cloud gives, and only of ids
)

// stream is one query that is crawled to its end.
type stream struct {
	name string
	what string // in words, for errors
	jql  string // without bound and order
	set  string // "": items that changed; else the set that the ids are
	// project is the one that all the issues are in; "": any.
	project string
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

			project: p,
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
	restarted map[string]int  // how often a stream was started over, by name
}

func newRound() round {
	return round{under: true, tokens: map[string]bool{}, restarted: map[string]int{}}
}

// Pull brings one page: one request, one page. A stream whose next page cannot
// be had is started over, a few times at most; a stream that can never be crawled (its
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
		t.round = newRound()
	}
	if len(streams) == 0 {
		t.round = round{}
		return connectors.Page{Next: at.encode()}, nil
	}

	s := streams[at.Stream]
	got, err := t.page(ctx, s, &at)
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

	page := t.bring(s, got, &at)
	if got.last {
		newest := at.Newest
		if at.Began > 0 {
			newest = min(newest, at.Began)
		}
		if s.set == "" && newest > at.Seen[s.name] {
			at.Seen[s.name] = newest
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
// where what led there leads nowhere any more.
func (t *Tracker) page(ctx context.Context, s stream, at *cursor) (piece, error) {
	for {
		got, err := t.kind.crawl(ctx, s, at)
		var stale *staleError
		switch {
		case err == nil:
			return got, nil
		case !at.under() || t.round.restarted[s.name] >= t.kind.restarts():
		case connectors.KindOf(err) == connectors.Invalid, errors.As(err, &stale):
			t.round.restarted[s.name]++
			t.round.tokens = map[string]bool{}
			at.again()
			continue
		}
		return piece{}, err
	}
}

func (t *Tracker) pageSize() int {
	if t.o.PageSize > 0 {
		return t.o.PageSize
	}
	return defaultPageSize
}

// staleError marks an answer that shows that what led to it is of no use any
// more: a page token, or the issue that a page was to begin with.
type staleError struct{ text string }

func (e *staleError) Error() string { return e.text }

func (t *Tracker) stale(s stream, text string) error {
	return t.fail(s.what, connectors.Temporary, &staleError{text}, "")
}

// bring turns what was found into items or into a piece of a set. An issue that
// cannot be read costs itself only, and is told.
func (t *Tracker) bring(s stream, got piece, at *cursor) connectors.Page {
	if s.set != "" {
		set := connectors.Set{Name: s.set, First: got.first, Last: got.last}
		for _, is := range got.issues {
			set.Edges = append(set.Edges, roadmap.Edge{From: t.key(is.ID)})
		}
		return connectors.Page{Sets: []connectors.Set{set}}
	}
	var page connectors.Page
	for _, is := range got.issues {
		it, err := t.item(is)
		if err != nil {
			page.Warnings = append(page.Warnings, s.what+": "+err.Error())
			continue
		}
		if got.marks {
			at.Newest = max(at.Newest, it.Updated.UnixMilli())
		}
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
