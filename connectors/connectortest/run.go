package connectortest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Org is the org that the suite's clients write for.
const Org = "acme"

// World is a built-in tracker behind a gate, as the suite acts on it.
type World interface {
	// Client gives a fresh client, as a new process would have; with a good
	// token or a wrong one. Its short name is "t". It waits only milliseconds
	// between attempts.
	Client(t *testing.T, goodToken bool) connectors.Tracker
	// Gate is what stands before the tracker.
	Gate() *Gate
	// AddStory adds a story to the configured project or team.
	AddStory(t *testing.T, title string, labels ...string) roadmap.Key
	// AddGoal adds a goal of the configured source.
	AddGoal(t *testing.T, title string) roadmap.Key
	// Outside adds an item outside what is configured, and a story under it.
	Outside(t *testing.T, title string) (outside, story roadmap.Key)
	// Retitle, Label and Unlabel are acts of a person.
	Retitle(t *testing.T, k roadmap.Key, title string)
	Label(t *testing.T, k roadmap.Key, label string)
	Unlabel(t *testing.T, k roadmap.Key, label string)
	// Say adds a person's comment; Rewrite and Delete change and delete any comment.
	Say(t *testing.T, k roadmap.Key, body string)
	Rewrite(t *testing.T, k roadmap.Key, comment, body string)
	Delete(t *testing.T, k roadmap.Key, comment string)
	// Labels and Comments tell what stands in the tracker.
	Labels(t *testing.T, k roadmap.Key) []string
	Comments(t *testing.T, k roadmap.Key) []string
	// Inert reports whether text stands in a comment's body without any meaning
	// of the tracker's markup.
	Inert(body string) bool
	// Write reports whether a request writes.
	Write(r *http.Request) bool
}

// Run runs the suite; make gives a fresh, empty world.
func Run(t *testing.T, make func(t *testing.T) World) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, World)
	}{
		{"a pull brings every item once", pullsAll},
		{"a pull resumed by a new process after every page brings the same", resumes},
		{"a page that fails loses nothing", failingPage},
		{"the next pull brings what changed, and not everything", incremental},
		{"sets begin, end and hold the goals", sets},
		{"an item outside is fetched by what links to it", outside},
		{"what does not exist is left out of a fetch", missing},
		{"labels are added and removed one by one", labels},
		{"a comment is found again by a new process", comment},
		{"a copied mark is not ours", copiedMark},
		{"a comment whose answer was lost is found, not written again", lostAnswer},
		{"a write whose request was lost was not made", lostRequest},
		{"an edit of a comment that a person deleted says so", deleted},
		{"a person's edit of our comment shows, and ours do not", rewritten},
		{"a wrong token is an auth error, at once, and its text is told to nobody", wrongToken},
		{"a gateway's page is no answer", gateway},
		{"hostile words stay words", hostile},
		{"check tells who we are", check},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, make(t)) })
	}
}

// pull reads to the end and gives the items by key, and the sets.
func pull(t *testing.T, next func() connectors.Tracker, from connectors.Cursor) (map[roadmap.Key]roadmap.Item, []connectors.Set, connectors.Cursor) {
	t.Helper()
	items := map[roadmap.Key]roadmap.Item{}
	var sets []connectors.Set
	for range 1000 {
		p, err := next().Pull(context.Background(), from)
		if err != nil {
			t.Fatalf("Pull: %v", err)
		}
		for _, it := range p.Items {
			items[it.Key] = it
		}
		sets = append(sets, p.Sets...)
		if len(p.Warnings) > 0 {
			t.Errorf("warnings: %q", p.Warnings)
		}
		from = p.Next
		if !p.More {
			return items, sets, from
		}
	}
	t.Fatal("Pull never ends")
	return nil, nil, ""
}

// always gives the same client again and again.
func always(c connectors.Tracker) func() connectors.Tracker {
	return func() connectors.Tracker { return c }
}

// many is more stories than fit on a page of the suite's worlds.
const many = 23

