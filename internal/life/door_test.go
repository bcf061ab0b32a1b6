package life

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
)

// trouble is what goes wrong with one request.
type trouble string

// What goes wrong. Those that begin with "dies" are the process's own end: at a
// request before the tracker sees it, at one after the tracker has acted, and at
// the commit of a transaction of its database.
const (
	fine        trouble = ""
	refused     trouble = "connection refused"
	lostRequest trouble = "request lost"
	lostAnswer  trouble = "answer lost"
	cutShort    trouble = "answer cut short"
	tooMany     trouble = "429"
	unavailable trouble = "503"
	broken      trouble = "500"
	partial     trouble = "part of a page"
	diesBefore  trouble = "dies before a request"
	diesAfter   trouble = "dies after a request"
	diesCommit  trouble = "dies at a commit"
)

// fault makes one run of requests of a pass go wrong.
type fault struct {
	what   trouble
	at     int  // the first of them, from 1; of a commit likewise
	times  int  // how many
	writes bool // count those that write only
}

// process is what dies: after that nothing reaches a tracker or the database.
// An alignd of a life is one goroutine at a time, so nothing here is locked.
type process struct {
	fault
	requests, writes, commits int
	dead                      bool
	struck                    bool // the fault has happened
}

// trouble counts a request and gives what goes wrong with it.
func (p *process) trouble(write bool) trouble {
	p.requests++
	n := p.requests
	if write {
		p.writes++
	}
	if p.fault.writes {
		if !write {
			return fine
		}
		n = p.writes
	}
	if p.what == fine || p.what == diesCommit || n < p.at || n >= p.at+p.times {
		return fine
	}
	p.struck = true
	return p.what
}

// commit reports whether the database takes a commit.
func (p *process) commit() bool {
	if p.commits++; p.what == diesCommit && p.commits == p.at {
		p.dead, p.struck = true, true
	}
	return !p.dead
}

var (
	errDead = errors.New("connection reset by peer")
	errLost = errors.New("connection reset by peer")
)

// door is the way to one tracker, as an http.RoundTripper.
type door struct {
	w *world
	s site
}

func (d *door) RoundTrip(r *http.Request) (*http.Response, error) {
	p := d.w.process
	if p.dead {
		return nil, errDead
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	if d.w.request != nil {
		body = d.w.request(body)
	}
	write := d.s.writes(r, body)
	what := p.trouble(write)
	if what != refused {
		if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
			trace.GotConn(httptrace.GotConnInfo{})
		}
	}
	switch what {
	case diesBefore:
		p.dead = true
		return nil, errDead
	case refused, lostRequest:
		return nil, errLost
	case tooMany:
		return answer(r, http.StatusTooManyRequests, `{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED"}}]}`, "Retry-After", "3"), nil
	case unavailable:
		return answer(r, http.StatusServiceUnavailable, "<html>upstream connect error</html>", "Retry-After", "2"), nil
	case broken:
		return answer(r, http.StatusInternalServerError, `{"errorMessages":["Internal server error"]}`), nil
	}
	in := r.WithContext(r.Context()) // as a server has it
	in.Body, in.TLS = io.NopCloser(bytes.NewReader(body)), &tls.ConnectionState{}
	out := &reply{head: http.Header{}, status: http.StatusOK}
	if write {
		before := d.w.snapshot(d.s)
		d.s.ServeHTTP(out, in)
		d.w.wrote(d.s, before)
	} else {
		d.s.ServeHTTP(out, in)
	}
	switch what {
	case diesAfter:
		p.dead = true
		return nil, errDead
	case lostAnswer:
		return nil, errLost
	case partial:
		return halved(r, out), nil
	}
	resp := out.answer(r)
	if what == cutShort {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(out.body.Bytes()[:out.body.Len()/2]), failing{}))
	}
	return resp, nil
}

// reply is an http.ResponseWriter that keeps what a tracker answers.
type reply struct {
	head   http.Header
	status int
	body   bytes.Buffer
}

func (w *reply) Header() http.Header         { return w.head }
func (w *reply) WriteHeader(status int)      { w.status = status }
func (w *reply) Write(b []byte) (int, error) { return w.body.Write(b) }

func (w *reply) answer(r *http.Request) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.head, Body: io.NopCloser(bytes.NewReader(w.body.Bytes())), ContentLength: int64(w.body.Len()), Request: r,
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func answer(r *http.Request, status int, body string, header ...string) *http.Response {
	w := &reply{head: http.Header{}, status: status}
	w.head.Set("Content-Type", "application/json")
	if strings.HasPrefix(body, "<") {
		w.head.Set("Content-Type", "text/html")
	}
	for i := 0; i+1 < len(header); i += 2 {
		w.head.Set(header[i], header[i+1])
	}
	w.body.WriteString(body)
	return w.answer(r)
}
