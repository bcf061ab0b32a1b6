package config

import (
	"regexp"

	"github.com/alignd/alignd/internal/roadmap"
)

// trackerKeys are the keys of a tracker, by its type.
func trackerKeys() []key {
	const jira, linear = string(Jira), string(Linear)
	return []key{
		{name: "type", of: jira, value: oneOf(jira), must: "type: jira or type: linear", means: "`jira`: a Jira site, Cloud or Data Center"},
		{name: "type", of: linear, value: oneOf(linear), must: "type: jira or type: linear", means: "`linear`: a Linear workspace"},
		{
			name: "auth", of: jira, value: tableOf(authKeys(), authKinds(Jira)...),
			must: "auth: " + authExample(Jira), means: "how we authenticate, see below",
		},
		{
			name: "auth", of: linear, value: tableOf(authKeys(), authKinds(Linear)...),
			must: "auth: " + authExample(Linear), means: "how we authenticate, see below",
		},
		{
			name: "url", of: jira, value: value{form: formAddress}, must: "url: https://acme.atlassian.net",
			means: "the site, with its context path if it has one. Plain http only for loopback",
		},
		{name: "url", of: linear, value: value{form: formAddress}, otherwise: linearURL, means: "the GraphQL endpoint"},
		{
			name: "projects", of: jira, value: listOf(text(containerID)), must: "projects: [PAY, WEB]",
			means: "keys of the projects with the stories; at least one",
		},
		{
			name: "jql", of: jira, value: value{form: formBlock}, normal: "none",
			means: "narrows the stories further; one condition, without `ORDER BY`. It is asked whole at every pass: an issue that stops matching is no story any more. In JQL `!=` and `NOT IN` pass over issues where the field is empty, so `labels != no-sync` alone leaves out every issue without labels: write `labels IS EMPTY OR labels != no-sync`",
		},
		{
			name: "requests_per_second", value: value{form: formNumber, low: 0, high: 10000, example: "as in 10, the default"}, otherwise: defaultRequestsPerSecond,
			means: "the pace of all requests to this tracker; more than 0, at most 10000",
		},
		{
			name: "census", value: value{form: formDuration}, otherwise: Duration{Clock: defaultCensus}.String(),
			means: "how often all ids are counted, which is how deletions show, and on Linear who is who is read whole; at least `1h`",
		},
		{
			name: "site", of: jira, value: value{form: formAddress}, normal: "`url`",
			means: "address for links that people click. Required where `url` is Atlassian's API gateway (`https://api.atlassian.com/ex/jira/CLOUD-ID`), which scoped tokens need: links would lead people to the API",
		},
		{
			name: "deployment", of: jira, value: oneOf(string(Cloud), string(DataCenter)), normal: "the site is asked",
			means: "`cloud` or `datacenter`: stated instead of asked",
		},
		{
			name: "levels", of: jira, value: listOf(value{}), normal: "none",
			means: "Data Center: the issue types above Epic, by name or id, the nearest first: `[Initiative, Theme]`. Jira Cloud tells its levels itself",
		},
		{
			name: "ca_file", of: jira, normal: "the machine's authorities",
			means: "a PEM file with the private authority that signed the site's certificate, relative to this file",
		},
		{name: "teams", of: linear, value: listOf(text(containerID)), must: "teams: [ENG, OPS]", means: "keys of the teams; at least one"},
		{
			name: "label_ids", of: linear, value: value{form: formMap, each: ptr(text(anyUUID))}, normal: "found by name, or created",
			means: "use these labels and create none: `{needs-goal: UUID}`. Each is a label that a rule writes",
		},
		{name: "concurrency", later: true},
	}
}

