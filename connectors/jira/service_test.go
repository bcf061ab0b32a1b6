package jira

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// aComment is a new comment on an issue, or an edit of the one with the id remote.
func aComment(issue, text, remote string) roadmap.Change {
	c := roadmap.Change{
		Key: roadmap.Key{Tracker: "jira", ID: issue}, Ref: roadmap.Ref("jira:#" + issue), Action: roadmap.CreateComment,
		Text: roadmap.Text{{roadmap.Say(text)}}, Mark: roadmap.Mark{Org: "acme", ID: "u-1"}, Remote: remote,
	}
	if remote != "" {
		c.Action = roadmap.UpdateComment
	}
	return c
}

// TestCustomersReadNothing: in a service project comments are internal or not
// written, whether the issue was read before or not.
func TestCustomersReadNothing(t *testing.T) {
	for kind, so := range bothKinds() {
		for _, read := range []bool{true, false} {
			sim, o := builtInAs(t, so)
			sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", Type: "service_desk"})
			tr := mustNew(t, o)
			request, _ := sim.Issue("PAY-2")
			goal, _ := sim.Issue("ROAD-1")
			if read {
				if _, err := tr.Fetch(t.Context(), []roadmap.Key{tr.key(request.ID), tr.key(goal.ID)}, nil); err != nil {
					t.Fatal(err)
				}
			}
			id, err := applyOne(t, tr, aComment(request.ID, "one", ""))
			if err != nil {
				t.Fatal(kind, err)
			}
			if _, err := applyOne(t, tr, aComment(request.ID, "two", id)); err != nil {
				t.Fatal(kind, err)
			}
			if _, err := applyOne(t, tr, aComment(goal.ID, "elsewhere", "")); err != nil {
				t.Fatal(kind, err)
			}
			if all := sim.Comments("PAY-2"); len(all) != 1 || all[0].Public() || all[0].Body != "two" {
				t.Errorf("%s, read %v: %+v", kind, read, all)
			}
			if all := sim.Comments("ROAD-1"); len(all) != 1 || all[0].Properties[internalProperty] != nil {
				t.Errorf("%s: the switch for internal comments was sent to an ordinary project: %+v", kind, all)
			}
			asked := 0
			for _, r := range sim.Requests() {
				if strings.HasSuffix(r.Path, "/mypermissions") {
					asked++
				}
			}
			if asked > 2 {
				t.Errorf("%s: asked %d times what we may do in two projects", kind, asked)
			}
		}
	}
}

func TestNoAgentNoComment(t *testing.T) {
	for kind, so := range bothKinds() {
		sim, o := builtInAs(t, so)
		sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", Type: "service_desk"})
		if err := sim.SetPermission("bot", "PAY", "SERVICEDESK_AGENT", false); err != nil {
			t.Fatal(err)
		}
		request, _ := sim.Issue("PAY-2")
		tr := mustNew(t, o)
		_, err := applyOne(t, tr, aComment(request.ID, "one", ""))
		if connectors.KindOf(err) != connectors.Forbidden || !strings.Contains(err.Error(), "PAY is a service project") || !strings.Contains(err.Error(), "Try: make the account an agent") {
			t.Errorf("%s: %v", kind, err)
		}
		if slices.ContainsFunc(sim.Requests(), func(r jirasim.Request) bool {
			return r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/comment")
		}) {
			t.Errorf("%s: it was sent", kind)
		}
		if _, err := applyOne(t, tr, labelChange(request.ID, roadmap.AddLabel, "needs-goal", "needs-goal")); err != nil {
			t.Errorf("%s: a label, which customers do not see: %v", kind, err)
		}
	}
}

