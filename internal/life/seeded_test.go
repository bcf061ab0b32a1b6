package life

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
)

// saboteur breaks alignd in one way on purpose, from outside: what it is told of
// the file, what stands between it and a connector, what its database holds when
// a pass begins. The zero saboteur breaks nothing.
type saboteur struct {
	org          func(*config.Org) // changes a copy of what the file says
	tracker      func(sabotaged) connectors.Tracker
	before       string // SQL on the database before each pass
	writesAlways bool   // asks nobody for leave to write
	anyPlan      bool   // takes any plan for the saved one
	request      func(body []byte) []byte
	outcome      func(*pass.Outcome)
}

// sabotaged is a connector with something in front of it.
type sabotaged struct {
	connectors.Tracker
	s site
	w *world
}

func (w *world) sabotageOrg(org *config.Org) *config.Org {
	if w.saboteur.org == nil {
		return org
	}
	changed := *org
	changed.Rules = map[roadmap.Rule]config.Rule{}
	for name, rule := range org.Rules {
		changed.Rules[name] = rule
	}
	w.saboteur.org(&changed)
	return &changed
}

func (w *world) sabotageTracker(t connectors.Tracker, s site) connectors.Tracker {
	if w.saboteur.tracker == nil {
		return t
	}
	return w.saboteur.tracker(sabotaged{t, s, w})
}

func (w *world) beforePass() {
	if w.before == "" {
		return
	}
	d := w.db()
	d.shut() // two at once would wait for each other
	db, err := sql.Open("sqlite3", d.path)
	if err != nil {
		panic(err)
	}
	if _, err := db.Exec(w.before); err != nil {
		panic(err)
	}
	_ = db.Close()
}

func (w *world) afterOutcome(o *pass.Outcome) {
	if w.outcome != nil {
		w.outcome(o)
	}
}

// blindRetry sends a comment again when no answer came.
type blindRetry struct{ sabotaged }

func (b blindRetry) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	receipts := b.Tracker.Apply(ctx, changes)
	if changes[0].Action == roadmap.CreateComment && connectors.KindOf(receipts[0].Err) == connectors.Unknown {
		return b.Tracker.Apply(ctx, changes)
	}
	return receipts
}

// blind does not find what we have said before.
type blind struct{ sabotaged }

func (blind) Comments(context.Context, []roadmap.Item) ([]roadmap.Comment, error) { return nil, nil }

// trusting takes anybody's comment that ends in our line for ours.
type trusting struct{ sabotaged }

func (t trusting) Comments(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	found, err := t.Tracker.Comments(ctx, items)
	for _, it := range items {
		for _, c := range t.s.look(it.Key.ID).comments {
			if c.by != bot && len(rules(c.body)) > 0 {
				m := roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", it.Key, 0), Rules: rules(c.body)}
				found = append(found, roadmap.Comment{Key: it.Key, Remote: c.id, Mark: m, Body: c.body})
			}
		}
	}
	return found, err
}

// Apply edits as an account may that administers the site.
func (t trusting) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	if j, is := t.s.(*jiraSite); is && changes[0].Action == roadmap.UpdateComment {
		_ = j.SetPermission(bot, "", "EDIT_ALL_COMMENTS", true)
	}
	return t.Tracker.Apply(ctx, changes)
}

// hasty takes a pull that failed for one that came to its end.
type hasty struct{ sabotaged }

func (h hasty) Pull(ctx context.Context, from connectors.Cursor) (connectors.Page, error) {
	page, err := h.Tracker.Pull(ctx, from)
	if err != nil {
		return connectors.Page{Next: from}, nil
	}
	page.Warnings = nil
	return page, nil
}

// vain takes what a person wrote into our comment for ours.
type vain struct{ sabotaged }

func (v vain) Comments(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	found, err := v.Tracker.Comments(ctx, items)
	for i := range found {
		found[i].Editor = roadmap.EditorUs
	}
	return found, err
}

// greedy takes another label off along with its own.
type greedy struct{ sabotaged }

