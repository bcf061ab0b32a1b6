package pass_test

import (
	"net/http"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/roadmap"
)

// want checks how Jira issues stand: "KEY labels / comments", the comments by
// what their mark lines speak of; "-" is none.
func (w *town) want(lines ...string) {
	w.t.Helper()
	for _, line := range lines {
		key, _, _ := strings.Cut(line, " ")
		i, _ := w.jira.Issue(key)
		var bodies []string
		for _, c := range w.jira.Comments(key) {
			bodies = append(bodies, c.Body)
		}
		if got := stand(key, i.Labels, bodies); got != line {
			w.t.Errorf("it stands as %q, want %q", got, line)
		}
	}
}

// wantEng is want for a Linear issue.
func (w *town) wantEng(id, want string) {
	w.t.Helper()
	var bodies []string
	for _, c := range w.eng.Comments(id) {
		bodies = append(bodies, c.Body)
	}
	if got := stand("eng", w.eng.LabelNames(id), bodies); got != "eng "+want {
		w.t.Errorf("it stands as %q, want %q", got, "eng "+want)
	}
}

func stand(name string, labels, bodies []string) string {
	slices.Sort(labels)
	marks := make([]string, len(bodies))
	for i, b := range bodies {
		marks[i] = "by a person"
		if m, ok := roadmap.ParseMarkLine(b[strings.LastIndexByte(b, '\n')+1:]); ok {
			marks[i] = "resolved"
			for n, r := range m.Rules {
				if n == 0 {
					marks[i] = ""
				}
				marks[i] += string(r)
			}
		}
	}
	or := func(all []string) string {
		if len(all) == 0 {
			return "-"
		}
		return strings.Join(all, ",")
	}
	return name + " " + or(labels) + " / " + or(marks)
}

// planned tells the changes of a pass and what came of them.
func planned(o *pass.Outcome) string {
	var all []string
	for _, c := range o.Plan.Changes {
		s := string(c.Ref) + " " + string(c.Action)
		if r, ok := o.Results[c.ID]; ok {
			s += " " + string(r.Outcome)
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// held tells what is held on an item, and why.
func held(o *pass.Outcome, ref roadmap.Ref) string {
	var all []string
	for _, h := range o.Plan.Held {
		if h.Ref == ref {
			all = append(all, string(h.Action)+" "+string(h.Reason))
		}
	}
	return strings.Join(all, "; ")
}

// linkage gives how a story stands to the roadmap, or "no story".
func linkage(o *pass.Outcome, ref roadmap.Ref) string {
	for _, s := range o.Alignment.Stories {
		if s.Item.Ref == ref {
			return string(s.Linkage)
		}
	}
	return "no story"
}

// put tells Jira's edits of issues: labels.
func put(r *http.Request) bool {
	return r.Method == http.MethodPut && !strings.Contains(r.URL.Path, "/comment/")
}

// post tells Jira's creations of comments.
func post(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comment")
}

// editing tells Jira's edits of comments.
func editing(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/comment/")
}

// first makes the first request of a kind go wrong, and no other.
func first(kind func(*http.Request) bool, f connectortest.Fault) func(*http.Request) connectortest.Fault {
	done := false
	return func(r *http.Request) connectortest.Fault {
		if done || !kind(r) {
			return connectortest.None
		}
		done = true
		return f
	}
}
