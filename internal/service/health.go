package service

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// State of an org in the eyes of an operator.
type State string

// States.
const (
	Starting State = "starting" // no pass has ended yet
	OK       State = "ok"       // the last pass was complete and wrote what it should
	Trouble  State = "trouble"  // the last pass was not, or the org cannot run at all
)

// Health is one org in the answer of /readyz.
type Health struct {
	Org     string     `json:"org"`
	State   State      `json:"state"`
	Running bool       `json:"running"`
	Since   time.Time  `json:"since"`     // of this state
	Last    *time.Time `json:"last_pass"` // when the last pass ended; null: none has
	Why     string     `json:"why"`       // of trouble; "" otherwise. Never holds a secret
}

// Ready is the answer of /readyz.
type Ready struct {
	Ready bool     `json:"ready"` // every org is ok
	Orgs  []Health `json:"orgs"`
}

// health is what is known of every org.
type health struct {
	mu   sync.Mutex // guards orgs
	orgs []Health
}

func (h *health) start(members []Member, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.orgs = []Health{}
	for _, m := range members {
		o := Health{Org: m.Name, State: Starting, Since: now.UTC()}
		if m.Err != nil {
			o.State, o.Why = Trouble, m.Err.Error()
		}
		h.orgs = append(h.orgs, o)
	}
}

func (h *health) running(org string, _ time.Time) {
	h.change(org, func(o *Health) { o.Running = true })
}

func (h *health) ended(org string, now time.Time, err error) {
	h.change(org, func(o *Health) {
		o.Running = false
		state, why := OK, ""
		switch {
		case errors.Is(err, errInterrupted):
			return
		case err != nil:
			state, why = Trouble, err.Error()
		}
		if o.State != state {
			o.Since = now.UTC()
		}
		end := now.UTC()
		o.State, o.Why, o.Last = state, why, &end
	})
}

func (h *health) change(org string, f func(*Health)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.orgs {
		if h.orgs[i].Org == org {
			f(&h.orgs[i])
		}
	}
}

// handler serves /healthz (the process lives: 200) and /readyz (200 when every
// org is ok, else 503; the body tells which is not, and why).
func (h *health) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n")) // a client that went away is no trouble of ours
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		ready := Ready{Ready: true, Orgs: append([]Health{}, h.orgs...)}
		h.mu.Unlock()
		for _, o := range ready.Orgs {
			ready.Ready = ready.Ready && o.State == OK
		}
		body, err := json.MarshalIndent(ready, "", "  ")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if !ready.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(append(body, '\n'))
	})
	return mux
}
