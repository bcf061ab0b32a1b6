package report

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// page is what the template shows, in the order in which it does.
type page struct {
	Report
	When       time.Time // in the org's time zone
	Share      string    // of the stories that are linked, as "81%"
	Stories    bar       // all, by linkage
	OpenGoals  int
	Goals      list[goalRow]   // open ones first, each in order of importance
	Owners     list[goalRow]   // open goals only
	Places     list[placeRow]  // the most stories without a goal first
	Rules      []ruleRows      // by name
	People     list[personRow] // who carries the most goals first
	ErrorsTold list[string]
}

// list is the part of a list that is shown, and how many are not.
type list[T any] struct {
	Rows []T
	More int
}

func cut[T any](rows []T, n int) list[T] {
	return list[T]{rows[:min(n, len(rows))], max(0, len(rows)-n)}
}

// thing is a goal or an item as people know it.
type thing struct {
	Ref   roadmap.Ref
	Title string
	URL   string // "" or an address of http or https
}

// goalRow is one goal, with its owners and what is worked on for it.
type goalRow struct {
	Goal
	Of             thing
	PMCell, POCell owner
	Idle           bool // open, and no story ever served it
	Late           bool // open, and its target is over
	Bar            bar
	Rules          []roadmap.Rule // that do not hold, but for those that the owners' cells show
}

// owner is one role on one goal.
type owner struct {
	Role  string // PM or PO
	State OwnerState
	Gap   bool
	Names []string
}

// placeRow is one project or team, with its stories.
type placeRow struct {
	Tracker, Kind, Name              string // "jira", "project", "PAY"
	Total                            int
	Linked, Closed, Unlinked, Unsure int
	Share                            string
	Bar                              bar
	Orphans                          list[orphan]
	orphans                          []orphan
}

// orphan is a story that serves no goal.
type orphan struct {
	thing
	Type   string
	Status roadmap.Status
}

// ruleRows is one rule with what it speaks of, the longest known first.
type ruleRows struct {
	Rule     roadmap.Rule
	Words    string
	Count    int
	Said     int // in a comment or by a label
	Down     int // of which something is left alone: it has come and gone too often
	Findings list[findingRow]
	findings []findingRow
}

type findingRow struct {
	thing
	Since      time.Time
	Why        string
	ReportedIn string
	StoodDown  []string
}

// personRow is one person with the open goals that they answer for.
type personRow struct {
	Name   string
	PM, PO int
	PMOf   list[thing]
	POOf   list[thing]
	Bar    bar
}

func newPage(r Report, zone *time.Location) page {
	p := page{Report: r, When: r.AsOf.In(zone), Share: percent(r.Totals.Linked, r.Totals.Stories)}
	t := r.Totals
	p.Stories = newBar(t.Stories, part{"linked", t.Linked}, part{"closed", t.Closed}, part{"unlinked", t.Unlinked}, part{"unknown", t.Unknown})
	var told []string
	for _, e := range r.Errors {
		told = append(told, title(e))
	}
	things := map[roadmap.Ref]thing{}
	for _, g := range r.Goals {
		things[g.Ref] = thing{g.Ref, title(g.Title), address(g.URL)}
	}
	for _, s := range r.Stories {
		things[s.Ref] = thing{s.Ref, title(s.Title), address(s.URL)}
	}
	p.ErrorsTold = cut(told, maxErrors)
	p.goals(things)
	p.places(things)
	p.rules(things, zone)
	p.people(things)
	return p
}

// goals fills the goals and who owns them.
func (p *page) goals(things map[roadmap.Ref]thing) {
	rules := map[roadmap.Ref][]roadmap.Rule{}
	for _, f := range p.Findings {
		if f.Rule != roadmap.GoalWithoutPM && f.Rule != roadmap.GoalWithoutPO {
			rules[f.Ref] = append(rules[f.Ref], f.Rule)
		}
	}
	most := 0
	for _, g := range p.Report.Goals {
		most = max(most, g.Stories.Open+g.Stories.Done)
	}
	today := p.When.Format(time.DateOnly)
	var open, closed []goalRow
	for _, g := range p.Report.Goals {
		row := goalRow{
			Goal: g, Of: things[g.Ref], Rules: rules[g.Ref],
			PMCell: newOwner("PM", g.PM, g.PMState, g.Open()), POCell: newOwner("PO", g.PO, g.POState, g.Open()),
			Idle: g.Open() && g.Stories.Open+g.Stories.Done == 0,
			Late: g.Open() && g.Target != nil && *g.Target < today,
			Bar:  newBar(most, part{"done", g.Stories.Done}, part{"open", g.Stories.Open}),
		}
		if g.Open() {
			open = append(open, row)
		} else {
			closed = append(closed, row)
		}
	}
	p.OpenGoals = len(open)
	p.Owners = cut(open, maxGoals)
	p.Goals = cut(slices.Concat(open, closed), maxGoals)
}

