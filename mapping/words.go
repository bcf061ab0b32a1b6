package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// The words of findings on stories, and what all words share.

// storyWithoutGoal words the finding that a story serves no goal.
func (a *Alignment) storyWithoutGoal(s Story, near []int32) roadmap.Finding {
	tried := a.waysInWords(s.Item)
	return roadmap.Finding{
		Why: "no " + tried + " leads from it to a roadmap goal",
		Fact: roadmap.Line{
			roadmap.Say("This story is not linked to a roadmap goal: no " + tried + " leads from it to one, so plans and reports by goal leave it out."),
		},
		Help:  a.neighbours(s.Item, near),
		Fix:   roadmap.Line{roadmap.Say(a.fixInWords(s.Item, near))},
		Ask:   atWork(s.Item),
		Begun: s.Item.Created,
	}
}

// storyOnClosedGoal words the finding that all goals of a story are closed.
func (a *Alignment) storyOnClosedGoal(s Story, near []int32) roadmap.Finding {
	goal := a.Goals[s.Goals[0]].Item
	why := fmt.Sprintf("its goal %s is %s", goal.Ref, goal.Status.Goal())
	fact := roadmap.Line{roadmap.Say("This story is open, and its roadmap goal "), goalSpan(goal), roadmap.Say(" is " + goal.Status.Goal())}
	if more := len(s.Goals) - 1; more > 0 {
		why += fmt.Sprintf(", and so %s %s", verb(more, "is", "are"), plural(more, "other", "others"))
		fact = append(fact, roadmap.Say(fmt.Sprintf(" (and so %s %s)", verb(more, "is", "are"), plural(more, "other", "others"))))
	}
	return roadmap.Finding{
		Why:  why,
		Fact: append(fact, roadmap.Say(": nobody plans with it any more.")),
		Help: a.neighbours(s.Item, near),
		Fix:  roadmap.Line{roadmap.Say("close it if it is not needed any more, or link it to an open goal: " + a.fixInWords(s.Item, near))},
		Ask:  atWork(s.Item),
	}
}

// atWork gives the people who can do something about a story: who works on it,
// then who asked for it.
func atWork(it *roadmap.Item) []roadmap.Person {
	return slices.Concat(it.People["assignee"], it.People["reporter"])
}

// answerable gives the accounts of the owners of a goal, in the order given.
func answerable(owners ...[]Owner) []roadmap.Person {
	var all []roadmap.Person
	for _, o := range slices.Concat(owners...) {
		all = append(all, o.Accounts...)
	}
	return all
}

// neighbours tells which goals the work around an item serves; nil where that
// is not known.
func (a *Alignment) neighbours(it *roadmap.Item, near []int32) roadmap.Line {
	if len(near) == 0 {
		return nil
	}
	line := roadmap.Line{roadmap.Say("Other work in " + place(it) + " mostly serves ")}
	for n, g := range near {
		if n > 0 {
			line = append(line, roadmap.Say(" and "))
		}
		line = append(line, goalSpan(a.Goals[g].Item))
	}
	return append(line, roadmap.Say("."))
}

// Resolved words why nothing is left to say of an item on which these rules did
// not hold: the line that our comment is edited to.
func (a *Alignment) Resolved(k roadmap.Key, rules []roadmap.Rule) roadmap.Line {
	s, isStory := a.Story(k)
	g, isGoal := a.Goal(k)
	it, known := a.Item(k)
	switch {
	case isStory && s.Linkage == Linked:
		return roadmap.Line{
			roadmap.Say("Resolved: this story now serves the roadmap goal "), goalSpan(a.Goals[s.Goals[0]].Item), roadmap.Say(". Thank you."),
		}
	case isGoal && !g.Item.Status.Open():
		return roadmap.Line{roadmap.Say("Resolved: this roadmap goal is closed.")}
	case isGoal && len(rules) == 1:
		if line := a.resolvedGoal(g, rules[0]); line != nil {
			return line
		}
	case known && !isGoal && !it.Status.Open():
		return roadmap.Line{roadmap.Say("Resolved: this item is closed.")}
	}
	if len(rules) > 1 {
		return roadmap.Line{roadmap.Say("Resolved: what stood here is in order now. Thank you.")}
	}
	return roadmap.Line{roadmap.Say("Resolved: there is nothing left to say here.")}
}

// resolvedGoal words how an open goal came to keep a rule, or gives nil where
// it is only that the rule does not apply to it any more.
func (a *Alignment) resolvedGoal(g Goal, rule roadmap.Rule) roadmap.Line {
	switch {
	case rule == roadmap.GoalWithoutPO && len(g.PO) > 0:
		return roadmap.Line{roadmap.Say("Resolved: "), roadmap.Quote(g.PO[0].Name), roadmap.Say(" is product owner of this roadmap goal now. Thank you.")}
	case rule == roadmap.GoalWithoutPM && len(g.PM) > 0:
		return roadmap.Line{roadmap.Say("Resolved: "), roadmap.Quote(g.PM[0].Name), roadmap.Say(" is product manager of this roadmap goal now. Thank you.")}
	case rule == roadmap.GoalWithoutStories && g.OpenStories+g.DoneStories > 0:
		n := g.OpenStories + g.DoneStories
		return roadmap.Line{roadmap.Say("Resolved: " + plural(n, "story", "stories") + " " + verb(n, "serves", "serve") + " this roadmap goal now. Thank you.")}
	case rule == roadmap.OwnerInactive && len(g.PM)+len(g.PO) > 0:
		return roadmap.Line{roadmap.Say("Resolved: everyone who owns this roadmap goal has an active account. Thank you.")}
	case rule == roadmap.UndeclaredDouble && len(g.PO) > 0 && sameOwners(g.PM, g.PO):
		return roadmap.Line{roadmap.Say("Resolved: the double hat on this roadmap goal is declared now. Thank you.")}
	case rule == roadmap.UndeclaredDouble && len(g.PM) > 0 && len(g.PO) > 0:
		return roadmap.Line{roadmap.Say("Resolved: product manager and product owner of this roadmap goal are different people now. Thank you.")}
	}
	return nil
}

