package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// village is a random org in a Jira Cloud, a Jira Data Center and a Linear that
// speak HTTP. What its rules must find is known as it is built.
type village struct {
	t     *testing.T
	r     *rand.Rand
	n     int // counts what needs a name of its own
	jiras map[string]*jirasim.Server
	eng   *linearsim.Server
	label map[string]string // of Linear: name -> id
	file  string            // the org's file
	decl  strings.Builder   // of the file: people
	want  []string          // RULE REF of each finding that must be made

	open, closed []thing
}

// thing is an item of the village.
type thing struct {
	tracker string
	key     string // as people write it
	id      string // of Linear
}

func (g thing) ref() string { return g.tracker + ":" + g.key }

const (
	villagePO    = "customfield_10050"
	villageField = "customfield_10060"
	picker       = "com.atlassian.jira.plugin.system.customfieldtypes:userpicker"
	textField    = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"
)

// villageOrg is the org's file of every village.
const villageOrg = `org: village
trackers:
  cloud: {type: jira, url: %q, auth: {type: bearer, token: "file:token"}, projects: [PAY], deployment: cloud, requests_per_second: 10000}
  dc: {type: jira, url: %q, auth: {type: bearer, token: "file:token"}, projects: [OPS], deployment: datacenter, levels: [Initiative], requests_per_second: 10000}
  eng: {type: linear, url: "%s/graphql", auth: {type: api-key, token: "file:token"}, teams: [ENG], requests_per_second: 10000}
links: [parent, project, {label: "goal:{goal}"}, {issue-link: [implements]}, {field: "field:Strategic goal"}]
roadmap:
  - {from: cloud, jql: project = ROAD, pm: assignee, po: "field:Product Owner"}
  - {from: dc, jql: project = STRAT, pm: assignee, po: "field:Product Owner"}
  - {from: eng, goals: initiatives, pm: owner, po: lead}
people:
  nobody: {accounts: {cloud: nobody}}
%s`

func newVillage(t *testing.T, r *rand.Rand) *village {
	clock := func() time.Time { return demoStart }
	v := &village{
		t: t, r: r, label: map[string]string{}, eng: linearsim.New(linearsim.Options{Clock: clock}),
		jiras: map[string]*jirasim.Server{
			"cloud": jirasim.New(jirasim.Options{Clock: clock}),
			"dc":    jirasim.New(jirasim.Options{Clock: clock, DataCenter: &jirasim.DataCenter{}}),
		},
	}
	for tracker, j := range v.jiras {
		j.AddUser(jirasim.User{AccountID: sim.JiraBot, Name: "alignd", Email: sim.BotEmail, Active: true})
		j.AddBearer(sim.LinearKey, sim.JiraBot)
		j.AddField(jirasim.Field{ID: villagePO, Name: "Product Owner", Custom: picker, Type: "user"})
		j.AddField(jirasim.Field{ID: villageField, Name: "Strategic goal", Custom: textField, Type: "string"})
		j.AddLinkType(jirasim.LinkType{Name: "Implements", Inward: "is implemented by", Outward: "implements"})
		for _, key := range []string{work[tracker], goals[tracker], "OLD"} {
			j.AddProject(jirasim.Project{Key: key, Name: key})
		}
		j.AddProject(jirasim.Project{Key: "SECRET", Name: "Secret", Hidden: true})
	}
	v.eng.AddKey(sim.LinearKey, v.eng.AddUser(linearsim.User{Name: "alignd", Email: sim.BotEmail, Active: true}).ID)
	v.eng.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineers"})
	for range 3 {
		v.open = append(v.open, v.served(v.goal(v.tracker(), "active", v.person(true), v.person(true))))
		v.closed = append(v.closed, v.goal(v.tracker(), "done", nil, nil))
	}
	return v
}

// The projects of stories and of goals.
var (
	work  = map[string]string{"cloud": "PAY", "dc": "OPS"}
	goals = map[string]string{"cloud": "ROAD", "dc": "STRAT"}
)

