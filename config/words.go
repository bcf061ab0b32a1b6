package config

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// near finds the word that was probably meant, or "".
func near(word string, words []string) string {
	fold := func(s string) string {
		return strings.ReplaceAll(strings.ToLower(s), "_", "-")
	}
	if len(word) > 40 {
		return ""
	}
	best, least := "", 3
	if len(word) < 5 {
		least = 2 // in a short word two changes make another word
	}
	for _, w := range words {
		d := levenshtein.ComputeDistance(fold(word), fold(w))
		if swapped(fold(word), fold(w)) {
			d = 1 // the commonest slip of all counts as one
		}
		if d < least {
			best, least = w, d
		}
	}
	return best
}

// swapped reports whether a and b differ by two neighbours that changed places.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean words a hint at which of these words another was probably meant to
// be; "" where it is like none of them.
func DidYouMean(word string, words []string) string {
	if w := near(word, words); w != "" {
		return fmt.Sprintf("did you mean %q?", w)
	}
	return ""
}

// list gives words as a person would: a, b or c.
func list(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// shown quotes a word of the file in a message. What does not look like a word
// that a person would think up may be a secret in the wrong place, and comes
// out as "this".
func shown(word string) string {
	if word == "" || len(word) > 32 {
		return "this"
	}
	digits := 0
	for _, r := range word {
		if r >= '0' && r <= '9' {
			digits++
		}
		if digits > 3 || (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' {
			return "this"
		}
	}
	return fmt.Sprintf("%q", word)
}
