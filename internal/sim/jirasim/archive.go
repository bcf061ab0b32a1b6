package jirasim

import (
	"fmt"
	"net/http"
	"time"
)

// What has become of a project that is not live, in the words of the `status`
// parameter of GET /project/search.
const (
	projectArchived = "archived"
	projectDeleted  = "deleted"
)

// archival is when and by whom something was put away.
type archival struct {
	at time.Time
	by string // account id
}

// Archive puts an issue away, and its sub-tasks with it: no search finds it any
// more, reading it by id or key goes on working, and every write is refused
// (developer.atlassian.com, "Archiving API"). Its `updated` stays as it was.
func (s *Server) Archive(key, by string) error { return s.setArchived(key, by, true) }

// Unarchive brings an archived issue back, and its sub-tasks with it.
func (s *Server) Unarchive(key, by string) error { return s.setArchived(key, by, false) }

func (s *Server) setArchived(key, by string, archived bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	top := s.find(key)
	if top == nil {
		return fmt.Errorf("archive: there is no issue %s", key)
	}
	if s.users[by] == nil {
		return fmt.Errorf("archive %s: there is no user %q; add them first", key, by)
	}
	s.archive(top, by, archived)
	return nil
}

// archive puts an issue away or brings it back. The caller holds the lock.
func (s *Server) archive(top *record, by string, archived bool) {
	var mark *archival
	if archived {
		mark = &archival{s.now(), by}
	}
	for _, r := range s.issues {
		parent := s.parentOf(&r.Issue)
		if r.ID == top.ID || (r.Level < 0 && parent != nil && parent.ID == top.ID) {
			c := r.copy()
			c.archived = mark
			s.put(c)
		}
	}
}

// ArchiveProject puts a project away. It is as if it did not exist, but its
// issues can be read by id or key; they cannot be changed.
func (s *Server) ArchiveProject(key, by string) error { return s.setGone(key, by, projectArchived) }

// DeleteProject puts a project into the trash: it and its issues are as if they
// did not exist, and GET /project/search?status=deleted lists it.
func (s *Server) DeleteProject(key, by string) error { return s.setGone(key, by, projectDeleted) }

// RestoreProject brings back a project that was archived or deleted, with all
// that was in it.
func (s *Server) RestoreProject(key, by string) error { return s.setGone(key, by, "") }

func (s *Server) setGone(key, by, gone string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.projects[key]
	if old == nil {
		return fmt.Errorf("archive, delete or restore: there is no project %q", key)
	}
	if s.users[by] == nil {
		return fmt.Errorf("archive, delete or restore %s: there is no user %q; add them first", key, by)
	}
	p := *old
	p.gone, p.since = gone, archival{s.now(), by}
	s.projects[key] = &p
	return nil
}

// refuseArchived refuses a write to an issue that is put away, by itself or with
// its project; status 0 stands for no objection. That archived issues are read
// only is documented; the words are ours, for want of a public capture.
func (s *Server) refuseArchived(r *record) reply {
	switch {
	case r.archived != nil:
		return fail(http.StatusBadRequest, "The issue "+r.Key+" is archived. Archived issues cannot be edited.")
	case s.projects[r.Project].gone == projectArchived:
		return fail(http.StatusBadRequest, "The project of "+r.Key+" is archived. Issues of archived projects cannot be edited.")
	}
	return reply{}
}

// archiveField tells when, or by whom, an issue was put away. Other issues do
// not have these fields.
func (s *Server) archiveField(c *call, r *record, field string) (value any, known bool) {
	switch {
	case r.archived == nil:
		return nil, false
	case field == "archivedby":
		return s.userView(c, r.archived.by), true
	}
	return stamp(r.archived.at, c.zone()), true
}

// goneView adds to a project what has become of it.
func (s *Server) goneView(c *call, p *project, v map[string]any) {
	when := stamp(p.since.at, c.zone())
	switch p.gone {
	case projectArchived:
		v["archived"], v["archivedDate"], v["archivedBy"] = true, when, s.userView(c, p.since.by)
	case projectDeleted:
		v["deleted"], v["deletedDate"], v["deletedBy"] = true, when, s.userView(c, p.since.by)
	}
}
