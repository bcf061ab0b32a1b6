package linear

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

// answerError is one entry of a GraphQL answer's errors. Its texts are
// untrusted: they may echo what people typed.
type answerError struct {
	Message     string
	Code        string        // extensions.code
	Type        string        // extensions.type
	Presentable string        // extensions.userPresentableMessage
	Path        []any         // names and numbers that lead to the field that is null for it; nil: not told
	Every       time.Duration // one request fits in this time; zero: not told
}

// UnmarshalJSON takes what it knows and minds nothing else, so that an error is
// never lost to an odd one of its own fields.
func (e *answerError) UnmarshalJSON(b []byte) error {
	var raw struct {
		Message    any
		Path       any
		Extensions map[string]any
	}
	_ = json.Unmarshal(b, &raw)
	text := func(v any) string { s, _ := v.(string); return s }
	*e = answerError{
		Message:     text(raw.Message),
		Code:        text(raw.Extensions["code"]),
		Type:        text(raw.Extensions["type"]),
		Presentable: text(raw.Extensions["userPresentableMessage"]),
	}
	e.Path, _ = raw.Path.([]any)
	ms, _ := raw.Extensions["duration"].(float64)
	limit, _ := raw.Extensions["limit"].(float64)
	if ms > 0 && limit > 0 && ms/limit < float64(time.Hour.Milliseconds()) {
		e.Every = time.Duration(ms / limit * float64(time.Millisecond))
	}
	return nil
}

// refusal is an answer that is not what was asked for, already understood.
type refusal struct {
	status   int
	kind     connectors.Kind
	text     string        // cleaned and without secrets
	try      string        //
	wait     time.Duration // RateLimited: before the next request
	feature  bool          // the workspace's plan does not have what was asked for
	scope    bool          // the credential lacks the scope for it
	complex  bool          // the query costs more than any may
	conflict bool          // a row of this id is there already
}

// Error implements error.
func (r *refusal) Error() string { return r.text }

// verdict is what a code, type or message of Linear's means. The status is
// unreliable: refusals for the rate limit come as 400, 200 and 429, a malformed
// query as 500.
type verdict struct {
	kind connectors.Kind
	try  string
}

const (
	tryKey    = "check that auth.token points to a valid Linear API key (Settings > Security & access > Personal API keys)"
	tryScope  = "give the API key or the app the permission that is named, or use the key of a member who has it"
	tryPlan   = "ask a workspace admin; Linear's plan or settings do not allow it"
	tryReport = "this is a fault of alignd: please report it with this message"
	tryURL    = "check the tracker's url, and whether a proxy answers in Linear's place; the API is at " + DefaultURL
)

// judge reads one error by its code, then its type, then its message; ok is
// false when none of them says anything.
func judge(e answerError) (v verdict, ok bool) {
	message := strings.ToLower(e.Message)
	// The first four are told by message, or by a code that says less.
	switch {
	case e.Code == "RATELIMITED" || e.Type == "ratelimited" || strings.HasPrefix(message, "rate limit exceeded"):
		return verdict{kind: connectors.RateLimited, try: "wait; other programs that use the same key or user share its limit"}, true
	case strings.HasPrefix(message, "entity not found"):
		return verdict{kind: connectors.NotFound}, true
	case strings.Contains(message, "api key as a bearer token"):
		return verdict{connectors.Auth, tryKey}, true
	case strings.Contains(message, "too complex"):
		return verdict{connectors.Invalid, tryReport}, true
	}
	switch e.Code {
	case "AUTHENTICATION_ERROR", "UNAUTHENTICATED":
		return verdict{connectors.Auth, tryKey}, true
	case "FORBIDDEN":
		return verdict{connectors.Forbidden, tryScope}, true
	case "FEATURE_NOT_ACCESSIBLE", "USAGE_LIMIT_EXCEEDED":
		return verdict{connectors.Forbidden, tryPlan}, true
	case "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT":
		return verdict{connectors.Invalid, tryReport}, true
	case "INPUT_ERROR", "INVALID_INPUT":
		return verdict{kind: connectors.Invalid}, true
	case "INTERNAL_SERVER_ERROR":
		return verdict{kind: connectors.Temporary}, true
	}
	switch strings.ToLower(e.Type) {
	case "authentication error":
		return verdict{connectors.Auth, tryKey}, true
	case "forbidden":
		return verdict{connectors.Forbidden, tryScope}, true
	case "feature not accessible", "usage limit exceeded":
		return verdict{connectors.Forbidden, tryPlan}, true
	case "graphql error":
		return verdict{connectors.Invalid, tryReport}, true
	case "invalid input", "user error":
		return verdict{kind: connectors.Invalid}, true
	case "internal error", "lock timeout", "network error", "bootstrap error":
		return verdict{kind: connectors.Temporary}, true
	}
	switch {
	case strings.HasPrefix(message, "authentication required"):
		return verdict{connectors.Auth, tryKey}, true
	case strings.HasPrefix(message, "conflict on insert"), strings.HasPrefix(message, "argument validation error"):
		return verdict{kind: connectors.Invalid}, true
	case strings.HasPrefix(message, "invalid scope"):
		return verdict{connectors.Forbidden, tryScope}, true
	}
	return verdict{}, false
}

