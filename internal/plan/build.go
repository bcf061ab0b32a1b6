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

func weightOf(it *roadmap.Item) weight { return weight{it.InSprint, it.Created} }

// compare puts an active sprint first, then the oldest.
func (w weight) compare(o weight) int {
	if w.inSprint != o.inSprint {
		if w.inSprint {
			return -1
		}
		return 1
	}
	return w.created.Compare(o.created)
}

// subject is one item with its findings and what is ours on it.
type subject struct {
	key      roadmap.Key
	item     *roadmap.Item
	findings []roadmap.Finding
	ours     roadmap.Ours
}

// items gives every item that has a finding or something of ours, the weightiest
// first: where only some people may be asked, it is for those.
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
	slices.SortStableFunc(subjects, func(x, y subject) int { return weightOf(x.item).compare(weightOf(y.item)) })
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
		b.weight[s.key] = weightOf(s.item)
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
