package pass_test

import (
	"slices"

	"github.com/alignd/alignd/internal/sim/jirasim"
)

// issue adds a Jira issue, a month old where it does not say.
func (w *town) issue(i jirasim.Issue) jirasim.Issue {
	w.t.Helper()
	if i.Created.IsZero() {
		i.Created = w.daysAgo(30)
	}
	added, err := w.jira.AddIssue(i)
	if err != nil {
		w.t.Fatal(err)
	}
	return added
}

// story adds a Jira story under an epic, or under none.
func (w *town) story(key, epic string, labels ...string) {
	w.t.Helper()
	w.issue(jirasim.Issue{Key: key, Type: "Story", Summary: "Story " + key, ParentKey: epic, Labels: labels})
}

// edit lets Ana change a Jira issue.
func (w *town) edit(key string, f func(*jirasim.Issue)) {
	w.t.Helper()
	if err := w.jira.Edit(key, "ana", f); err != nil {
		w.t.Fatal(err)
	}
}

// move puts a story under another epic.
func (w *town) move(key, epic string) {
	w.t.Helper()
	w.edit(key, func(i *jirasim.Issue) { i.ParentKey = epic })
}

func (w *town) label(key, label string) {
	w.t.Helper()
	w.edit(key, func(i *jirasim.Issue) { i.Labels = append(i.Labels, label) })
}

func (w *town) unlabel(key, label string) {
	w.t.Helper()
	w.edit(key, func(i *jirasim.Issue) {
		i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == label })
	})
}

// status sets a Jira issue's status category: new, indeterminate or done.
func (w *town) status(key, category string) {
	w.t.Helper()
	w.edit(key, func(i *jirasim.Issue) { i.Status, i.StatusCategory = "Was "+category, category })
}

// deleteComment lets a person delete the only comment on a Jira issue.
func (w *town) deleteComment(key string) {
	w.t.Helper()
	all := w.jira.Comments(key)
	if len(all) != 1 {
		w.t.Fatalf("%s has %d comments", key, len(all))
	}
	if err := w.jira.DeleteComment(key, all[0].ID); err != nil {
		w.t.Fatal(err)
	}
}
