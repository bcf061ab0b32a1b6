package jira

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

const tryCredentials = "make a new API token at https://id.atlassian.com/manage-profile/security/api-tokens, " +
	"check that auth.user is the e-mail address it belongs to, and that a token with scopes goes with the url https://api.atlassian.com/ex/jira/CLOUD-ID"

const tryBearer = "make a new personal access token in Jira, under Profile > Personal Access Tokens, and see whether the account is active; " +
	"an API token of Jira Cloud goes with auth.type basic"

// refused is the error for credentials that Jira does not accept.
func (t *Tracker) refused(r request, err error) error {
	try := tryCredentials
	if t.o.Config.Auth.Type == config.Bearer {
		try = tryBearer
	}
	return t.fail(r.op, connectors.Auth, err, try)
}

// errNotJira is wrapped by the error for an answer that Jira would not give: it
// concerns the whole tracker, not what was asked.
var errNotJira = errors.New("is this the Jira base URL, or is a proxy or a login page in between?")

const tryNotJira = "open the url in a browser without a session, and look for a sign-on page or a proxy"

// notJira is the error for an answer that Jira would not give. It may pass, as
// the maintenance page of a proxy does; a write may have been done behind it.
func (t *Tracker) notJira(r request, what string) error {
	return t.fail(r.op, t.maybe(r), fmt.Errorf("%s answered, but %s: %w", t.base.Host, what, errNotJira), tryNotJira)
}

// noAnswer is the error for a request that brought no answer.
func (t *Tracker) noAnswer(r request, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // host and reason are enough, and a URL may be long
	}
	kind := t.maybe(r)
	if notSent(err) {
		kind = connectors.Temporary
	}
	var held *transport.HeldError
	if errors.As(err, &held) {
		e := t.fail(r.op, connectors.RateLimited, fmt.Errorf("not asked: %w", held), "")
		e.RetryAfter = held.For
		return e
	}
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return t.fail(r.op, kind, fmt.Errorf("broken off: %w", err), "")
	case errors.Is(err, transport.ErrRedirect):
		return t.fail(r.op, connectors.Invalid, err, "if that is the same Jira, put its address under url; if it is a login page, use an address that needs none")
	case errors.Is(err, transport.ErrForeignHost):
		return t.fail(r.op, connectors.Invalid, err, "")
	case errors.As(err, &cert):
		return t.fail(r.op, connectors.Temporary, fmt.Errorf("the certificate of %s cannot be trusted: %w", t.base.Host, err),
			"name the authority that signed it under ca_file, or check that nothing stands in between")
	case errors.As(err, &dns):
		return t.fail(r.op, kind, fmt.Errorf("cannot find the host %s: %w", t.base.Host, err), "check the spelling of url, and this machine's DNS")
	case notSent(err):
		return t.fail(r.op, kind, fmt.Errorf("cannot reach %s: %w", t.base.Host, err), "check url, and that this machine may connect there (network, proxy, firewall)")
	}
	return t.fail(r.op, kind, fmt.Errorf("no whole answer from %s: %w", t.base.Host, err), "")
}

// refusal is the error for an answer with a status of 300 or more.
func (t *Tracker) refusal(r request, resp *gojira.Response, body []byte) error {
	why := t.says(resp, body)
	code := why.status
	if !isJSON(resp.Header) && code >= 400 && code < 500 && !fromAnywhere(code) {
		// Whoever it is, it is not Jira, and says nothing of what was asked. In
		// front of Jira it keeps a request from being done.
		e := t.fail(r.op, connectors.Temporary, fmt.Errorf("%w (and the answer is not JSON): %w", why, errNotJira), "check that url is the Jira base URL; "+tryNotJira)
		return e
	}
	try := ""
	said := error(why)
	if !isJSON(resp.Header) && code >= 500 {
		said = fmt.Errorf("%s answered %w, not in JSON", t.base.Host, why)
		try = "see whether the site is up; if it is, look for what stands in front of it (a proxy, a maintenance page)"
	}
	switch {
	case code == http.StatusUnauthorized, why.has("anonymous users"):
		// The second is how a search answers whoever it does not know
		// (https://github.com/solidify/jira-azuredevops-migrator/issues/178).
		return t.refused(r, why)
	case transport.TurnedAway(resp.Response):
		kind := connectors.RateLimited
		if code == http.StatusServiceUnavailable {
			kind = connectors.Temporary
		}
		e := t.fail(r.op, kind, said, try)
		if e.RetryAfter = transport.RetryAfter(resp.Response); e.RetryAfter == 0 {
			_, e.RetryAfter = limitHit(resp.Response)
		}
		return e
	case code == http.StatusForbidden:
		return t.fail(r.op, connectors.Forbidden, why, "ask a Jira administrator which permission the account lacks")
	case code == http.StatusNotFound:
		return t.fail(r.op, connectors.NotFound, why, "check that it exists and that the account may see it")
	case code == http.StatusGone:
		return t.fail(r.op, connectors.Removed, why, "look for a newer alignd")
	case code == http.StatusConflict: // two edits met, and ours was not done
		return t.fail(r.op, connectors.Temporary, why, "")
	case code == http.StatusRequestTimeout, code >= 500:
		e := t.fail(r.op, t.maybe(r), said, try)
		e.RetryAfter = transport.RetryAfter(resp.Response)
		return e
	case code == http.StatusRequestEntityTooLarge:
		return t.fail(r.op, connectors.Invalid, why, "delete comments that nobody needs from the issue: it holds as many as Jira allows")
	case code == http.StatusUnprocessableEntity:
		return t.fail(r.op, connectors.Invalid, why, "ask a Jira administrator: Jira calls it a trouble of its configuration")
	}
	return t.bad(r, why)
}

