// Package config says what an org's file may hold: its structs, their defaults,
// strict decoding, and every problem of a file with line and column. A secret
// in it is always a reference (env:NAME or file:PATH) and is read only by
// Secret.Read.
package config

import (
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// Org is one org's file, decoded, defaulted and checked.
type Org struct {
	Path     string // of the file, as given
	Name     string // [a-z0-9-]{1,40}
	Schedule string // a cron line that robfig/cron's standard parser accepts; default "@every 15m"
	Location *time.Location
	Mode     Mode
	Trackers []Tracker // in the file's order
	Roadmap  []Source  // in the file's order, which is their order of importance
	People   []Person  // sorted by name
	Roles    Roles
	Links    []LinkWay
	Stories  Stories
	Rules    map[roadmap.Rule]Rule    // every supported rule is present, defaults filled in
	Say      map[roadmap.Rule]Wording // an org's own wordings of comments; a rule without one has alignd's
	Limits   Limits
	Quiet    Quiet
	Store    string // path of the database as written, relative to the file's folder; "" means the default
}

// Tracker finds a tracker by its short name.
func (o *Org) Tracker(name string) (Tracker, bool) {
	for _, t := range o.Trackers {
		if t.Name == name {
			return t, true
		}
	}
	return Tracker{}, false
}

// Mode says whether a pass writes.
type Mode string

// Modes. Observe is the default.
const (
	Observe Mode = "observe"
	Write   Mode = "write"
)

// Roles says whether PM and PO are two people.
type Roles string

// Ways to share out the roles. Split is the default.
const (
	Split    Roles = "split"
	Combined Roles = "combined" // one person may be both; either satisfies ownership
)

// TrackerType names a kind of tracker.
type TrackerType string

// Tracker types.
const (
	Jira   TrackerType = "jira"
	Linear TrackerType = "linear"
)

// Tracker is one Jira site or Linear workspace.
type Tracker struct {
	Name     string // short name of the org's own choosing
	Type     TrackerType
	URL      string // Jira: the site, context path included, no trailing slash; Linear: the GraphQL endpoint
	Site     string // Jira: for links that people click; default URL
	Auth     Auth
	Projects []string // Jira: story projects
	JQL      string   // Jira: narrows the stories; no ORDER BY
	Teams    []string // Linear: team keys
	// Deployment is the kind of Jira where the file states it; "": it is asked.
	Deployment Deployment
	// Levels are Jira Data Center's issue types above Epic, by name or id,
	// nearest first.
	Levels []string
	CAFile string // Jira: path of a PEM file with the authority that signed its certificate, as written; "": the machine's own
	// Census is how long a count of the ids holds, and in Linear a whole reading
	// of people, labels and the like; default 24 h.
	Census time.Duration
	// LabelIDs are Linear labels to use instead of looking them up by name.
	LabelIDs map[string]string
	// RequestsPerSecond is the pace of all requests to the tracker; default 10.
	RequestsPerSecond float64
}

// Deployment names a kind of Jira.
type Deployment string

// Kinds of Jira.
const (
	Cloud      Deployment = "cloud"
	DataCenter Deployment = "datacenter"
)

// AuthType names a way to authenticate.
type AuthType string

// Ways to authenticate.
const (
	Basic  AuthType = "basic"   // Jira Cloud: user and API token
	Bearer AuthType = "bearer"  // Jira: personal access token
	APIKey AuthType = "api-key" // Linear: sent without "Bearer"
	OAuth  AuthType = "oauth"   // Linear: client credentials of an OAuth app, as which we act
)

// Auth is how we authenticate to a tracker.
type Auth struct {
	Type  AuthType
	User  string // Basic only
	Token Secret // "" with OAuth
	// ClientID and ClientSecret are an OAuth app's, and only OAuth has them.
	ClientID     string
	ClientSecret Secret
}

// Source is one roadmap source: where goals come from and who owns them.
type Source struct {
	From  string // a tracker's name, or "file"
	JQL   string // Jira
	Goals string // Linear: "initiatives" or "projects"
	File  []FileGoal
	// PM and PO name the field that holds the person: "assignee", "reporter",
	// "owner", "lead", or "field:<name or id>". "" on file goals.
	PM, PO string
}

// FileGoal is a goal written in the org's file.
type FileGoal struct {
	ID     string
	Title  string
	PM, PO []string       // names; where one is a key of people, that person
	Status roadmap.Status // planned -> todo, active -> doing
	Target string         // 2006-01-02 or ""
	URL    string         // "" or where to read about it
}

// Person says which accounts are one person.
type Person struct {
	Name     string            // the key in the file
	Accounts map[string]string // tracker name -> account id or e-mail address
	// DoubleHat declares that the person may be PM and PO of one goal; nil: no.
	DoubleHat *DoubleHat
}

// DoubleHat is a declared exception: one person is PM and PO for a while.
type DoubleHat struct {
	Until time.Time // midnight that begins its last day, in the org's time zone
	Why   string    // "" where the file does not say
}

// Over reports whether the last day of the exception has passed.
func (h DoubleHat) Over(now time.Time) bool { return !now.Before(h.Until.AddDate(0, 0, 1)) }

// LinkWay is one way from an item to a goal.
type LinkWay struct {
	Way   roadmap.Way
	Label string // WayLabel: the template, in which {goal} stands for a goal's ref or its key
	// IssueLinks are the names of link types or of one of their directions, for
	// WayIssueLink.
	IssueLinks []string
	Field      string // WayField: "field:<name or id>"
	// When and Goal are a WayWhen's condition, and the ref of the goal that an
	// item serves of which it is true.
	When *Expr
	Goal roadmap.Ref
}

// Stories narrows what counts as a story.
type Stories struct {
	Where *Expr // nil: no narrowing
}

// Rule is how one rule is applied.
type Rule struct {
	Enabled bool
	Grace   Duration
	Label   string    // "" writes no label
	Comment bool      // false writes no comment
	Unless  *Expr     // nil: never silenced
	Scope   *Expr     // nil: every story or goal
	Since   time.Time // items created before it are reported but not written to; zero: none
	// MaxGoals is how many open goals one PO may have; po-overloaded only.
	MaxGoals int
	// MinShare is the share of a sprint's stories that is linked at the least;
	// sprint-off-roadmap only.
	MinShare float64
}

// Limits keep a pass from flooding people.
type Limits struct {
	CommentsPerRun int     // new comments in one pass; default 20
	MaxShare       float64 // of the stories newly flagged in one pass; default 0.3
	// MentionsPerPerson is how often one person is newly mentioned within a
	// week; default 3.
	MentionsPerPerson int
}

// Quiet is when changes wait. The zero Quiet never holds anything.
type Quiet struct {
	Hours    bool // false: no quiet hours
	From, To int  // minutes after local midnight; From > To spans midnight
	Weekends bool
}
