// Package jira is the connector for Jira Cloud and Jira Data Center: it pulls
// issues page by page through REST v2, says them in alignd's words, finds our own
// comments again and writes labels and comments. What differs between the two is
// in cloud.go and datacenter.go, behind one interface (kind.go).
//
// It uses go-jira's request layer only. go-jira's typed structs drop the
// hierarchy level, the parent's fields and entity properties, so the wire types
// here are our own. Pacing, retrying and keeping the credential to one host are
// internal/transport's work.
//
// Protocol facts are those of Atlassian's OpenAPI documents for "The Jira Cloud
// platform REST API", version 2, and "Jira Software Data Center", 10.3, unless a
// comment names another source.
package jira

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/transport"
)

// Options say which site and what of it. Config, Org and Token are required.
type Options struct {
	Config  config.Tracker        // of type jira
	Org     string                // whose marks are ours
	Sources map[int]config.Source // roadmap sources of this tracker by their index in the org's file
	Links   []config.LinkWay      // the org's ways to a goal; issue links and fields are read where they name them
	// LinkFieldOptional passes over a field of Links that this site does not
	// have: with several sites in an org, each may have its own. Otherwise that is
	// an error.
	LinkFieldOptional bool
	// Labels are those that the org's rules may write. On Data Center only an
	// issue that carries one of them, or a comment of ours, is asked for our record
	// of labels.
	Labels []string
	// Token is the secret itself: the API token with basic auth, the access
	// token with bearer.
	Token     string
	UserAgent string       // "alignd/VERSION"
	Log       *slog.Logger // nil: none
	// Pace is shared by the trackers of one account on one host. nil: a pace of
	// the tracker's own, at Rate.
	Pace *transport.Pace
	// ReadOnly: nothing will be written, so Check takes what only writing needs
	// as a note.
	ReadOnly bool
	// Now is the clock that Check compares with the site's. nil: it does not.
	Now func() time.Time

	// What follows has useful zero values, and is there for tests.

	Rate     float64       // requests per second where Pace is nil; 0: 10
	Attempts int           // at most, for one request; 0: 4
	WaitMin  time.Duration // before the second attempt; 0: 2 s
	WaitMax  time.Duration // the longest single wait; 0: 60 s
	Timeout  time.Duration // of one attempt; 0: 60 s
	PageSize int           // issues a page; 0: 100
	// Transport makes the connections; nil: http.DefaultTransport.
	Transport http.RoundTripper
}

// Tracker is one Jira site. It keeps what it learns of the site, so a new
// one is made for every pass. It is for one goroutine at a time.
type Tracker struct {
	o     Options
	name  string   // short name in the org's file
	base  *url.URL // where requests go
	site  string   // where people click, no trailing slash
	read  *gojira.Client
	write *gojira.Client
	hide  []string // secrets that no error may repeat

	kind   kind      // nil: not known yet
	self   string    // the site's own name; "" where it does not say, or before kind is known
	me     *wireUser // nil: not asked yet
	schema *schema   // nil: not asked yet
	round  round

	in           projects
	noProperties bool // the site takes no issue property along with an edit
}

var _ connectors.Tracker = (*Tracker)(nil)

// New checks the options and makes a tracker. It does not touch the network.
// Its error is a *connectors.Error of kind Invalid or Auth.
func New(o Options) (*Tracker, error) {
	t := &Tracker{o: o, name: o.Config.Name, in: newProjects()}
	base, err := url.Parse(o.Config.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, t.fail("read the configuration", connectors.Invalid,
			errors.New("the url is not an http or https address"), "write it as https://YOUR-SITE.atlassian.net")
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, t.fail("read the configuration", connectors.Invalid,
			errors.New("the url holds more than host and path"), "write it as https://YOUR-SITE.atlassian.net; user and token go under auth")
	}
	t.base = base
	t.site = strings.TrimRight(o.Config.Site, "/")
	if t.site == "" {
		t.site = strings.TrimRight(o.Config.URL, "/")
	}
	if o.Pace == nil {
		o.Pace = transport.NewPace(o.Rate)
	}
	authorize, err := t.authorize()
	if err != nil {
		return nil, err
	}
	to := transport.Options{
		Base:      base,
		Authorize: authorize,
		UserAgent: o.UserAgent,
		// Names and messages in English whatever the account's language, so that
		// they can be read and recognised.
		Headers:   map[string]string{"Accept-Language": "en", "X-Force-Accept-Language": "true"},
		Pace:      o.Pace,
		Limits:    limits(),
		Attempts:  o.Attempts,
		Timeout:   o.Timeout,
		WaitMin:   o.WaitMin,
		WaitMax:   o.WaitMax,
		Log:       o.Log,
		Transport: o.Transport,
	}
	if t.read, err = gojira.NewClient(transport.New(to, transport.Reads), o.Config.URL); err == nil {
		t.write, err = gojira.NewClient(transport.New(to, transport.Writes), o.Config.URL)
	}
	if err != nil {
		return nil, t.fail("read the configuration", connectors.Invalid, err, "")
	}
	return t, nil
}

func (t *Tracker) authorize() (func(*http.Request), error) {
	token, user := t.o.Token, t.o.Config.Auth.User
	switch {
	case token == "":
		return nil, t.fail("read the token", connectors.Auth, errors.New("the token is empty"), "set what auth.token refers to")
	case strings.ContainsFunc(token, notInHeader):
		return nil, t.fail("read the token", connectors.Auth, errors.New("the token holds a space, a line break or a character that is not ASCII"),
			"look for a line break at the end of what auth.token refers to")
	}
	t.hide = []string{token}
	switch t.o.Config.Auth.Type {
	case config.Bearer:
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, nil
	case config.Basic:
		if user == "" {
			return nil, t.fail("read the configuration", connectors.Invalid, errors.New("basic auth has no user"), "set auth.user to the account's e-mail address")
		}
		probe := &http.Request{Header: http.Header{}}
		probe.SetBasicAuth(user, token)
		t.hide = append(t.hide, strings.TrimPrefix(probe.Header.Get("Authorization"), "Basic "))
		return func(r *http.Request) { r.SetBasicAuth(user, token) }, nil
	}
	return nil, t.fail("read the configuration", connectors.Invalid,
		fmt.Errorf("auth type %q is not one that Jira knows", t.o.Config.Auth.Type), "use basic (Cloud) or bearer")
}

func notInHeader(r rune) bool { return r <= ' ' || r > '~' }

// fail makes an error of this tracker.
func (t *Tracker) fail(op string, kind connectors.Kind, err error, try string) *connectors.Error {
	return &connectors.Error{Tracker: t.name, Op: op, Kind: kind, Err: err, Try: try}
}

// key is the identity of the issue with this id.
func (t *Tracker) key(id string) roadmap.Key { return roadmap.Key{Tracker: t.name, ID: id} }
