package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/connectors"
)

// Check asks, one probe each: who we are, what the site is, and whether its clock
// is ours; for each project that stories or goals are in, what we may do there;
// for each query of the file, whether it is accepted and how much it finds; for
// each field and each kind of issue link that the file names, whether there is
// one. It writes nothing. What is wrong is in the probes; an error, along with
// the probes so far, means that nothing more could be asked.
func (t *Tracker) Check(ctx context.Context) ([]connectors.Probe, error) {
	c := &checking{Tracker: t, ctx: ctx}
	if err := t.login(ctx); err != nil {
		c.say("token", "", err)
		return c.probes, err
	}
	id, _ := t.kind.identity(*t.me)
	c.say("token", fmt.Sprintf("we are %s (%s), in time zone %s", t.safe(t.me.DisplayName), t.safe(id), cmp.Or(t.safe(t.me.TimeZone), "unknown")), nil)
	c.site()
	for _, p := range t.o.Config.Projects {
		c.project(p)
	}
	if t.o.Config.JQL != "" {
		c.scope()
	}
	c.sources()
	c.fields()
	c.linkTypes()
	return c.probes, c.over
}

// checking is one run of Check.
type checking struct {
	*Tracker
	ctx    context.Context
	probes []connectors.Probe
	over   error // why nothing more is asked
}

// say adds a probe, unless nothing more can be asked.
func (c *checking) say(what, detail string, err error) {
	if c.over != nil {
		return
	}
	if err != nil && len(c.probes) > 0 && (c.ctx.Err() != nil || connectors.KindOf(err) == connectors.Auth) {
		c.over = err
		return
	}
	p := connectors.Probe{What: what, OK: err == nil, Detail: detail}
	var e *connectors.Error
	switch {
	case errors.As(err, &e):
		p.Detail, p.Try = e.Err.Error(), e.Try
	case err != nil:
		p.Detail = err.Error()
	}
	c.probes = append(c.probes, p)
}

// clockMost is how far two clocks may be apart: less than the least grace, and
// more than a slow answer takes.
const clockMost = 2 * time.Minute

// site asks what the site is, and compares its clock with ours by the Date of
// the answer.
func (c *checking) site() {
	var info wireServerInfo
	var head http.Header
	r := request{op: "ask for the kind of Jira", method: http.MethodGet, path: "rest/api/2/serverInfo", head: &head}
	var asked, answered time.Time
	if c.o.Now != nil {
		asked = c.o.Now()
	}
	err := c.call(c.ctx, r, &info)
	if c.o.Now != nil {
		answered = c.o.Now()
	}
	what := "Jira Cloud"
	if c.dataCenter() {
		what = "Jira Data Center"
	}
	c.say("site", fmt.Sprintf("%s, version %s", what, cmp.Or(c.safe(info.Version), "unknown")), err)
	date, dateErr := http.ParseTime(head.Get("Date"))
	if err != nil || dateErr != nil || c.o.Now == nil {
		return
	}
	// The site wrote its date, in whole seconds, somewhere between the two.
	var apart time.Duration
	switch {
	case date.Add(time.Second).Before(asked):
		apart = asked.Sub(date.Add(time.Second))
	case date.After(answered):
		apart = answered.Sub(date)
	}
	where := "ahead of"
	if apart < 0 {
		where = "behind"
	}
	if apart.Abs() > clockMost {
		c.say("clock", "", c.fail(r.op, connectors.Invalid,
			fmt.Errorf("this machine's clock is %s %s the site's, so ages are wrong by as much", apart.Abs().Round(time.Second), where),
			"set this machine's clock (NTP)"))
		return
	}
	c.say("clock", "ours and the site's agree", nil)
}

// scope tries the query that narrows the stories.
func (c *checking) scope() {
	within := make([]string, len(c.o.Config.Projects))
	for i, p := range c.o.Config.Projects {
		within[i] = quoteJQL(p)
	}
	n, err := c.kind.count(c.ctx, "try jql", narrow("project in ("+strings.Join(within, ", ")+")", c.o.Config.JQL))
	if err == nil && n == 0 {
		err = c.fail("try jql", connectors.Invalid, errors.New("it is accepted and leaves no issue: there would be no story"), "see whether jql says what is meant")
	}
	c.say("jql", c.number(n, "issue")+" of these projects", err)
}

