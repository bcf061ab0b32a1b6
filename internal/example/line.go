package example

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// LineError is what is wrong with one line.
type LineError struct {
	At      int // where in the line, in characters from 0
	Message string
	Hint    string // what was probably meant, or ""
}

func (e *LineError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// word is one piece of a line.
type word struct {
	at   int // where it begins, in characters from 0
	text string
}

func (w word) fail(hint, format string, args ...any) *LineError {
	return &LineError{At: w.at, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// quoted gives what stands in double quotes, where the whole word does.
func (w word) quoted() (string, bool) {
	if len(w.text) < 2 || w.text[0] != '"' || w.text[len(w.text)-1] != '"' {
		return "", false
	}
	return w.text[1 : len(w.text)-1], true
}

// pair cuts NAME=VALUE. Quotes around the name are taken off, those of the value
// stay.
func (w word) pair() (name string, value word) {
	before, after, found := strings.Cut(w.text, "=")
	if !found {
		return bare(before), word{at: w.at}
	}
	return bare(before), word{at: w.at + utf8.RuneCountInString(before) + 1, text: after}
}

// list cuts a value at its commas.
func (w word) list() []word { return w.cut(',') }

// cut cuts a word at every sep that stands neither in double quotes nor in
// parentheses.
func (w word) cut(sep rune) []word {
	var words []word
	from, quoted, depth := 0, false, 0
	runes := []rune(w.text)
	for i, r := range runes {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == sep && depth <= 0:
			words = append(words, word{w.at + from, string(runes[from:i])})
			from = i + 1
		}
	}
	return append(words, word{w.at + from, string(runes[from:])})
}

// bare takes all double quotes off.
func bare(s string) string { return strings.ReplaceAll(s, `"`, "") }

// split cuts a line at its spaces. Names are those that hold spaces themselves,
// as that of a field does: where one stands before a =, it is not cut.
func split(line string, names []string) []word {
	const space = '\u00a0' // stands in for a space within a name
	for _, name := range names {
		if strings.Contains(name, " ") {
			line = strings.ReplaceAll(line, " "+name+"=", " "+strings.ReplaceAll(name, " ", string(space))+"=")
		}
	}
	pieces := word{text: line}.cut(' ')
	pieces = slices.DeleteFunc(pieces, func(w word) bool { return w.text == "" })
	for i := range pieces {
		pieces[i].text = strings.ReplaceAll(pieces[i].text, string(space), " ")
	}
	return pieces
}
