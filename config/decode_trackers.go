package config

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// linearURL is where Linear's API is: https://linear.app/developers/graphql.
const linearURL = "https://api.linear.app/graphql"

// defaultRequestsPerSecond is a pace at which no tracker complains.
const defaultRequestsPerSecond = 10

// defaultCensus is how often the ids are counted: deletions show a day late at
// the most, at one request for thousands of items.
const defaultCensus = 24 * time.Hour

var (
	trackerName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	containerID = regexp.MustCompile(`^[A-Za-z0-9_]{1,255}$`) // Jira project key, Linear team key
	uuid        = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

	clientIDShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
)

func (d *decoder) trackerList(n *node, at pos) []Tracker {
	fields, ok := d.entries(n, "trackers")
	if !ok {
		return nil
	}
	if len(n.fields) == 0 {
		d.fail(at, "trackers", "see docs/config.md", "needs at least one tracker")
	}
	var out []Tracker
	for _, f := range fields {
		path := join("trackers", f.key)
		switch {
		case f.key == roadmap.FileTracker:
			d.fail(f.pos, path, "choose another name", "this name stands for the goals in this file")
		case !trackerName.MatchString(f.key):
			d.fail(f.pos, path, "as in jira or eng", "the name of a tracker must be 1 to 40 of a-z, 0-9 and -")
		}
		d.names = append(d.names, f.key)
		d.trackers[f.key] = ""
		out = append(out, d.tracker(f, path))
	}
	return out
}

func (d *decoder) tracker(f field, path string) Tracker {
	tr := Tracker{Name: f.key}
	t, ok := d.table(f.value, f.pos, path, trackerKeys())
	if !ok {
		return tr
	}
	if !t.need("type") {
		return tr
	}
	kind, ok := t.word("type")
	if !ok {
		return tr
	}
	tr.Type = TrackerType(kind)
	t.as(kind, "trackers", map[string]string{
		"projects": "a linear tracker has teams", "teams": "a jira tracker has projects", "label_ids": "Jira makes a label by using it",
	})
	d.trackers[f.key] = tr.Type
	if t.need("auth") {
		a := t.values["auth"]
		tr.Auth = d.auth(a, join(path, "auth"), tr.Type)
	}
	tr.Census = d.census(t)
	tr.RequestsPerSecond = defaultRequestsPerSecond
	if v, ok := t.number("requests_per_second"); ok {
		tr.RequestsPerSecond = v
	}
	if tr.Type == Jira {
		d.jira(t, &tr)
	} else {
		d.linear(t, &tr)
	}
	return tr
}

func (d *decoder) linear(t *table, tr *Tracker) {
	tr.URL = linearURL
	if t.given("url") {
		tr.URL = d.url(t, "url")
	}
	if t.need("teams") {
		tr.Teams = t.texts("teams", checkContainer)
	}
	tr.LabelIDs = d.labelIDs(t)
}

// census reads how often ids are counted. A count is of many pages, so it is
// never taken at every pass.
func (d *decoder) census(t *table) time.Duration {
	every := Duration{Clock: defaultCensus}
	t.duration("census", &every)
	v := every.Clock + time.Duration(every.Days)*24*time.Hour
	switch at := t.values["census"]; {
	case every.Business > 0:
		d.fail(at.value.pos, join(t.path, "census"), "as in 24h or 3d", "must not be in business days")
	case v < time.Hour:
		d.fail(at.value.pos, join(t.path, "census"), "as in 24h, the default", "must be at least 1h")
	}
	return v
}

// labelIDs reads which labels of Linear to use. Whether a rule writes them is
// asked when the rules are known.
func (d *decoder) labelIDs(t *table) map[string]string {
	f, ok := t.values["label_ids"]
	if !ok {
		return nil
	}
	path := join(t.path, "label_ids")
	fields, ok := d.entries(f.value, path)
	if !ok {
		return nil
	}
	ids := map[string]string{}
	first := map[string]int{} // id -> line
	for _, label := range fields {
		d.labels = append(d.labels, namedLabel{label.key, path, label.pos})
		id, ok := d.text(label.value, path)
		id = strings.ToLower(id)
		switch line, twice := first[id]; {
		case !ok:
		case !uuid.MatchString(id):
			d.fail(label.value.pos, path, "Linear's API gives it as the label's id",
				"must be a UUID such as 8a4e0b52-7e60-4a6b-9b0f-0c0f6b1f2f11")
		case twice:
			d.fail(label.value.pos, path, "each label has an id of its own", "is the id of the label on line %d already", line)
		default:
			ids[label.key], first[id] = id, label.value.line
		}
	}
	return ids
}

