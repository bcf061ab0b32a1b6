package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// builder collects a plan item by item.
type builder struct {
	in      Input
	changes []roadmap.Change
	held    []Held
	weight  map[roadmap.Key]weight
	flagged map[roadmap.Key]bool // stories that this plan would flag for the first time
	asked   map[roadmap.Key]int  // how often this plan mentions each account
}

// weight orders items when only some may be written.
type weight struct {
	inSprint bool
	created  time.Time
}

// subject is one item with its findings and what is ours on it.
type subject struct {
	key      roadmap.Key
	item     *roadmap.Item
	findings []roadmap.Finding
	ours     roadmap.Ours
}

// items gives every item that has a finding or something of ours, in order.
// Items that are gone have nothing to write to.
func (b *builder) items() []subject {
	byKey := map[roadmap.Key]*subject{}
	get := func(k roadmap.Key) *subject {
		if byKey[k] == nil {
			byKey[k] = &subject{key: k, ours: b.in.Ours[k]}
		}
		return byKey[k]
	}
	for _, f := range b.in.Findings {
		s := get(f.Key)
		s.findings = append(s.findings, f)
	}
	for k := range b.in.Ours {
		get(k)
	}
	var subjects []subject
	for _, k := range slices.SortedFunc(maps.Keys(byKey), roadmap.Key.Compare) {
		s := byKey[k]
		if it, ok := b.in.Item(k); ok && it.Kind != roadmap.KindFileGoal {
			s.item = it
			slices.SortStableFunc(s.findings, func(x, y roadmap.Finding) int { return cmp.Compare(x.Rule, y.Rule) })
			subjects = append(subjects, *s)
		}
	}
	return subjects
}

// item plans one item: what its labels and its one comment should say, against
// what is there.
func (b *builder) item(s subject) {
	if b.in.Silent[s.key] {
		return // nothing already said is taken back, nothing new is said
	}
	var active []roadmap.Finding
	for _, f := range s.findings {
		rule := b.in.Org.Rules[f.Rule]
		if !spoke(s.ours, f.Rule, rule.Label) {
			if reason, until := b.young(f, rule); reason != "" {
				b.holdFinding(s, f, rule, reason, until)
				continue
			}
		}
		active = append(active, f)
	}
	b.labels(s, active)
	b.comment(s, active)
}

// young reports what keeps a finding that was never spoken of from being so.
func (b *builder) young(f roadmap.Finding, rule config.Rule) (Reason, time.Time) {
	if !rule.Since.IsZero() && f.Created.Before(rule.Since) {
		return Since, time.Time{}
	}
	begun := f.Begun
	if begun.IsZero() {
		begun = b.in.Now // seen for the first time, unless it was before
		if since, known := b.in.Since[f.Rule][f.Key]; known {
			begun = since
		}
	}
	if until := rule.Grace.After(begun, b.in.Org.Location); b.in.Now.Before(until) {
		return Grace, until
	}
	return "", time.Time{}
}

// holdFinding holds all that a finding would have written.
func (b *builder) holdFinding(s subject, f roadmap.Finding, rule config.Rule, reason Reason, until time.Time) {
	switch {
	case !b.in.Complete:
		reason, until = Incomplete, time.Time{}
	case s.item.HasLabel(roadmap.IgnoreLabel):
		reason, until = Ignored, time.Time{}
	}
	if rule.Label != "" && !s.item.HasLabel(rule.Label) {
		c := b.change(s, roadmap.AddLabel, []roadmap.Finding{f})
		c.Value = rule.Label
		b.hold(c, reason, until)
	}
	if rule.Comment {
		action := roadmap.CreateComment
		if was := s.ours.Comment; was != nil && !was.Deleted {
			action = roadmap.UpdateComment
		}
		c := b.change(s, action, []roadmap.Finding{f})
		c.Text = b.text(c.Mark, []roadmap.Finding{f})
		c.Value = c.Text.Plain()
		b.hold(c, reason, until)
	}
}

