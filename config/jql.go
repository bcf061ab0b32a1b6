package config

import (
	"regexp"
	"strings"
)

var orderBy = regexp.MustCompile(`(?i)\border\s+by\b`)

// jql reads the key jql. The query is put in brackets and joined with our own
// conditions and our own order, so it must be one whole condition.
func (d *decoder) jql(t *table) string {
	f, ok := t.values["jql"]
	if !ok {
		return ""
	}
	path := join(t.path, "jql")
	s, ok := d.block(f.value, path)
	if !ok {
		return ""
	}
	s = strings.TrimSpace(s)
	bare, wrong := unquoteJQL(s)
	switch {
	case wrong != "":
		d.fail(f.value.pos, path, "", "%s", wrong)
	case orderBy.MatchString(bare):
		d.fail(f.value.pos, path, "remove it", "must not hold ORDER BY; alignd sets the order itself")
	}
	return s
}

// unquoteJQL gives the query without what stands in quotes, and says what is
// wrong with its quotes and brackets. Quotes are ' and ", escaped by \:
// https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-characters/.
func unquoteJQL(s string) (bare, wrong string) {
	var b strings.Builder
	var quote rune
	escaped := false
	depth := 0
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
				b.WriteByte('"') // two words around a quoted one stay apart
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(':
			depth++
			b.WriteRune(r)
		case r == ')':
			if depth--; depth < 0 {
				return "", "a bracket is closed that was not opened"
			}
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	switch {
	case quote != 0:
		return "", "a quote is not closed"
	case depth > 0:
		return "", "a bracket is not closed"
	}
	return b.String(), ""
}