func addMany(t *testing.T, w World) []roadmap.Key {
	t.Helper()
	var keys []roadmap.Key
	for n := range many {
		keys = append(keys, w.AddStory(t, fmt.Sprintf("Story %d", n), "team-a"))
	}
	return keys
}

func pullsAll(t *testing.T, w World) {
	keys := addMany(t, w)
	goal := w.AddGoal(t, "A goal")
	items, _, _ := pull(t, always(w.Client(t, true)), "")
	for n, k := range keys {
		it, ok := items[k]
		if !ok {
			t.Fatalf("story %d was not pulled", n)
		}
		if want := fmt.Sprintf("Story %d", n); it.Title != want || !it.InScope || it.Status != roadmap.StatusTodo || !slices.Equal(it.Labels, []string{"team-a"}) {
			t.Errorf("story %d is %+v", n, it)
		}
		if it.Ref.Tracker() != "t" || it.URL == "" || it.Created.IsZero() || it.Updated.IsZero() {
			t.Errorf("story %d lacks its ref, url or times: %+v", n, it)
		}
	}
	if it, ok := items[goal]; !ok || it.InScope {
		t.Errorf("goal is %+v, pulled %t", it, ok)
	}
}

func resumes(t *testing.T, w World) {
	addMany(t, w)
	w.AddGoal(t, "A goal")
	whole, _, _ := pull(t, always(w.Client(t, true)), "")
	pieces, _, _ := pull(t, func() connectors.Tracker { return w.Client(t, true) }, "")
	if len(pieces) != len(whole) {
		t.Errorf("in pieces %d items, at once %d", len(pieces), len(whole))
	}
}

func failingPage(t *testing.T, w World) {
	keys := addMany(t, w)
	w.AddGoal(t, "A goal")
	for _, fault := range []Fault{LostBefore, LostAfter, Failing, Busy} {
		// Requests fail from the nth on, for every n; then the tracker recovers.
		for n := 1; n < 40; n++ {
			count := 0
			w.Gate().Set(func(*http.Request) Fault {
				count++
				if count > n {
					return fault
				}
				return None
			})
			items, from, failed := map[roadmap.Key]bool{}, connectors.Cursor(""), false
			client := w.Client(t, true)
			for {
				p, err := client.Pull(context.Background(), from)
				if err != nil {
					if failed {
						t.Fatalf("fault %d after %d requests: it fails after recovery: %v", fault, n, err)
					}
					failed, client = true, w.Client(t, true)
					w.Gate().Set(nil)
					continue
				}
				for _, it := range p.Items {
					items[it.Key] = true
				}
				if from = p.Next; !p.More {
					break
				}
			}
			for _, k := range keys {
				if !items[k] {
					t.Fatalf("fault %d after %d requests: %s was lost", fault, n, k)
				}
			}
			if !failed {
				break // n is more than a pull takes
			}
		}
	}
}

func incremental(t *testing.T, w World) {
	keys := addMany(t, w)
	_, _, cursor := pull(t, always(w.Client(t, true)), "")
	w.Retitle(t, keys[3], "New title")
	added := w.AddStory(t, "Later")
	items, _, _ := pull(t, always(w.Client(t, true)), cursor)
	if items[keys[3]].Title != "New title" {
		t.Errorf("the edit was not seen: %+v", items[keys[3]])
	}
	if _, ok := items[added]; !ok {
		t.Error("the new story was not seen")
	}
}

func sets(t *testing.T, w World) {
	w.AddGoal(t, "A goal")
	_, sets, _ := pull(t, always(w.Client(t, true)), "")
	open := map[string]bool{}
	ended := map[string]bool{}
	for _, s := range sets {
		if s.First == open[s.Name] {
			t.Errorf("set %s: a piece with First %t while open is %t", s.Name, s.First, open[s.Name])
		}
		open[s.Name] = !s.Last
		ended[s.Name] = ended[s.Name] || s.Last
	}
	if len(ended) == 0 {
		t.Error("no set was read to its end")
	}
	for name, is := range open {
		if is {
			t.Errorf("set %s does not end", name)
		}
	}
}

