package mapping

import (
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// The rules on goals: each says what does not hold of one, in words.

// goalWithoutPO: a goal has a product owner. Where one person may be both, a
// product manager will do.
func (a *Alignment) goalWithoutPO(g Goal) (roadmap.Finding, verdict) {
	v := a.vacant(g, g.PO, g.POStated, g.POUnseen, g.PM, g.PMUnseen)
	if v != broken {
		return roadmap.Finding{}, v
	}
	src := a.Org.Roadmap[g.Source]
	role, matter, seen := "product owner", "how it gets done", visible(src, src.PO)
	why := where(src, src.PO, "po")
	if a.Org.Roles == config.Combined {
		role, matter, seen = "owner", "it", visible(src, src.PO, src.PM)
		if g.PMStated {
			why += ", and " + where(src, src.PM, "pm")
		}
	}
	fact := a.kindOfGoal(g) + " has no " + role + seen
	if n := g.OpenStories; n > 0 {
		fact += ", while " + plural(n, "open story", "open stories") + " already " + verb(n, "serves", "serve") + " it"
	}
	return roadmap.Finding{
		Why:   "no " + role + ": " + why,
		Facts: g.Item.Status.Goal(),
		Fact:  roadmap.Line{roadmap.Say(fact + ": nobody answers for " + matter + ".")},
		Fix:   roadmap.Line{roadmap.Say(fixRole(src, src.PO, "po"))},
		Ask:   answerable(g.PM),
		Begun: g.Item.Created,
	}, broken
}

// goalWithoutPM: a goal has a product manager. Where one person may be both, the
// rule on product owners speaks of a goal that has neither.
func (a *Alignment) goalWithoutPM(g Goal) (roadmap.Finding, verdict) {
	if a.Org.Roles == config.Combined && a.Org.Rules[roadmap.GoalWithoutPO].Enabled && g.POStated {
		return roadmap.Finding{}, holds
	}
	v := a.vacant(g, g.PM, g.PMStated, g.PMUnseen, g.PO, g.POUnseen)
	if v != broken {
		return roadmap.Finding{}, v
	}
	src := a.Org.Roadmap[g.Source]
	return roadmap.Finding{
		Why:   "no product manager: " + where(src, src.PM, "pm"),
		Facts: g.Item.Status.Goal(),
		Fact:  roadmap.Line{roadmap.Say(a.kindOfGoal(g) + " has no product manager" + visible(src, src.PM) + ": nobody answers for why it matters.")},
		Fix:   roadmap.Line{roadmap.Say(fixRole(src, src.PM, "pm"))},
		Ask:   answerable(g.PO),
		Begun: g.Item.Created,
	}, broken
}

// vacant judges one role of a goal, of which the other is told too.
func (a *Alignment) vacant(g Goal, who []Owner, stated, unseen bool, other []Owner, otherUnseen bool) verdict {
	combined := a.Org.Roles == config.Combined
	switch {
	case !stated, len(who) > 0, combined && len(other) > 0:
		return holds
	case unseen, combined && otherUnseen:
		return doubtful
	}
	return broken
}

// goalWithoutStories: an active goal has an open or done story. A story that
// some tracker has not shown may be one, or one whose goal it has not shown.
func (a *Alignment) goalWithoutStories(g Goal) (roadmap.Finding, verdict) {
	switch {
	case g.Item.Status.Goal() != "active", g.OpenStories+g.DoneStories > 0:
		return roadmap.Finding{}, holds
	case len(a.g.isolated) > 0, a.veiled:
		return roadmap.Finding{}, doubtful
	}
	why := "it is active"
	if !g.Item.Started.IsZero() {
		why += " since " + a.day(g.Item.Started)
	}
	why += ", and no story leads to it"
	fact := "This active roadmap goal has no story, open or done"
	if g.Item.Target != "" {
		why += "; its target is " + g.Item.Target
		fact += ", and its target is " + g.Item.Target
	}
	f := roadmap.Finding{
		Why: why, Facts: g.Item.Status.Goal(),
		Fact:  roadmap.Line{roadmap.Say(fact + ": nothing in the backlog works towards it.")},
		Fix:   roadmap.Line{roadmap.Say("link the stories that serve it, or set the goal back to planned")},
		Ask:   answerable(g.PO, g.PM),
		Begun: g.Item.Created,
	}
	if g.Item.Started.After(f.Begun) {
		f.Begun = g.Item.Started
	}
	return f, broken
}

// ownerInactive: every owner of a goal has an active account.
func (a *Alignment) ownerInactive(g Goal) (roadmap.Finding, verdict) {
	src := a.Org.Roadmap[g.Source]
	var f roadmap.Finding
	var why, facts []string
	for _, role := range []struct {
		word, key, spec string
		who             []Owner
	}{{"product manager", "pm", src.PM, g.PM}, {"product owner", "po", src.PO, g.PO}} {
		for _, o := range role.who {
			if o.Active() {
				continue
			}
			if f.Fact == nil {
				f.Fact = roadmap.Line{roadmap.Quote(o.Name), roadmap.Say(", " + role.word + " of this roadmap goal, has a deactivated account and cannot answer for it any more.")}
				f.Fix = roadmap.Line{roadmap.Say(fixSuccessor(src, role.spec, role.key))}
			}
			why = append(why, role.word+" "+o.Name+" has a deactivated account")
			facts = append(facts, role.key+" "+o.ID)
		}
	}
	if len(facts) == 0 {
		return f, holds
	}
	f.Why, f.Facts, f.Ask = strings.Join(why, "; "), strings.Join(facts, "\n"), answerable(g.PO, g.PM)
	return f, broken
}

// undeclaredDouble: the product owner of a goal is not its product manager too,
// unless the file declares it for a while. Somebody else in either role is enough.
func (a *Alignment) undeclaredDouble(g Goal) (roadmap.Finding, verdict) {
	if a.Org.Roles == config.Combined || len(g.PO) == 0 || !sameOwners(g.PM, g.PO) {
		return roadmap.Finding{}, holds
	}
	for _, o := range g.PO {
		hat := a.doubleHat(o)
		if hat != nil && !hat.Over(a.At) {
			continue
		}
		why := o.Name + " is both product manager and product owner"
		fact := roadmap.Line{roadmap.Quote(o.Name), roadmap.Say(" is both product manager and product owner of this roadmap goal")}
		if hat != nil {
			ended := ", and the exception for it ended on " + hat.Until.Format(time.DateOnly)
			why += ended
			fact = append(fact, roadmap.Say(ended))
		}
		if g.PMUnseen || g.POUnseen {
			return roadmap.Finding{}, doubtful
		}
		src := a.Org.Roadmap[g.Source]
		return roadmap.Finding{
			Why: why, Facts: o.ID,
			Fact: append(fact, roadmap.Say(": nobody weighs its why against its how.")),
			Fix:  roadmap.Line{roadmap.Say(fixSecond(src, src.PO) + ", or have the double hat declared in alignd's file, with its last day")},
			Ask:  answerable(g.PM),
		}, broken
	}
	return roadmap.Finding{}, holds
}

// sameOwners reports whether two roles are held by the very same people.
func sameOwners(pm, po []Owner) bool {
	return slices.EqualFunc(sortedByID(pm), sortedByID(po), func(x, y Owner) bool { return x.ID == y.ID })
}

func sortedByID(owners []Owner) []Owner {
	return slices.SortedFunc(slices.Values(owners), func(x, y Owner) int { return strings.Compare(x.ID, y.ID) })
}

// doubleHat finds the exception that the file declares for a person.
func (a *Alignment) doubleHat(o Owner) *config.DoubleHat {
	name, declared := strings.CutPrefix(o.ID, declaredOwner)
	if !declared {
		return nil
	}
	for _, p := range a.Org.People {
		if p.Name == name {
			return p.DoubleHat
		}
	}
	return nil
}

// kindOfGoal begins a sentence about a goal.
func (a *Alignment) kindOfGoal(g Goal) string {
	return "This " + g.Item.Status.Goal() + " roadmap goal"
}

// day writes a time as a date in the org's zone.
func (a *Alignment) day(t time.Time) string { return t.In(a.Org.Location).Format(time.DateOnly) }