func (g greedy) Apply(ctx context.Context, changes []roadmap.Change) []connectors.Receipt {
	for _, c := range changes {
		if c.Action == roadmap.RemoveLabel && slices.Contains(g.s.look(c.Key.ID).labels, "urgent") {
			c.Value = "urgent"
			g.Tracker.Apply(ctx, []roadmap.Change{c})
		}
	}
	return g.Tracker.Apply(ctx, changes)
}

// seededFaults are ways to break alignd, each with the promises that may tell.
var seededFaults = []struct {
	name string
	from uint64 // the first life that tells, at the time of writing: tried first
	acts []act  // instead of drawn lives: on a Jira Cloud
	saboteur
	tells []string
}{
	{"a comment is sent again when no answer came", 0, []act{{name: "pass", fault: fault{what: lostAnswer, at: 4, times: 1, writes: true}}}, saboteur{tracker: func(s sabotaged) connectors.Tracker { return blindRetry{s} }}, []string{oneComment}},
	{"what became of a write is never read", 7, nil, saboteur{tracker: func(s sabotaged) connectors.Tracker { return blind{s} }}, []string{oneComment}},
	{"a copied mark counts", 105, nil, saboteur{tracker: func(s sabotaged) connectors.Tracker { return trusting{s} }}, []string{notOurs}},
	{"every label of that name is ours", 36, nil, saboteur{before: `INSERT OR IGNORE INTO label (tracker, id, label, facts) SELECT tracker, id, 'needs-goal', '' FROM item WHERE doc LIKE '%"needs-goal"%'`}, []string{notOurs}},
	{"another's label goes with ours", 111, nil, saboteur{tracker: func(s sabotaged) connectors.Tracker { return greedy{s} }}, []string{notOurs}},
	{"labels that a person took off are forgotten", 2, nil, saboteur{before: `DELETE FROM label; DELETE FROM past_label`}, []string{personsWord, allSaid, standsDown}},
	{"what a person saw is forgotten", 2, nil, saboteur{before: `UPDATE label SET facts = 'others'`}, []string{personsWord}},
	{"a deleted comment is written once more", 0, []act{{name: "pass"}, {name: "deletes our comment", thing: 4}, {name: "pass"}}, saboteur{before: `DELETE FROM comment`}, []string{personsWord}},
	{"what was taken back is forgotten", 13, nil, saboteur{before: `UPDATE comment SET undone = 'null'`}, []string{personsWord}},
	{"how often a label came and went is not counted", 0, flips, saboteur{before: `UPDATE past_label SET flips = 0, off = 1, facts = ''`}, []string{standsDown}},
	{"how often a comment came and went is not counted", 0, back, saboteur{before: `UPDATE comment SET returns = 0`}, []string{standsDown}},
	{"mode: observe writes", 33, nil, saboteur{writesAlways: true}, []string{onlyInWrite}},
	{"a pull that failed counts as one that went well", 154, nil, saboteur{tracker: func(s sabotaged) connectors.Tracker { return hasty{s} }}, []string{trueAlert, fixedPoint, allSaid}},
	{"alignd:ignore is one label among others", 97, nil, saboteur{tracker: func(s sabotaged) connectors.Tracker { return deaf{s} }}, []string{ignored}},
	{"comments_per_run is not looked at", 1, nil, saboteur{org: func(o *config.Org) { o.Limits.CommentsPerRun = 1000 }}, []string{limitsKept}},
	{"max_share is not looked at", 0, []act{{name: "adds many strays"}, {name: "pass"}}, saboteur{org: func(o *config.Org) { o.Limits.MaxShare = 1 }}, []string{limitsKept}},
	{"a saved plan is not held against the one of today", 0, []act{
		{name: "plan -o"}, {name: "puts a story elsewhere", thing: 1, n: 2}, {name: "apply of the saved plan"},
	}, saboteur{anyPlan: true}, []string{thatPlan}},
	{"a person's edit of our comment is not seen", 0, []act{
		{name: "pass"}, {name: "edits our comment", thing: 4}, {name: "time passes", n: 3}, {name: "pass"},
	}, saboteur{tracker: func(s sabotaged) connectors.Tracker { return vain{s} }}, []string{personsWord}},
	{"comments in service projects are as others are", 0, []act{{name: "pass"}}, saboteur{request: func(body []byte) []byte {
		return bytes.ReplaceAll(body, []byte("sd.public.comment"), []byte("sd.other"))
	}}, []string{insideOnly}},
	{"mentions_per_person is not looked at", 6, nil, saboteur{org: func(o *config.Org) { o.Limits.MentionsPerPerson = 1000 }}, []string{limitsKept}},
	{"quiet times are not looked at", 503, nil, saboteur{org: func(o *config.Org) { o.Quiet = config.Quiet{} }}, []string{quietKept}},
	{"no grace is given", 141, nil, saboteur{org: noGrace}, []string{graceGiven}},
	{"a held change has no reason", 1, nil, saboteur{outcome: func(o *pass.Outcome) {
		for i := range o.Plan.Held {
			o.Plan.Held[i].Reason = ""
		}
	}}, []string{reasonGiven}},
	{"a held change is not told", 141, nil, saboteur{outcome: func(o *pass.Outcome) {
		o.Plan.Held = slices.DeleteFunc(o.Plan.Held, func(h plan.Held) bool { return h.Reason == plan.Grace })
	}}, []string{reasonGiven}},
	{"a comment is edited in every pass", 1, nil, saboteur{before: `UPDATE comment SET rules = replace(rules, ':"', ':"x'), text = ''`}, []string{fixedPoint}},
	{"the ledger loses lines", 1, nil, saboteur{before: `DELETE FROM ledger WHERE outcome = 'done'`}, []string{inLedger}},
}

