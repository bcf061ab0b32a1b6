package linear

import (
	"context"
	"fmt"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Site is the id of the workspace, which it keeps for life.
func (t *Tracker) Site(ctx context.Context) (string, error) {
	if err := t.start(ctx); err != nil {
		return "", err
	}
	return t.dir.workspace, nil
}

// Pull brings one page of what changed since the cursor: initiatives, projects
// and issues of the configured teams, then the issues of which a name has
// changed, then the two tables that link projects and initiatives, whole. The
// first call also reads who is who.
func (t *Tracker) Pull(ctx context.Context, from connectors.Cursor) (connectors.Page, error) {
	c, err := t.readCursor(from)
	if err != nil {
		return connectors.Page{}, err
	}
	if err := t.startToPull(ctx); err != nil {
		return connectors.Page{}, err
	}
	if !t.renamed {
		c.rename(t.names())
		if c.Holes {
			c.begin(firstStream)
			c.Holes = false
		}
		t.renamed = true
	}
	for c.Stream == staleStream && len(c.Stale) == 0 || c.Stream == initiativeStream && t.dir.sight != seen {
		c.advance("")
	}

	var p connectors.Page
	after, err := t.pullPage(ctx, &c, &p)
	if refusesCursor(err) && c.After != "" && !t.begun[c.Stream] {
		t.log.Info("linear: a stored page cursor leads nowhere any more, so the reading begins again", "stream", string(c.Stream), "error", err)
		t.begun[c.Stream] = true
		c.begin(c.Stream)
		after, err = t.pullPage(ctx, &c, &p)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if len(t.dir.met) > 0 {
		c.learn(t.names(), t.dir.met)
		t.dir.met = nil
	}
	if len(p.Warnings) > 0 {
		c.Torn, c.Holes = true, true
	}
	p.More = c.advance(after)
	p.Next = c.encode()
	return p, nil
}

// pullPage reads one page of the stream, and gives the page cursor after it, or
// "" after the last.
func (t *Tracker) pullPage(ctx context.Context, c *cursor, p *connectors.Page) (string, error) {
	switch c.Stream {
	case initiativeStream:
		return t.pullInitiatives(ctx, c, p)
	case projectStream:
		return t.pullProjects(ctx, c, p)
	case issueStream:
		return t.pullIssues(ctx, c, p, IssueFilter{UpdatedAt: c.since()})
	case staleStream:
		return t.pullIssues(ctx, c, p, IssueFilter{Or: c.stale()})
	case projectEdges:
		return t.pullProjectEdges(ctx, c, p)
	case parentEdges:
		return t.pullParentEdges(ctx, c, p)
	}
	return "", t.fail("pull", connectors.Invalid, fmt.Errorf("the stored cursor names the stream %q, which this version does not know", c.Stream),
		"use the version of alignd that wrote the database, or a newer one")
}

// refusesCursor reports whether a page may have been refused for its cursor: how
// long one is good for, and what becomes of it when its row is deleted, is not
// documented.
func refusesCursor(err error) bool {
	kind := connectors.KindOf(err)
	return kind == connectors.Invalid || kind == connectors.NotFound
}

func (t *Tracker) pullIssues(ctx context.Context, c *cursor, p *connectors.Page, filter IssueFilter) (string, error) {
	const op = "pull issues"
	get := func() (any, **page[issueNode]) { q := new(issuesQuery); return q, &q.Page }
	filter.Team = &teamFilter{Key: within{In: t.o.Config.Teams}}
	got, partial, err := onePage(ctx, t, op, filtered(t.o.PageSize, c.After, filter), get)
	if err != nil {
		return "", err
	}
	withheld, partial := t.gaps(got.Nodes, partial)
	t.warn(p, op, partial)
	if p.Items, err = t.issues(ctx, got.Nodes, withheld); err != nil {
		return "", err
	}
	for _, n := range got.Nodes {
		c.see(n.UpdatedAt)
		c.seeIssue(n)
	}
	return t.next(op, got.PageInfo, c.After)
}

func (t *Tracker) pullProjects(ctx context.Context, c *cursor, p *connectors.Page) (string, error) {
	const op = "pull projects"
	get := func() (any, **page[projectNode]) { q := new(projectsQuery); return q, &q.Page }
	got, partial, err := onePage(ctx, t, op, filtered(t.o.PageSize, c.After, ProjectFilter{UpdatedAt: c.since()}), get)
	if err != nil {
		return "", err
	}
	t.warn(p, op, partial)
	if p.Items, err = t.projects(ctx, got.Nodes); err != nil {
		return "", err
	}
	for _, n := range got.Nodes {
		c.see(n.UpdatedAt)
		c.seeProject(n)
	}
	return t.next(op, got.PageInfo, c.After)
}

func (t *Tracker) pullInitiatives(ctx context.Context, c *cursor, p *connectors.Page) (string, error) {
	const op = "pull initiatives"
	get := func() (any, **page[initiativeNode]) { q := new(initiativesQuery); return q, &q.Page }
	got, partial, err := onePage(ctx, t, op, filtered(t.o.PageSize, c.After, InitiativeFilter{UpdatedAt: c.since()}), get)
	if err != nil {
		return "", err
	}
	t.warn(p, op, partial)
	if p.Items, err = t.initiatives(ctx, got.Nodes); err != nil {
		return "", err
	}
	for _, n := range got.Nodes {
		c.see(n.UpdatedAt)
	}
	return t.next(op, got.PageInfo, c.After)
}

func (t *Tracker) pullProjectEdges(ctx context.Context, c *cursor, p *connectors.Page) (string, error) {
	const op = "pull the projects of initiatives"
	get := func() (any, **page[projectEdge]) { q := new(projectEdgesQuery); return q, &q.Page }
	set := connectors.Set{Name: roadmap.SetProjectInitiative, First: c.After == ""}
	after, err := pullEdges(ctx, t, op, c, p, &set, get, func(n projectEdge) (from, to *idNode, archived *string) {
		return n.Project, n.Initiative, n.ArchivedAt
	})
	return after, err
}

// pullParentEdges reads the tree of initiatives: in Linear's relation the
// initiative is the parent and the related initiative its child.
func (t *Tracker) pullParentEdges(ctx context.Context, c *cursor, p *connectors.Page) (string, error) {
	const op = "pull the tree of initiatives"
	get := func() (any, **page[parentEdge]) { q := new(parentEdgesQuery); return q, &q.Page }
	set := connectors.Set{Name: roadmap.SetInitiativeParent, First: c.After == ""}
	return pullEdges(ctx, t, op, c, p, &set, get, func(n parentEdge) (from, to *idNode, archived *string) {
		return n.RelatedInitiative, n.Initiative, n.ArchivedAt
	})
}

// pullEdges reads one page of a table. A row that is archived, or one of whose
// ends is hidden from us, is no edge.
func pullEdges[N any](ctx context.Context, t *Tracker, op string, c *cursor, p *connectors.Page, set *connectors.Set,
	get func() (any, **page[N]), ends func(N) (from, to *idNode, archived *string),
) (string, error) {
	if t.dir.sight != seen {
		set.Last = true
		p.Sets = []connectors.Set{*set}
		return "", nil
	}
	got, partial, err := onePage(ctx, t, op, paged(t.o.PageSize, c.After), get)
	if err != nil {
		return "", err
	}
	t.warn(p, op, partial)
	for _, n := range got.Nodes {
		from, to, archived := ends(n)
		if archived != nil || from == nil || to == nil || from.ID == "" || to.ID == "" {
			continue
		}
		set.Edges = append(set.Edges, roadmap.Edge{From: t.key(from.ID), To: t.key(to.ID)})
	}
	after, err := t.next(op, got.PageInfo, c.After)
	if err != nil {
		return "", err
	}
	set.Last = after == ""
	p.Sets = []connectors.Set{*set}
	return after, nil
}

// warn notes what the server withheld of a page, so that the pass counts as
// incomplete.
func (t *Tracker) warn(p *connectors.Page, op string, partial []answerError) {
	for _, e := range partial {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s: Linear withheld part of the answer: %s", op, t.words(e)))
	}
}
