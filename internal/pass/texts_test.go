package pass_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everyRule lets each rule that may write do so.
const everyRule = `
rules:
  story-without-goal: {comment: true}
  goal-without-po: {comment: true}
  goal-without-pm: {comment: true}
  story-on-closed-goal: {comment: true}
  goal-without-stories: {comment: true}
  owner-inactive: {comment: true}
  undeclared-double-hat: {comment: true}
limits: {mentions_per_person: 100, comments_per_run: 100, max_share: 1}
`

// gaps is a town in which each rule that writes does not hold for an item of
// each tracker, and three do not for one goal. Everything that a comment may
// quote, titles and names, has the title.
type gaps struct {
	*town
	says   map[string]func() []string // item -> the comments on it, as they stand
	people map[string]string          // name -> account on Linear
}

func newGaps(t *testing.T, more, title string) gaps {
	t.Helper()
	people := map[string]string{}
	w := gaps{newTown(t, more), map[string]func() []string{}, people}
	for _, id := range []string{"boris", "cleo", "gone"} {
		w.jira.AddUser(jirasim.User{AccountID: id, Name: title + " " + id, Email: id + "@acme.example", Active: id != "gone"})
		people[id] = w.eng.AddUser(linearsim.User{Name: title + " " + id, Email: id + "@acme.example", Active: id != "gone"}).ID
	}
	w.edit("ROAD-1", func(i *jirasim.Issue) { i.Summary, i.Custom[poField] = title, "boris" })

	goal := func(n int, rule, pm, po, status string, story bool) {
		t.Helper()
		key := fmt.Sprintf("ROAD-%d", n)
		i := jirasim.Issue{Key: key, Type: "Initiative", Summary: title, StatusCategory: status, Assignee: pm, Created: w.daysAgo(60)}
		if po != "" {
			i.Custom = map[string]any{poField: po}
		}
		w.issue(i)
		w.on("jira:"+key+" "+rule, key)
		if story {
			w.story(fmt.Sprintf("PAY-%d", 20+n), key)
		}
	}
	goal(2, "goal-without-po", "boris", "", "indeterminate", true)
	goal(3, "goal-without-pm", "", "boris", "indeterminate", true)
	goal(4, "goal-without-stories", "boris", "cleo", "indeterminate", false)
	goal(5, "owner-inactive", "gone", "cleo", "indeterminate", true)
	goal(6, "undeclared-double-hat", "cleo", "cleo", "indeterminate", true)
	goal(7, "closed", "boris", "cleo", "done", true)
	goal(8, "three rules", "", "", "indeterminate", false)
	w.on("jira:PAY-27 story-on-closed-goal", "PAY-27")
	w.edit("PAY-27", func(i *jirasim.Issue) { i.Assignee = "boris" })
	w.issue(jirasim.Issue{Key: "PAY-10", Type: "Story", Summary: title, Assignee: "boris", Created: w.daysAgo(60)})
	w.on("jira:PAY-10 story-without-goal", "PAY-10")

	initiative := func(rule, status, owner, lead string, issue bool) string {
		t.Helper()
		slug := strings.ReplaceAll(rule, " ", "-")
		i := w.eng.AddInitiative(linearsim.Initiative{Name: title, SlugID: slug, Status: status, OwnerID: people[owner], Created: w.daysAgo(60)})
		p := w.eng.AddProject(linearsim.Project{Name: title, StatusType: "started", LeadID: people[lead], Created: w.daysAgo(60)})
		if err := w.eng.LinkProject(i.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		w.says["eng:"+slug+" "+rule] = w.onEng(i.ID)
		if !issue {
			return ""
		}
		return w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: title, ProjectID: p.ID, AssigneeID: people["boris"], Created: w.daysAgo(60)}).ID
	}
	initiative("goal-without-po", "Active", "boris", "", true)
	initiative("goal-without-pm", "Active", "", "boris", true)
	initiative("goal-without-stories", "Active", "boris", "cleo", false)
	initiative("owner-inactive", "Active", "gone", "cleo", true)
	initiative("undeclared-double-hat", "Active", "cleo", "cleo", true)
	initiative("three rules", "Active", "", "", false)
	w.says["eng:ENG story-on-closed-goal"] = w.onEng(initiative("closed", "Completed", "boris", "cleo", true))
	stray := w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: title, AssigneeID: people["boris"], Created: w.daysAgo(60)})
	w.says["eng:ENG story-without-goal"] = w.onEng(stray.ID)
	return w
}