// labels plans the labels of one item. A label that stands there already is
// left as it is, whoever put it there; only one of ours is ever removed.
func (b *builder) labels(s subject, active []roadmap.Finding) {
	wanted := map[string][]roadmap.Finding{}
	for _, f := range active {
		if label := b.in.Org.Rules[f.Rule].Label; label != "" {
			wanted[label] = append(wanted[label], f)
		}
	}
	ours := slices.Sorted(maps.Keys(s.ours.Labels)) // after each change
	for _, label := range slices.Sorted(maps.Keys(wanted)) {
		if s.item.HasLabel(label) {
			continue
		}
		c := b.change(s, roadmap.AddLabel, wanted[label])
		c.Value = label
		before, added := s.ours.Labels[label]
		after := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(ours), label))))
		c.Mark = roadmap.Mark{Org: b.in.Org.Name, Labels: after}
		if past, had := s.ours.Past[label]; had && tooOften(past, c.Facts) && !(added && before.Facts == c.Facts) {
			b.park(s, c)
			continue
		}
		if b.propose(s, c, added && before.Facts == c.Facts) {
			ours = after
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.ours.Labels)) {
		if wanted[label] == nil && s.item.HasLabel(label) {
			c := b.change(s, roadmap.RemoveLabel, nil)
			c.Rules = b.rulesOf(label)
			c.Value, c.Why = label, b.over(c.Rules, func(r config.Rule) bool { return r.Label == label })
			after := slices.DeleteFunc(slices.Clone(ours), func(l string) bool { return l == label })
			c.Mark = roadmap.Mark{Org: b.in.Org.Name, Labels: after}
			if b.propose(s, c, false) {
				ours = after
			}
		}
	}
}

// maxFlips is how often someone else may take a label off, the facts changing in
// between, before alignd stands down; maxLoops is how often alignd itself may
// add it and take it off for the same facts, as where a query of the file
// answers to what alignd writes.
const (
	maxFlips = 2
	maxLoops = 3
)

// tooOften reports whether adding a label once more would be one time too many.
func tooOften(past roadmap.PastLabel, facts string) bool {
	switch {
	case !past.Off:
		return past.Flips+1 >= maxFlips
	case past.Facts == facts:
		return past.Loops+1 >= maxLoops
	}
	return false
}

