package config

import (
	"regexp"
	"slices"
	"strings"
)

// key tells one key of the file. It is told once, in keys_*.go: from there the
// decoder takes which keys there are, which must be given, and which words and
// numbers they hold; the JSON Schema (Schema) and the tables of docs/config.md
// are made of it too.
type key struct {
	name  string
	of    string // the kinds of the table that have it, as in "jira linear"; "": all
	value value
	must  string // what to write where it is missing; "": it may be left out
	means string // in Markdown, on one line
	// otherwise is what holds where the key is left out, as JSON has it; nil
	// where that is no plain value.
	otherwise any
	normal    string // the same in Markdown, where that is more than the value
	// later marks a key of the contract that this version does not act on: to
	// accept and ignore it would be a lie.
	later bool
}

// has reports whether a kind of the table has the key; "" is any kind.
func (k key) has(kind string) bool {
	return k.of == "" || kind == "" || slices.Contains(strings.Fields(k.of), kind)
}

// form is how a value is written.
type form int

// The forms of values. The zero form is text.
const (
	formText     form = iota // one line, not empty; pattern may narrow it
	formBlock                // text of any number of lines
	formAny                  // text that may be empty
	formWord                 // one of words
	formFlag                 // true or false
	formNumber               // more than low, at most high
	formWhole                // a whole number from low to high
	formDuration             // 3d
	formDate                 // 2026-12-31
	formAddress              // http or https
	formList                 // at least one each
	formTable                // fixed keys
	formMap                  // keys of the org's own, each with a value of one form
	formEither               // any of either
)

// value tells what stands at a key.
type value struct {
	form      form
	words     []string
	pattern   *regexp.Regexp // what a text, or a key of a map, must match
	low, high float64
	example   string   // what to write instead of a number out of bounds; "": nothing to say
	keys      []key    // of a table
	kinds     []string // of a table: the kinds that it comes in; none: it is always the same
	each      *value   // of a list or a map
	some      bool     // a map holds at least one
	either    []value
}

func text(pattern *regexp.Regexp) value { return value{pattern: pattern} }
func oneOf(words ...string) value       { return value{form: formWord, words: words} }
func listOf(v value) value              { return value{form: formList, each: &v} }
func tableOf(keys []key, kinds ...string) value {
	return value{form: formTable, keys: keys, kinds: kinds}
}

// names gives the names of keys, each once.
func names(keys []key) []string {
	var out []string
	for _, k := range keys {
		if !slices.Contains(out, k.name) {
			out = append(out, k.name)
		}
	}
	return out
}
