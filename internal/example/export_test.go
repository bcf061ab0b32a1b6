package example

import (
	"slices"

	"github.com/alignd/alignd/config"
)

// Words gives every word of the language, for the test that the page tells of it.
func Words() []string {
	words := slices.Concat(everywhere(), keys(statuses()))
	for _, t := range []config.TrackerType{config.Jira, config.Linear} {
		for name, is := range sorts(t) {
			words = append(words, name)
			words = append(words, is.has...)
		}
	}
	for _, w := range spoken() {
		if w != "no" {
			words = append(words, w)
		}
	}
	return words
}