func (w gaps) on(item, key string) {
	w.says[item] = func() []string {
		var bodies []string
		for _, c := range w.jira.Comments(key) {
			bodies = append(bodies, c.Body)
		}
		return bodies
	}
}

func (w gaps) onEng(id string) func() []string {
	return func() []string {
		var bodies []string
		for _, c := range w.eng.Comments(id) {
			bodies = append(bodies, c.Body)
		}
		return bodies
	}
}

// flag lets everything be said at once: some rules' grace begins when a pass first
// looks.
func (w gaps) flag() {
	w.t.Helper()
	if o, err := w.once(w.t.Context(), nil); err != nil || o.Err() != nil {
		w.t.Fatal(err, o.Err())
	}
	w.clock.Advance(20 * 24 * time.Hour)
	w.well()
}

// text tells what stands on every item, in the tracker's markup, with the
// addresses of a real site.
func (w gaps) text() string {
	var items []string
	for item := range w.says {
		items = append(items, item)
	}
	slices.Sort(items)
	var b strings.Builder
	for _, item := range items {
		for _, body := range w.says[item]() {
			fmt.Fprintf(&b, "== %s\n%s\n\n", item, body)
		}
	}
	return strings.NewReplacer(w.jiraURL, "https://acme.atlassian.net", w.engURL, "https://linear.app").Replace(b.String())
}

// golden compares a text with testdata/texts/name.txt; -update writes it anew.
func golden(t *testing.T, name, have string) {
	t.Helper()
	path := filepath.Join("testdata", "texts", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Errorf("%s (-want +have):\n%s", path, diff)
	}
}

// TestTexts: what our comment on each kind of gap says on both trackers, in each
// of its states, word for word. The files are there to be read.
func TestTexts(t *testing.T) {
	const title = "Pay in one tap"
	ours := everyRule + `
say:
  story-without-goal: "Which goal does {title} serve? {why}."
  goal-without-po: "{fact}\n{fix}"
  goal-without-pm: "{title}: {fix}"
  story-on-closed-goal: "{fact}"
  goal-without-stories: "{fact}\n{goals}"
  owner-inactive: "{why}"
  undeclared-double-hat: "{fact} {fix}"
`
	for _, c := range []struct {
		state, file string
		then        func(w gaps)
	}{
		{"said first", everyRule, func(gaps) {}},
		{"in the words of the org", ours, func(gaps) {}},
		{"asking somebody", everyRule, func(w gaps) { w.clock.Advance(20 * 24 * time.Hour); w.well() }},
		{"resolved", everyRule, func(w gaps) { w.close(); w.well() }},
		{"switched off", everyRule, func(w gaps) { w.file(strings.ReplaceAll(everyRule, "comment: true", "enabled: false")); w.well() }},
		{"taken back", everyRule, func(w gaps) { w.undo(2) }},
	} {
		t.Run(c.state, func(t *testing.T) {
			t.Parallel()
			w := newGaps(t, c.file, title)
			w.flag()
			c.then(w)
			for item, says := range w.says {
				if n := len(says()); n != 1 && !strings.HasSuffix(item, " closed") {
					t.Errorf("%s has %d comments", item, n)
				}
				for _, body := range says() {
					wellFormed(t, item, body)
				}
			}
			golden(t, strings.ReplaceAll(c.state, " ", "-"), w.text())
		})
	}
}

// close closes every gap.
func (w gaps) close() {
	w.t.Helper()
	fix := func(i *jirasim.Issue) {
		i.Assignee, i.Custom = "boris", map[string]any{poField: "cleo"}
	}
	for _, key := range []string{"ROAD-2", "ROAD-3", "ROAD-5", "ROAD-6", "ROAD-8"} {
		w.edit(key, fix)
	}
	for key, goal := range map[string]string{"PAY-24": "ROAD-4", "PAY-28": "ROAD-8"} {
		w.issue(jirasim.Issue{Key: key, Type: "Story", Summary: "More", ParentKey: goal, Created: w.clock.Now()})
	}
	w.move("PAY-10", "ROAD-1")
	w.move("PAY-27", "ROAD-1")
	var serving string
	for _, p := range w.eng.Projects() {
		serving = p.ID
		w.must(w.eng.EditProject(p.ID, w.ana, func(p *linearsim.Project) { p.LeadID = w.people["cleo"] }))
		w.eng.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "More", ProjectID: p.ID, Created: w.daysAgo(1)})
	}
	for _, i := range w.eng.Initiatives() {
		w.must(w.eng.EditInitiative(i.ID, w.ana, func(i *linearsim.Initiative) { i.OwnerID, i.Status = w.people["boris"], "Active" }))
	}
	for _, i := range w.eng.Issues() {
		if i.ProjectID == "" {
			w.must(w.eng.EditIssue(i.ID, w.ana, func(i *linearsim.Issue) { i.ProjectID = serving }))
		}
	}
}

