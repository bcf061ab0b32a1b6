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
	issueStream      stream = "issues"
	projectStream    stream = "projects"
	initiativeStream stream = "initiatives"
	projectEdges     stream = "initiative-to-projects" // whole on every pull
	parentEdges      stream = "initiative-relations"   // whole on every pull
)

// after gives the stream that follows, or "" after the last.
func (s stream) after() stream {
	switch s {
	case issueStream:
		return projectStream
	case projectStream:
		return initiativeStream
	case initiativeStream:
		return projectEdges
	case projectEdges:
		return parentEdges
	}
	return ""
}

const (
	// shape changes when items are read differently, so that everything is
	// pulled anew.
	shape = "1"
	// overlap is read again before each watermark: rows that were being written
	// while we read may become visible late.
	overlap = 5 * time.Minute
	stamp   = "2006-01-02T15:04:05.000Z" // Linear's own, to the millisecond
)

// cursor is where a pull stands.
type cursor struct {
	Workspace string `json:"workspace,omitempty"` // organization id; another one behind the same database is refused
	Scope     string `json:"scope,omitempty"`     // hash of what is asked for; a change starts anew
	Stream    stream `json:"stream,omitempty"`    // "": at the beginning of a pull
	After     string `json:"after,omitempty"`     // page cursor in the stream
	// Max is the latest updatedAt seen in this crawl of the stream. It becomes
	// the watermark only when the crawl is complete: pages come newest first,
	// so a broken crawl has seen the latest rows and not the ones before.
	Max string `json:"max,omitempty"`
	// Torn: a page of this crawl came without some of its rows, so the
	// watermark stays and the next pull reads them again.
	Torn bool `json:"torn,omitempty"`
	// Marks are the watermarks, of the server's clock, by stream.
	Marks map[stream]string `json:"marks,omitempty"`
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
		c = cursor{Workspace: c.Workspace, Scope: scope}
	}
	if c.Stream == "" {
		c.Stream = issueStream
	}
	if c.Marks == nil {
		c.Marks = map[stream]string{}
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

// since is the filter of the stream: everything at the first time, later what
// changed at or after the watermark, less the overlap.
func (c cursor) since() *since {
	mark := c.Marks[c.Stream]
	at := when(&mark)
	if at.IsZero() {
		return nil
	}
	return &since{Gte: at.Add(-overlap).Format(stamp)}
}

// see raises Max to the latest of these times.
func (c *cursor) see(updated string) {
	at := when(&updated)
	if !at.IsZero() && at.After(when(&c.Max)) {
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
	c.Max, c.Torn = "", false
	c.Stream = c.Stream.after()
	return c.Stream != ""
}
