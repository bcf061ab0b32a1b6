// Package connectors says what a tracker is to alignd: something that is pulled
// page by page, read before it is written, and written one change at a time.
// Each tracker lives in a package below this one; connectortest holds the suite
// that all of them pass.
package connectors

import (
	"context"

	"github.com/alignd/alignd/internal/roadmap"
)

// Cursor is where a pull stands: opaque to everyone but the tracker that gave
// it, stored with the page that led to it. The empty Cursor starts from nothing.
type Cursor string

// Set is a piece of a relation that a tracker is read for whole on every pull,
// because nothing tells when a row of it changes. What stood in the set before
// holds until the piece with Last has been stored.
type Set struct {
	Name  string // "goals:0" (members of roadmap source 0), "project-initiative", "initiative-parent", "scope"
	First bool   // a new reading begins
	Last  bool   // the reading is complete and replaces the one before
	Edges []roadmap.Edge
}

// Page is what one Pull brought, and the cursor after it. Page and cursor are
// stored in one transaction, so a run that dies resumes where it was.
type Page struct {
	Items []roadmap.Item // to be put over what is known of them, by Key
	Sets  []Set
	Next  Cursor
	More  bool // false: everything that there is now has been pulled
	// Warnings are troubles that cost part of the page (rows that the tracker
	// withheld). The pull goes on, but the pass is incomplete.
	Warnings []string
}

// Count is one page of a census: which items there are, by id alone.
type Count struct {
	// Place is the project (Item.Project, on Jira) or the team (Item.Team, on
	// Linear) that the ids are in. A place may take several pages, one after the
	// other; a page is of one place.
	Place string
	// Hidden: the place cannot be seen at all, or not to its end; nothing may be
	// concluded of it.
	Hidden bool
	IDs    []string
	Next   Cursor
	More   bool // false: the last page of the last place
}

// Receipt is a tracker's answer to a Change.
type Receipt struct {
	Remote string // the tracker's id of the comment written; "" for labels
	Err    error  // nil: done. Else an *Error
}

// Probe is one thing that `check --online` asked a tracker.
type Probe struct {
	What   string `json:"what"`   // "token", "project PAY", "label needs-goal", ...
	OK     bool   `json:"ok"`     //
	Detail string `json:"detail"` // what was found, in words
	Try    string `json:"try"`    // what to do where it is not OK
}

// Tracker is one Jira site or one Linear workspace. Implementations may keep
// what they learn during one pass (fields, labels, users); a new one is made
// for every pass. They are used by one goroutine at a time. Errors are *Error.
type Tracker interface {
	// Site is the tracker's own name of the site or workspace that answers, ""
	// where it does not say. It is asked before anything else: what is known of
	// one site must not be looked for on another.
	Site(ctx context.Context) (string, error)
	// Pull brings one page of what changed since the cursor.
	Pull(ctx context.Context, from Cursor) (Page, error)
	// Fetch reads items directly, not through a search index that may lag.
	// What does not exist or may not be seen is left out of the answer. A key
	// whose ID is "" and whose ref is known is given in refs.
	Fetch(ctx context.Context, keys []roadmap.Key, refs []roadmap.Ref) ([]roadmap.Item, error)
	// Census lists the ids of all items in the configured projects or teams,
	// page by page, whatever a query of the file makes of them. The empty Cursor
	// begins it; its cursors are not those of Pull, and do not outlive the
	// Tracker.
	Census(ctx context.Context, from Cursor) (Count, error)
	// Comments finds our own comments on these items: written by our account and
	// carrying a mark of this org. A copied mark in someone else's comment is
	// not ours. Ordered by item, then oldest first. Where the tracker keeps a
	// record of our labels apart from comments, the marks tell it, and an item
	// with such a record and no comment gives a Comment whose Remote is "".
	Comments(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error)
	// Apply makes changes and gives a receipt for each, in their order: label
	// changes of at most Together items, or one comment. Applied twice it does
	// the same as once, except that a CreateComment whose outcome is not known
	// (Kind Unknown) must be looked for with Comments before it is applied again.
	Apply(ctx context.Context, changes []roadmap.Change) []Receipt
	// Together is how many items' label changes Apply makes with one request.
	Together() int
	// Check asks whether what the org's file says of this tracker is so: who we
	// are, and whether we may see and write what is named. It writes nothing.
	Check(ctx context.Context) ([]Probe, error)
}
