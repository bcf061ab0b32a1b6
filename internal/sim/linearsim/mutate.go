package linearsim

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// mutate does what a root field of Mutation asks and gives its payload.
func (v *view) mutate(name string, args map[string]any) (any, *apiError) {
	id, _ := args["id"].(string)
	labelID, _ := args["labelId"].(string)
	input, _ := args["input"].(map[string]any)
	switch name {
	case "commentCreate":
		return v.createComment(input)
	case "commentUpdate":
		return v.updateComment(id, input)
	case "commentDelete":
		return v.deleteComment(id)
	case "commentResolve":
		return v.resolveComment(id, v.s.now(), v.viewer.ID)
	case "commentUnresolve":
		return v.resolveComment(id, time.Time{}, "")
	case "issueLabelCreate":
		return v.createLabel(IssueLabel, input)
	case "projectLabelCreate":
		return v.createLabel(ProjectLabel, input)
	case "initiativeLabelCreate":
		return v.createLabel(InitiativeLabel, input)
	case "issueUpdate":
		return v.updateIssue(id, input)
	case "issueBatchUpdate":
		return v.updateIssues(args["ids"], input)
	case "issueAddLabel", "projectAddLabel", "initiativeAddLabel":
		return v.label1(strings.TrimSuffix(name, "AddLabel"), id, labelID,
			func(ids []string) []string { return withID(ids, labelID) })
	case "issueRemoveLabel", "projectRemoveLabel", "initiativeRemoveLabel":
		return v.label1(strings.TrimSuffix(name, "RemoveLabel"), id, labelID,
			func(ids []string) []string { return without(ids, []string{labelID}) })
	}
	return nil, badRequest("the built-in Linear does not do " + name)
}

// payload is the answer to a successful mutation.
func (v *view) payload(typ, key string, value any) node {
	return record{typ, map[string]any{"success": true, "lastSyncId": v.s.seq, key: value}}
}

// label1 puts one label on, or takes it off. Both are fine when there is
// nothing to do, and then nothing is written.
func (v *view) label1(kind, id, labelID string, f func([]string) []string) (any, *apiError) {
	l := v.s.labels.get(labelID)
	if l == nil || string(l.Kind) != kind || v.hides(l) {
		return nil, notFound(labelType(LabelKind(kind)))
	}
	var on node
	var err *apiError
	switch kind {
	case "issue":
		on, err = asNode(v.issue(id))
	case "project":
		on, err = asNode(v.project(id))
	case "initiative":
		on, err = asNode(v.initiative(id))
	}
	if err != nil {
		return nil, err
	}
	entity, _ := on.field(v, "id").(string)
	if err := refusal(v.s.changeLabels(entity, v.viewer.ID, f)); err != nil {
		return nil, err
	}
	return v.payload(on.typeName()+"Payload", kind, on), nil
}

func asNode[P node](p P, err *apiError) (node, *apiError) { return p, err }

// refusal turns the error of a change into the API's.
func refusal(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	if err != nil {
		return badRequest(err.Error())
	}
	return nil
}

func (v *view) createLabel(kind LabelKind, input map[string]any) (any, *apiError) {
	if v.s.settings.LabelsByAdmins && !v.viewer.Admin {
		return nil, v.s.forbidden("You do not have permission to manage labels in this workspace.")
	}
	typ := labelType(kind)
	l := Label{
		Kind: kind, ID: text(input, "id"), Name: strings.TrimSpace(text(input, "name")),
		Color: text(input, "color"), Description: text(input, "description"),
		ParentID: text(input, "parentId"), CreatorID: v.viewer.ID, Group: input["isGroup"] == true,
	}
	switch {
	case l.ID != "" && !isUUIDv4(l.ID):
		return nil, notUUID("id")
	case l.ID != "" && v.s.labels.get(l.ID) != nil:
		return nil, conflict(typ, l.ID)
	case l.Name == "":
		return nil, invalidInput("name", "isNotEmpty", "name should not be empty.")
	}
	if id := text(input, "teamId"); id != "" {
		t := v.s.teams.get(id)
		if t == nil || v.hides(t) {
			return nil, notFound("Team")
		}
		l.TeamKey = t.Key
	}
	if l.ParentID != "" {
		p := v.s.labels.get(l.ParentID)
		if p == nil || p.Kind != kind {
			return nil, notFound(typ)
		}
		p.Group = true // the first child makes a label a group
	}
	if other := v.s.sameName(&l); other != nil {
		where := "this workspace"
		if other.TeamKey != "" {
			where = "team " + other.TeamKey
		}
		return nil, inputError("Duplicate label name", `Label "`+l.Name+`" already exists in `+where+`.`)
	}
	made := v.s.addLabel(l)
	return v.payload(typ+"Payload", strings.ToLower(typ[:1])+typ[1:], made), nil
}

