package roadmap

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Rule is the name of a rule in the org's file.
type Rule string

// The rules of the contract.
const (
	StoryWithoutGoal   Rule = "story-without-goal"
	GoalWithoutPO      Rule = "goal-without-po"
	GoalWithoutPM      Rule = "goal-without-pm"
	StoryOnClosedGoal  Rule = "story-on-closed-goal"
	GoalWithoutStories Rule = "goal-without-stories"
	OwnerInactive      Rule = "owner-inactive"
	UndeclaredDouble   Rule = "undeclared-double-hat"
	POOverloaded       Rule = "po-overloaded"
	SprintOffRoadmap   Rule = "sprint-off-roadmap"
)

// IgnoreLabel on an item silences every rule on it and holds every change of it.
const IgnoreLabel = "alignd:ignore"

// Role is what an item is to the plan.
type Role string

// Roles.
const (
	RoleStory  Role = "story"
	RoleGoal   Role = "goal"
	RoleSprint Role = "sprint" // a sprint or cycle, by its name
	RolePerson Role = "person"
)

// Finding is a rule that does not hold for a story or a goal, or for a sprint or
// a person: those have no item, and nothing is written about them.
type Finding struct {
	Rule  Rule
	Key   Key // of a sprint or a person: what stands for it in the store
	Ref   Ref
	Role  Role
	Title string // untrusted
	Why   string // one line in words, without the title
	Facts string // hash of what the finding rests on; a person's word stands until it changes

	// What the comment says: the fact and why it matters, what may help, how to
	// fix it. A comment on several findings has no room for Help.
	Fact Line
	Help Line // nil: nothing
	Fix  Line // a clause: "set the lead of one of its open projects"
	// Said is the org's own wording, in place of Fact, Help and Fix; nil: none.
	Said Text
	// Ask are people of the item's tracker who can act, best first.
	Ask []Person

	// Created is when the item was created; since goes by it.
	Created time.Time
	// Begun is when grace begins: for some rules when the item was created or
	// started. Zero: when the finding was first seen.
	Begun time.Time
	// InSprint and Created weigh findings when only some may be written.
	InSprint bool
}

// Action is one kind of write.
type Action string

// The four writes that alignd makes.
const (
	AddLabel      Action = "add-label"
	RemoveLabel   Action = "remove-label"
	CreateComment Action = "create-comment"
	UpdateComment Action = "update-comment"
)

// IsComment reports whether the write is of a comment, and not of a label.
func (a Action) IsComment() bool { return a == CreateComment || a == UpdateComment }

// Mark is what is stored with a comment of ours, so that it is found again when
// the database is lost: as a comment property on Jira, and as the comment's own
// id and last line on Linear.
type Mark struct {
	Org    string   `json:"org"`
	ID     string   `json:"id"`     // our own id of the comment, a UUID; the same for life
	Rules  []Rule   `json:"rules"`  // what it speaks of now; empty: resolved
	Labels []string `json:"labels"` // labels that we added to the item and that are still ours. nil: the tracker cannot store them
	// Says is Change.Says of the write that it came with. "": the tracker cannot
	// store it, or it was written before alignd did.
	Says string `json:"says,omitempty"`
}

// Line is the mark line that closes every comment: who writes, for which org,
// by which rules.
func (m Mark) Line() string {
	rules := make([]string, len(m.Rules))
	for i, r := range m.Rules {
		rules[i] = string(r)
	}
	s := "alignd · " + m.Org
	if len(rules) == 0 {
		return s + " · resolved"
	}
	return s + " · " + strings.Join(rules, ", ")
}

// ParseMarkLine reads a mark line back; ok is false for any other line. The ID
// and the labels are not in it.
func ParseMarkLine(line string) (m Mark, ok bool) {
	parts := strings.Split(strings.TrimSpace(line), " · ")
	if len(parts) != 3 || parts[0] != "alignd" {
		return Mark{}, false
	}
	m.Org = parts[1]
	if parts[2] == "resolved" {
		return m, true
	}
	for _, r := range strings.Split(parts[2], ", ") {
		m.Rules = append(m.Rules, Rule(r))
	}
	return m, true
}

