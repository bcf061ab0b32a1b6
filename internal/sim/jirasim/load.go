package jirasim

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxLine is more than the longest issue that a REST answer holds.
const maxLine = 32 << 20

// LoadJSONL puts issues on the site from a file of JSON lines, plain or gzipped,
// each an issue as REST v2 answers it. Projects, users, types and statuses that
// the lines name and the site lacks are added. Descriptions and comments are not
// kept. A parent or epic that is not there is kept as a key that leads nowhere.
// What belongs to an epic shows it as Epic Link, and on Cloud as its parent too
// when the epic is there, as on sites that Atlassian moved to `parent`.
//
// It gives how many issues were put. A line that is no issue is an error that
// names the line, and then nothing is put at all.
func (s *Server) LoadJSONL(r io.Reader) (n int, err error) {
	lines := bufio.NewReaderSize(r, 1<<20)
	if magic, _ := lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(lines)
		if err != nil {
			return 0, fmt.Errorf("issues: not readable as gzip: %w", err)
		}
		defer zr.Close()
		r = zr
	} else {
		r = lines
	}
	l := loader{words: map[string]string{}, users: map[string]User{}, projects: map[string]Project{}, seen: map[string]int{}}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<20), maxLine)
	for line := 1; sc.Scan(); line++ {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := l.add(sc.Bytes(), line); err != nil {
			return 0, fmt.Errorf("issues: line %d: %w", line, err)
		}
	}
	if err := sc.Err(); err != nil {
		return 0, fmt.Errorf("issues: after line %d: %w", len(l.issues), err)
	}
	return s.take(&l)
}

// take puts what was read on the site: all of it, or nothing.
func (s *Server) take(l *loader) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range l.issues {
		if s.byKey[i.Key] != "" || s.issues[i.ID] != nil {
			return 0, fmt.Errorf("issues: line %d: %s (id %s) is on the site already", l.seen[i.Key], i.Key, i.ID)
		}
	}
	for id, u := range l.users {
		if s.users[id] == nil {
			s.users[id] = newAccount(u)
		}
	}
	for key, p := range l.projects {
		if s.projects[key] == nil {
			s.addProject(p)
		}
	}
	for k, i := range l.issues {
		raw := l.raw[k]
		s.types.add(i.Type, raw.typeID)
		s.statuses.add(i.Status, raw.statusID)
		s.prios.add(i.Priority, raw.priorityID)
		r, err := s.newRecord(i)
		if err != nil {
			return 0, fmt.Errorf("issues: line %d: %w", l.seen[i.Key], err)
		}
		s.put(r)
	}
	if s.dc == nil {
		s.adopt(l)
	}
	s.catchUp(s.writes)
	return len(l.issues), nil
}

// adopt makes epics the parents of the standard issues that name them in Epic
// Link and have no parent.
func (s *Server) adopt(l *loader) {
	for _, i := range l.issues {
		epic := s.find(i.EpicLink)
		if r := s.issues[i.ID]; epic != nil && epic.Level == 1 && r.Level == 0 && r.ParentKey == "" {
			child := r.copy()
			child.ParentKey = epic.Key
			s.put(child)
		}
	}
}

// loader turns lines into issues.
type loader struct {
	issues   []Issue
	raw      []rawIDs // beside issues
	users    map[string]User
	projects map[string]Project
	seen     map[string]int    // key, and "#"+id -> line
	words    map[string]string // one copy of each text that many issues share
}

type rawIDs struct{ typeID, statusID, priorityID string }

// line is the part of a REST v2 issue that is kept.
type line struct {
	ID     json.RawMessage `json:"id"`
	Key    string          `json:"key"`
	Fields *struct {
		Summary   string `json:"summary"`
		IssueType struct {
			ID, Name       string
			Subtask        bool
			HierarchyLevel *int `json:"hierarchyLevel"`
		} `json:"issuetype"`
		Project struct {
			ID, Key, Name  string
			ProjectTypeKey string `json:"projectTypeKey"`
		} `json:"project"`
		Status struct {
			ID, Name       string
			StatusCategory struct{ Key string } `json:"statusCategory"`
		} `json:"status"`
		Priority   *named       `json:"priority"`
		Resolution *named       `json:"resolution"`
		Created    string       `json:"created"`
		Updated    string       `json:"updated"`
		DueDate    string       `json:"duedate"`
		Labels     []string     `json:"labels"`
		Components []named      `json:"components"`
		Assignee   *lineUser    `json:"assignee"`
		Reporter   *lineUser    `json:"reporter"`
		Parent     *named       `json:"parent"`
		Epic       *named       `json:"epic"` // as the Agile API answers it
		Sprint     *lineSprint  `json:"sprint"`
		Closed     []lineSprint `json:"closedSprints"`

		// Custom fields have other ids on every site. These are the ones of
		// sites whose issues have been published; eucalyptus is the first.
		EpicEucalyptus   *string         `json:"customfield_11300"`
		SprintEucalyptus json.RawMessage `json:"customfield_10104"`
		NameEucalyptus   string          `json:"customfield_11301"` // Epic Name
		StatusEucalyptus *struct {       // Epic Status
			Value string `json:"value"`
		} `json:"customfield_11302"`
		EpicCloud   *string         `json:"customfield_10014"`
		SprintCloud json.RawMessage `json:"customfield_10020"`
	} `json:"fields"`
}

