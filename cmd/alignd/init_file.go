package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/alignd/alignd/config"
)

// starter holds the answers that a starter file is made of. An empty one is
// filled with an example, so that a file can be made of some answers alone.
type starter struct {
	org   string
	kind  string // jira or linear
	url   string
	scope string // projects or teams, with commas between them
	user  string // Jira: "" authenticates with a personal access token
	token string // env:NAME, file:PATH, or the name of an environment variable alone
	goals string // Jira: JQL; Linear: initiatives or projects
	po    string // the field that names a goal's product owner
	since string // 2026-11-22
}

// text gives the starter file.
func (s starter) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	scope := yamlList(otherwise(s.scope, "PAY"))
	name := yamlText(otherwise(s.kind, string(config.Jira)))
	line("# alignd: the file of one organisation. docs/config.md tells every key; `alignd check` tells whether all is right.")
	line("org: %s", yamlText(otherwise(s.org, "acme")))
	line("mode: observe # pulls, maps, plans and reports. When `alignd plan` shows what you want: write")
	line("# schedule: \"@every 15m\"")
	line("# timezone: Europe/Berlin # UTC where it is left out")
	line("")
	line("trackers:")
	line("  %s: # a short name of your own choosing: items are called %s:KEY", name, name)
	line("    type: %s", name)
	if s.linear() {
		if s.url != "" {
			line("    url: %s", yamlText(s.url))
		}
		line("    auth: {type: api-key, token: %s} # where the key is found, never the key itself", yamlText(s.secret()))
		line("    teams: %s", scope)
	} else {
		line("    url: %s", yamlText(otherwise(s.url, "https://acme.atlassian.net")))
		auth := "type: bearer"
		if s.user != "" {
			auth = "type: basic, user: " + yamlText(s.user)
		}
		line("    auth: {%s, token: %s} # where the token is found, never the token itself", auth, yamlText(s.secret()))
		line("    projects: %s # those with the stories", scope)
		line("    # jql: labels IS EMPTY OR labels != no-sync # narrows the stories")
	}
	line("")
	line("roadmap: # where the goals are, the most important source first")
	line("  - from: %s", name)
	if s.linear() {
		line("    goals: %s", yamlText(otherwise(s.goals, "initiatives")))
		line("    pm: owner # who is product manager")
		line("    po: %s # who is product owner", yamlText(otherwise(s.po, "lead")))
	} else {
		line("    jql: %s", yamlText(otherwise(s.goals, defaultJQL(otherwise(s.scope, "PAY")))))
		po, pm := s.owner(), "assignee"
		if po == pm {
			pm = "reporter" // one person in both roles is a finding on every goal
		}
		line("    pm: %s # who is product manager: assignee, reporter or \"field:NAME\"", pm)
		line("    po: %s # who is product owner: the same forms", yamlText(po))
	}
	line("")
	line("# How an item may lead to a goal; these three are the default.")
	line("# links: [parent, project, {label: \"goal:{goal}\"}]")
	line("")
	line("rules:")
	line("  # What was created before `since` is reported, but neither labelled nor commented on.")
	line("  story-without-goal: {since: %s}", otherwise(s.since, "2026-01-01"))
	line("  goal-without-po: {since: %s}", otherwise(s.since, "2026-01-01"))
	line("  # The other rules report only, until they are given `comment: true` or a label; then give them a `since` too.")
	return b.String()
}

func (s starter) linear() bool { return s.kind == string(config.Linear) }

// cloud reports whether the address is one of Jira Cloud's, where an account
// authenticates with its e-mail address and an API token.
func (s starter) cloud() bool {
	host, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(s.url), "https://"), "/")
	return strings.HasSuffix(host, ".atlassian.net")
}

var bareVariable = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// secret gives the reference to the token.
func (s starter) secret() string {
	if bareVariable.MatchString(s.token) {
		return "env:" + s.token
	}
	return otherwise(s.token, "env:"+defaultVariable(s))
}

// owner gives Jira's field of the PO as the file names it.
func (s starter) owner() string {
	switch {
	case s.po == "", s.po == "assignee", s.po == "reporter", strings.HasPrefix(s.po, "field:"):
		return otherwise(s.po, "assignee")
	}
	return "field:" + s.po
}

func defaultVariable(s starter) string {
	if s.linear() {
		return "LINEAR_API_KEY"
	}
	return "JIRA_TOKEN"
}

// defaultJQL takes the epics for goals, which every Jira has.
func defaultJQL(scope string) string {
	return "project in (" + strings.Join(parts(scope), ", ") + ") AND issuetype = Epic"
}

// parts splits an answer of several.
func parts(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func otherwise(s, example string) string {
	if s == "" {
		return example
	}
	return s
}

// plainYAML is text that means itself without quotes, also between brackets;
// the words are those that some readers of YAML take for no text.
var (
	plainYAML = regexp.MustCompile(`^(https?://|env:|file:|field:)?[A-Za-z][A-Za-z0-9_./@-]*( [A-Za-z0-9_./@=-]+)*$`)
	yamlWord  = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|nan|inf)$`)
)

// yamlText writes text so that YAML reads it as it is.
func yamlText(s string) string {
	if plainYAML.MatchString(s) && !yamlWord.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

func yamlList(s string) string {
	all := parts(s)
	for i, p := range all {
		all[i] = yamlText(p)
	}
	return "[" + strings.Join(all, ", ") + "]"
}
