package jirasim

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"time"
)

// serverInfoDC is what a server says of itself; the version is the one whose
// OpenAPI document the answers fit.
func (s *Server) serverInfoDC(c *call) map[string]any {
	return map[string]any{
		"baseUrl":        c.site,
		"version":        "10.3.24",
		"versionNumbers": []int{10, 3, 24},
		"deploymentType": s.dc.DeploymentType,
		"buildNumber":    10030024,
		"buildDate":      "2026-05-01T00:00:00.000+0000",
		"serverTime":     stamp(s.now(), c.zone()),
		"scmInfo":        "jirasim",
		"serverTitle":    "Jira",
	}
}

// userViewDC gives an account by name and key; a server has no account ids.
func (s *Server) userViewDC(c *call, u *account) map[string]any {
	v := map[string]any{
		"self":        c.site + "/rest/api/2/user?username=" + url.QueryEscape(u.Username),
		"name":        u.Username,
		"key":         u.UserKey,
		"avatarUrls":  struct{}{},
		"displayName": u.Name,
		"active":      u.Active,
		"timeZone":    cmp.Or(u.TimeZone, "Etc/UTC"),
	}
	if u.Email != "" {
		v["emailAddress"] = u.Email
	}
	return v
}

// fieldViewDC gives the fields that are other than on Cloud; known is false for
// one that the issue does not have, decided for all the others.
func (s *Server) fieldViewDC(c *call, r *record, field string) (value any, known, decided bool) {
	i := &r.Issue
	switch field {
	case "statusCategory":
		return nil, false, true
	case "parent":
		if subtaskParent(i) == "" {
			return nil, false, true
		}
		return s.parentView(c, i), true, true
	case DCEpicLinkField:
		return orNull(s.epicLinkDC(i)), i.Level <= 0, true
	case DCEpicNameField:
		return cmp.Or(i.EpicName, i.Summary), i.Level == 1, true
	case DCEpicStatusField:
		status := epicStatus(i)
		id := map[string]string{"To Do": "10000", "In Progress": "10001", "Done": "10002"}[status]
		return map[string]any{"self": c.site + "/rest/api/2/customFieldOption/" + id, "value": status, "id": id, "disabled": false}, i.Level == 1, true
	case DCParentLinkField:
		return s.parentLinkView(s.parentLinkDC(i)), i.Level >= 0, true
	case DCSprintField:
		return sprintTexts(i), i.Level >= 0 && i.Level < 2, true
	}
	return nil, false, false
}

// subtaskParent gives the parent's key where the issue is a sub-task: nothing
// else has a parent on a server.
func subtaskParent(i *Issue) string {
	if i.Level < 0 {
		return i.ParentKey
	}
	return ""
}

// epicLinkDC gives the key of the epic that a standard issue belongs to, the
// present one where it leads somewhere. An epic that is only named as the parent
// counts, so that what is put on a site of either kind means the same.
func (s *Server) epicLinkDC(i *Issue) string {
	key := i.EpicLink
	if key == "" && i.Level == 0 {
		key = i.ParentKey
	}
	e := s.find(key)
	switch {
	case e == nil:
		return key
	case i.EpicLink == "" && e.Level != 1:
		return ""
	}
	return e.Key
}

// parentLinkDC gives the key of what Advanced Roadmaps puts above an issue: of
// an epic its initiative, of a standard issue only what is above epics.
func (s *Server) parentLinkDC(i *Issue) string {
	p := s.parentOf(i)
	switch {
	case i.Level < 0, i.Level == 0 && (p == nil || p.Level < 2):
		return ""
	case p == nil:
		return i.ParentKey
	}
	return p.Key
}

// epicStatus gives an epic's own status, which by default follows its category;
// "" for what is no epic.
func epicStatus(i *Issue) string {
	if i.Level != 1 {
		return ""
	}
	follows := map[string]string{"indeterminate": "In Progress", "done": "Done"}
	return cmp.Or(i.EpicStatus, follows[i.StatusCategory], "To Do")
}

func (s *Server) parentLinkView(key string) any {
	if !s.dc.ParentLinkObject || key == "" {
		return orNull(key)
	}
	data := map[string]any{"key": key}
	if p := s.find(key); p != nil {
		data["id"], data["summary"] = p.num, p.Summary
	}
	return map[string]any{"hasEpicLinkFieldDependency": false, "showField": true, "data": data}
}

// sprintTexts gives the Sprint field as Java prints it, null for none. Names are
// put in as they are: a comma, a bracket or an equals sign is not escaped
// (testdata of github.com/mattermost/mattermost-plugin-jira has one as recorded).
func sprintTexts(i *Issue) any {
	var out []string
	add := func(sp *Sprint) {
		day := func(t time.Time) string {
			if t.IsZero() {
				return "<null>"
			}
			return t.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		hash := fnv.New32a()
		_, _ = fmt.Fprint(hash, i.Key, sp.ID) // never fails
		out = append(out, fmt.Sprintf(
			"com.atlassian.greenhopper.service.sprint.Sprint@%x[id=%d,rapidViewId=%d,state=%s,name=%s,startDate=%s,endDate=%s,completeDate=%s,sequence=%d,goal=%s]",
			hash.Sum32(), sp.ID, sp.BoardID, strings.ToUpper(sp.State), sp.Name, day(sp.Start), day(sp.End), day(sp.Complete), sp.ID, cmp.Or(sp.Goal, "<null>")))
	}
	for k := range i.ClosedSprints {
		add(&i.ClosedSprints[k])
	}
	if i.Sprint != nil {
		add(i.Sprint)
	}
	if out == nil {
		return nil
	}
	return out
}

// differenceDC lists what changed in the fields that only a server has.
func (s *Server) differenceDC(a, b *Issue, add func(field, id, kind, from, to string)) {
	add("Parent Issue", "", "jira", subtaskParent(a), subtaskParent(b))
	add("Epic Link", DCEpicLinkField, "custom", s.epicLinkDC(a), s.epicLinkDC(b))
	add("Parent Link", DCParentLinkField, "custom", s.parentLinkDC(a), s.parentLinkDC(b))
	add("Epic Name", DCEpicNameField, "custom", a.EpicName, b.EpicName)
	add("Epic Status", DCEpicStatusField, "custom", a.EpicStatus, b.EpicStatus)
}

// plainItems gives a history's entries without the field ids that only Cloud tells.
func plainItems(items []changeItem) []changeItem {
	items = slices.Clone(items)
	for k := range items {
		items[k].FieldID = ""
	}
	return items
}
