package linear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/shurcooL/graphql"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

// maxAnswer bounds what is read of one answer, in bytes; the largest page is
// far below it.
const maxAnswer = 32 << 20

// A read whose answer came with 200 and yet is of no use is sent so many times
// again, after so long: a row that was locked is free within seconds.
const (
	passing     = 2
	passingWait = 2 * time.Second
)

// exchange is the http.RoundTripper of one GraphQL call. It stands between the
// GraphQL client, which forgets headers, status and error codes, and transport,
// which knows nothing of GraphQL: it reads the answer, waits out rate limits
// that are told with a status other than 429, and decodes what holds data. The
// client's own decoder goes through JSON word by word; it gets an empty answer.
type exchange struct {
	t       *Tracker
	client  *http.Client
	write   bool
	into    any           // the document, for the data
	partial []answerError // errors that came beside usable data
}

// envelope is what every GraphQL answer looks like.
type envelope struct {
	Data   json.RawMessage `json:"data"`
	Errors []answerError   `json:"errors"`
}

// hasData reports whether any field was answered: shurcooL/graphql takes an
// answer without data for an empty one. Where a field of a mutation has an
// answer the mutation was run, whatever errors come with it.
func (e envelope) hasData() bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(e.Data, &fields) != nil {
		return false
	}
	for _, v := range fields {
		if string(v) != "null" {
			return true
		}
	}
	return false
}

// RoundTrip implements http.RoundTripper. Its errors are *refusal or come from
// transport.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() //nolint:errcheck // in memory; each attempt takes a fresh one from GetBody
	}
	if x.t.isApp() && x.t.token == "" {
		if err := x.t.mint(req.Context()); err != nil {
			return nil, err
		}
	}
	minted := false
	for waited := 0; ; waited++ {
		resp, err := x.once(req)
		if err == nil {
			return resp, nil
		}
		var no *refusal
		if x.t.isApp() && !minted && errors.As(err, &no) && no.kind == connectors.Auth {
			// Run out or revoked. What was refused for its token never ran.
			minted = true
			if err := x.t.mint(req.Context()); err != nil {
				return nil, err
			}
			continue
		}
		if !errors.As(err, &no) || !x.again(no, waited) {
			return nil, err
		}
		d := min(no.wait<<waited, x.t.o.WaitMax)
		x.t.log.Info("linear: waiting", "wait", d, "for", string(no.kind), "budget", x.t.budget.String())
		if err := x.t.o.Wait(req.Context(), d); err != nil {
			return nil, fmt.Errorf("%w (%w)", err, transport.ErrNotSent)
		}
	}
}

// again reports whether a refusal is waited out and the request sent once more.
// What came with 429 or 5xx has been waited for and repeated by transport. A
// write that was refused for the rate limit never ran, so it may be sent again
// too; of what fails in passing (a lock, half an answer) only reads are.
func (x *exchange) again(no *refusal, waited int) bool {
	switch {
	case waited >= x.t.o.Waits:
		return false
	case no.kind == connectors.RateLimited:
		return no.status != http.StatusTooManyRequests && no.wait <= x.t.o.WaitMax
	case no.kind == connectors.Temporary && no.status == http.StatusOK && !x.write && waited < passing:
		no.wait = passingWait
		return true
	}
	return false
}

// once sends the request and reads its answer.
func (x *exchange) once(req *http.Request) (*http.Response, error) {
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", err, transport.ErrNotSent)
		}
		again.Body = body
	}
	resp, err := x.client.Do(again)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it is in memory
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	x.t.budget.take(resp.Header)

	var env envelope
	notJSON := len(body) > maxAnswer || json.Unmarshal(body, &env) != nil
	if !notJSON && resp.StatusCode == http.StatusOK && env.hasData() {
		x.partial = env.Errors
		if err := json.Unmarshal(env.Data, x.into); err != nil {
			return nil, fmt.Errorf("the answer cannot be read: %w", err)
		}
		return empty(req, resp), nil
	}
	if notJSON {
		env = envelope{}
	}
	return nil, x.t.refuse(resp, body, env.Errors, notJSON, x.write)
}

// empty is an answer that the GraphQL client accepts and finds nothing in.
func empty(req *http.Request, resp *http.Response) *http.Response {
	const body = `{"data":{}}`
	return &http.Response{
		Status: resp.Status, StatusCode: http.StatusOK, Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor,
		Header: resp.Header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// query asks; the warnings are the errors that came with usable data. q is
// decoded into and must be fresh.
func (t *Tracker) query(ctx context.Context, op string, q any, v vars) ([]answerError, error) {
	x := &exchange{t: t, client: t.reads, into: q}
	client := graphql.NewClient(t.url, &http.Client{Transport: x})
	if err := client.Query(ctx, q, v); err != nil {
		return nil, t.classify(op, err, false)
	}
	return x.partial, nil
}

// mutate writes.
func (t *Tracker) mutate(ctx context.Context, op string, m any, v vars) error {
	x := &exchange{t: t, client: t.writes, write: true, into: m}
	client := graphql.NewClient(t.url, &http.Client{Transport: x})
	if err := client.Mutate(ctx, m, v); err != nil {
		return t.classify(op, err, true)
	}
	return nil
}