func outside(t *testing.T, w World) {
	out, story := w.Outside(t, "Elsewhere")
	c := w.Client(t, true)
	items, _, _ := pull(t, always(c), "")
	if _, pulled := items[out]; pulled {
		t.Errorf("%s was pulled, though it is outside", out)
	}
	links := items[story].Links
	if len(links) == 0 {
		t.Fatalf("the story states no link: %+v", items[story])
	}
	var keys []roadmap.Key
	var refs []roadmap.Ref
	if links[0].To.IsZero() {
		refs = append(refs, links[0].ToRef)
	} else {
		keys = append(keys, links[0].To)
	}
	fetched, err := c.Fetch(context.Background(), keys, refs)
	if err != nil {
		t.Fatal(err)
	}
	if len(fetched) != 1 || fetched[0].Key != out || fetched[0].Title != "Elsewhere" || fetched[0].InScope {
		t.Errorf("fetched %+v", fetched)
	}
}

func missing(t *testing.T, w World) {
	k := w.AddStory(t, "Here")
	gone := roadmap.Key{Tracker: "t", ID: "11111111-1111-4111-8111-111111111111"}
	if !strings.Contains(k.ID, "-") {
		gone.ID = "99999999"
	}
	items, err := w.Client(t, true).Fetch(context.Background(), []roadmap.Key{gone, k}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 1 || items[0].Key != k {
		t.Errorf("fetched %+v", items)
	}
}

// Apply makes one change, as a pass does with a comment.
func Apply(c connectors.Tracker, ch roadmap.Change) (connectors.Receipt, error) {
	receipts := c.Apply(context.Background(), []roadmap.Change{ch})
	if len(receipts) != 1 {
		return connectors.Receipt{}, fmt.Errorf("%d receipts for one change", len(receipts))
	}
	return receipts[0], receipts[0].Err
}

// change makes a change on an item that is read first, as a pass does.
func change(t *testing.T, c connectors.Tracker, k roadmap.Key, action roadmap.Action, value string) roadmap.Change {
	t.Helper()
	items, err := c.Fetch(context.Background(), []roadmap.Key{k}, nil)
	if err != nil || len(items) != 1 {
		t.Fatalf("Fetch: %v, %d items", err, len(items))
	}
	ch := roadmap.Change{ID: "c1", Key: k, Ref: items[0].Ref, Kind: items[0].Kind, Role: roadmap.RoleStory, Action: action, Value: value}
	if action == roadmap.CreateComment || action == roadmap.UpdateComment {
		ch.Mark = roadmap.Mark{Org: Org, ID: roadmap.CommentID(Org, k, 0), Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}, Labels: []string{"needs-goal"}}
		ch.Text = roadmap.Text{{roadmap.Quote(value)}, {roadmap.Say("To silence this: add a label.")}, {roadmap.Say(ch.Mark.Line())}}
	}
	return ch
}