func goalSpan(it *roadmap.Item) roadmap.Span {
	return roadmap.LinkTo(it.Title+" ("+it.Ref.Key()+")", it.URL)
}

func place(it *roadmap.Item) string {
	if it.Team != "" {
		return "team " + it.Team
	}
	return "project " + it.Project
}

// waysInWords names the links that were looked at for an item.
func (a *Alignment) waysInWords(it *roadmap.Item) string {
	var ways []string
	for _, w := range a.Org.Links {
		if !a.hasWay(it, w.Way) {
			continue
		}
		word := string(w.Way)
		switch w.Way {
		case roadmap.WayIssueLink:
			word = "issue link " + quoted(w.IssueLinks)
		case roadmap.WayField:
			word = "field " + fieldName(w.Field)
		case roadmap.WayWhen:
			word = "condition of the org's file"
		}
		if !slices.Contains(ways, word) {
			ways = append(ways, word)
		}
	}
	return orList(ways)
}

// fixInWords says what to do about a story without a goal, the natural way of
// its tracker first.
func (a *Alignment) fixInWords(it *roadmap.Item, near []int32) string {
	linear := a.trackerType(it) == config.Linear
	var fixes []string
	for _, w := range a.Org.Links {
		switch {
		case w.Way == roadmap.WayParent && !linear:
			fixes = append(fixes, "give it a parent that leads to a goal")
		case w.Way == roadmap.WayProject && linear:
			fixes = append(fixes, "add it to a project that belongs to an initiative")
		case w.Way == roadmap.WayLabel:
			fixes = append(fixes, "add the label "+strings.ReplaceAll(w.Label, "{goal}", a.exampleGoal(near)))
		case w.Way == roadmap.WayIssueLink && !linear:
			fixes = append(fixes, "give it an issue link "+quoted(w.IssueLinks)+" that leads to a goal")
		case w.Way == roadmap.WayField && !linear:
			fixes = append(fixes, "put "+a.exampleGoal(near)+" into its field "+fieldName(w.Field))
		}
	}
	if len(fixes) == 0 && a.g.ways[roadmap.WayWhen] {
		return "make a condition of the org's file true of it"
	}
	return orList(fixes)
}

// exampleGoal gives the key of a goal as a label would name it: the nearest, or
// the most important open one.
func (a *Alignment) exampleGoal(near []int32) string {
	for _, n := range near {
		if key := a.Goals[n].Item.Ref.Key(); len(a.g.byHuman[key]) == 1 {
			return key
		}
	}
	for _, g := range a.Goals {
		if g.Item.Status.Open() && len(a.g.byHuman[g.Item.Ref.Key()]) == 1 {
			return g.Item.Ref.Key()
		}
	}
	return "KEY"
}

func (a *Alignment) trackerType(it *roadmap.Item) config.TrackerType {
	t, _ := a.Org.Tracker(it.Key.Tracker)
	return t.Type
}

// where says where an owner was looked for: the field of a role ("pm", "po") as
// the source has it.
func where(src config.Source, field, role string) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "the goal in the file names no " + role
	case src.Goals == "initiatives" && field == "lead":
		return "none of its open projects" + visible(src, field) + " has a lead"
	case src.Goals == "projects" && field == "owner":
		return "no initiative of it" + visible(src, field) + " has an owner"
	}
	return "its field " + fieldName(field) + " names nobody"
}

// fixRole says how to name the owner of a role.
func fixRole(src config.Source, field, role string) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "give the goal a " + role + " in the file"
	case src.Goals == "initiatives" && field == "lead":
		return "set the lead of one of its open projects"
	case src.Goals == "projects" && field == "owner":
		return "set the owner of its initiative"
	}
	return "name a person in " + fieldName(field)
}

// fixSuccessor says how to name another owner in the place of one.
func fixSuccessor(src config.Source, field, role string) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "give the goal another " + role + " in the file"
	case src.Goals == "initiatives" && field == "lead":
		return "set another lead of its open projects"
	case src.Goals == "projects" && field == "owner":
		return "set another owner of its initiative"
	}
	return "name an active person in " + fieldName(field)
}

// fixSecond says how to name a product owner besides the product manager.
func fixSecond(src config.Source, field string) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "give the goal a po in the file who is not its pm"
	case src.Goals == "initiatives" && field == "lead":
		return "set a lead of its open projects who is not its product manager"
	case src.Goals == "projects" && field == "owner":
		return "set an owner of its initiative who is not its product manager"
	}
	return "name somebody in " + fieldName(field) + " who is not its product manager"
}

func fieldName(spec string) string {
	if name, ok := strings.CutPrefix(spec, "field:"); ok {
		return `"` + name + `"`
	}
	return spec
}

// quoted gives names as "this" or "that".
func quoted(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = `"` + n + `"`
	}
	return orList(all)
}

func orList(words []string) string {
	switch len(words) {
	case 0:
		return "link"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return strconv.Itoa(n) + " " + many
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
