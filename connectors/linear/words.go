package linear

import "github.com/alignd/alignd/internal/roadmap"

// issueStatus reads WorkflowState.type. A type that is not known yet counts as
// triage: nothing is ever said of an issue in triage.
func issueStatus(state string) roadmap.Status {
	switch state {
	case "backlog", "unstarted":
		return roadmap.StatusTodo
	case "started":
		return roadmap.StatusDoing
	case "completed":
		return roadmap.StatusDone
	case "canceled", "duplicate":
		return roadmap.StatusDropped
	}
	return roadmap.StatusTriage
}

// projectStatus reads ProjectStatus.type. A type that is not known yet counts
// as planned, so that no goal is taken for closed by mistake.
func projectStatus(status string) roadmap.Status {
	switch status {
	case "started", "paused":
		return roadmap.StatusDoing
	case "completed":
		return roadmap.StatusDone
	case "canceled":
		return roadmap.StatusDropped
	}
	return roadmap.StatusTodo // backlog, planned
}

// initiativeStatus reads InitiativeStatus; one that is not known counts as planned.
func initiativeStatus(status string) roadmap.Status {
	switch status {
	case "Active":
		return roadmap.StatusDoing
	case "Completed":
		return roadmap.StatusDone
	case "Canceled":
		return roadmap.StatusDropped
	}
	return roadmap.StatusTodo // Proposed, Planned
}

// shelved corrects a status for what was put away. Trash is a person's word.
// Archiving is not when the work is done: teams have completed issues archived
// by age.
func shelved(s roadmap.Status, archivedAt *string, trashed *bool) roadmap.Status {
	switch {
	case trashed != nil && *trashed:
		return roadmap.StatusDropped
	case archivedAt != nil && s != roadmap.StatusDone:
		return roadmap.StatusDropped
	}
	return s
}

// priority reads Linear's numbers: 0 none, 1 urgent, 2 high, 3 medium, 4 low.
func priority(n float64) roadmap.Priority {
	switch n {
	case 1:
		return roadmap.PriorityUrgent
	case 2:
		return roadmap.PriorityHigh
	case 3:
		return roadmap.PriorityMedium
	case 4:
		return roadmap.PriorityLow
	}
	return roadmap.PriorityNone
}
