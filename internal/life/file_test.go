package life

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
)

const ignore = roadmap.IgnoreLabel

// file is what a life's org file says, as far as lives change it.
type file struct {
	renamed  bool // the label of story-without-goal is another one
	noLabel  bool // and it writes none
	silent   bool // it writes no comment
	off      bool // it is switched off
	closed   bool // story-on-closed-goal writes label and comment
	pm       bool // goal-without-pm writes label and comment too
	narrow   bool // a query narrows the stories of the Jiras
	quiet    bool // quiet hours and weekends
	generous bool // many comments in a pass, else one
	calm     bool // no limit of comments and mentions matters; not drawn
}

// keys gives what an edit of the file may change.
func (f *file) keys() []*bool {
	return []*bool{&f.renamed, &f.noLabel, &f.silent, &f.off, &f.closed, &f.pm, &f.narrow, &f.quiet, &f.generous}
}

// perRun is how many new comments a pass may write.
func (f file) perRun() int {
	switch {
	case f.calm:
		return 1000
	case f.generous:
		return 20
	}
	return 1
}

// mentions is how often one person may be mentioned in a week.
func (f file) mentions() int {
	if f.calm {
		return 1000
	}
	return 1
}

// storyLabel is the label of story-without-goal; "": none.
func (f file) storyLabel() string {
	switch {
	case f.noLabel:
		return ""
	case f.renamed:
		return "off-roadmap"
	}
	return "needs-goal"
}

// asked gives the rules that write now, with the label of each.
func (f file) asked() map[roadmap.Rule]string {
	asked := map[roadmap.Rule]string{roadmap.GoalWithoutPO: "needs-po"}
	if !f.off {
		asked[roadmap.StoryWithoutGoal] = f.storyLabel()
	}
	if f.closed {
		asked[roadmap.StoryOnClosedGoal] = "goal-closed"
	}
	return asked
}

// speaksWith reports whether a comment of ours on a thing speaks of the rule that
// a label is for: who does not know the label finds it out there.
func (f file) speaksWith(label string, t thing) bool {
	for rule, its := range f.asked() {
		if its != label || rule == roadmap.StoryWithoutGoal && f.silent {
			continue
		}
		for _, c := range t.comments {
			if c.by == bot && slices.Contains(rules(c.body), rule) {
				return true
			}
		}
	}
	return false
}

func (f file) text(sites []site) string {
	var b strings.Builder
	b.WriteString("org: acme\nmode: write\ntrackers:\n")
	for _, s := range sites {
		b.WriteString(s.section(f))
	}
	b.WriteString("roadmap:\n")
	for _, s := range sites {
		b.WriteString(s.source())
	}
	fmt.Fprintf(&b, "rules:\n  story-without-goal: {grace: 1d, enabled: %t, label: %q, comment: %t}\n", !f.off, f.storyLabel(), !f.silent)
	b.WriteString("  goal-without-po: {grace: 1d}\n")
	if f.closed {
		b.WriteString("  story-on-closed-goal: {grace: 1h, label: goal-closed, comment: true}\n")
	}
	if f.pm {
		b.WriteString("  goal-without-pm: {grace: 1h, label: needs-pm, comment: true}\n")
	}
	fmt.Fprintf(&b, "limits: {comments_per_run: %d, mentions_per_person: %d}\n", f.perRun(), f.mentions())
	if f.quiet {
		b.WriteString("quiet: {hours: \"18:00-08:00\", weekends: true}\n")
	}
	return b.String()
}

// loaded keeps each text's org: many lives have the same file, and nothing
// changes an org once it is loaded.
var loaded sync.Map // text -> *config.Org

func load(text, dir string) *config.Org {
	if org, ok := loaded.Load(text); ok {
		return org.(*config.Org)
	}
	path := filepath.Join(dir, "acme.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		panic(err)
	}
	org, err := config.Load(path)
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, text))
	}
	loaded.Store(text, org)
	return org
}
