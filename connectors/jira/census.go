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
	Token string `json:"token,omitempty"`
}

// Census lists the ids of all issues in the configured projects, project by
// project, up to 5000 to a request. A project that is hidden costs itself only.
func (t *Tracker) Census(ctx context.Context, from connectors.Cursor) (connectors.Count, error) {
	if err := t.login(ctx); err != nil {
		return connectors.Count{}, err
	}
	var at countCursor
	if from != "" {
		if err := json.Unmarshal([]byte(from), &at); err != nil {
			return connectors.Count{}, t.fail("count ids", connectors.Invalid, fmt.Errorf("a cursor that is not of a census: %w", err), "")
		}
	} else {
		t.round = round{tokens: map[string]bool{}}
	}
	if at.Place >= len(t.o.Config.Projects) {
		return connectors.Count{}, nil
	}
	project := t.o.Config.Projects[at.Place]
	s := stream{what: "count the issues of project " + project, jql: "project = " + quoteJQL(project), set: "census"}
	c := cursor{Token: at.Token}
	found, err := t.search(ctx, s, c)
	if err == nil {
		err = t.check(s, found, &c)
	}
	page := connectors.Count{Place: project}
	switch {
	case lasting(err):
		page.Hidden = true
	case err != nil:
		return connectors.Count{}, err
	default:
		for _, is := range *found.Issues {
			page.IDs = append(page.IDs, is.ID)
		}
	}
	at.Token = found.NextPageToken
	if at.Token == "" || page.Hidden {
		at = countCursor{Place: at.Place + 1}
		t.round.tokens = map[string]bool{}
	}
	page.More = at.Place < len(t.o.Config.Projects)
	next, err := json.Marshal(at)
	page.Next = connectors.Cursor(next)
	return page, err
}
