package jirasim

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AddIssue puts an issue on the site and gives it back with what was assigned:
// id, key, type, status, times. The project must exist. Parents and epics need
// not: a key that leads nowhere is kept as it is.
func (s *Server) AddIssue(i Issue) (Issue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.newRecord(i)
	if err != nil {
		return Issue{}, err
	}
	s.put(r)
	return r.Issue.clone(), nil
}

// newRecord fills in what an issue lacks and refuses what Jira could not hold.
func (s *Server) newRecord(i Issue) (*record, error) {
	i = i.clone()
	keyProject, keyNum, keyOK := splitKey(i.Key)
	if i.Key != "" && !keyOK {
		return nil, fmt.Errorf("issue key %q is not of the form PROJECT-NUMBER", i.Key)
	}
	if i.Project == "" {
		i.Project = keyProject
	}
	p := s.projects[i.Project]
	if p == nil {
		return nil, fmt.Errorf("issue %q: there is no project %q; add it first", cmp.Or(i.Key, i.Summary), i.Project)
	}
	if i.Key == "" {
		keyNum = p.lastKey + 1
		i.Key = p.Key + "-" + strconv.Itoa(keyNum)
	} else if keyProject != i.Project {
		return nil, fmt.Errorf("issue %s cannot be in project %q", i.Key, i.Project)
	}
	if id, taken := s.byKey[i.Key]; taken {
		return nil, fmt.Errorf("issue %s is there already, with id %s", i.Key, id)
	}
	if i.ID == "" {
		s.nextID++
		i.ID = itoa(s.nextID)
	}
	num, err := strconv.ParseInt(i.ID, 10, 64)
	if err != nil || num < 1 {
		return nil, fmt.Errorf("issue %s: id %q is not a number", i.Key, i.ID)
	}
	if old, taken := s.issues[i.ID]; taken {
		return nil, fmt.Errorf("issue %s: id %s is taken by %s", i.Key, i.ID, old.Key)
	}
	if err := checkLabels(i.Labels); err != nil {
		return nil, fmt.Errorf("issue %s: %w", i.Key, err)
	}
	if i.Created.IsZero() {
		i.Created = s.now()
	}
	if i.Updated.IsZero() {
		i.Updated = i.Created
	}
	s.settle(&i)
	s.nextID = max(s.nextID, num)
	p.lastKey = max(p.lastKey, keyNum)
	return &record{Issue: i, num: num, keyNum: keyNum}, nil
}

// settle gives an issue its defaults and makes the names in it known to the site.
func (s *Server) settle(i *Issue) {
	i.Type = cmp.Or(i.Type, "Task")
	i.Status = cmp.Or(i.Status, "To Do")
	if i.StatusCategory == "" {
		i.StatusCategory = cmp.Or(categoryOf(i.Status), "new")
	}
	if i.Level == 0 {
		i.Level = levelOf(i.Type)
	}
	s.types.add(i.Type, "")
	s.statuses.add(i.Status, "")
	s.prios.add(i.Priority, "")
	for _, c := range i.Components {
		s.parts.add(c, "")
	}
	slices.Sort(i.Labels)
	i.Labels = slices.Compact(i.Labels)
}

// Edit lets a person act on an issue: f changes a copy, which takes the place of
// the issue; what changed goes into the history and `updated` becomes now. A
// changed status takes its category with it unless f says otherwise. ID, Key,
// Project, Created and Updated cannot be edited. When f changes nothing,
// nothing happens. f must not call the server.
func (s *Server) Edit(key, by string, f func(*Issue)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	if r == nil {
		return fmt.Errorf("edit: there is no issue %s", key)
	}
	if s.users[by] == nil {
		return fmt.Errorf("edit %s: there is no user %q; add them first", key, by)
	}
	err := s.edit(r, by, f)
	s.mailEdit(r, by, true)
	return err
}