// byStatus is what is left where the body says nothing.
func byStatus(status int, notJSON bool) verdict {
	switch {
	case status == http.StatusUnauthorized:
		return verdict{connectors.Auth, tryKey}
	case status == http.StatusForbidden && notJSON:
		return verdict{connectors.Forbidden, tryURL}
	case status == http.StatusForbidden:
		return verdict{connectors.Forbidden, tryScope}
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return verdict{connectors.Invalid, tryURL}
	case status == http.StatusGone:
		return verdict{connectors.Removed, tryURL}
	case status == http.StatusTooManyRequests:
		return verdict{kind: connectors.RateLimited}
	case status == http.StatusRequestTimeout, status >= 500:
		return verdict{kind: connectors.Temporary}
	case status >= 400:
		return verdict{kind: connectors.Invalid}
	case notJSON:
		return verdict{connectors.Temporary, tryURL}
	}
	return verdict{kind: connectors.Temporary}
}

// refuse understands an answer that is not usable.
func (t *Tracker) refuse(resp *http.Response, body []byte, errs []answerError, notJSON, write bool) *refusal {
	r := &refusal{status: resp.StatusCode}
	v, known := verdict{}, false
	for _, e := range errs {
		if v, known = judge(e); known {
			r.text = t.words(e)
			r.feature = e.Code == "FEATURE_NOT_ACCESSIBLE" || strings.EqualFold(e.Type, "feature not accessible")
			r.scope = strings.HasPrefix(strings.ToLower(e.Message), "invalid scope")
			r.complex = strings.Contains(strings.ToLower(e.Message), "too complex")
			r.conflict = strings.HasPrefix(strings.ToLower(e.Message), "conflict on insert")
			r.wait = e.Every
			break
		}
	}
	if !known {
		v = byStatus(resp.StatusCode, notJSON)
		switch {
		case len(errs) > 0:
			r.text = t.words(errs[0])
		case notJSON:
			r.text = fmt.Sprintf("the answer (HTTP %d, %s) is not Linear's: %s",
				resp.StatusCode, t.clean(resp.Header.Get("Content-Type")), firstRunes(t.clean(string(body[:min(len(body), 64<<10)])), 80))
		default:
			r.text = fmt.Sprintf("the answer (HTTP %d) holds neither data nor errors", resp.StatusCode)
		}
	}
	r.kind, r.try = v.kind, v.try
	if r.try == tryKey && t.isApp() {
		r.try = tryApp
	}
	switch {
	case r.kind == connectors.RateLimited && r.wait == 0:
		r.wait = max(t.budget.wait(), transport.RetryAfter(resp))
	case r.kind == connectors.Temporary && write && !refusedUnread(resp):
		r.kind = connectors.Unknown
	}
	return r
}

// refusedUnread reports whether a failing server said that it did not act.
func refusedUnread(resp *http.Response) bool {
	return resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != ""
}

// classify turns what a GraphQL call returned into the error that callers see.
func (t *Tracker) classify(op string, err error, write bool) *connectors.Error {
	var no *refusal
	if errors.As(err, &no) {
		e := t.fail(op, no.kind, no, no.try)
		if no.kind == connectors.RateLimited {
			e.RetryAfter = no.wait
		}
		return e
	}
	err = unwrapURL(err)
	err = redacted{err: err, text: t.hide(err.Error())}
	switch {
	case errors.Is(err, transport.ErrRedirect), errors.Is(err, transport.ErrForeignHost):
		return t.fail(op, connectors.Invalid, err, tryURL)
	case errors.Is(err, transport.ErrNotSent):
		return t.fail(op, connectors.Temporary, err, "")
	case write:
		return t.fail(op, connectors.Unknown, err, "")
	}
	return t.fail(op, connectors.Temporary, err, "")
}

// words is an error of Linear's as we repeat it: what it says to programs, and
// what it says to people where that is more.
func (t *Tracker) words(e answerError) string {
	s := t.clean(e.Message)
	if e.Presentable != "" && e.Presentable != e.Message {
		s += fmt.Sprintf(" (Linear says: %s)", t.clean(e.Presentable))
	}
	if s == "" {
		s = "an error without a message"
	}
	if e.Code != "" {
		s += " [" + t.clean(e.Code) + "]"
	}
	return s
}

// clean makes untrusted text fit for one line of an error or a log.
func (t *Tracker) clean(s string) string {
	s = t.hide(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	return firstRunes(strings.Join(strings.Fields(s), " "), 300)
}

// firstRunes cuts s to at most n runes, an ellipsis being the last.
func firstRunes(s string, n int) string {
	count := 0
	cut := 0
	for i := range s {
		if count == n-1 {
			cut = i
		}
		if count == n {
			return s[:cut] + "…"
		}
		count++
	}
	return s
}
