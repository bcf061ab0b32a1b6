package linearsim

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxLine is more than the longest issue that an answer holds, in bytes.
const maxLine = 8 << 20

// LoadJSONL adds issues to the workspace from a file of JSON lines, plain or
// gzipped, each an issue node as the API answers it: id, identifier, title,
// createdAt, and where given description, updatedAt, priority, estimate, dueDate,
// state (its type, or the name of a default state), labels, assignee, creator,
// project and parent. Teams, users, labels and projects that the lines name and
// the workspace lacks are added. A parent that is not there is left out.
//
// It gives how many issues were added. A line that is no issue is an error that
// names the line, and then nothing is added at all.
func (s *Server) LoadJSONL(r io.Reader) (n int, err error) {
	lines := bufio.NewReader(r)
	if magic, _ := lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(lines)
		if err != nil {
			return 0, fmt.Errorf("issues: not readable as gzip: %w", err)
		}
		defer func() { _ = zr.Close() }()
		r = zr
	} else {
		r = lines
	}
	var all []loaded
	seen := map[string]int{} // id and identifier -> line
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxLine)
	line := 0
	for sc.Scan() {
		line++
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		l, err := readIssue(sc.Bytes())
		if err != nil {
			return 0, fmt.Errorf("issues: line %d: %w", line, err)
		}
		for _, key := range []string{l.ID, l.Identifier} {
			if before := seen[key]; before > 0 {
				return 0, fmt.Errorf("issues: line %d: %s is on line %d already", line, key, before)
			}
			seen[key] = line
		}
		all = append(all, l)
	}
	if err := sc.Err(); err != nil {
		return 0, fmt.Errorf("issues: after line %d: %w", line, err)
	}
	return s.take(all, seen)
}

// loaded is the part of an issue node that is kept.
type loaded struct {
	ID, Identifier, Title, Description string
	CreatedAt, UpdatedAt               time.Time
	Priority, Estimate                 float64
	DueDate                            string
	State                              *struct{ Name, Type string }
	Labels                             *struct{ Nodes []loadedRef }
	Assignee, Creator, Project, Parent *loadedRef

	team   string
	number int
}

type loadedRef struct{ ID, Name, Email string }

func readIssue(raw []byte) (loaded, error) {
	var l loaded
	if err := json.Unmarshal(raw, &l); err != nil {
		return l, fmt.Errorf("not an issue in JSON: %w", err)
	}
	team, number, _ := strings.Cut(l.Identifier, "-")
	l.team = team
	l.number, _ = strconv.Atoi(number)
	switch {
	case l.ID == "":
		return l, errors.New(`no "id": is this an issue node as Linear answers it?`)
	case team == "" || l.number <= 0:
		return l, fmt.Errorf("identifier %q is not of the form TEAM-NUMBER", l.Identifier)
	case l.CreatedAt.IsZero():
		return l, fmt.Errorf("%s has no createdAt", l.Identifier)
	case l.State != nil && stateType(l.State.Type, l.State.Name) == "":
		return l, fmt.Errorf("%s: state %q has no type, and is none of the default states", l.Identifier, l.State.Name)
	}
	return l, nil
}

// stateType is the type of a state, told by the names of the default ones where
// it is not given.
func stateType(typ, name string) string {
	for _, k := range defaultStates {
		if typ == k.kind || typ == "" && strings.EqualFold(name, k.name) {
			return k.kind
		}
	}
	return ""
}

// take adds what was read: all of it, or nothing.
func (s *Server) take(all []loaded, seen map[string]int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range all {
		if s.issueBy(l.ID) != nil || s.issueBy(l.Identifier) != nil {
			return 0, fmt.Errorf("issues: line %d: %s (id %s) is in the workspace already", seen[l.ID], l.Identifier, l.ID)
		}
	}
	for _, l := range all {
		i := Issue{
			ID: l.ID, TeamKey: l.team, Number: l.number, Title: l.Title, Description: l.Description,
			Priority: int(l.Priority), Estimate: l.Estimate, DueDate: l.DueDate,
			Created: l.CreatedAt, Updated: l.UpdatedAt,
			AssigneeID: s.loadUser(l.Assignee), CreatorID: s.loadUser(l.Creator), ProjectID: s.loadProject(l.Project),
		}
		if l.State != nil {
			i.StateType = stateType(l.State.Type, l.State.Name)
		}
		if l.Parent != nil && (seen[l.Parent.ID] > 0 || s.issues.get(l.Parent.ID) != nil) {
			i.ParentID = l.Parent.ID
		}
		if l.Labels != nil {
			for _, ref := range l.Labels.Nodes {
				i.LabelIDs = withID(i.LabelIDs, s.loadLabel(ref))
			}
		}
		s.addIssue(i)
	}
	return len(all), nil
}

func (s *Server) loadUser(ref *loadedRef) string {
	if ref == nil {
		return ""
	}
	u := s.users.find(func(u *User) bool { return u.ID == ref.ID || ref.ID == "" && u.Name == ref.Name })
	if u == nil {
		u = s.addUser(User{ID: ref.ID, Name: cmp.Or(ref.Name, ref.ID), Email: ref.Email, Active: true})
	}
	return u.ID
}

func (s *Server) loadProject(ref *loadedRef) string {
	if ref == nil {
		return ""
	}
	p := s.projects.find(func(p *Project) bool { return p.ID == ref.ID || ref.ID == "" && p.Name == ref.Name })
	if p == nil {
		p = s.addProject(Project{ID: ref.ID, Name: cmp.Or(ref.Name, ref.ID)})
	}
	return p.ID
}

func (s *Server) loadLabel(ref loadedRef) string {
	l := s.labels.find(func(l *Label) bool {
		return l.Kind == IssueLabel && (l.ID == ref.ID || ref.ID == "" && l.Name == ref.Name)
	})
	if l == nil {
		l = s.addLabel(Label{ID: ref.ID, Kind: IssueLabel, Name: cmp.Or(ref.Name, ref.ID)})
	}
	return l.ID
}
