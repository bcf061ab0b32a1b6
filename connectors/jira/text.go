package jira

import (
	"strings"
	"unicode"
)

// clean takes out NUL, which Jira lets through in issue text and many stores
// and terminals do not (https://github.com/apache/incubator-devlake, commit
// b4894bf90).
func clean(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// visible takes out what a reader cannot see but a renderer obeys: control
// characters, direction overrides, zero-width and other format characters. Line
// breaks and tabs become spaces.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			return ' '
		case r == '\u200c', r == '\u200d': // joiners: Persian needs the one, emoji the other; they hide nothing
			return r
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			return -1
		case r == '\u034f', r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0': // look empty, count as letters or marks
			return -1
		case r >= '\ufe00' && r <= '\ufe0f', r >= 0xe0100 && r <= 0xe01ef: // variation selectors
			return -1
		}
		return r
	}, s)
}

// cut shortens to at most n runes, the last being an ellipsis where something
// is missing.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}
