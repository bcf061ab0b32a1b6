package main

import (
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// ruleState tells how a rule stands to an item, and what becomes of what it
// asks for.
type ruleState struct {
	Rule  roadmap.Rule  `json:"rule"`
	State mapping.State `json:"state"`
	Why   string        `json:"why"`
	Since *time.Time    `json:"since"` // when a pass found it first; null: it holds, or no pass has kept it
	// Writes is empty where the rule holds and nothing of ours is left, or
	// where it is only reported.
	Writes []fate `json:"writes"`
}

// fate tells what becomes of one write that a rule asks for.
type fate struct {
	Action roadmap.Action `json:"action"`
	Value  string         `json:"value"` // the label; "" of a comment
	// State is "pending" (the next pass that writes does it), "stands" (it was
	// written and is there), "there" (the label is there and is not ours), "missing"
	// (our comment is not to be found), or the reason for which it is held.
	State string     `json:"state"`
	Until *time.Time `json:"until"`
	Why   string     `json:"why"` // the state in words
}

// ruleStates tells of every rule that is about the item.
func ruleStates(o *pass.Outcome, e explained) []ruleState {
	states := []ruleState{}
	for _, s := range o.Alignment.Standings(e.Explanation) {
		r := ruleState{Rule: s.Rule, State: s.State, Why: s.Why, Writes: []fate{}}
		if e.item != nil {
			if since, known := o.Since[s.Rule][e.item.Key]; known && s.State == mapping.RuleBroken {
				r.Since = inUTC(since)
			}
			r.Writes = append(r.Writes, fates(o, e, s)...)
		}
		states = append(states, r)
	}
	return states
}

// fates lists what a rule has written or would write to the item.
func fates(o *pass.Outcome, e explained, s mapping.Standing) []fate {
	var all []fate
	told := map[bool]bool{} // of comments, of labels
	add := func(f fate) {
		comment := f.Action.IsComment()
		if comment {
			f.Value = ""
		}
		told[comment] = true
		all = append(all, f)
	}
	pending := "the next pass writes it"
	if o.Alignment.Org.Mode == config.Observe {
		pending = "mode observe, so no pass writes it"
	}
	for _, ch := range o.Plan.Changes {
		if ch.Key == e.item.Key && slices.Contains(ch.Rules, s.Rule) {
			why := pending
			if who := asked(ch.Text); ch.Asks != "" && who != "" {
				why += ", and asks " + who
			}
			add(fate{Action: ch.Action, Value: ch.Value, State: "pending", Why: why})
		}
	}
	for _, h := range o.Plan.Held {
		if h.Key == e.item.Key && slices.Contains(h.Rules, s.Rule) {
			f := fate{Action: h.Action, Value: h.Value, State: string(h.Reason), Why: heldInWords(o, e, s.Rule, h)}
			if !h.Until.IsZero() {
				f.Until = inUTC(h.Until)
			}
			add(f)
		}
	}
	rule := o.Alignment.Org.Rules[s.Rule]
	if s.State != mapping.RuleBroken {
		return all
	}
	ours := o.Ours[e.item.Key]
	if rule.Label != "" && !told[false] && e.item.HasLabel(rule.Label) {
		f := fate{Action: roadmap.AddLabel, Value: rule.Label, State: "there", Why: "the label is there, and alignd did not add it"}
		if _, our := ours.Labels[rule.Label]; our {
			f.State, f.Why = "stands", "alignd's label"+writtenOn(o, e, roadmap.AddLabel)+" is there"
		}
		add(f)
	}
	if c := ours.Comment; rule.Comment && !told[true] && c != nil && !c.Deleted {
		state, why := "stands", "alignd's comment"+writtenOn(o, e, roadmap.CreateComment)
		switch {
		case !c.DeletedAt.IsZero():
			state = "missing"
			why += " is not to be found, noticed on " + day(o, c.DeletedAt) + ": a person has deleted it, or it is hidden"
		case !c.EditedAt.IsZero():
			why += " was edited by someone, noticed on " + day(o, c.EditedAt) + "; it stays so until the facts change"
		default:
			why += " says so"
		}
		add(fate{Action: roadmap.CreateComment, State: state, Why: why})
	}
	return all
}

// heldInWords says why a change is held, with dates.
func heldInWords(o *pass.Outcome, e explained, rule roadmap.Rule, h plan.Held) string {
	switch h.Reason {
	case plan.Vetoed:
		ours := o.Ours[e.item.Key]
		why, noticed := "someone took off alignd's label"+writtenOn(o, e, h.Action), ours.Labels[h.Value].Off
		if back := takenBack(e, h.Value); back != "" {
			why = "alignd's label is off: " + back
		}
		if seen, is := ours.Seen[h.Value]; is {
			why, noticed = "someone took off the label, which alignd had not put there", seen.Off
		}
		if h.Action.IsComment() {
			why, noticed = "a person deleted alignd's comment"+writtenOn(o, e, h.Action), time.Time{}
			if c := ours.Comment; c != nil && c.Deleted {
				noticed = c.DeletedAt
			} else {
				why = "what alignd's comment said was taken back"
			}
		}
		if !noticed.IsZero() {
			why += ", noticed on " + day(o, noticed)
		}
		return why + "; it stays so until the facts change"
	case plan.Since:
		return "it was created " + day(o, e.item.Created) + ", before the rule's since, " + o.Alignment.Org.Rules[rule].Since.Format(time.DateOnly)
	case plan.Grace:
		return "still young"
	case plan.Parked:
		if h.Action.IsComment() {
			return "it has come and gone too often; alignd says so again when it has stayed for a while"
		}
		return "it has come and gone too often; alignd stands down"
	}
	return reasons[h.Reason]
}

// takenBack tells which run's label alignd itself took off, by `alignd undo`; "":
// someone else did.
func takenBack(e explained, label string) string {
	for _, w := range slices.Backward(e.Written) {
		if w.Outcome == "done" && w.Value == label {
			if w.Action == roadmap.RemoveLabel {
				return w.Why
			}
			return ""
		}
	}
	return ""
}

// writtenOn says of when alignd's last write of this kind is, or "".
func writtenOn(o *pass.Outcome, e explained, action roadmap.Action) string {
	for _, w := range slices.Backward(e.Written) {
		if w.Outcome == "done" && (w.Action == action || w.Action.IsComment() && action.IsComment()) {
			return " of " + day(o, w.At)
		}
	}
	return ""
}

func day(o *pass.Outcome, t time.Time) string {
	return t.In(o.Alignment.Org.Location).Format(time.DateOnly)
}

func inUTC(t time.Time) *time.Time {
	t = t.UTC()
	return &t
}