// park holds a label that has come and gone too often, where nothing else does.
func (b *builder) park(s subject, c roadmap.Change) {
	reason := Parked
	switch {
	case !b.in.Complete:
		reason = Incomplete
	case s.item.HasLabel(roadmap.IgnoreLabel):
		reason = Ignored
	}
	b.hold(c, reason, time.Time{})
}

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
	case len(speak) > 0:
		c := b.edit(s, was, speak)
		edits := !sameFacts(was.Rules, speak) && c.Value != was.Text
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
// already, or where nobody can act.
func (b *builder) whom(s subject, was *roadmap.OurComment, speak []roadmap.Finding) (who roadmap.Person, from time.Time) {
	if was.Asked != "" || was.Begun.IsZero() {
		return roadmap.Person{}, time.Time{}
	}
	for _, f := range speak {
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

// change starts a change on an item for some findings.
func (b *builder) change(s subject, action roadmap.Action, fs []roadmap.Finding) roadmap.Change {
	c := roadmap.Change{Key: s.key, Ref: s.item.Ref, Kind: s.item.Kind, Title: s.item.Title, Action: action, Role: b.in.Role(s.key)}
	comment := action.IsComment()
	if comment {
		c.RuleFacts = map[roadmap.Rule]string{}
	}
	for i, f := range fs {
		c.Role = f.Role
		c.Rules = append(c.Rules, f.Rule)
		c.Facts += f.Facts
		if comment {
			c.RuleFacts[f.Rule] = f.Facts
		}
		if i > 0 {
			c.Why += "; "
		}
		c.Why += f.Why
	}
	slices.Sort(c.Rules)
	if comment {
		c.Mark = roadmap.Mark{Org: b.in.Org.Name, ID: roadmap.CommentID(b.in.Org.Name, s.key, 0), Rules: slices.Clone(c.Rules), Labels: b.labelsAfter(s, fs)}
		if was := s.ours.Comment; was != nil {
			c.Mark.ID, c.Remote = was.ID, was.Remote
		}
	}
	return c
}

// labelsAfter gives the labels of ours that the item will carry when the plan
// has been carried out: what is stored with the comment.
func (b *builder) labelsAfter(s subject, fs []roadmap.Finding) []string {
	labels := []string{}
	for _, f := range fs {
		label := b.in.Org.Rules[f.Rule].Label
		_, ours := s.ours.Labels[label]
		if label != "" && (ours || !s.item.HasLabel(label)) {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
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

// switchedOff says why something is taken back that may well still be so.
const switchedOff = "no rule asks for it any more"

// over says why what some rules asked for is taken back: because they hold now,
// or because the file does not ask for it any more.
func (b *builder) over(rules []roadmap.Rule, asks func(config.Rule) bool) string {
	for _, name := range rules {
		if r := b.in.Org.Rules[name]; r.Enabled && asks(r) {
			return "the rule holds now"
		}
	}
	return switchedOff
}

// rulesOf gives the rules that write a label.
func (b *builder) rulesOf(label string) []roadmap.Rule {
	var rules []roadmap.Rule
	for name, r := range b.in.Org.Rules {
		if r.Label == label {
			rules = append(rules, name)
		}
	}
	slices.Sort(rules)
	return rules
}

// propose puts a change into the plan, unless the pass is incomplete, the item
// is ignored or a person has vetoed it, and reports whether it did.
func (b *builder) propose(s subject, c roadmap.Change, vetoed bool) bool {
	switch {
	case !b.in.Complete:
		b.hold(c, Incomplete, time.Time{})
	case s.item.HasLabel(roadmap.IgnoreLabel):
		b.hold(c, Ignored, time.Time{})
	case vetoed:
		b.hold(c, Vetoed, time.Time{})
	case b.in.Now.Before(b.in.Refused[identify(c).ID]):
		b.hold(c, NoPermit, b.in.Refused[identify(c).ID])
	default:
		if b.weight == nil {
			b.weight, b.flagged = map[roadmap.Key]weight{}, map[roadmap.Key]bool{}
		}
		b.weight[s.key] = weight{s.item.InSprint, s.item.Created}
		if c.Role == roadmap.RoleStory && raises(c) && !flagged(s.ours) {
			b.flagged[s.key] = true
		}
		b.changes = append(b.changes, identify(c))
		return true
	}
	return false
}

// raises reports whether a change says that some rule does not hold.
func raises(c roadmap.Change) bool {
	return c.Action == roadmap.AddLabel || c.Action != roadmap.RemoveLabel && len(c.Mark.Rules) > 0
}

// flagged reports whether something of ours says so already. A comment that
// says resolved does not: a story that is flagged again is newly flagged.
func flagged(o roadmap.Ours) bool {
	return len(o.Labels) > 0 || o.Comment != nil && len(o.Comment.Rules) > 0
}

func (b *builder) hold(c roadmap.Change, r Reason, until time.Time) {
	b.held = append(b.held, Held{Change: identify(c), Reason: r, Until: until})
}

// holdAll moves every change to held.
func (b *builder) holdAll(r Reason, until time.Time) {
	for _, c := range b.changes {
		b.hold(c, r, until)
	}
	b.changes = nil
}

// quiet holds everything during quiet hours and weekends.
func (b *builder) quiet() {
	if until, is := quietUntil(b.in.Org.Quiet, b.in.Now, b.in.Org.Location); is {
		b.holdAll(Quiet, until)
	}
}

// share holds everything when the pass would newly flag too large a share of
// the stories: more likely the roadmap was misread than that so many went
// astray at once.
func (b *builder) share() {
	n := len(b.flagged)
	if n > tooManyFloor && float64(n) > b.in.Org.Limits.MaxShare*float64(b.in.Stories) {
		b.holdAll(TooMany, time.Time{})
	}
}

// tooManyFloor is the contract's: a pass that flags no more than this many
// stories is never held for their share.
const tooManyFloor = 20

// limit lets through only so many new comments, those in an active sprint
// first, then the oldest. Labels are quiet and go through.
func (b *builder) limit() {
	var creates []roadmap.Change
	for _, c := range b.changes {
		if c.Action == roadmap.CreateComment {
			creates = append(creates, c)
		}
	}
	if len(creates) <= b.in.Org.Limits.CommentsPerRun {
		return
	}
	slices.SortStableFunc(creates, func(x, y roadmap.Change) int {
		wx, wy := b.weight[x.Key], b.weight[y.Key]
		if wx.inSprint != wy.inSprint {
			if wx.inSprint {
				return -1
			}
			return 1
		}
		return cmp.Or(wx.created.Compare(wy.created), cmp.Compare(x.Ref, y.Ref))
	})
	over := map[string]bool{}
	for _, c := range creates[b.in.Org.Limits.CommentsPerRun:] {
		over[c.ID] = true
		b.held = append(b.held, Held{Change: c, Reason: Limit})
	}
	b.changes = slices.DeleteFunc(b.changes, func(c roadmap.Change) bool { return over[c.ID] })
}
