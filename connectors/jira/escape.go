package jira

import (
	"regexp"
	"strings"
)

// escapable are the characters that a backslash takes the meaning from, in
// Jira's own renderer and in the one that turns wiki markup into the editor's
// format (npm @atlaskit/editor-wikimarkup-transformer, parser/utils/escape).
// The backslash is not one of them: two of them break the line, and a second one
// undoes the escape.
const escapable = `-#*_+?^~|%{}[]()!@`

// inert stands for what no backslash can disarm, by something that looks alike.
var inert = strings.NewReplacer(
	`\`, "∖",
	"<", "＜", ">", "＞", // <3, and HTML where a renderer lets it through
)

var (
	// A colon that touches what follows makes :D and :P, and https:// a link.
	tightColon = regexp.MustCompile(`:(\S)`)
	// h1. and bq. at the start of a line, and www., which some renderers link.
	heading = regexp.MustCompile(`(?i)\b(h[1-6]|bq|www)\.`)
	// &#91; and &amp;.
	entity = regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`)
)

// quote writes words of others so that they come out as they are: they mention
// nobody, format nothing and lead nowhere, but for the key of an issue, which
// Jira may link as it does in every text.
func quote(s string) string { return escape(disarm(s)) }

// disarm does what escaping cannot: one line, nothing invisible, not long, and
// look-alikes in place of what acts without an escapable character.
func disarm(s string) string {
	s = cut(strings.Join(strings.Fields(visible(s)), " "), quoteMost)
	s = inert.Replace(s)
	s = tightColon.ReplaceAllString(s, "∶$1")
	s = tightColon.ReplaceAllString(s, "∶$1") // colons in a row overlap
	s = heading.ReplaceAllString(s, "$1․")
	return entity.ReplaceAllString(s, "＆$1")
}

// plain writes our own words. They hold no markup either, but their hyphens,
// brackets and question marks are known to be harmless and stay readable.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(visible(s), `\`, "∖") {
		if strings.ContainsRune("*_^~|{}[]!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escape puts a backslash in front of every character that could act, so that
// ordinary titles, and keys such as (ROAD-1), stay readable where the comment is
// read as it is stored: in mails, exports and the API.
func escape(s string) string {
	rs := []rune(s)
	harmless := harmless(rs)
	var b strings.Builder
	for i, r := range rs {
		if strings.ContainsRune(escapable, r) && !harmless[i] {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// harmless tells the places of the hyphens and round brackets that mean nothing
// where they stand, whatever comes before and after the text. All others are
// taken to mean something: hyphens make lists, dashes and strike-through,
// brackets make faces and signs
// (https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all).
func harmless(rs []rune) map[int]bool {
	places := map[int]bool{}
	for i, r := range rs {
		switch r {
		case '-':
			// Within a word. Strike-through begins after something that is no
			// letter and ends before it; a dash and a bullet stand beside a space.
			places[i] = wordAt(rs, i-1) && wordAt(rs, i+1)
		case '(':
			if end := closing(rs, i); end > 0 {
				places[i], places[end] = true, true
			}
		}
	}
	return places
}

// closing gives the place of the bracket that closes the one at open, where the
// two hold ordinary words; 0 where they do not, or might be taken for a face.
func closing(rs []rune, open int) int {
	if !wordAt(rs, open-1) && (open == 0 || rs[open-1] != ' ') {
		return 0 // :( and what else may end in a bracket
	}
	for end := open + 1; end < len(rs); end++ {
		switch rs[end] {
		case '(':
			return 0
		case ')':
			if wordAt(rs, open+1) && wordAt(rs, end-1) && !sign(string(rs[open+1:end])) {
				return end
			}
			return 0
		}
	}
	return 0
}

// sign reports whether a text in brackets is a sign of Jira's, as (y), (on) and
// (flagoff) are, or short enough to be one that we do not know. None holds a
// digit.
func sign(s string) bool {
	if strings.ContainsAny(s, "0123456789") {
		return len(s) == 1
	}
	return len(s) < 4 || strings.EqualFold(s, "flag") || strings.EqualFold(s, "flagoff")
}

// wordAt reports whether there is an ASCII letter or digit at i. Renderers differ
// on whether other letters are part of a word.
func wordAt(rs []rune, i int) bool {
	if i < 0 || i >= len(rs) {
		return false
	}
	r := rs[i]
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
