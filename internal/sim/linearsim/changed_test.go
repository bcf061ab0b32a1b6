package linearsim_test

import (
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

// What has changed of the lists that put names to ids, side by side in one
// document: renamed, deactivated or archived rows come, and the cycles that are
// active by the clock; what was deleted for good comes under no date.
func TestListsByWhatHasChanged(t *testing.T) {
	w := newWorld(t)
	beta := w.AddMilestone(linearsim.Milestone{ProjectID: w.checkout.ID, Name: "Alpha"})
	old := w.AddLabel(linearsim.IssueLabel, "old")
	of := w.AddLabel(linearsim.ProjectLabel, "needs-po")
	gone := w.AddLabel(linearsim.IssueLabel, "gone")
	for i, name := range []string{"over", "now", "soon"} {
		w.AddCycle(linearsim.Cycle{TeamKey: "ENG", Name: name, Starts: w.clock.now().Add(time.Duration(2*i) * time.Hour), Ends: w.clock.now().Add(time.Duration(2*i+2) * time.Hour)})
	}
	w.clock.move(3 * time.Hour)
	since := w.clock.now().Format("2006-01-02T15:04:05.000Z")
	const ask = `query($since: DateTimeOrDuration!, $labels: Boolean!) {
		users(filter: {updatedAt: {gte: $since}}, includeDisabled: true, orderBy: updatedAt) { nodes { name active } }
		cycles(filter: {team: {key: {in: ["ENG"]}}, or: [{updatedAt: {gte: $since}}, {isActive: {eq: true}}]}) { nodes { name } }
		issueLabels(filter: {updatedAt: {gte: $since}}, includeArchived: true) { nodes { name } }
		projectLabels(filter: {updatedAt: {gte: $since}}) @include(if: $labels) { nodes { name } }
		workflowStates(filter: {team: {key: {in: ["ENG"]}}, updatedAt: {gte: $since}}) { nodes { type } }
		projectMilestones(filter: {updatedAt: {gte: $since}}) { nodes { name } } }`
	w.post(ask, vars{"since": since, "labels": true}).want(`{"users":{"nodes":[]},"cycles":{"nodes":[{"name":"now"}]},"issueLabels":{"nodes":[]},` +
		`"projectLabels":{"nodes":[]},"workflowStates":{"nodes":[]},"projectMilestones":{"nodes":[]}}`)

	for _, err := range []error{
		w.EditUser(w.ana.ID, func(u *linearsim.User) { u.Active = false }),
		w.EditLabel(old.ID, func(l *linearsim.Label) { l.Archived = true }),
		w.EditLabel(of.ID, func(l *linearsim.Label) { l.Name = "lacks-po" }),
		w.EditMilestone(beta.ID, func(m *linearsim.Milestone) { m.Name = "Beta" }),
		w.RenameState("ENG", linearsim.Started, "At it"),
		w.DeleteLabel(gone.ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.clock.move(2 * time.Hour)
	w.post(ask, vars{"since": since, "labels": false}).want(`{"users":{"nodes":[{"name":"Ana Lima","active":false}]},"cycles":{"nodes":[{"name":"soon"}]},` +
		`"issueLabels":{"nodes":[{"name":"old"}]},"workflowStates":{"nodes":[{"type":"started"}]},"projectMilestones":{"nodes":[{"name":"Beta"}]}}`)
}
