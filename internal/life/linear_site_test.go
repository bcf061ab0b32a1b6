package life

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/connectors/linear"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// linearSite is a built-in Linear: a team, a project that serves an initiative,
// one that serves none, and a team that the file does not name.
type linearSite struct {
	*linearsim.Server
	users    map[string]string // account -> id
	names    map[string]string // id -> account
	projects []string          // ids; 0 is none
	lifted   bool              // the project that serves none serves the goal now
	goal     string            // id of the initiative
	ids      []string          // of all things, in order
}

// linearSchema is read once for all lives.
var linearSchema = sync.OnceValue(linearsim.NewSchema)

func newLinear(w *world, seed int64) *linearSite {
	s := &linearSite{Server: linearsim.New(linearsim.Options{Clock: w.clock, Seed: seed, Schema: linearSchema()}), users: map[string]string{}, names: map[string]string{}}
	s.SetBudget(1_000_000, 1_000_000_000)
	for _, name := range []string{bot, ana, robot} {
		id := s.AddUser(linearsim.User{Name: name, Email: name + "@acme.example", Active: true}).ID
		s.users[name], s.names[id] = id, name
	}
	s.AddKey("lin_api_key", s.users[bot])
	s.AddTeam(linearsim.Team{Key: "ENG", Name: "Platform"})
	s.AddTeam(linearsim.Team{Key: "OPS", Name: "Operations"})
	for _, name := range []string{ignore, "goal:grow", "urgent", "needs-goal"} {
		s.AddLabel(linearsim.IssueLabel, name)
	}
	for _, name := range []string{ignore, "urgent"} {
		s.AddLabel(linearsim.ProjectLabel, name)
		s.AddLabel(linearsim.InitiativeLabel, name)
	}
	old := w.now.AddDate(0, 0, -60)
	s.goal = s.AddInitiative(linearsim.Initiative{Name: "Grow", SlugID: "grow", Status: "Active", OwnerID: s.users[ana], Created: old}).ID
	serves := s.AddProject(linearsim.Project{Name: "Serves the goal", StatusType: "started", LeadID: s.users[ana], Created: old}).ID
	none := s.AddProject(linearsim.Project{Name: "Serves none", StatusType: "started", Created: old}).ID
	s.projects = []string{"", serves, none}
	s.ids = []string{s.goal, serves, none}
	s.must(s.LinkProject(s.goal, serves))
	return s
}

func (s *linearSite) must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *linearSite) name() string { return "eng" }

func (s *linearSite) section(file) string {
	return "  eng:\n    type: linear\n    auth: {type: api-key, token: env:UNUSED}\n    census: 36h\n    teams: [ENG]\n"
}

func (s *linearSite) source() string { return "  - {from: eng, goals: initiatives}\n" }

func (s *linearSite) connect(w *world, t config.Tracker, src map[int]config.Source, rt http.RoundTripper) (connectors.Tracker, error) {
	st := w.db().store
	kept, err := st.Directory(w.ctx, t.Name)
	if err != nil {
		return nil, err
	}
	return linear.New(linear.Options{
		Config: t, Org: "acme", Sources: src, Token: "lin_api_key", Rate: 1e6, Attempts: 2, PageSize: w.page, Transport: rt, Now: w.alignd,
		KeptDirectory: kept, KeepDirectory: func(ctx context.Context, kept string) error { return st.KeepDirectory(ctx, t.Name, kept) },
	})
}

func (s *linearSite) writes(_ *http.Request, body []byte) bool {
	return bytes.Contains(body[:min(len(body), 40)], []byte(`"mutation`))
}

func (s *linearSite) things() []string {
	return slices.DeleteFunc(slices.Clone(s.ids), func(id string) bool { return s.look(id).ref == "" })
}

func (s *linearSite) stories() []string {
	return slices.DeleteFunc(slices.Clone(s.ids), func(id string) bool { _, is := s.Issue(id); return !is })
}

