package life

import (
	"slices"
	"time"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// The promises, as a broken one is told.
const (
	oneComment  = "at most one comment of ours on an item"
	notOurs     = "nothing not ours is touched"
	personsWord = "what a person undid is not done again"
	standsDown  = "what comes and goes is left alone"
	onlyInWrite = "nothing is written but in mode write"
	incomplete  = "nothing is written on incomplete data"
	ignored     = "an item with alignd:ignore is left alone"
	trueAlert   = "an alert is true"
	graceGiven  = "grace is given"
	quietKept   = "quiet times are kept"
	limitsKept  = "limits are kept"
	reasonGiven = "what is held has a reason"
	fixedPoint  = "after quiet there is nothing to do"
	allSaid     = "after quiet all is said, and nothing that is over"
	inLedger    = "the ledger tells every write that the tracker saw"
	passEnds    = "a pass ends"
	nothingOpen = "a pass without trouble leaves nothing open"
	thatPlan    = "a saved plan is written as it is, or nothing is"
	insideOnly  = "customers read nothing of ours"
)

// judge asks of one deed, at the moment in which the tracker saw it, whether it
// might be done.
func (w *world) judge(d deed, m *memory, before, after thing, c note) {
	if w.during.how != write && w.during.how != undo {
		w.violate(onlyInWrite, "%s %s %q", d.ref, d.action, short(d.value))
	}
	ours := 0
	for _, c := range after.comments {
		if c.by == bot {
			ours++
		}
	}
	if ours > 1 {
		w.violate(oneComment, "%s has %d", d.ref, ours)
	}
	if d.action == roadmap.RemoveLabel && !m.label(d.value).ours && !d.undo {
		w.violate(notOurs, "the label %s on %s is not ours and was taken off", d.value, d.ref)
	}
	if c.public && c.by == bot {
		w.violate(insideOnly, "%s %s %q", d.ref, d.action, short(d.value))
	}
	if only := w.during.only; only != nil && !slices.ContainsFunc(only.Changes, d.does) {
		w.violate(thatPlan, "%s %s %q is not in it", d.ref, d.action, short(d.value))
	}
	if d.undo {
		return // it takes back what was promised at its time
	}
	if slices.Contains(before.labels, ignore) {
		w.violate(ignored, "%s %s %q", d.ref, d.action, short(d.value))
	}
	if w.during.file.quiet && isQuiet(w.alignd()) {
		w.violate(quietKept, "%s %s at %s", d.ref, d.action, w.alignd())
	}
	w.judgeShare(d, m)
	switch d.action {
	case roadmap.AddLabel:
		l := m.label(d.value)
		known := !l.weak && w.current == 0 || w.during.file.speaksWith(d.value, before)
		if l.veto > m.changed && known {
			w.violate(personsWord, "the label %s is on %s again: %s", d.value, d.ref, l.why)
		}
		if l.absent && l.again >= 1 {
			w.violate(standsDown, "%s on %s for the third time", d.value, d.ref)
		}
		for rule, label := range w.during.file.asked() {
			if label == d.value {
				w.judgeAlert(d, []roadmap.Rule{rule}, before)
			}
		}
	case roadmap.CreateComment:
		if w.during.creates++; w.during.creates > w.during.file.perRun() {
			w.violate(limitsKept, "%d new comments in a pass, %d are allowed", w.during.creates, w.during.file.perRun())
		}
		fallthrough
	case roadmap.UpdateComment:
		if speaks := len(rules(d.value)) > 0; w.current == 0 && m.comment.veto > m.changed && speaks != m.comment.speaks {
			w.violate(personsWord, "we speak on %s again: %s", d.ref, m.comment.why)
		}
		if l := m.comment; w.current == 0 && l.again >= 2 && !l.mute.IsZero() && len(rules(d.value)) > 0 && w.now.Sub(l.mute) < 12*time.Hour {
			w.violate(standsDown, "our comment on %s says for the fourth time that it is flagged", d.ref)
		}
		w.judgeAlert(d, rules(d.value), before)
		w.judgeMention(d, c)
	}
}

// judgeShare counts the stories that a pass flags anew.
func (w *world) judgeShare(d deed, m *memory) {
	if d.action == roadmap.RemoveLabel || d.action.IsComment() && len(rules(d.value)) == 0 || m.stands() || w.during.truth[d.key] == "" {
		return
	}
	w.during.flagged[d.key] = true
	open := 0
	for _, s := range w.sites {
		for _, id := range s.stories() {
			if t := s.look(id); t.open && t.there && !t.out {
				open++
			}
		}
	}
	if n := len(w.during.flagged); n > 20 && float64(n) > 0.3*float64(open) {
		w.violate(limitsKept, "%d of %d stories are newly flagged in a pass", n, open)
	}
}

// judgeAlert asks whether what a deed says was so when the pass began or when it
// planned, and whether grace was over.
func (w *world) judgeAlert(d deed, said []roadmap.Rule, before thing) {
	seen := []string{w.during.truth[d.key], w.during.planned[d.key]}
	for _, rule := range said {
		switch rule {
		case roadmap.StoryWithoutGoal:
			if !slices.Contains(seen, unlinked) {
				w.violate(trueAlert, "%s is %s, and we say %s", d.ref, seen[1], rule)
			}
			if d.action != roadmap.UpdateComment && w.alignd().Before(before.created.Add(24*time.Hour)) {
				w.violate(graceGiven, "%s is of %s", d.ref, before.created)
			}
		case roadmap.StoryOnClosedGoal:
			if !slices.Contains(seen, closed) {
				w.violate(trueAlert, "%s is %s, and we say %s", d.ref, seen[1], rule)
			}
		case roadmap.GoalWithoutPO:
			if before.goal && before.owned {
				w.violate(trueAlert, "%s has a PO", d.ref)
			}
		}
	}
}

// judgeMention holds the mentions of the last week against the limit.
func (w *world) judgeMention(d deed, c note) {
	if c.mentions > 1 {
		w.violate(limitsKept, "%s mentions %d at once", d.ref, c.mentions)
	}
	if c.mentions < 1 {
		return
	}
	n := 1
	for _, at := range w.asked[mentioned{d.key.Tracker, ana, w.current}] {
		if at.After(w.alignd().Add(-7 * 24 * time.Hour)) {
			n++
		}
	}
	if n > w.during.file.mentions() {
		w.violate(limitsKept, "%d mentions of one person within a week, %d allowed", n, w.during.file.mentions())
	}
}

// reasons are the contract's words for why a change is held.
var reasons = []plan.Reason{
	plan.Incomplete, plan.Ignored, plan.Vetoed, plan.Since, plan.Grace, plan.NoPermit, plan.Parked, plan.Quiet, plan.TooMany, plan.Limit,
}

// afterPass asks of a pass that came to its end what holds of every such pass.
func (w *world) afterPass(h how, o *pass.Outcome, err error) {
	if err != nil && h != undo {
		w.violate(passEnds, "%v", err)
	}
	if o == nil || err != nil {
		return
	}
	w.afterOutcome(o)
	deeds := len(w.deeds) - w.during.from
	if h != undo && !o.Complete() && (deeds > 0 || len(o.Plan.Changes) > 0) {
		w.violate(incomplete, "%d changes planned, %d writes made: %v", len(o.Plan.Changes), deeds, o.Err())
	}
	for _, held := range o.Plan.Held {
		if !slices.Contains(reasons, held.Reason) {
			w.violate(reasonGiven, "%s %s on %s is held for %q", held.Action, short(held.Value), held.Ref, held.Reason)
		}
	}
	if h != undo {
		w.accounted(o)
	}
	d := w.dbs[w.current]
	if h != write || !o.Complete() || o.Failures() > 0 || !o.Wrote {
		return
	}
	open, err := d.store.OpenEntries(w.ctx)
	if err != nil || len(open) > 0 {
		w.violate(nothingOpen, "%d writes of which the outcome is not known: %v", len(open), err)
	}
	d.saw, d.good = w.during.plannedAt, w.happen()
}

// accounted asks of every finding what became of it: what it should write is
// there already, is planned, or is held.
func (w *world) accounted(o *pass.Outcome) {
	told := map[roadmap.Key]map[bool]bool{} // item -> comment or label -> told
	note := func(c roadmap.Change) {
		if told[c.Key] == nil {
			told[c.Key] = map[bool]bool{}
		}
		told[c.Key][c.Action.IsComment()] = true
	}
	for _, c := range o.Plan.Changes {
		note(c)
	}
	for _, h := range o.Plan.Held {
		note(h.Change)
	}
	for _, f := range o.Alignment.Findings {
		rule := o.Alignment.Org.Rules[f.Rule]
		it, there := o.Alignment.Item(f.Key)
		if !there || it.Kind == roadmap.KindFileGoal || o.Alignment.Silent[f.Key] {
			continue
		}
		if rule.Label != "" && !it.HasLabel(rule.Label) && !told[f.Key][false] {
			w.violate(reasonGiven, "%s: nothing tells why the label %s is not put on", f.Ref, rule.Label)
		}
		c := o.Ours[f.Key].Comment
		if rule.Comment && (c == nil || len(c.Rules) == 0) && !told[f.Key][true] {
			w.violate(reasonGiven, "%s: nothing tells why there is no comment", f.Ref)
		}
	}
}

// atTheEnd holds the ledger against the deeds, and what stands against what is
// so, when nothing has happened for a while.
func (w *world) atTheEnd() {
	d := w.db()
	entries, err := d.store.Log(w.ctx)
	if err != nil {
		w.violate(inLedger, "%v", err)
		return
	}
	type write struct {
		key    roadmap.Key
		action roadmap.Action
		value  string
	}
	of := func(k roadmap.Key, a roadmap.Action, value string) write {
		if a.IsComment() {
			value = "" // as plain text in the one, as markup in the other
		}
		return write{k, a, value}
	}
	begun, done := map[write]int{}, map[write]int{}
	for _, e := range entries {
		c := of(e.Change.Key, e.Change.Action, e.Change.Value)
		switch e.Outcome {
		case store.Done:
			done[c]++
			begun[c]++
		case store.Failed, store.Unknown, store.Intent:
			begun[c]++
		}
	}
	saw := map[write]int{}
	for _, deed := range w.deeds[d.since:] {
		if deed.db == w.current {
			saw[of(deed.key, deed.action, deed.value)]++
		}
	}
	for c, n := range saw {
		if begun[c] < n {
			w.violate(inLedger, "%s %s %q: the tracker saw %d, the ledger tells %d", c.key, c.action, c.value, n, begun[c])
		}
	}
	if slices.ContainsFunc(w.result.Plan.Held, func(h plan.Held) bool { return h.Reason == plan.TooMany }) {
		return // held whole: nothing stands as it should until a person sees to it
	}
	for _, s := range w.sites {
		for _, id := range s.things() {
			w.settled(s, id)
		}
	}
}

// settled asks whether what stands on a story is what should, where nobody but
// alignd has had a hand in it.
func (w *world) settled(s site, id string) {
	t, k := s.look(id), roadmap.Key{Tracker: s.name(), ID: id}
	m := w.memory(k)
	if t.goal || !slices.Contains(s.stories(), id) || !t.there || m.touched || m.weak || slices.Contains(t.labels, ignore) {
		return
	}
	asked := w.file.asked()
	narrowed := w.file.narrow && s.name() != "eng" && slices.Contains(t.labels, "no-sync")
	is := s.linkage(id)
	for _, r := range []struct {
		rule roadmap.Rule
		so   bool
	}{{roadmap.StoryWithoutGoal, is == unlinked}, {roadmap.StoryOnClosedGoal, is == closed}} {
		label, on := asked[r.rule]
		should := on && r.so && t.open && !t.out && !narrowed
		if has := slices.Contains(t.labels, label); label != "" && should && !has {
			w.violate(allSaid, "%s is %s and lacks the label %s", t.ref, is, label)
		} else if label != "" && !should && has && m.label(label).ours && is != unknown {
			w.violate(allSaid, "%s is %s (open %t, out %t) and carries the label %s", t.ref, is, t.open, t.out, label)
		}
		var said []roadmap.Rule
		for _, c := range t.comments {
			if c.by == bot {
				said = rules(c.body)
			}
		}
		comments := on && (r.rule != roadmap.StoryWithoutGoal || !w.file.silent)
		if says := slices.Contains(said, r.rule); should && comments && !says {
			w.violate(allSaid, "%s is %s and no comment says so", t.ref, is)
		} else if !should && says && is != unknown {
			w.violate(allSaid, "%s is %s (open %t, out %t) and our comment says %s", t.ref, is, t.open, t.out, r.rule)
		}
	}
}
