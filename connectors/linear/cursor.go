package linear

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/connectors"
)

// stream is one of the readings that make up a pull, in this order.
type stream string

const (
	initiativeStream stream = "initiatives"
	projectStream    stream = "projects"
	issueStream      stream = "issues"                 // after the projects, whose names issues hold
	staleStream      stream = "stale"                  // issues that hold a name which has changed
	projectEdges     stream = "initiative-to-projects" // whole on every pull
	parentEdges      stream = "initiative-relations"   // whole on every pull

	firstStream = initiativeStream
)

// after gives the stream that follows, or "" after the last.
func (s stream) after() stream {
	switch s {
	case initiativeStream:
		return projectStream
	case projectStream:
		return issueStream
	case issueStream:
		return staleStream
	case staleStream:
		return projectEdges
	case projectEdges:
		return parentEdges
	}
	return ""
}

const (
	// shape changes when items or the lists of the directory are read
	// differently, so that everything is pulled anew.
	shape = "5"
	// overlap is read again before each watermark: rows that were being written
	// while we read may become visible late.
	overlap = 5 * time.Minute
	stamp   = "2006-01-02T15:04:05.000Z" // Linear's own, to the millisecond
)

// cursor is where a pull stands.
type cursor struct {
	Scope  string `json:"scope,omitempty"`  // hash of what is asked for; a change starts anew
	Stream stream `json:"stream,omitempty"` // "": at the beginning of a pull
	After  string `json:"after,omitempty"`  // page cursor in the stream
	// Max is the latest updatedAt on the first page of this crawl of the stream.
	// Pages come newest first, so nothing older can change unseen: it moves
	// before that page, beyond Max. It becomes the watermark only when the crawl
	// is complete, since a broken one has not seen the rows before.
	Max string `json:"max,omitempty"`
	// Torn: a page of this crawl came without some of its rows, so the
	// watermark stays and the next pull reads them again.
	Torn bool `json:"torn,omitempty"`
	// Holes: so did a page of this pull, of whichever stream. The pass that
	// brought it was incomplete; one that went on after it would not know, so it
	// begins again.
	Holes bool `json:"holes,omitempty"`
	// Marks are the watermarks, of the server's clock, by stream.
	Marks map[stream]string `json:"marks,omitempty"`

	// Names are those under which the items were read; see names.
	Names names `json:"names,omitempty"`
	// Whole are the streams to be read from the start, once, and Stale the names
	// of which the issues are to be read again.
	Whole map[stream]bool `json:"whole,omitempty"`
	Stale []string        `json:"stale,omitempty"`
}

// readCursor decodes, and starts anew where the scope has changed.
func (t *Tracker) readCursor(from connectors.Cursor) (cursor, error) {
	var c cursor
	if from != "" {
		if err := json.Unmarshal([]byte(from), &c); err != nil {
			return c, t.fail("pull", connectors.Invalid, errors.New("the stored cursor cannot be read"), "move the org's database away to pull everything anew")
		}
	}
	if scope := t.scope(); c.Scope != scope {
		c = cursor{Scope: scope}
	}
	if c.Stream == "" {
		c.Stream = firstStream
	}
	if c.Marks == nil {
		c.Marks = map[stream]string{}
	}
	if c.Whole == nil {
		c.Whole = map[stream]bool{}
	}
	return c, nil
}

// scope hashes what decides which rows are asked for.
func (t *Tracker) scope() string {
	teams := slices.Clone(t.o.Config.Teams)
	slices.Sort(teams)
	sum := sha256.Sum256([]byte(shape + "\x00" + t.url + "\x00" + strings.Join(teams, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (c cursor) encode() connectors.Cursor {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // strings and maps of strings always encode
	}
	return connectors.Cursor(b)
}

// since is the filter of the stream: everything at the first time and where
// names have changed, else what changed at or after the watermark, less the
// overlap.
func (c cursor) since() *since {
	if c.Whole[c.Stream] {
		return nil
	}
	return sinceMark(c.Marks[c.Stream])
}

// sinceMark selects what changed at or after a watermark, less the overlap; nil
// where there is no watermark.
func sinceMark(mark string) *since {
	at := when(&mark)
	if at.IsZero() {
		return nil
	}
	return &since{Gte: at.Add(-overlap).Format(stamp)}
}

// see raises Max to a row's time, on the first page.
func (c *cursor) see(updated string) {
	at := when(&updated)
	if c.After == "" && !at.IsZero() && at.After(when(&c.Max)) {
		c.Max = at.Format(stamp)
	}
}

// advance moves the cursor past a page: within the stream, to the next stream,
// or to the end of the pull.
func (c *cursor) advance(after string) (more bool) {
	c.After = after
	if after != "" {
		return true
	}
	mark := c.Marks[c.Stream]
	if !c.Torn && when(&c.Max).After(when(&mark)) {
		c.Marks[c.Stream] = c.Max
	}
	if !c.Torn {
		if c.Stream == staleStream || c.Stream == issueStream && c.Whole[issueStream] {
			c.Stale = nil
		}
		delete(c.Whole, c.Stream)
	}
	c.begin(c.Stream.after())
	c.Holes = c.Holes && c.Stream != ""
	return c.Stream != ""
}

// begin moves the cursor to the first page of a stream.
func (c *cursor) begin(s stream) { c.Stream, c.After, c.Max, c.Torn = s, "", "", false }
