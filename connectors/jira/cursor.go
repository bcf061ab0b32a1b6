package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/alignd/alignd/connectors"
)

// cursor is what a connectors.Cursor says: how far earlier crawls came, and
// where the present one stands.
type cursor struct {
	Scope string `json:"scope"` // hash of what is crawled; another one starts from nothing
	// Seen is the newest change, in milliseconds, of each stream that has been
	// crawled to its end.
	Seen map[string]int64 `json:"seen"`

	// The crawl that is under way.
	Stream int    `json:"stream"`          // index; all streams done: their number
	Token  string `json:"token,omitempty"` // Cloud: of the next page; "": the first
	Began  int64  `json:"began,omitempty"` // Cloud: when the first of several pages was given, by the site's clock; 0: not known
	Walk   *walk  `json:"walk,omitempty"`  // Data Center: nil: the first page
	Newest int64  `json:"newest,omitempty"`
	Empty  int    `json:"empty,omitempty"` // pages in a row that held nothing
	// Failed are the troubles of streams that could not be crawled. The others
	// are, and the round ends with an error.
	Failed []failure `json:"failed,omitempty"`
}

// failure is a connectors.Error as it is kept in a cursor.
type failure struct {
	Op   string          `json:"op"`
	Kind connectors.Kind `json:"kind"`
	Err  string          `json:"err"`
	Try  string          `json:"try,omitempty"`
}

// parseCursor reads a cursor; one that cannot be read, or is of another scope,
// is a fresh start.
func parseCursor(c connectors.Cursor, scope string) cursor {
	var at cursor
	if err := json.Unmarshal([]byte(c), &at); err != nil || at.Scope != scope {
		at = cursor{Scope: scope}
	}
	if at.Seen == nil {
		at.Seen = map[string]int64{}
	}
	return at
}

func (c cursor) encode() connectors.Cursor {
	b, err := json.Marshal(c)
	if err != nil { // strings and numbers only: it cannot fail
		return ""
	}
	return connectors.Cursor(b)
}

// under reports whether the present stream has been begun.
func (c *cursor) under() bool { return c.Token != "" || c.Walk != nil }

// again starts the present stream over.
func (c *cursor) again() { c.Token, c.Began, c.Walk, c.Newest, c.Empty = "", 0, nil, 0, 0 }

// next ends the present stream.
func (c *cursor) next() {
	c.again()
	c.Stream++
}

// begin starts a new round.
func (c *cursor) begin() {
	c.again()
	c.Stream, c.Failed = 0, nil
}

// scope hashes everything that a change of which makes earlier crawls worthless.
// The number in front goes up when items are read in another way.
func (t *Tracker) scope(streams []stream) string {
	h := sha256.New()
	add := func(s string) { h.Write([]byte(strconv.Itoa(len(s)) + ":" + s)) }
	add("3")
	add(t.base.String())
	add(t.site)
	add(fmt.Sprintf("%T", t.kind))
	for _, s := range streams {
		add(s.name)
		add(s.jql)
	}
	add("projects")
	for _, p := range slices.Sorted(slices.Values(t.o.Config.Projects)) {
		add(p) // decides what is in scope, wherever it was met
	}
	for _, f := range t.schema.ask() {
		add(f)
	}
	for _, r := range slices.Concat(t.schema.roles, t.schema.goals) {
		add(r.spec)
		add(r.field)
	}
	add("links")
	for _, name := range t.linkNames() {
		add(name)
	}
	add("levels " + strconv.FormatBool(t.schema.epicByName))
	for _, l := range t.o.Config.Levels {
		add(l)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
