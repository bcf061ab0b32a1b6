package linearsim

import (
	"regexp"
	"strings"
)

var (
	htmlComment = regexp.MustCompile(`(?s)<!--.*?-->`)
	bullet      = regexp.MustCompile(`^(\s*)[*+] +`)
	blankLines  = regexp.MustCompile(`\n{3,}`)
	strong      = regexp.MustCompile(`__([^_\s](?:[^_\n]*[^_\s])?)__`)
)

// canonicalMarkdown re-renders a text as Linear does, which keeps its own
// document and not the Markdown that was sent: bullets and emphasis come back
// in one style, trailing space, runs of blank lines and HTML comments do not
// come back at all. Code blocks are left alone.
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
			line = bullet.ReplaceAllString(line, "$1- ")
			lines[n] = strong.ReplaceAllString(line, "**$1**")
		}
		out = append(out, blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
	}
	return strings.TrimSpace(strings.Join(out, "```"))
}
