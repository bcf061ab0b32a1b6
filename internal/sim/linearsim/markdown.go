package linearsim

import (
	"regexp"
	"strings"
)

var (
	htmlComment = regexp.MustCompile(`(?s)<!--.*?-->`)
	bullet      = regexp.MustCompile(`^(\s*)[-*+] +`)
	task        = regexp.MustCompile(`^\s*- \[[ xX]\] `)
	blankLines  = regexp.MustCompile(`\n{3,}`)
	strong      = regexp.MustCompile(`__([^_\s](?:[^_\n]*[^_\s])?)__`)
	tilde       = regexp.MustCompile(`\\~|~+`)
	linkOrWord  = regexp.MustCompile(`\[[^\]]*\]\([^)]*\)|[^\s()]+`)
	// bareDomain is a word that Linear takes for an address although nobody
	// wrote it as one, such as health.rs.
	bareDomain = regexp.MustCompile(`^((?:[a-zA-Z0-9-]+\.)+(?:com|org|net|io|rs|sh|dev|app|ai))([.,;:!?]*)$`)
)

// canonicalMarkdown re-renders a text as Linear does, which keeps its own
// document and not the Markdown that was sent: bullets and emphasis come back
// in one style, a lone tilde escaped and a bare domain as a link (all three as
// in published exports of real issues); trailing space, runs of blank lines and
// HTML comments do not come back at all. Code is left alone.
func canonicalMarkdown(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var out []string
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		part = htmlComment.ReplaceAllString(part, "")
		lines := strings.Split(part, "\n")
		for n, line := range lines {
			line = strings.TrimRight(line, " \t")
			if !task.MatchString(line) {
				line = bullet.ReplaceAllString(line, "$1* ")
			}
			lines[n] = canonicalLine(line)
		}
		out = append(out, blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
	}
	return strings.TrimSpace(strings.Join(out, "```"))
}

// canonicalLine re-renders what stands outside of a line's code spans.
func canonicalLine(line string) string {
	parts := strings.Split(line, "`")
	for i := 0; i < len(parts); i += 2 {
		p := strong.ReplaceAllString(parts[i], "**$1**")
		p = tilde.ReplaceAllStringFunc(p, func(t string) string {
			if t == "~" {
				return `\~`
			}
			return t // escaped already, or the mark of struck text
		})
		parts[i] = linkOrWord.ReplaceAllStringFunc(p, func(w string) string {
			return bareDomain.ReplaceAllString(w, "[$1](<http://$1>)$2")
		})
	}
	return strings.Join(parts, "`")
}
