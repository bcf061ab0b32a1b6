package jira

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/alignd/alignd/internal/roadmap"
)

func TestWordsOfOthersAreInert(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"ordinary words", "Double self-serve sign-ups", `Double self\-serve sign\-ups`},
		{"a mention", "[~accountid:5b10a2844c20165700ede21g]", `\[\~accountid∶5b10a2844c20165700ede21g\]`},
		{"a mention behind a backslash", `\[~bob]`, `∖\[\~bob\]`},
		{"a mention behind two", `\\[~bob]`, `∖∖\[\~bob\]`},
		{"at", "@bob", `\@bob`},
		{"a link", "[click|https://evil.example]", `\[click\|https∶//evil.example\]`},
		{"a bare link", "see https://evil.example", `see https∶//evil.example`},
		{"mail", "mailto:a@b.example", `mailto∶a\@b.example`},
		{"an image", "!https://evil.example/x.png!", `\!https∶//evil.example/x.png\!`},
		{"an attachment", "[^secrets.txt]", `\[\^secrets.txt\]`},
		{"a macro", "{code}x{code}", `\{code\}x\{code\}`},
		{"colour", "{color:red}x{color}", `\{color∶red\}x\{color\}`},
		{"a heading", "h1. Big", `h1․ Big`},
		{"a heading after a line break", "x\nh2. Big", `x h2․ Big`},
		{"a quotation", "bq. said", `bq․ said`},
		{"a bullet", "* point", `\* point`},
		{"a number", "# point", `\# point`},
		{"a dash list and a rule", "----", `\-\-\-\-`},
		{"a table", "||head||", `\|\|head\|\|`},
		{"emphasis", "*b* _i_ -s- +u+ ^p^ ~q~ ??c?? %s%", `\*b\* \_i\_ \-s\- \+u\+ \^p\^ \~q\~ \?\?c\?\? \%s\%`},
		{"monospace", "{{x}}", `\{\{x\}\}`},
		{"faces", ":) :D :P ;) (y) (*) <3", `∶\) ∶D ∶P ;\) \(y\) \(\*\) ＜3`},
		{"colons in a row", "a::::b", `a∶∶∶∶b`},
		{"a colon before a space stays", "fix: that", `fix: that`},
		{"HTML", "<b>x</b>", `＜b＞x＜/b＞`},
		{"an entity", "&#91;~bob&#93; R&D", `＆\#91;\~bob＆\#93; R&D`},
		{"line breaks", "a\nb\r\nc\u2028d", "a b c d"},
		{"a forced line break", `a\\b`, `a∖∖b`},
		{"direction override and zero width", "a\u202eb\u200bc\ufeffd\u2066e", "abcde"},
		{"a bracket split by a zero-width space", "[\u200b~bob]", `\[\~bob\]`},
		{"NUL and bell", "a\x00b\ac", "abc"},
		{"tags and variation selectors", "a\U000e0041b\ufe0f", "ab"},
		{"other scripts stay", "故事 Ünïcode émoji 🙂", "故事 Ünïcode émoji 🙂"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := quote(tt.in); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	for _, tt := range []struct{ name, text, url, want string }{
		{"ordinary", "PAY-12", "https://acme.atlassian.net/browse/PAY-12", `[PAY\-12|https://acme.atlassian.net/browse/PAY-12]`},
		{"brackets in the text", "a]|[b", "https://x.example/", `[a］｜［b|https://x.example/]`},
		{"a mention in the text", "[~bob]", "https://x.example/", `[［\~bob］|https://x.example/]`},
		{"an address that breaks out", "x", "https://x.example/a]b|c{d}!e", `[x|https://x.example/a%5Db%7Cc%7Bd%7D%21e]`},
		{"a space and other scripts", "x", "https://x.example/a b/é", `[x|https://x.example/a%20b/%C3%A9]`},
		{"what is encoded already", "x", "https://x.example/a%20b%zz", `x`},
		{"a script", "x", "javascript:alert(1)", `x`},
		{"a person", "x", "~accountid:5b10", `x`},
		{"a password", "x", "https://u:p@x.example/", `x`},
		{"no address", "x", "", `x`},
		{"no text", "", "https://x.example/", `[link|https://x.example/]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := link(tt.text, tt.url); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestComment(t *testing.T) {
	got := render(roadmap.Text{
		{roadmap.Say("No goal: "), roadmap.Quote("[~bob] *now*"), roadmap.Say(" serves no roadmap goal.")},
		{roadmap.Say("Nearest: "), roadmap.LinkTo("ROAD-1", "https://acme.example/browse/ROAD-1"), roadmap.Say(" (set the parent, or add goal:ROAD-1)?")},
		{roadmap.Say("alignd · acme · story-without-goal")},
	})
	want := `No goal: \[\~bob\] \*now\* serves no roadmap goal.
Nearest: [ROAD\-1|https://acme.example/browse/ROAD-1] (set the parent, or add goal:ROAD-1)?
alignd · acme · story-without-goal`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestLongText(t *testing.T) {
	if got := quote(strings.Repeat("é", 300)); utf8.RuneCountInString(got) != quoteMost || !strings.HasSuffix(got, ellipsis) {
		t.Errorf("a title of 300 runes came out with %d: %q", utf8.RuneCountInString(got), got)
	}
	if got := quote(strings.Repeat("é", quoteMost)); strings.HasSuffix(got, ellipsis) {
		t.Error("a title of just the limit was cut")
	}
	const mark = "alignd · acme · story-without-goal"
	for name, text := range map[string]roadmap.Text{
		"many lines":     append(roadmap.Text{{roadmap.Say("first")}}, append(repeat(roadmap.Line{roadmap.Say(strings.Repeat("x", 5000))}, 40), roadmap.Line{roadmap.Say(mark)})...),
		"one long line":  {{roadmap.Say("first" + strings.Repeat("*", 50000))}, {roadmap.Say(mark)}},
		"beyond the BMP": {{roadmap.Say("first" + strings.Repeat("🙂", 50000))}, {roadmap.Say(mark)}},
		"many quotes":    {append(roadmap.Line{roadmap.Say("first")}, repeat(roadmap.Quote(strings.Repeat("*", 200)), 500)...), {roadmap.Say(mark)}},
	} {
		got := render(text)
		if n := units(got); n > bodyMost {
			t.Errorf("%s: %d units", name, n)
		}
		if !strings.HasPrefix(got, "first") || !strings.HasSuffix(got, "\n"+mark) || !strings.Contains(got, ellipsis) {
			t.Errorf("%s: begins %.40q and ends %q", name, got, got[len(got)-60:])
		}
	}
	if got := render(nil); got != "" {
		t.Errorf("no text came out as %q", got)
	}
}

func repeat[T any](one T, n int) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = one
	}
	return all
}

// FuzzRender checks on any words that nothing in them can act.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"", `\`, `\\[~x]`, "[~accountid:1]", "h1. x", "{code}", "a|b", ":D", "&#91;", "\x00", "\u202e", "http://x", "!a!", "\xff", "::", "~", "https://x.example/a]b"} {
		f.Add(s)
	}
	acts := regexp.MustCompile(`(?i)<|>|:\S|(^|[^0-9A-Za-z_])(h[1-6]|bq)\.|&#?[0-9A-Za-z]+;`)
	bare := func(s string) string { // with escaped pairs taken out; what is left has no power
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' {
				if i+1 == len(s) || !strings.ContainsRune(escapable, rune(s[i+1])) {
					return `\`
				}
				i++
				continue
			}
			b.WriteByte(s[i])
		}
		return b.String()
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := quote(s)
		if strings.ContainsAny(bare(q), escapable+`\`) {
			t.Errorf("%q: something is not escaped: %q", s, q)
		}
		if strings.Contains(q, `\\`) {
			t.Errorf("%q: two backslashes: %q", s, q)
		}
		if hit := acts.FindString(q); hit != "" {
			t.Errorf("%q: %q acts in %q", s, hit, q)
		}
		if strings.ContainsFunc(q, func(r rune) bool { return r != ' ' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }) {
			t.Errorf("%q: something invisible in %q", s, q)
		}
		l := link(s, "https://x.example/"+s)
		if b := bare(l); strings.HasPrefix(l, "[") {
			if strings.Count(b, "[") != 1 || strings.Count(b, "]") != 1 || strings.Count(b, "|") != 1 || !strings.HasSuffix(b, "]") {
				t.Errorf("%q breaks out of its link: %q", s, l)
			}
		} else if strings.ContainsAny(b, escapable) {
			t.Errorf("%q: a link without address acts: %q", s, l)
		}
		if r := render(roadmap.Text{{roadmap.Quote(s), roadmap.Say(s), roadmap.LinkTo(s, s)}}); strings.Contains(r, "\n") || units(r) > bodyMost {
			t.Errorf("%q: came out on several lines, or too long", s)
		}
	})
}
