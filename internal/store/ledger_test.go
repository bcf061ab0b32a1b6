package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/alignd/alignd/internal/roadmap"
)

// label is a change of a label of item 1.
func label(a roadmap.Action, value, facts string) roadmap.Change {
	return roadmap.Change{ID: string(a) + value, Key: key("1"), Ref: "jira:PAY-1", Action: a, Value: value, Facts: facts}
}

// comment is a change of our n-th comment on item 1, which speaks of
// story-without-goal on these facts; "" says that all is resolved.
func comment(a roadmap.Action, n int, remote, text, facts string) roadmap.Change {
	c := roadmap.Change{
		ID: string(a) + text, Key: key("1"), Ref: "jira:PAY-1", Action: a, Value: text, Remote: remote,
		Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key("1"), n)}, RuleFacts: map[roadmap.Rule]string{},
	}
	if facts != "" {
		c.RuleFacts[roadmap.StoryWithoutGoal] = facts
	}
	return c
}

// ourWords tells what is ours on item 1, in one line.
func ourWords(o roadmap.Ours) string {
	var words []string
	for _, l := range slices.Sorted(maps.Keys(o.Labels)) {
		words = append(words, fmt.Sprintf("label %s for %s", l, o.Labels[l].Facts))
	}
	if c := o.Comment; c != nil {
		w := fmt.Sprintf("comment %d at %s says %q", c.N, c.Remote, c.Text)
		if facts, speaks := c.Rules[roadmap.StoryWithoutGoal]; speaks {
			w += " for " + facts
		}
		if c.Deleted {
			w += ", deleted"
		}
		words = append(words, w)
	}
	return strings.Join(words, "; ")
}

