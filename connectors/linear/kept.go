package linear

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// changesSize is the most rows of each list that are asked for at a time in the
// request that asks for what has changed of all of them: as a rule nothing has,
// and Linear charges for the rows that are asked for.
const changesSize = 50

// lists are those of the directory, as they are kept from one pass to the next.
//
// They are kept before the cursor of the pull that follows is, which is
// harmless: a cursor remembers itself under which names items were read, and
// however early a list knows of another name, the cursor differs from it until
// those items have been read again.
type lists struct {
	// Scope is a hash of what decides which rows there are for us: the workspace,
	// who asks, and the teams. With another one nothing is built on these.
	Scope string `json:"scope"`
	// Read is when all lists were last read from end to end, by our clock.
	Read time.Time `json:"read"`

	Users       *list[userNode]       `json:"users"`
	Cycles      *list[cycleNode]      `json:"cycles"`
	IssueLabels *list[issueLabelNode] `json:"issue_labels"`
	// nil: labels of that kind may not be read.
	ProjectLabels    *list[goalLabelNode] `json:"project_labels"`
	InitiativeLabels *list[goalLabelNode] `json:"initiative_labels"`
	States           *list[stateNode]     `json:"states"`
	Statuses         *list[stateNode]     `json:"statuses"`
	Milestones       *list[milestoneNode] `json:"milestones"`
}

// readLists reads the lists: what has changed of those that were kept, or all
// of them from end to end where nothing was kept that can be built on. followed
// says which.
func (t *Tracker) readLists(ctx context.Context, d *directory) (l *lists, followed bool, err error) {
	scope := t.listScope(d)
	if l = t.keptLists(scope); l != nil {
		if followed, err = t.followLists(ctx, l); err != nil {
			return nil, false, err
		}
	}
	if !followed {
		if l, err = t.wholeLists(ctx, scope); err != nil {
			return nil, false, err
		}
	}
	if l.ProjectLabels == nil {
		if l.ProjectLabels, err = t.goalLabels(ctx, roadmap.KindProject); err != nil {
			return nil, false, err
		}
	}
	if l.InitiativeLabels == nil {
		if l.InitiativeLabels, err = t.goalLabels(ctx, roadmap.KindInitiative); err != nil {
			return nil, false, err
		}
	}
	return l, followed, nil
}

