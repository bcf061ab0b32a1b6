package linear

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func TestCheck(t *testing.T) {
	f := newFake(t)
	f.rows("projects", projectRow("p", "s", "2026-09-21T10:00:00.000Z"))
	f.reply("projectLabels", reply{
		Header: map[string]string{
			"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "2499",
			"X-RateLimit-Complexity-Limit": "3000000", "X-RateLimit-Complexity-Remaining": "2990000",
		},
		Body: `{"data":` + connection("projectLabels", "") + `}`,
	})
	tr := f.tracker(func(o *Options) {
		o.Config.Teams = []string{"ENG", "PAY"}
		o.Config.LabelIDs = map[string]string{"needs-goal": "l-mistyped"}
		o.Sources = map[int]config.Source{1: {Goals: "initiatives"}, 2: {Goals: "projects"}}
		o.Labels = map[roadmap.Kind][]string{roadmap.KindIssue: {"needs-goal", "Area"}, roadmap.KindProject: {"needs-po"}}
	})
	probes, err := tr.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range probes {
		s := fmt.Sprintf("%v %s: %s", p.OK, p.What, p.Detail)
		if p.Try != "" {
			s += " | " + p.Try
		}
		got = append(got, s)
		if p.OK == (p.Try != "") {
			t.Errorf("%s: a probe says what to try exactly when it is not OK", s)
		}
	}
	want := `true token: acts as Bot in the workspace Acme (acme)
true scopes: Linear does not tell those of an API key; it needs Read and Write
true teams: the API key sees 2
true team ENG: Engineering
false team PAY: no team "PAY" that the API key may see (it sees ENG, OPS) | use the key of a member of the team, or one that is not narrowed to other teams; a team's key is the first part of its issues' names
false initiatives: the API key sees none | create initiatives in Linear, or use the key of somebody who sees them
true projects: the API key sees them
false label needs-goal for issues: label_ids names no label that the API key sees | copy the id again, or take it out of label_ids
false label Area for issues: "Area" is a group of labels | choose another label in the rule, or rename the group
true label needs-po for projects: will be created at the first write
true rate limit: 2499 of 2500 requests and 2990000 of 3000000 points left in the hour`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if w := writes(f); w != "" {
		t.Errorf("Check wrote %s", w)
	}
}

func TestCheckTroubles(t *testing.T) {
	for _, tt := range []struct {
		what  string
		re    reply
		probe string
		kind  connectors.Kind
	}{
		{"a wrong key", reply{Status: 401, Body: `{"errors":[{"message":"Authentication required","extensions":{"code":"AUTHENTICATION_ERROR"}}]}`}, "token", connectors.Auth},
		{"a tracker that is down", reply{Status: 503, Body: `down`}, "", connectors.Temporary},
	} {
		f := newFake(t)
		f.reply("viewer", tt.re)
		probes, err := f.tracker().Check(context.Background())
		if connectors.KindOf(err) != tt.kind || (len(probes) == 1) != (tt.probe != "") || len(probes) == 1 && (probes[0].What != tt.probe || probes[0].OK || probes[0].Try == "") {
			t.Errorf("%s: %+v, %v", tt.what, probes, err)
		}
	}
}
