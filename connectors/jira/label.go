package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// wireEdit is an edit of an issue: values added and removed, so that nobody
// else's labels are touched, whatever happens in between.
type wireEdit struct {
	Update struct {
		Labels []map[string]string `json:"labels"`
	} `json:"update"`
	Properties []wireNewProperty `json:"properties,omitempty"`
}

// wireOurLabels is the value of our record on an issue (see recordKey).
type wireOurLabels struct {
	Labels []string `json:"labels"`
}

// label makes label changes of one issue with one edit, and tells the site in
// the same edit which labels are ours after it. What an edit carries beside the
// labels is left out, and the edit made once more, where the site refuses the
// whole edit for it.
func (t *Tracker) label(ctx context.Context, changes []roadmap.Change) error {
	var edit wireEdit
	var what []string
	for _, c := range changes {
		verb := "add"
		if c.Action == roadmap.RemoveLabel {
			verb = "remove"
		}
		edit.Update.Labels = append(edit.Update.Labels, map[string]string{verb: c.Value})
		what = append(what, verb+" label "+c.Value)
	}
	last := changes[len(changes)-1]
	issue := last.Key.ID
	if last.Mark.Labels != nil && !t.noProperties {
		edit.Properties = []wireNewProperty{{t.recordKey(), wireOurLabels{last.Mark.Labels}}}
	}
	quiet := t.quiet(ctx, issue)
	for {
		r := request{
			op: fmt.Sprintf("%s on %s", strings.Join(what, ", "), last.Ref), method: http.MethodPut,
			path: "rest/api/2/issue/" + issue + silence(quiet), body: edit, write: true,
		}
		err := t.call(ctx, r, nil)
		why := turnedDown(err)
		switch {
		case why == nil:
			return err
		case quiet && why.silence():
			quiet = false
			t.louder(issue)
		case edit.Properties != nil && !slices.Contains(why.fields, "labels") && !why.archived():
			edit.Properties = nil
			if err := t.call(ctx, again(r, edit), nil); err != nil {
				return err
			}
			t.noProperties = true // the site's ways do not change within a pass
			return nil
		default:
			return err
		}
	}
}

// again is the request with another body.
func again(r request, body any) request {
	r.body = body
	return r
}

// silence is the query that keeps Jira from writing mail about an edit. It must
// be the literal word: for 0 the edit is refused
// (https://github.com/lesstif/php-jira-rest-client/issues/390).
func silence(quiet bool) string {
	if quiet {
		return "?notifyUsers=false"
	}
	return ""
}

// turnedDown gives the words with which a site refused an edit as a whole, having
// done nothing of it; nil for any other outcome.
func turnedDown(err error) *refusedError {
	var why *refusedError
	if kind := connectors.KindOf(err); (kind == connectors.Invalid || kind == connectors.Forbidden) && errors.As(err, &why) {
		return why
	}
	return nil
}
