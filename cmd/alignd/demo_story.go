package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/sim"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// demoOrg is the org's file of the demo: nothing in it is special.
const demoOrg = `org: acme
schedule: "*/15 * * * *"
mode: %s

trackers:
  jira:
    type: jira
    url: %s
    auth: {type: basic, user: %s, token: "file:jira-token"}
    projects: [PAY, WEB]
    requests_per_second: 1000
  eng:
    type: linear
    url: %s/graphql
    auth: {type: api-key, token: "file:linear-key"}
    teams: [ENG, OPS]
    requests_per_second: 1000

roadmap:
  - from: jira
    jql: project = ROAD AND issuetype = Initiative
    pm: assignee
    po: "field:Product Owner"
  - from: eng
    goals: initiatives
  - from: file
    goals:
      - {id: KTLO-1, title: Keep the lights on, pm: ana, po: boris, status: active}

people:
  ana: {accounts: {jira: ana@acme.example, eng: ana@acme.example}}
  boris: {accounts: {jira: boris@acme.example, eng: boris@acme.example}}

rules:
  story-without-goal: {unless: '"ktlo" in item.labels'}
`

// tellStory runs the story on the built-in company.
func (d *demo) tellStory(seed uint64) error {
	company, err := sim.NewCompany(seed, d.clock)
	if err != nil {
		return err
	}
	d.company = company
	jira, linear := company.Handlers()
	if d.jira, err = d.serve(jira); err != nil {
		return err
	}
	if d.linear, err = d.serve(linear); err != nil {
		return err
	}
	if err := errors.Join(d.write("jira-token", sim.JiraToken), d.write("linear-key", sim.LinearKey), d.mode(config.Observe)); err != nil {
		return err
	}
	plot := company.Plot

	d.chapter("A company with %d items in two trackers", d.items())
	d.say("  Jira    %s   projects ROAD (the roadmap), PAY, WEB\n  Linear  %s   teams ENG, OPS\n  The org's file is %s", d.jira, d.linear, d.file())

	d.chapter("What would alignd say? It observes and writes nothing")
	if err := d.show(24, "plan"); err != nil {
		return err
	}

	d.chapter("The file says mode: write now; one pass")
	d.say("  %s before, as it stands in the Jira:", plot.Relinked)
	d.issue(plot.Relinked)
	if err := d.mode(config.Write); err != nil {
		return err
	}
	if err := d.show(24, "sync"); err != nil {
		return err
	}
	d.say("\n  %s after (%s/browse/%s):", plot.Relinked, d.jira, plot.Relinked)
	d.issue(plot.Relinked)

	d.chapter("A quarter of an hour later: nothing has changed")
	d.clock.Advance(15 * time.Minute)
	if err := d.show(12, "sync"); err != nil {
		return err
	}

	d.chapter("People act")
	d.clock.Advance(2 * time.Hour)
	if err := d.peopleAct(plot); err != nil {
		return err
	}

	d.chapter("The next pass resolves what is fixed and leaves alone what a person undid")
	if err := d.show(24, "sync"); err != nil {
		return err
	}
	d.say("\n  %s now:", plot.Relinked)
	d.issue(plot.Relinked)
	if err := d.show(24, "explain", "jira:"+plot.Vetoed); err != nil {
		return err
	}
	d.clock.Advance(15 * time.Minute)
	return d.show(12, "sync")
}

// mode writes the org's file.
func (d *demo) mode(m config.Mode) error {
	return d.write("acme.yaml", fmt.Sprintf(demoOrg, m, d.jira, sim.BotEmail, d.linear))
}

// items counts what is in both trackers.
func (d *demo) items() int {
	return len(d.company.Jira.Issues()) + len(d.company.Linear.Issues()) + len(d.company.Linear.Projects()) + len(d.company.Linear.Initiatives())
}

// peopleAct does what people do: one links, one removes our label, one names a PO.
func (d *demo) peopleAct(plot sim.Plot) error {
	j := d.company.Jira
	err := errors.Join(
		j.Edit(plot.Relinked, plot.NewPO, func(i *jirasim.Issue) { i.ParentKey = plot.Epic }),
		j.Edit(plot.Vetoed, plot.NewPO, func(i *jirasim.Issue) { i.Labels = without(i.Labels, "needs-goal") }),
		j.Edit(plot.Ownerless, plot.NewPO, func(i *jirasim.Issue) {
			i.Custom = map[string]any{sim.POField: plot.NewPO}
		}),
	)
	d.say("  Cleo gives %s the parent %s.\n  Boris removes the label needs-goal from %s: \"we know, leave it\".\n  Ana names Cleo product owner of %s.",
		plot.Relinked, plot.Epic, plot.Vetoed, plot.Ownerless)
	return err
}

// issue shows a Jira issue as it stands in the tracker: labels and comments.
func (d *demo) issue(key string) {
	i, _ := d.company.Jira.Issue(key)
	labels := strings.Join(i.Labels, ", ")
	if labels == "" {
		labels = "none"
	}
	text := fmt.Sprintf("%s  %s\nlabels: %s", i.Key, i.Summary, labels)
	comments := d.company.Jira.Comments(key)
	if len(comments) == 0 {
		text += "\ncomments: none"
	}
	for _, cm := range comments {
		text += "\ncomment by alignd:\n  " + strings.ReplaceAll(cm.Body, "\n", "\n  ")
	}
	for _, line := range strings.Split(text, "\n") {
		d.say("  %s %s", d.paint(amber, "|"), line)
	}
}

func without(labels []string, label string) []string {
	var kept []string
	for _, l := range labels {
		if l != label {
			kept = append(kept, l)
		}
	}
	return kept
}
