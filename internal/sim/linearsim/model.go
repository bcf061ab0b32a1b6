package linearsim

import (
	"slices"
	"time"
)

// User is an account of the workspace.
type User struct {
	ID, Name string
	// DisplayName is unique in a workspace and stands in the profile's URL.
	// Empty: made of the part of Email before the @, else of Name.
	DisplayName, Email string
	Active             bool // false: deactivated, listed only with includeDisabled
	Admin              bool
	Guest              bool // sees only the teams that it was invited to
	App                bool // an OAuth app's own user
	Mentionable        bool // of apps only: it has the scope app:mentionable
	Created, Updated   time.Time

	row
}

// Team owns issues, workflow states and cycles.
type Team struct {
	ID, Key, Name    string
	ParentKey        string // the team that it is a sub-team of
	Hidden           bool   // a private team that the API's viewer is not in; its issues are hidden too
	Created, Updated time.Time

	row
}

// State types of an issue, as WorkflowState.type gives them.
const (
	Triage    = "triage"
	Backlog   = "backlog"
	Unstarted = "unstarted"
	Started   = "started"
	Completed = "completed"
	Canceled  = "canceled"
	Duplicate = "duplicate"
)

// Issue is a Linear issue. References are ids; the empty string is none.
type Issue struct {
	ID      string
	TeamKey string
	// Number counts within the team; zero takes the next one. A number that
	// is taken is replaced by the next one.
	Number             int
	Title, Description string
	// StateType is one of Triage ... Duplicate; anything else is Unstarted.
	StateType                       string
	ProjectID, ParentID             string
	AssigneeID, CreatorID           string
	DelegateID                      string // the agent that works on it
	CycleID, MilestoneID            string
	Priority                        int // 0 none, 1 urgent, 2 high, 3 medium, 4 low
	Estimate                        float64
	DueDate                         string // 2006-01-02
	LabelIDs                        []string
	Created, Updated                time.Time
	StartedAt, CompletedAt, EndedAt time.Time // EndedAt: canceled or marked as duplicate
	SnoozedUntil                    time.Time // in triage
	Archived, Trashed, Hidden       bool
	AutoArchived                    bool // Archived by the team's policy and not by a person
	// Former holds the identifiers that the issue had in other teams.
	Former []string

	row
}

// Identifier is the issue's human key, such as ENG-7.
func (i *Issue) Identifier() string { return identifier(i.TeamKey, i.Number) }

// Project is a Linear project.
type Project struct {
	ID, SlugID, Name, Description string // empty SlugID: made of the ID
	// StatusType is backlog, planned, started, paused, completed or canceled;
	// anything else is planned. It names the status that was of this type at
	// first; see RetypeProjectStatus.
	StatusType                string
	LeadID, CreatorID         string
	TeamKeys                  []string // nil: none is stated
	StartDate, TargetDate     string   // 2006-01-02
	Health                    string   // onTrack, atRisk, offTrack or empty
	Priority                  int
	LabelIDs                  []string
	Created, Updated          time.Time
	Archived, Trashed, Hidden bool

	row
}

// Milestone is a stage of a project.
type Milestone struct {
	ID, ProjectID, Name, Description string
	TargetDate                       string // 2006-01-02
	// Status is unstarted, next, overdue or done; empty is unstarted.
	Status           string
	Archived         bool
	Created, Updated time.Time

	row
}

// Initiative is a Linear initiative. Its projects are linked by LinkProject.
type Initiative struct {
	ID, SlugID, Name, Description string // empty SlugID: made of the ID
	// Status is Proposed, Planned, Active, Completed or Canceled; empty is
	// Planned.
	Status                       string
	OwnerID, CreatorID, ParentID string
	TargetDate                   string // 2006-01-02
	Health                       string // onTrack, atRisk, offTrack or empty
	Priority                     int
	LabelIDs                     []string
	Created, Updated             time.Time
	Archived, Trashed, Hidden    bool

	relation relation // to the parent; its id is empty without one
	row
}

// Cycle is a team's sprint. It is active while the clock is between Starts and
// Ends and it was not closed early.
type Cycle struct {
	ID, TeamKey, Name string
	Number            int // zero takes the next one of the team
	Starts, Ends      time.Time
	Completed         time.Time // when it was closed early; zero: at Ends
	Archived          bool
	Created, Updated  time.Time

	row
}

// LabelKind tells the three families of labels apart. A label of one family
// cannot be put on an entity of another.
type LabelKind string

// The kinds of labels.
const (
	IssueLabel      LabelKind = "issue"
	ProjectLabel    LabelKind = "project"
	InitiativeLabel LabelKind = "initiative"
)

// Label is a label of one of the three kinds.
type Label struct {
	ID                       string
	Kind                     LabelKind
	Name, Color, Description string
	TeamKey                  string // issue labels only; empty: of the whole workspace
	InheritedFrom            string // issue labels only: the label of a team above, or of the workspace
	ParentID                 string // the group that it belongs to
	CreatorID                string
	Group                    bool // a group holds labels and cannot be applied itself
	Archived, Retired        bool
	Created, Updated         time.Time

	retiredAt time.Time
	row
}

// Comment is a comment on an issue, a project or an initiative: exactly one of
// the three ids is set.
type Comment struct {
	ID                               string
	IssueID, ProjectID, InitiativeID string
	ParentID                         string
	UserID                           string
	Body                             string // Markdown, as Linear re-renders it
	Created, Updated                 time.Time
	Edited                           time.Time // zero: never
	Resolved                         time.Time // of the root of a thread; zero: it is not
	ResolvedBy                       string    // user id
	AsUser                           string    // the name that an app gave for itself (createAsUser)

	row
}

// EntityID is the id of what the comment is on.
func (c *Comment) EntityID() string { return c.IssueID + c.ProjectID + c.InitiativeID }

// row is what every stored thing has besides what callers see.
type row struct {
	seq        int       // order of creation, breaks ties of time
	archivedAt time.Time // zero: not archived
}

// relation is a row of one of the two edge tables.
type relation struct {
	id       string
	from, to string // initiative and project, or parent and child
	created  time.Time
	row
}

// history is one entry of an issue's history.
type history struct {
	id, issueID, by        string
	created                time.Time
	added, removed         []string // label ids
	fromProject, toProject string
	fromParent, toParent   string
	fromState, toState     string // state ids
	fromTeam, toTeam       string // team ids
	fromUser, toUser       string // assignees
	row
}

// workflowState is one state of one team; there is one for each type.
type workflowState struct {
	id, teamID, name, kind, color string
	position                      int
	created, updated              time.Time
	row
}

// projectStatus is a status of projects; there is one for each type at first.
type projectStatus struct {
	id, name, color  string
	kind             string // its type
	was              string // its type at first, by which Project.StatusType names it
	position         int
	created, updated time.Time
	row
}

func (i *Issue) clone() Issue {
	c := *i
	c.LabelIDs = copyIDs(i.LabelIDs)
	c.Former = copyIDs(i.Former)
	return c
}

func (p *Project) clone() Project {
	c := *p
	c.LabelIDs = copyIDs(p.LabelIDs)
	c.TeamKeys = copyIDs(p.TeamKeys)
	return c
}

func (i *Initiative) clone() Initiative {
	c := *i
	c.LabelIDs = copyIDs(i.LabelIDs)
	return c
}

// copyIDs copies a list; an empty one becomes nil, so that no list and an empty
// list are not a difference.
func copyIDs(ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	return slices.Clone(ids)
}
