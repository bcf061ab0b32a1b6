package linear

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

func labelChange(action roadmap.Action, id, label string) roadmap.Change {
	return roadmap.Change{Key: roadmap.Key{Tracker: "eng", ID: id}, Ref: roadmap.Ref("eng:" + id), Kind: roadmap.KindIssue, Action: action, Value: label}
}

// Issues whose labels change alike go together, at most one request for each way
// in which they change.
func TestLabelsGoTogether(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	ids := w.issues
	before := map[string][]string{}
	for _, id := range ids {
		before[id] = w.LabelNames(id)
	}
	var changes []roadmap.Change
	for _, id := range ids[:5] {
		changes = append(changes, labelChange(roadmap.AddLabel, id, "needs-goal"))
	}
	for _, id := range ids[:2] { // these two change otherwise than the other three
		changes = append(changes, labelChange(roadmap.AddLabel, id, "goal-closed"))
	}
	changes = append(changes, labelChange(roadmap.AddLabel, ids[5], "goal-closed")) // and this one alone
	slices.SortStableFunc(changes, func(a, b roadmap.Change) int { return strings.Compare(string(a.Ref), string(b.Ref)) })

	tr := w.tracker(t, 0)
	if n := tr.Together(); n != 50 {
		t.Errorf("together %d, want the 50 of issueBatchUpdate", n)
	}
	w.ResetRequests()
	for i, r := range tr.Apply(t.Context(), changes) {
		if r.Err != nil {
			t.Errorf("%s %s: %v", changes[i].Ref, changes[i].Value, r.Err)
		}
	}
	if batches, singles := w.Count("issueBatchUpdate"), w.Count("issueAddLabel"); batches != 2 || singles != 1 {
		t.Errorf("%d batches and %d single requests, want 2 and 1", batches, singles)
	}
	for i, id := range ids {
		want := slices.Clone(before[id])
		if i < 2 || i == 5 {
			want = append(want, "goal-closed")
		}
		if i < 5 {
			want = append(want, "needs-goal")
		}
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(w.LabelNames(id))); !slices.Equal(got, want) {
			t.Errorf("issue %d carries %v, want %v", i, got, want)
		}
	}
	// The same once more has nothing to do.
	w.ResetRequests()
	for _, r := range tr.Apply(t.Context(), changes) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if n := len(w.Writes()); n != 0 {
		t.Errorf("%d writes for what is so already", n)
	}
}

// One issue that is gone costs the others nothing, whether Linear refuses the
// whole request or passes that one over.
func TestOneBadIssueInALot(t *testing.T) {
	for _, byID := range []bool{false, true} {
		w, closeTown := newTown(t)
		defer closeTown()
		w.Configure(func(s *linearsim.Settings) { s.BatchByID = byID })
		tr := w.tracker(t, 0)
		var changes []roadmap.Change
		var keys []roadmap.Key
		for _, id := range w.issues[:4] {
			c := labelChange(roadmap.AddLabel, id, "needs-goal")
			changes, keys = append(changes, c), append(keys, c.Key)
		}
		if _, err := tr.Fetch(t.Context(), keys, nil); err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteIssue(w.issues[2]); err != nil {
			t.Fatal(err)
		}
		for i, r := range tr.Apply(t.Context(), changes) {
			want := connectors.Kind("")
			if i == 2 {
				want = connectors.NotFound
			}
			if connectors.KindOf(r.Err) != want {
				t.Errorf("by id %t: issue %d: %v (%s), want %q", byID, i, r.Err, connectors.KindOf(r.Err), want)
			}
			if i != 2 && !slices.Contains(w.LabelNames(w.issues[i]), "needs-goal") {
				t.Errorf("by id %t: issue %d carries %v", byID, i, w.LabelNames(w.issues[i]))
			}
		}
	}
}

// A lot whose outcome is not known is not sent issue by issue: each would be lost
// alike, and the labels themselves tell later.
func TestLotThatIsLost(t *testing.T) {
	for kind, want := range map[linearsim.FaultKind]connectors.Kind{
		linearsim.Dropped: connectors.Unknown, linearsim.Truncated: connectors.Unknown, linearsim.BadGateway: connectors.Unknown,
		linearsim.RateLimited: connectors.RateLimited,
	} {
		w, closeTown := newTown(t)
		defer closeTown()
		tr := w.tracker(t, 0)
		changes := []roadmap.Change{labelChange(roadmap.AddLabel, w.issues[0], "label 2"), labelChange(roadmap.AddLabel, w.issues[1], "label 2")}
		w.AddFault(linearsim.Fault{Kind: kind, Root: "issueBatchUpdate"})
		for _, r := range tr.Apply(t.Context(), changes) {
			if connectors.KindOf(r.Err) != want {
				t.Errorf("%s: %v (%s), want %s", kind, r.Err, connectors.KindOf(r.Err), want)
			}
		}
		if n := w.Count("issueAddLabel"); n != 0 {
			t.Errorf("%s: %d requests of single issues", kind, n)
		}
	}
}