func (s *linearSite) look(id string) thing {
	t := thing{there: true}
	if i, is := s.Issue(id); is {
		t.ref, t.out, t.created = "eng:"+i.Identifier(), i.TeamKey != "ENG", i.Created
		t.there, t.open = !i.Hidden && !i.Archived, i.StateType != linearsim.Completed
		t.rest = fmt.Sprint(i.Title, i.StateType, i.ProjectID, i.TeamKey, i.AssigneeID, i.ParentID, i.Hidden, i.Archived)
	} else if p, is := s.Project(id); is {
		t.ref, t.open, t.created = "eng:"+p.SlugID, true, p.Created
		t.rest = fmt.Sprint(p.Name, p.StatusType, p.LeadID, p.Hidden)
	} else if in, is := s.Initiative(id); is {
		t.ref, t.goal, t.open, t.created = "eng:"+in.SlugID, true, in.Status != "Completed", in.Created
		t.rest = fmt.Sprint(in.Name, in.Status, in.OwnerID, in.ParentID)
		for n, p := range s.projects[1:] {
			p, _ := s.Project(p)
			t.owned = t.owned || p.LeadID != "" && s.serves(n+1)
		}
	} else {
		return thing{}
	}
	t.labels = s.LabelNames(id)
	for _, c := range s.Comments(id) {
		t.comments = append(t.comments, note{c.ID, s.names[c.UserID], c.Body, len(s.Mentions(c.ID)), false})
	}
	return t
}

// serves reports whether a project is one of the initiative's.
func (s *linearSite) serves(container int) bool {
	return container == 1 || container == 2 && s.lifted
}

func (s *linearSite) linkage(id string) string {
	i, _ := s.Issue(id)
	goal, _ := s.Initiative(s.goal)
	if slices.Contains(s.LabelNames(id), "goal:grow") || s.serves(slices.Index(s.projects, i.ProjectID)) {
		if goal.Status == "Completed" {
			return closed
		}
		return linked
	}
	return unlinked
}

func (s *linearSite) edit(id, by string, f func(*linearsim.Issue)) {
	if _, there := s.Issue(id); there {
		s.must(s.EditIssue(id, s.users[by], f))
	}
}

func (s *linearSite) put(id string, container int) {
	s.edit(id, ana, func(i *linearsim.Issue) { i.ProjectID = s.projects[container] })
}

// lift moves nobody's updatedAt: the edge is a row of its own.
func (s *linearSite) lift(serve bool) {
	if serve == s.lifted {
		return
	}
	if s.lifted = serve; serve {
		s.must(s.LinkProject(s.goal, s.projects[2]))
	} else {
		s.must(s.UnlinkProject(s.goal, s.projects[2]))
	}
}

func (s *linearSite) shut(closed bool) {
	s.must(s.EditInitiative(s.goal, s.users[ana], func(i *linearsim.Initiative) {
		if i.Status = "Active"; closed {
			i.Status = "Completed"
		}
	}))
}

func (s *linearSite) own(owned bool) {
	s.must(s.EditProject(s.projects[1], s.users[ana], func(p *linearsim.Project) {
		if p.LeadID = ""; owned {
			p.LeadID = s.users[ana]
		}
	}))
}

func (s *linearSite) finish(id string, done bool) {
	s.edit(id, ana, func(i *linearsim.Issue) {
		if i.StateType = linearsim.Started; done {
			i.StateType = linearsim.Completed
		}
	})
}

func (s *linearSite) retitle(id, title string) {
	s.edit(id, ana, func(i *linearsim.Issue) { i.Title = title })
}

func (s *linearSite) label(id, name, by string, on bool) {
	t := s.look(id)
	switch has := slices.Contains(t.labels, name); {
	case t.ref == "" || has == on:
	case on:
		_ = s.AddLabelAs(id, name, s.users[by]) // not every label is one of every kind
	default:
		s.must(s.RemoveLabelAs(id, name, s.users[by]))
	}
}

func (s *linearSite) say(id, by, body string) {
	c := linearsim.Comment{UserID: s.users[by], Body: body}
	switch t := s.look(id); {
	case t.ref == "":
		return
	case t.goal:
		c.InitiativeID = id
	case slices.Contains(s.projects, id):
		c.ProjectID = id
	default:
		c.IssueID = id
	}
	s.AddComment(c)
}

func (s *linearSite) unsay(_, comment string) { s.must(s.DeleteComment(comment)) }

func (s *linearSite) rewrite(_, comment, _, body string) { s.must(s.EditComment(comment, body)) }

func (*linearSite) demote(bool) {}
func (*linearSite) rest()       {}

func (s *linearSite) move(id string, out bool) {
	s.edit(id, ana, func(i *linearsim.Issue) {
		if i.TeamKey = "ENG"; out {
			i.TeamKey = "OPS"
		}
	})
}

func (s *linearSite) hide(id string, hidden bool) {
	s.edit(id, ana, func(i *linearsim.Issue) { i.Archived = hidden })
}

func (s *linearSite) remove(id string) {
	if _, there := s.Issue(id); there {
		s.must(s.DeleteIssue(id))
	}
}

func (s *linearSite) add(created time.Time) {
	i := s.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "A story", AssigneeID: s.users[ana], Created: created})
	s.ids = append(s.ids, i.ID)
}
