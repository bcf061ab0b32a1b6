package linear

// The structs of this file are documents: shurcooL/graphql writes a query out
// of every field of them, so they hold wire fields only, and a pointer wherever
// Linear's schema says that null may come (github.com/linear/linear,
// packages/sdk/src/schema.graphql). Times stay strings: one odd time must not
// cost a page.

// page is any connection. A nil PageInfo means that the server did not answer
// what was asked.
type page[N any] struct {
	Nodes    []N
	PageInfo *pageInfo
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   *string
}

type idNode struct {
	ID string `graphql:"id"`
}

type issueNode struct {
	ID                  string `graphql:"id"`
	Identifier          string
	Title               string
	URL                 string `graphql:"url"`
	Priority            float64
	CreatedAt           string
	UpdatedAt           string
	StartedAt           *string
	ArchivedAt          *string
	Trashed             *bool
	PreviousIdentifiers []string
	LabelIDs            []string `graphql:"labelIds"`
	State               *struct{ Type string }
	Team                *struct{ Key string }
	Project             *struct {
		ID   string `graphql:"id"`
		Name string
	}
	ProjectMilestone *idNode
	Parent           *idNode
	Cycle            *idNode
	Assignee         *idNode
	Creator          *idNode
}

type projectNode struct {
	ID         string `graphql:"id"`
	SlugID     string `graphql:"slugId"`
	Name       string
	URL        string `graphql:"url"`
	Priority   float64
	CreatedAt  string
	UpdatedAt  string
	StartedAt  *string
	ArchivedAt *string
	TargetDate *string
	Trashed    *bool
	LabelIDs   []string `graphql:"labelIds"`
	Status     *struct {
		ID   string `graphql:"id"`
		Type string
	}
	Lead *idNode
}

// initiativeNode goes without its parent: a change of that moves no updatedAt
// either, so the tree comes from parentEdge alone.
type initiativeNode struct {
	ID         string `graphql:"id"`
	SlugID     string `graphql:"slugId"`
	Name       string
	URL        string `graphql:"url"`
	Priority   float64
	Status     string
	CreatedAt  string
	UpdatedAt  string
	StartedAt  *string
	ArchivedAt *string
	TargetDate *string
	Trashed    *bool
	LabelIDs   []string `graphql:"labelIds"`
	Owner      *idNode
}

// projectEdge is one row of the table that says which project serves which
// initiative. It has no filter, and a row changes no updatedAt of either side.
type projectEdge struct {
	ID         string `graphql:"id"`
	ArchivedAt *string
	Initiative *idNode
	Project    *idNode
}

// parentEdge is one row of the initiatives' tree: Initiative is the parent,
// RelatedInitiative the child.
type parentEdge struct {
	ID                string `graphql:"id"`
	ArchivedAt        *string
	Initiative        *idNode
	RelatedInitiative *idNode
}

// The rows of the directory's lists follow, up to milestoneNode. They are kept
// as they are from pass to pass (see lists), so cursor's shape changes with them:
// TestShapeOfWhatIsKept asserts it.

type userNode struct {
	ID        string `graphql:"id"`
	UpdatedAt string `json:"updatedAt,omitempty"`
	Name      string
	Email     string
	URL       string `graphql:"url"`
	Active    bool
	App       bool
	// IsMentionable is false for people who have left and for apps without the
	// scope app:mentionable; a comment that mentions one of those is refused whole.
	IsMentionable bool
}

// cycleNode is a sprint. Its name is null where nobody gave it one, and whether
// it is active changes with the clock alone.
type cycleNode struct {
	ID        string `graphql:"id"`
	UpdatedAt string `json:"updatedAt,omitempty"`
	Name      *string
	Number    float64
	IsActive  bool
}

type issueLabelNode struct {
	ID         string `graphql:"id"`
	UpdatedAt  string `json:"updatedAt,omitempty"`
	Name       string
	IsGroup    bool
	ArchivedAt *string
	RetiredAt  *string
	Team       *struct{ Key string }
	Parent     *idNode
}

// goalLabelNode is a label for projects or initiatives; those have no team that
// is ours to ask for.
type goalLabelNode struct {
	ID         string `graphql:"id"`
	UpdatedAt  string `json:"updatedAt,omitempty"`
	Name       string
	IsGroup    bool
	ArchivedAt *string
	RetiredAt  *string
	Parent     *idNode
}

// stateNode is a workflow state of a team, or a status of projects. Its type is
// all that items say of it.
type stateNode struct {
	ID        string `graphql:"id"`
	UpdatedAt string `json:"updatedAt,omitempty"`
	Type      string
}

// milestoneNode is a stage of a project.
type milestoneNode struct {
	ID        string `graphql:"id"`
	UpdatedAt string `json:"updatedAt,omitempty"`
	Name      string
}

func (n userNode) listed() (id, updated string)       { return n.ID, n.UpdatedAt }
func (n cycleNode) listed() (id, updated string)      { return n.ID, n.UpdatedAt }
func (n issueLabelNode) listed() (id, updated string) { return n.ID, n.UpdatedAt }
func (n goalLabelNode) listed() (id, updated string)  { return n.ID, n.UpdatedAt }
func (n stateNode) listed() (id, updated string)      { return n.ID, n.UpdatedAt }
func (n milestoneNode) listed() (id, updated string)  { return n.ID, n.UpdatedAt }

func (n userNode) undated() any       { n.UpdatedAt = ""; return n }
func (n cycleNode) undated() any      { n.UpdatedAt = ""; return n }
func (n issueLabelNode) undated() any { n.UpdatedAt = ""; return n }
func (n goalLabelNode) undated() any  { n.UpdatedAt = ""; return n }
func (n stateNode) undated() any      { n.UpdatedAt = ""; return n }
func (n milestoneNode) undated() any  { n.UpdatedAt = ""; return n }

type teamNode struct {
	ID         string `graphql:"id"`
	Key        string
	Name       string
	ArchivedAt *string
	RetiredAt  *string
	Parent     *struct{ Key string }
}

type commentNode struct {
	ID        string `graphql:"id"`
	Body      string
	CreatedAt string
	EditedAt  *string
	User      *idNode
	BotActor  *struct{ Type string }
}
