package roadmap

import (
	"slices"
	"strings"
	"time"
)

// FileTracker is the tracker part of a goal that is written in the org's file.
const FileTracker = "file"

// Key is the identity of an item for life: the tracker's short name in the
// org's file and the tracker's own stable id (Jira: the numeric issue id;
// Linear: the UUID; file goals: the id given there). Human keys such as PAY-12
// change when an issue moves, so nothing is stored under them.
// The zero Key names nothing.
type Key struct {
	Tracker string `json:"tracker"`
	ID      string `json:"id"`
}

// IsZero reports whether the key names nothing.
func (k Key) IsZero() bool { return k == Key{} }

// String gives "tracker#id", for logs.
func (k Key) String() string { return k.Tracker + "#" + k.ID }

// Compare orders keys by tracker, then id.
func (k Key) Compare(o Key) int {
	if c := strings.Compare(k.Tracker, o.Tracker); c != 0 {
		return c
	}
	return strings.Compare(k.ID, o.ID)
}

// Ref is how people name an item: "TRACKER:KEY", as in jira:PAY-12, eng:ENG-7,
// file:GROW-1; a Linear project or initiative goes by its slugId.
type Ref string

// NewRef joins a tracker's short name and a human key.
func NewRef(tracker, key string) Ref { return Ref(tracker + ":" + key) }

// Tracker gives the part before the first colon, or "" where there is none.
func (r Ref) Tracker() string {
	t, _, ok := strings.Cut(string(r), ":")
	if !ok {
		return ""
	}
	return t
}

// Key gives the part after the first colon; the whole ref where there is none.
func (r Ref) Key() string {
	_, k, ok := strings.Cut(string(r), ":")
	if !ok {
		return string(r)
	}
	return k
}

// Kind tells what an item is in its tracker, where that decides how it is
// written to.
type Kind string

// The kinds of items.
const (
	KindIssue      Kind = "issue"
	KindProject    Kind = "project"    // Linear
	KindInitiative Kind = "initiative" // Linear
	KindFileGoal   Kind = "file-goal"  // a goal in the org's file: nothing to write to
)

// Levels of the hierarchy, as Jira Cloud's issuetype.hierarchyLevel counts
// them. Linear: a sub-issue is LevelSubtask, an issue LevelStory, a project
// LevelEpic, an initiative LevelAbove.
const (
	LevelSubtask = -1
	LevelStory   = 0
	LevelEpic    = 1
	LevelAbove   = 2
)

// Status of an item. Goals use the same five words through Goal.
type Status string

// Item statuses, from the tracker's category or type, never from its names.
const (
	StatusTriage  Status = "triage"
	StatusTodo    Status = "todo"
	StatusDoing   Status = "doing"
	StatusDone    Status = "done"
	StatusDropped Status = "dropped" // cancelled, duplicate, archived or trashed
)

// Goal gives the word that the status has on a goal: planned, active, done or
// dropped.
func (s Status) Goal() string {
	switch s {
	case StatusTriage, StatusTodo:
		return "planned"
	case StatusDoing:
		return "active"
	}
	return string(s)
}

// Open reports whether a goal or an item with this status is still to be
// worked on: neither done nor dropped.
func (s Status) Open() bool { return s != StatusDone && s != StatusDropped }

// Priority of an item in alignd's five words.
type Priority string

// Priorities.
const (
	PriorityUrgent Priority = "urgent"
	PriorityHigh   Priority = "high"
	PriorityMedium Priority = "medium"
	PriorityLow    Priority = "low"
	PriorityNone   Priority = "none"
)

// PersonKind tells people from what merely looks like one.
type PersonKind string

// Kinds of account. The zero value counts as a person.
const (
	Human PersonKind = "person"
	App   PersonKind = "app"
	Group PersonKind = "group"
)

// Person is one account in one tracker. Who is the same person across trackers
// is decided by mapping.
type Person struct {
	Tracker string     `json:"tracker"`
	ID      string     `json:"id"`              // Jira accountId (Data Center: name); Linear user id
	Name    string     `json:"name"`            // display name, untrusted text
	Email   string     `json:"email,omitempty"` // "" where the tracker hides it
	Active  bool       `json:"active"`          // false: deactivated
	Kind    PersonKind `json:"kind,omitempty"`
	URL     string     `json:"url,omitempty"` // Linear: the profile, which is what a mention is
}

