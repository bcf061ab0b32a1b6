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
		{"ordinary words", "Double self-serve sign-ups", "Double self-serve sign-ups"},
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
		{"a key in brackets", "Pay in one tap (ROAD-1)", "Pay in one tap (ROAD-1)"},
		{"a date and a version", "Ship (v2) by 2026-12-31", "Ship (v2) by 2026-12-31"},
		{"the ends of the alphabet", "A-0 9-Z a-z x (z1-A) y (a2-Z) (0-b9)", "A-0 9-Z a-z x (z1-A) y (a2-Z) (0-b9)"},
		{"beyond the ends of the alphabet", "a-/a a-:a-@a-[a-`a-{", "a\\-/a a\\-∶a\\-\\@a\\-\\[a\\-`a\\-\\{"},
		{"a short word and a shorter one", "a (beta) b (abc)", `a (beta) b \(abc\)`},
		{"a bracket that begins with no word", "a (.abcd) (é and so on)", `a \(.abcd\) \(é and so on\)`},
		{"words in brackets", "Login(mobile) and (web shop)", "Login(mobile) and (web shop)"},
		{"signs", "a (x) (!) (/) (?) (n) (i) (on) (OFF) (+) (*r) (flag) (FlagOff) (8)", `a \(x\) \(\!\) \(/\) \(\?\) \(n\) \(i\) \(on\) \(OFF\) \(\+\) \(\*r\) \(flag\) \(FlagOff\) \(8\)`},
		{"a sign within brackets", "a (see (y) there)", `a \(see \(y\) there\)`},
		{"brackets that do not close", "a (word", `a \(word`},
		{"brackets that were not opened", "a word)", `a word\)`},
		{"brackets at the beginning", "(Beta) Checkout", `\(Beta\) Checkout`},
		{"a face at the end of brackets", "a (so so ;) b", `a \(so so ;\) b`},
		{"a face at their beginning", "a :(sad) b", `a ∶\(sad\) b`},
		{"a bullet with a hyphen", "- point", `\- point`},
		{"dashes", "a - b -- c --- d", `a \- b \-\- c \-\-\- d`},
		{"a dash without spaces", "a--b", `a\-\-b`},
		{"a word struck through", "the -old- way", `the \-old\- way`},
		{"half a word struck through", "the old- and -new", `the old\- and \-new`},
		{"struck through across words", "-one-two three-four-", `\-one-two three-four\-`},
		{"beside a letter that is not ASCII", "Büro-Übersicht, é-é", `Büro\-Übersicht, é\-é`},
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
		{"ordinary", "PAY-12", "https://acme.atlassian.net/browse/PAY-12", "[PAY-12|https://acme.atlassian.net/browse/PAY-12]"},
		{"a title and its key", "Pay in one tap (ROAD-1)", "http://127.0.0.1:1/browse/ROAD-1", "[Pay in one tap (ROAD-1)|http://127.0.0.1:1/browse/ROAD-1]"},
		{"brackets in the text", "a]|[b", "https://x.example/", `[a］｜［b|https://x.example/]`},
		{"a mention in the text", "[~bob]", "https://x.example/", `[［\~bob］|https://x.example/]`},
		{"an address that breaks out", "x", "https://x.example/a]b|c{d}!e", `[x|https://x.example/a%5Db%7Cc%7Bd%7D%21e]`},
		{"a space and other scripts", "x", "https://x.example/a b/é", `[x|https://x.example/a%20b/%C3%A9]`},
		{"what is encoded wrongly", "x", "https://x.example/a%20b%zz", `x`},
		{"what is encoded stays", "x", "https://x.example/a%20b%C3%a9", "[x|https://x.example/a%20b%C3%a9]"},
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

