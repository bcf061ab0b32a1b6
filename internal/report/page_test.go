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
