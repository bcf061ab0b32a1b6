package linear

// shurcooL/graphql declares a variable under the name of its Go type, so the
// exported types of this file carry the names of Linear's schema. They are
// exported for that reason only.

// IssueFilter selects issues.
type IssueFilter struct {
	ID               *within       `json:"id,omitempty"`
	Team             *teamFilter   `json:"team,omitempty"`
	Number           *numbersIn    `json:"number,omitempty"`
	UpdatedAt        *since        `json:"updatedAt,omitempty"`
	Labels           *someLabel    `json:"labels,omitempty"`
	Assignee         *withID       `json:"assignee,omitempty"`
	Creator          *withID       `json:"creator,omitempty"`
	Cycle            *withID       `json:"cycle,omitempty"`
	State            *withID       `json:"state,omitempty"`
	Project          *withID       `json:"project,omitempty"`
	ProjectMilestone *withID       `json:"projectMilestone,omitempty"`
	Or               []IssueFilter `json:"or,omitempty"`
}

// TeamFilter selects teams.
type TeamFilter struct {
	Key within `json:"key"`
}

// CycleFilter selects cycles.
type CycleFilter struct {
	Team      *teamFilter   `json:"team,omitempty"`
	UpdatedAt *since        `json:"updatedAt,omitempty"`
	IsActive  *yesNo        `json:"isActive,omitempty"`
	Or        []CycleFilter `json:"or,omitempty"`
}

// UserFilter selects people.
type UserFilter struct {
	UpdatedAt *since `json:"updatedAt,omitempty"`
}

// IssueLabelFilter selects labels for issues.
type IssueLabelFilter struct {
	UpdatedAt *since `json:"updatedAt,omitempty"`
}

// ProjectLabelFilter selects labels for projects.
type ProjectLabelFilter IssueLabelFilter

// InitiativeLabelFilter selects labels for initiatives.
type InitiativeLabelFilter IssueLabelFilter

// WorkflowStateFilter selects states of issues.
type WorkflowStateFilter struct {
	Team      *teamFilter `json:"team,omitempty"`
	UpdatedAt *since      `json:"updatedAt,omitempty"`
}

// ProjectMilestoneFilter selects milestones.
type ProjectMilestoneFilter struct {
	UpdatedAt *since `json:"updatedAt,omitempty"`
}

// PaginationOrderBy is the order of a list, newest first: byCreation or byUpdate.
type PaginationOrderBy string

const (
	byCreation PaginationOrderBy = "createdAt"
	byUpdate   PaginationOrderBy = "updatedAt"
)

// ProjectFilter selects projects.
type ProjectFilter struct {
	ID        *within `json:"id,omitempty"`
	SlugID    *within `json:"slugId,omitempty"`
	UpdatedAt *since  `json:"updatedAt,omitempty"`
}

// InitiativeFilter selects initiatives.
type InitiativeFilter struct {
	ID        *within `json:"id,omitempty"`
	SlugID    *within `json:"slugId,omitempty"`
	UpdatedAt *since  `json:"updatedAt,omitempty"`
}

// CommentFilter selects comments.
type CommentFilter struct {
	ID *within `json:"id,omitempty"`
}

// CommentCreateInput is a comment to be made. Exactly one of the three item ids
// is set.
type CommentCreateInput struct {
	ID           string `json:"id"`
	Body         string `json:"body"`
	IssueID      string `json:"issueId,omitempty"`
	ProjectID    string `json:"projectId,omitempty"`
	InitiativeID string `json:"initiativeId,omitempty"`
	// DoNotSubscribeToIssue keeps the key's owner from being subscribed to
	// every issue that we comment on. Issues only.
	DoNotSubscribeToIssue *bool `json:"doNotSubscribeToIssue,omitempty"`
}

// CommentUpdateInput is a comment's new text.
type CommentUpdateInput struct {
	Body string `json:"body"`
}

// IssueLabelCreateInput is a label for issues; without a team it belongs to the
// whole workspace, without a parent to no group.
type IssueLabelCreateInput struct {
	Name        string `json:"name"`
	Color       string `json:"color,omitempty"`
	Description string `json:"description,omitempty"`
}

// ProjectLabelCreateInput is a label for projects.
type ProjectLabelCreateInput IssueLabelCreateInput

// InitiativeLabelCreateInput is a label for initiatives.
type InitiativeLabelCreateInput IssueLabelCreateInput

// IssueUpdateInput changes an issue. Labels are added and removed, never set as
// a whole, which would lose what people do meanwhile.
type IssueUpdateInput struct {
	AddedLabelIDs   []string `json:"addedLabelIds,omitempty"`
	RemovedLabelIDs []string `json:"removedLabelIds,omitempty"`
}

// UUID is an id where Linear does not take an issue's human key.
type UUID string

type withID struct {
	ID within `json:"id"`
}

// someLabel: one of the labels at least.
type someLabel struct {
	Some withID `json:"some"`
}

type within struct {
	In []string `json:"in"`
}

type numbersIn struct {
	In []float64 `json:"in"`
}

type yesNo struct {
	Eq bool `json:"eq"`
}

// since is inclusive: the row at the boundary comes again.
type since struct {
	Gte string `json:"gte"`
}

type teamFilter struct {
	Key within `json:"key"`
}
