// Package report makes the contract's report of an alignment: goals with their
// owners and coverage, stories with their linkage, findings, people. Build gives
// it as data, in the JSON shape; WriteCSV and WriteHTML write it out as a table
// for a spreadsheet and as a page to mail. It reads no clock and no file.
package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// Report is the JSON shape of `report --format json`. Lists are sorted and never
// null.
type Report struct {
	Org      string    `json:"org"`
	AsOf     time.Time `json:"as_of"`
	Complete bool      `json:"complete"`
	Offline  bool      `json:"offline"` // made of what was stored; no tracker was asked
	Errors   []string  `json:"errors"`  // what kept it from being complete
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
	PMState OwnerState  `json:"pm_state"`
	POState OwnerState  `json:"po_state"`
	Stories struct {
		Open int `json:"open"`
		Done int `json:"done"`
	} `json:"stories"`
}

// Open reports whether the goal is still worked towards: planned or active.
func (g Goal) Open() bool {
	return g.Status == roadmap.StatusTodo.Goal() || g.Status == roadmap.StatusDoing.Goal()
}

// OwnerState tells what is known of a role on a goal.
type OwnerState string

// The states of a role. Only Nobody on an open goal is a gap.
const (
	HasOwner OwnerState = "named"  // somebody has it
	Nobody   OwnerState = "nobody" // what names the role names no person
	Unseen   OwnerState = "unseen" // nobody is known, but not all could be seen
	Unread   OwnerState = "unread" // the org's file does not say where the role is read
)

// Named is a person by name.
type Named struct {
	Name string `json:"name"`
}

// Story is one story and the goals that it meets.
type Story struct {
	Ref     roadmap.Ref     `json:"ref"`
	Title   string          `json:"title"`
	URL     *string         `json:"url"`
	Type    string          `json:"type"`    // the tracker's name for it: Story, Bug, Issue
	Status  roadmap.Status  `json:"status"`  // todo or doing
	Project *string         `json:"project"` // Jira: the project's key; Linear: its project's name
	Team    *string         `json:"team"`    // Linear: the team's key
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
	// StoodDown is what alignd does not write of it any more, or not yet again,
	// because it has come and gone too often.
	StoodDown []StoodDown `json:"stood_down"`
}

// StoodDown is one write that is parked.
type StoodDown struct {
	Action roadmap.Action `json:"action"`
	Value  string         `json:"value"` // the label; "" of a comment
	Until  *time.Time     `json:"until"` // null: until a person sees to it
}

// Words tell what is left alone: "label needs-goal", "comment until 2026-03-05".
func (s StoodDown) Words(zone *time.Location) string {
	words := "comment"
	if !s.Action.IsComment() {
		words = "label " + s.Value
	}
	if s.Until != nil {
		words += " until " + s.Until.In(zone).Format(time.DateOnly)
	}
	return words
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
	Offline   bool    // no tracker was asked
	Troubles  []error // what kept it from being complete
	Since     map[roadmap.Rule]map[roadmap.Key]time.Time
	Ours      map[roadmap.Key]roadmap.Ours
	Held      []plan.Held // what the pass would not write
}

// Build makes the report.
func Build(in Input) Report {
	a := in.Alignment
	r := Report{
		Org: in.Org.Name, AsOf: a.At.UTC(), Complete: in.Complete, Offline: in.Offline, Errors: []string{},
		Goals: []Goal{}, Stories: []Story{}, Findings: []Finding{}, People: []Person{},
	}
	for _, t := range in.Troubles {
		r.Errors = append(r.Errors, t.Error())
	}
	parked := slices.DeleteFunc(slices.Clone(in.Held), func(h plan.Held) bool { return h.Reason != plan.Parked })
	people := map[string]*Person{}
	for _, g := range a.Goals {
		doc := goal(g, a.Silent[g.Item.Key])
		r.Goals = append(r.Goals, doc)
		if !doc.Open() {
			continue
		}
		if doc.POState == Nobody {
			r.Totals.GoalsWithoutPO++
		}
		if doc.PMState == Nobody {
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
		st := Story{
			Ref: s.Item.Ref, Title: s.Item.Title, URL: known(s.Item.URL), Type: s.Item.Type, Status: s.Item.Status,
			Project: known(s.Item.Project), Team: known(s.Item.Team), Linkage: s.Linkage, Goals: []roadmap.Ref{},
		}
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
			ReportedIn: reportedIn(in.Ours[f.Key], f, in.Org.Rules[f.Rule]), StoodDown: stoodDown(parked, f),
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

// goal makes the entry of one goal; doubtful where not all of it could be seen.
func goal(g mapping.Goal, doubtful bool) Goal {
	out := Goal{
		Ref: g.Item.Ref, Title: g.Item.Title, Status: g.Item.Status.Goal(), Target: known(g.Item.Target), URL: known(g.Item.URL),
		PM: named(g.PM), PO: named(g.PO),
		PMState: ownerState(g.PM, g.PMStated, g.PMUnseen || doubtful),
		POState: ownerState(g.PO, g.POStated, g.POUnseen || doubtful),
	}
	out.Stories.Open, out.Stories.Done = g.OpenStories, g.DoneStories
	return out
}

func ownerState(owners []mapping.Owner, stated, unseen bool) OwnerState {
	switch {
	case len(owners) > 0:
		return HasOwner
	case !stated:
		return Unread
	case unseen:
		return Unseen
	}
	return Nobody
}

// known gives nil for what is not known.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
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

// stoodDown gives the parked writes of a finding.
func stoodDown(parked []plan.Held, f roadmap.Finding) []StoodDown {
	down := []StoodDown{}
	for _, h := range parked {
		if h.Key != f.Key || !slices.Contains(h.Rules, f.Rule) {
			continue
		}
		s := StoodDown{Action: h.Action, Value: h.Value}
		if h.Action.IsComment() {
			s.Value = ""
		}
		if !h.Until.IsZero() {
			until := h.Until.UTC()
			s.Until = &until
		}
		down = append(down, s)
	}
	return down
}

// reportedIn tells where a finding was said.
func reportedIn(ours roadmap.Ours, f roadmap.Finding, rule config.Rule) string {
	if c := ours.Comment; c != nil && !c.Deleted && c.DeletedAt.IsZero() {
		if _, spoken := c.Rules[f.Rule]; spoken {
			return "comment"
		}
	}
	if l, ok := ours.Labels[rule.Label]; ok && l.Off.IsZero() && rule.Label != "" {
		return "label"
	}
	return "report"
}