// sources tries the queries for goals, and looks at the projects in which they
// find some.
func (c *checking) sources() {
	seen := map[string]bool{}
	for _, p := range c.o.Config.Projects {
		seen[strings.ToUpper(p)] = true
	}
	var more []string
	for _, i := range slices.Sorted(maps.Keys(c.o.Sources)) {
		what, jql := fmt.Sprintf("roadmap source %d", i+1), narrow(c.o.Sources[i].JQL)
		n, err := c.kind.count(c.ctx, "count "+what, jql)
		var in []string
		if err == nil && n > 0 {
			var some []wireIssue
			some, err = c.sample("look at "+what, jql, sampleMost)
			for _, is := range some {
				var p wireProject
				if is.Fields.read("project", &p) && p.Key != "" && !slices.Contains(in, p.Key) {
					in = append(in, p.Key)
				}
			}
			slices.Sort(in)
		}
		detail := c.number(n, "goal")
		if len(in) > 0 {
			detail += ", in " + strings.Join(in, ", ")
		}
		c.say(what, detail, err)
		for _, p := range in {
			if !seen[p] {
				seen[p] = true
				more = append(more, p)
			}
		}
	}
	for _, p := range more {
		c.project(p)
	}
}

// sampleMost is how many issues are looked at to learn where the issues of a
// query are.
const sampleMost = 100

func (c *checking) sample(op, jql string, most int) ([]wireIssue, error) {
	fields := []string{"project"}
	if d, is := c.kind.(*dataCenter); is {
		found, err := d.search(c.ctx, op, wireSearchDC{JQL: jql, Fields: fields, MaxResults: most, Validate: true})
		if err != nil {
			return nil, err
		}
		return *found.Issues, nil
	}
	var found wireFound
	r := request{op: op, method: http.MethodPost, path: "rest/api/2/search/jql", body: wireSearch{JQL: jql, Fields: fields, MaxResults: most}}
	if err := c.call(c.ctx, r, &found); err != nil {
		return nil, err
	}
	if found.Issues == nil {
		return nil, c.notJira(r, "the answer to a search holds no issues")
	}
	return *found.Issues, nil
}

// number words a count, which Jira Cloud gives as an estimate.
func (c *checking) number(n int, of string) string {
	switch {
	case n == 0:
		return "no " + of + " at present"
	case n == 1:
		return "one " + of
	case c.dataCenter():
		return fmt.Sprintf("%d %ss", n, of)
	}
	return fmt.Sprintf("about %d %ss", n, of)
}

// fields looks up each field that the file names.
func (c *checking) fields() {
	people, goals := c.roleSpecs(), goalSpecs(c.o.Links)
	if c.over != nil || len(people)+len(goals) == 0 {
		return
	}
	all, err := c.Tracker.fields(c.ctx)
	s := newSchema(all)
	if err == nil {
		err = c.judgeScopes(c.ctx, s, slices.Concat(people, goals))
	}
	if err != nil {
		c.say("fields", "", err)
		return
	}
	for _, spec := range people {
		f, err := s.resolve(spec)
		if err != nil {
			err = c.fail("find the field of a role", connectors.Invalid, err, "correct pm or po in the roadmap section, or let the account see the field")
		}
		c.say(spec, fmt.Sprintf("the field %s (%s)", c.safe(f.Name), f.ID), err)
	}
	for _, spec := range goals {
		f, err := s.find(spec)
		if c.o.LinkFieldOptional && errors.Is(err, errNoField) {
			c.say(spec, "this site has no such field, and another of the org's may have it", nil)
			continue
		}
		if err != nil {
			err = c.fail("find the field of a link", connectors.Invalid, err, "correct it under links, or let the account see the field")
		}
		c.say(spec, fmt.Sprintf("the field %s (%s)", c.safe(f.Name), f.ID), err)
	}
}

// linkTypes looks for each name of an issue link in the site's list.
func (c *checking) linkTypes() {
	names := c.linkNames()
	if c.over != nil || len(names) == 0 {
		return
	}
	var site struct {
		Types []struct {
			Name    string `json:"name"`
			Inward  string `json:"inward"`
			Outward string `json:"outward"`
		} `json:"issueLinkTypes"`
	}
	err := c.call(c.ctx, request{op: "list link types", method: http.MethodGet, path: "rest/api/2/issueLinkType"}, &site)
	var there []string
	for _, lt := range site.Types {
		there = append(there, lt.Name, lt.Outward, lt.Inward)
	}
	for _, name := range names {
		i := slices.IndexFunc(there, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(name)) })
		detail := ""
		switch {
		case err != nil:
		case i >= 0:
			detail = fmt.Sprintf("a name of the link type %s", c.safe(there[i-i%3]))
		case c.o.LinkFieldOptional:
			detail = "this site has no such link, and another of the org's may have it"
		default:
			err := c.fail("find a link type", connectors.Invalid, fmt.Errorf("no link type, and no direction of one, is called %q; there are %s", name, c.safe(strings.Join(there, ", "))),
				"correct issue-link under links")
			c.say("issue link "+name, "", err)
			continue
		}
		c.say("issue link "+name, detail, err)
	}
}
