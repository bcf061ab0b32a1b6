package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Comments finds our comments on these items. Linear keeps no data of ours with
// a comment and rewrites its Markdown, so ours are known by their ids, which
// are computed from org and item, and by their author. What a comment speaks of
// is read from its last line; where a person has edited that away, the mark has
// no rules, and no labels ever.
func (t *Tracker) Comments(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	if len(items) == 0 {
		return nil, nil
	}
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	var found []roadmap.Comment
	for some := range slices.Chunk(items, idsPerRequest) {
		comments, err := t.commentsOn(ctx, some)
		if err != nil {
			return nil, err
		}
		found = append(found, comments...)
	}
	return found, nil
}

// commentsOn asks for every comment that we can ever have written on the items.
func (t *Tracker) commentsOn(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	const op = "find our comments"
	var ids []string
	on := map[string]roadmap.Key{}
	for _, it := range items {
		for n := range roadmap.CommentLives {
			id := roadmap.CommentID(t.o.Org, it.Key, n)
			if _, twice := on[id]; !twice {
				on[id] = it.Key
				ids = append(ids, id)
			}
		}
	}
	get := func() (any, **page[commentNode]) { q := new(commentsQuery); return q, &q.Page }
	got, partial, err := onePage(ctx, t, op, filtered(len(ids), "", CommentFilter{ID: &within{In: ids}}), get)
	if err != nil {
		return nil, err
	}
	if len(partial) > 0 {
		// One comment too few would be written again.
		return nil, t.partialOnly(op, partial[0])
	}
	if got.PageInfo.HasNextPage {
		return nil, t.fail(op, connectors.Temporary, errors.New("the answer holds only a part of what was asked for"), "")
	}
	byID := map[string]roadmap.Comment{}
	for _, n := range got.Nodes {
		key, ours := on[n.ID]
		if !ours || !t.wrote(n) {
			continue
		}
		m, ok := markOf(n.Body)
		if ok && m.Org != t.o.Org {
			continue
		}
		m.Org, m.ID = t.o.Org, n.ID
		byID[n.ID] = roadmap.Comment{Key: key, Remote: n.ID, Mark: m, Body: text(n.Body), Edited: when(n.EditedAt)}
	}
	var found []roadmap.Comment
	for _, id := range ids { // by item, and by life, which is oldest first
		if c, ok := byID[id]; ok {
			found = append(found, c)
		}
	}
	return found, nil
}

// wrote reports whether a comment that has one of our ids is by our account. An
// app's comments may come without a user, and then only say that a bot wrote
// them; a person's never do.
func (t *Tracker) wrote(n commentNode) bool {
	if n.User == nil {
		return t.dir.viewerApp && n.BotActor != nil
	}
	return n.User.ID == t.dir.viewer
}

// markOf reads the mark line, the last line that is not empty.
func markOf(body string) (roadmap.Mark, bool) {
	lines := strings.Split(body, "\n")
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line != "" {
			return roadmap.ParseMarkLine(unescape(line))
		}
	}
	return roadmap.Mark{}, false
}

// createComment writes a comment under an id of ours. Linear refuses a second
// one with the same id, which means that the first has arrived.
func (t *Tracker) createComment(ctx context.Context, c roadmap.Change) (string, error) {
	op := fmt.Sprintf("comment on %s", c.Ref)
	in := CommentCreateInput{ID: c.Mark.ID, Body: render(c.Text)}
	switch c.Kind {
	case roadmap.KindProject:
		in.ProjectID = c.Key.ID
	case roadmap.KindInitiative:
		in.InitiativeID = c.Key.ID
	default:
		in.IssueID = c.Key.ID
		yes := true
		in.DoNotSubscribeToIssue = &yes
	}
	var m createComment
	err := t.mutate(ctx, op, &m, vars{"input": in})
	if isConflict(err) {
		return t.standing(ctx, op, c)
	}
	if err != nil {
		return "", err
	}
	return t.written(op, m.Payload)
}

// written reads the answer to a comment.
func (t *Tracker) written(op string, p *commentPayload) (string, error) {
	if err := t.succeeded(op, p != nil, p != nil && p.Success); err != nil {
		return "", err
	}
	if p.Comment == nil || p.Comment.ID == "" {
		return "", t.fail(op, connectors.Unknown, errors.New("the answer does not hold the comment"), "")
	}
	return p.Comment.ID, nil
}

// standing tells a comment that has arrived before from one that has been
// deleted since (Linear never gives its id free again), and from one that we
// wrote as somebody else.
func (t *Tracker) standing(ctx context.Context, op string, c roadmap.Change) (string, error) {
	get := func() (any, **page[commentNode]) { q := new(commentsQuery); return q, &q.Page }
	nodes, err := fetchPage(ctx, t, op, 1, CommentFilter{ID: &within{In: []string{c.Mark.ID}}}, get)
	if err != nil {
		return "", err
	}
	for _, n := range nodes {
		if n.ID == c.Mark.ID && t.wrote(n) {
			return n.ID, nil
		}
	}
	if len(nodes) > 0 {
		return "", t.fail(op, connectors.Forbidden, errors.New("a comment with our id is there, by another account"),
			"use the account that alignd wrote with before, or delete its comment")
	}
	return "", t.fail(op, connectors.NotFound, errors.New("it was written before, and a person has deleted it"), "")
}

// updateComment edits in place. A comment that a person deleted is NotFound.
func (t *Tracker) updateComment(ctx context.Context, c roadmap.Change) (string, error) {
	op := fmt.Sprintf("edit our comment on %s", c.Ref)
	id := c.Remote
	if id == "" {
		id = c.Mark.ID
	}
	var m updateComment
	if err := t.mutate(ctx, op, &m, named(id, "input", CommentUpdateInput{Body: render(c.Text)})); err != nil {
		return "", err
	}
	return t.written(op, m.Payload)
}
