package jirasim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The custom fields that every site of this kind has from the start. Their ids
// differ from site to site on the real service; clients find them by Custom.
const (
	EpicLinkField = "customfield_10014"
	SprintField   = "customfield_10020"
)

// User is one account.
type User struct {
	AccountID string
	Name      string // display name
	Email     string // "": hidden, and left out of answers
	Active    bool   // false: deactivated
	Type      string // atlassian, app, customer or unknown; "": atlassian. A customer uses the portal and may do nothing here
	TimeZone  string // IANA name; answers to this user carry its offset. "" or not known here: UTC
	Admin     bool   // administers the site and every project
	Language  string // of names that come with the product: "de", "zh"; "" or not known here: English

	// What a Data Center site knows an account by; Cloud never tells them.
	Username string // "": AccountID
	UserKey  string // survives RenameUser; "": the first Username
}

// Project is one Jira project. Every signed-in user may read it, edit in it and
// comment in it, and is an agent where it is a service desk, but for what the
// flags take away; Server.SetPermission says more.
type Project struct {
	ID   string // numeric; assigned where empty
	Key  string
	Name string
	Type string // software, service_desk or product_discovery; "": software

	Hidden      bool     // nobody may see it: it answers as if it did not exist
	ReadOnly    bool     // nobody may edit or comment in it
	NoLabels    bool     // labels are not on the edit screen, so setting them is refused
	NoLabelsOn  []string // the same for these issue types only
	NoEpicField bool     // team-managed: a child of an epic has no Epic Link beside its parent
}

// Field is a custom field as GET /field lists it.
type Field struct {
	ID     string // customfield_10050
	Name   string
	Custom string // schema.custom, what a client recognises it by
	Type   string // schema.type: string, user, array, ...
	Items  string // schema.items, for Type array
	Scope  string // project id of a team-managed field, which issues elsewhere do not have; "": the whole site

	HiddenFrom []string // account ids for which the field does not exist
}

// Sprint is one sprint of a board. Zero times are left out of answers.
type Sprint struct {
	ID       int
	Name     string
	State    string // future, active or closed
	BoardID  int
	Goal     string
	Start    time.Time
	End      time.Time
	Complete time.Time
}

// Issue is one issue. The zero value of a field is what Jira shows as null or
// as an empty list, unless said otherwise.
type Issue struct {
	ID      string // numeric, for life; assigned where empty
	Key     string // assigned where empty
	Project string // project key; taken from Key where empty

	Type           string // name of the issue type; "": Task
	Level          int    // hierarchyLevel; 0 on a type named Epic, Initiative or Sub-task stands for 1, 2, -1
	Summary        string
	Status         string // name; "": To Do
	StatusCategory string // new, indeterminate or done; "": what the status is known to have, else new
	Resolution     string
	Priority       string // name
	Due            string // 2006-01-02

	ParentKey string // shown as `parent`; a key that leads nowhere is kept
	ParentID  string // only where ParentKey leads nowhere and the id is known nevertheless
	EpicLink  string // key of the epic; shown as the Epic Link custom field only

	EpicName   string // of an epic on Data Center; "": Summary
	EpicStatus string // of an epic on Data Center: To Do, In Progress or Done; "": as the category

	Labels        []string
	Components    []string
	Assignee      string // account id
	Reporter      string // account id
	Sprint        *Sprint
	ClosedSprints []Sprint

	// Custom holds custom fields by id, as they go over the wire. A field of
	// type user, or array of user, takes account ids and shows users; one of type
	// group, or array of group, takes names and shows groups.
	Custom map[string]any

	Created time.Time // zero: now
	Updated time.Time // zero: Created

	Hidden bool // exists, but nobody may see it
}

// Comment is one comment on an issue.
type Comment struct {
	ID         string
	IssueID    string
	Author     string // account id
	Editor     string // of the last edit; "": nobody has edited it
	Body       string // wiki markup
	Created    time.Time
	Updated    time.Time
	Properties map[string]json.RawMessage
	Visibility json.RawMessage // as it was sent; nil: everyone who sees the issue
}

// clone copies everything that an issue refers to, so that the copy can be
// changed without the original noticing. Values in Custom are shared: they are
// replaced, never changed in place.
func (i Issue) clone() Issue {
	i.Labels = slices.Clone(i.Labels)
	i.Components = slices.Clone(i.Components)
	i.ClosedSprints = slices.Clone(i.ClosedSprints)
	i.Custom = maps.Clone(i.Custom)
	if i.Sprint != nil {
		s := *i.Sprint
		i.Sprint = &s
	}
	return i
}

func (c Comment) clone() Comment {
	c.Properties = maps.Clone(c.Properties)
	return c
}

// change is one entry of an issue's history: what one person changed at once.
type change struct {
	id    int
	by    string // account id
	at    time.Time
	items []changeItem
}

// changeItem is one field of a change, named and shaped as Jira's ChangeDetails.
type changeItem struct {
	Field      string  `json:"field"`
	FieldType  string  `json:"fieldtype"`
	FieldID    string  `json:"fieldId,omitempty"`
	From       *string `json:"from"`
	FromString *string `json:"fromString"`
	To         *string `json:"to"`
	ToString   *string `json:"toString"`
}

// record is an issue with all that hangs on it. A record is never changed once
// it can be seen: every write puts a changed copy in its place, so that the
// search index may go on holding an older one.
type record struct {
	Issue
	num        int64 // ID as a number, what issues are ordered by
	keyNum     int   // the number in Key
	comments   []*Comment
	history    []change // oldest first
	props      map[string]json.RawMessage
	links      []issueLink
	remote     []RemoteLink
	archived   *archival // nil: it is not
	hiddenFrom []string  // account ids, see Hide
	stamp      int       // the write that made it, see Server.writes
}

func (r *record) copy() *record {
	c := *r
	c.Issue = r.Issue.clone()
	c.comments = slices.Clone(r.comments)
	c.history = slices.Clone(r.history)
	c.props = maps.Clone(r.props)
	c.links = slices.Clone(r.links)
	c.remote = slices.Clone(r.remote)
	c.hiddenFrom = slices.Clone(r.hiddenFrom)
	return &c
}

// splitKey takes PAY-12 apart; ok is false for what is not a key.
func splitKey(key string) (project string, n int, ok bool) {
	at := strings.LastIndexByte(key, '-')
	if at < 1 {
		return "", 0, false
	}
	n, err := strconv.Atoi(key[at+1:])
	if err != nil || n < 1 {
		return "", 0, false
	}
	return key[:at], n, true
}

// levelOf gives the hierarchyLevel that a type has by its name.
func levelOf(typ string) int {
	switch strings.ToLower(typ) {
	case "epic":
		return 1
	case "initiative":
		return 2
	case "sub-task", "subtask":
		return -1
	}
	return 0
}

// categoryOf gives the category that a status has by its name, "" for none.
func categoryOf(status string) string {
	switch strings.ToLower(status) {
	case "to do", "open", "backlog", "reopened":
		return "new"
	case "in progress", "in review":
		return "indeterminate"
	case "done", "closed", "resolved":
		return "done"
	}
	return ""
}
