package jirasim

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	logKeep = 4096     // requests kept; counts go on beyond
	logBody = 64 << 10 // bytes kept of one body: more than the longest comment
)

// Request is one request that the site answered. It holds no header, and so no
// credential.
type Request struct {
	At      time.Time // by the site's clock
	Method  string
	Route   string // method and path template, "GET /rest/api/2/issue/{issueIdOrKey}"; "" for a path that does not exist
	Path    string // without the context path of a Data Center site
	Query   string
	Body    string // at most 64 KiB of it
	Status  int
	Account string // who was signed in; "" for nobody
	Write   bool   // meant to change something
}

// requestLog keeps the newest requests and counts all of them.
type requestLog struct {
	mu     sync.Mutex
	newest []Request
	counts map[string]int // by Route
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[r.Route]++
	if len(l.newest) >= 2*logKeep {
		l.newest = slices.Clone(l.newest[logKeep+1:])
	}
	l.newest = append(l.newest, r)
}

// Requests gives the newest requests, oldest of them first: at least the last
// 4096, or all since ResetRequests.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.newest)
}

// Writes gives those of Requests that meant to change something, whatever came
// of them.
func (s *Server) Writes() []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return !r.Write })
}

// Count tells how many requests since ResetRequests went to a route, given as
// Request.Route has it.
func (s *Server) Count(route string) int {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.counts[route]
}

// ResetRequests forgets all requests so far.
func (s *Server) ResetRequests() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.newest, s.log.counts = nil, nil
}

// isWrite tells the POSTs that only ask from those that change something.
func isWrite(method, path string) bool {
	switch method {
	case http.MethodPut, http.MethodDelete:
		return true
	case http.MethodPost:
		for _, read := range []string{"/search", "/search/jql", "/approximate-count", "/bulkfetch", "/comment/list", "/permissions/check"} {
			if strings.HasSuffix(path, read) {
				return false
			}
		}
		return true
	}
	return false
}
