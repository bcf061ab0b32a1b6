package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/alignd/alignd/internal/report"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

func html(t *testing.T, r report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteHTML(&b, r, now.Location()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPage: what the page says of the small company, in testdata/report.html;
// the style and the drawing of the patterns are left out.
func TestPage(t *testing.T) {
	page := html(t, smallReport(t))
	from, to := strings.Index(page, "<header>"), strings.Index(page, "</body>")
	goldenText(t, "report.html", page[from:to])
}

// TestEmptyPage: an org of which nothing is known yet gets a page all the same.
func TestEmptyPage(t *testing.T) {
	page := html(t, report.Report{Org: "acme", AsOf: now, Errors: []string{"jira: it is down. Try: later"}})
	for _, want := range []string{"Incomplete.", "jira: it is down. Try: later", "There is no goal.", "There is no open story.", "Every rule holds."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if offline := html(t, report.Report{Org: "acme", AsOf: now, Complete: true, Offline: true}); strings.Contains(offline, "All trackers were read") || !strings.Contains(offline, "no tracker was asked") {
		t.Error("a page made offline does not say that no tracker was asked")
	}
}

// hostile is a report in which every text of others is an attack or a burden.
func hostile(elsewhere string) report.Report {
	script := `</title></style></script><script>window.hacked = 1</script>`
	image := `"><img src="` + elsewhere + `/pixel" onerror="window.hacked = 1"><a href="` + elsewhere + `">click</a>`
	long := strings.Repeat("Ten thousand characters. ", 400)
	unbroken := strings.Repeat("x", 10_000)
	rightToLeft := "\u202eשלום עולם \u2066 مرحبا"
	emoji := strings.Repeat("👩‍👩‍👧‍👦🏳️‍🌈", 40)
	bad, good := "javascript:window.hacked=1", "https://acme.example/browse/PAY-1"
	data, odd := "data:text/html,<script>window.hacked=1</script>", "https:evil"
	words := []string{script, image, long, unbroken, rightToLeft, emoji, "{{.Org}}", "url(" + elsewhere + "/css)", "\x00\x1b[31m\xff"}
	r := report.Report{Org: "acme", AsOf: now, Errors: words}
	for i, w := range words {
		url := []*string{&bad, &good, &data, &odd, nil}[i%5]
		r.Goals = append(r.Goals, report.Goal{
			Ref: roadmap.Ref(fmt.Sprintf("file:%d%s", i, unbroken[:60])), Title: w, Status: "active", URL: url,
			PM: []report.Named{{Name: w}}, PO: []report.Named{}, PMState: report.HasOwner, POState: report.Nobody,
		})
		ref := roadmap.Ref(fmt.Sprintf("jira:PAY-%d", i))
		r.Stories = append(r.Stories, report.Story{Ref: ref, Title: w, URL: url, Type: w, Status: roadmap.StatusTodo, Project: &words[i], Linkage: mapping.Unlinked})
		r.Findings = append(r.Findings, report.Finding{Rule: roadmap.StoryWithoutGoal, Ref: ref, Title: w, Since: now, Why: w, ReportedIn: "comment"})
		r.People = append(r.People, report.Person{Name: w, PMOf: []roadmap.Ref{r.Goals[i].Ref}})
	}
	r.Totals = report.Totals{Stories: len(words), Unlinked: len(words), Goals: len(words), GoalsWithoutPO: len(words)}
	return r
}

// TestLargePage: a thousand goals and thirty thousand stories without one make a
// page that can be mailed, which says what it leaves out and where that is.
func TestLargePage(t *testing.T) {
	r := report.Report{Org: "acme", AsOf: now, Complete: true}
	long := strings.Repeat("A title of many words & <signs>. ", 30)
	url := "https://acme.example/browse/SOMETHING-12345"
	for i := range 1000 {
		ref := roadmap.Ref(fmt.Sprintf("jira:ROAD-%d", i))
		r.Goals = append(r.Goals, report.Goal{Ref: ref, Title: long, Status: "active", URL: &url, PM: []report.Named{{Name: "Ana"}}, PO: []report.Named{{Name: long}}, PMState: report.HasOwner, POState: report.HasOwner})
		r.People = append(r.People, report.Person{Name: fmt.Sprint("Ana ", i), POOf: []roadmap.Ref{ref}})
		r.People[0].PMOf = append(r.People[0].PMOf, ref)
	}
	for i := range 30_000 {
		ref, team := roadmap.Ref(fmt.Sprintf("eng:ENG-%d", i)), fmt.Sprintf("T%d", i%150)
		r.Stories = append(r.Stories, report.Story{Ref: ref, Title: long, URL: &url, Type: "Issue", Status: roadmap.StatusTodo, Team: &team, Linkage: mapping.Unlinked})
		r.Findings = append(r.Findings, report.Finding{Rule: roadmap.StoryWithoutGoal, Ref: ref, Title: long, Since: now, Why: long, ReportedIn: "report"})
	}
	page := html(t, r)
	t.Logf("%d bytes", len(page))
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{
		"50 more are not shown here",    // teams
		"150 more are not shown here",   // stories of each team
		"29900 more are not shown here", // findings
		"700 more are not shown here",   // people
		"and 990 more",                  // goals of one person
		"alignd report --format csv",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestPageTells: what the page says of one goal, as its owners and its stories
// stand.
func TestPageTells(t *testing.T) {
	over, later := "2026-11-19", "2026-11-20" // now is the 20th
	ana := []report.Named{{Name: "Ana"}}
	const gap, late, idle = `class="hole"`, "past its date", "no story"
	for _, c := range []struct {
		name string
		goal report.Goal
		open int
		want []string
		not  []string
	}{
		{"all is well", report.Goal{Status: "active", Target: &later, PM: ana, PO: ana, PMState: report.HasOwner, POState: report.HasOwner}, 1, []string{"There is no gap", "0 done, 1 open"}, []string{gap, late, idle}},
		{"nobody is PO", report.Goal{Status: "planned", PM: ana, PMState: report.HasOwner, POState: report.Nobody}, 1, []string{gap, "Gaps are marked"}, nil},
		{"a PO may be where we cannot see", report.Goal{Status: "active", PMState: report.Unread, POState: report.Unseen}, 1, []string{"cannot be seen", "not read"}, []string{gap}},
		{"its target is over", report.Goal{Status: "active", Target: &over}, 1, []string{late}, nil},
		{"nobody works on it", report.Goal{Status: "active"}, 0, []string{idle}, nil},
		{"closed, without an owner", report.Goal{Status: "done", Target: &over, PMState: report.Nobody, POState: report.Nobody}, 0, []string{"There is no open goal"}, []string{gap, late, idle}},
		{"closed, and still worked on", report.Goal{Status: "dropped"}, 2, []string{"still open on a closed goal"}, []string{idle}},
		{"another rule", report.Goal{Ref: "jira:ROAD-1", Status: "active"}, 1, []string{`<span class="tag warn">owner-inactive</span>`}, nil},
	} {
		c.goal.Stories.Open = c.open
		r := report.Report{
			Org: "acme", AsOf: now, Complete: true, Goals: []report.Goal{c.goal},
			Findings: []report.Finding{{Rule: roadmap.OwnerInactive, Ref: "jira:ROAD-1", Since: now}},
		}
		if c.goal.POState == report.Nobody && c.goal.Open() {
			r.Totals.GoalsWithoutPO = 1
		}
		_, page, _ := strings.Cut(html(t, r), "<body>")
		for _, want := range c.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q", c.name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(page, not) {
				t.Errorf("%s: the page says %q", c.name, not)
			}
		}
	}
}
