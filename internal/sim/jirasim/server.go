package jirasim

import (
	"cmp"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options shape a site.
type Options struct {
	// Clock tells what time it is on the site. Required.
	Clock func() time.Time
	// PageSize is how many issues a search page holds at most when it carries
	// fields; pages of ids alone hold up to 5000. 0: 100.
	PageSize int
	// IndexLag is how many later writes it takes until search notices a write;
	// reads by id or key are never behind. 0: search is always up to date.
	// Server.Reindex catches up at once.
	IndexLag int
	// Skew is by how much the site's clock is ahead of Clock. What the site says of
	// time, the Date header included, goes by its own clock.
	Skew time.Duration
	// DataCenter makes the site a Data Center one. nil: Cloud.
	DataCenter *DataCenter
}

// Server is a site. It is an http.Handler and safe for concurrent use. The
// site's own URL, in `self` links and serverInfo, is taken from each request.
type Server struct {
	clock    func() time.Time
	pageSize int
	lag      int
	mux      http.Handler
	pages    func() *template.Template
	log      requestLog
	walks    walkBook
	limiter  limiter
	dc       *DataCenter // nil on Cloud; never changed
	buckets  buckets
	// Ids of the custom fields that both kinds of site have; never changed.
	epicField, sprintField string

	mu       sync.RWMutex // guards everything below
	users    map[string]*account
	tokens   map[string]string // credential -> account id
	projects map[string]*project
	fields   []Field
	types    names // issue types
	statuses names
	prios    names
	parts    names // components
	issues   map[string]*record
	byKey    map[string]string // every key an issue ever had -> id
	notes    map[string]string // comment id -> issue id
	index    map[string]*record
	pending  []indexUpdate
	writes   int // counts writes to issues
	nextID   int64
	nextNote int // ids of comments, links and changes

	linkTypes   []LinkType
	issueLimits IssueLimits
	faults      SearchFaults
	mails       []Mail
}

type account struct {
	User
	zone   *time.Location
	rights map[right]bool // see SetPermission
}

type project struct {
	Project
	lastKey int             // the highest number ever given to an issue
	rights  map[string]bool // of everybody, see SetPermission
	gone    string          // projectArchived or projectDeleted; "": live
	since   archival        // where gone
}

// indexUpdate is a write that search has not noticed yet.
type indexUpdate struct {
	write int
	id    string
	rec   *record // nil: deleted
}

// New makes an empty site: no users, no projects, the custom fields that every
// site of its kind has. It panics without a clock, which is a mistake of the program.
func New(o Options) *Server {
	if o.Clock == nil {
		panic("jirasim.New: Options.Clock is required")
	}
	if o.PageSize <= 0 {
		o.PageSize = 100
	}
	s := &Server{
		clock:    func() time.Time { return o.Clock().Add(o.Skew) },
		pageSize: min(o.PageSize, maxPage),
		lag:      o.IndexLag,
		users:    map[string]*account{},
		tokens:   map[string]string{},
		projects: map[string]*project{},
		issues:   map[string]*record{},
		byKey:    map[string]string{},
		notes:    map[string]string{},
		index:    map[string]*record{},
		nextID:   10000,
		nextNote: 10000,
		fields: []Field{
			{ID: EpicLinkField, Name: "Epic Link", Custom: "com.pyxis.greenhopper.jira:gh-epic-link", Type: "any"},
			{ID: SprintField, Name: "Sprint", Custom: "com.pyxis.greenhopper.jira:gh-sprint", Type: "array", Items: "json"},
		},
		types:    newNames(10000, "Epic", "Story", "Task", "Bug", "Sub-task", "Initiative"),
		statuses: newNames(10000, "To Do", "In Progress", "Done"),
		prios:    newNames(1, "Highest", "High", "Medium", "Low", "Lowest"),
		parts:    newNames(10000),

		linkTypes:   defaultLinkTypes(),
		issueLimits: IssueLimits{Comments: 5000, Links: 2000},
	}
	s.epicField, s.sprintField = EpicLinkField, SprintField
	if o.DataCenter != nil {
		s.dc = o.DataCenter.settled()
		s.fields = s.dc.fields()
		s.epicField, s.sprintField = DCEpicLinkField, DCSprintField
		s.buckets.set(s.dc.RateLimit)
	}
	s.pages = sync.OnceValue(func() *template.Template { return parsePages(s.base()) })
	s.mux = s.routes()
	return s
}

// AddUser adds an account, or replaces the one with the same AccountID.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := newAccount(u)
	if old := s.users[u.AccountID]; old != nil {
		a.rights = old.rights
	}
	s.users[u.AccountID] = a
}

