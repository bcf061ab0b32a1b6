package mapping_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alignd/alignd/internal/roadmap"
)

// gaps are the ways in which a town is out of order: each makes something new
// that breaks one rule, and says so.
func (t *town) gaps() map[roadmap.Rule]func() {
	return map[roadmap.Rule]func(){
		roadmap.StoryWithoutGoal: func() {
			t.find(roadmap.StoryWithoutGoal, t.lost(t.tracker()).Ref)
		},
		roadmap.StoryOnClosedGoal: func() {
			s := t.story(t.tracker())
			for range 1 + t.r.IntN(2) {
				t.reach(s, pick(t.r, t.closed...))
			}
			t.find(roadmap.StoryOnClosedGoal, s.Ref)
		},
		roadmap.GoalWithoutPO: func() {
			g := t.goal(t.tracker(), t.openStatus(), t.person(), t.nobody())
			t.serve(g)
			t.find(roadmap.GoalWithoutPO, g.Ref)
		},
		roadmap.GoalWithoutPM: func() {
			g := t.goal(t.tracker(), t.openStatus(), t.nobody(), t.person())
			t.serve(g)
			t.find(roadmap.GoalWithoutPM, g.Ref)
		},
		roadmap.GoalWithoutStories: func() {
			g := t.goal(t.tracker(), roadmap.StatusDoing, t.person(), t.person())
			if t.r.IntN(2) == 0 { // what serves it is none
				s := t.serve(g)
				s.Status = pick(t.r, roadmap.StatusDropped, roadmap.StatusTriage)
			}
			if t.r.IntN(2) == 0 && g.Key.Tracker != "eng" { // nor has the goal below it any
				below := t.goal(g.Key.Tracker, roadmap.StatusTodo, t.person(), t.person())
				t.link(below, g)
			}
			t.find(roadmap.GoalWithoutStories, g.Ref)
		},
		roadmap.OwnerInactive: func() {
			pm, po := t.person(), slices.Concat(t.person(), t.person())
			pick(t.r, pm, po)[0].Active = false
			g := t.goal(t.tracker(), t.openStatus(), pm, po)
			t.serve(g)
			t.find(roadmap.OwnerInactive, g.Ref)
		},
		roadmap.UndeclaredDouble: t.doubleHat,
		roadmap.POOverloaded: func() {
			po := t.owning(6)
			t.find(roadmap.POOverloaded, roadmap.NewRef("person", po.Name))
		},
		roadmap.SprintOffRoadmap: func() {
			all := 1 + t.r.IntN(6)
			linked := t.r.IntN((all*6 + 9) / 10) // less than 60 %
			tracker, name := t.sprint(all, linked)
			t.find(roadmap.SprintOffRoadmap, roadmap.NewRef(tracker, "sprint:"+name))
		},
	}
}

// decoys are what looks like a gap and is none.
func (t *town) decoys() map[string]func() {
	return map[string]func(){
		"hidden parent": func() {
			s := t.story(t.tracker())
			t.reach(s, pick(t.r, t.closed...))
			s.Links = append(s.Links, roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: roadmap.Key{Tracker: s.Key.Tracker, ID: "hidden"}})
		},
		"open beside closed": func() {
			s := t.serve(pick(t.r, t.open...))
			t.reach(s, pick(t.r, t.closed...))
		},
		"goals under goals": func() {
			tracker := t.tracker()
			above := t.goal(tracker, roadmap.StatusDoing, t.person(), t.person())
			for range 1 + t.r.IntN(3) {
				below := t.goal(tracker, roadmap.StatusDoing, t.person(), t.person())
				if tracker == "eng" {
					t.edge(tracker, roadmap.SetInitiativeParent, below, above)
				} else {
					t.link(below, above)
				}
				above = below
			}
			t.serve(above)
		},
		"goals in a circle": func() {
			a, b := t.goal("cloud", roadmap.StatusDoing, t.person(), t.person()), t.goal("cloud", roadmap.StatusDoing, t.person(), t.person())
			t.link(a, b)
			t.link(b, a)
			t.serve(a)
		},
		"planned goal without stories": func() { t.goal(t.tracker(), roadmap.StatusTodo, t.person(), t.person()) },
		"closed goal without anything": func() { t.goal(t.tracker(), roadmap.StatusDone, nil, nil) },
		"no story": func() {
			tracker := t.tracker()
			s := t.lost(tracker)
			switch t.r.IntN(4) {
			case 0:
				s.Status = roadmap.StatusTriage
			case 1:
				s.Status = roadmap.StatusDone
			case 2:
				s.Level = roadmap.LevelSubtask
			case 3:
				s.InScope = false
			}
		},
		"two accounts of one person": func() {
			tracker := pick(t.r, "cloud", "dc")
			po := t.person()
			po[0].Email = fmt.Sprintf("Twice%d@town.example", t.next())
			twin := po[0]
			twin.ID, twin.Email, twin.Active = "twin of "+twin.ID, strings.ToLower(twin.Email), false // the old account
			t.serve(t.goal(tracker, t.openStatus(), t.person(), append(po, twin)))
		},
		"a group beside a person": func() {
			t.serve(t.goal(pick(t.r, "cloud", "dc"), t.openStatus(), t.person(), slices.Concat(t.nobody(), t.person())))
		},
		"declared double hat": func() {
			tracker, both := t.tracker(), t.person()
			t.declare(both[0], tracker, now.AddDate(0, 0, t.r.IntN(40)))
			t.serve(t.goal(tracker, t.openStatus(), both, both))
		},
		"a second PO": func() {
			both := t.person()
			t.serve(t.goal(t.tracker(), t.openStatus(), both, slices.Concat(both, t.person())))
		},
		"five goals and closed ones": func() {
			po := t.owning(5)
			t.goal("cloud", roadmap.StatusDone, nil, []roadmap.Person{po})
			t.goal("eng", roadmap.StatusDropped, nil, []roadmap.Person{po})
		},
		"sprint of 60 percent": func() {
			all := 1 + t.r.IntN(6)
			t.sprint(all, (all*6+9)/10)
		},
		"goal of the file": func() {
			id := fmt.Sprintf("FILE-%d", t.next())
			fmt.Fprintf(&t.goals, "      - {id: %s, title: Of the file, pm: m%s, po: o%s}\n", id, id, id)
			t.story("dc").Labels = []string{"goal:" + pick(t.r, "file:"+id, id)}
		},
	}
}