// sameName finds the label that stands in the way of a new one: upper and lower
// case are the same, nesting makes no difference, a workspace label stands in
// the way of every team's, a team's in that of the teams below and above, and archived ones still count
// (github.com/linear/linear/issues/428, github.com/BuildDownAI/AI-Implement/pull/31).
func (s *Server) sameName(l *Label) *Label {
	return s.labels.find(func(o *Label) bool {
		return o.Kind == l.Kind && strings.EqualFold(o.Name, l.Name) &&
			(o.TeamKey == "" || l.TeamKey == "" || s.isUnder(l.TeamKey, o.TeamKey) || s.isUnder(o.TeamKey, l.TeamKey))
	})
}

func (v *view) updateIssue(id string, input map[string]any) (any, *apiError) {
	i, err := v.issue(id)
	if err != nil {
		return nil, err
	}
	if err := v.applyInput(i, input); err != nil {
		return nil, err
	}
	return v.payload("IssuePayload", "issue", i), nil
}

// maxBatch is the documented most of issueBatchUpdate.
const maxBatch = 50

// updateIssues changes issues with one input. What the real one does where one
// of them cannot be changed is not known: here it fails them all, and those
// before it stay changed unless it is an id that is wrong; under
// Settings.BatchByID it is left out of the answer.
func (v *view) updateIssues(ids any, input map[string]any) (any, *apiError) {
	list := values(ids)
	if len(list) > maxBatch {
		return nil, invalidInput("ids", "arrayMaxSize", "ids must contain no more than 50 elements.")
	}
	var issues []*Issue
	for _, x := range list {
		id, _ := x.(string)
		if !isUUID(id) {
			return nil, invalidInput("ids", "isUuid", "each value in ids must be a UUID.")
		}
		i, err := v.issue(id)
		switch {
		case err == nil:
			issues = append(issues, i)
		case !v.s.settings.BatchByID:
			return nil, err
		}
	}
	out := []node{}
	for _, i := range issues {
		if err := v.applyInput(i, input); err != nil {
			if v.s.settings.BatchByID {
				continue
			}
			return nil, err
		}
		out = append(out, i)
	}
	return v.payload("IssueBatchPayload", "issues", out), nil
}

// applyInput changes what the input names: null clears, left out leaves.
func (v *view) applyInput(i *Issue, input map[string]any) *apiError {
	if input["labelIds"] != nil && (input["addedLabelIds"] != nil || input["removedLabelIds"] != nil) {
		return invalidInput("labelIds", "isExclusive", "labelIds cannot be combined with addedLabelIds or removedLabelIds.")
	}
	state, team := v.s.states.get(text(input, "stateId")), v.s.teams.get(text(input, "teamId"))
	if text(input, "stateId") != "" {
		if !isUUID(text(input, "stateId")) {
			return notUUID("stateId")
		}
		if state == nil {
			return notFound("WorkflowState")
		}
	}
	if text(input, "teamId") != "" && (team == nil || v.hides(team)) {
		return notFound("Team")
	}
	return refusal(v.s.changeIssue(i, v.viewer.ID, func(i *Issue) {
		for key, to := range map[string]*string{
			"title": &i.Title, "description": &i.Description, "projectId": &i.ProjectID, "parentId": &i.ParentID,
			"assigneeId": &i.AssigneeID, "cycleId": &i.CycleID, "projectMilestoneId": &i.MilestoneID, "dueDate": &i.DueDate,
		} {
			if _, given := input[key]; given {
				*to = text(input, key)
			}
		}
		if n, ok := number(input["priority"]); ok {
			i.Priority = int(n)
		}
		if _, given := input["estimate"]; given {
			i.Estimate, _ = number(input["estimate"])
		}
		if b, ok := input["trashed"].(bool); ok {
			i.Trashed = b
		}
		if state != nil {
			i.StateType = state.kind
		}
		if team != nil {
			i.TeamKey = team.Key
		}
		if given, ok := input["labelIds"]; ok {
			i.LabelIDs = texts(given)
		}
		for _, id := range texts(input["addedLabelIds"]) {
			i.LabelIDs = withID(i.LabelIDs, id)
		}
		if gone := texts(input["removedLabelIds"]); len(gone) > 0 {
			i.LabelIDs = slices.DeleteFunc(i.LabelIDs, func(id string) bool { return slices.Contains(gone, id) })
		}
	}))
}

func text(input map[string]any, key string) string {
	s, _ := input[key].(string)
	return s
}

func texts(list any) []string {
	if list == nil {
		return nil
	}
	var out []string
	for _, x := range values(list) {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
