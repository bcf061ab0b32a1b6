package jirasim

import (
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"
)

// wikiHTML renders the little of Jira's wiki markup that comments of ours use:
// bold, italics, monospace, links, mentions, bullets, noformat, and the backslash
// that takes a character's meaning away. Everything else comes out as it stands,
// escaped. name gives the display name of an account id.
func wikiHTML(text string, name func(string) string) template.HTML {
	return wikiText(text, "accountid:", name)
}

// commentHTML renders a comment; a Data Center site mentions people by user name.
func (s *Server) commentHTML(text string) template.HTML {
	if s.dc == nil {
		return wikiHTML(text, s.nameOf)
	}
	return wikiText(text, "", func(username string) string {
		if u := s.userNamed(username); u != nil {
			return u.Name
		}
		return username
	})
}

// wikiText renders text in which a mention is [~, the prefix, and an id.
func wikiText(text, mention string, name func(string) string) template.HTML {
	var out strings.Builder
	verbatim, list := false, false
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		fence := strings.TrimSpace(line) == "{noformat}" || strings.HasPrefix(strings.TrimSpace(line), "{code")
		bullet, isBullet := cutBullet(line)
		if list && (!isBullet || verbatim) {
			out.WriteString("</ul>")
			list = false
		}
		switch {
		case fence && verbatim:
			out.WriteString("</pre>")
			verbatim = false
		case fence:
			out.WriteString("<pre>")
			verbatim = true
		case verbatim:
			out.WriteString(template.HTMLEscapeString(line) + "\n")
		case isBullet:
			if !list {
				out.WriteString("<ul>")
				list = true
			}
			out.WriteString("<li>" + wikiLine(bullet, mention, name) + "</li>")
		case strings.TrimSpace(line) == "----":
			out.WriteString("<hr>")
		case strings.TrimSpace(line) != "":
			out.WriteString("<p>" + wikiLine(line, mention, name) + "</p>")
		}
	}
	if list {
		out.WriteString("</ul>")
	}
	if verbatim {
		out.WriteString("</pre>")
	}
	return template.HTML(out.String()) // every piece of it was escaped on its way in
}

func cutBullet(line string) (string, bool) {
	for _, mark := range []string{"* ", "- "} {
		if rest, ok := strings.CutPrefix(line, mark); ok {
			return rest, true
		}
	}
	return "", false
}

// wikiLine renders what may stand within a line.
func wikiLine(s, mention string, name func(string) string) string {
	forms := []struct {
		re   *regexp.Regexp
		html func(m []string) string
	}{
		{regexp.MustCompile(`^\\(.)`), func(m []string) string { return template.HTMLEscapeString(m[1]) }},
		{regexp.MustCompile(`^\[~` + mention + `([^\]\s]+)\]`), func(m []string) string {
			return `<span class="mention">@` + template.HTMLEscapeString(name(m[1])) + `</span>`
		}},
		{regexp.MustCompile(`^\[(?:((?:\\.|[^\]|\\])+)\|)?(https?://[^\]|\s]+)\]`), func(m []string) string {
			label := m[2]
			if m[1] != "" {
				label = unescapeWiki(m[1])
			}
			return `<a href="` + template.HTMLEscapeString(m[2]) + `">` + template.HTMLEscapeString(label) + `</a>`
		}},
		{regexp.MustCompile(`^\{\{(.+?)\}\}`), func(m []string) string { return "<code>" + template.HTMLEscapeString(unescapeWiki(m[1])) + "</code>" }},
		{regexp.MustCompile(`^\*((?:\\.|[^*\\])+)\*`), func(m []string) string { return "<b>" + template.HTMLEscapeString(unescapeWiki(m[1])) + "</b>" }},
		{regexp.MustCompile(`^_((?:\\.|[^_\\])+)_`), func(m []string) string { return "<i>" + template.HTMLEscapeString(unescapeWiki(m[1])) + "</i>" }},
	}
	var out strings.Builder
	inWord := false
next:
	for len(s) > 0 {
		for _, f := range forms {
			// Emphasis begins at the beginning of a word: snake_case_name has none.
			if inWord && (s[0] == '_' || s[0] == '*') {
				break
			}
			if m := f.re.FindStringSubmatch(s); m != nil {
				out.WriteString(f.html(m))
				s = s[len(m[0]):]
				inWord = false
				continue next
			}
		}
		r, n := utf8.DecodeRuneInString(s)
		out.WriteString(template.HTMLEscapeString(s[:n]))
		inWord = r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 127
		s = s[n:]
	}
	return out.String()
}

func unescapeWiki(s string) string {
	return regexp.MustCompile(`\\(.)`).ReplaceAllString(s, "$1")
}