func (s *Server) edit(old *record, by string, f func(*Issue)) error {
	r := old.copy()
	f(&r.Issue)
	r.ID, r.Key, r.Project, r.Created, r.Updated = old.ID, old.Key, old.Project, old.Created, old.Updated
	if err := checkLabels(r.Labels); err != nil {
		return fmt.Errorf("edit %s: %w", r.Key, err)
	}
	if r.Status != old.Status && r.StatusCategory == old.StatusCategory {
		r.StatusCategory = categoryOf(r.Status)
		if r.StatusCategory == "" {
			r.StatusCategory = s.categoryInUse(r.Status, old.StatusCategory)
		}
	}
	if r.ParentKey != old.ParentKey {
		r.ParentID = ""
	}
	s.settle(&r.Issue)
	items := s.difference(&old.Issue, &r.Issue)
	if len(items) == 0 && r.Hidden == old.Hidden {
		return nil
	}
	r.Updated = s.now()
	if len(items) > 0 {
		s.nextNote++
		r.history = append(r.history, change{id: s.nextNote, by: by, at: r.Updated, items: items})
	}
	s.put(r)
	return nil
}

// categoryInUse gives the category that other issues have this status in.
func (s *Server) categoryInUse(status, otherwise string) string {
	for _, r := range s.issues {
		if strings.EqualFold(r.Status, status) {
			return r.StatusCategory
		}
	}
	return otherwise
}

// Delete removes an issue and its sub-tasks for good. Whoever named it as parent
// or epic names nothing afterwards; their `updated` stays as it was.
func (s *Server) Delete(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	if r == nil {
		return fmt.Errorf("delete: there is no issue %s", key)
	}
	s.deleteTree(r)
	return nil
}

func (s *Server) deleteTree(gone *record) {
	for _, id := range slices.Sorted(maps.Keys(s.issues)) {
		r := s.issues[id]
		if r == nil || r == gone {
			continue
		}
		parent, epic := s.find(r.ParentKey) == gone, s.find(r.EpicLink) == gone
		switch {
		case parent && r.Level < 0:
			s.deleteTree(r)
		case parent || epic:
			c := r.copy()
			if parent {
				c.ParentKey = ""
			}
			if epic {
				c.EpicLink = ""
			}
			s.put(c)
		}
	}
	s.drop(gone)
}

// Move takes an issue to another project, where it gets the next free key. Its
// id stays, and its old key goes on leading to it.
func (s *Server) Move(key, projectKey string) (newKey string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, p := s.find(key), s.projects[projectKey]
	switch {
	case old == nil:
		return "", fmt.Errorf("move: there is no issue %s", key)
	case p == nil:
		return "", fmt.Errorf("move %s: there is no project %q", key, projectKey)
	case old.Project == projectKey:
		return "", fmt.Errorf("move %s: it is in project %s already", key, projectKey)
	}
	r := old.copy()
	p.lastKey++
	r.keyNum = p.lastKey
	r.Project = p.Key
	r.Key = p.Key + "-" + strconv.Itoa(p.lastKey)
	r.Updated = s.now()
	s.nextNote++
	r.history = append(r.history, change{id: s.nextNote, at: r.Updated, items: []changeItem{
		item("project", "project", "jira", s.projects[old.Project].Name, p.Name),
		item("Key", "", "jira", old.Key, r.Key),
	}})
	s.put(r)
	return r.Key, nil
}

// Issue gives an issue by id, key or former key, hidden ones too.
func (s *Server) Issue(key string) (Issue, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.find(key)
	if r == nil {
		return Issue{}, false
	}
	return r.Issue.clone(), true
}

// Issues gives all issues by ascending id, hidden ones too.
func (s *Server) Issues() []Issue {
	s.mu.RLock()
	defer s.mu.RUnlock()
	rs := slices.SortedFunc(maps.Values(s.issues), byNum)
	is := make([]Issue, len(rs))
	for i, r := range rs {
		is[i] = r.Issue.clone()
	}
	return is
}

func byNum(a, b *record) int { return cmp.Compare(a.num, b.num) }

var errLabelEmpty = errors.New("a label is empty")

