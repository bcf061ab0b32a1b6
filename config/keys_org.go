package config

import (
	"regexp"

	"github.com/alignd/alignd/internal/roadmap"
)

// orgKeys are the keys of the whole file.
func orgKeys() []key {
	return []key{
		{name: "org", value: text(orgName), must: "org: acme", means: "name of the organisation: 1 to 40 of `a-z`, `0-9`, `-`"},
		{
			name: "schedule", otherwise: defaultSchedule, normal: "`\"" + defaultSchedule + "\"`",
			means: "when a pass runs: five cron fields, or `\"@every 15m\"`, `\"@hourly\"`, ... Quote it: YAML takes a leading `*` or `@` for its own",
		},
		{name: "timezone", otherwise: "UTC", means: "IANA name; schedule, business days, quiet hours and dates go by it"},
		{
			name: "mode", value: oneOf(string(Observe), string(Write)), otherwise: string(Observe),
			means: "`observe`: pull, map, plan, report, never write. `write`: apply too",
		},
		{
			name: "trackers", value: value{form: formMap, pattern: trackerName, some: true, each: ptr(tableOf(trackerKeys(), string(Jira), string(Linear)))},
			must: "see docs/config.md", means: "where the issues are; at least one, each under a short name",
		},
		{
			name: "roadmap", value: listOf(tableOf(sourceKeys(), string(Jira), string(Linear), roadmap.FileTracker)),
			must: "without a goal every story would be flagged", means: "where the goals are; at least one source",
		},
		{
			name: "roles", value: oneOf(string(Split), string(Combined)), otherwise: string(Split),
			means: "`split`: PM and PO are two people. `combined`: one person may be both, and either satisfies ownership",
		},
		{name: "people", value: value{form: formMap, each: ptr(tableOf(personKeys()))}, normal: "nobody", means: "who is who across trackers"},
		{
			name: "links", value: listOf(linkValue()), normal: "`parent`, `project`, `label: \"goal:{goal}\"`",
			otherwise: []any{"parent", "project", map[string]any{"label": "goal:" + goalSlot}},
			means:     "the ways from an item to a goal",
		},
		{name: "stories", value: tableOf(storyKeys()), normal: "every story", means: "what counts as a story"},
		{name: "rules", value: tableOf(rulesKeys()), normal: "each as below", means: "what must hold; naming a rule changes only the keys that are given"},
		{name: "limits", value: tableOf(limitKeys()), normal: "as below", means: "how much one pass may write"},
		{name: "quiet", value: tableOf(quietKeys()), normal: "never", means: "when changes wait; findings do not"},
		{name: "store", normal: "`<data directory>/<org>.db`", means: "the database file, relative to this file"},
		{name: "webhooks", later: true},
		{name: "say", value: tableOf(sayKeys()), normal: "alignd's own words", means: "an org's own wording of a rule's comment; see below"},
	}
}

func ptr[T any](v T) *T { return &v }

func storyKeys() []key {
	return []key{{
		name: "where", value: value{form: formBlock}, normal: "every story",
		means: "an expression that narrows what counts as a story: every standard issue (no epic, no sub-task) that is open and past triage",
	}}
}

func limitKeys() []key {
	return []key{
		{
			name: "comments_per_run", value: value{form: formWhole, low: 0, high: 1000}, otherwise: defaultCommentsPerRun,
			means: "new comments in one pass, 0 to 1000; the rest waits",
		},
		{
			name: "max_share", value: value{form: formNumber, low: 0, high: 1, example: "as in 0.3, which is 30 %"}, otherwise: defaultMaxShare,
			means: "a pass that would newly flag more than this share of the stories is held whole; more than 0, at most 1",
		},
		{
			name: "mentions_per_person", value: value{form: formWhole, low: 0, high: 1000}, otherwise: defaultMentions,
			means: "how often one person is newly mentioned in a week; what is over is written without the mention",
		},
	}
}

func quietKeys() []key {
	return []key{
		{name: "hours", value: text(quietHours), normal: "none", means: "when changes wait, in quotes: `\"18:00-08:00\"`"},
		{name: "weekends", value: value{form: formFlag}, otherwise: false, means: "`true`: changes wait on Saturday and Sunday"},
	}
}

func personKeys() []key {
	return []key{
		{
			name: "accounts", value: value{form: formMap, some: true, each: &value{}}, must: "accounts: {jira: ACCOUNT, eng: ana@acme.example}",
			means: "the account in each tracker: Jira `accountId`, on Data Center the user name; Linear user id; or the e-mail address",
		},
		{name: "double_hat", value: tableOf(doubleHatKeys()), normal: "no", means: "declares that the person may be PM and PO of one goal"},
	}
}

func doubleHatKeys() []key {
	return []key{
		{name: "until", value: value{form: formDate}, must: "until: 2026-12-31, its last day", means: "the last day on which it holds"},
		{name: "why", normal: "none", means: "the reason, for those who read the file"},
	}
}

var anyField = regexp.MustCompile(`^field:.*\S`)

// linkValue is one entry of links: a word alone, or a way and what it needs.
func linkValue() value {
	return value{form: formEither, either: []value{
		oneOf(string(roadmap.WayParent), string(roadmap.WayProject)),
		tableOf(linkKeys(), string(roadmap.WayLabel), string(roadmap.WayIssueLink), string(roadmap.WayField), string(roadmap.WayWhen)),
	}}
}

var oneGoalSlot = regexp.MustCompile(`^[^{]*\{goal\}[^{]*$`)

func linkKeys() []key {
	return []key{
		{
			name: "label", of: "label", value: text(oneGoalSlot), must: `- label: "goal:{goal}"`,
			means: "a label that names the goal: `label: \"goal:{goal}\"` is `goal:GROW-1` or `goal:jira:ROAD-1`. May stand several times, with other templates. A label that a rule writes names no goal. Without a linear tracker it can hold no space: no Jira label can",
		},
		{
			name: "issue-link", of: "issue-link", value: listOf(value{}), must: `- issue-link: [implements]`,
			means: "Jira: links between issues, `issue-link: [implements]`. A name is that of a direction (`implements`), which is followed that way only, or of a link type, which is followed both ways",
		},
		{
			name: "field", of: "field", value: text(anyField), must: `- field: "field:Strategic goal"`,
			means: "Jira: `field: \"field:NAME\"`, a field, by name or id, that holds the ref or key of a goal, as a goal label does, or the key of another issue of the same Jira, from which the walk goes on, or the address of either. May stand several times, with other fields",
		},
		{
			name: "when", of: "when", value: value{form: formBlock}, must: `- {when: 'item.project == "PAY"', goal: file:GROW-1}`,
			means: "an expression: every item of which it is true, and that is no goal itself, leads to `goal`: `{when: EXPRESSION, goal: file:GROW-1}`. May stand several times",
		},
		{
			name: "goal", of: "when", value: text(refShape), must: "goal: file:GROW-1 or goal: jira:ROAD-1",
			means: "the ref of a goal in this file, or of one that a source of the roadmap finds (`jira:ROAD-1`)",
		},
	}
}

var refShape = regexp.MustCompile(`^[^:]+:.*\S`)