var (
	anyUUID     = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	secretShape = regexp.MustCompile(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$`)
)

// authKinds are the ways to authenticate to a type of tracker.
func authKinds(tracker TrackerType) []string {
	if tracker == Linear {
		return []string{string(APIKey), string(OAuth)}
	}
	return []string{string(Basic), string(Bearer)}
}

// authKeys are the keys of auth, by its type.
func authKeys() []key {
	const mustToken, mustSecret = "token: env:NAME or file:PATH", "client_secret: env:NAME or file:PATH"
	return []key{
		{name: "type", of: string(Basic), value: oneOf(string(Basic)), must: authExample(Jira), means: "`basic`: Jira Cloud, an account and its API token; Data Center, user name and password"},
		{name: "type", of: string(Bearer), value: oneOf(string(Bearer)), must: authExample(Jira), means: "`bearer`: Jira Data Center, a personal access token; Jira Cloud, an access token, at the gateway"},
		{name: "type", of: string(APIKey), value: oneOf(string(APIKey)), must: authExample(Linear), means: "`api-key`: Linear, a personal API key"},
		{name: "type", of: string(OAuth), value: oneOf(string(OAuth)), must: authExample(Linear), means: "`oauth`: Linear, an app with client credentials; alignd acts as the app"},
		{name: "user", of: string(Basic), must: "the e-mail address of the account", means: "Jira Cloud: the e-mail address of the account; Data Center: its user name"},
		{name: "token", of: "basic bearer api-key", value: text(secretShape), must: mustToken, means: "a SECRET"},
		{
			name: "client_id", of: string(OAuth), value: text(clientIDShape), means: "the app's client ID, which is no secret",
			must: "the app's client ID; Linear shows it under Settings > API > OAuth applications",
		},
		{name: "client_secret", of: string(OAuth), value: text(secretShape), must: mustSecret, means: "a SECRET"},
	}
}

var (
	notFile   = regexp.MustCompile(`^([^f]|f[^i]|fi[^l]|fil[^e]|file.|f$|fi$|fil$)`) // any name but file
	jiraOwner = regexp.MustCompile(`^(assignee|reporter|field:.*\S.*)$`)
)

// sourceKeys are the keys of a roadmap source, by where it is from.
func sourceKeys() []key {
	const jira, linear, file = string(Jira), string(Linear), roadmap.FileTracker
	const mustFrom = "the name of a tracker, or file"
	return []key{
		{name: "from", of: "jira linear", value: text(notFile), must: mustFrom, means: "the tracker's name"},
		{name: "from", of: file, value: oneOf(file), must: mustFrom, means: "`file`: the goals stand here"},
		{name: "jql", of: jira, value: value{form: formBlock}, must: "jql: project = ROAD AND issuetype = Initiative", means: "which issues are goals"},
		{
			name: "goals", of: linear, value: oneOf("initiatives", "projects"), must: "goals: initiatives or goals: projects",
			means: "`initiatives` or `projects`",
		},
		{
			name: "goals", of: file, value: listOf(tableOf(goalKeys())), must: "goals: [{id: GROW-1, title: Double sign-ups, pm: ana}]",
			means: "the goals themselves, each with the keys below",
		},
		{name: "pm", of: jira, value: text(jiraOwner), otherwise: "assignee", means: "who is PM: `assignee`, `reporter` or `\"field:NAME\"`"},
		{name: "po", of: jira, value: text(jiraOwner), normal: "nobody", means: "who is PO: the same forms"},
		{name: "pm", of: linear, value: oneOf("owner", "lead"), otherwise: "owner", means: "who is PM: the `owner` of the initiative (a project has that of its initiative), or the `lead` of the project (an initiative has the leads of its open projects)"},
		{name: "po", of: linear, value: oneOf("owner", "lead"), otherwise: "lead", means: "who is PO: the same"},
	}
}

// goalKeys are the keys of a goal in the file.
func goalKeys() []key {
	people := value{form: formEither, either: []value{{}, listOf(value{})}}
	return []key{
		{name: "id", value: text(goalID), must: "id: GROW-1", means: "letters, digits, `.`, `_`, `-`; no two alike"},
		{name: "title", must: "title: Double self-serve sign-ups", means: "what it is"},
		{name: "status", value: oneOf("planned", "active", "done", "dropped"), otherwise: "active", means: "`planned`, `active`, `done` or `dropped`"},
		{name: "target", value: value{form: formDate}, normal: "none", means: "a date, `2026-12-31`"},
		{name: "pm", value: people, normal: "nobody", means: "a name, or a list of names; one that is a key of `people` is that person"},
		{name: "po", value: people, normal: "nobody", means: "the same"},
		{name: "url", value: value{form: formAddress}, normal: "none", means: "where to read about it"},
	}
}
