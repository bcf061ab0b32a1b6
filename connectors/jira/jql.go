package jira

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// overlap is how far back a crawl looks behind the newest change that the one
// before has seen. The search index lags "a few seconds to minutes"
// (developer.atlassian.com/cloud/jira/platform/search-and-reconcile).
const overlap = 5 * time.Minute

// inQuotes are the characters that end or escape something in quotes.
var inQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quoteJQL writes a string as JQL takes it.
func quoteJQL(s string) string { return `"` + inQuotes.Replace(s) + `"` }

// narrow joins conditions, each in its own brackets so that an OR in one does
// not swallow the others. Empty ones are left out.
func narrow(conditions ...string) string {
	var all []string
	for _, c := range conditions {
		if c = withoutOrder(c); c != "" {
			all = append(all, "("+c+")")
		}
	}
	return strings.Join(all, " AND ")
}

// since narrows a query to what changed since the newest change seen (in
// milliseconds; 0: everything), less the overlap. Milliseconds stand without
// quotes: a quoted date is read in the account's own time zone, to the minute
// (https://github.com/airbytehq/airbyte/issues/48838). There is no upper bound.
func since(jql string, seen int64) string {
	if seen > 0 {
		jql += " AND updated >= " + strconv.FormatInt(max(seen-overlap.Milliseconds(), 0), 10)
	}
	return jql
}

// withoutOrder takes an ORDER BY off a query's end. Config refuses one; a query
// that came another way must not break when it is wrapped.
func withoutOrder(jql string) string {
	words := topLevelWords(jql)
	for i, w := range slices.Backward(words) {
		if strings.EqualFold(w.text, "order") && i+1 < len(words) && strings.EqualFold(words[i+1].text, "by") {
			return strings.TrimSpace(jql[:w.at])
		}
	}
	return strings.TrimSpace(jql)
}

type word struct {
	text string
	at   int
}

// topLevelWords gives a query's bare words with their places, those in quotes
// left out.
func topLevelWords(jql string) []word {
	var words []word
	start := -1
	end := func(i int) {
		if start >= 0 {
			words = append(words, word{jql[start:i], start})
			start = -1
		}
	}
	var quote byte
	for i := 0; i < len(jql); i++ {
		c := jql[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			end(i)
			quote = c
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')' || c == ',':
			end(i)
		case start < 0:
			start = i
		}
	}
	end(len(jql))
	return words
}
