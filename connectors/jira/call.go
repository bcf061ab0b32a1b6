package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

// request is one call of the REST API.
type request struct {
	op     string // what is being done, in words, for errors
	method string
	path   string       // without leading slash, query included
	body   any          // nil: none; Jira answers 403 to a GET with a body
	write  bool         // not to be repeated when it may have been done
	head   *http.Header // where to put the header of the answer; nil: nowhere
}

// call makes a request and decodes the answer into out, unless that is nil.
// Its error is a *connectors.Error.
func (t *Tracker) call(ctx context.Context, r request, out any) error {
	client := t.read
	if r.write {
		client = t.write
	}
	req, err := client.NewRequestWithContext(ctx, r.method, r.path, r.body)
	if err != nil {
		return t.fail(r.op, connectors.Invalid, err, "")
	}
	// With a nil target, go-jira leaves the body of the answer to us: its own
	// decoder would hide a login page behind "invalid character '<'".
	resp, err := client.Do(req, nil)
	if resp == nil {
		return t.noAnswer(r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body bytes.Buffer
	if _, err := io.Copy(&body, resp.Body); err != nil { // in one piece: it is in memory
		return t.noAnswer(r, err)
	}
	return t.answer(r, resp, body.Bytes(), out)
}

// answer decodes an answer, if it is one.
func (t *Tracker) answer(r request, resp *gojira.Response, body []byte, out any) error {
	if anonymous(resp.Header) && resp.StatusCode < 500 { // a node that is starting or failing knows nobody
		return t.refused(r, errors.New("Jira does not accept the credentials and treats us as an anonymous visitor"))
	}
	if r.head != nil {
		*r.head = resp.Header
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return t.refusal(r, resp, body)
	}
	if out == nil {
		if len(body) > 0 && !isJSON(resp.Header) {
			return t.notJira(r, "the answer is not JSON")
		}
		return nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return t.notJira(r, "the answer is empty")
	}
	if !isJSON(resp.Header) {
		return t.notJira(r, "the answer is not JSON")
	}
	if err := json.Unmarshal(body, out); err != nil {
		// The reader sees a type and a place, never the answer's text.
		try := "look for a newer alignd: this one expects another answer"
		if broken(err) {
			try = "look for what cuts answers short between here and the site (a proxy with a limit of size or time)"
		}
		return t.fail(r.op, t.maybe(r), fmt.Errorf("the answer of %s cannot be read: %w", t.base.Host, err), try)
	}
	return nil
}

// broken tells an answer that came cut short, or is too long to be taken: less
// of it may come whole.
func broken(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, transport.ErrTooLarge)
}

// maybe is the kind of a failure that may pass: for a write, one whose outcome
// is not known.
func (t *Tracker) maybe(r request) connectors.Kind {
	if r.write {
		return connectors.Unknown
	}
	return connectors.Temporary
}

// anonymous tells an answer to a visitor whose credentials were refused: Jira
// Cloud answers many requests 200 all the same
// (https://github.com/MrRefactoring/jira.js/issues/418).
func anonymous(h http.Header) bool {
	reason := strings.ToUpper(h.Get("X-Seraph-LoginReason"))
	return strings.Contains(reason, "AUTHENTICATED_FAILED") ||
		strings.Contains(reason, "AUTHENTICATION_DENIED") ||
		strings.EqualFold(h.Get("X-AUSERNAME"), "anonymous")
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// notSent tells that a request is known not to have reached the tracker.
func notSent(err error) bool { return errors.Is(err, transport.ErrNotSent) }