func newAccount(u User) *account {
	if u.Type == "" {
		u.Type = "atlassian"
	}
	zone, err := time.LoadLocation(u.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	u.Username = cmp.Or(u.Username, u.AccountID)
	u.UserKey = cmp.Or(u.UserKey, u.Username)
	return &account{User: u, zone: zone}
}

// Users gives all accounts, by account id.
func (s *Server) Users() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var us []User
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		us = append(us, s.users[id].User)
	}
	return us
}

// AddToken lets an account sign in with HTTP Basic: e-mail and API token.
func (s *Server) AddToken(email, token, accountID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[basicCredential(email, token)] = accountID
}

// AddBearer lets an account sign in with a bearer token.
func (s *Server) AddBearer(token, accountID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[bearerCredential(token)] = accountID
}

// AddProject adds a project, or replaces the one with the same Key.
func (s *Server) AddProject(p Project) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addProject(p)
}

func (s *Server) addProject(p Project) {
	if p.Type == "" {
		p.Type = "software"
	}
	old := s.projects[p.Key]
	if old == nil {
		old = &project{}
	}
	if p.ID == "" {
		p.ID = old.ID
	}
	if p.ID == "" {
		s.nextID++
		p.ID = itoa(s.nextID)
	}
	s.projects[p.Key] = &project{Project: p, lastKey: old.lastKey, rights: old.rights, gone: old.gone, since: old.since}
}

// Projects gives all projects, by key.
func (s *Server) Projects() []Project {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var ps []Project
	for _, key := range slices.Sorted(maps.Keys(s.projects)) {
		ps = append(ps, s.projects[key].Project)
	}
	return ps
}

// AddField adds a custom field, or replaces the one with the same ID.
func (s *Server) AddField(f Field) {
	if f.Type == "" {
		f.Type = "string"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.fields {
		if s.fields[i].ID == f.ID {
			s.fields[i] = f
			return
		}
	}
	s.fields = append(s.fields, f)
}

// Reset makes every page token that was handed out expire.
func (s *Server) Reset() { s.walks.clear() }

// Reindex lets search catch up with every write; see Options.IndexLag.
func (s *Server) Reindex() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(s.writes)
}

// put makes a record the present state of its issue and queues it for the index.
// The caller holds the lock.
func (s *Server) put(r *record) {
	s.writes++
	r.stamp = s.writes
	s.issues[r.ID] = r
	s.byKey[r.Key] = r.ID
	s.pending = append(s.pending, indexUpdate{s.writes, r.ID, r})
	s.catchUp(s.writes - s.lag)
}

// drop deletes an issue. Its keys lead nowhere afterwards.
func (s *Server) drop(r *record) {
	s.writes++
	delete(s.issues, r.ID)
	for _, c := range r.comments {
		delete(s.notes, c.ID)
	}
	maps.DeleteFunc(s.byKey, func(_, id string) bool { return id == r.ID })
	s.pending = append(s.pending, indexUpdate{s.writes, r.ID, nil})
	s.catchUp(s.writes - s.lag)
}

// catchUp applies the pending writes up to the given one to the index.
func (s *Server) catchUp(to int) {
	n := 0
	for _, u := range s.pending {
		if u.write > to {
			break
		}
		if u.rec == nil {
			delete(s.index, u.id)
		} else {
			s.index[u.id] = u.rec
		}
		n++
	}
	s.pending = s.pending[n:]
	if len(s.pending) == 0 {
		s.pending = nil
	}
}

// indexed is the last write that search has noticed.
func (s *Server) indexed() int {
	if len(s.pending) > 0 {
		return s.pending[0].write - 1
	}
	return s.writes
}

// find gives the issue with this id, key or former key, nil for none. Keys are
// found in either case, as on the real service.
func (s *Server) find(idOrKey string) *record {
	if r := s.issues[idOrKey]; r != nil {
		return r
	}
	if id, ok := s.byKey[idOrKey]; ok {
		return s.issues[id]
	}
	return s.issues[s.byKey[strings.ToUpper(idOrKey)]]
}

// now is the site's time at the resolution that Jira keeps.
func (s *Server) now() time.Time { return s.clock().Truncate(time.Millisecond) }
