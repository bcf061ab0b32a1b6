package life

import (
	"net/http"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
)

// The accounts of a life, on every tracker.
const (
	bot   = "bot"   // alignd's own
	ana   = "ana"   // a person
	robot = "robot" // another bot
)

// site is one built-in tracker, as people and invariants see it.
type site interface {
	http.Handler
	// name is the tracker's short name in the org's file.
	name() string
	// section is its part of the file under trackers, and source that under roadmap.
	section(f file) string
	source() string
	connect(w *world, t config.Tracker, src map[int]config.Source, rt http.RoundTripper) (connectors.Tracker, error)
	// writes reports whether a request changes something.
	writes(r *http.Request, body []byte) bool

	// things are all that alignd could write to, by id, in the order in which
	// they came to be.
	things() []string
	stories() []string
	look(id string) thing
	linkage(id string) string

	// What people do. The number of a container is taken modulo how many there are.
	put(id string, container int) // 0: nowhere; 1: where a goal is served; 2: where none is
	lift(serve bool)              // container 2 comes to serve the goal, or no longer does
	shut(closed bool)             // the goal
	own(owned bool)               // the goal gets or loses its PO
	finish(id string, done bool)
	retitle(id, title string)
	label(id, name, by string, on bool)
	say(id, by, body string)
	unsay(id, comment string)
	rewrite(id, comment, by, body string)
	demote(is bool)           // alignd's account is no agent of a service project any more, or is again
	move(id string, out bool) // to a project or team that is not in the file
	hide(id string, hidden bool)
	remove(id string)
	add(created time.Time)
	rest() // what lags catches up, and alignd may do what it needs
}

// thing is one story, epic, project or goal, as it stands.
type thing struct {
	ref      string
	goal     bool
	there    bool // and can be seen
	out      bool // not in a project or team of the file
	open     bool
	created  time.Time
	owned    bool // a goal: it has a PO
	labels   []string
	comments []note
	rest     string // everything else that a write could touch
}

// note is one comment.
type note struct {
	id, by, body string
	mentions     int
	public       bool // customers of a service project read it
}

// Linkages, as the contract has them.
const (
	linked   = "linked"
	closed   = "closed"
	unlinked = "unlinked"
	unknown  = "unknown"
)