func (t *town) openStatus() roadmap.Status {
	return pick(t.r, roadmap.StatusTodo, roadmap.StatusDoing)
}

// nobody is a field that is empty, or names a group or an app.
func (t *town) nobody() []roadmap.Person {
	crew := t.person()
	crew[0].Kind = pick(t.r, roadmap.Group, roadmap.App)
	crew[0].Active = t.r.IntN(2) == 0
	return pick(t.r, nil, crew)
}

// lost makes a story that leads nowhere.
func (t *town) lost(tracker string) *roadmap.Item {
	s := t.story(tracker)
	parent := func(from, to *roadmap.Item) {
		from.Links = append(from.Links, roadmap.Link{Way: roadmap.WayParent, Field: "parent", To: to.Key})
	}
	switch t.r.IntN(8) {
	case 0:
		parent(s, s)
	case 1: // a circle
		a, b := t.between(tracker), t.between(tracker)
		parent(s, a)
		parent(a, b)
		parent(b, a)
	case 2: // a diamond
		a, b, c := t.between(tracker), t.between(tracker), t.between(tracker)
		parent(s, a)
		parent(s, b)
		parent(a, c)
		parent(b, c)
	case 3: // slips
		s.Labels = []string{"goal:", "goal:ROAD-99999", "goals:" + string(t.open[0].Ref), "goal:" + strings.ToUpper(string(t.open[0].Ref))}
		slices.Sort(s.Labels)
	case 4: // a key that two goals have, which are closed, and our own label
		s.Labels = []string{"goal:AMB-1", "needs-goal"}
	case 5:
		if tracker != "eng" {
			s.Fields[specOf] = []string{"sometime", "AMB-1000"}
		}
	case 6: // another story that leads nowhere
		other := t.between(tracker)
		parent(s, other)
	}
	return s
}

// doubleHat makes a goal whose PM is its PO too, and no leave for it.
func (t *town) doubleHat() {
	tracker, both := t.tracker(), t.person()
	po := slices.Clone(both)
	switch t.r.IntN(3) {
	case 0: // by two accounts
		both[0].Email = fmt.Sprintf("Both%d@town.example", t.next())
		po[0].ID, po[0].Email = "other of "+po[0].ID, strings.ToLower(both[0].Email)
	case 1: // with leave that is over
		t.declare(both[0], tracker, now.AddDate(0, 0, -1-t.r.IntN(40)))
	}
	g := t.goal(tracker, t.openStatus(), both, po)
	t.serve(g)
	t.find(roadmap.UndeclaredDouble, g.Ref)
}

// owning makes so many open goals of one PO, over all trackers.
func (t *town) owning(n int) roadmap.Person {
	po := t.person()
	po[0].Email = fmt.Sprintf("busy%d@town.example", t.next())
	for range n {
		t.serve(t.goal(t.tracker(), t.openStatus(), t.person(), po))
	}
	return po[0]
}

// sprint makes an active sprint of which some stories are linked. The others are
// gaps of their own.
func (t *town) sprint(all, linked int) (tracker, name string) {
	tracker, name = t.tracker(), fmt.Sprintf("Sprint %d", t.next())
	for i := range all {
		s := t.story(tracker)
		switch {
		case i < linked:
			t.reach(s, pick(t.r, t.open...))
		case t.r.IntN(2) == 0:
			t.reach(s, pick(t.r, t.closed...))
			t.find(roadmap.StoryOnClosedGoal, s.Ref)
		default:
			t.find(roadmap.StoryWithoutGoal, s.Ref)
		}
		s.Sprint, s.InSprint = name, true
	}
	over := t.lost(tracker) // done, in the same sprint: it does not count
	over.Status, over.Sprint, over.InSprint = roadmap.StatusDone, name, true
	return tracker, name
}
