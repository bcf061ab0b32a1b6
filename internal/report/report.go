// Package report makes the contract's report of an alignment: goals with their
// owners and coverage, stories with their linkage, findings, people. It is pure;
// the command renders it and the page serves it.
package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// Report is the JSON shape of `report --format json`. Lists are sorted and never
// null.
type Report struct {
	Org      string    `json:"org"`
	AsOf     time.Time `json:"as_of"`
	Complete bool      `json:"complete"`
	Totals   Totals    `json:"totals"`
	Goals    []Goal    `json:"goals"` // in order of importance
	Stories  []Story   `json:"stories"`
	Findings []Finding `json:"findings"`
	People   []Person  `json:"people"`
}

// Totals counts stories by linkage, and goals. Goals without an owner are the
// open ones whose source says where the role is read.
type Totals struct {
	Stories        int `json:"stories"`
	Linked         int `json:"linked"`
	Closed         int `json:"closed"`
	Unlinked       int `json:"unlinked"`
	Unknown        int `json:"unknown"`
	Goals          int `json:"goals"`
	GoalsWithoutPO int `json:"goals_without_po"`
	GoalsWithoutPM int `json:"goals_without_pm"`
}

// Goal is one roadmap goal.
type Goal struct {
	Ref     roadmap.Ref `json:"ref"`
	Title   string      `json:"title"`
	Status  string      `json:"status"` // planned, active, done, dropped
	Target  *string     `json:"target"` // 2006-01-02
	URL     *string     `json:"url"`
	PM      []Named     `json:"pm"`
	PO      []Named     `json:"po"`
	Stories struct {
		Open int `json:"open"`
		Done int `json:"done"`
	} `json:"stories"`
}

// Named is a person by name.
type Named struct {
	Name string `json:"name"`
}

// Story is one story and the goals that it meets.
type Story struct {
	Ref     roadmap.Ref     `json:"ref"`
	Title   string          `json:"title"`
	Linkage mapping.Linkage `json:"linkage"`
	Goals   []roadmap.Ref   `json:"goals"`
}

// Finding is one rule that does not hold.
type Finding struct {
	Rule  roadmap.Rule `json:"rule"`
	Ref   roadmap.Ref  `json:"ref"`
	Title string       `json:"title"`
	Since time.Time    `json:"since"`
	Why   string       `json:"why"`
	// ReportedIn is where it was said: comment, label, or report (only here).
	ReportedIn string `json:"reported_in"`
}

// Person is one person and the open goals that they answer for.
type Person struct {
	Name string        `json:"name"`
	PMOf []roadmap.Ref `json:"pm_of"`
	POOf []roadmap.Ref `json:"po_of"`
}

// Input is what a report is made of.
type Input struct {
	Org       *config.Org
	Alignment *mapping.Alignment
	Complete  bool
	Since     map[roadmap.Rule]map[roadmap.Key]time.Time
	Ours      map[roadmap.Key]roadmap.Ours
}

// Build makes the report.
func Build(in Input) Report {
	a := in.Alignment
	r := Report{
		Org: in.Org.Name, AsOf: a.At.UTC(), Complete: in.Complete,
		Goals: []Goal{}, Stories: []Story{}, Findings: []Finding{}, People: []Person{},
	}
	people := map[string]*Person{}
	for _, g := range a.Goals {
		r.Goals = append(r.Goals, goal(g))
		if !g.Item.Status.Open() {
			continue
		}
		if g.POStated && len(g.PO) == 0 && !g.POUnseen {
			r.Totals.GoalsWithoutPO++
		}
		if g.PMStated && len(g.PM) == 0 && !g.PMUnseen {
			r.Totals.GoalsWithoutPM++
		}
		for _, o := range g.PM {
			p := person(people, o)
			p.PMOf = append(p.PMOf, g.Item.Ref)
		}
		for _, o := range g.PO {
			p := person(people, o)
			p.POOf = append(p.POOf, g.Item.Ref)
		}
	}
	r.Totals.Goals, r.Totals.Stories = len(a.Goals), len(a.Stories)
	for _, s := range a.Stories {
		switch s.Linkage {
		case mapping.Linked:
			r.Totals.Linked++
		case mapping.Closed:
			r.Totals.Closed++
		case mapping.Unlinked:
			r.Totals.Unlinked++
		case mapping.Unknown:
			r.Totals.Unknown++
		}
		st := Story{Ref: s.Item.Ref, Title: s.Item.Title, Linkage: s.Linkage, Goals: []roadmap.Ref{}}
		for _, g := range s.Goals {
			st.Goals = append(st.Goals, a.Goals[g].Item.Ref)
		}
		slices.Sort(st.Goals)
		r.Stories = append(r.Stories, st)
	}
	for _, f := range a.Findings {
		since, known := in.Since[f.Rule][f.Key]
		if !known {
			since = a.At
		}
		r.Findings = append(r.Findings, Finding{
			Rule: f.Rule, Ref: f.Ref, Title: f.Title, Since: since.UTC(), Why: f.Why,
			ReportedIn: reportedIn(in.Ours[f.Key], f, in.Org.Rules[f.Rule]),
		})
	}
	slices.SortFunc(r.Findings, func(x, y Finding) int { return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Ref, y.Ref)) })
	for _, p := range people {
		slices.Sort(p.PMOf)
		slices.Sort(p.POOf)
		r.People = append(r.People, *p)
	}
	slices.SortFunc(r.People, func(x, y Person) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), slices.Compare(x.PMOf, y.PMOf), slices.Compare(x.POOf, y.POOf))
	})
	return r
}

func goal(g mapping.Goal) Goal {
	out := Goal{Ref: g.Item.Ref, Title: g.Item.Title, Status: g.Item.Status.Goal(), PM: named(g.PM), PO: named(g.PO)}
	if g.Item.Target != "" {
		out.Target = &g.Item.Target
	}
	if g.Item.URL != "" {
		out.URL = &g.Item.URL
	}
	out.Stories.Open, out.Stories.Done = g.OpenStories, g.DoneStories
	return out
}

func named(owners []mapping.Owner) []Named {
	names := []Named{}
	for _, o := range owners {
		names = append(names, Named{o.Name})
	}
	return names
}

// person finds or makes the entry of one person; of several names that the
// trackers give, the first in order of the goals stands.
func person(people map[string]*Person, o mapping.Owner) *Person {
	if people[o.ID] == nil {
		people[o.ID] = &Person{Name: o.Name, PMOf: []roadmap.Ref{}, POOf: []roadmap.Ref{}}
	}
	return people[o.ID]
}

// reportedIn tells where a finding was said.
func reportedIn(ours roadmap.Ours, f roadmap.Finding, rule config.Rule) string {
	if c := ours.Comment; c != nil && !c.Deleted {
		if _, spoken := c.Rules[f.Rule]; spoken {
			return "comment"
		}
	}
	if _, ok := ours.Labels[rule.Label]; ok && rule.Label != "" {
		return "label"
	}
	return "report"
}