// listScope hashes what decides which rows there are for us. What becomes
// visible with a team has not changed by that, so no later date tells of it.
func (t *Tracker) listScope(d *directory) string {
	parts := []string{t.scope(), d.workspace, d.viewer}
	for _, n := range d.teams {
		parts = append(parts, n.ID)
	}
	slices.Sort(parts[3:])
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// keptLists gives the lists that were kept, or nil where they are not to be built
// on: they are of another scope, or it is time to read all again. Only that
// shows what was deleted for good, and what changed without its date moving.
func (t *Tracker) keptLists(scope string) *lists {
	if t.o.KeptDirectory == "" || t.o.Now == nil {
		return nil
	}
	var l lists
	if err := json.Unmarshal([]byte(t.o.KeptDirectory), &l); err != nil {
		t.log.Warn("linear: the kept directory cannot be read, so it is read anew", "error", err)
		return nil
	}
	age := t.o.Now().Sub(l.Read)
	if l.Scope != scope || age < 0 || age >= t.o.Config.Census ||
		l.Users == nil || l.Cycles == nil || l.IssueLabels == nil || l.States == nil || l.Statuses == nil || l.Milestones == nil {
		return nil
	}
	return &l
}

// followLists takes in what has changed. It reports false where the answers do
// not tell that for certain, for whatever reason: read one by one and whole, the
// lists tell which of them is withheld, and what is missing or out of order.
func (t *Tracker) followLists(ctx context.Context, l *lists) (ok bool, err error) {
	err = t.takeChanges(ctx, l)
	switch connectors.KindOf(err) {
	case "":
		return !l.torn(), nil
	case connectors.Auth, connectors.RateLimited:
		return false, err // more requests fare no better
	}
	t.log.Info("linear: what has changed is not to be had at once, so people, labels and the like are read whole", "error", err)
	return false, nil
}

// takeChanges asks for what has changed of all lists, and takes it in.
func (t *Tracker) takeChanges(ctx context.Context, l *lists) error {
	for id, c := range l.Cycles.Rows {
		c.IsActive = false // those that are come all; see cycleList
		l.Cycles.Rows[id] = c
	}
	const op = "list what has changed of people, labels, cycles and the like"
	v := vars{
		"first": graphql.Int(min(changesSize, t.o.PageSize)), //nolint:gosec // at most 50
		"users": t.userList().filter(l.Users.since()), "cycles": t.cycleList().filter(l.Cycles.since()),
		"issueLabels": t.issueLabelList().filter(l.IssueLabels.since()),
		"states":      t.stateList().filter(l.States.since()), "milestones": t.milestoneList().filter(l.Milestones.since()),
	}
	ofProjects, ofInitiatives := t.goalLabelList(roadmap.KindProject), t.goalLabelList(roadmap.KindInitiative)
	v["projectLabels"], v["withProjectLabels"] = ofProjects.filter(nil), graphql.Boolean(l.ProjectLabels != nil)
	v["initiativeLabels"], v["withInitiativeLabels"] = ofInitiatives.filter(nil), graphql.Boolean(l.InitiativeLabels != nil)
	if l.ProjectLabels != nil {
		v["projectLabels"] = ofProjects.filter(l.ProjectLabels.since())
	}
	if l.InitiativeLabels != nil {
		v["initiativeLabels"] = ofInitiatives.filter(l.InitiativeLabels.since())
	}
	q := new(changesQuery)
	partial, err := t.ask(ctx, op, v, func() any { q = new(changesQuery); return q })
	if err != nil {
		return err
	}
	if len(partial) > 0 {
		return t.partialOnly(op, partial[0])
	}
	for _, follow := range []func() error{
		func() error { return t.userList().follow(ctx, t, l.Users, q.Users) },
		func() error { return t.cycleList().follow(ctx, t, l.Cycles, q.Cycles) },
		func() error { return t.issueLabelList().follow(ctx, t, l.IssueLabels, q.IssueLabels) },
		func() error { return t.stateList().follow(ctx, t, l.States, q.States) },
		func() error { return t.statusList().follow(ctx, t, l.Statuses, q.Statuses) },
		func() error { return t.milestoneList().follow(ctx, t, l.Milestones, q.Milestones) },
		func() error { return followSome(ctx, t, ofProjects, l.ProjectLabels, q.ProjectLabels) },
		func() error { return followSome(ctx, t, ofInitiatives, l.InitiativeLabels, q.InitiativeLabels) },
	} {
		if err := follow(); err != nil {
			return err
		}
	}
	return nil
}

// followSome follows a list that may be withheld.
func followSome[N listed](ctx context.Context, t *Tracker, of listing[N], known *list[N], first *page[N]) error {
	if known == nil {
		return nil
	}
	return of.follow(ctx, t, known, first)
}

// wholeLists reads all lists from end to end, but for the labels of projects and
// initiatives. Those that cannot be empty are not believed to be.
func (t *Tracker) wholeLists(ctx context.Context, scope string) (*lists, error) {
	l := &lists{Scope: scope}
	if t.o.Now != nil {
		l.Read = t.o.Now().UTC() // before: what is deleted meanwhile is found missing no later for it
	}
	var err error
	if l.Users, err = t.userList().whole(ctx, t); err != nil {
		return nil, err
	}
	if l.Cycles, err = t.cycleList().whole(ctx, t); err != nil {
		return nil, err
	}
	if l.IssueLabels, err = t.issueLabelList().whole(ctx, t); err != nil {
		return nil, err
	}
	if l.States, err = t.stateList().whole(ctx, t); err != nil {
		return nil, err
	}
	if l.Statuses, err = t.statusList().whole(ctx, t); err != nil {
		return nil, err
	}
	if l.Milestones, err = t.milestoneList().whole(ctx, t); err != nil {
		return nil, err
	}
	if len(l.Users.Rows) == 0 || len(l.States.Rows) == 0 {
		return nil, t.fail("list users and workflow states", connectors.Temporary,
			errors.New("a list came empty, though there is ourselves, and every team has states"), "")
	}
	return l, nil
}

// goalLabels reads the labels of projects or of initiatives; nil where a plan or
// a scope withholds them.
func (t *Tracker) goalLabels(ctx context.Context, kind roadmap.Kind) (*list[goalLabelNode], error) {
	l, err := t.goalLabelList(kind).whole(ctx, t)
	if err != nil && lacks(err) != "" {
		t.warnOfLabels(kind, err)
		return nil, nil
	}
	return l, err
}

// warnOfLabels says that labels of projects or of initiatives are withheld. The
// rest goes on without them; who tries to write one is told.
func (t *Tracker) warnOfLabels(kind roadmap.Kind, err error) {
	t.log.Warn("linear: labels cannot be read, so none is known or written there", "kind", string(kind), "error", err)
}

// torn reports whether something was missing inside a row. Such a row serves for
// now, and is not kept: nothing would tell later that it is whole again.
func (l *lists) torn() bool {
	return l.Users.torn || l.Cycles.torn || l.IssueLabels.torn || l.States.torn || l.Statuses.torn || l.Milestones.torn ||
		l.ProjectLabels != nil && l.ProjectLabels.torn || l.InitiativeLabels != nil && l.InitiativeLabels.torn
}

// keep keeps the lists for later Trackers, where that is wanted and they are
// another than those that were kept. Not keeping them costs requests and
// nothing else, so it is no error.
func (t *Tracker) keep(ctx context.Context, l *lists) {
	if t.o.KeepDirectory == nil || t.o.Now == nil || l.torn() {
		return
	}
	b, err := json.Marshal(l)
	if err == nil && string(b) != t.o.KeptDirectory {
		err = t.o.KeepDirectory(ctx, string(b))
	}
	if err != nil {
		t.log.Warn("linear: the directory was not kept, so the next pass reads it whole", "error", err)
	}
}

// forget has the next Tracker read the directory whole: there was something in
// it, or was not, of which no date tells.
func (t *Tracker) forget(ctx context.Context) {
	t.unkept = nil
	if t.o.KeepDirectory == nil {
		return
	}
	if err := t.o.KeepDirectory(ctx, ""); err != nil {
		t.log.Warn("linear: the kept directory was not discarded", "error", err)
	}
}
