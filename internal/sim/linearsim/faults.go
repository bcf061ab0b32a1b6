package linearsim

import (
	"net/http"
	"slices"
)

// FaultKind is a way in which an answer goes wrong. All of them were seen from
// the real service or from what stands in front of it.
type FaultKind string

// The kinds of faults.
const (
	EmptyObject  FaultKind = "empty-object" // 200 with {}
	NullData     FaultKind = "null-data"    // 200 with data null and an internal error
	PartialData  FaultKind = "partial-data" // 200 with the data, and an error beside it
	Truncated    FaultKind = "truncated"    // 200, but the body ends half-way
	BadGateway   FaultKind = "bad-gateway"  // 502 with a page of HTML
	Unavailable  FaultKind = "unavailable"  // 503 with one line of text
	Malformed    FaultKind = "malformed"    // 500, as for a document that does not parse
	LockTimeout  FaultKind = "lock-timeout" // 200, the row was locked by another request
	UsageLimited FaultKind = "usage-limit"  // 200, the plan's cap, which no waiting lifts
	RateLimited  FaultKind = "rate-limited" // as the Settings say
	Dropped      FaultKind = "dropped"      // the connection is closed without an answer; needs a real HTTP server
)

// Fault makes answers go wrong.
type Fault struct {
	Kind FaultKind
	// Root is the root field that it strikes, such as commentCreate, or
	// oauth/token; empty: any request.
	Root string
	// Skip is how many requests it lets through first, and Times how many it
	// then strikes; zero Times: all, until ClearFaults.
	Skip, Times int
	// Done says that the request is carried out and only its answer is lost.
	// Always so for PartialData and Truncated.
	Done bool

	struck int
}

// AddFault makes the next requests that fit go wrong. The first of several
// faults that fit strikes. Requests that are refused anyway, for their key,
// their document or their price, are not struck.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike finds the fault that a request meets; nil for none.
func (s *Server) strike(roots []string) *Fault {
	for _, f := range s.faults {
		switch {
		case f.Root != "" && !slices.Contains(roots, f.Root):
		case f.Skip > 0:
			f.Skip--
		case f.Times == 0 || f.struck < f.Times:
			f.struck++
			return f
		}
	}
	return nil
}

func (f *Fault) kind() FaultKind {
	if f == nil {
		return ""
	}
	return f.Kind
}

// runs reports whether the request is carried out.
func (f *Fault) runs() bool {
	return f == nil || f.Done || f.Kind == PartialData || f.Kind == Truncated
}

// errors gives the errors that Linear itself would answer with; nil where the
// fault is not of its making.
func (f *Fault) errors(s *Server) []*apiError {
	if f == nil {
		return nil
	}
	switch f.Kind {
	case PartialData, NullData:
		return []*apiError{{status: http.StatusOK, Message: "Internal server error", Extensions: &extensions{
			Type: "internal error", Code: "INTERNAL_SERVER_ERROR", StatusCode: http.StatusInternalServerError,
		}}}
	case Malformed:
		return []*apiError{{status: http.StatusInternalServerError, Message: "Syntax Error: Unexpected <EOF>.", Extensions: &extensions{
			Type: "graphql error", Code: "GRAPHQL_PARSE_FAILED", StatusCode: http.StatusBadRequest, UserError: true,
		}}}
	case LockTimeout:
		return []*apiError{{status: http.StatusOK, Message: "lock timeout", Extensions: &extensions{
			Type: "lock timeout", Code: "LOCK_TIMEOUT", StatusCode: http.StatusConflict,
		}}}
	case UsageLimited:
		return []*apiError{{status: http.StatusOK, Message: "usage limit exceeded", Extensions: &extensions{
			Code: "USAGE_LIMIT_EXCEEDED", StatusCode: http.StatusBadRequest, UserError: true,
			Presentable: "You've exceeded the free issue limit for this workspace. Please upgrade or contact sales@linear.app for a free trial.",
			Meta:        map[string]any{"usageMetric": "activeIssueCount"},
		}}}
	case RateLimited:
		return []*apiError{s.rateLimited("Only 2500 requests are allowed per 1 hour.")}
	}
	return nil
}

const jsonType = "application/json; charset=utf-8"

// wire is an answer as it goes over the wire.
type wire struct {
	status int
	kind   string // Content-Type
	body   []byte
	drop   bool // no answer at all
}

// spoil does to an answer what happens to it on its way.
func (f *Fault) spoil(w wire) wire {
	switch f.kind() {
	case EmptyObject:
		return wire{status: http.StatusOK, kind: jsonType, body: []byte("{}")}
	case Truncated:
		w.body = w.body[:len(w.body)/2]
	case BadGateway:
		return wire{status: http.StatusBadGateway, kind: "text/html; charset=utf-8", body: []byte(
			"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n")}
	case Unavailable:
		return wire{status: http.StatusServiceUnavailable, kind: "text/plain", body: []byte(
			"upstream connect error or disconnect/reset before headers. reset reason: connection failure")}
	case Dropped:
		return wire{drop: true}
	}
	return w
}

func (w wire) send(to http.ResponseWriter) {
	if w.drop {
		panic(http.ErrAbortHandler) // how net/http is told to close the connection
	}
	to.Header().Set("Content-Type", w.kind)
	to.WriteHeader(w.status)
	_, _ = to.Write(w.body) // a client that went away is its own affair
}