// CommentID gives our id of the n-th comment in an item's life on one org's
// behalf: n is 0, and grows only after a person deleted the one before and the
// facts have changed since. It has the shape of a UUID v4 (which is what
// Linear takes as a comment's id) but is computed, so that it is the same after
// the database is lost, and creating a comment twice is refused by the tracker.
// The tracker's name in the file is not part of it, so that it may be renamed.
func CommentID(org string, k Key, n int) string {
	h := sha256.Sum256([]byte("alignd comment\x00" + org + "\x00" + k.ID + "\x00" + strconv.Itoa(n)))
	h[6] = h[6]&0x0f | 0x40 // version 4
	h[8] = h[8]&0x3f | 0x80 // RFC 9562 variant
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// CommentLives is how many comments of ours an item may see in its life, each
// after the first only because a person deleted the one before and the facts
// changed since.
const CommentLives = 4

// Change is one write to a tracker, decided but not made.
type Change struct {
	ID     string // hash of what it does to what; the same change has the same ID in every pass
	Key    Key
	Ref    Ref
	Kind   Kind // of the item, decides which call is made
	Role   Role
	Title  string // of the item; untrusted
	Action Action
	Value  string // the label, or the comment as plain text
	Text   Text   // comments only, mark line included
	// Mark is stored with what is written. On a change of a label only Org and
	// Labels are given, and those are the labels of ours after it.
	Mark   Mark
	Remote string // UpdateComment: the tracker's id of the comment
	Rules  []Rule // sorted
	Why    string
	Facts  string // the facts behind it, hashed
	// RuleFacts gives the facts of each rule that a comment speaks of; empty
	// where it says that all is resolved.
	RuleFacts map[Rule]string
	// Asks is the account of the person whom a comment mentions for the first
	// time; "": nobody.
	Asks string
	// Undo: it takes back what a run did, and what it takes back is not done
	// again until the facts change: of a comment, what it said (Undone).
	Undo   bool
	Undone map[Rule]string
}

// Says is a short hash of the text that a comment gets, by which it is known
// which of two texts stands, whatever the tracker makes of the markup.
func (c Change) Says() string { return shortHash(c.Value) }

func shortHash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:8])
}

// PastLabel is the life of a label of ours on an item, whether it is ours still
// or not.
type PastLabel struct {
	Facts string // for which it was added last
	Off   bool   // we took it off since
	Flips int    // how often it was added again after someone else took it off
	Loops int    // how often it was added again for the facts for which we had added it and taken it off
}

// OurLabel is what we know of a label that we added to an item and did not
// remove. Where the item does not carry it any more, a person removed it.
type OurLabel struct {
	Facts string    // the facts for which it was added
	Off   time.Time // when we noticed that someone else had taken it off; zero: nobody has, or it is not known
}

// SeenLabel is what we know of a label that an item carried already when a rule
// asked for it: it is not ours and stays, but a person who takes it off has
// spoken as one who takes off ours.
type SeenLabel struct {
	Facts string    // the facts for which it stood when it was seen last
	Off   time.Time // as of OurLabel
}

// OurComment is what we know of our one comment on an item.
type OurComment struct {
	N       int             // which of the item's comments it is; see CommentID
	ID      string          // our id
	Remote  string          // the tracker's id
	Rules   map[Rule]string // what it speaks of, with the facts ("" where they are not known); empty: it says resolved
	Text    string          // as plain text; "" where it was found again and not written by this database
	Deleted bool            // a person deleted it
	// DeletedAt is when we noticed, or found it missing where it was not deleted
	// for certain; zero: neither, or it is not known.
	DeletedAt time.Time
	// Shows and Edited are what Comment.Shows and Comment.Edited were when it was
	// read last, after our write or later; "": it was not read yet.
	Shows  string
	Edited time.Time
	// EditedAt is when we noticed that someone else had edited it; zero: nobody has
	// since we wrote it.
	EditedAt time.Time
	Looked   time.Time // when it was read last; zero: never
	// Begun is when it began to speak, after saying nothing or that all is
	// resolved.
	Begun time.Time
	// Returns counts how often it began to speak again after it had said that all
	// is resolved.
	Returns int
	// Asked is the account of the person that it mentions or has mentioned since
	// it began to speak; "": nobody.
	Asked string
	// Undone holds what it said when it was taken back, rule by rule with the
	// facts: it is not said again until the facts change. nil: it was not taken
	// back; empty: what was taken back said that all is resolved.
	Undone map[Rule]string
}

// Ours is all that is ours on one item. The zero Ours is nothing.
type Ours struct {
	Labels  map[string]OurLabel
	Seen    map[string]SeenLabel // not ours; no label is in both
	Past    map[string]PastLabel
	Comment *OurComment // nil: there was never one
}

// Comment is one comment of ours as it stands in a tracker.
type Comment struct {
	Key    Key    // the item that it is on
	Remote string // the tracker's id; "": there is none, and the Mark tells of labels only
	Mark   Mark
	Body   string // as the tracker gives it, in the tracker's markup
	// Edited is when it was edited last, by the tracker's clock; zero: never, or it
	// is not told. Editor is by whom.
	Edited time.Time
	Editor Editor
}

// Editor tells who edited a comment of ours last, or wrote it.
type Editor string

// Editors.
const (
	EditorUnknown Editor = "" // the tracker does not tell
	EditorUs      Editor = "us"
	EditorOther   Editor = "other"
)

// Shows is a short hash of the body as the tracker gives it.
func (c Comment) Shows() string { return shortHash(c.Body) }
