package jira

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// hostile are words of others that would act if they could.
var hostile = []string{
	"plain", "[~accountid:ana]", "[~ana]", `\[~ana]`, `\\[~accountid:ana]`, "{noformat}", "{noformat}[~ana]{noformat}", "{code:java}x{code}", "{color:red}x{color}",
	"{panel}", "{quote}x{quote}", "{{x}}", "h1. Big", "bq. said", "* a", "- a", "# a", "----", "||a||b||", "|a|b|", "!x.png!", "!https://evil.example/x.png|width=1!",
	"[x|https://evil.example]", "https://evil.example", "www.evil.example", "ftp://evil.example", "mailto:a@b.example", `\\evil\share`, "*b*", "_i_", "-s-", "+u+", "^p^", "~q~", "??c??",
	":) :( :P :D ;) (y) (n) (i) (/) (x) (!) (+) (-) (?) (on) (off) (*) (*r)", "&lt;b&gt;", "<b>x</b>", "a\nh1. b", "a\r\n* b", "\u202e]x[~", "[\u200b~ana]", "%macro%", "{", "}", `\`, "]", "|", "a]b|https://evil.example]",
}

// FuzzAsJiraShowsIt lets the built-in Jira show a comment that quotes any words,
// and scans the markup itself for whatever would act. Only what is ours may: one
// link and one mention.
func FuzzAsJiraShowsIt(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, false)
		f.Add(s, true)
	}
	sites := map[bool]*jirasim.Server{}
	for _, dc := range []bool{false, true} {
		so := jirasim.Options{Clock: func() time.Time { return at("2026-11-22T12:00:00Z") }}
		if dc {
			so.DataCenter = &jirasim.DataCenter{}
		}
		sim := jirasim.New(so)
		for _, id := range []string{"bot", "ana", "bob"} {
			sim.AddUser(jirasim.User{AccountID: id, Name: "User " + id, Active: true})
		}
		sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments"})
		if _, err := sim.AddIssue(jirasim.Issue{Project: "PAY", Key: "PAY-1", Summary: "S"}); err != nil {
			f.Fatal(err)
		}
		sites[dc] = sim
	}
	f.Fuzz(func(t *testing.T, s string, dc bool) {
		body := markup{dc}.render(roadmap.Text{
			{roadmap.Say("No goal: "), roadmap.Quote(s), roadmap.Say(" is it.")},
			{roadmap.Quote(s)},
			{roadmap.LinkTo(s, "https://acme.example/browse/ROAD-1"), roadmap.Mention(roadmap.Person{ID: "bob", Name: s})},
			{roadmap.Say("alignd · acme · story-without-goal")},
		})
		if found := scan(body); found != "[link [mention" {
			t.Errorf("%q: what acts is %q in\n%s", s, found, body)
		}
		sim := sites[dc]
		c, err := sim.AddComment("PAY-1", "bot", body)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sim.DeleteComment("PAY-1", c.ID) }()
		rec := httptest.NewRecorder()
		sim.ServeHTTP(rec, httptest.NewRequest("GET", "/browse/PAY-1", nil))
		_, shown, _ := strings.Cut(rec.Body.String(), "<article>")
		shown, _, ok := strings.Cut(shown, "</article>")
		if !ok {
			t.Fatalf("no comment on the page: %d", rec.Code)
		}
		_, shown, _ = strings.Cut(shown, "</p>") // who and when
		tags := regexp.MustCompile(`<[a-z][^>]*>`).FindAllString(shown, -1)
		const want = `<p> <p> <p> <a href="https://acme.example/browse/ROAD-1"> <span class="mention"> <p>`
		if got := strings.Join(tags, " "); got != want && got != strings.Replace(want, "<p> ", "", 1) { // words of which nothing is left make no line
			t.Errorf("%q is shown with %s:\n%s", s, got, shown)
		}
	})
}

// scan is a reader of wiki markup of its own: it goes through a comment, passes
// over what a backslash disarms, and lists what acts, in order. It knows the
// notation (jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all)
// and nothing of how comments are written here.
func scan(body string) string {
	var found []string
	see := func(what string) { found = append(found, what) }
	for _, line := range strings.Split(body, "\n") {
		if lineStart.MatchString(line) {
			see("line " + line)
		}
		rest := line
		for rest != "" {
			if rest[0] == '\\' && len(rest) > 1 {
				if rest[1] == '\\' {
					see("line break")
				}
				rest = rest[2:]
				continue
			}
			switch {
			case strings.HasPrefix(rest, "[~"):
				see("[mention")
				rest = after(rest, "]")
				continue
			case rest[0] == '[':
				m := ourLink.FindString(rest)
				if m == "" {
					see("bracket " + rest)
					m = rest[:1]
				} else {
					see("[link")
				}
				rest = rest[len(m):]
				continue
			case rest[0] == ']', rest[0] == '{', rest[0] == '}', rest[0] == '|', rest[0] == '!', rest[0] == '*', rest[0] == '^', rest[0] == '~', rest[0] == '<':
				see("mark " + rest)
			case autoLink.MatchString(rest):
				see("auto-link " + rest)
			case face.MatchString(rest):
				see("face " + rest)
			case reference.MatchString(rest):
				see("reference " + rest)
			}
			rest = rest[1:]
		}
	}
	return strings.Join(found, " ")
}

var (
	lineStart = regexp.MustCompile(`(?i)^\s*(h[1-6]\.|bq\.|[*#-]+ |-{4,}|\|)`)
	ourLink   = regexp.MustCompile(`^\[(?:\\.|[^\]\[|\\])+\|https://acme\.example/browse/ROAD-1\]`)
	autoLink  = regexp.MustCompile(`(?i)^([a-z]+://|mailto:\S|www\.)`)
	face      = regexp.MustCompile(`^(:\)|:\(|:P|:D|;\)|\((y|n|i|/|x|!|\+|-|\?|on|off|\*[rgby]?|flag|flagoff)\))`)
	reference = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)
)

func after(s, end string) string {
	_, rest, _ := strings.Cut(s, end)
	return rest
}

// TestTheScannerSees: what the fuzz test trusts finds what it is meant to find.
func TestTheScannerSees(t *testing.T) {
	for _, s := range hostile[1:] {
		switch s {
		case "-s-", "+u+", "_i_", "??c??", "%macro%", "&lt;b&gt;", `\`, "\u202e]x[~", "[\u200b~ana]", `\[~ana]`:
			continue // the renderer, or the other fuzz test, looks at these
		}
		if scan(s) == "" {
			t.Errorf("it sees nothing in %q", s)
		}
	}
}
