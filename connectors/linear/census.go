package linear

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/alignd/alignd/connectors"
)

// counting is where a census stands.
type counting struct {
	Team  int    `json:"team"`            // index in the file's teams, sorted
	After string `json:"after,omitempty"` // page cursor within the team
}

// Census lists the ids of the configured teams' issues, team by team, archived
// ones too: teams have completed issues archived by age, which stay done. Each
// page also says whether the team can be seen, since Linear answers for a team
// that cannot with an empty page.
func (t *Tracker) Census(ctx context.Context, from connectors.Cursor) (connectors.Count, error) {
	const op = "count issues"
	var c counting
	if from != "" {
		if err := json.Unmarshal([]byte(from), &c); err != nil {
			return connectors.Count{}, t.fail(op, connectors.Invalid, errors.New("the cursor of the count cannot be read"), tryReport)
		}
	}
	teams := slices.Sorted(slices.Values(t.o.Config.Teams))
	if c.Team < 0 || c.Team >= len(teams) {
		return connectors.Count{}, t.fail(op, connectors.Invalid, errors.New("the cursor of the count points beyond the teams"), tryReport)
	}
	count := connectors.Count{Place: teams[c.Team]}
	visible, p, err := t.countPage(ctx, op, count.Place, c.After)
	if err != nil {
		return connectors.Count{}, err
	}
	after := ""
	if visible {
		for _, n := range p.Nodes {
			count.IDs = append(count.IDs, n.ID)
		}
		if after, err = t.next(op, p.PageInfo, c.After); err != nil {
			return connectors.Count{}, err
		}
	} else {
		count.Hidden = true
	}
	if c.After = after; after == "" {
		c.Team++
	}
	if c.Team < len(teams) {
		count.More = true
		b, err := json.Marshal(c)
		if err != nil {
			return connectors.Count{}, t.fail(op, connectors.Invalid, err, tryReport)
		}
		count.Next = connectors.Cursor(b)
	}
	return count, nil
}

// countPage asks for one page of a team's ids. A page of which anything is
// withheld proves nothing and is an error.
func (t *Tracker) countPage(ctx context.Context, op, team, after string) (visible bool, p *page[idNode], err error) {
	var teams *page[idNode]
	q := new(countQuery)
	v := filtered(t.o.PageSize, after, IssueFilter{Team: &teamFilter{Key: within{In: []string{team}}}})
	v["team"] = TeamFilter{Key: within{In: []string{team}}}
	p, partial, err := onePage(ctx, t, op, v, func() (any, **page[idNode]) { q = new(countQuery); return q, &q.Page })
	if err != nil {
		return false, nil, err
	}
	if teams = q.Teams; teams == nil || teams.PageInfo == nil {
		return false, nil, t.fail(op, connectors.Temporary, errors.New("the answer does not say whether the team can be seen"), "")
	}
	if len(partial) > 0 {
		return false, nil, t.partialOnly(op, partial[0])
	}
	return len(teams.Nodes) > 0, p, nil
}
