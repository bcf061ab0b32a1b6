package linearsim

// query gives what a root field of Query selects, before paging.
func (v *view) query(name string, args map[string]any) (any, *apiError) {
	id, _ := args["id"].(string)
	switch name {
	case "viewer":
		return v.viewer, nil
	case "organization":
		return v.organization(), nil
	case "rateLimitStatus":
		return v.s.bucketsOf(v.viewer).status(v.viewer, v.now), nil
	case "users":
		return listed(v, v.s.users.rows, nil), nil
	case "teams":
		return listed(v, v.s.teams.rows, nil), nil
	case "workflowStates":
		return listed(v, v.s.states.rows, nil), nil
	case "projectStatuses":
		return listed(v, v.s.statuses.rows, nil), nil
	case "cycles":
		return listed(v, v.s.cycles.rows, nil), nil
	case "projectMilestones":
		return listed(v, v.s.milestones.rows, nil), nil
	case "issueLabels":
		return v.labelsOf(IssueLabel), nil
	case "projectLabels":
		return v.labelsOf(ProjectLabel), nil
	case "initiativeLabels":
		return v.labelsOf(InitiativeLabel), nil
	case "issues":
		return listed(v, v.s.issues.rows, nil), nil
	case "projects":
		return listed(v, v.s.projects.rows, nil), nil
	case "initiatives":
		return listed(v, v.s.initiatives.rows, nil), nil
	case "comments":
		return listed(v, v.s.comments.rows, nil), nil
	case "initiativeToProjects":
		return v.links(), nil
	case "initiativeRelations":
		return v.relations(), nil
	case "issue":
		return v.issue(id)
	case "project":
		return v.project(id)
	case "initiative":
		return v.initiative(id)
	case "comment":
		return v.comment(id)
	case "team": // by key, too
		if t := v.s.teams.find(func(t *Team) bool { return t.Key == id }); t != nil {
			id = t.ID
		}
		return one(v, &v.s.teams, id, "Team")
	case "user":
		return one(v, &v.s.users, id, "User")
	case "cycle":
		return one(v, &v.s.cycles, id, "Cycle")
	case "workflowState":
		return one(v, &v.s.states, id, "WorkflowState")
	case "projectStatus":
		return one(v, &v.s.statuses, id, "ProjectStatus")
	case "projectMilestone":
		return one(v, &v.s.milestones, id, "ProjectMilestone")
	case "issueLabel":
		return v.labelOf(IssueLabel, id)
	case "projectLabel":
		return v.labelOf(ProjectLabel, id)
	case "initiativeLabel":
		return v.labelOf(InitiativeLabel, id)
	}
	// __schema and __type pass validation, but this Linear has no more to
	// tell about itself than its schema file.
	return nil, badRequest("the built-in Linear does not answer " + name + "; its schema is in internal/sim/linearsim/schema.graphql")
}

func (v *view) organization() node {
	return record{"Organization", map[string]any{
		"id": v.s.org.id, "name": v.s.org.name, "urlKey": v.s.org.urlKey, "roadmapEnabled": true,
		"createdAt": v.s.org.created, "updatedAt": v.s.org.created,
		"projectStatuses": listed(v, v.s.statuses.rows, nil),
	}}
}

func (v *view) labelsOf(kind LabelKind) []node {
	return listed(v, v.s.labels.rows, func(l *Label) bool { return l.Kind == kind })
}

func (v *view) links() []node {
	var out []node
	for _, l := range v.s.links {
		if row := (linkRow{l}); !v.hides(row) {
			out = append(out, row)
		}
	}
	return out
}

func (v *view) relations() []node {
	var out []node
	for _, i := range v.s.initiatives.rows {
		if row := (parentRow{&i.relation}); i.relation.id != "" && !v.hides(row) {
			out = append(out, row)
		}
	}
	return out
}

// labelOf finds a label of one kind.
func (v *view) labelOf(kind LabelKind, id string) (any, *apiError) {
	if l := v.s.labels.get(id); l != nil && l.Kind == kind {
		return one(v, &v.s.labels, id, labelType(kind))
	}
	return nil, notFound(labelType(kind))
}

// one finds a row that the viewer may see.
func one[T any, P interface {
	*T
	node
}](v *view, t *table[T], id, typ string,
) (any, *apiError) {
	if p := P(t.get(id)); p != nil && !v.hides(p) {
		return p, nil
	}
	return nil, notFound(typ)
}

// issue finds an issue by UUID or identifier.
func (v *view) issue(id string) (*Issue, *apiError) {
	if i := v.s.issueBy(id); i != nil && !v.hides(i) {
		return i, nil
	}
	return nil, notFound("Issue")
}

func (v *view) project(id string) (*Project, *apiError) {
	if p := v.s.projectBy(id); p != nil && !v.hides(p) {
		return p, nil
	}
	return nil, notFound("Project")
}

func (v *view) initiative(id string) (*Initiative, *apiError) {
	if i := v.s.initiativeBy(id); i != nil && !v.hides(i) {
		return i, nil
	}
	return nil, notFound("Initiative")
}

func (v *view) comment(id string) (*Comment, *apiError) {
	if c := v.s.comments.get(id); c != nil && !v.hides(c) {
		return c, nil
	}
	return nil, notFound("Comment")
}