// flips: a person takes a label off three times, the facts changing in between.
var flips = []act{
	{name: "pass"},
	{name: "takes our label off", thing: 4},
	{name: "puts a story elsewhere", thing: 0, n: 2},
	{name: "pass"},
	{name: "takes our label off", thing: 4},
	{name: "puts a story elsewhere", thing: 0},
	{name: "pass"},
	{name: "takes our label off", thing: 4},
	{name: "puts a story elsewhere", thing: 0, n: 2},
	{name: "pass"},
}

// back: a story is linked and unlinked, again and again.
var back = slices.Concat([]act{{name: "pass"}}, slices.Repeat([]act{
	{name: "puts a story elsewhere", n: 1}, {name: "pass"}, {name: "puts a story elsewhere"}, {name: "pass"},
}, 4))

// deaf does not see the label that silences.
type deaf struct{ sabotaged }

func (d deaf) Pull(ctx context.Context, from connectors.Cursor) (connectors.Page, error) {
	page, err := d.Tracker.Pull(ctx, from)
	unsilenced(page.Items)
	return page, err
}

func (d deaf) Fetch(ctx context.Context, keys []roadmap.Key, refs []roadmap.Ref) ([]roadmap.Item, error) {
	items, err := d.Tracker.Fetch(ctx, keys, refs)
	unsilenced(items)
	return items, err
}

func unsilenced(items []roadmap.Item) {
	for i := range items {
		items[i].Labels = slices.DeleteFunc(items[i].Labels, func(l string) bool { return l == ignore })
	}
}

func noGrace(o *config.Org) {
	for name, rule := range o.Rules {
		rule.Grace = config.Duration{}
		o.Rules[name] = rule
	}
}

// TestSeededFaults breaks alignd in each way and lives until a promise is broken:
// lives that could not tell would prove nothing.
func TestSeededFaults(t *testing.T) {
	for _, f := range seededFaults {
		t.Run(strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			dir := scratch(t)
			for n := range uint64(400) {
				p := draw(f.from + n)
				if f.acts != nil {
					p = plot{seed: 1, kinds: kinds[:1], stories: 3, file: file{generous: true}, desk: f.tells[0] == insideOnly, acts: f.acts}
				}
				if w := live(t, p, f.saboteur, dir); w.wrong != "" {
					promise, _, _ := strings.Cut(w.wrong, ": ")
					if !slices.Contains(f.tells, promise) {
						t.Errorf("told by %q, not by %q", w.wrong, f.tells)
					}
					t.Logf("%-50s  life %3d: %s", f.name, p.seed, w.wrong)
					return
				}
				if f.acts != nil {
					break
				}
			}
			t.Error("no life told")
		})
	}
}
