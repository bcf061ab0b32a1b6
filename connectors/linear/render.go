package linear

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/alignd/alignd/internal/roadmap"
)

// maxQuote is how much of a quoted text is shown, in runes.
const maxQuote = 200

// joiner is U+2060 WORD JOINER: it takes no room and allows no line break, and
// put inside an address it keeps one from being found there. Linear makes a
// mention of any bare URL of a profile or an issue (linear.app/developers,
// "Adding mentions in Markdown"), and looks for URLs after Markdown's escapes
// are gone, so a backslash alone would not do.
const joiner = "\u2060"

// render writes a comment in Markdown. Every line becomes a paragraph of its
// own: two spaces at a line's end would be lost when Linear turns the body into
// its own document and back, and nothing in one paragraph can reach into the
// next.
func render(t roadmap.Text) string {
	var lines []string
	for _, line := range t {
		if s := renderLine(line); s != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n\n")
}

func renderLine(line roadmap.Line) string {
	var b strings.Builder
	for _, s := range line {
		switch s.Kind {
		case roadmap.SpanPlain:
			b.WriteString(escape(visible(s.Text)))
		case roadmap.SpanLink:
			b.WriteString(link(s))
		case roadmap.SpanMention:
			b.WriteString(mention(s))
		default:
			b.WriteString(quote(s.Text))
		}
	}
	return guardStart(strings.TrimSpace(b.String()))
}

// quote makes inert text of what others wrote.
func quote(s string) string {
	return escape(breakAddresses(firstRunes(strings.TrimSpace(visible(s)), maxQuote)))
}

// link leads somewhere only where the URL is a web page's.
func link(s roadmap.Span) string {
	words := quote(s.Text)
	to, ok := address(s.URL)
	if !ok {
		return words
	}
	if words == "" {
		words = "link"
	}
	return "[" + words + "](<" + to + ">)"
}

// mention is the bare URL of somebody's profile, of which Linear makes their
// name and a notification; "@name" would stay dead text. Who cannot be mentioned
// has no URL here, and is named.
func mention(s roadmap.Span) string {
	to, ok := address(s.URL)
	if !ok || !strings.Contains(to, "/profiles/") {
		return quote(s.Text)
	}
	return to
}

// inAddress are the characters that would end a link or a line.
var inAddress = strings.NewReplacer("<", "%3C", ">", "%3E", `\`, "%5C", " ", "%20", "\n", "", "\r", "")

// address is a web page's URL that ends neither a link nor a line; ok is false
// for any other.
func address(s string) (safe string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", false
	}
	return inAddress.Replace(u.String()), true
}

// visible takes out what is not seen but does something (control and format
// characters: line ends, bidirectional overrides, zero-width ones) and makes
// one space of any run of white space. The two joiners that emoji and several
// scripts are written with stay.
func visible(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r == '\u200c' || r == '\u200d':
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// breakAddresses puts a joiner inside everything that could be read as a URL, a
// host name, an e-mail address or a mention.
func breakAddresses(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		b.WriteRune(r)
		if i+1 == len(runes) {
			break
		}
		next := runes[i+1]
		switch {
		case r == '@',
			r == ':' && !unicode.IsSpace(next),
			r == '/' && next == '/',
			r == '.' && unicode.IsLetter(next):
			b.WriteString(joiner)
		}
	}
	return b.String()
}

const (
	// always has a meaning in Markdown wherever it stands.
	always = "\\`*_[]<>~|&"
	// paired has one at a line's start, or next to itself: headings, lists,
	// rules, Linear's collapsible sections (+++), highlights, formulas.
	paired = "#+-=$^%:!"
)

// escape puts a backslash before what Markdown would read as markup.
func escape(s string) string {
	var b strings.Builder
	prev := rune(0)
	runes := []rune(s)
	for i, r := range runes {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if strings.ContainsRune(always, r) || strings.ContainsRune(paired, r) && (r == prev || r == next) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// guardStart keeps a line from starting a heading, a list, a quotation, a rule
// or a collapsible section.
func guardStart(line string) string {
	if line == "" {
		return ""
	}
	if strings.ContainsRune("#+-=:", rune(line[0])) {
		return `\` + line
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits > 0 && digits < len(line) && (line[digits] == '.' || line[digits] == ')') {
		return line[:digits] + `\` + line[digits:]
	}
	return line
}

// unescape takes Markdown's backslashes and our joiners out again.
func unescape(s string) string {
	var b strings.Builder
	escaped := false
	for _, r := range s {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		if escaped && !isPunct(r) {
			b.WriteByte('\\')
		}
		escaped = false
		if string(r) != joiner {
			b.WriteRune(r)
		}
	}
	if escaped {
		b.WriteByte('\\')
	}
	return b.String()
}

// isPunct reports whether a backslash before the character escapes it
// (CommonMark 0.31, section 2.4).
func isPunct(r rune) bool {
	return strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r)
}