func oursOf(t *testing.T, s *Store) string {
	t.Helper()
	ours, _, err := s.Ours(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ourWords(ours[key("1")])
}

// TestLifeOfAChange: the intent is open until it is settled, and only what was
// done, or was found done, makes anything ours.
func TestLifeOfAChange(t *testing.T) {
	add := label(roadmap.AddLabel, "needs-goal", "f1")
	for _, c := range []struct {
		outcome Outcome
		open    bool
		ours    string
	}{
		{Intent, true, ""}, // a crash
		{Unknown, true, ""},
		{Done, false, "label needs-goal for f1"},
		{Failed, false, ""},
		{Refused, false, ""},
		{Skipped, false, ""},
	} {
		t.Run(string(c.outcome), func(t *testing.T) {
			s := fresh(t)
			seq, err := s.Begin(t.Context(), 7, add, noon)
			if err != nil {
				t.Fatal(err)
			}
			if open, err := s.OpenEntries(t.Context()); err != nil || len(open) != 1 || open[0].Outcome != Intent || !open[0].Settled.IsZero() {
				t.Fatalf("before the write: open entries %v, error %v", open, err)
			}
			if got := oursOf(t, s); got != "" {
				t.Errorf("ours before it was sent: %s", got)
			}
			if c.outcome != Intent {
				if err := s.Settle(t.Context(), seq, add, c.outcome, "because", Written{}, noon.Add(time.Second)); err != nil {
					t.Fatal(err)
				}
			}
			open, err := s.OpenEntries(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (len(open) == 1) != c.open {
				t.Errorf("%d open entries", len(open))
			}
			if got := oursOf(t, s); got != c.ours {
				t.Errorf("ours: %q, want %q", got, c.ours)
			}
			want := Entry{Seq: seq, Run: 7, At: noon, Outcome: c.outcome, Change: add}
			if c.outcome != Intent {
				want.Settled, want.Error = noon.Add(time.Second), "because"
			}
			log, err := s.Log(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Entry{want}, log); diff != "" {
				t.Errorf("the log: -want +got:\n%s", diff)
			}
		})
	}
}

// A run that another has overtaken may not begin a change; one that only
// observes overtakes nobody.
func TestTheNewestRunHasTheLease(t *testing.T) {
	s := fresh(t)
	begin := func(wrote bool) int64 {
		t.Helper()
		id, err := s.BeginRun(t.Context(), wrote, noon)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	c := roadmap.Change{ID: "c", Key: key("1"), Action: roadmap.AddLabel, Value: "needs-goal"}
	first := begin(true)
	begin(false)
	if _, err := s.Begin(t.Context(), first, c, noon); err != nil {
		t.Fatal(err)
	}
	second := begin(true)
	if _, err := s.Begin(t.Context(), first, c, noon); err == nil || !strings.Contains(err.Error(), "another alignd has begun run 3 on it while run 1 was under way") {
		t.Errorf("error %v", err)
	}
	if _, err := s.Begin(t.Context(), second, c, noon); err != nil {
		t.Error(err)
	}
	entries, err := s.Log(t.Context())
	if err != nil || len(entries) != 2 {
		t.Errorf("%d entries, error %v; want the two that were let through", len(entries), err)
	}
}

// TestOursAfterChanges: what is ours on an item after changes were made, and
// after what people did to them was noticed.
func TestOursAfterChanges(t *testing.T) {
	type step func(t *testing.T, s *Store) error
	done := func(c roadmap.Change, remote string) step {
		return func(t *testing.T, s *Store) error {
			seq, err := s.Begin(t.Context(), 1, c, noon)
			if err != nil {
				return err
			}
			return s.Settle(t.Context(), seq, c, Done, "", Written{Remote: remote}, noon)
		}
	}
	adopted := func(c roadmap.Change) step {
		return func(t *testing.T, s *Store) error { return s.Adopt(t.Context(), 1, c, "why", Written{}, noon) }
	}
	skipped := func(c roadmap.Change) step {
		return func(t *testing.T, s *Store) error { return s.Skip(t.Context(), 1, c, "why", noon) }
	}
	deleted := func(t *testing.T, s *Store) error {
		return s.CommentDeleted(t.Context(), comment(roadmap.UpdateComment, 0, "10", "edit", "f1"), noon)
	}
	searched := func(t *testing.T, s *Store) error { return s.LookedFor(t.Context(), []roadmap.Key{key("1")}) }
	add, create := label(roadmap.AddLabel, "needs-goal", "f1"), comment(roadmap.CreateComment, 0, "", "say", "f1")
	for _, c := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"a label added", []step{done(add, "")}, "label needs-goal for f1"},
		{"added again on other facts", []step{done(add, ""), done(label(roadmap.AddLabel, "needs-goal", "f2"), "")}, "label needs-goal for f2"},
		{"added and removed", []step{done(add, ""), done(label(roadmap.RemoveLabel, "needs-goal", ""), "")}, ""},
		{"two labels, one removed", []step{done(add, ""), done(label(roadmap.AddLabel, "needs-po", "g"), ""), done(label(roadmap.RemoveLabel, "needs-goal", ""), "")}, "label needs-po for g"},
		{"removed without ever being ours", []step{done(label(roadmap.RemoveLabel, "needs-goal", ""), "")}, ""},
		{"found in the tracker", []step{adopted(add)}, "label needs-goal for f1"},
		{"skipped", []step{skipped(add)}, ""},
		{"a person removed it and the rule holds", []step{done(add, ""), func(t *testing.T, s *Store) error { return s.Forget(t.Context(), key("1"), "needs-goal") }}, ""},
		{"it stands for new facts", []step{done(add, ""), func(t *testing.T, s *Store) error { return s.Restate(t.Context(), key("1"), "needs-goal", "f2") }}, "label needs-goal for f2"},
		{"what is not ours cannot be restated", []step{func(t *testing.T, s *Store) error { return s.Restate(t.Context(), key("1"), "by-hand", "f2") }}, ""},
		{"a comment", []step{done(create, "10")}, `comment 0 at 10 says "say" for f1`},
		{"edited: it stays where it is", []step{done(create, "10"), done(comment(roadmap.UpdateComment, 0, "10", "more", "f2"), "")}, `comment 0 at 10 says "more" for f2`},
		{"resolved", []step{done(create, "10"), done(comment(roadmap.UpdateComment, 0, "10", "resolved", ""), "")}, `comment 0 at 10 says "resolved"`},
		{"deleted by a person", []step{done(create, "10"), deleted}, `comment 0 at 10 says "say" for f1, deleted`},
		{"deleted, and a new one for new facts", []step{done(create, "10"), deleted, done(comment(roadmap.CreateComment, 1, "", "again", "f2"), "20")}, `comment 1 at 20 says "again" for f2`},
		{"refused as one that was there before the database was lost", []step{func(t *testing.T, s *Store) error { return s.CommentDeleted(t.Context(), create, noon) }}, `comment 0 at ` + roadmap.CommentID("acme", key("1"), 0) + ` says "say" for f1, deleted`},
		{"the fourth of its lives", []step{done(comment(roadmap.CreateComment, 3, "", "again", "f9"), "40")}, `comment 3 at 40 says "again" for f9`},
		{"found in the tracker", []step{adopted(comment(roadmap.CreateComment, 0, "10", "", "f1"))}, `comment 0 at 10 says "" for f1`},
		{"looked for, none there", []step{searched}, ""},
		{"looked for, then written", []step{searched, done(create, "10")}, `comment 0 at 10 says "say" for f1`},
		{"looking again forgets nothing", []step{done(create, "10"), searched}, `comment 0 at 10 says "say" for f1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			for i, st := range c.steps {
				if err := st(t, s); err != nil {
					t.Fatalf("step %d: %v", i+1, err)
				}
			}
			if got := oursOf(t, s); got != c.want {
				t.Errorf("ours: %q, want %q", got, c.want)
			}
		})
	}
}

// Items that were searched for comments of ours are not searched again.
func TestLookedFor(t *testing.T) {
	s := fresh(t)
	if err := s.LookedFor(t.Context(), []roadmap.Key{key("1"), key("2")}); err != nil {
		t.Fatal(err)
	}
	ours, searched, err := s.Ours(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(ours) != 0 || !searched[key("1")] || !searched[key("2")] || searched[key("3")] {
		t.Errorf("ours %v, searched %v", ours, searched)
	}
}

// What a tracker refused is known by the change, since a time, and until it was
// made after all.
func TestRefused(t *testing.T) {
	s := fresh(t)
	settle := func(c roadmap.Change, o Outcome, minutes int) {
		t.Helper()
		now := noon.Add(time.Duration(minutes) * time.Minute)
		seq, err := s.Begin(t.Context(), 1, c, now)
		if err == nil {
			err = s.Settle(t.Context(), seq, c, o, "403", Written{}, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	settle(label(roadmap.AddLabel, "old", ""), Refused, 0)
	settle(label(roadmap.AddLabel, "twice", ""), Refused, 10)
	settle(label(roadmap.AddLabel, "twice", ""), Refused, 20)
	settle(label(roadmap.AddLabel, "made-since", ""), Refused, 10)
	settle(label(roadmap.AddLabel, "made-since", ""), Done, 30)
	settle(label(roadmap.AddLabel, "not-delivered", ""), Failed, 30)
	got, err := s.Refused(t.Context(), noon.Add(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Time{"add-labeltwice": noon.Add(20 * time.Minute)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A change whose outcome cannot be stored is not half stored: the entry stays
// open, and nothing is ours.
func TestSettleIsWholeOrNotAtAll(t *testing.T) {
	s := fresh(t)
	c := label("paint-blue", "x", "")
	seq, err := s.Begin(t.Context(), 1, c, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), seq, c, Done, "", Written{}, noon); err == nil || !strings.Contains(err.Error(), "paint-blue") {
		t.Errorf("error %v", err)
	}
	if open, err := s.OpenEntries(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("%d open entries, error %v; want the one that was begun", len(open), err)
	}
	if got := oursOf(t, s); got != "" {
		t.Errorf("ours: %s", got)
	}
}

// TestOursIsWhatWasDone: whatever sequence of changes is made, settled and
// noticed, what is ours is what a plain model of it says, also after the
// database was closed and opened again.
func TestOursIsWhatWasDone(t *testing.T) {
	path := fresh(t).Path()
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t, path)
		defer s.Close()
		for _, table := range []string{"label", "comment", "ledger"} {
			if _, err := s.db.Exec("DELETE FROM " + table); err != nil {
				rt.Fatal(err)
			}
		}
		model := map[roadmap.Key]*roadmap.Ours{}
		must := func(err error) {
			if err != nil {
				rt.Fatal(err)
			}
		}
		letters := func(of, name string) string { return string(of[rapid.IntRange(0, len(of)-1).Draw(rt, name)]) }
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			k := key(letters("12", "item"))
			if model[k] == nil {
				model[k] = &roadmap.Ours{Labels: map[string]roadmap.OurLabel{}}
			}
			ours := model[k]
			value, facts := letters("abc", "value"), letters("xyz", "facts")
			var c roadmap.Change
			switch act := rapid.SampledFrom([]string{"add", "remove", "create", "update", "forget", "restate", "deleted", "looked"}).Draw(rt, "act"); act {
			case "forget":
				must(s.Forget(t.Context(), k, value))
				delete(ours.Labels, value)
				continue
			case "restate":
				must(s.Restate(t.Context(), k, value, facts))
				if _, is := ours.Labels[value]; is {
					ours.Labels[value] = roadmap.OurLabel{Facts: facts}
				}
				continue
			case "deleted":
				must(s.CommentDeleted(t.Context(), roadmap.Change{Key: k, Action: roadmap.UpdateComment}, noon))
				if ours.Comment != nil {
					ours.Comment.Deleted = true
				}
				continue
			case "looked":
				must(s.LookedFor(t.Context(), []roadmap.Key{k}))
				continue
			case "add":
				c = roadmap.Change{Key: k, Action: roadmap.AddLabel, Value: value, Facts: facts}
			case "remove":
				c = roadmap.Change{Key: k, Action: roadmap.RemoveLabel, Value: value}
			default:
				n := rapid.IntRange(0, roadmap.CommentLives-1).Draw(rt, "life")
				c = roadmap.Change{
					Key: k, Action: roadmap.CreateComment, Value: value, Remote: "r" + value,
					Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", k, n)}, RuleFacts: map[roadmap.Rule]string{roadmap.StoryWithoutGoal: facts},
				}
				if act == "update" {
					c.Action = roadmap.UpdateComment
				}
			}
			outcome := rapid.SampledFrom([]Outcome{Done, Done, Done, Failed, Refused, Unknown, Skipped, Adopted}).Draw(rt, "outcome")
			remote := c.Remote
			if outcome == Adopted {
				must(s.Adopt(t.Context(), 1, c, "", Written{}, noon))
			} else {
				seq, err := s.Begin(t.Context(), 1, c, noon)
				must(err)
				if c.Action == roadmap.CreateComment {
					remote = "new" + value
				}
				must(s.Settle(t.Context(), seq, c, outcome, "", Written{Remote: remote}, noon))
			}
			if outcome != Done && outcome != Adopted {
				continue
			}
			switch c.Action {
			case roadmap.AddLabel:
				ours.Labels[c.Value] = roadmap.OurLabel{Facts: c.Facts}
			case roadmap.RemoveLabel:
				delete(ours.Labels, c.Value)
			default:
				n := 0
				for c.Mark.ID != roadmap.CommentID("acme", k, n) {
					n++
				}
				ours.Comment = &roadmap.OurComment{N: n, ID: c.Mark.ID, Remote: remote, Rules: c.RuleFacts, Text: c.Value}
			}
		}
		if rapid.Bool().Draw(rt, "reopened") {
			must(s.Close())
			s = open(t, path)
			defer s.Close()
		}
		got, _, err := s.Ours(t.Context())
		must(err)
		for k, ours := range model {
			if want, have := ourWords(*ours), ourWords(got[k]); want != have {
				rt.Fatalf("%s: the model says %q, the database %q", k, want, have)
			}
		}
	})
}