// serve puts the village on loopback ports and gives its file.
func (v *village) serve() {
	on := func(tracker string) string {
		handler := httptest.NewServer(v.eng)
		if j := v.jiras[tracker]; j != nil {
			handler.Close()
			handler = httptest.NewServer(j)
		}
		v.t.Cleanup(handler.Close)
		return handler.URL
	}
	dir := v.t.TempDir()
	v.file = filepath.Join(dir, "village.yaml")
	org := fmt.Sprintf(villageOrg, on("cloud"), on("dc"), on("eng"), v.decl.String())
	v.must(os.WriteFile(filepath.Join(dir, "token"), []byte(sim.LinearKey), 0o600))
	v.must(os.WriteFile(v.file, []byte(org), 0o600))
}

func (v *village) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *village) next() int {
	v.n++
	return v.n
}

func (v *village) tracker() string { return oneOf(v.r, "cloud", "dc", "eng") }

func oneOf[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

func (v *village) find(rule roadmap.Rule, ref string) {
	v.want = append(v.want, string(rule)+" "+ref)
}

// somebody is a person with an account in each tracker, made when it is asked
// for; the address is the same in all.
type somebody struct {
	name   string
	active bool
	ids    map[string]string
}

func (v *village) person(active bool) *somebody {
	return &somebody{fmt.Sprintf("Person %d", v.next()), active, map[string]string{}}
}

// account gives a person's account in a tracker; nil has none.
func (v *village) account(p *somebody, tracker string) string {
	if p == nil {
		return ""
	}
	if p.ids[tracker] == "" {
		mail := strings.ReplaceAll(p.name, " ", ".") + "@village.example"
		if j := v.jiras[tracker]; j != nil {
			p.ids[tracker] = fmt.Sprintf("u%d", v.next())
			j.AddUser(jirasim.User{AccountID: p.ids[tracker], Name: p.name, Email: mail, Active: p.active})
		} else {
			p.ids[tracker] = v.eng.AddUser(linearsim.User{Name: p.name, Email: mail, Active: p.active}).ID
		}
	}
	return p.ids[tracker]
}

// Statuses of both kinds of tracker, by the word for a goal.
var (
	categories = map[string]string{"planned": "new", "active": "indeterminate", "done": "done"}
	initiative = map[string]string{"planned": "Planned", "active": "Active", "done": "Completed"}
)

// goal makes a roadmap goal with its owners; on Linear the PO leads a project.
func (v *village) goal(tracker, status string, pm, po *somebody) thing {
	title := fmt.Sprintf("Goal %d", v.next())
	if j := v.jiras[tracker]; j != nil {
		i := jirasim.Issue{
			Project: goals[tracker], Type: "Initiative", Summary: title, Status: "S" + status,
			StatusCategory: categories[status], Assignee: v.account(pm, tracker),
		}
		if po != nil {
			i.Custom = map[string]any{villagePO: v.account(po, tracker)}
		}
		return v.add(tracker, i)
	}
	g := v.eng.AddInitiative(linearsim.Initiative{
		Name: title, Status: initiative[status], OwnerID: v.account(pm, tracker), SlugID: fmt.Sprintf("i%d", v.next()),
	})
	goal := thing{tracker, g.SlugID, g.ID}
	if po != nil {
		v.project(goal, po)
	}
	return goal
}

// project makes a Linear project of an initiative, if any.
func (v *village) project(of thing, lead *somebody) thing {
	p := v.eng.AddProject(linearsim.Project{
		Name: fmt.Sprintf("Project %d", v.next()), StatusType: "started", LeadID: v.account(lead, "eng"), SlugID: fmt.Sprintf("p%d", v.next()),
	})
	if of.id != "" {
		v.must(v.eng.LinkProject(of.id, p.ID))
	}
	return thing{"eng", p.SlugID, p.ID}
}

func (v *village) add(tracker string, i jirasim.Issue) thing {
	added, err := v.jiras[tracker].AddIssue(i)
	v.must(err)
	return thing{tracker: tracker, key: added.Key}
}

// labelled gives the id of a Linear label.
func (v *village) labelled(name string) string {
	if v.label[name] == "" {
		v.label[name] = v.eng.AddLabel(linearsim.IssueLabel, name).ID
	}
	return v.label[name]
}

// story is a story that is not in its tracker yet: one of the two is used.
type story struct {
	tracker string
	jira    jirasim.Issue
	linear  linearsim.Issue
	after   []func(thing) // what is done to it once it is there
}

func (v *village) story(tracker string) *story {
	title := fmt.Sprintf("Story %d", v.next())
	s := &story{tracker: tracker, linear: linearsim.Issue{TeamKey: "ENG", Title: title, StateType: oneOf(v.r, linearsim.Backlog, linearsim.Unstarted, linearsim.Started)}}
	s.jira = jirasim.Issue{Project: work[tracker], Type: oneOf(v.r, "Story", "Task", "Bug"), Summary: title, Status: "Doing", StatusCategory: oneOf(v.r, "new", "indeterminate")}
	s.jira.Status += s.jira.StatusCategory
	return s
}

// put puts a story into its tracker.
func (v *village) put(s *story) thing {
	var there thing
	if s.tracker == "eng" {
		i := v.eng.AddIssue(s.linear)
		there = thing{"eng", i.Identifier(), i.ID}
	} else {
		there = v.add(s.tracker, s.jira)
	}
	for _, f := range s.after {
		f(there)
	}
	return there
}

// served makes a story of a goal.
func (v *village) served(g thing) thing {
	v.put(v.reach(v.story(v.tracker()), g))
	return g
}

// reach leads a story to a goal, by any way that there is from the one to the
// other: directly, through an epic or through a project.
func (v *village) reach(s *story, g thing) *story {
	byLabel := func() {
		name := "goal:" + oneOf(v.r, g.ref(), g.key)
		if s.tracker == "eng" {
			s.linear.LabelIDs = append(s.linear.LabelIDs, v.labelled(name))
		} else {
			s.jira.Labels = append(s.jira.Labels, name)
		}
	}
	ways := []func(){byLabel}
	if s.tracker != "eng" {
		ways = append(ways,
			func() { s.jira.Custom = map[string]any{villageField: g.ref()} },
			func() { // an epic that carries the label, perhaps in a project that is not configured
				epic := v.epic(s.tracker, oneOf(v.r, work[s.tracker], "OLD"), "")
				v.must(v.jiras[s.tracker].Edit(epic.key, sim.JiraBot, func(i *jirasim.Issue) { i.Labels = []string{"goal:" + g.ref()} }))
				s.under(epic, v.r)
			})
	}
	switch {
	case s.tracker == g.tracker && s.tracker != "eng":
		ways = append(ways,
			func() { s.under(v.epic(s.tracker, work[s.tracker], g.key), v.r) },
			func() {
				s.jira.Custom = map[string]any{villageField: oneOf(v.r, g.key, "https://jira.example/browse/"+g.key)}
			},
			func() {
				s.after = append(s.after, func(it thing) {
					_, err := v.jiras[s.tracker].Link("Implements", it.key, g.key, sim.JiraBot)
					v.must(err)
				})
			})
	case s.tracker == g.tracker:
		ways = append(ways, func() { s.linear.ProjectID = v.project(g, nil).id })
	}
	oneOf(v.r, ways...)()
	return s
}

// under puts a story under an epic, by its parent or by the Epic Link.
func (s *story) under(epic thing, r *rand.Rand) {
	if s.tracker == "dc" || r.IntN(2) == 0 {
		s.jira.EpicLink = epic.key
	} else {
		s.jira.ParentKey = epic.key
	}
}

func (v *village) epic(tracker, project, parent string) thing {
	return v.add(tracker, jirasim.Issue{Project: project, Type: "Epic", Summary: fmt.Sprintf("Epic %d", v.next()), ParentKey: parent})
}
