package jira

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/alignd/alignd/internal/roadmap"
)

const (
	// bodyMost is the longest comment that Jira Cloud takes, counted as Java does
	// in UTF-16 units and after rendering
	// (https://github.com/jenkinsci/jira-plugin/issues/667).
	bodyMost  = 32767
	quoteMost = 200 // runes of a title or a name
	ellipsis  = "…"
)

// markup writes comments for one kind of Jira.
type markup struct {
	dataCenter bool // people are mentioned by user name, not by account id
}

// mentionable are the ids that can be mentioned: what Cloud's account ids and
// ordinary user names are made of. An id of another kind could break out.
var mentionable = regexp.MustCompile(`^[\pL\pN][\pL\pN._@:+-]*$`)

// mention notifies one person; where their id cannot be one, it names them.
func (m markup) mention(s roadmap.Span) string {
	switch {
	case !mentionable.MatchString(s.ID):
		return quote(s.Text)
	case m.dataCenter:
		return "[~" + s.ID + "]"
	}
	return "[~accountid:" + s.ID + "]"
}

// render writes a text as wiki markup. Nobody's words but markup of our own
// making act in it: links, mentions, and the lines themselves. A text that is too long
// loses lines before its last, which is the mark line.
func (m markup) render(t roadmap.Text) string {
	lines := make([]string, len(t))
	total := max(len(t)-1, 0)
	for i, line := range t {
		lines[i] = m.line(line, bodyMost/4)
		total += units(lines[i])
	}
	for dropped := false; total > bodyMost && len(lines) > 1; {
		at := len(lines) - 2
		if dropped {
			at-- // the one in front of the ellipsis
		}
		if at < 0 {
			break
		}
		total -= units(lines[at])
		if dropped {
			total-- // its line break
			lines = append(lines[:at], lines[at+1:]...)
			continue
		}
		lines[at], dropped = ellipsis, true
		total += units(ellipsis)
	}
	return strings.Join(lines, "\n")
}

// units counts as Java does.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// line writes one line of at most most units. A span that does not fit
// ends the line: half a link would be no link.
func (m markup) line(line roadmap.Line, most int) string {
	var b strings.Builder
	left := most - units(ellipsis)
	for _, s := range line {
		text := m.span(s)
		if n := units(text); n <= left {
			b.WriteString(text)
			left -= n
			continue
		}
		if s.Kind == roadmap.SpanPlain {
			// An escaped character takes two units, one beyond the basic plane too.
			b.WriteString(plain(cut(s.Text, max(left/2, 1))))
		}
		b.WriteString(ellipsis)
		break
	}
	return b.String()
}

func (m markup) span(s roadmap.Span) string {
	switch s.Kind {
	case roadmap.SpanPlain:
		return plain(s.Text)
	case roadmap.SpanLink:
		return link(s.Text, s.URL)
	case roadmap.SpanMention:
		return m.mention(s)
	}
	return quote(s.Text)
}

// inLink stands for what would end a link's text, escaped or not.
var inLink = strings.NewReplacer("[", "［", "]", "］", "|", "｜")

// link writes [text|url]; without an address that can be clicked, the text only.
func link(text, to string) string {
	label := escape(inLink.Replace(disarm(text)))
	to, ok := address(to)
	if !ok {
		return label
	}
	if label == "" {
		label = "link"
	}
	return "[" + label + "|" + to + "]"
}

// address makes an address safe inside a link: http or https, and what could
// break out percent-encoded.
func address(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', strings.IndexByte("-._/?#:@&=+,;$", c) >= 0:
			b.WriteByte(c)
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String(), true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
