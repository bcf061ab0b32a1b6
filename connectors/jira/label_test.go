package jira

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// labelChange is a change of a label of an issue, after which ours are ours.
func labelChange(id string, action roadmap.Action, value string, ours ...string) roadmap.Change {
	return roadmap.Change{
		Key: roadmap.Key{Tracker: "jira", ID: id}, Ref: roadmap.Ref("jira:PAY-" + id), Action: action, Value: value,
		Mark: roadmap.Mark{Org: "acme", Labels: ours},
	}
}

func TestLabelsOfAnIssueGoTogether(t *testing.T) {
	s := newSite(t)
	s.on("GET issue/2", ok(`{"id":"2","key":"PAY-2","fields":{"project":{"key":"PAY","projectTypeKey":"software"}}}`))
	s.on("PUT issue/1", answer{status: 204})
	s.on("PUT issue/2", answer{status: 404, body: `{"errorMessages":["gone"],"errors":{}}`})
	s.on("POST issue/1/comment", answer{status: 201, body: `{"id":"77"}`})
	got := s.tracker(t, nil).Apply(t.Context(), []roadmap.Change{
		labelChange("1", roadmap.AddLabel, "needs-goal", "needs-goal", "goal-closed"),
		labelChange("1", roadmap.RemoveLabel, "goal-closed", "needs-goal"),
		labelChange("2", roadmap.RemoveLabel, "needs-po", []string{}...),
		{Key: label.Key, Ref: label.Ref, Action: roadmap.CreateComment, Text: roadmap.Text{{roadmap.Say("x")}}},
	})
	if len(got) != 4 || got[0].Err != nil || got[1].Err != nil || connectors.KindOf(got[2].Err) != connectors.NotFound || got[3].Remote != "77" {
		t.Fatalf("receipts %+v", got)
	}
	put := s.requests("PUT issue/1")
	if len(put) != 1 {
		t.Fatalf("%d edits of the first issue: %v", len(put), put)
	}
	const want = `{"update":{"labels":[{"add":"needs-goal"},{"remove":"goal-closed"}]},
		"properties":[{"key":"alignd.acme","value":{"labels":["needs-goal"]}}]}`
	sameJSON(t, want, put[0].body)
	if got[2].Err == nil || !strings.Contains(got[2].Err.Error(), "remove label needs-po on jira:PAY-2") {
		t.Errorf("the error does not say what was being done: %v", got[2].Err)
	}
}

// The last label goes, and the record of labels says that none is ours.
func TestNoLabelOfOursIsLeft(t *testing.T) {
	s := newSite(t)
	s.on("PUT issue/1", answer{status: 204})
	c := labelChange("1", roadmap.RemoveLabel, "needs-goal")
	c.Mark.Labels = []string{}
	if _, err := applyOne(t, s.tracker(t, nil), c); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, `{"update":{"labels":[{"remove":"needs-goal"}]},"properties":[{"key":"alignd.acme","value":{"labels":[]}}]}`, s.requests("PUT issue/1")[0].body)
}