// checkLabels refuses what the labels field refuses: empty labels, white space,
// more than 255 characters. The first message is the one that
// github.com/projectdiscovery/nuclei issue 1689 quotes.
func checkLabels(labels []string) error {
	for _, l := range labels {
		switch {
		case l == "":
			return errLabelEmpty
		case strings.ContainsAny(l, " \t\r\n"):
			return fmt.Errorf("The label '%s' contains spaces which is invalid.", l)
		case javaLen(l) > 255:
			return fmt.Errorf("The label '%s' exceeds the maximum length of 255 characters.", l)
		}
	}
	return nil
}

// parentOf gives the issue that is shown as parent, nil where it leads nowhere.
func (s *Server) parentOf(r *Issue) *record {
	if r.ParentKey == "" {
		return nil
	}
	return s.find(r.ParentKey)
}

// epicLinkOf gives the value of the Epic Link field: the epic's present key.
// A child of an epic in a company-managed project shows its parent there too,
// as in the public capture of apache/incubator-devlake (issue K5-2).
func (s *Server) epicLinkOf(i *Issue) string {
	if i.EpicLink != "" {
		if e := s.find(i.EpicLink); e != nil {
			return e.Key
		}
		return i.EpicLink
	}
	p := s.parentOf(i)
	if p == nil || p.Level != 1 || i.Level != 0 || s.projects[i.Project].NoEpicField {
		return ""
	}
	return p.Key
}

// difference lists what changed between two states of an issue, in the names
// and shapes of Jira's history.
func (s *Server) difference(a, b *Issue) []changeItem {
	var items []changeItem
	add := func(field, id, kind, from, to string) {
		if from != to {
			items = append(items, item(field, id, kind, from, to))
		}
	}
	add("summary", "summary", "jira", a.Summary, b.Summary)
	add("issuetype", "issuetype", "jira", a.Type, b.Type)
	add("status", "status", "jira", a.Status, b.Status)
	add("resolution", "resolution", "jira", a.Resolution, b.Resolution)
	add("priority", "priority", "jira", a.Priority, b.Priority)
	add("duedate", "duedate", "jira", a.Due, b.Due)
	add("labels", "labels", "jira", strings.Join(a.Labels, " "), strings.Join(b.Labels, " "))
	add("Component", "components", "jira", strings.Join(a.Components, ", "), strings.Join(b.Components, ", "))
	add("assignee", "assignee", "jira", a.Assignee, b.Assignee)
	add("reporter", "reporter", "jira", a.Reporter, b.Reporter)
	if s.dc != nil {
		s.differenceDC(a, b, add)
	} else {
		add("IssueParentAssociation", "", "jira", a.ParentKey, b.ParentKey)
		add("Epic Link", EpicLinkField, "custom", a.EpicLink, b.EpicLink)
	}
	add("Sprint", s.sprintField, "custom", sprintNames(a), sprintNames(b))
	for _, f := range s.fields {
		add(f.Name, f.ID, "custom", customText(a.Custom[f.ID]), customText(b.Custom[f.ID]))
	}
	return items
}

// item makes one entry of a history. Text fields keep no ids, so only the
// strings are told apart; labels give "" for nothing, others null.
func item(field, id, kind, from, to string) changeItem {
	it := changeItem{Field: field, FieldID: id, FieldType: kind}
	str := func(s string) *string {
		if s == "" && field != "labels" {
			return nil
		}
		return &s
	}
	it.FromString, it.ToString = str(from), str(to)
	if field == "labels" {
		it.From, it.To = str(""), str("")
	}
	return it
}

func sprintNames(i *Issue) string {
	var ns []string
	for _, s := range i.ClosedSprints {
		ns = append(ns, s.Name)
	}
	if i.Sprint != nil {
		ns = append(ns, i.Sprint.Name)
	}
	return strings.Join(ns, ", ")
}

// stamp renders a time as Jira does: with the offset of whoever reads it.
func stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02T15:04:05.000-0700")
}