func labels(t *testing.T, w World) {
	k := w.AddStory(t, "Story", "team-a")
	c := w.Client(t, true)
	add, remove := change(t, c, k, roadmap.AddLabel, "needs-goal"), change(t, c, k, roadmap.RemoveLabel, "needs-goal")
	w.Label(t, k, "by-hand") // after we have read it
	for range 2 {
		if _, err := Apply(c, add); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.Labels(t, k); !slices.Equal(got, []string{"by-hand", "needs-goal", "team-a"}) {
		t.Errorf("labels are %q", got)
	}
	for range 2 {
		if _, err := Apply(w.Client(t, true), remove); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.Labels(t, k); !slices.Equal(got, []string{"by-hand", "team-a"}) {
		t.Errorf("labels are %q", got)
	}
}

// ours reads our comments on an item with a fresh client.
func ours(t *testing.T, w World, k roadmap.Key) []roadmap.Comment {
	t.Helper()
	c := w.Client(t, true)
	items, err := c.Fetch(context.Background(), []roadmap.Key{k}, nil)
	if err != nil {
		t.Fatal(err)
	}
	comments, err := c.Comments(context.Background(), items)
	if err != nil {
		t.Fatal(err)
	}
	return comments
}

func comment(t *testing.T, w World) {
	k := w.AddStory(t, "Story")
	w.Say(t, k, "A person's own words")
	if got := ours(t, w, k); len(got) != 0 {
		t.Fatalf("before we wrote: %+v", got)
	}
	c := w.Client(t, true)
	create := change(t, c, k, roadmap.CreateComment, "First words")
	receipt, err := Apply(c, create)
	if err != nil {
		t.Fatal(err)
	}
	found := ours(t, w, k)
	if len(found) != 1 || found[0].Remote != receipt.Remote || found[0].Mark.ID != create.Mark.ID || found[0].Mark.Org != Org ||
		!slices.Equal(found[0].Mark.Rules, create.Mark.Rules) || !strings.Contains(found[0].Body, "First words") {
		t.Fatalf("found %+v after receipt %+v", found, receipt)
	}
	update := change(t, c, k, roadmap.UpdateComment, "Second words")
	update.Remote, update.Mark.Rules = receipt.Remote, []roadmap.Rule{}
	update.Text[2] = roadmap.Line{roadmap.Say(update.Mark.Line())}
	if _, err := Apply(c, update); err != nil {
		t.Fatal(err)
	}
	if all := w.Comments(t, k); len(all) != 2 || !strings.Contains(all[1], "Second words") {
		t.Errorf("comments are %q", all)
	}
	if found := ours(t, w, k); len(found) != 1 || len(found[0].Mark.Rules) != 0 || found[0].Mark.ID != create.Mark.ID {
		t.Errorf("after the edit: %+v", found)
	}
}

func copiedMark(t *testing.T, w World) {
	k, other := w.AddStory(t, "Story"), w.AddStory(t, "Other")
	c := w.Client(t, true)
	if _, err := Apply(c, change(t, c, k, roadmap.CreateComment, "Ours")); err != nil {
		t.Fatal(err)
	}
	w.Say(t, other, w.Comments(t, k)[0]) // word for word, mark line and all
	if got := ours(t, w, other); len(got) != 0 {
		t.Errorf("a person's copy was taken for ours: %+v", got)
	}
}

// failWrites makes writes fail, and only writes.
func failWrites(w World, f Fault) {
	w.Gate().Set(func(r *http.Request) Fault {
		if w.Write(r) {
			return f
		}
		return None
	})
}

func lostAnswer(t *testing.T, w World) {
	k := w.AddStory(t, "Story")
	c := w.Client(t, true)
	create := change(t, c, k, roadmap.CreateComment, "Words")
	failWrites(w, LostAfter)
	_, err := Apply(c, create)
	if connectors.KindOf(err) != connectors.Unknown {
		t.Errorf("Apply: %v, kind %q, want unknown", err, connectors.KindOf(err))
	}
	w.Gate().Set(nil)
	if found := ours(t, w, k); len(found) != 1 || found[0].Mark.ID != create.Mark.ID {
		t.Errorf("found %+v", found)
	}
	if all := w.Comments(t, k); len(all) != 1 {
		t.Errorf("one try made %d comments", len(all))
	}
}

func lostRequest(t *testing.T, w World) {
	k := w.AddStory(t, "Story")
	c := w.Client(t, true)
	create := change(t, c, k, roadmap.CreateComment, "Words")
	failWrites(w, LostBefore)
	if _, err := Apply(c, create); err == nil {
		t.Error("Apply tells of no error")
	}
	w.Gate().Set(nil)
	if all := w.Comments(t, k); len(all) != 0 {
		t.Errorf("comments: %q", all)
	}
	if found := ours(t, w, k); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}

func deleted(t *testing.T, w World) {
	k := w.AddStory(t, "Story")
	c := w.Client(t, true)
	receipt, err := Apply(c, change(t, c, k, roadmap.CreateComment, "Words"))
	if err != nil {
		t.Fatal(err)
	}
	w.Delete(t, k, receipt.Remote)
	update := change(t, c, k, roadmap.UpdateComment, "New words")
	update.Remote = receipt.Remote
	if _, err := Apply(c, update); connectors.KindOf(err) != connectors.NotFound {
		t.Errorf("Apply: %v, kind %q, want not-found", err, connectors.KindOf(err))
	}
	if found := ours(t, w, k); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}

func rewritten(t *testing.T, w World) {
	k := w.AddStory(t, "Story")
	c := w.Client(t, true)
	var last roadmap.Comment
	write := func(action roadmap.Action, words, remote string) connectors.Receipt {
		t.Helper()
		ch := change(t, c, k, action, words)
		ch.Remote = remote
		receipt, err := Apply(c, ch)
		if err != nil {
			t.Fatal(err)
		}
		found := ours(t, w, k)
		if len(found) != 1 || found[0].Editor == roadmap.EditorOther {
			t.Fatalf("after our %s: found %+v", action, found)
		}
		if again := ours(t, w, k); again[0].Shows() != found[0].Shows() || !again[0].Edited.Equal(found[0].Edited) {
			t.Errorf("nothing has happened: found %+v and then %+v", found, again)
		}
		last = found[0]
		return receipt
	}
	first := write(roadmap.CreateComment, "Words", "")
	write(roadmap.UpdateComment, "New words", first.Remote)
	w.Rewrite(t, k, first.Remote, "A person's words")
	found := ours(t, w, k)
	if len(found) != 1 || !found[0].Edited.After(last.Edited) || found[0].Shows() == last.Shows() || found[0].Editor == roadmap.EditorUs {
		t.Errorf("after a person's edit: found %+v, before it %+v", found, last)
	}
	write(roadmap.UpdateComment, "Newer words", first.Remote)
}

func wrongToken(t *testing.T, w World) {
	w.AddStory(t, "Story")
	c := w.Client(t, false)
	before := w.Gate().Requests()
	_, err := c.Pull(context.Background(), "")
	if connectors.KindOf(err) != connectors.Auth {
		t.Fatalf("Pull: %v, kind %q, want auth", err, connectors.KindOf(err))
	}
	if n := w.Gate().Requests() - before; n > 3 {
		t.Errorf("%d requests were made with a token that is refused", n)
	}
	if strings.Contains(err.Error(), WrongToken) {
		t.Errorf("the token stands in the error: %v", err)
	}
}

// WrongToken is what a world's client is made with where the token is wrong.
const WrongToken = "wrong-token-that-must-not-be-told"

func gateway(t *testing.T, w World) {
	w.AddStory(t, "Story")
	w.Gate().Set(func(*http.Request) Fault { return Busy })
	_, err := w.Client(t, true).Pull(context.Background(), "")
	if connectors.KindOf(err) != connectors.Temporary {
		t.Errorf("Pull: %v, kind %q, want temporary", err, connectors.KindOf(err))
	}
}

func hostile(t *testing.T, w World) {
	title := "[~accountid:5b10] @ana https://linear.app/acme/profiles/ana {code} !x! h1. +++ <b> \u202e | line\nline"
	k := w.AddStory(t, strings.ReplaceAll(title, "\n", " "))
	c := w.Client(t, true)
	create := change(t, c, k, roadmap.CreateComment, title)
	if _, err := Apply(c, create); err != nil {
		t.Fatal(err)
	}
	if body := w.Comments(t, k)[0]; !w.Inert(body) || strings.Contains(body, "\u202e") {
		t.Errorf("the comment holds markup of others: %s", body)
	}
	if found := ours(t, w, k); len(found) != 1 || !slices.Equal(found[0].Mark.Rules, create.Mark.Rules) {
		t.Errorf("found %+v", found)
	}
}

func check(t *testing.T, w World) {
	w.AddGoal(t, "A goal")
	probes, err := w.Client(t, true).Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(probes) == 0 {
		t.Fatal("nothing was asked")
	}
	for _, p := range probes {
		if !p.OK {
			t.Errorf("%s: %s", p.What, p.Detail)
		}
	}
	if _, err := w.Client(t, false).Check(context.Background()); connectors.KindOf(err) != connectors.Auth {
		t.Errorf("Check with a wrong token: %v, kind %q, want auth", err, connectors.KindOf(err))
	}
}
