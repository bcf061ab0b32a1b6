package report

import (
	"strings"
	"unicode"
)

// oneLine makes a text of others one line: control characters, line ends among
// them, become spaces, and what would turn the direction of the text around it
// goes. What is no UTF-8 is replaced.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// clip cuts a text to n characters, the last of which then says that it was cut.
func clip(s string, n int) string {
	count := 0
	end := 0 // byte after which the first n-1 characters end
	for i := range s {
		if count == n-1 {
			end = i
		}
		if count++; count > n {
			return strings.TrimRight(s[:end], " \u200d") + "…"
		}
	}
	return s
}
