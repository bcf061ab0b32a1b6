package jira

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/alignd/alignd/connectors"
)

// needed are the permissions that a pass uses, with their names in Jira's own
// screens.
var needed = []struct {
	key, name string
	writes    bool // of no use where nothing is written
}{
	{mayBrowse, "Browse Projects", false},
	{mayEdit, "Edit Issues", true},
	{mayComment, "Add Comments", true},
	{mayEditOwn, "Edit Own Comments", true},
}

// project asks what we may do in a project, in one probe: all that is missing is
// told together. Where nothing will be written, what only writing needs is told
// without being wrong.
func (c *checking) project(key string) {
	if c.over == nil {
		detail, err := c.lookAt(key)
		c.say("project "+key, detail, err)
	}
}

func (c *checking) lookAt(key string) (string, error) {
	op := "see project " + key
	var p wireProject
	err := c.call(c.ctx, request{op: op, method: http.MethodGet, path: "rest/api/2/project/" + url.PathEscape(key)}, &p)
	if connectors.KindOf(err) == connectors.NotFound {
		return "", c.fail(op, connectors.NotFound, fmt.Errorf("project %q does not exist, or this account may not see it", key),
			"check the project's key, and give the account the permission Browse Projects there")
	}
	if err != nil {
		return "", err
	}
	may, err := c.rightsIn(c.ctx, key, p.Type)
	if err != nil {
		return "", err
	}
	var lack []string
	wrong := false
	for _, n := range needed {
		if !may[n.key] {
			lack = append(lack, n.name)
			wrong = wrong || !n.writes || !c.o.ReadOnly
		}
	}
	issues, err := c.kind.count(c.ctx, "count the issues of project "+key, narrow("project = "+quoteJQL(key)))
	if err != nil {
		return "", err
	}
	told := []string{c.number(issues, "issue")}
	switch {
	case len(lack) > 0:
		told = append(told, "the account lacks "+strings.Join(lack, ", "))
	case p.Type == serviceProject && !may[isAgent]:
		told = append(told, "we may see and edit")
	default:
		told = append(told, "we may see, edit and comment")
	}
	try := "give its role these permissions in the project's permission scheme"
	if p.Type == serviceProject {
		if may[isAgent] {
			told = append(told, "a service project, comments are internal")
		} else {
			told = append(told, "a service project where the account is no agent, so no comment is written")
			wrong = wrong || !c.o.ReadOnly
			try = "make the account an agent of the project: only agents write internal comments"
		}
	}
	screen, err := c.labelsOn(key, issues)
	if err != nil {
		return "", err
	}
	if screen != "" && may[mayEdit] {
		told = append(told, screen)
		wrong = wrong || !c.o.ReadOnly
		if len(lack) == 0 {
			try = "put the field Labels on the edit screen of the project"
		}
	}
	detail := c.safe(p.Name) + ": " + strings.Join(told, "; ")
	if wrong {
		return "", c.fail(op, connectors.Forbidden, errors.New(detail), try)
	}
	if c.o.ReadOnly && (len(lack) > 0 || screen != "") {
		detail += " (mode observe writes nothing, so that will do)"
	}
	return detail, nil
}

// labelsOn looks whether labels can be edited, on the newest issue of a project:
// screens belong to projects and issue types, and Jira tells of them by issue
// only. "" where they can, or where there is no issue to ask about.
func (c *checking) labelsOn(project string, issues int) (string, error) {
	if issues == 0 {
		return "", nil
	}
	some, err := c.sample("look at project "+project, narrow("project = "+quoteJQL(project))+" ORDER BY key DESC", 1)
	if err != nil || len(some) == 0 {
		return "", err
	}
	var meta struct {
		Fields map[string]struct {
			Operations []string `json:"operations"`
		} `json:"fields"`
	}
	r := request{op: "ask for the edit screen of " + some[0].Key, method: http.MethodGet, path: "rest/api/2/issue/" + url.PathEscape(some[0].ID) + "/editmeta"}
	if err := c.call(c.ctx, r, &meta); err != nil {
		return "", err
	}
	if _, is := meta.Fields["labels"]; !is {
		return "labels are not on the edit screen of " + c.safe(some[0].Key), nil
	}
	return "", nil
}
