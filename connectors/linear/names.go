package linear

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// Items hold the names of labels, people, cycles, milestones and projects and
// the type of a workflow state or a project status, and an item's updatedAt does
// not move when one of those is renamed, deactivated or, in the case of a cycle,
// merely begins. So a cursor remembers under which names the items were read: a hash for each, some
// fifty bytes. A pull compares them with the lists of the directory, and reads
// again what holds a name that is another one now, or was not known: the issues
// of it by a filter, projects and initiatives, which are few, from the start.
// Within the life of a Tracker a name never changes, so that all that it reads is
// under the names that the cursor remembers.

// names maps what an item may hold, by sort and id, to a hash of what the item
// says of it.
type names map[string]string

// sort is the first letter of a key of names.
type sort byte

const (
	userName            sort = 'u'
	cycleName           sort = 'c'
	projectName         sort = 'p'
	issueLabelName      sort = 'l'
	projectLabelName    sort = 'q'
	initiativeLabelName sort = 'j'
	milestoneName       sort = 'm'
	stateType           sort = 't'
	statusType          sort = 'k' // of a project status
	sightName           sort = 's' // whether initiatives may be seen
)

func labelNames() map[roadmap.Kind]sort {
	return map[roadmap.Kind]sort{roadmap.KindIssue: issueLabelName, roadmap.KindProject: projectLabelName, roadmap.KindInitiative: initiativeLabelName}
}

func nameKey(s sort, id string) string { return string(s) + id }

func hashName(of ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", of))
	return hex.EncodeToString(sum[:4])
}

// names of the directory.
func (t *Tracker) names() names {
	n := names{nameKey(sightName, ""): string(t.dir.sight)}
	for id, p := range t.dir.users {
		n[nameKey(userName, id)] = hashName(p.Name, p.Email, p.Active, p.Kind, p.URL)
	}
	for id, c := range t.dir.cycles {
		n[nameKey(cycleName, id)] = hashName(c.name, c.active)
	}
	for id, name := range t.dir.milestones {
		n[nameKey(milestoneName, id)] = hashName(name)
	}
	for id, kind := range t.dir.states {
		n[nameKey(stateType, id)] = hashName(kind)
	}
	for id, kind := range t.dir.statuses {
		n[nameKey(statusType, id)] = hashName(kind)
	}
	for kind, s := range labelNames() {
		for id, l := range t.dir.labels[kind].byID {
			n[nameKey(s, id)] = hashName(l.name, l.alias)
		}
	}
	return n
}

// staleIDs is the most names that are asked for by a filter; where more have
// changed, all issues are read again.
const staleIDs = 100

// rename takes over the names of today and marks what must be read again.
// Projects are not in the lists: their own stream tells of them. A pull that
// was broken off and goes on under other names begins again, or the pages
// before it would be under those of yesterday.
func (c *cursor) rename(now names) {
	before := c.Names
	c.Names = now
	if before == nil {
		return
	}
	changed := false
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if sort(key[0]) == projectName {
			now[key] = before[key]
			continue
		}
		if is, there := now[key]; !there || is != before[key] {
			c.outdate(key, !there)
			changed = true
		}
	}
	if changed {
		c.begin(firstStream)
	}
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if _, known := before[key]; known {
			continue
		}
		// Something may hold it that was read while it was not to be seen. There
		// is always something new somewhere: a pull that goes on does not begin
		// again for it, the next one finds it new.
		if c.Stream == firstStream && c.After == "" {
			c.outdate(key, false)
		} else {
			delete(now, key)
		}
	}
}

// learn takes over names that were met during the pull.
func (c *cursor) learn(now names, met []string) {
	for _, key := range met {
		c.Names[key] = now[key]
	}
}

// outdate marks what holds a name to be read again. Linear cannot be asked for
// the issues of something that is gone, so then all of them are.
func (c *cursor) outdate(key string, gone bool) {
	switch sort(key[0]) {
	case projectLabelName, statusType, sightName:
		c.Whole[projectStream] = true
		return
	case initiativeLabelName:
		c.Whole[initiativeStream] = true
		return
	case userName:
		c.Whole[projectStream], c.Whole[initiativeStream] = true, true
	}
	if !slices.Contains(c.Stale, key) {
		c.Stale = append(c.Stale, key)
	}
	if gone || len(c.Stale) > staleIDs {
		c.Whole[issueStream] = true
	}
}

// seeProject compares the name of a project with the one that its issues were
// read under.
func (c *cursor) seeProject(n projectNode) {
	key, is := nameKey(projectName, n.ID), hashName(text(n.Name))
	if before, known := c.Names[key]; known && before != is {
		c.outdate(key, false)
	}
	c.Names[key] = is
}

// seeIssue notes where an issue names its project otherwise than the project
// itself did: it was renamed in between, and its next row is to count as
// changed even if it goes back to the old name. A project that moved past the
// pages of its own stream is known by its issues at first.
func (c *cursor) seeIssue(n issueNode) {
	if n.Project == nil {
		return
	}
	key, is := nameKey(projectName, n.Project.ID), hashName(text(n.Project.Name))
	if before, known := c.Names[key]; !known {
		c.Names[key] = is
	} else if before != is {
		c.Names[key] = ""
	}
}

// stale is the filter for the issues that hold a name which has changed.
func (c *cursor) stale() []IssueFilter {
	ids := map[sort][]string{}
	for _, key := range c.Stale {
		s := sort(key[0])
		ids[s] = append(ids[s], strings.TrimPrefix(key, string(s)))
	}
	var or []IssueFilter
	add := func(s sort, filter func(*withID) IssueFilter) {
		if len(ids[s]) > 0 {
			or = append(or, filter(&withID{within{ids[s]}}))
		}
	}
	add(issueLabelName, func(in *withID) IssueFilter { return IssueFilter{Labels: &someLabel{*in}} })
	add(userName, func(in *withID) IssueFilter { return IssueFilter{Assignee: in} })
	add(userName, func(in *withID) IssueFilter { return IssueFilter{Creator: in} })
	add(cycleName, func(in *withID) IssueFilter { return IssueFilter{Cycle: in} })
	add(milestoneName, func(in *withID) IssueFilter { return IssueFilter{ProjectMilestone: in} })
	add(stateType, func(in *withID) IssueFilter { return IssueFilter{State: in} })
	add(projectName, func(in *withID) IssueFilter { return IssueFilter{Project: in} })
	return or
}
