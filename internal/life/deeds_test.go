package life

import (
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// deed is one write by alignd that a tracker saw.
type deed struct {
	key    roadmap.Key
	ref    string
	action roadmap.Action
	value  string // the label, or the comment's text as it stands
	db     int    // whose
	undo   bool
}

// does reports whether the deed is what a plan's change asks for. A comment's
// text is compared by the rules that it ends with.
func (d deed) does(c roadmap.Change) bool {
	if d.key != c.Key || d.action != c.Action {
		return false
	}
	if !c.Action.IsComment() {
		return d.value == c.Value
	}
	return slices.Equal(slices.Sorted(slices.Values(rules(d.value))), c.Mark.Rules)
}

// memory is what has happened to one thing.
type memory struct {
	labels  map[string]*ownership
	comment ownership
	// changed is when something happened to it, or to what it may hang on, that
	// may be a new fact: after that a person's word is not final any more.
	changed int
	touched bool // someone else has changed what is ours on it, or a run was taken back
	weak    bool // a database that knew of it was lost
}

// ownership is what has become of one label of ours, or of our comment, on one
// thing.
type ownership struct {
	ours   bool      // we wrote it and have not taken it off since
	at     int       // when we did so last
	veto   int       // when a person's word on it was given; 0: none was, or we need not know it
	why    string    // what that was
	again  int       // how often we added it again after somebody else had taken it off, or spoke again after we had said that all is resolved
	absent bool      // somebody else has taken it off
	weak   bool      // a database that knew of it was lost since the word was given
	speaks bool      // a comment whose edit was taken back: it speaks of something since
	mute   time.Time // a comment says that all is resolved, since then; zero: it does not
}

func (w *world) memory(k roadmap.Key) *memory {
	if w.past[k] == nil {
		w.past[k] = &memory{labels: map[string]*ownership{}}
	}
	return w.past[k]
}

// stands reports whether something of ours says on it that a rule does not hold.
func (m *memory) stands() bool {
	for _, l := range m.labels {
		if l.ours {
			return true
		}
	}
	return m.comment.ours && m.comment.mute.IsZero()
}

func (m *memory) label(name string) *ownership {
	if m.labels[name] == nil {
		m.labels[name] = &ownership{}
	}
	return m.labels[name]
}

// word notes what a person did to something of ours. It binds alignd if alignd
// could know what it is about: a pass in which all went well has ended since we
// wrote it, and since the facts changed last.
func (w *world) word(m *memory, l *ownership, why string) {
	if !l.ours {
		return
	}
	m.touched, l.absent = true, true
	if d := w.dbs[0]; d.good > l.at && d.saw > m.changed {
		l.veto, l.why, l.weak = w.happen(), why, false
	}
}

// changes notes that facts may have changed: of one thing, or of all.
func (w *world) changes(keys ...roadmap.Key) {
	at := w.happen()
	if len(keys) == 0 {
		for _, m := range w.past {
			m.changed = at
		}
	}
	for _, k := range keys {
		w.memory(k).changed = at
	}
}

// forget is what a lost or an old database does to what alignd can know.
func (w *world) forget() {
	for _, m := range w.past {
		m.weak = true
		m.comment.veto, m.comment.again = 0, 0
		for _, l := range m.labels {
			l.weak, l.again = true, 0
		}
	}
	clear(w.asked)
	w.dbs[0].saw, w.dbs[0].good = 0, 0
}

// wrote holds a tracker after a request that writes against what it was before:
// every difference is a deed of ours.
func (w *world) wrote(s site, before map[string]thing) {
	after := w.snapshot(s)
	for _, id := range sorted(before) {
		b, a := before[id], after[id]
		k := roadmap.Key{Tracker: s.name(), ID: id}
		if a.rest != b.rest || a.ref != b.ref {
			w.violate("nothing not ours is touched", "%s was %q and is %q", b.ref, b.rest, a.rest)
		}
		for _, l := range a.labels {
			if !slices.Contains(b.labels, l) {
				w.did(deed{key: k, ref: b.ref, action: roadmap.AddLabel, value: l}, b, a, note{})
			}
		}
		for _, l := range b.labels {
			if !slices.Contains(a.labels, l) {
				w.did(deed{key: k, ref: b.ref, action: roadmap.RemoveLabel, value: l}, b, a, note{})
			}
		}
		for _, c := range a.comments {
			at := slices.IndexFunc(b.comments, func(o note) bool { return o.id == c.id })
			switch {
			case at < 0:
				w.did(deed{key: k, ref: b.ref, action: roadmap.CreateComment, value: c.body}, b, a, c)
			case b.comments[at].body != c.body:
				if c.by != bot {
					w.violate("nothing not ours is touched", "the comment of %s on %s was edited", c.by, b.ref)
				}
				fresh := c
				fresh.mentions -= b.comments[at].mentions
				w.did(deed{key: k, ref: b.ref, action: roadmap.UpdateComment, value: c.body}, b, a, fresh)
			}
		}
		if len(a.comments) < len(b.comments) {
			w.violate("nothing not ours is touched", "a comment on %s was deleted", b.ref)
		}
	}
}

// unsettled reports whether a removal of the label was sent of which alignd does
// not know what came of it.
func (w *world) unsettled(k roadmap.Key, label string) bool {
	open, err := w.db().store.OpenEntries(w.ctx)
	if err != nil {
		panic(err)
	}
	return slices.ContainsFunc(open, func(e store.Entry) bool {
		return e.Change.Key == k && e.Change.Action == roadmap.RemoveLabel && e.Change.Value == label
	})
}

// did notes one deed and asks whether it might be done.
func (w *world) did(d deed, before, after thing, c note) {
	d.db, d.undo = w.current, w.during.how == undo
	w.memory(d.key).touched = w.memory(d.key).touched || d.undo
	w.deeds = append(w.deeds, d)
	w.tell("    %s %s %s", d.ref, d.action, short(d.value))
	m := w.memory(d.key)
	w.judge(d, m, before, after, c)
	at := w.happen()
	switch d.action {
	case roadmap.AddLabel:
		l := m.label(d.value)
		if l.absent && !d.undo {
			l.again++
		}
		*l = ownership{ours: true, at: at, again: l.again}
	case roadmap.RemoveLabel:
		l := m.label(d.value)
		l.ours, l.at, l.absent = false, at, false
		if d.undo {
			m.touched = true
			*l = ownership{ours: true, at: at, why: "it was taken back", absent: true}
			if w.dbs[0].saw > m.changed {
				l.veto = at
			}
		}
	default:
		says := len(rules(d.value)) > 0
		m.comment.ours, m.comment.at, m.comment.veto = true, at, 0
		switch {
		case !says:
			m.comment.mute = w.now
		case !m.comment.mute.IsZero():
			m.comment.mute = time.Time{}
			if !d.undo {
				m.comment.again++
			}
		}
		if d.undo {
			m.touched = true
			if w.dbs[0].saw > m.changed {
				m.comment.veto, m.comment.why, m.comment.speaks = at, "it was taken back", says
			}
		}
	}
	for range c.mentions {
		who := mentioned{d.key.Tracker, ana, w.current}
		w.asked[who] = append(w.asked[who], w.alignd())
	}
}

func short(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	first := []rune(lines[0])
	if len(first) > 50 {
		first = append(first[:50], '…')
	}
	if len(lines) == 1 {
		return string(first)
	}
	return string(first) + " | " + lines[len(lines)-1]
}

// rules gives the rules that a comment's last line says it speaks of.
func rules(body string) []roadmap.Rule {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(body, `\`, "")), "\n")
	last := lines[len(lines)-1]
	var found []roadmap.Rule
	for _, r := range []roadmap.Rule{roadmap.StoryWithoutGoal, roadmap.StoryOnClosedGoal, roadmap.GoalWithoutPO, roadmap.GoalWithoutPM} {
		if strings.Contains(last, string(r)) {
			found = append(found, r)
		}
	}
	return found
}

// isQuiet reports whether a time is in the quiet hours of a life's file.
func isQuiet(t time.Time) bool {
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || t.Hour() < 8 || t.Hour() >= 18
}
