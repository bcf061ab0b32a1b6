package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// comment plans the one living comment of an item.
func (b *builder) comment(s subject, active []roadmap.Finding) {
	var speak []roadmap.Finding
	for _, f := range active {
		if b.in.Org.Rules[f.Rule].Comment {
			speak = append(speak, f)
		}
	}
	was := s.ours.Comment
	switch {
	case was != nil && !was.Deleted && was.Undone != nil && sameFacts(was.Undone, speak):
		b.propose(s, b.edit(s, was, speak), true)
	case was == nil && len(speak) == 0:
	case was == nil:
		c := b.change(s, roadmap.CreateComment, speak)
		c.Text = b.text(c.Mark, speak)
		c.Value = c.Text.Plain()
		b.propose(s, c, false)
	case was.Deleted && len(speak) > 0:
		c := b.change(s, roadmap.CreateComment, speak)
		same := sameFacts(was.Rules, speak) || sameFacts(was.Undone, speak)
		if !same {
			c.Mark.ID = roadmap.CommentID(b.in.Org.Name, s.key, was.N+1)
		}
		c.Text = b.text(c.Mark, speak)
		c.Value = c.Text.Plain()
		b.propose(s, c, same || was.N+1 >= roadmap.CommentLives)
	case was.Deleted:
	case len(speak) == 0 && len(was.Rules) > 0:
		b.propose(s, b.edit(s, was, nil), false)
	case len(speak) > 0 && len(was.Rules) == 0 && was.Returns >= maxReturns && b.in.Now.Before(b.settled(speak)):
		b.park(s, b.edit(s, was, speak), b.settled(speak))
	case len(speak) > 0:
		c := b.edit(s, was, speak)
		edits := !sameFacts(was.Rules, speak) && (c.Value != was.Text || !was.EditedAt.IsZero())
		who, until := b.whom(s, was, speak)
		switch {
		case who.ID == "" || b.in.Now.Before(until):
			if edits {
				b.propose(s, c, false)
			}
			return
		case !b.mayAsk(who) && edits:
			b.propose(s, c, false) // without the mention
			return
		}
		c.Asks = who.ID
		c.Text = ask(c.Text, who)
		c.Value = c.Text.Plain()
		c.Why += "; asking " + who.Name
		if !b.mayAsk(who) {
			b.hold(identify(c), Limit, time.Time{})
		} else if b.propose(s, c, false) {
			b.asked[account(who)]++
		}
	}
}

// maxReturns is how often a comment that has said that all is resolved may speak
// again at once. From then on it says nothing of a story that comes and goes, as
// where a script moves it about, until that has stayed for a while.
const maxReturns = 2

// settled gives when the first of some findings has stood for its grace since it
// was found last, and for a day at least.
func (b *builder) settled(fs []roadmap.Finding) (first time.Time) {
	for _, f := range fs {
		since, known := b.in.Since[f.Rule][f.Key]
		if !known {
			since = b.in.Now
		}
		until := b.in.Org.Rules[f.Rule].Grace.After(since, b.in.Org.Location)
		if day := since.Add(24 * time.Hour); until.Before(day) {
			until = day
		}
		if first.IsZero() || until.Before(first) {
			first = until
		}
	}
	return first
}

// edit is the change that makes our comment say this, or that all is resolved
// where nothing is left to say.
func (b *builder) edit(s subject, was *roadmap.OurComment, speak []roadmap.Finding) roadmap.Change {
	c := b.change(s, roadmap.UpdateComment, speak)
	if len(speak) > 0 {
		c.Text = b.text(c.Mark, speak)
	} else {
		c.Rules = slices.Sorted(maps.Keys(was.Rules))
		c.Why = b.over(c.Rules, func(r config.Rule) bool { return r.Comment })
		c.Text = roadmap.Text{b.in.Resolved(s.key, c.Rules), {roadmap.Say(c.Mark.Line())}}
		if c.Why == switchedOff {
			c.Text[0] = roadmap.Line{roadmap.Say("alignd has nothing more to say here: the rule was switched off.")}
		}
	}
	c.Value = c.Text.Plain()
	return c
}