// A person's labels survive ours under any interleaving of the two, also where
// what we read is old by the time we write.
func TestPeoplesLabelsSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, closeTown := newTown(nil)
		defer closeTown()
		w.AddLabel(linearsim.IssueLabel, "by hand")
		tr := w.tracker(t, 0)
		var keys []roadmap.Key
		for _, id := range w.issues[:3] {
			keys = append(keys, roadmap.Key{Tracker: "eng", ID: id})
		}
		want := map[string]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			if _, err := tr.Fetch(t.Context(), keys, nil); err != nil {
				t.Fatal(err)
			}
			n := rapid.IntRange(0, 2).Draw(t, "issue")
			if rapid.Bool().Draw(t, "a person labels") {
				if err := w.AddLabelAs(w.issues[n], "by hand", w.users[0]); err != nil {
					t.Fatal(err)
				}
				want[w.issues[n]] = true
			} else if want[w.issues[n]] {
				if err := w.RemoveLabelAs(w.issues[n], "by hand", w.users[0]); err != nil {
					t.Fatal(err)
				}
				want[w.issues[n]] = false
			}
			action := rapid.SampledFrom([]roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel}).Draw(t, "action")
			var changes []roadmap.Change
			for _, id := range w.issues[:3] {
				changes = append(changes, labelChange(action, id, "needs-goal"))
			}
			for _, r := range tr.Apply(t.Context(), changes) {
				if r.Err != nil {
					t.Fatal(r.Err)
				}
			}
			for _, id := range w.issues[:3] {
				if got := w.LabelNames(id); slices.Contains(got, "by hand") != want[id] || slices.Contains(got, "needs-goal") != (action == roadmap.AddLabel) {
					t.Fatalf("%s carries %v after %s; a person's label: %t", id, got, action, want[id])
				}
			}
		}
	})
}

// Whatever is lost on the way, and however often it is tried again by whichever
// process, there is one comment.
func TestNoLostAnswerDoublesAComment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, closeTown := newTown(nil)
		defer closeTown()
		key := roadmap.Key{Tracker: "eng", ID: w.issues[0]}
		c := roadmap.Change{
			Key: key, Ref: "eng:ENG-1", Kind: roadmap.KindIssue, Action: roadmap.CreateComment,
			Mark: roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", key, 0)}, Text: roadmap.Text{{roadmap.Say("No goal.")}},
		}
		faults := []linearsim.FaultKind{linearsim.Dropped, linearsim.Truncated, linearsim.BadGateway, linearsim.EmptyObject, linearsim.NullData, linearsim.Unavailable, linearsim.LockTimeout}
		for range rapid.IntRange(0, 5).Draw(t, "failures") {
			w.AddFault(linearsim.Fault{
				Kind: rapid.SampledFrom(faults).Draw(t, "fault"), Root: "commentCreate", Times: 1,
				Done: rapid.Bool().Draw(t, "carried out"),
			})
		}
		tr := w.tracker(t, 0)
		for range 20 {
			if rapid.Bool().Draw(t, "another process") {
				tr = w.tracker(t, 0)
			}
			r := tr.Apply(t.Context(), []roadmap.Change{c})[0]
			if r.Err == nil {
				if n := len(w.Comments(key.ID)); n != 1 || r.Remote != c.Mark.ID {
					t.Fatalf("%d comments, and the receipt names %s", n, r.Remote)
				}
				return
			}
			if kind := connectors.KindOf(r.Err); kind != connectors.Unknown && kind != connectors.Temporary {
				t.Fatalf("lost, and told as %s: %v", kind, r.Err)
			}
		}
		t.Fatal("never arrives")
	})
}

// The file's label_ids: used as they are, under the file's name for them, and
// nothing is created.
func TestLabelIDs(t *testing.T) {
	w, closeTown := newTown(t)
	defer closeTown()
	group := w.AddLabel(linearsim.IssueLabel, "Planning", func(l *linearsim.Label) { l.Group = true })
	given := w.AddLabel(linearsim.IssueLabel, "No goal yet", func(l *linearsim.Label) { l.ParentID = group.ID })
	with := func(ids map[string]string) *Tracker {
		tr := w.tracker(t, 0)
		tr.o.Config.LabelIDs = ids
		return tr
	}
	key := roadmap.Key{Tracker: "eng", ID: w.issues[0]}
	for _, action := range []roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel} {
		tr := with(map[string]string{"needs-goal": given.ID})
		if r := tr.Apply(t.Context(), []roadmap.Change{labelChange(action, key.ID, "needs-goal")})[0]; r.Err != nil {
			t.Fatal(action, r.Err)
		}
		items, err := tr.Fetch(t.Context(), []roadmap.Key{key}, nil)
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		on := action == roadmap.AddLabel
		if it := items[0]; it.HasLabel("needs-goal") != on || it.HasLabel("No goal yet") != on {
			t.Errorf("after %s the item carries %v", action, it.Labels)
		}
	}
	before := len(w.Labels())
	r := with(map[string]string{"needs-goal": "8a4e0b52-7e60-4a6b-9b0f-0c0f6b1f2f11"}).Apply(t.Context(), []roadmap.Change{labelChange(roadmap.AddLabel, key.ID, "needs-goal")})[0]
	if connectors.KindOf(r.Err) != connectors.Invalid || !strings.Contains(fmt.Sprint(r.Err), "label_ids") || len(w.Labels()) != before {
		t.Errorf("an id that is no label's: %v, and %d labels more", r.Err, len(w.Labels())-before)
	}
}

// A label of the team above serves its sub-teams, another team's does not.
func TestLabelOfTheTeamAbove(t *testing.T) {
	b := &labelBook{byID: map[string]label{}}
	b.above = map[string]string{"SUB": "ENG", "ENG": "TOP", "X": "X"}
	b.byID["1"] = label{id: "1", name: "needs-goal", team: "TOP"}
	for team, want := range map[string]bool{"SUB": true, "ENG": true, "TOP": true, "OPS": false, "X": false, "": false} {
		if _, ok := b.find("needs-goal", team); ok != want {
			t.Errorf("team %q: found %t, want %t", team, ok, want)
		}
	}
}
