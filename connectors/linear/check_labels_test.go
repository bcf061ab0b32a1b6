package linear

import (
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// A label is said to be fine exactly where it can be written, which is what
// writing it then shows.
func TestCheckLabels(t *testing.T) {
	for _, tt := range []struct {
		what, name, id string
		kind           roadmap.Kind
		teams          []string // nil: ENG, which has a label "team-only"
		want           string   // of the probe; "" and an error: not OK
		wrong          string
		writes         string // what is sent in order to label an item of ENG
	}{
		{what: "there", name: "needs-goal", want: "there", writes: "issueAddLabel l-need"},
		{what: "not there", name: "new", want: "will be created", writes: "issueLabelCreate issueAddLabel l-made"},
		{what: "a group", name: "Area", wrong: "is a group of labels"},
		{what: "retired", name: "retired-one", wrong: "archived or retired"},
		{what: "of the team", name: "team-only", want: "there, as a label of the teams", writes: "issueAddLabel l-team"},
		{what: "of one team of two", name: "team-only", teams: []string{"ENG", "OPS"}, wrong: "the team ENG has", writes: "issueAddLabel l-team"},
		{what: "given", name: "a", id: "l-need", want: "there", writes: "issueAddLabel l-need"},
		{what: "given, of a team", name: "a", id: "l-team", want: "there", writes: "issueAddLabel l-team"},
		{what: "given, one of a group", name: "a", id: "l-web", want: "there", writes: "issueAddLabel l-web"},
		{what: "given, a group", name: "a", id: "l-area", wrong: "a group of labels"},
		{what: "given, retired", name: "a", id: "l-old", wrong: "archived or retired"},
		{what: "given, but mistyped", name: "needs-goal", id: "l-mistyped", wrong: "names no label that"},
		{what: "given for projects, there for issues by its name", name: "needs-goal", id: "pl-po", want: "there, by its name", writes: "issueAddLabel l-need"},
		{what: "given for projects, and not there for issues", name: "new", id: "pl-po", wrong: "names no label for issues"},
		{what: "given for projects", name: "a", id: "pl-po", kind: roadmap.KindProject, want: "there", writes: "projectAddLabel pl-po"},
		{what: "given for issues, and not there for projects", name: "a", id: "l-need", kind: roadmap.KindProject, wrong: "names no label for projects"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(t)
			f.rows("issues", issueRow("r1", "ENG-1", at))
			f.rows("projects", projectRow("r1", "aaaabbbbcccc", at))
			f.data("issueAddLabel", `{"issueAddLabel":{"success":true}}`)
			f.data("projectAddLabel", `{"projectAddLabel":{"success":true}}`)
			f.data("issueLabelCreate", `{"issueLabelCreate":{"success":true,"issueLabel":{"id":"l-made"}}}`)
			if tt.kind == "" {
				tt.kind = roadmap.KindIssue
			}
			tr := f.tracker(func(o *Options) {
				o.Labels = map[roadmap.Kind][]string{tt.kind: {tt.name}}
				if tt.id != "" {
					o.Config.LabelIDs = map[string]string{tt.name: tt.id}
				}
				if tt.teams != nil {
					o.Config.Teams = tt.teams
				}
			})
			probes, err := tr.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(probes, func(p connectors.Probe) bool { return strings.HasPrefix(p.What, "label ") })
			p := probes[at]
			if p.OK != (tt.wrong == "") || !strings.Contains(p.Detail, tt.want+tt.wrong) || p.OK == (p.Try != "") {
				t.Errorf("said %v, %q, try %q", p.OK, p.Detail, p.Try)
			}
			c := roadmap.Change{Key: roadmap.Key{Tracker: "eng", ID: "r1"}, Ref: "eng:r", Kind: tt.kind, Action: roadmap.AddLabel, Value: tt.name}
			err = tr.Apply(t.Context(), []roadmap.Change{c})[0].Err
			var sent []string
			for _, root := range []string{"issueLabelCreate", "issueAddLabel", "projectAddLabel"} {
				for _, a := range f.asks(root) {
					sent = append(sent, root)
					if id, ok := a.Variables["labelId"].(string); ok {
						sent = append(sent, id)
					}
				}
			}
			if got := strings.Join(sent, " "); got != tt.writes || (err == nil) != (tt.writes != "") {
				t.Errorf("wrote %q, %v, want %q", got, err, tt.writes)
			}
			if tt.writes == "" && connectors.KindOf(err) != connectors.Invalid {
				t.Errorf("writing it gives %v", err)
			}
		})
	}
}

// Labels that are withheld concern only who would write them.
func TestCheckWithheldLabels(t *testing.T) {
	for _, tt := range []struct {
		body, what string
		writes     bool
	}{
		{`{"errors":[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]}`, "labels of projects", true},
		{`{"errors":[{"message":"Invalid scope: x required","extensions":{"code":"FORBIDDEN"}}]}`, "labels of projects", true},
		{`{"errors":[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]}`, "", false},
	} {
		f := newFake(t)
		f.reply("projectLabels", reply{Status: 400, Body: tt.body})
		probes, err := f.tracker(func(o *Options) {
			o.Config.LabelIDs = map[string]string{"a": "l-need"}
			o.Labels = map[roadmap.Kind][]string{roadmap.KindIssue: {"a"}}
			if tt.writes {
				o.Labels[roadmap.KindProject] = []string{"b"}
			}
		}).Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wrong := ""
		for _, p := range probes {
			if !p.OK {
				wrong += p.What
			}
		}
		if wrong != tt.what {
			t.Errorf("%s: wrong are %q, want %q", tt.body, wrong, tt.what)
		}
	}
}

// Linear counts requests and points; either may run out.
func TestCheckBudget(t *testing.T) {
	for _, tt := range []struct {
		requests, points string
		ok               bool
	}{
		{"2499", "2990000", true},
		{"250", "300000", true},
		{"249", "2990000", false},
		{"2499", "1200", false},
		{"", "1200", false},
		{"", "", true},
	} {
		f := newFake(t)
		header := map[string]string{}
		for name, n := range map[string][2]string{"Requests": {"2500", tt.requests}, "Complexity": {"3000000", tt.points}} {
			if n[1] != "" {
				header["X-RateLimit-"+name+"-Limit"], header["X-RateLimit-"+name+"-Remaining"] = n[0], n[1]
			}
		}
		re := f.answers["viewer"](nil)
		re.Header = header
		f.reply("viewer", re)
		probes, err := f.tracker().Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p := probes[len(probes)-1]; p.OK != tt.ok || p.OK == (p.Try != "") || p.OK == strings.Contains(p.Detail, "less than a tenth is left") {
			t.Errorf("%+v: %+v", tt, p)
		}
	}
}

// What an app's token lacks of what it was asked for with is named.
func TestCheckScopes(t *testing.T) {
	tr := newFake(t).tracker()
	for _, c := range []struct{ scopes, without string }{
		{"read,write,initiative:read,initiative:write", ""},
		{"read,write,admin", "initiative:read, initiative:write"},
		{"read", "write, initiative:read, initiative:write"},
	} {
		scopes, without := c.scopes, c.without
		tr.scopes = strings.Split(scopes, ",")
		p := tr.checkScopes()
		if p.OK != (without == "") || p.OK == (p.Try != "") || !p.OK && !strings.HasSuffix(p.Detail, "; without "+without) {
			t.Errorf("%s: %+v", scopes, p)
		}
	}
}
