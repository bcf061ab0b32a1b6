package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

type wireNewComment struct {
	Body       string            `json:"body"`
	Properties []wireNewProperty `json:"properties"`
}

type wireNewProperty struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// wireWritten is the answer to a comment.
type wireWritten struct {
	ID     string `json:"id"`
	Public *bool  `json:"jsdPublic"` // Cloud only; true in projects without customers, too
}

// comment writes or edits a comment, with its mark. In a service project it is
// internal, or not written at all.
func (t *Tracker) comment(ctx context.Context, c roadmap.Change) (remote string, err error) {
	r := request{
		op: "comment on " + string(c.Ref), method: http.MethodPost,
		path: "rest/api/2/issue/" + c.Key.ID + "/comment", write: true,
	}
	quiet := false
	if c.Action == roadmap.UpdateComment {
		r.op, r.method = "edit comment on "+string(c.Ref), http.MethodPut
		r.path += "/" + url.PathEscape(c.Remote)
		// Data Center has no such parameter here, and a new comment has none at all.
		// Who is asked something must hear of it.
		quiet = !t.dataCenter() && !mentions(c.Text) && t.quiet(ctx, c.Key.ID)
	}
	internal, err := t.internal(ctx, r.op, c.Key.ID)
	if err != nil {
		return "", err
	}
	mark := c.Mark
	mark.Says = c.Says()
	body := wireNewComment{
		Body:       markup{t.dataCenter()}.render(c.Text),
		Properties: []wireNewProperty{{markProperty, mark}},
	}
	if internal {
		body.Properties = append(body.Properties, wireNewProperty{internalProperty, map[string]bool{"internal": true}})
	}
	r.body = body
	loud := r
	r.path += silence(quiet)

	var written wireWritten
	err = t.call(ctx, r, &written)
	if why := turnedDown(err); quiet && why != nil && why.silence() {
		t.louder(c.Key.ID)
		err = t.call(ctx, loud, &written)
	}
	switch {
	case err != nil:
		return "", err
	case written.ID == "":
		return "", t.notJira(r, "the answer names no comment")
	case internal && written.Public != nil && *written.Public:
		return "", t.retract(ctx, r, c, written.ID)
	}
	return written.ID, nil
}

// mentions reports whether a text mentions somebody.
func mentions(t roadmap.Text) bool {
	return slices.ContainsFunc(t, func(line roadmap.Line) bool {
		return slices.ContainsFunc(line, func(s roadmap.Span) bool { return s.Kind == roadmap.SpanMention })
	})
}

// retract deletes a comment that came out where customers read it, and gives the
// error that tells of it.
func (t *Tracker) retract(ctx context.Context, r request, c roadmap.Change, id string) error {
	err := fmt.Errorf("Jira made the comment public, where customers read it, though it was to be internal; it was deleted at once")
	try := "see whether the account is an agent of the project, licence included"
	gone := t.call(context.WithoutCancel(ctx), request{
		op: "delete a public comment on " + string(c.Ref), method: http.MethodDelete,
		path: "rest/api/2/issue/" + c.Key.ID + "/comment/" + url.PathEscape(id), write: true,
	}, nil)
	if gone != nil && connectors.KindOf(gone) != connectors.NotFound {
		err = fmt.Errorf("Jira made comment %s public, where customers read it, though it was to be internal, and it could not be deleted: %w", id, gone)
		try = "delete it by hand, and " + try
	}
	return t.fail(r.op, connectors.Forbidden, err, try)
}
