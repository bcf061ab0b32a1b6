package mapping

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// The words of findings. A comment has at most six lines: the fact, the nearest
// goals, how to fix it, how to silence it, and (from plan) the mark line.

// storyWithoutGoal words the finding that a story serves no goal.
func (a *Alignment) storyWithoutGoal(s Story, near []int32) roadmap.Finding {
	tried := a.waysInWords(s.Item)
	text := roadmap.Text{{
		roadmap.Say("This story is not linked to a roadmap goal: no " + tried + " leads from it to one, so plans and reports by goal leave it out."),
	}}
	if len(near) > 0 {
		line := roadmap.Line{roadmap.Say("Other work in " + place(s.Item) + " mostly serves ")}
		for n, g := range near {
			if n > 0 {
				line = append(line, roadmap.Say(" and "))
			}
			line = append(line, goalSpan(a.Goals[g].Item))
		}
		text = append(text, append(line, roadmap.Say(".")))
	}
	text = append(text, roadmap.Line{roadmap.Say("To fix it: " + a.fixInWords(s.Item, near) + ".")}, silenceLine())
	return roadmap.Finding{
		Rule: roadmap.StoryWithoutGoal, Key: s.Item.Key, Ref: s.Item.Ref, Role: roadmap.RoleStory, Title: s.Item.Title,
		Why:   "no " + tried + " leads from it to a roadmap goal",
		Facts: hash(string(roadmap.StoryWithoutGoal), s.facts),
		Text:  text, Created: s.Item.Created, InSprint: s.Item.InSprint,
	}
}

// goalWithoutPO words the finding that an open goal has no product owner.
func (a *Alignment) goalWithoutPO(g Goal) roadmap.Finding {
	src := a.Org.Roadmap[g.Source]
	why := "no product owner: " + poWhere(src)
	fact := "This " + g.Item.Status.Goal() + " roadmap goal has no product owner"
	if g.OpenStories > 0 {
		fact += ", while " + plural(g.OpenStories, "open story", "open stories") + " already " + verb(g.OpenStories, "serves", "serve") + " it"
	}
	text := roadmap.Text{
		{roadmap.Say(fact + ": nobody answers for how it gets done.")},
		{roadmap.Say("To fix it: " + poFix(src) + ".")},
		silenceLine(),
	}
	return roadmap.Finding{
		Rule: roadmap.GoalWithoutPO, Key: g.Item.Key, Ref: g.Item.Ref, Role: roadmap.RoleGoal, Title: g.Item.Title,
		Why:   why,
		Facts: hash(string(roadmap.GoalWithoutPO), g.Item.Status.Goal()),
		Text:  text, Created: g.Item.Created,
	}
}

// Resolved words why nothing is left to say of an item: the line that our
// comment is edited to.
func (a *Alignment) Resolved(k roadmap.Key) roadmap.Line {
	if s, ok := a.Story(k); ok && s.Linkage == Linked {
		return roadmap.Line{
			roadmap.Say("Resolved: this story now serves the roadmap goal "), goalSpan(a.Goals[s.Goals[0]].Item), roadmap.Say(". Thank you."),
		}
	}
	if g, ok := a.Goal(k); ok {
		if !g.Item.Status.Open() {
			return roadmap.Line{roadmap.Say("Resolved: this roadmap goal is closed.")}
		}
		if len(g.PO) > 0 {
			return roadmap.Line{roadmap.Say("Resolved: "), roadmap.Quote(g.PO[0].Name), roadmap.Say(" is product owner of this roadmap goal now. Thank you.")}
		}
	}
	if it, ok := a.Item(k); ok && !it.Status.Open() {
		return roadmap.Line{roadmap.Say("Resolved: this item is closed.")}
	}
	return roadmap.Line{roadmap.Say("Resolved: there is nothing left to say here.")}
}

func silenceLine() roadmap.Line {
	return roadmap.Line{roadmap.Say("To silence this: add the label " + roadmap.IgnoreLabel + ".")}
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

// poWhere says where the product owner was looked for.
func poWhere(src config.Source) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "the goal in the file names no po"
	case src.Goals == "initiatives" && src.PO == "lead":
		return "none of its open projects has a lead"
	case src.Goals == "projects" && src.PO == "owner":
		return "no initiative of it has an owner"
	}
	return "its field " + fieldName(src.PO) + " names nobody"
}

// poFix says how to name a product owner.
func poFix(src config.Source) string {
	switch {
	case src.From == roadmap.FileTracker:
		return "give the goal a po in the file"
	case src.Goals == "initiatives" && src.PO == "lead":
		return "set the lead of one of its open projects"
	case src.Goals == "projects" && src.PO == "owner":
		return "set the owner of its initiative"
	}
	return "name a person in " + fieldName(src.PO)
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
