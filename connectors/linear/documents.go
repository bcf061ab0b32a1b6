package linear

import "github.com/shurcooL/graphql"

// Every document that alignd sends. What their variables are called and typed
// comes from the Go types in variables.go. A field that is called otherwise in
// the answer says so to encoding/json too.

type viewerQuery struct {
	Viewer *struct {
		ID   string `graphql:"id"`
		Name string
		App  bool
	}
	Organization *struct {
		ID     string `graphql:"id"`
		Name   string
		URLKey string `graphql:"urlKey"`
	}
}

type teamsQuery struct {
	Page *page[teamNode] `graphql:"teams(first:$first,after:$after,includeArchived:true)" json:"teams"`
}

// The lists of the directory, each by itself; see listing for when it is asked
// for in which order. Archived labels are asked for too: a label that is there
// but retired explains why one of the same name cannot be created.

type usersQuery struct {
	Page *page[userNode] `graphql:"users(first:$first,after:$after,filter:$filter,includeArchived:true,includeDisabled:true,orderBy:$orderBy)" json:"users"`
}

// cyclesQuery asks for the cycles of the configured teams, those gone by too.
type cyclesQuery struct {
	Page *page[cycleNode] `graphql:"cycles(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"cycles"`
}

type issueLabelsQuery struct {
	Page *page[issueLabelNode] `graphql:"issueLabels(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"issueLabels"`
}

type projectLabelsQuery struct {
	Page *page[goalLabelNode] `graphql:"projectLabels(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"projectLabels"`
}

type initiativeLabelsQuery struct {
	Page *page[goalLabelNode] `graphql:"initiativeLabels(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"initiativeLabels"`
}

type statesQuery struct {
	Page *page[stateNode] `graphql:"workflowStates(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"workflowStates"`
}

// statusesQuery has no filter: a workspace has a handful of them.
type statusesQuery struct {
	Page *page[stateNode] `graphql:"projectStatuses(first:$first,after:$after,includeArchived:true,orderBy:$orderBy)" json:"projectStatuses"`
}

type milestonesQuery struct {
	Page *page[milestoneNode] `graphql:"projectMilestones(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:$orderBy)" json:"projectMilestones"`
}

// changesQuery asks for what has changed of all the lists in one request, side
// by side: connections inside each other would multiply what they cost. A list
// that is withheld is left out, since an error for it would cost the rest.
type changesQuery struct {
	Users            *page[userNode]       `graphql:"users(first:$first,filter:$users,includeArchived:true,includeDisabled:true,orderBy:updatedAt)" json:"users"`
	Cycles           *page[cycleNode]      `graphql:"cycles(first:$first,filter:$cycles,includeArchived:true,orderBy:updatedAt)" json:"cycles"`
	IssueLabels      *page[issueLabelNode] `graphql:"issueLabels(first:$first,filter:$issueLabels,includeArchived:true,orderBy:updatedAt)" json:"issueLabels"`
	ProjectLabels    *page[goalLabelNode]  `graphql:"projectLabels(first:$first,filter:$projectLabels,includeArchived:true,orderBy:updatedAt)@include(if:$withProjectLabels)" json:"projectLabels"`
	InitiativeLabels *page[goalLabelNode]  `graphql:"initiativeLabels(first:$first,filter:$initiativeLabels,includeArchived:true,orderBy:updatedAt)@include(if:$withInitiativeLabels)" json:"initiativeLabels"`
	States           *page[stateNode]      `graphql:"workflowStates(first:$first,filter:$states,includeArchived:true,orderBy:updatedAt)" json:"workflowStates"`
	Statuses         *page[stateNode]      `graphql:"projectStatuses(first:$first,includeArchived:true,orderBy:updatedAt)" json:"projectStatuses"`
	Milestones       *page[milestoneNode]  `graphql:"projectMilestones(first:$first,filter:$milestones,includeArchived:true,orderBy:updatedAt)" json:"projectMilestones"`
}

// sightQuery asks for one initiative, to learn whether we may see any.
type sightQuery struct {
	Page *page[idNode] `graphql:"initiatives(first:$first)" json:"initiatives"`
}

// orderBy updatedAt is newest first; there is no public ascending order.

type issuesQuery struct {
	Page *page[issueNode] `graphql:"issues(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:updatedAt)" json:"issues"`
}

type projectsQuery struct {
	Page *page[projectNode] `graphql:"projects(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:updatedAt)" json:"projects"`
}