func (w gaps) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// wellFormed asks of a comment what holds of every one.
func wellFormed(t *testing.T, item, body string) {
	t.Helper()
	lines := slices.DeleteFunc(strings.Split(body, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
	if len(lines) > 6 {
		t.Errorf("%s: %d lines:\n%s", item, len(lines), body)
	}
	if m, ok := roadmap.ParseMarkLine(strings.ReplaceAll(lines[len(lines)-1], `\`, "")); !ok || m.Org != "acme" {
		t.Errorf("%s does not end in our mark:\n%s", item, body)
	}
	if !utf8.ValidString(body) || utf8.RuneCountInString(body) > 4000 {
		t.Errorf("%s: %d characters, valid UTF-8 %t", item, utf8.RuneCountInString(body), utf8.ValidString(body))
	}
}

// TestTextsOfEveryTongue: titles and names of any language, length and malice
// are quoted as they are, cut where they are long, and mention and format
// nothing.
func TestTextsOfEveryTongue(t *testing.T) {
	var all strings.Builder
	for _, title := range []string{
		"Straße für Ärzte: «Größe» – 50 %", "Оплата в одно касание", "ワンタップで支払う", "一键支付，更快", "결제를 한 번에",
		"שלום עולם", "ادفع بلمسة واحدة", "\u202eevil\u202c \u2066isolate", "एक टैप में भुगतान", "ชำระเงินในแตะเดียว",
		"👩‍👩‍👧‍👦🏳️‍🌈 family 🇩🇪", "Z͑ͫ̓a̴l̵g̶o̷ é̂̃", "\x00\x1b[31mred\xff\u200b", "{title} {{.Org}} %s",
		"[~accountid:ana] [~ana] @ana https://linear.app/acme/profiles/ana", "!image.png! {code} h1. {color:red}x{color} |a|b| bq. ----",
		"# heading [link](https://evil.example) ![i](x) ```code``` +++ more <b>bold</b> ~~x~~", "line one\nline two\r\nalignd · other · story-without-goal",
		"alignd · acme · resolved", strings.Repeat("Ten thousand characters. ", 400), strings.Repeat("x", 10_000), strings.Repeat("👩‍👩‍👧‍👦", 1_500), strings.Repeat("[", 10_000), " ",
	} {
		w := newGaps(t, everyRule, title)
		w.flag()
		for item, says := range w.says {
			for _, body := range says() {
				wellFormed(t, item, body)
				if strings.Contains(body, "[~") || strings.Contains(body, "\u202e") || strings.ContainsAny(body, "\x00\x1b") {
					t.Errorf("%q is not inert on %s:\n%s", title, item, body)
				}
			}
		}
		for _, i := range w.eng.Initiatives() {
			for _, c := range w.eng.Comments(i.ID) {
				if m := w.eng.Mentions(c.ID); len(m) > 0 {
					t.Errorf("%q mentions %v on Linear:\n%s", title, m, c.Body)
				}
			}
		}
		quoting := w.says["jira:PAY-10 story-without-goal"]()[0] + "\n\n" + w.says["jira:ROAD-5 owner-inactive"]()[0] + "\n\n" + w.says["eng:owner-inactive owner-inactive"]()[0]
		shown := fmt.Sprintf("%q", title)
		if len(shown) > 200 {
			shown = shown[:100] + "... (cut here)"
		}
		fmt.Fprintf(&all, "== %s\n%s\n\n", shown, strings.NewReplacer(w.jiraURL, "https://acme.atlassian.net", w.engURL, "https://linear.app").Replace(quoting))
	}
	golden(t, "every-tongue", all.String())
}
