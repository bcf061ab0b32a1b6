// Package plan decides what may be written, now: findings and what is already
// ours go in, changes and held changes come out, each with its reason. It is
// pure: the same input gives the same plan with the same fingerprint.
package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

// Reason names why a change is held, in the contract's words.
type Reason string

// The reasons for which this plan holds a change.
const (
	Incomplete Reason = "incomplete"    // some pull failed: nothing is raised, nothing is resolved
	Ignored    Reason = "ignored"       // the item carries IgnoreLabel
	Vetoed     Reason = "vetoed"        // a person undid it, and the facts are the same
	Since      Reason = "since"         // the item is older than the rule's since
	Grace      Reason = "grace"         // the item is too young
	NoPermit   Reason = "no-permission" // the tracker refused it a while ago
	Parked     Reason = "parked"        // it has come and gone too often; alignd stands down
	Quiet      Reason = "quiet"         // quiet hours or a weekend
	TooMany    Reason = "too-many"      // the pass would flag too large a share of the stories
	Limit      Reason = "limit"         // enough new comments for one pass, or mentions of one person
)

// spoke reports whether we have already said, by label or comment, that a rule
// does not hold.
func spoke(s roadmap.Ours, rule roadmap.Rule, label string) bool {
	if label != "" {
		if _, ours := s.Labels[label]; ours {
			return true
		}
	}
	if s.Comment == nil {
		return false
	}
	_, spoken := s.Comment.Rules[rule]
	return spoken
}

// Input is everything that a plan rests on.
type Input struct {
	Org      *config.Org
	Now      time.Time
	Complete bool
	Findings []roadmap.Finding                          // sorted by item
	Silent   map[roadmap.Key]bool                       // items of which no rule may speak now
	Ours     map[roadmap.Key]roadmap.Ours               // what is ours, on any item
	Since    map[roadmap.Rule]map[roadmap.Key]time.Time // when each finding was first seen, as far as it is known
	Refused  map[string]time.Time                       // changes that a tracker refused, by ID, and until when they are not tried again
	Stories  int                                        // how many there are, for max_share
	Mentions map[roadmap.Key]int                        // how often each account was mentioned within a week; the ID is the account
	// Item finds an item as it was seen last; false where it is gone.
	Item func(roadmap.Key) (*roadmap.Item, bool)
	// Role tells what an item without a finding is now.
	Role func(roadmap.Key) roadmap.Role
	// Resolved words why nothing is left to say of an item on which these rules
	// did not hold.
	Resolved func(roadmap.Key, []roadmap.Rule) roadmap.Line
}

// Held is a change that is not made, and why.
type Held struct {
	roadmap.Change
	Reason Reason
	Until  time.Time // zero: until something other than time changes
}

// Plan is all changes of one pass and every change held back. Both are sorted.
type Plan struct {
	Org      string
	At       time.Time
	Complete bool
	Changes  []roadmap.Change
	Held     []Held
}

// HeldBy counts the held changes by reason.
func (p Plan) HeldBy() map[Reason]int {
	by := map[Reason]int{}
	for _, h := range p.Held {
		by[h.Reason]++
	}
	return by
}

// Fingerprint is the same for plans that would write the same, whenever and in
// whatever mode they are made.
func (p Plan) Fingerprint() string {
	h := sha256.New()
	for _, c := range p.Changes {
		h.Write([]byte(c.ID + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// Build makes the plan. What would be written is found first; then each change
// is asked, in this order, whether it may be: complete? ignored? vetoed by a
// person? parked? refused before? since, grace, quiet, share, limit.
func Build(in Input) Plan {
	p := Plan{Org: in.Org.Name, At: in.Now, Complete: in.Complete}
	b := builder{in: in}
	for _, item := range b.items() {
		b.item(item)
	}
	b.quiet()
	b.share()
	b.limit()
	p.Changes, p.Held = b.changes, b.held
	slices.SortStableFunc(p.Changes, byPlace)
	slices.SortStableFunc(p.Held, func(x, y Held) int { return byPlace(x.Change, y.Change) })
	return p
}

// byPlace orders changes as they are made: by item, labels before comments, so
// that a comment only ever speaks of labels that are there.
func byPlace(x, y roadmap.Change) int {
	return cmp.Or(
		cmp.Compare(x.Ref, y.Ref),
		cmp.Compare(slices.Index(order, x.Action), slices.Index(order, y.Action)),
		cmp.Compare(x.Value, y.Value),
	)
}

var order = []roadmap.Action{roadmap.AddLabel, roadmap.RemoveLabel, roadmap.CreateComment, roadmap.UpdateComment}

// identify gives a change its ID. What a comment links to is left out of it: the
// same words on a tracker that has moved are the same change.
func identify(c roadmap.Change) roadmap.Change {
	says := c.Value
	if c.Text != nil {
		says = c.Text.Words()
	}
	h := sha256.Sum256([]byte(strings.Join([]string{c.Key.Tracker, c.Key.ID, string(c.Action), says, c.Mark.ID}, "\x00")))
	c.ID = hex.EncodeToString(h[:8])
	return c
}