// whom gives the one person to mention in a comment that has stood for a second
// grace without effect, and from when on; nobody where one was mentioned
// already, where nobody can act, or where a person has had their say: they have
// edited the comment, or taken the label off.
func (b *builder) whom(s subject, was *roadmap.OurComment, speak []roadmap.Finding) (who roadmap.Person, from time.Time) {
	if was.Asked != "" || was.Begun.IsZero() || !was.EditedAt.IsZero() {
		return roadmap.Person{}, time.Time{}
	}
	for _, f := range speak {
		if s.tookOff(b.in.Org.Rules[f.Rule].Label) {
			return roadmap.Person{}, time.Time{}
		}
		if until := b.in.Org.Rules[f.Rule].Grace.After(was.Begun, b.in.Org.Location); until.After(from) {
			from = until
		}
		for _, p := range f.Ask {
			if who.ID == "" && p.Active && p.ID != "" && (p.Kind == roadmap.Human || p.Kind == "") && p.Tracker == s.key.Tracker {
				who = p
			}
		}
	}
	return who, from
}

func account(p roadmap.Person) roadmap.Key { return roadmap.Key{Tracker: p.Tracker, ID: p.ID} }

// mayAsk reports whether a person was not mentioned too often within a week.
func (b *builder) mayAsk(p roadmap.Person) bool {
	if b.asked == nil {
		b.asked = map[roadmap.Key]int{}
	}
	return b.in.Mentions[account(p)]+b.asked[account(p)] < b.in.Org.Limits.MentionsPerPerson
}

// ask puts a question to a person before the last two lines of a comment: how
// to silence it, and the mark.
func ask(t roadmap.Text, who roadmap.Person) roadmap.Text {
	i := len(t) - 3 // how to fix it
	fix := slices.Concat(t[i], roadmap.Line{roadmap.Say(" "), roadmap.Mention(who), roadmap.Say(", can you?")})
	return slices.Concat(t[:i], roadmap.Text{fix}, t[i+1:])
}

// sameFacts reports whether a comment already speaks of exactly these findings
// on these facts. Facts that are not known (the comment was found again after
// the database was lost) count as the same.
func sameFacts(spoken map[roadmap.Rule]string, findings []roadmap.Finding) bool {
	if len(spoken) != len(findings) {
		return false
	}
	for _, f := range findings {
		facts, ok := spoken[f.Rule]
		if !ok || facts != "" && facts != f.Facts {
			return false
		}
	}
	return true
}

// text renders a comment, in at most six lines: the facts, what may help where
// there is room, how to fix it, how to silence it, and the mark line; or, of a
// finding that the org words itself, its words in place of the first three.
func (b *builder) text(m roadmap.Mark, fs []roadmap.Finding) roadmap.Text {
	var t roadmap.Text
	if len(fs) == 1 && fs[0].Said != nil {
		t = slices.Clone(fs[0].Said)
	} else {
		t = together(fs)
	}
	return append(t,
		roadmap.Line{roadmap.Say("To silence this: add the label " + roadmap.IgnoreLabel + ".")},
		roadmap.Line{roadmap.Say(m.Line())})
}

// together says what several findings have to say, or one in alignd's words.
func together(fs []roadmap.Finding) roadmap.Text {
	var t roadmap.Text
	fix := roadmap.Line{roadmap.Say("To fix it: ")}
	for i, f := range fs {
		fact := f.Fact
		if f.Said != nil {
			fact = f.Said[0]
		}
		if i < maxFacts {
			t = append(t, fact)
		} else {
			t[maxFacts-1] = slices.Concat(t[maxFacts-1], roadmap.Line{roadmap.Say(" ")}, fact)
		}
		if i > 0 {
			fix = append(fix, roadmap.Say("; "))
		}
		fix = append(fix, f.Fix...)
	}
	if len(fs) == 1 && fs[0].Help != nil {
		t = append(t, fs[0].Help)
	}
	return append(t, append(fix, roadmap.Say(".")))
}

// maxFacts is how many lines of facts leave room for the other three of a
// comment's six.
const maxFacts = 3
