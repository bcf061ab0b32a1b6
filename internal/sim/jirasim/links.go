package jirasim

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// LinkType is one way in which issues are linked: Blocks, read "blocks" from the
// one issue and "is blocked by" from the other.
type LinkType struct {
	ID      string // numeric; assigned where empty
	Name    string
	Inward  string // is blocked by
	Outward string // blocks
}

// defaultLinkTypes are the ones of a new site.
func defaultLinkTypes() []LinkType {
	return []LinkType{
		{"10000", "Blocks", "is blocked by", "blocks"},
		{"10001", "Cloners", "is cloned by", "clones"},
		{"10002", "Duplicate", "is duplicated by", "duplicates"},
		{"10003", "Relates", "relates to", "relates to"},
	}
}

// issueLink is one end of a link, kept with the issue at that end.
type issueLink struct {
	id      int
	typeID  string
	other   string // id of the issue at the other end
	outward bool   // this issue does it to the other: it blocks
}

// RemoteLink points from an issue to a page elsewhere. Such links are never
// among an issue's links; they have their own endpoint.
type RemoteLink struct {
	ID           int    // assigned
	GlobalID     string // "" for none; a second link of the same GlobalID takes the place of the first
	URL          string
	Title        string
	Relationship string
}

// AddLinkType adds a type of link, or replaces the one with the same ID: an
// administrator renames types as they please.
func (s *Server) AddLinkType(t LinkType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.ID == "" {
		s.nextID++
		t.ID = itoa(s.nextID)
	}
	if at := slices.IndexFunc(s.linkTypes, func(k LinkType) bool { return k.ID == t.ID }); at >= 0 {
		s.linkTypes[at] = t
		return
	}
	s.linkTypes = append(s.linkTypes, t)
}

// linkType finds a type of link by id or name; ok is false for none.
func (s *Server) linkType(id, name string) (t LinkType, ok bool) {
	for _, t := range s.linkTypes {
		if t.ID == id || (id == "" && strings.EqualFold(t.Name, name)) {
			return t, true
		}
	}
	return LinkType{}, false
}

// Link lets a person link two issues: from blocks to, where the type is Blocks.
// It moves `updated` of both. A link that is there already is given back.
func (s *Server) Link(typeName, from, to, by string) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, b := s.find(from), s.find(to)
	t, known := s.linkType("", typeName)
	switch {
	case !known:
		return "", fmt.Errorf("link: there is no type of link %q; add it first", typeName)
	case a == nil || b == nil:
		return "", fmt.Errorf("link %s to %s: one of them does not exist", from, to)
	case s.users[by] == nil:
		return "", fmt.Errorf("link %s to %s: there is no user %q; add them first", from, to, by)
	}
	n, err := s.link(t, a, b, by)
	return strconv.Itoa(n), err
}

func (s *Server) link(t LinkType, from, to *record, by string) (int, error) {
	if from.ID == to.ID {
		return 0, errors.New("You cannot link an issue to itself.")
	}
	for _, l := range from.links {
		if l.typeID == t.ID && l.other == to.ID && l.outward {
			return l.id, nil
		}
	}
	s.nextNote++
	id := s.nextNote
	end := func(r, other *record, outward bool, word string) {
		c := r.copy()
		c.links = append(c.links, issueLink{id, t.ID, other.ID, outward})
		s.note(c, by, linkItem("", "", other.Key, "This issue "+word+" "+other.Key))
	}
	end(from, to, true, t.Outward)
	end(to, from, false, t.Inward)
	return id, nil
}

// Unlink lets a person remove a link, which moves `updated` of both issues.
func (s *Server) Unlink(id, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[by] == nil {
		return fmt.Errorf("unlink %s: there is no user %q; add them first", id, by)
	}
	if !s.unlink(id, by) {
		return fmt.Errorf("unlink: there is no link %s", id)
	}
	return nil
}

func (s *Server) unlink(id, by string) (found bool) {
	for _, r := range s.linked(id) {
		c := r.copy()
		at := linkAt(c, id)
		l := c.links[at]
		c.links = slices.Delete(c.links, at, at+1)
		otherKey := ""
		if o := s.issues[l.other]; o != nil {
			otherKey = o.Key
		}
		s.note(c, by, linkItem(otherKey, "This issue "+s.linkWord(l)+" "+otherKey, "", ""))
		found = true
	}
	return found
}

// linkWord reads a link from the issue that it is kept with: blocks.
func (s *Server) linkWord(l issueLink) string {
	t, _ := s.linkType(l.typeID, "")
	if l.outward {
		return t.Outward
	}
	return t.Inward
}

// linked gives the issues at the ends of a link, the one that does it first.
func (s *Server) linked(id string) []*record {
	var ends []*record
	for _, r := range s.issues {
		if linkAt(r, id) >= 0 {
			ends = append(ends, r)
		}
	}
	slices.SortFunc(ends, func(a, b *record) int {
		if a.links[linkAt(a, id)].outward {
			return -1
		}
		return 1
	})
	return ends
}

func linkAt(r *record, id string) int {
	return slices.IndexFunc(r.links, func(l issueLink) bool { return strconv.Itoa(l.id) == id })
}

// linkItem makes the entry of a history that tells of a link.
func linkItem(from, fromText, to, toText string) changeItem {
	it := item("Link", "", "jira", fromText, toText)
	if from != "" {
		it.From = &from
	}
	if to != "" {
		it.To = &to
	}
	return it
}

// note puts a changed record in place, with the change in its history.
func (s *Server) note(r *record, by string, items ...changeItem) {
	r.Updated = s.now()
	s.nextNote++
	r.history = append(r.history, change{id: s.nextNote, by: by, at: r.Updated, items: items})
	s.put(r)
}

// AddRemoteLink lets a person point from an issue to a page elsewhere, and gives
// the link back with its ID.
func (s *Server) AddRemoteLink(key, by string, l RemoteLink) (RemoteLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(key)
	switch {
	case r == nil:
		return RemoteLink{}, fmt.Errorf("remote link: there is no issue %s", key)
	case s.users[by] == nil:
		return RemoteLink{}, fmt.Errorf("remote link on %s: there is no user %q; add them first", key, by)
	}
	if u, err := url.Parse(l.URL); err != nil || u.Host == "" {
		return RemoteLink{}, fmt.Errorf("remote link on %s: %q is not a URL with a host", key, l.URL)
	}
	l, _ = s.remoteLink(r, by, l)
	return l, nil
}

func (s *Server) remoteLink(old *record, by string, l RemoteLink) (link RemoteLink, created bool) {
	r := old.copy()
	at := slices.IndexFunc(r.remote, func(k RemoteLink) bool { return l.GlobalID != "" && k.GlobalID == l.GlobalID })
	if at >= 0 {
		l.ID = r.remote[at].ID
		r.remote[at] = l
	} else {
		s.nextNote++
		l.ID = s.nextNote
		r.remote = append(r.remote, l)
	}
	s.note(r, by, item("RemoteIssueLink", "", "jira", "", "This issue links to \""+l.Title+"\""))
	return l, at < 0
}
