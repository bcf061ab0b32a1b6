package linear

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/transport"
)

// DefaultURL is where Linear's API is when the org's file does not say.
const DefaultURL = "https://api.linear.app/graphql"

const (
	// pageSize is the most rows that one request asks for. No maximum is
	// documented; 250 is what other clients use. TestPrice asserts what the
	// dearest document costs at this size.
	pageSize = 250
	// idsPerRequest bounds the ids in one filter.
	idsPerRequest = 50
	defaultWaits  = 4
	defaultWait   = 60 * time.Second
)

// Options shape a Tracker. Config, Org and a credential are required: Token, or
// ClientID and ClientSecret.
type Options struct {
	Config config.Tracker
	Org    string
	// Sources are the roadmap sources that come from this tracker, by their
	// index in the org's file. They decide whether missing initiatives matter.
	Sources map[int]config.Source
	// Labels are the labels that alignd may write, by the kind of item that
	// they are written to. Only Check reads them; nil: no label is looked for.
	Labels map[roadmap.Kind][]string

	Token string // a personal API key
	// ClientID and ClientSecret are those of an OAuth app, as which we then act.
	ClientID, ClientSecret string
	// KeptToken is what KeepToken was last given, in this process or an earlier
	// one; "": nothing. KeepToken keeps an access token of the app for later
	// Trackers; what it is given is sealed under ClientSecret. nil: the token
	// lives as long as the Tracker.
	KeptToken string
	KeepToken func(ctx context.Context, sealed string) error

	// KeptDirectory is what KeepDirectory was last given, in this process or an
	// earlier one; "": nothing. KeepDirectory keeps who is who for later Trackers,
	// which then ask only for what has changed. nil: everything is read each time.
	KeptDirectory string
	KeepDirectory func(ctx context.Context, kept string) error
	// Now tells how old what was kept is; Config.Census says until when it is
	// built on. nil: it is not.
	Now func() time.Time

	UserAgent string
	Log       *slog.Logger // nil: none

	PageSize int     // rows asked for at a time; 0 or more than 250: 250
	Rate     float64 // requests per second; 0: transport's default. Not looked at when Pace is given
	// Pace is shared with the other trackers of the same account. nil: one of
	// this Tracker's own, at Rate.
	Pace     *transport.Pace
	Timeout  time.Duration // of one attempt; 0: transport's default
	Attempts int           // at one request that fails in passing; 0: transport's default
	WaitMin  time.Duration // between two attempts; 0: transport's default
	// Waits is how often one request that Linear refuses for its rate limits is
	// sent again after waiting. 0: 4; negative: never.
	Waits int
	// WaitMax is the longest single wait; a limit that needs more is an error
	// of Kind RateLimited. 0: 60 s.
	WaitMax time.Duration
	// Wait sleeps, or returns the context's error when that ends first. nil: a timer.
	Wait func(context.Context, time.Duration) error
	// Transport makes the connections; nil: http.DefaultTransport.
	Transport http.RoundTripper
}

// Tracker is one Linear workspace. Make a new one for every pass: what it has
// learned of people, teams and labels is not read again.
type Tracker struct {
	o      Options
	name   string // in the org's file
	url    string
	log    *slog.Logger
	reads  *http.Client
	writes *http.Client
	tokens *http.Client // for access tokens; it carries no credential of its own

	token  string   // access token of the app; "": none yet
	scopes []string // of the token; nil where it was kept, and so is not told

	budget budget                     // what the latest answer said is left
	perRow map[string]float64         // by operation: points that a row of its pages costs, as Linear measured
	passed map[string]map[string]bool // by operation: the page cursors of the reading under way
	dir    *directory                 // nil until the first request
	unkept *lists                     // those of dir, until they are kept
	// renamed: the cursor has taken over the names of dir.
	renamed bool
	begun   map[stream]bool  // streams begun again because their page cursor was refused
	seen    map[string]known // by id: what Fetch read of labels and team, for Apply
	refused map[string]error // labels that can be neither found nor created
}

var _ connectors.Tracker = (*Tracker)(nil)

// New makes a Tracker without asking the network anything. It fails with Kind
// Invalid when the URL cannot be one.
func New(o Options) (*Tracker, error) {
	t := &Tracker{
		o: o, name: o.Config.Name, url: o.Config.URL, log: o.Log,
		perRow: map[string]float64{}, passed: map[string]map[string]bool{}, begun: map[stream]bool{},
		seen: map[string]known{}, refused: map[string]error{},
	}
	if t.url == "" {
		t.url = DefaultURL
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.o.PageSize <= 0 || t.o.PageSize > pageSize {
		t.o.PageSize = pageSize
	}
	if t.o.Waits == 0 {
		t.o.Waits = defaultWaits
	}
	if t.o.WaitMax <= 0 {
		t.o.WaitMax = defaultWait
	}
	if t.o.Wait == nil {
		t.o.Wait = sleep
	}
	base, err := url.Parse(t.url)
	if err != nil || base.Host == "" || base.User != nil || (base.Scheme != "http" && base.Scheme != "https") {
		// The URL is not repeated: it may hold a user and a password.
		return nil, t.fail("set up", connectors.Invalid, errors.New("the tracker's url is not an http(s) URL without user information"),
			"leave url out; it defaults to "+DefaultURL)
	}
	if t.isApp() && o.ClientSecret == "" {
		return nil, t.fail("set up", connectors.Auth, errNoSecret, "put it where auth.client_secret points")
	}
	if !t.isApp() && o.Token == "" {
		return nil, t.fail("set up", connectors.Auth, errors.New("the API key is empty"),
			"create one in Linear under Settings > Security & access and put it where auth.token points")
	}
	to := transport.Options{
		Base:      base,
		Authorize: t.authorize,
		UserAgent: o.UserAgent,
		Timeout:   o.Timeout,
		Attempts:  o.Attempts,
		WaitMin:   o.WaitMin,
		WaitMax:   t.o.WaitMax,
		Log:       t.log,
		Pace:      o.Pace,
		Transport: o.Transport,
	}
	if to.Pace == nil {
		to.Pace = transport.NewPace(o.Rate)
	}
	t.reads = transport.New(to, transport.Reads)
	t.writes = transport.New(to, transport.Writes)
	to.Authorize = nil
	t.tokens = transport.New(to, transport.Reads) // a token too many does no harm
	if t.isApp() && o.KeptToken != "" {
		if t.token, err = t.open(o.KeptToken); err != nil {
			t.log.Info("linear: the kept access token is of another secret or app, so a new one is asked for")
		}
	}
	return t, nil
}

// fail makes the error that every exported method returns.
func (t *Tracker) fail(op string, kind connectors.Kind, err error, try string) *connectors.Error {
	return &connectors.Error{Tracker: t.name, Op: op, Kind: kind, Err: err, Try: try}
}

// key is the identity of one of this tracker's items.
func (t *Tracker) key(id string) roadmap.Key { return roadmap.Key{Tracker: t.name, ID: id} }

// holder is whom Linear lets in, in words.
func (t *Tracker) holder() string {
	if t.isApp() {
		return "app"
	}
	return "API key"
}

// sleep waits for d or for the context, whichever ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait %s for the rate limit: %w", d, ctx.Err())
	}
}