type named struct {
	ID   json.RawMessage `json:"id"` // the Agile API gives numbers
	Key  string          `json:"key"`
	Name string          `json:"name"`
}

type lineUser struct {
	AccountID   string `json:"accountId"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	DisplayName string `json:"displayName"`
	Email       string `json:"emailAddress"`
	Active      *bool  `json:"active"`
	AccountType string `json:"accountType"`
	TimeZone    string `json:"timeZone"`
}

type lineSprint struct {
	ID            int       `json:"id"`
	Name          string    `json:"name"`
	State         string    `json:"state"`
	BoardID       int       `json:"boardId"`
	OriginBoardID int       `json:"originBoardId"`
	Goal          string    `json:"goal"`
	StartDate     time.Time `json:"startDate"`
	EndDate       time.Time `json:"endDate"`
	CompleteDate  time.Time `json:"completeDate"`
}

func (l *loader) add(raw []byte, number int) error {
	var in line
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("not an issue in JSON: %w", err)
	}
	id, f := plainID(in.ID), in.Fields
	project, _, keyOK := splitKey(in.Key)
	switch {
	case f == nil:
		return errors.New(`no "fields": is this an issue as REST v2 answers it?`)
	case !keyOK:
		return fmt.Errorf("key %q is not of the form PROJECT-NUMBER", in.Key)
	case id == "":
		return fmt.Errorf("%s has no id", in.Key)
	case f.Project.Key != "" && f.Project.Key != project:
		return fmt.Errorf("%s names project %q", in.Key, f.Project.Key)
	case l.seen[in.Key] > 0 || l.seen["#"+id] > 0:
		return fmt.Errorf("%s (id %s) is on line %d already", in.Key, id, max(l.seen[in.Key], l.seen["#"+id]))
	}
	if _, err := parseNum(id); err != nil {
		return fmt.Errorf("%s: id %q is not a number", in.Key, id)
	}
	if err := checkLabels(f.Labels); err != nil {
		return fmt.Errorf("%s: %w", in.Key, err)
	}
	created, err := parseStamp(f.Created)
	if err != nil {
		return fmt.Errorf("%s: created: %w", in.Key, err)
	}
	updated, err := parseStamp(cmp.Or(f.Updated, f.Created))
	if err != nil {
		return fmt.Errorf("%s: updated: %w", in.Key, err)
	}
	project = l.word(project)
	if _, known := l.projects[project]; !known {
		l.projects[project] = Project{ID: f.Project.ID, Key: project, Name: cmp.Or(f.Project.Name, project), Type: f.Project.ProjectTypeKey}
	}
	i := Issue{
		ID: id, Key: in.Key, Project: project, Summary: f.Summary,
		Type: l.word(f.IssueType.Name), Level: levelOf(f.IssueType.Name),
		Status: l.word(f.Status.Name), StatusCategory: l.word(f.Status.StatusCategory.Key),
		Due: f.DueDate, Created: created, Updated: updated,
		Assignee: l.user(f.Assignee), Reporter: l.user(f.Reporter),
	}
	switch {
	case f.IssueType.HierarchyLevel != nil:
		i.Level = *f.IssueType.HierarchyLevel
	case f.IssueType.Subtask:
		i.Level = -1
	}
	ids := rawIDs{typeID: l.word(f.IssueType.ID), statusID: l.word(f.Status.ID)}
	if f.Priority != nil {
		i.Priority, ids.priorityID = l.word(f.Priority.Name), l.word(plainID(f.Priority.ID))
	}
	if f.Resolution != nil {
		i.Resolution = l.word(f.Resolution.Name)
	}
	for _, lb := range f.Labels {
		i.Labels = append(i.Labels, l.word(lb))
	}
	for _, c := range f.Components {
		i.Components = append(i.Components, l.word(c.Name))
	}
	if f.Parent != nil {
		i.ParentKey, i.ParentID = l.word(f.Parent.Key), l.word(plainID(f.Parent.ID))
	}
	switch {
	case f.Epic != nil:
		i.EpicLink = l.word(f.Epic.Key)
	case f.EpicEucalyptus != nil:
		i.EpicLink = l.word(*f.EpicEucalyptus)
	case f.EpicCloud != nil:
		i.EpicLink = l.word(*f.EpicCloud)
	}
	i.EpicName = f.NameEucalyptus
	if f.StatusEucalyptus != nil {
		i.EpicStatus = l.word(f.StatusEucalyptus.Value)
	}
	l.sprints(&i, f.Sprint, f.Closed, f.SprintEucalyptus, f.SprintCloud)
	l.seen[in.Key], l.seen["#"+id] = number, number
	l.issues, l.raw = append(l.issues, i), append(l.raw, ids)
	return nil
}

func (l *loader) word(s string) string {
	if w, ok := l.words[s]; ok {
		return w
	}
	l.words[s] = s
	return s
}

func (l *loader) user(u *lineUser) string {
	if u == nil {
		return ""
	}
	id := l.word(cmp.Or(u.AccountID, u.Name))
	if _, known := l.users[id]; !known && id != "" {
		l.users[id] = User{
			AccountID: id, Name: cmp.Or(u.DisplayName, u.Name, id), Email: u.Email, Active: u.Active == nil || *u.Active,
			Type: cmp.Or(u.AccountType, "atlassian"), TimeZone: u.TimeZone,
			Username: u.Name, UserKey: u.Key,
		}
	}
	return id
}

// sprints sorts the sprints of a line into the present one and the closed ones,
// from wherever the line has them.
func (l *loader) sprints(i *Issue, now *lineSprint, closed []lineSprint, custom ...json.RawMessage) {
	all := closed
	if now != nil {
		all = append(all, *now)
	}
	for _, raw := range custom {
		var objects []lineSprint
		var texts []string
		if len(raw) == 0 {
			continue
		} else if json.Unmarshal(raw, &objects) == nil {
			all = append(all, objects...)
		} else if json.Unmarshal(raw, &texts) == nil {
			for _, t := range texts {
				if sp, ok := sprintText(t); ok {
					all = append(all, sp)
				}
			}
		}
	}
	for _, in := range all {
		sp := Sprint{
			ID: in.ID, Name: l.word(in.Name), State: l.word(strings.ToLower(in.State)), BoardID: cmp.Or(in.BoardID, in.OriginBoardID),
			Goal: in.Goal, Start: in.StartDate, End: in.EndDate, Complete: in.CompleteDate,
		}
		if sp.State == "closed" {
			i.ClosedSprints = append(i.ClosedSprints, sp)
		} else {
			i.Sprint = &sp
		}
	}
}

// sprintText reads the form in which older servers print a sprint:
// com.atlassian.greenhopper.service.sprint.Sprint@38edde33[id=54,rapidViewId=75,state=CLOSED,name=4.0 Sprint 7,goal=...
func sprintText(s string) (lineSprint, bool) {
	m := regexp.MustCompile(`\[id=(\d+),rapidViewId=([^,]*),state=(\w+),name=(.*?),(?:goal|startDate)=`).FindStringSubmatch(s)
	if m == nil {
		return lineSprint{}, false
	}
	id, _ := strconv.Atoi(m[1])
	board, _ := strconv.Atoi(m[2])
	sp := lineSprint{ID: id, BoardID: board, State: m[3], Name: m[4]}
	for name, t := range map[string]*time.Time{"startDate": &sp.StartDate, "endDate": &sp.EndDate, "completeDate": &sp.CompleteDate} {
		// Nothing is escaped, so a name or a goal may look like a date: the last one counts.
		rest, found := afterLast(s, ","+name+"=")
		if day, _, _ := strings.Cut(rest, ","); found {
			*t, _ = time.Parse(time.RFC3339Nano, day) // <null> is none
		}
	}
	return sp, true
}

func afterLast(s, sep string) (after string, found bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return "", false
	}
	return s[at+len(sep):], true
}

// plainID gives an id that is written as a string or as a number.
func plainID(raw json.RawMessage) string {
	s := strings.Trim(string(raw), `"`)
	if s == "null" {
		return ""
	}
	return s
}

// parseStamp reads the two forms in which Jira writes times.
func parseStamp(s string) (time.Time, error) {
	if t, err := time.Parse("2006-01-02T15:04:05.999-0700", s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time as Jira writes it (2006-01-02T15:04:05.000+0000)", s)
	}
	return t.UTC(), nil
}
