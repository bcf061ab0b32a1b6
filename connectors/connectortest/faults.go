// Package connectortest is the suite that every Tracker passes, over the
// built-in tracker of its kind: what a pass relies on, tried over real HTTP with
// lost requests, lost answers, failing pages and restarts at every page.
package connectortest

import (
	"net/http"
	"net/http/httptest"
	"sync"
)

// Fault is what goes wrong with one request.
type Fault int

// The faults.
const (
	None       Fault = iota
	LostBefore       // the connection breaks before the tracker has seen the request
	LostAfter        // the tracker acts, and its answer is lost
	Failing          // 500, without acting
	Busy             // 503 with an HTML page, as a gateway answers
)

// Gate stands before a tracker and lets requests through, or not.
type Gate struct {
	tracker http.Handler

	mu   sync.Mutex // guards what follows
	next func(*http.Request) Fault
	seen int
}

// NewGate puts a gate before a tracker.
func NewGate(tracker http.Handler) *Gate { return &Gate{tracker: tracker} }

// Set says what goes wrong from now on; nil: nothing.
func (g *Gate) Set(next func(*http.Request) Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next = next
}

// Requests counts what has come to the gate.
func (g *Gate) Requests() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen
}

// ServeHTTP lets a request through, or makes it fail.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.seen++
	fault := None
	if g.next != nil {
		fault = g.next(r)
	}
	g.mu.Unlock()
	switch fault {
	case LostBefore:
		panic(http.ErrAbortHandler)
	case LostAfter:
		g.tracker.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case Failing:
		http.Error(w, `{"errorMessages":["Internal server error"],"errors":[{"message":"internal error"}]}`, http.StatusInternalServerError)
	case Busy:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><body>upstream connect error</body></html>"))
	default:
		g.tracker.ServeHTTP(w, r)
	}
}
