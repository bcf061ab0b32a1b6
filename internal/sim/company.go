package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/alignd/alignd/internal/sim/jirasim"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// Credentials that the built-in trackers accept. They open nothing else.
const (
	BotEmail     = "alignd-bot@acme.example"
	JiraToken    = "demo-jira-token"
	LinearKey    = "lin_api_demo"
	JiraBot      = "5b10demo0000000000000bot"
	POField      = "customfield_10050" // "Product Owner", a user picker on the roadmap project
	LinearURLKey = "acme"
)

// Company is the built-in trackers with a company's work in them.
type Company struct {
	Jira   *jirasim.Server
	Linear *linearsim.Server
	Plot   Plot

	clock *Clock
}

// Plot names what was planted for the demo's story to be told with.
type Plot struct {
	Relinked  string // Jira story without a goal, which a person links to Epic
	Epic      string
	Vetoed    string // Jira story without a goal, from which a person removes our label
	Ownerless string // Jira initiative without a PO, for which a person is named
	NewPO     string // account id of that person
	ByLabel   string // Jira story that reaches its goal by a label
}

// Clock is the company's time. It moves only when it is told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stops time at a moment.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now gives the company's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves time on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Handlers gives the two trackers to serve.
func (c *Company) Handlers() (jira, linear http.Handler) { return c.Jira, c.Linear }

// NewCompany makes the company as it stands at the clock's time.
func NewCompany(seed uint64, clock *Clock) (*Company, error) {
	c := &Company{
		Jira:   jirasim.New(jirasim.Options{Clock: clock.Now}),
		Linear: linearsim.New(linearsim.Options{Clock: clock.Now, Seed: int64(seed)}),
		clock:  clock,
	}
	b := &builder{Company: c, rand: rand.New(rand.NewPCG(seed, 1)), used: map[string]bool{}}
	b.jira()
	b.linear()
	return c, errors.Join(b.errs...)
}

// builder fills the trackers.
type builder struct {
	*Company
	rand *rand.Rand
	used map[string]bool // titles
	errs []error
}

// daysAgo gives a moment of a working day some days before now.
func (b *builder) daysAgo(days int) time.Time {
	return b.clock.Now().AddDate(0, 0, -days).Add(-time.Duration(b.rand.IntN(8*60)) * time.Minute)
}

// issue adds a Jira issue.
func (b *builder) issue(i jirasim.Issue) jirasim.Issue {
	if i.Updated.IsZero() {
		i.Updated = i.Created
	}
	added, err := b.Jira.AddIssue(i)
	if err != nil {
		b.errs = append(b.errs, fmt.Errorf("built-in company: %w", err))
	}
	return added
}

// story words a story about one of an epic's subjects, no two alike.
func (b *builder) story(subjects []string) string {
	for {
		title := verbs[b.rand.IntN(len(verbs))] + " " + subjects[b.rand.IntN(len(subjects))]
		if extra := b.rand.IntN(len(tails)); b.used[title] {
			title += " " + tails[extra]
		}
		if !b.used[title] {
			b.used[title] = true
			return title
		}
	}
}

// pick gives one of some values.
func pick[T any](b *builder, values ...T) T { return values[b.rand.IntN(len(values))] }
