package mapping

import (
	"fmt"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// State tells how a rule stands to an item.
type State string

// The states of a rule.
const (
	RuleHolds      State = "holds"
	RuleBroken     State = "broken"       // there is a finding
	RuleUnknown    State = "unknown"      // it rests on what cannot be seen, so nothing is said
	RuleSilenced   State = "silenced"     // it would not hold, but the rule's `unless` leaves the item out
	RuleOutOfScope State = "out-of-scope" // it would not hold, but the item is not in the rule's `scope`
	RuleOff        State = "off"          // the file switches it off
)

// Standing tells how one rule stands to an item, a sprint or a person.
type Standing struct {
	Rule  roadmap.Rule
	State State
	Why   string
}

// Standings tells of each rule that is about what was explained how it stands.
func (a *Alignment) Standings(e Explanation) []Standing {
	switch roadmap.Role(e.Role) {
	case roadmap.RoleStory:
		return []Standing{
			a.storyStanding(roadmap.StoryWithoutGoal, Unlinked, e),
			a.storyStanding(roadmap.StoryOnClosedGoal, Closed, e),
		}
	case roadmap.RoleGoal:
		g := a.Goals[a.g.goal[a.g.byRef[e.Ref]]]
		if !g.Item.Status.Open() {
			return nil // no rule is about a closed goal
		}
		return []Standing{
			a.goalStanding(roadmap.GoalWithoutPM, g, a.goalWithoutPM),
			a.goalStanding(roadmap.GoalWithoutPO, g, a.goalWithoutPO),
			a.goalStanding(roadmap.GoalWithoutStories, g, a.goalWithoutStories),
			a.goalStanding(roadmap.OwnerInactive, g, a.ownerInactive),
			a.goalStanding(roadmap.UndeclaredDouble, g, a.undeclaredDouble),
		}
	case roadmap.RoleSprint:
		rule := a.Org.Rules[roadmap.SprintOffRoadmap]
		return []Standing{a.other(roadmap.SprintOffRoadmap, e.Ref, fmt.Sprintf("%s, and %.0f %% should be", e.Why, 100*rule.MinShare))}
	case roadmap.RolePerson:
		n := 0
		for _, o := range e.Owns {
			if o.Role == "po" {
				n++
			}
		}
		return []Standing{a.other(roadmap.POOverloaded, e.Ref,
			fmt.Sprintf("product owner of %s, and %d is the most", plural(n, "open goal", "open goals"), a.Org.Rules[roadmap.POOverloaded].MaxGoals))}
	}
	return nil
}

// found gives the finding of a rule on a ref.
func (a *Alignment) found(rule roadmap.Rule, ref roadmap.Ref) (roadmap.Finding, bool) {
	for _, f := range a.Findings {
		if f.Rule == rule && f.Ref == ref {
			return f, true
		}
	}
	return roadmap.Finding{}, false
}

// other tells of a rule on a sprint or a person.
func (a *Alignment) other(rule roadmap.Rule, ref roadmap.Ref, why string) Standing {
	f, broken := a.found(rule, ref)
	switch {
	case !a.Org.Rules[rule].Enabled:
		return Standing{rule, RuleOff, ""}
	case broken:
		return Standing{rule, RuleBroken, f.Why}
	}
	return Standing{rule, RuleHolds, why}
}

// storyStanding tells of a rule that no story of a linkage keeps.
func (a *Alignment) storyStanding(rule roadmap.Rule, bad Linkage, e Explanation) Standing {
	s := Standing{Rule: rule, State: RuleHolds}
	it := a.g.items[a.g.byRef[e.Ref]]
	f, broken := a.found(rule, e.Ref)
	switch {
	case !a.Org.Rules[rule].Enabled:
		s.State = RuleOff
	case broken:
		s.State, s.Why = RuleBroken, f.Why
	case e.Linkage == Unknown:
		s.State, s.Why = RuleUnknown, "the way to a goal cannot be seen to its end, so nothing is said"
	case e.Linkage == bad:
		s.State, s.Why = a.leftOut(rule, it)
	case e.Linkage == Linked:
		s.Why = fmt.Sprintf("it serves %s", e.Goals[0])
	case bad == Closed:
		s.Why = "no closed goal is met"
	default:
		s.Why = fmt.Sprintf("it leads to %s, though that is closed", e.Goals[0])
	}
	return s
}

// goalStanding tells of a rule on an open goal.
func (a *Alignment) goalStanding(rule roadmap.Rule, g Goal, find func(Goal) (roadmap.Finding, verdict)) Standing {
	s := Standing{Rule: rule, State: RuleHolds}
	if !a.Org.Rules[rule].Enabled {
		s.State = RuleOff
		return s
	}
	if f, is := a.found(rule, g.Item.Ref); is {
		s.State, s.Why = RuleBroken, f.Why
		return s
	}
	switch _, v := find(g); {
	case v == doubtful, v == broken && (a.g.isolated[g.Item.Key.Tracker] || a.g.missing[g.Item.Key]):
		s.State, s.Why = RuleUnknown, "what it rests on cannot be seen to its end, so nothing is said"
	case v == broken:
		s.State, s.Why = a.leftOut(rule, g.Item)
	default:
		s.Why = a.whyHolds(rule, g)
	}
	return s
}

// leftOut tells what keeps a rule that does not hold from speaking of an item.
func (a *Alignment) leftOut(name roadmap.Rule, it *roadmap.Item) (State, string) {
	rule := a.Org.Rules[name]
	if rule.Scope != nil {
		if in, err := a.g.match(rule.Scope, it, a.At); err == nil && !in {
			return RuleOutOfScope, "it does not hold, but the rule's scope is " + rule.Scope.Source
		}
	}
	if rule.Unless != nil {
		return RuleSilenced, "it does not hold, but the rule is silent where " + rule.Unless.Source
	}
	return RuleHolds, ""
}

// whyHolds says in a few words why a rule holds for an open goal.
func (a *Alignment) whyHolds(rule roadmap.Rule, g Goal) string {
	combined := a.Org.Roles == config.Combined
	switch rule {
	case roadmap.GoalWithoutPM, roadmap.GoalWithoutPO:
		who, stated, word := g.PM, g.PMStated, "PM"
		if rule == roadmap.GoalWithoutPO {
			who, stated, word = g.PO, g.POStated, "PO"
		}
		switch {
		case len(who) > 0:
			return "its " + word + " is " + who[0].Name
		case !stated:
			return "the file does not say where its " + word + " is read from"
		case combined:
			return "one person may be PM and PO here (roles: combined)"
		}
	case roadmap.GoalWithoutStories:
		if n := g.OpenStories + g.DoneStories; n > 0 {
			return plural(n, "story leads", "stories lead") + " to it"
		}
		return "it is " + g.Item.Status.Goal() + ", and only active goals must have stories"
	case roadmap.OwnerInactive:
		if len(g.PM)+len(g.PO) > 0 {
			return "every owner's account is active"
		}
		return "it has no owner who could be inactive"
	case roadmap.UndeclaredDouble:
		switch {
		case combined:
			return "one person may be PM and PO here (roles: combined)"
		case len(g.PO) > 0 && sameOwners(g.PM, g.PO):
			return "the double hat is declared in the file"
		}
		return "PM and PO are not the same"
	}
	return ""
}