// TestACommentThatCameOutPublic: what the site made public all the same is taken
// back at once.
func TestACommentThatCameOutPublic(t *testing.T) {
	const service = `{"id":"1","key":"SD-1","fields":{"project":{"key":"SD","projectTypeKey":"service_desk"}}}`
	agent := ok(`{"permissions":{"SERVICEDESK_AGENT":{"havePermission":true}}}`)
	for _, tt := range []struct {
		name            string
		written, delete answer
		deleted         bool
		says            string
	}{
		{"deleted", answer{status: 201, body: `{"id":"77","jsdPublic":true}`}, answer{status: 204}, true, "it was deleted at once"},
		{"deleted by somebody else", answer{status: 201, body: `{"id":"77","jsdPublic":true}`}, answer{status: 404, body: `{}`}, true, "it was deleted at once"},
		{"could not be deleted", answer{status: 201, body: `{"id":"77","jsdPublic":true}`}, answer{status: 400, body: `{"errorMessages":["You do not have the permission to delete"]}`}, true, "comment 77 public, where customers read it, though it was to be internal, and it could not be deleted"},
		{"internal", answer{status: 201, body: `{"id":"77","jsdPublic":false}`}, answer{}, false, ""},
		{"not told, as on Data Center", answer{status: 201, body: `{"id":"77"}`}, answer{}, false, ""},
	} {
		for _, remote := range []string{"", "77"} {
			s := newSite(t)
			s.on("GET issue/1", ok(service))
			s.on("GET mypermissions", agent)
			s.on("POST issue/1/comment", tt.written)
			s.on("PUT issue/1/comment/77", tt.written)
			s.on("DELETE issue/1/comment/77", tt.delete)
			id, err := applyOne(t, s.tracker(t, nil), aComment("1", "x", remote))
			switch {
			case tt.says == "" && (err != nil || id != "77"):
				t.Errorf("%s: %q, %v", tt.name, id, err)
			case tt.says != "" && (connectors.KindOf(err) != connectors.Forbidden || !strings.Contains(err.Error(), tt.says) || id != ""):
				t.Errorf("%s: %q, %v", tt.name, id, err)
			}
			if n := len(s.requests("DELETE issue/1/comment/77")); (n == 1) != tt.deleted {
				t.Errorf("%s: deleted %d times", tt.name, n)
			}
		}
	}
	// In a project without customers Cloud says jsdPublic true, and means nothing.
	s := newSite(t)
	s.on("POST issue/1/comment", answer{status: 201, body: `{"id":"77","jsdPublic":true}`})
	if id, err := applyOne(t, s.tracker(t, nil), aComment("1", "x", "")); id != "77" || err != nil {
		t.Errorf("an ordinary project: %q, %v", id, err)
	}
	if asked := s.requests("POST issue/1/comment"); strings.Contains(asked[0].body, internalProperty) {
		t.Errorf("sent %s", asked[0].body)
	}
}

// What is not known of a project keeps a comment from being written.
func TestAProjectOfAnUnknownKind(t *testing.T) {
	for name, tt := range map[string]struct {
		issue, rights answer
		kind          connectors.Kind
	}{
		"no type":             {ok(`{"id":"1","key":"X-1","fields":{"project":{"key":"X"}}}`), ok(`{}`), connectors.Temporary},
		"the issue is gone":   {answer{status: 404, body: `{}`}, ok(`{}`), connectors.NotFound},
		"no rights are told":  {ok(`{"id":"1","key":"X-1","fields":{"project":{"key":"X","projectTypeKey":"service_desk"}}}`), ok(`{}`), connectors.Temporary},
		"rights are not told": {ok(`{"id":"1","key":"X-1","fields":{"project":{"key":"X","projectTypeKey":"service_desk"}}}`), answer{status: 500}, connectors.Temporary},
	} {
		s := newSite(t)
		s.on("GET issue/1", tt.issue)
		s.on("GET mypermissions", tt.rights)
		s.on("POST issue/1/comment", answer{status: 201, body: `{"id":"77"}`})
		_, err := applyOne(t, s.tracker(t, nil), aComment("1", "x", ""))
		if connectors.KindOf(err) != tt.kind || len(s.requests("POST issue/1/comment")) != 0 {
			t.Errorf("%s: %v, %d sent", name, err, len(s.requests("POST issue/1/comment")))
		}
	}
}

// TestAMention: each kind of Jira is told of a person in its own way, and an id
// that could be markup is a name only.
func TestAMention(t *testing.T) {
	for kind, so := range bothKinds() {
		sim, o := builtInAs(t, so)
		ana := roadmap.Person{ID: "ana", Name: "Ana *A*"}
		is, _ := sim.Issue("PAY-3")
		sim.ResetMails()
		c := aComment(is.ID, "", "")
		c.Text = roadmap.Text{{roadmap.Mention(ana), roadmap.Say(": see this. "), roadmap.Mention(roadmap.Person{ID: "x] [~bot", Name: "Eve"})}}
		if _, err := applyOne(t, mustNew(t, o), c); err != nil {
			t.Fatal(err)
		}
		want := `[~accountid:ana]: see this. Eve`
		if kind == "Data Center" {
			want = `[~ana]: see this. Eve`
		}
		if got := sim.Comments("PAY-3")[0].Body; got != want {
			t.Errorf("%s: %q", kind, got)
		}
		var mentioned []string
		for _, m := range sim.Mails() {
			mentioned = append(mentioned, m.Mentioned...)
		}
		if !slices.Equal(mentioned, []string{"ana"}) {
			t.Errorf("%s: mentioned %v", kind, mentioned)
		}
	}
	for id, want := range map[string]string{
		"557058:1f-a": "[~accountid:557058:1f-a]", "jo.doe@acme+x": "[~accountid:jo.doe@acme+x]", "": "N", "a|b": "N", "a b": "N", "~a": "N", "a]": "N", "a\n": "N",
	} {
		if got := (markup{}).span(roadmap.Mention(roadmap.Person{ID: id, Name: "N"})); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}
