package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// gaps are the ways in which a village is out of order: each makes something
// that breaks one rule, and says so.
func (v *village) gaps() map[roadmap.Rule]func() {
	open := func() string { return oneOf(v.r, "planned", "active") }
	return map[roadmap.Rule]func(){
		roadmap.StoryWithoutGoal: func() { v.find(roadmap.StoryWithoutGoal, v.put(v.lost()).ref()) },
		roadmap.StoryOnClosedGoal: func() {
			v.find(roadmap.StoryOnClosedGoal, v.put(v.reach(v.story(v.tracker()), oneOf(v.r, v.closed...))).ref())
		},
		roadmap.GoalWithoutPM: func() {
			v.find(roadmap.GoalWithoutPM, v.served(v.goal(v.tracker(), open(), nil, v.person(true))).ref())
		},
		roadmap.GoalWithoutPO: func() {
			v.find(roadmap.GoalWithoutPO, v.served(v.goal(v.tracker(), open(), v.person(true), nil)).ref())
		},
		roadmap.GoalWithoutStories: func() {
			g := v.goal(v.tracker(), "active", v.person(true), v.person(true))
			if v.r.IntN(2) == 0 { // what serves it is no story yet
				s := v.reach(v.story("eng"), g)
				s.linear.StateType = oneOf(v.r, linearsim.Triage, linearsim.Canceled)
				v.put(s)
			}
			v.find(roadmap.GoalWithoutStories, g.ref())
		},
		roadmap.OwnerInactive: func() {
			pm := v.r.IntN(2) == 0
			v.find(roadmap.OwnerInactive, v.served(v.goal(v.tracker(), open(), v.person(!pm), v.person(pm))).ref())
		},
		roadmap.UndeclaredDouble: func() {
			both := v.person(true)
			g := v.served(v.goal(v.tracker(), open(), both, both))
			if v.r.IntN(2) == 0 { // the leave for it is over
				v.declare(both, g.tracker, demoStart.AddDate(0, 0, -2))
			}
			v.find(roadmap.UndeclaredDouble, g.ref())
		},
		roadmap.POOverloaded: func() {
			v.find(roadmap.POOverloaded, "person:"+v.owning(6).name)
		},
		roadmap.SprintOffRoadmap: func() {
			all := 1 + v.r.IntN(6)
			v.find(roadmap.SprintOffRoadmap, v.sprint(all, v.r.IntN((all*6+9)/10))) // less than 60 %
		},
	}
}

// decoys are what looks like a gap and is none.
func (v *village) decoys() map[string]func() {
	return map[string]func(){
		"a hidden parent": func() {
			tracker := oneOf(v.r, "cloud", "dc")
			s := v.story(tracker)
			s.under(v.epic(tracker, "SECRET", ""), v.r)
			v.put(s)
		},
		"a hidden epic beside a closed goal": func() {
			s := v.reach(v.story("cloud"), oneOf(v.r, v.closed...))
			if s.jira.ParentKey == "" && s.jira.EpicLink == "" {
				s.under(v.epic("cloud", "SECRET", ""), v.r)
				v.put(s)
			}
		},
		"an open goal beside a closed one": func() {
			s := v.story(v.tracker())
			if s.tracker == "eng" {
				s.linear.LabelIDs = []string{v.labelled("goal:" + v.open[0].ref()), v.labelled("goal:" + v.closed[0].ref())}
			} else {
				s.jira.Labels = []string{"goal:" + v.open[0].ref(), "goal:" + v.closed[0].ref()}
			}
			v.put(s)
		},
		"done, or not accepted yet, or a part of a story": func() {
			s := v.lost()
			s.jira.Status, s.jira.StatusCategory = "Finished", "done"
			s.linear.StateType = oneOf(v.r, linearsim.Completed, linearsim.Triage, linearsim.Duplicate)
			v.put(s)
			v.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Part", ParentID: v.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", StateType: linearsim.Canceled, Title: "Whole"}).ID})
		},
		"a goal under a goal": func() {
			above := v.goal("eng", "active", v.person(true), v.person(true))
			below := v.goal("eng", "active", v.person(true), v.person(true))
			v.must(v.eng.EditInitiative(below.id, "", func(i *linearsim.Initiative) { i.ParentID = above.id }))
			v.served(below)
		},
		"a planned goal without stories": func() { v.goal(v.tracker(), "planned", v.person(true), v.person(true)) },
		"a declared double hat": func() {
			both := v.person(true)
			g := v.served(v.goal(v.tracker(), "active", both, both))
			v.declare(both, g.tracker, demoStart.AddDate(0, 0, v.r.IntN(40)))
		},
		"five goals":             func() { v.owning(5) },
		"a sprint of 60 percent": func() { n := 1 + v.r.IntN(6); v.sprint(n, (n*6+9)/10) },
	}
}

