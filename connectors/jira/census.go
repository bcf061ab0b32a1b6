package jira

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/alignd/alignd/connectors"
)

// countCursor is what a cursor of a census says.
type countCursor struct {
	Place int    `json:"place"` // index of the project
	At    cursor `json:"at"`    // where its crawl stands
}

// Census lists the ids of all issues in the configured projects, project by
// project: up to 5000 to a request on Cloud, what a server gives on Data Center.
// A project that is hidden costs itself only.
func (t *Tracker) Census(ctx context.Context, from connectors.Cursor) (connectors.Count, error) {
	if err := t.login(ctx); err != nil {
		return connectors.Count{}, err
	}
	var c countCursor
	if from != "" {
		if err := json.Unmarshal([]byte(from), &c); err != nil {
			return connectors.Count{}, t.fail("count ids", connectors.Invalid, fmt.Errorf("a cursor that is not of a census: %w", err), "")
		}
	}
	if from == "" || !t.round.under {
		t.round = newRound()
	}
	if c.Place >= len(t.o.Config.Projects) {
		t.round = round{}
		return connectors.Count{}, nil
	}
	project := t.o.Config.Projects[c.Place]
	s := stream{
		name: "census:" + project, what: "count the issues of project " + project,
		jql: "project = " + quoteJQL(project), set: "census", project: project,
	}
	got, err := t.page(ctx, s, &c.At)
	page := connectors.Count{Place: project, Hidden: lasting(err)}
	if err != nil && !page.Hidden {
		return connectors.Count{}, err
	}
	for _, is := range got.issues {
		page.IDs = append(page.IDs, is.ID)
	}
	if got.last || page.Hidden {
		c = countCursor{Place: c.Place + 1}
		t.round.tokens = map[string]bool{}
	}
	if page.More = c.Place < len(t.o.Config.Projects); !page.More {
		t.round = round{}
	}
	next, err := json.Marshal(c)
	page.Next = connectors.Cursor(next)
	return page, err
}