// fromAnywhere tells a status that means the same whoever answers with it.
func fromAnywhere(code int) bool {
	return code == http.StatusUnauthorized || code == http.StatusRequestTimeout || code == http.StatusTooManyRequests
}

// bad is the error for a status of 400, with which Jira says many things.
func (t *Tracker) bad(r request, why *refusedError) error {
	project := missingProject.FindStringSubmatch(why.words)
	switch {
	case project != nil:
		return t.fail(r.op, connectors.NotFound,
			fmt.Errorf("project %q does not exist, or this account may not see it", project[1]),
			"check the project's key, and give the account the permission Browse Projects there")
	case why.archived():
		return t.fail(r.op, connectors.Forbidden, why, "restore it from the archive, or leave it as it is: nothing is written to what is archived")
	case why.has("not on the appropriate screen", "edit screen"):
		return t.fail(r.op, connectors.Invalid, why, "put the field Labels on the edit screen of the issue's project and type, and give the account Edit Issues there")
	case lacksPermission.MatchString(why.words):
		// Of comments Jira says so with 400 where 403 is meant.
		return t.fail(r.op, connectors.Forbidden, why, "ask a Jira administrator which permission the account lacks")
	}
	return t.fail(r.op, connectors.Invalid, why, "")
}

// lacksPermission is what Jira says to who may not do something. We ask for its
// words in English.
var lacksPermission = regexp.MustCompile(`(?i)\b(do|does) not have (the )?(necessary )?permission`)

// missingProject is what a search says of a project that is gone or hidden.
var missingProject = regexp.MustCompile(`The value '([^']*)' does not exist for the field 'project'`)

// refusedError is Jira's own account of what went wrong.
type refusedError struct {
	status int
	words  string   // sorted, on one line, no secret
	fields []string // which the words are about, where they say so
}

func (e *refusedError) Error() string { return fmt.Sprintf("%d %s", e.status, e.words) }

func (e *refusedError) has(any ...string) bool {
	return slices.ContainsFunc(any, func(s string) bool { return strings.Contains(e.words, s) })
}

// archived tells the refusal of a write to an issue, or to a project, that is
// put away.
func (e *refusedError) archived() bool {
	return strings.Contains(strings.ToLower(e.words), "archived")
}

// silence tells the refusal of an edit for its notifyUsers=false
// (https://github.com/ankitpokhrel/jira-cli/issues/959).
func (e *refusedError) silence() bool { return e.has("discard the user notification", "notifyUsers") }

// says reads Jira's own words for what went wrong.
func (t *Tracker) says(resp *gojira.Response, body []byte) *refusedError {
	why := &refusedError{status: resp.StatusCode}
	// One shape for the ErrorCollection and for what gateways answer. A value
	// of errors is a string, or now and then a list of them.
	var e struct {
		ErrorMessages   []string        `json:"errorMessages"`
		WarningMessages []string        `json:"warningMessages"`
		Errors          json.RawMessage `json:"errors"`
		Message         string          `json:"message"`
		ErrorMessage    string          `json:"errorMessage"`
	}
	var words []string
	if json.Unmarshal(body, &e) == nil {
		words = append(words, e.ErrorMessages...)
		words = append(words, e.WarningMessages...)
		words = append(words, e.Message, e.ErrorMessage)
		var fields map[string]json.RawMessage
		if json.Unmarshal(e.Errors, &fields) == nil {
			for name, raw := range fields {
				var one string
				var many []string
				if json.Unmarshal(raw, &one) == nil {
					many = []string{one}
				} else if json.Unmarshal(raw, &many) != nil {
					continue
				}
				why.fields = append(why.fields, name)
				words = append(words, name+": "+strings.Join(many, "; "))
			}
		}
	}
	words = slices.DeleteFunc(words, func(s string) bool { return strings.TrimSpace(s) == "" })
	slices.Sort(words)
	text := strings.Join(slices.Compact(words), " ")
	if text == "" {
		text = http.StatusText(resp.StatusCode)
	}
	why.words = t.safe(text)
	return why
}

// safe makes a tracker's words fit for an error: one line, not long, no secret.
func (t *Tracker) safe(s string) string {
	for _, secret := range t.hide {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	s = strings.Join(strings.Fields(visible(s)), " ")
	return cut(s, 500)
}
