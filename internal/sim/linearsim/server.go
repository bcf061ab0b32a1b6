package linearsim

import (
	"net/http"
	"sync"
	"time"
)

// Options set up a Server. Only Clock is required.
type Options struct {
	// Clock tells the time. Nil stands still at the start of 2026.
	Clock func() time.Time
	// NewID gives the ids of new things, UUIDs of version 4. It is called
	// with the server's lock held. Nil: a sequence that depends on Seed only.
	NewID func() string
	// Seed starts the sequence of ids.
	Seed int64
	// Schema is shared by servers that are made in great number. Nil: one of
	// the server's own.
	Schema *Schema
}

// Server is one Linear workspace. It is an http.Handler that answers POST
// /graphql and POST /oauth/token as Linear does, and shows pages at the addresses that its url fields
// give. All methods are safe for concurrent use.
type Server struct {
	clock  func() time.Time
	schema *Schema
	mux    *http.ServeMux

	mu    sync.Mutex // guards all that follows
	newID func() string
	seq   int       // rows created so far
	last  time.Time // the last stamp given

	org         organization
	keys        map[string]*access // by API key or OAuth token
	apps        map[string]*app    // by client id
	users       table[User]
	teams       table[Team]
	states      table[workflowState]
	statuses    table[projectStatus]
	cycles      table[Cycle]
	labels      table[Label]
	issues      table[Issue]
	projects    table[Project]
	milestones  table[Milestone]
	initiatives table[Initiative]
	links       []*relation // initiative to project
	comments    table[Comment]
	identifiers map[string]string // every identifier that an issue ever had -> the issue's id
	highest     map[string]int    // issue number, by team key
	gone        map[string]bool   // ids of deleted comments: never free again
	histories   []*history

	settings  Settings
	faults    []*Fault
	limits    *limits             // set by SetBudget; nil: what is documented
	buckets   map[string]*buckets // by user id
	endpoints map[string]endpoint // by root field
	used      map[use]*bucket
	log       requestLog
}

type organization struct {
	id, name, urlKey string
	created          time.Time
}

// New makes an empty workspace named Acme with the project statuses that every
// workspace has. Add people, teams and work to it before serving, or while.
func New(o Options) *Server {
	s := &Server{
		clock:  o.Clock,
		newID:  o.NewID,
		schema: o.Schema,
		keys:   map[string]*access{},
		apps:   map[string]*app{},
		gone:   map[string]bool{},

		identifiers: map[string]string{},
		highest:     map[string]int{},
		buckets:     map[string]*buckets{},
		endpoints:   map[string]endpoint{},
		used:        map[use]*bucket{},
		log:         newRequestLog(),
	}
	if s.schema == nil {
		s.schema = NewSchema()
	}
	if s.clock == nil {
		s.clock = func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	}
	if s.newID == nil {
		s.newID = idSequence(o.Seed)
	}
	s.org = organization{id: s.newID(), name: "Acme", urlKey: "acme", created: s.now()}
	s.addProjectStatuses()
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/graphql", s.serveGraphQL)
	s.mux.HandleFunc("POST /oauth/token", s.serveToken)
	s.addPages(s.mux)
	return s
}

// ServeHTTP answers the API and the pages.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetOrganization names the workspace; urlKey is the first part of the path of
// every url.
func (s *Server) SetOrganization(id, name, urlKey string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.org.id, s.org.name, s.org.urlKey = id, name, urlKey
}

// now is the clock in the precision that Linear gives.
func (s *Server) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// stamp gives the time of a write. Two writes never have the same time, even
// under a clock that stands still, so that newest first is always a plain order.
func (s *Server) stamp() time.Time {
	t := s.now()
	if !t.After(s.last) {
		t = s.last.Add(time.Millisecond)
	}
	s.last = t
	return t
}

// newRow numbers a new row.
func (s *Server) newRow() row {
	s.seq++
	return row{seq: s.seq}
}
