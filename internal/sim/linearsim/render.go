package linearsim

import (
	"html/template"
	"strings"
)

// renderMarkdown shows a comment or a description on a page: paragraphs, lists,
// code, emphasis and links to http(s) addresses. Everything else, HTML
// included, comes out as the text that it is.
func renderMarkdown(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			b.WriteString("<pre>" + template.HTMLEscapeString(strings.TrimPrefix(part, "\n")) + "</pre>")
			continue
		}
		for block := range strings.SplitSeq(part, "\n\n") {
			renderBlock(&b, strings.Trim(block, "\n"))
		}
	}
	// Every piece of text went through HTMLEscapeString on its way here.
	return template.HTML(b.String()) //nolint:gosec // see the line above
}

func renderBlock(b *strings.Builder, block string) {
	open := "" // the element that the last line left open
	turn := func(to string) {
		if open == to {
			return
		}
		if open != "" {
			b.WriteString("</" + open + ">")
		}
		if to != "" {
			b.WriteString("<" + to + ">")
		}
		open = to
	}
	for line := range strings.SplitSeq(block, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if item := bullet.ReplaceAllString(line, ""); item != line {
			turn("ul")
			b.WriteString("<li>")
			inline(b, item, 0)
			b.WriteString("</li>")
			continue
		}
		if open == "p" {
			b.WriteString("<br>")
		}
		turn("p")
		if heading := strings.TrimLeft(line, "#"); len(heading) < len(line) && strings.HasPrefix(heading, " ") {
			line = "**" + strings.TrimSpace(heading) + "**"
		}
		inline(b, line, 0)
	}
	turn("")
}

// maxDepth bounds how deep emphasis and links may nest.
const maxDepth = 4

// inline writes one line's text.
func inline(b *strings.Builder, s string, depth int) {
	plain := 0 // start of the text not yet written
	flush := func(to int) { b.WriteString(template.HTMLEscapeString(s[plain:to])) }
	for i := 0; i < len(s); {
		html, n := "", 0
		if depth < maxDepth {
			html, n = span(s, i, depth)
		}
		if n == 0 {
			i++
			continue
		}
		flush(i)
		b.WriteString(html)
		i += n
		plain = i
	}
	flush(len(s))
}

// span reads the markup that starts at s[i]; n is 0 if there is none.
func span(s string, i, depth int) (html string, n int) {
	rest := s[i:]
	switch {
	case len(rest) > 1 && rest[0] == '\\' && strings.IndexByte("\\`*_{}[]()#+-.!<>~|@:/", rest[1]) >= 0:
		return template.HTMLEscapeString(rest[1:2]), 2
	case rest[0] == '`':
		if end := strings.IndexByte(rest[1:], '`'); end > 0 {
			return "<code>" + template.HTMLEscapeString(rest[1:1+end]) + "</code>", end + 2
		}
	case strings.HasPrefix(rest, "**"):
		return wrapped(rest, "**", "strong", depth)
	case rest[0] == '*', rest[0] == '_' && (i == 0 || s[i-1] == ' '):
		return wrapped(rest, rest[:1], "em", depth)
	case rest[0] == '[':
		return link(rest, depth)
	case strings.HasPrefix(rest, "http://"), strings.HasPrefix(rest, "https://"):
		url := rest
		if end := strings.IndexAny(rest, " \t<>\"')]"); end >= 0 {
			url = rest[:end]
		}
		url = strings.TrimRight(url, ".,;:!?")
		return anchor(url, template.HTMLEscapeString(url)), len(url)
	}
	return "", 0
}

func wrapped(s, mark, element string, depth int) (string, int) {
	inner := s[len(mark):]
	end := strings.Index(inner, mark)
	if end <= 0 || inner[0] == ' ' || inner[end-1] == ' ' || inner[end-1] == '\\' {
		return "", 0
	}
	var b strings.Builder
	inline(&b, inner[:end], depth+1)
	return "<" + element + ">" + b.String() + "</" + element + ">", end + 2*len(mark)
}

// link reads [text](address).
func link(s string, depth int) (string, int) {
	end := -1
	for i := 1; i < len(s) && end < 0; i++ {
		switch s[i] {
		case '\\':
			i++
		case ']':
			end = i
		}
	}
	if end < 0 || !strings.HasPrefix(s[end+1:], "(") {
		return "", 0
	}
	stop := strings.IndexByte(s[end:], ')')
	if stop < 0 {
		return "", 0
	}
	url := strings.Trim(s[end+2:end+stop], "<>")
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return "", 0
	}
	var b strings.Builder
	inline(&b, s[1:end], depth+1)
	return anchor(url, b.String()), end + stop + 1
}

// anchor links to an address; html is already safe.
func anchor(url, html string) string {
	return `<a href="` + template.HTMLEscapeString(url) + `" rel="nofollow noopener">` + html + `</a>`
}