// Our own words hold no markup; what they take over from the file (a label, an
// org's name) is not to make any.
func TestOurOwnWords(t *testing.T) {
	const in = `Add *one* of_these {a} [b|c] ~d~ ^e^ !f! \g, (set the parent?) - or don't: it is self-serve`
	const want = `Add \*one\* of\_these \{a\} \[b\|c\] \~d\~ \^e\^ \!f\! ∖g, (set the parent?) - or don't: it is self-serve`
	if got := plain(in); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestComment(t *testing.T) {
	got := markup{}.render(roadmap.Text{
		{roadmap.Say("No goal: "), roadmap.Quote("[~bob] *now*"), roadmap.Say(" serves no roadmap goal.")},
		{roadmap.Say("Nearest: "), roadmap.LinkTo("ROAD-1", "https://acme.example/browse/ROAD-1"), roadmap.Say(" (set the parent, or add goal:ROAD-1)?")},
		{roadmap.Say("alignd · acme · story-without-goal")},
	})
	want := `No goal: \[\~bob\] \*now\* serves no roadmap goal.
Nearest: [ROAD-1|https://acme.example/browse/ROAD-1] (set the parent, or add goal:ROAD-1)?
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
		got := markup{}.render(text)
		if n := units(got); n > bodyMost {
			t.Errorf("%s: %d units", name, n)
		}
		if !strings.HasPrefix(got, "first") || !strings.HasSuffix(got, "\n"+mark) || !strings.Contains(got, ellipsis) {
			t.Errorf("%s: begins %.40q and ends %q", name, got, got[len(got)-60:])
		}
	}
	if got := (markup{}).render(nil); got != "" {
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
	for _, s := range []string{
		"", `\`, `\\[~x]`, "[~accountid:1]", "h1. x", "{code}", "a|b", ":D", "&#91;", "\x00", "\u202e", "http://x", "!a!", "\xff", "::", "~", "https://x.example/a]b",
		"Pay in one tap (ROAD-1)", "a-b", "-a-", "a -b- c", "a--b", "- a", "(x)", "a (x)", "a (xx (on) b1)", "a (abcd) (abcd", "x:(abcd)", "a (abc;)", "a (flag)", "-", "(", ")", "é-é", "a (1)", "8-)", "(a-b) -c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := quote(s)
		checkInert(t, s, q)
		l := link(s, "https://x.example/"+s)
		if strings.HasPrefix(l, "[") {
			b := unescaped(l)
			if strings.Count(b, "[") != 1 || strings.Count(b, "]") != 1 || strings.Count(b, "|") != 1 || !strings.HasSuffix(b, "]") {
				t.Errorf("%q breaks out of its link: %q", s, l)
			}
			label, _, _ := strings.Cut(l[1:], "|")
			checkInert(t, s, label)
		} else {
			checkInert(t, s, l)
		}
		if r := (markup{}).render(roadmap.Text{{roadmap.Quote(s), roadmap.Say(s), roadmap.LinkTo(s, s)}}); strings.Contains(r, "\n") || units(r) > bodyMost {
			t.Errorf("%q: came out on several lines, or too long", s)
		}
	})
}

var (
	// acts is what has a meaning without any character that a backslash takes it from.
	acts = regexp.MustCompile(`(?i)<|>|:\S|(^|[^0-9A-Za-z_])(h[1-6]|bq)\.|&#?[0-9A-Za-z]+;`)
	// hyphens are those that are not within a word, and so may make a bullet, a
	// dash, a rule, or begin or end strike-through.
	hyphens = regexp.MustCompile(`(^|[^0-9A-Za-z])-|-([^0-9A-Za-z]|$)`)
	// faces are the emoticons and signs of Jira's notation that end in a bracket,
	// and their variants with a nose.
	faces = regexp.MustCompile(`(?i)[:;]-?[()]|8-\)|\((y|n|i|/|x|!|\+|-|\?|on|off|\*[rgby]?|flag|flagoff)\)`)
)

// checkInert holds what words of others came out as against the rules of Jira's
// notation, beside words of ours that would make a face of their brackets.
func checkInert(t *testing.T, s, out string) {
	t.Helper()
	b := unescaped(out)
	for _, c := range escapable + `\` {
		if c != '-' && c != '(' && c != ')' && strings.ContainsRune(b, c) {
			t.Errorf("%q: %q is not escaped: %q", s, c, out)
		}
	}
	if strings.Contains(out, `\\`) {
		t.Errorf("%q: two backslashes: %q", s, out)
	}
	if hit := acts.FindString(out); hit != "" {
		t.Errorf("%q: %q acts in %q", s, hit, out)
	}
	if hyphens.MatchString(b) {
		t.Errorf("%q: a hyphen acts in %q", s, out)
	}
	for _, before := range []string{"", ":", ":-", ";", ";-", "8-", "(", "(*"} {
		if hit := faces.FindString(before + b); hit != "" {
			t.Errorf("%q after %q: the face %q in %q", s, before, hit, out)
		}
	}
	for _, after := range []string{"", "x)", "on)", "off)", "lag)", "g)"} {
		if hit := faces.FindString(b + after); hit != "" {
			t.Errorf("%q before %q: the face %q in %q", s, after, hit, out)
		}
	}
	if strings.Count(b, "(") != strings.Count(b, ")") {
		t.Errorf("%q: half of a pair of brackets is left in %q", s, out)
	}
	if strings.ContainsFunc(out, func(r rune) bool { return r != ' ' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }) {
		t.Errorf("%q: something invisible in %q", s, out)
	}
}

// unescaped gives what is left to act: each escaped character is replaced by a
// dot, which is no letter. A backslash that escapes nothing stays.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(escapable, s[i+1]) >= 0 {
			b.WriteByte('.')
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