func newOwner(role string, people []Named, state OwnerState, open bool) owner {
	o := owner{Role: role, State: state, Gap: open && state == Nobody}
	for _, n := range people {
		o.Names = append(o.Names, title(n.Name))
	}
	return o
}

// places fills the projects and teams.
func (p *page) places(things map[roadmap.Ref]thing) {
	type place struct{ tracker, kind, name string }
	rows := map[place]*placeRow{}
	for _, s := range p.Report.Stories {
		at := place{s.Ref.Tracker(), "project", title(text(s.Project))}
		if s.Team != nil {
			at.kind, at.name = "team", title(*s.Team)
		}
		row := rows[at]
		if row == nil {
			row = &placeRow{Tracker: at.tracker, Kind: at.kind, Name: at.name}
			rows[at] = row
		}
		row.Total++
		switch s.Linkage {
		case mapping.Linked:
			row.Linked++
		case mapping.Closed:
			row.Closed++
		case mapping.Unlinked:
			row.Unlinked++
			row.orphans = append(row.orphans, orphan{things[s.Ref], s.Type, s.Status})
		case mapping.Unknown:
			row.Unsure++
		}
	}
	var all []placeRow
	for _, row := range rows {
		row.Share = percent(row.Linked, row.Total)
		row.Orphans = cut(row.orphans, maxOrphans)
		row.Bar = newBar(row.Total, part{"linked", row.Linked}, part{"closed", row.Closed}, part{"unlinked", row.Unlinked}, part{"unknown", row.Unsure})
		all = append(all, *row)
	}
	slices.SortFunc(all, func(x, y placeRow) int {
		return cmp.Or(-cmp.Compare(x.Unlinked, y.Unlinked), cmp.Compare(x.Tracker, y.Tracker), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Kind, y.Kind))
	})
	p.Places = cut(all, maxPlaces)
}

// rules fills the findings, by rule.
func (p *page) rules(things map[roadmap.Ref]thing, zone *time.Location) {
	for _, f := range p.Findings { // sorted by rule
		if n := len(p.Rules); n == 0 || p.Rules[n-1].Rule != f.Rule {
			p.Rules = append(p.Rules, ruleRows{Rule: f.Rule, Words: ruleInWords(f.Rule)})
		}
		rule := &p.Rules[len(p.Rules)-1]
		rule.Count++
		if f.ReportedIn != "report" {
			rule.Said++
		}
		of, ok := things[f.Ref]
		if !ok {
			of = thing{Ref: f.Ref, Title: title(f.Title)}
		}
		var down []string
		for _, s := range f.StoodDown {
			down = append(down, title(s.Words(zone)))
		}
		if len(down) > 0 {
			rule.Down++
		}
		rule.findings = append(rule.findings, findingRow{of, f.Since.In(zone), title(f.Why), f.ReportedIn, down})
	}
	for i := range p.Rules {
		rule := &p.Rules[i]
		slices.SortStableFunc(rule.findings, func(x, y findingRow) int { return x.Since.Compare(y.Since) })
		rule.Findings = cut(rule.findings, maxPerRule)
	}
}

// people fills who carries how many goals.
func (p *page) people(things map[roadmap.Ref]thing) {
	most := 1
	for _, person := range p.Report.People {
		most = max(most, len(person.PMOf)+len(person.POOf))
	}
	goals := func(refs []roadmap.Ref) list[thing] {
		var of []thing
		for _, ref := range refs {
			of = append(of, things[ref])
		}
		return cut(of, maxPerPerson)
	}
	var all []personRow
	for _, person := range p.Report.People {
		pm, po := len(person.PMOf), len(person.POOf)
		all = append(all, personRow{
			Name: title(person.Name), PM: pm, PO: po, PMOf: goals(person.PMOf), POOf: goals(person.POOf),
			Bar: newBar(most, part{"pm", pm}, part{"po", po}),
		})
	}
	slices.SortStableFunc(all, func(x, y personRow) int { return -cmp.Compare(x.PM+x.PO, y.PM+y.PO) })
	p.People = cut(all, maxPeople)
}

// title makes a text of others fit for one line of the page.
func title(s string) string { return clip(oneLine(s), maxTitle) }

// address gives an address that a link may lead to, or "".
func address(s *string) string {
	if s == nil {
		return ""
	}
	u, err := url.Parse(*s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}