func checkContainer(s string) string {
	if !containerID.MatchString(s) {
		return "must be the key that its issues begin with, as PAY in PAY-12: letters, digits and _"
	}
	return ""
}

func authExample(t TrackerType) string {
	if t == Linear {
		return "{type: api-key, token: env:LINEAR_API_KEY}"
	}
	return "{type: basic, user: bot@acme.example, token: env:JIRA_TOKEN}"
}

// auth decodes how we authenticate. Nothing here repeats a value: people put
// tokens in the oddest places.
func (d *decoder) auth(f field, path string, tracker TrackerType) Auth {
	var a Auth
	t, ok := d.table(f.value, f.pos, path, authKeys())
	if !ok {
		return a
	}
	// A literal is an error also where the key is not used.
	clientSecret, token := t.secret("client_secret"), t.secret("token")
	kinds := authKinds(tracker)
	t.kind = kinds[0] // for what to write where the type is missing
	if !t.need("type") {
		return a
	}
	s, at, ok := t.text("type")
	switch {
	case !ok:
		return a
	case !slices.Contains(kinds, s):
		d.fail(at, join(path, "type"), DidYouMean(s, kinds), "a %s tracker takes %s", tracker, list(kinds))
		return a
	}
	a.Type = AuthType(s)
	t.kind = string(a.Type)
	t.refuse("remove it", "is not used with type: "+t.kind, t.others()...)
	if a.Type == OAuth {
		a.ClientSecret = clientSecret
		a.ClientID = d.clientID(t)
		t.need("client_secret")
		return a
	}
	a.Token = token
	t.need("token")
	if a.Type == Basic && t.need("user") {
		user, at, ok := t.text("user")
		if ok && strings.Contains(user, ":") {
			// In basic authentication the first colon ends the name (RFC 7617 section 2).
			d.fail(at, join(path, "user"), "the token has a key of its own", "must not hold a colon; it is not repeated here")
		}
		a.User = user
	}
	return a
}

// clientID reads the public name of an OAuth app, which is no secret.
func (d *decoder) clientID(t *table) string {
	if !t.need("client_id") {
		return ""
	}
	id, at, ok := t.text("client_id")
	if ok && !clientIDShape.MatchString(id) {
		d.fail(at, join(t.path, "client_id"), "copy it from the app's page in Linear", "must be letters, digits, - and _; it is not repeated here")
		return ""
	}
	return id
}

// url reads a key that holds the address of a tracker.
func (d *decoder) url(t *table, key string) string {
	s, at, ok := t.text(key)
	if !ok {
		return ""
	}
	u, err := parseURL(s)
	switch {
	case err != nil:
		d.fail(at, join(t.path, key), "", "%v", err)
		return ""
	case u.Scheme == "http" && !loopback(u.Hostname()):
		d.fail(at, join(t.path, key), "write https://", "plain http would show the token to the network; it is for loopback only")
		return ""
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		d.fail(at, join(t.path, key), "end it before the ? or #", "must not hold a query or a fragment")
		return ""
	}
	return strings.TrimRight(s, "/")
}

// parseURL reads an absolute http or https address. Its errors never repeat it.
func parseURL(s string) (*url.URL, error) {
	_, rest, _ := strings.Cut(s, "://")
	authority, _, _ := strings.Cut(rest, "/")
	// Looked for first, and not by url.Parse alone, whose view of what is a user
	// and what a host differs from people's on odd input.
	if strings.Contains(authority, "@") {
		return nil, errors.New("must not hold a user name or password; it is not repeated here")
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Opaque != "", u.User != nil, u.Hostname() == "", strings.Contains(s, " "):
		return nil, errors.New("is not an address such as https://acme.atlassian.net; it is not repeated here")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("must begin with https://")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
