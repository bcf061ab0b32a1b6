package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// The permissions that alignd asks for, by their keys.
const (
	mayBrowse     = "BROWSE_PROJECTS"
	mayEdit       = "EDIT_ISSUES"
	mayComment    = "ADD_COMMENTS"
	mayEditOwn    = "EDIT_OWN_COMMENTS"
	mayDeleteOwn  = "DELETE_OWN_COMMENTS"
	mayAdminister = "ADMINISTER"
	mayRunProject = "ADMINISTER_PROJECTS"
	isAgent       = "SERVICEDESK_AGENT" // known to sites with Jira Service Management only
)

// serviceProject is the type of a project whose issues are requests of
// customers, who read the public comments on them.
const serviceProject = "service_desk"

// projects is what is known of the projects that issues are in. It is learned
// from the issues that are read, and asked for only where something is written.
type projects struct {
	of     map[string]string // project key by issue id
	kinds  map[string]string // projectTypeKey by project key
	rights map[string]rights
	loud   map[string]bool // projects where an edit without notification was refused
}

func newProjects() projects {
	return projects{of: map[string]string{}, kinds: map[string]string{}, rights: map[string]rights{}, loud: map[string]bool{}}
}

// rights is what the account may do in a project, or why that is not known.
type rights struct {
	may map[string]bool
	err error
}

// saw remembers the project of an issue that was read.
func (t *Tracker) saw(issue string, p wireProject) {
	if p.Key == "" {
		return
	}
	t.in.of[issue] = p.Key
	if p.Type != "" {
		t.in.kinds[p.Key] = p.Type
	}
}

// projectOf gives the key and the type of the project of an issue, asking where
// no issue that was read has told.
func (t *Tracker) projectOf(ctx context.Context, issue string) (key, kind string, err error) {
	if key = t.in.of[issue]; key != "" && t.in.kinds[key] != "" {
		return key, t.in.kinds[key], nil
	}
	var is wireIssue
	r := request{op: "ask for the project of issue " + issue, method: http.MethodGet, path: "rest/api/2/issue/" + url.PathEscape(issue) + "?fields=project"}
	if err := t.call(ctx, r, &is); err != nil {
		return "", "", err
	}
	var p wireProject
	is.Fields.read("project", &p)
	if p.Key == "" || p.Type == "" {
		// Not to know is not to write: a public comment cannot be unread.
		return "", "", t.fail(r.op, connectors.Temporary, errors.New("the answer does not say what kind of project it is in"), "")
	}
	t.saw(issue, p)
	return p.Key, p.Type, nil
}

// rightsIn asks, once a pass, what we may do in a project. Jira Cloud wants to
// be told which permissions are meant, and refuses a question about one that it
// does not know; Data Center takes no such parameter and answers with all.
func (t *Tracker) rightsIn(ctx context.Context, project, kind string) (map[string]bool, error) {
	if known, is := t.in.rights[project]; is {
		return known.may, known.err
	}
	q := url.Values{"projectKey": {project}}
	if !t.dataCenter() {
		ask := []string{mayBrowse, mayEdit, mayComment, mayEditOwn, mayDeleteOwn, mayAdminister, mayRunProject}
		if kind == serviceProject {
			ask = append(ask, isAgent)
		}
		q.Set("permissions", strings.Join(ask, ","))
	}
	var answer struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	r := request{op: "ask what we may do in project " + project, method: http.MethodGet, path: "rest/api/2/mypermissions?" + q.Encode()}
	err := t.call(ctx, r, &answer)
	if err == nil && answer.Permissions == nil {
		err = t.notJira(r, "the answer holds no permissions")
	}
	may := map[string]bool{}
	for key, p := range answer.Permissions {
		may[key] = p.Have
	}
	if ctx.Err() == nil {
		t.in.rights[project] = rights{may, err}
	}
	return may, err
}

// quiet reports whether an edit of the issue may be made without mail to its
// watchers. Only administrators may: of anybody else Jira refuses the whole edit
// (https://github.com/ankitpokhrel/jira-cli/issues/959), against what the
// OpenAPI document says. Where it is not known, people are notified.
func (t *Tracker) quiet(ctx context.Context, issue string) bool {
	project, kind, err := t.projectOf(ctx, issue)
	if err != nil || t.in.loud[project] {
		return false
	}
	may, err := t.rightsIn(ctx, project, kind)
	return err == nil && (may[mayAdminister] || may[mayRunProject])
}

// louder remembers that, whatever was said of our rights, edits of this issue's
// project have to notify.
func (t *Tracker) louder(issue string) { t.in.loud[t.in.of[issue]] = true }

// internal reports whether a comment on the issue has to be kept from customers.
// Its error refuses the comment: one that the account cannot keep from them is
// not written.
func (t *Tracker) internal(ctx context.Context, op, issue string) (bool, error) {
	project, kind, err := t.projectOf(ctx, issue)
	if err != nil || kind != serviceProject {
		return false, err
	}
	may, err := t.rightsIn(ctx, project, kind)
	if err != nil {
		return false, err
	}
	if !may[isAgent] {
		return false, t.fail(op, connectors.Forbidden,
			fmt.Errorf("%s is a service project, and customers would read the comment: the account is no agent there, and only agents write internal comments", project),
			"make the account an agent of "+project+", or leave the project out")
	}
	return true, nil
}