func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var w, g any
	if json.Unmarshal([]byte(want), &w) != nil || json.Unmarshal([]byte(got), &g) != nil {
		t.Fatalf("no JSON: %s", got)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatAnEditCarriesBesideLabels: where a site refuses an edit for what it
// carries beside the labels, the labels are written without, and only then.
func TestWhatAnEditCarriesBesideLabels(t *testing.T) {
	done := answer{status: 204}
	refusal := func(status int, message string) answer {
		return answer{status: status, body: `{"errorMessages":["` + message + `"],"errors":{}}`}
	}
	noProperty := refusal(400, "You may not set issue properties.")
	noSilence := refusal(400, "To discard the user notification either admin or project admin permissions are required.")
	noSilence403 := refusal(403, "To discard the user notification either admin or project admin permissions are required.")
	const admin, plain = `{"permissions":{"ADMINISTER_PROJECTS":{"havePermission":true}}}`, `{"permissions":{"ADMINISTER":{"havePermission":false},"ADMINISTER_PROJECTS":{"havePermission":false}}}`
	for _, tt := range []struct {
		name    string
		rights  string
		answers []answer
		sent    string // of each edit: q quiet, p with property
		kind    connectors.Kind
		second  string // what a second edit carries then
	}{
		{"an administrator", admin, []answer{done}, "qp", "", "qp"},
		{"nobody special", plain, []answer{done}, "p", "", "p"},
		{"the site's administrator", `{"permissions":{"ADMINISTER":{"havePermission":true}}}`, []answer{done}, "qp", "", "qp"},
		{"silence is refused all the same", admin, []answer{noSilence, done}, "qp p", "", "p"},
		{"and with 403", admin, []answer{noSilence403, done}, "qp p", "", "p"},
		{"the property is refused", plain, []answer{noProperty, done}, "p -", "", "-"},
		{"the property is refused to an administrator", admin, []answer{noProperty, done}, "qp q", "", "q"},
		{"both are refused", admin, []answer{noSilence, noProperty, done}, "qp p -", "", "-"},
		{"everything is refused", plain, []answer{refusal(403, "no"), refusal(403, "no")}, "p -", connectors.Forbidden, ""},
		{"the labels are refused", plain, []answer{{status: 400, body: `{"errors":{"labels":"Field 'labels' cannot be set. It is not on the appropriate screen, or unknown."}}`}}, "p", connectors.Invalid, ""},
		{"the issue is archived", plain, []answer{refusal(400, "The issue PAY-1 is archived.")}, "p", connectors.Forbidden, ""},
		{"the issue is gone", plain, []answer{refusal(404, "gone")}, "p", connectors.NotFound, ""},
		{"nobody knows whether it was done", plain, []answer{{status: 500}}, "p", connectors.Unknown, ""},
		{"two edits met", plain, []answer{refusal(409, "conflict")}, "p", connectors.Temporary, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.on("GET mypermissions", ok(tt.rights))
			s.on("PUT issue/1", tt.answers...)
			tr := s.tracker(t, nil)
			_, err := applyOne(t, tr, labelChange("1", roadmap.AddLabel, "needs-goal", "needs-goal"))
			if connectors.KindOf(err) != tt.kind {
				t.Errorf("kind %q: %v", connectors.KindOf(err), err)
			}
			want := tt.sent
			if tt.second != "" {
				want += " " + tt.second
				if _, err := applyOne(t, tr, labelChange("1", roadmap.RemoveLabel, "needs-goal", "x")); err != nil {
					t.Errorf("the second edit: %v", err)
				}
			}
			var sent []string
			for _, r := range s.requests("PUT issue/1") {
				what := ""
				if r.query == "notifyUsers=false" {
					what += "q"
				}
				if strings.Contains(r.body, "properties") {
					what += "p"
				}
				if what == "" {
					what = "-"
				}
				sent = append(sent, what)
			}
			if got := strings.Join(sent, " "); got != want {
				t.Errorf("sent %q, want %q", got, want)
			}
			if n := len(s.requests("GET mypermissions")); n != 1 {
				t.Errorf("asked for our rights %d times", n)
			}
		})
	}
}

// TestWhoGetsMail: only an administrator's edits are made without mail; nobody's
// are refused for it.
func TestWhoGetsMail(t *testing.T) {
	for _, tt := range []struct {
		kind  string
		admin bool
		want  string
	}{
		// The last edit asks Ana something, and she must hear of it.
		{"Cloud", false, "edit true, comment true, edit comment true, edit comment true"},
		{"Cloud", true, "edit false, comment true, edit comment false, edit comment true"},
		{"Data Center", false, "edit true, comment true, edit comment true, edit comment true"},
		{"Data Center", true, "edit false, comment true, edit comment true, edit comment true"}, // no such parameter on comments there
	} {
		sim, o := builtInAs(t, bothKinds()[tt.kind])
		admin := tt.admin
		if admin {
			if err := sim.SetPermission("bot", "PAY", "ADMINISTER_PROJECTS", true); err != nil {
				t.Fatal(err)
			}
		}
		is, _ := sim.Issue("PAY-2") // Ana's
		key := roadmap.Key{Tracker: "jira", ID: is.ID}
		tr := mustNew(t, o)
		sim.ResetMails()
		var comment string
		for _, c := range []roadmap.Change{
			labelChange(is.ID, roadmap.AddLabel, "needs-goal", "needs-goal"),
			{Key: key, Action: roadmap.CreateComment, Text: roadmap.Text{{roadmap.Say("one")}}},
			{Key: key, Action: roadmap.UpdateComment, Text: roadmap.Text{{roadmap.Say("two")}}},
			{Key: key, Action: roadmap.UpdateComment, Text: roadmap.Text{{roadmap.Mention(roadmap.Person{ID: "ana", Name: "Ana"})}}},
		} {
			if c.Action == roadmap.UpdateComment {
				c.Remote = comment
			}
			remote, err := applyOne(t, tr, c)
			if err != nil {
				t.Fatal(err)
			}
			if remote != "" {
				comment = remote
			}
		}
		var got []string
		for _, m := range sim.Mails() {
			got = append(got, fmt.Sprint(m.Act, " ", m.Notify))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s, administrator %v: mail %v, want %s", tt.kind, admin, got, tt.want)
		}
	}
}
