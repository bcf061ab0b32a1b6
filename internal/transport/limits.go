package transport

import (
	"net/http"
	"time"
)

// Limits say what a server limits besides the number of requests. The zero
// Limits: nothing, and a refusal concerns no other request.
type Limits struct {
	// Endpoint names the requests that are limited together; nil: none are.
	Endpoint func(*http.Request) string
	// Target names what a request writes to, whose writes are spaced so that
	// there are never more than 9 in 2 s and 65 in 30 s; nil or "": nothing.
	Target func(*http.Request) string
	// Hit tells what a refusal for too many requests is about, and how long it
	// lasts where the answer does not say (0: not known). nil: no other request.
	Hit func(*http.Response) (Scope, time.Duration)
}

// Scope is what a server has asked us to leave alone.
type Scope int

// Scopes.
const (
	Everything   Scope = iota // all requests to the host by this account
	SameEndpoint              // those with the same Limits.Endpoint
	SameTarget                // writes to the same Limits.Target
)

const everythingName = "everything"

// names gives what a request counts against.
func (l Limits) names(req *http.Request) []string {
	names := []string{everythingName}
	if l.Endpoint != nil {
		names = append(names, "endpoint "+l.Endpoint(req))
	}
	if target := l.target(req); target != "" {
		names = append(names, target)
	}
	return names
}

func (l Limits) target(req *http.Request) string {
	if l.Target == nil {
		return ""
	}
	if target := l.Target(req); target != "" {
		return "target " + target
	}
	return ""
}

// hit gives the name of what a refusal is about, "" for this request alone, and
// how long it lasts where the answer itself does not say.
func (l Limits) hit(resp *http.Response) (string, time.Duration) {
	if l.Hit == nil {
		return "", 0
	}
	scope, d := l.Hit(resp)
	target := l.target(resp.Request)
	switch {
	case scope == SameTarget && target != "":
		return target, d
	case scope != Everything && l.Endpoint != nil:
		return "endpoint " + l.Endpoint(resp.Request), d
	}
	return everythingName, d
}