// lost makes a story that leads nowhere.
func (v *village) lost() *story {
	s := v.story(v.tracker())
	slip := oneOf(v.r, "goal:ROAD-99999", "goals:"+v.open[0].ref(), "needs-goal")
	switch kind := v.r.IntN(4); {
	case kind == 0 && s.tracker == "eng":
		s.linear.LabelIDs = []string{v.labelled(slip)}
	case kind == 0:
		s.jira.Labels = []string{slip}
	case kind == 1 && s.tracker == "eng":
		s.linear.ProjectID = v.project(thing{}, v.person(true)).id
	case kind == 1:
		s.under(v.epic(s.tracker, oneOf(v.r, work[s.tracker], "OLD"), ""), v.r)
	case kind == 2 && s.tracker != "eng":
		s.jira.Custom = map[string]any{villageField: oneOf(v.r, "some day", goals[s.tracker]+"-99999")}
	}
	return s
}

// declare writes leave for a double hat, up to a day, into the org's file.
func (v *village) declare(p *somebody, tracker string, until time.Time) {
	fmt.Fprintf(&v.decl, "  who%d: {accounts: {%s: %s}, double_hat: {until: %s}}\n", v.next(), tracker, v.account(p, tracker), until.Format(time.DateOnly))
}

// owning makes so many open goals of one PO, over all trackers, and a closed one.
func (v *village) owning(n int) *somebody {
	po := v.person(true)
	for range n {
		v.served(v.goal(v.tracker(), "active", v.person(true), po))
	}
	v.goal("cloud", "done", nil, po)
	return po
}

// sprint makes an active sprint or cycle of which some stories are linked, and
// gives its ref. The others are gaps of their own.
func (v *village) sprint(all, linked int) string {
	tracker, n := v.tracker(), v.next()
	name := fmt.Sprintf("Sprint %d", n)
	jira := &jirasim.Sprint{ID: n, Name: name, State: "active", BoardID: 1}
	cycle := ""
	if tracker == "eng" {
		cycle = v.eng.AddCycle(linearsim.Cycle{TeamKey: "ENG", Name: name, Starts: demoStart.AddDate(0, 0, -1), Ends: demoStart.AddDate(0, 0, 9)}).ID
	}
	for i := range all {
		s := v.story(tracker)
		s.jira.Sprint, s.linear.CycleID = jira, cycle
		if i < linked {
			v.put(v.reach(s, oneOf(v.r, v.open...)))
			continue
		}
		if v.r.IntN(2) == 0 {
			v.find(roadmap.StoryOnClosedGoal, v.put(v.reach(s, oneOf(v.r, v.closed...))).ref())
			continue
		}
		v.find(roadmap.StoryWithoutGoal, v.put(s).ref())
	}
	return tracker + ":sprint:" + name
}

// TestPlanted: in random orgs over real wire protocols, the findings are those
// that were planted and no others. There are 200, and fewer where the race
// detector makes each slow.
func TestPlanted(t *testing.T) {
	orgs := 200
	if raceDetector || testing.Short() {
		orgs = 20
	}
	planted := map[string]int{}
	for seed := range uint64(orgs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			v := newVillage(t, rand.New(rand.NewPCG(seed, 11)))
			gaps, decoys := v.gaps(), v.decoys()
			for _, rule := range slices.Sorted(maps.Keys(gaps)) {
				for range v.r.IntN(3) {
					gaps[rule]()
					planted[string(rule)]++
				}
			}
			for _, name := range slices.Sorted(maps.Keys(decoys)) {
				for range v.r.IntN(2) {
					decoys[name]()
				}
			}
			v.serve()
			status, out, errs := inProcess(context.Background(), "report", "-c", v.file, "--data", t.TempDir(), "--now", demoStart.Format(time.RFC3339), "--format", "json")
			if status != exitFine {
				t.Fatalf("status %d: %s", status, errs)
			}
			var r report.Report
			v.must(json.Unmarshal([]byte(out), &r))
			have := []string{}
			for _, f := range r.Findings {
				have = append(have, string(f.Rule)+" "+string(f.Ref))
			}
			slices.Sort(have)
			slices.Sort(v.want)
			if diff := cmp.Diff(v.want, have); diff != "" {
				t.Errorf("seed %d (-planted +found):\n%s", seed, diff)
			}
		})
	}
	if len(planted) != 9 {
		t.Errorf("%d rules were planted, not all nine", len(planted))
	}
	for rule, n := range planted {
		if n < orgs/2 {
			t.Errorf("%s was planted %d times only", rule, n)
		}
	}
	t.Logf("%d orgs, planted %v", orgs, planted)
}
