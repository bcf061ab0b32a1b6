package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Together is how many items' labels go with one request.
func (t *Tracker) Together() int { return 1 }

// Apply makes changes, each with one request that is not repeated once it may
// have been done. notifyUsers is never sent: who is not an administrator of the
// project would have the whole edit refused
// (https://github.com/ankitpokhrel/jira-cli/issues/959).
func (t *Tracker) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	receipts := make([]connectors.Receipt, len(changes))
	for i, c := range changes {
		receipts[i].Remote, receipts[i].Err = t.apply(ctx, c)
	}
	return receipts
}

func (t *Tracker) apply(ctx context.Context, c roadmap.Change) (remote string, err error) {
	if c.Key.Tracker != t.name || !issueID.MatchString(c.Key.ID) {
		return "", t.fail(string(c.Action), connectors.Invalid, fmt.Errorf("%s is not an issue of this tracker", c.Key), "")
	}
	if err := t.login(ctx); err != nil {
		return "", err
	}
	issue := "rest/api/2/issue/" + c.Key.ID
	switch c.Action {
	case roadmap.AddLabel:
		return "", t.label(ctx, c, "add label", issue, "add")
	case roadmap.RemoveLabel:
		return "", t.label(ctx, c, "remove label", issue, "remove")
	case roadmap.CreateComment:
		return t.comment(ctx, c, request{op: "comment on " + string(c.Ref), method: http.MethodPost, path: issue + "/comment"})
	case roadmap.UpdateComment:
		if !issueID.MatchString(c.Remote) {
			return "", t.fail("edit comment", connectors.Invalid, fmt.Errorf("%q is not a comment's id", cut(visible(c.Remote), 40)), "")
		}
		return t.comment(ctx, c, request{op: "edit comment on " + string(c.Ref), method: http.MethodPut, path: issue + "/comment/" + url.PathEscape(c.Remote)})
	}
	return "", t.fail("apply", connectors.Invalid, fmt.Errorf("a change of kind %q", c.Action), "")
}

// label adds or removes one value, so that nobody else's labels are touched.
func (t *Tracker) label(ctx context.Context, c roadmap.Change, op, path, verb string) error {
	body := map[string]any{"update": map[string]any{"labels": []map[string]string{{verb: c.Value}}}}
	return t.call(ctx, request{
		op: fmt.Sprintf("%s %s on %s", op, c.Value, c.Ref), method: http.MethodPut, path: path, body: body, write: true,
	}, nil)
}

type wireNewComment struct {
	Body       string            `json:"body"`
	Properties []wireNewProperty `json:"properties"`
}

type wireNewProperty struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// comment writes a comment with its mark. It is internal on service projects,
// where a customer would read it otherwise; elsewhere that means nothing.
func (t *Tracker) comment(ctx context.Context, c roadmap.Change, r request) (remote string, err error) {
	r.write = true
	r.body = wireNewComment{
		Body: render(c.Text),
		Properties: []wireNewProperty{
			{markProperty, c.Mark},
			{internalProperty, map[string]bool{"internal": true}},
		},
	}
	var written struct {
		ID string `json:"id"`
	}
	if err := t.call(ctx, r, &written); err != nil {
		return "", err
	}
	if written.ID == "" {
		return "", t.notJira(r, "the answer names no comment")
	}
	return written.ID, nil
}