type initiativesQuery struct {
	Page *page[initiativeNode] `graphql:"initiatives(first:$first,after:$after,filter:$filter,includeArchived:true,orderBy:updatedAt)" json:"initiatives"`
}

type projectEdgesQuery struct {
	Page *page[projectEdge] `graphql:"initiativeToProjects(first:$first,after:$after)" json:"initiativeToProjects"`
}

type parentEdgesQuery struct {
	Page *page[parentEdge] `graphql:"initiativeRelations(first:$first,after:$after)" json:"initiativeRelations"`
}

// countQuery asks for ids alone, and in the same breath whether the team can be
// seen, so that no page is taken for the work of a team that is hidden.
type countQuery struct {
	Page  *page[idNode] `graphql:"issues(first:$first,after:$after,filter:$filter,includeArchived:true)" json:"issues"`
	Teams *page[idNode] `graphql:"teams(first:1,filter:$team)" json:"teams"`
}

// oneIssue finds an issue by any name that it has or had. One that is not there
// is an error and no null, so there is one in each request.
type oneIssue struct {
	Issue *issueNode `graphql:"issue(id:$id)" json:"issue"`
}

// A comment that a person deleted is not to be found again, so archived ones
// are not asked for.
type commentsQuery struct {
	Page *page[commentNode] `graphql:"comments(first:$first,after:$after,filter:$filter)" json:"comments"`
}

// done is the payload of a mutation of which only the success is of interest.
type done struct{ Success bool }

type commentPayload struct {
	Success bool
	Comment *idNode
}

type createComment struct {
	Payload *commentPayload `graphql:"commentCreate(input:$input)" json:"commentCreate"`
}

type updateComment struct {
	Payload *commentPayload `graphql:"commentUpdate(id:$id,input:$input)" json:"commentUpdate"`
}

type addIssueLabel struct {
	Payload *done `graphql:"issueAddLabel(id:$id,labelId:$labelId)" json:"issueAddLabel"`
}

type removeIssueLabel struct {
	Payload *done `graphql:"issueRemoveLabel(id:$id,labelId:$labelId)" json:"issueRemoveLabel"`
}

// batchLabels changes the labels of up to fifty issues alike.
type batchLabels struct {
	Payload *struct {
		Success bool
		Issues  []struct {
			ID       string   `graphql:"id"`
			LabelIDs []string `graphql:"labelIds"`
		}
	} `graphql:"issueBatchUpdate(ids:$ids,input:$input)" json:"issueBatchUpdate"`
}

type addProjectLabel struct {
	Payload *done `graphql:"projectAddLabel(id:$id,labelId:$labelId)" json:"projectAddLabel"`
}

type removeProjectLabel struct {
	Payload *done `graphql:"projectRemoveLabel(id:$id,labelId:$labelId)" json:"projectRemoveLabel"`
}

type addInitiativeLabel struct {
	Payload *done `graphql:"initiativeAddLabel(id:$id,labelId:$labelId)" json:"initiativeAddLabel"`
}

type removeInitiativeLabel struct {
	Payload *done `graphql:"initiativeRemoveLabel(id:$id,labelId:$labelId)" json:"initiativeRemoveLabel"`
}

type createIssueLabel struct {
	Payload *struct {
		Success bool
		Label   *idNode `graphql:"issueLabel" json:"issueLabel"`
	} `graphql:"issueLabelCreate(input:$input)" json:"issueLabelCreate"`
}

type createProjectLabel struct {
	Payload *struct {
		Success bool
		Label   *idNode `graphql:"projectLabel" json:"projectLabel"`
	} `graphql:"projectLabelCreate(input:$input)" json:"projectLabelCreate"`
}

type createInitiativeLabel struct {
	Payload *struct {
		Success bool
		Label   *idNode `graphql:"initiativeLabel" json:"initiativeLabel"`
	} `graphql:"initiativeLabelCreate(input:$input)" json:"initiativeLabelCreate"`
}

// vars are the variables of one document.
type vars map[string]any

// paged gives the variables that every connection takes. The first page sends
// a null cursor.
func paged(first int, after string) vars {
	v := vars{"first": graphql.Int(first), "after": (*graphql.String)(nil)} //nolint:gosec // at most 250
	if after != "" {
		v["after"] = graphql.NewString(graphql.String(after))
	}
	return v
}

// filtered is paged with a filter, whose Go type names its GraphQL type.
func filtered(first int, after string, filter any) vars {
	v := paged(first, after)
	v["filter"] = filter
	return v
}