// Way is how a link leads from an item towards a goal: the word that stands in
// the file's links list.
type Way string

// The ways that exist.
const (
	WayParent    Way = "parent"
	WayProject   Way = "project"
	WayLabel     Way = "label"
	WayIssueLink Way = "issue-link" // Jira's links between issues, of the types that the file names
	WayField     Way = "field"      // a custom field that holds a goal's key
	WayWhen      Way = "when"       // an expression of the file that is true of the item
)

// Link is one hop that a tracker states. Exactly one of To and ToRef counts:
// Jira's Epic Link field gives only the key of the epic. Neither is known where
// the tracker says that there is something and withholds what.
type Link struct {
	Way   Way    `json:"way"`
	Field string `json:"field"`            // where it was read: "parent", "Epic Link (customfield_10014)", "project", ...
	To    Key    `json:"to,omitzero"`      // by identity; zero where that is not stated
	ToRef Ref    `json:"to_ref,omitempty"` // by human key: what counts without To, and else what people are told
}

// Withheld reports whether the tracker withholds what the link leads to.
func (l Link) Withheld() bool { return l.To.IsZero() && l.ToRef == "" }

// Item is one thing pulled from a tracker, already in alignd's words.
type Item struct {
	Key    Key      `json:"key"`
	Ref    Ref      `json:"ref"`
	Former []string `json:"former,omitempty"` // earlier human keys, without tracker; a moved issue keeps its id
	Kind   Kind     `json:"kind"`
	Type   string   `json:"type"`  // the tracker's name for its type: Story, Bug, Epic; Linear: Issue, Project, Initiative
	Level  int      `json:"level"` // LevelSubtask ... LevelAbove
	Title  string   `json:"title"` // untrusted text
	URL    string   `json:"url"`   // for people to click
	Status Status   `json:"status"`

	Labels     []string `json:"labels,omitempty"` // sorted
	Components []string `json:"components,omitempty"`
	Project    string   `json:"project,omitempty"`   // Jira: project key; Linear: name of the project
	Milestone  string   `json:"milestone,omitempty"` // Linear: name of the milestone of the project, or ""
	Team       string   `json:"team,omitempty"`      // Linear: team key
	Priority   Priority `json:"priority,omitempty"`
	Sprint     string   `json:"sprint,omitempty"` // name of the sprint or cycle, or ""
	InSprint   bool     `json:"in_sprint,omitempty"`

	// People by the field that names them: "assignee", "reporter", "owner",
	// "lead", or the "field:..." form of the org's file, word for word. A field
	// that is empty has no entry.
	People map[string][]Person `json:"people,omitempty"`

	Links []Link `json:"links,omitempty"` // in the order in which the tracker states them

	// Fields holds what stands in the custom fields that the file's links name,
	// by their "field:..." form word for word: goals' keys or refs, as people
	// typed them. A field that is empty has no entry.
	Fields map[string][]string `json:"fields,omitempty"`

	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`          // by the tracker's clock
	Started time.Time `json:"started,omitzero"` // zero: not started, or not known
	Target  string    `json:"target,omitempty"` // a goal's target date, 2006-01-02, or ""

	// InScope: the item is in one of the configured projects or teams, and may
	// be a story. False for goals' own projects and for parents met outside.
	InScope bool `json:"in_scope,omitempty"`
}

// HasLabel reports whether the item carries the label.
func (it *Item) HasLabel(label string) bool {
	for _, l := range it.Labels {
		if l == label {
			return true
		}
	}
	return false
}

// Succeed makes the item the successor of an earlier copy of itself: the keys
// that it had then, and no tracker may tell any more, stay its former keys.
func (it *Item) Succeed(before Item) {
	for _, key := range append(before.Former, before.Ref.Key()) {
		if key != it.Ref.Key() && !slices.Contains(it.Former, key) {
			it.Former = append(slices.Clip(it.Former), key)
		}
	}
}

// Edge is one row of a relation that a tracker keeps apart from its items, such
// as Linear's initiative-to-project table, or the membership of a roadmap
// source (To is zero).
type Edge struct {
	From Key `json:"from"`
	To   Key `json:"to,omitzero"`
}
