package jirasim

import (
	"strings"
	"testing"
)

func TestPagesForPeople(t *testing.T) {
	x := newSite(t, Options{})
	x.add(Issue{Project: "PAY", Summary: `<script>alert("x")</script>`, ParentKey: "OTHER-1"})
	x.add(Issue{Project: "PAY", Summary: "not for you", Hidden: true})
	if _, err := x.AddComment("PAY-2", "ana", "*No goal.* See [the \\[plan\\]|https://acme.example/plan?a=1&b=2], [~accountid:557058:bot]\n<b>raw</b>\nalignd · acme"); err != nil {
		t.Fatal(err)
	}
	if err := x.Edit("PAY-2", "ana", func(i *Issue) { i.Labels = append(i.Labels, "needs-goal") }); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Link("Blocks", "WEB-1", "PAY-2", "ana"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path   string
		status int
		has    []string
		hasNot []string
	}{
		{"/", 200, []string{"Payments (5)", "PAY-2", "Pay by card", "ROAD-1", "needs-goal", "width=device-width"}, []string{"not for you", "Secret", "<script>", "http://", "https://"}},
		{"/?project=WEB", 200, []string{"New front page", "1 issues"}, []string{"Pay by card"}},
		{"/browse/PAY-2", 200, []string{
			"<title>PAY-2 Pay by card</title>", "Story", "In Progress", "needs-goal", `href="/browse/PAY-1"`, `href="/browse/ROAD-1"`, `href="/browse/PAY-3"`,
			"<b>No goal.</b>", `<a href="https://acme.example/plan?a=1&amp;b=2">the [plan]</a>`, `<span class="mention">@Bot</span>`, "&lt;b&gt;raw&lt;/b&gt;",
			"Ana · 20 Nov 2026", "Sprint 7", "is blocked by", "WEB-1 New front page", "ktlo urgent → ktlo needs-goal urgent",
		}, []string{"<b>raw</b>"}},
		{"/browse/PAY-5", 200, []string{"&lt;script&gt;", "OTHER-1", "not to be seen here"}, []string{"<script>"}},
		{"/browse/PAY-6", 404, []string{"no issue PAY-6"}, []string{"not for you"}},
		{"/browse/ROAD-1", 200, []string{"Product Owner", "Ana", "2026-12-31"}, nil},
	} {
		a := x.as(asNobody, "GET", c.path, nil)
		if a.Status != c.status {
			t.Errorf("%s: %d", c.path, a.Status)
		}
		for _, s := range c.has {
			if !strings.Contains(a.Text, s) {
				t.Errorf("%s lacks %q\n%s", c.path, s, a.Text)
			}
		}
		for _, s := range c.hasNot {
			if strings.Contains(a.Text, s) {
				t.Errorf("%s has %q", c.path, s)
			}
		}
	}
}

func TestIndexIsPaged(t *testing.T) {
	x := newSite(t, Options{})
	for range 250 {
		x.add(Issue{Project: "IF", Summary: "one of many"})
	}
	a := x.as(asNobody, "GET", "/?project=IF", nil).want(t, 200, `href="/?from=100&amp;project=IF"`)
	if n := strings.Count(a.Text, "/browse/"); n != 100 {
		t.Errorf("%d issues on the first page", n)
	}
	a = x.as(asNobody, "GET", "/?project=IF&from=200", nil).want(t, 200, "from=100")
	if n := strings.Count(a.Text, "/browse/"); n != 50 || strings.Contains(a.Text, "more →") {
		t.Errorf("%d issues on the last page", n)
	}
}

// Markup becomes HTML; whatever else is in a comment comes out inert.
func TestWiki(t *testing.T) {
	name := func(id string) string { return "N<" + id + ">" }
	for _, c := range []struct{ wiki, html string }{
		{"plain", "<p>plain</p>"},
		{"*bold* and _it_ and {{a < b}}", "<p><b>bold</b> and <i>it</i> and <code>a &lt; b</code></p>"},
		{"snake_case_name 2*3*4", "<p>snake_case_name 2*3*4</p>"},
		{`\*not bold\* \[~accountid:x\] \{noformat\}`, "<p>*not bold* [~accountid:x] {noformat}</p>"},
		{"[~accountid:557058:bot]", `<p><span class="mention">@N&lt;557058:bot&gt;</span></p>`},
		{"[https://a.example/x]", `<p><a href="https://a.example/x">https://a.example/x</a></p>`},
		{"[click|javascript:alert(1)]", "<p>[click|javascript:alert(1)]</p>"},
		{`[x|https://a.example/"onclick="y]`, `<p><a href="https://a.example/&#34;onclick=&#34;y">x</a></p>`},
		{"* one\n* two\nthree", "<ul><li>one</li><li>two</li></ul><p>three</p>"},
		{"{noformat}\n*as is* <i>\n{noformat}\nafter", "<pre>*as is* &lt;i&gt;\n</pre><p>after</p>"},
		{"{noformat}\nnever closed", "<pre>never closed\n</pre>"},
		{"a\n----\nb", "<p>a</p><hr><p>b</p>"},
		{"<img src=x onerror=y>&amp;\xff", "<p>&lt;img src=x onerror=y&gt;&amp;amp;\xff</p>"},
		{"größer · ünï_x_", "<p>größer · ünï_x_</p>"},
	} {
		if got := string(wikiHTML(c.wiki, name)); got != c.html {
			t.Errorf("%q\n got  %s\n want %s", c.wiki, got, c.html)
		}
	}
}
