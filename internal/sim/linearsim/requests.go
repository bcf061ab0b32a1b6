package linearsim

import (
	"maps"
	"slices"
	"time"
)

// maxRequests is how many requests the log holds; the oldest go first.
const maxRequests = 4096

// Request is one request to the API, or for a token (Roots is then oauth/token),
// as the log keeps it. It never holds the Authorization header or a secret.
type Request struct {
	Time       time.Time
	Operation  string         // the operation's name, or ""
	Roots      []string       // root fields asked for, such as issues or commentCreate; nil if the document was refused
	Mutation   bool           //
	Variables  map[string]any // as they were sent
	Status     int            // HTTP status of the answer
	Code       string         // extensions.code of the first error, or ""
	Complexity int            // points charged, or that would have been; 0 if it did not come so far
	Fault      FaultKind      // what was made to go wrong, or ""
}

// OK reports whether the answer was without errors.
func (r Request) OK() bool { return r.Status == 200 && r.Code == "" && r.Fault == "" }

type requestLog struct {
	requests []Request
	counts   map[string]int // by root field
}

func newRequestLog() requestLog { return requestLog{counts: map[string]int{}} }

func (l *requestLog) add(r Request) {
	if len(l.requests) == maxRequests {
		l.requests = slices.Delete(l.requests, 0, maxRequests/4)
	}
	l.requests = append(l.requests, r)
	for _, root := range r.Roots {
		l.counts[root]++
	}
}

// Requests gives the latest requests, oldest first; at most about four
// thousand are kept.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.log.requests)
	for i := range out {
		out[i].Variables = maps.Clone(out[i].Variables)
	}
	return out
}

// Writes gives those of the requests that are mutations.
func (s *Server) Writes() []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return !r.Mutation })
}

// Count tells how often a root field, such as commentCreate, was asked for
// since the log was last reset. Refused requests count, if their document was
// valid.
func (s *Server) Count(root string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.counts[root]
}

// ResetRequests empties the log and the counts.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = newRequestLog()
}
