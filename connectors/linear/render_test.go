package linear

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/alignd/alignd/internal/roadmap"
)

const j = joiner

// What people put into titles, and what we send of it. ⁠ is a word joiner, which
// nobody sees.
func TestRenderQuote(t *testing.T) {
	for _, tt := range []struct{ what, in, want string }{
		{"plain words", "Pay with a saved card", "Pay with a saved card"},
		{"everyday punctuation", "Log-in: can't (always) work, v1.2?", "Log-in: can't (always) work, v1.2?"},
		{"emphasis", "*big* _deal_ ~~no~~", `\*big\* \_deal\_ \~\~no\~\~`},
		{"code", "`rm -rf`", "\\`rm -rf\\`"},
		{"a code fence", "```\nx\n```", "\\`\\`\\` x \\`\\`\\`"},
		{"a link", "[you won](https://evil.example)", `\[you won\](https:` + j + `/` + j + `/evil.` + j + `example)`},
		{"an image", "![x](http://t.co/p.png)", `!\[x\](http:` + j + `/` + j + `/t.` + j + `co/p.` + j + `png)`},
		{"a profile, which would mention", "https://linear.app/acme/profiles/ana", `https:` + j + `/` + j + `/linear.` + j + `app/acme/profiles/ana`},
		{"a bare host", "www.evil.com", "www." + j + "evil." + j + "com"},
		{"an address", "ana@acme.example", "ana@" + j + "acme." + j + "example"},
		{"a mention", "@ana look", "@" + j + "ana look"},
		{"a mail link", "mailto:ana", "mailto:" + j + "ana"},
		{"an autolink", "<https://x>", `\<https:` + j + `/` + j + `/x\>`},
		{"HTML", "<script>alert(1)</script>", `\<script\>alert(1)\</script\>`},
		{"an HTML comment", "<!-- x -->", `\<!\-\- x \-\-\>`},
		{"an entity", "&lt;b&gt;", `\&lt;b\&gt;`},
		{"a heading", "# Big", `\# Big`},
		{"a list", "- one", `\- one`},
		{"a numbered list", "1. one", `1\. one`},
		{"a numbered list, the other way", "12) one", `12\) one`},
		{"a quotation", "> said", `\> said`},
		{"a collapsible section", "+++ More", `\+\+\+ More`},
		{"a rule", "---", `\-\-\-`},
		{"an underlined heading", "a\n===", `a \=\=\=`},
		{"a table", "a|b", `a\|b`},
		{"an escape of its own", `\*x\*`, `\\\*x\\\*`},
		{"a formula", "$$x$$", `\$\$x\$\$`},
		{"newlines", "a\r\nb\u2028c\vd", "a b c d"},
		{"indented code", "      x", "x"},
		{"text that runs backwards", "abc\u202Egnp.exe\u202C", "abcgnp." + j + "exe"},
		{"zero-width tricks", "li\u200bnear\ufeff.app", "linear." + j + "app"},
		{"control characters", "a\x00\x1b[31mb\x07", `a\[31mb`},
		{"broken UTF-8", "a\xffb", "a\uFFFDb"},
		{"emoji of several parts", "👩\u200d💻 ok", "👩\u200d💻 ok"},
		{"a long one", strings.Repeat("ö", 300), strings.Repeat("ö", 199) + "…"},
		{"nothing", "", ""},
	} {
		if got := render(roadmap.Text{{roadmap.Quote(tt.in)}}); got != tt.want {
			t.Errorf("%s: %q\ngives %q\nwant  %q", tt.what, tt.in, got, tt.want)
		}
	}
}

func TestRenderComment(t *testing.T) {
	text := roadmap.Text{
		{roadmap.Say("This story serves no goal: "), roadmap.Quote("[x] *all*")},
		{},
		{roadmap.Say("Perhaps "), roadmap.LinkTo("Grow (EU] ", "https://linear.app/acme/initiative/grow-1>x y"), roadmap.Say(".")},
		{roadmap.Say("- Nothing of use at "), roadmap.LinkTo("here", "javascript:alert(1)")},
		{roadmap.Say("Label alignd:ignore silences this.")},
		{roadmap.Say(roadmap.Mark{Org: "acme", Rules: []roadmap.Rule{roadmap.StoryWithoutGoal}}.Line())},
	}
	want := strings.Join([]string{
		`This story serves no goal: \[x\] \*all\*`,
		`Perhaps [Grow (EU\]](<https://linear.app/acme/initiative/grow-1%3Ex%20y>).`,
		`\- Nothing of use at here`,
		`Label alignd:ignore silences this.`,
		`alignd · acme · story-without-goal`,
	}, "\n\n")
	if got := render(text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if m, ok := markOf(render(text)); !ok || m.Org != "acme" || len(m.Rules) != 1 {
		t.Errorf("the mark reads back as %+v, %v", m, ok)
	}
}

// FuzzRender: whatever is quoted stays one line of inert text that reads as it
// was written.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"", "a", "# x", "+++", "https://linear.app/a/profiles/b", "[a](b)", "a\nb", "\\", "1.", "@x", "\u202e", "&#60;", "```", "a\xff", "::", "==", "-", "8)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := render(roadmap.Text{{roadmap.Quote(s)}})
		if want := firstRunes(strings.TrimSpace(visible(s)), maxQuote); unescape(got) != want {
			t.Errorf("%q gives %q, which reads %q; want %q", s, got, unescape(got), want)
		}
		checkInert(t, s, got)

		// In the company of our own words.
		line := render(roadmap.Text{{roadmap.Say("Title: "), roadmap.LinkTo(s, "https://x.example/a"), roadmap.Say(" end")}, {roadmap.Say("alignd · acme · resolved")}})
		if paragraphs := strings.Split(line, "\n\n"); len(paragraphs) != 2 {
			t.Errorf("%q makes %d paragraphs: %q", s, len(paragraphs), line)
		}
		if !strings.Contains(line, "](<https://x.example/a>) end") {
			t.Errorf("%q breaks the link: %q", s, line)
		}
		if m, ok := markOf(line); !ok || m.Org != "acme" {
			t.Errorf("%q hides the mark: %q", s, line)
		}
	})
}

func checkInert(t *testing.T, in, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%q gives broken UTF-8 %q", in, out)
	}
	var prev rune
	escaped := false
	for i, r := range out {
		if string(r) != joiner && r != '\u200c' && r != '\u200d' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)) {
			t.Errorf("%q lets %U through: %q", in, r, out)
		}
		if !escaped && strings.ContainsRune("`*_[]<>~|&", r) {
			t.Errorf("%q leaves %q bare: %q", in, r, out)
		}
		if !escaped && i == 0 && strings.ContainsRune("#+-=:", r) {
			t.Errorf("%q starts with %q: %q", in, r, out)
		}
		if prev == '@' && string(r) != joiner || prev == '/' && r == '/' || prev == '.' && unicode.IsLetter(r) {
			t.Errorf("%q leaves an address: %q", in, out)
		}
		escaped = r == '\\' && !escaped
		prev = r
	}
}
