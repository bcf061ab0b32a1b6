package linearsim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func (w *world) page(path string) (int, string) {
	w.t.Helper()
	res, err := http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestPagesForPeople(t *testing.T) {
	w := newWorld(t)
	if err := w.AddLabelAs("ENG-1", "needs-goal", w.ana.ID); err != nil {
		t.Fatal(err)
	}
	w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.bot.ID, Body: "**No goal.**\n- see [Growth](https://acme.example/g)"})
	w.AddComment(linearsim.Comment{InitiativeID: w.growth.ID, UserID: w.bot.ID, Body: "No owner."})
	w.AddTeam(linearsim.Team{Key: "WEB"})
	for _, c := range []struct {
		path string
		want []string
	}{
		{"/", []string{"Growth", "Checkout", "ENG-1", "Pay by card", "Engineering issues"}},
		{"/acme/issue/ENG-1", []string{
			"<h1>Pay by card</h1>", "In Progress", "High", `href="/acme/project/` + w.checkout.SlugID, "needs-goal",
			"Alignd Bot", "<strong>No goal.</strong>", `<li>see <a href="https://acme.example/g"`, "nobody",
		}},
		{"/acme/project/" + w.checkout.SlugID, []string{"<h1>Checkout</h1>", "Growth", "Pay by card"}},
		{"/acme/initiative/" + w.growth.SlugID, []string{"<h1>Growth</h1>", "Ana Lima", "Checkout", "No owner."}},
		{"/acme/profiles/ana", []string{"<h1>Ana Lima</h1>", "Growth"}},
	} {
		status, body := w.page(c.path)
		if status != 200 {
			t.Errorf("%s: status %d", c.path, status)
		}
		for _, s := range c.want {
			if !strings.Contains(body, s) {
				t.Errorf("%s does not show %q:\n%s", c.path, s, body)
			}
		}
		if strings.Contains(body, `src="http`) || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s asks others for something, or something was filtered out", c.path)
		}
	}
	for _, path := range []string{"/acme/issue/ENG-99", "/other/issue/ENG-1", "/acme/project/none", "/nothing"} {
		if status, _ := w.page(path); status != 404 {
			t.Errorf("%s: status %d, want 404", path, status)
		}
	}
	if err := w.EditIssue("ENG-1", w.ana.ID, func(i *linearsim.Issue) { i.TeamKey = "WEB" }); err != nil {
		t.Fatal(err)
	}
	if status, body := w.page("/acme/issue/ENG-1"); status != 200 || !strings.Contains(body, "WEB-1") {
		t.Error("the page of a moved issue is lost")
	}
}

// Nothing that people write becomes markup of the page.
func TestPagesAreSafe(t *testing.T) {
	w := newWorld(t)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	for _, body := range []string{
		evil, "**" + evil + "**", "`" + evil + "`", "- " + evil, "```\n" + evil + "\n```", "# " + evil, "_" + evil + "_",
		`[x](javascript:alert(1))`, `[` + evil + `](https://a.example/"onmouseover="alert(1))`,
		`https://a.example/"onmouseover="alert(1)`, `\<script>`, strings.Repeat("[", 5000), strings.Repeat("**", 5000), "[x](", `\`, "`", "[x](https://a", "****",
	} {
		w.AddComment(linearsim.Comment{IssueID: w.loose.ID, UserID: w.ana.ID, Body: body})
	}
	if err := w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.Title, i.Description = evil, evil }); err != nil {
		t.Fatal(err)
	}
	_, page := w.page("/acme/issue/ENG-2")
	for _, bad := range []string{"<script", "<img", `"onmouseover`, `href="javascript`} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the text is gone as well")
	}
}

func TestMarkdownOnPages(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ text, html string }{
		{"one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"},
		{"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
		{"intro:\n- a", "<p>intro:</p><ul><li>a</li></ul>"},
		{"**bold** and *em* and `co*de*`", "<p><strong>bold</strong> and <em>em</em> and <code>co*de*</code></p>"},
		{`\*not\* \[a link\]\(x\)`, "<p>*not* [a link](x)</p>"},
		{"[`PAY-1` \\[x\\]](https://a.example/1)", `<p><a href="https://a.example/1" rel="nofollow noopener"><code>PAY-1</code> [x]</a></p>`},
		{"see https://a.example/x_y_z.", `<p>see <a href="https://a.example/x_y_z" rel="nofollow noopener">https://a.example/x_y_z</a>.</p>`},
		{"snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"},
		{"## Head", "<p><strong>Head</strong></p>"},
		{"```\na < b\n```", "<pre>a &lt; b\n</pre>"},
	} {
		if err := w.EditIssue("ENG-2", w.ana.ID, func(i *linearsim.Issue) { i.Description = c.text }); err != nil {
			t.Fatal(err)
		}
		if _, page := w.page("/acme/issue/ENG-2"); !strings.Contains(page, `<div class="text">`+c.html+`</div>`) {
			_, rest, _ := strings.Cut(page, `<div class="text">`)
			got, _, _ := strings.Cut(rest, "</div>")
			t.Errorf("%q comes out as\n%s\nwant\n%s", c.text, got, c.html)
		}
	}
}
