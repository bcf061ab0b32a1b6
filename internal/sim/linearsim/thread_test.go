package linearsim_test

import (
	"slices"
	"testing"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

func TestResolvedThreads(t *testing.T) {
	w := newWorld(t)
	root := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.ana.ID, Body: "Is this right?"})
	reply := w.AddComment(linearsim.Comment{IssueID: w.linked.ID, UserID: w.bot.ID, Body: "Yes", ParentID: root.ID})
	const fields = ` { success comment { resolvedAt resolvingUser { name } } } }`
	w.post(`mutation { commentResolve(id: "`+root.ID+`")`+fields, nil).
		want(`{"commentResolve":{"success":true,"comment":{"resolvedAt":"2026-11-02T10:00:00.000Z","resolvingUser":{"name":"Alignd Bot"}}}}`)
	w.post(`mutation { commentUnresolve(id: "`+root.ID+`")`+fields, nil).
		want(`{"commentUnresolve":{"success":true,"comment":{"resolvedAt":null,"resolvingUser":null}}}`)
	w.post(`mutation { commentResolve(id: "`+reply.ID+`")`+fields, nil).fails(200, "INPUT_ERROR", "Only the first comment")
	w.post(`mutation { commentResolve(id: "none")`+fields, nil).fails(200, "INPUT_ERROR", "Entity not found: Comment")
	if err := w.ResolveComment(reply.ID, w.ana.ID); err == nil {
		t.Error("a person resolved a reply")
	}
	if err := w.ResolveComment(root.ID, w.ana.ID); err != nil {
		t.Fatal(err)
	}
	w.post(`{ comment(id: "`+root.ID+`") { resolvingUser { name } editedAt } reply: comment(id: "`+reply.ID+`") { parentId parent { body } } }`, nil).
		want(`{"comment":{"resolvingUser":{"name":"Ana Lima"},"editedAt":null},"reply":{"parentId":"` + root.ID + `","parent":{"body":"Is this right?"}}}`)
}

func TestMentions(t *testing.T) {
	w := newWorld(t)
	w.AddUser(linearsim.User{Name: "Helping App", DisplayName: "helping", App: true, Active: true, Mentionable: true})
	mute := w.AddUser(linearsim.User{Name: "Mute App", DisplayName: "mute", App: true, Active: true})
	for _, c := range []struct {
		name, body string
		who        []string // display names
		refused    bool
	}{
		{"a profile's address", w.url + "/acme/profiles/ana is asked", []string{"ana"}, false},
		{"as the real service has it", "https://linear.app/acme/profiles/ana", []string{"ana"}, false},
		{"at the end of a sentence", "Ask https://linear.app/acme/profiles/ana.", []string{"ana"}, false},
		{"twice is once", "https://linear.app/acme/profiles/ana https://linear.app/acme/profiles/ana", []string{"ana"}, false},
		{"two people", "https://linear.app/acme/profiles/ana https://linear.app/acme/profiles/bot", []string{"ana", "bot"}, false},
		{"plain text mentions nobody", "@ana, please", nil, false},
		{"an app that can be mentioned", "https://linear.app/acme/profiles/helping", []string{"helping"}, false},
		{"an app that cannot", "https://linear.app/acme/profiles/ana https://linear.app/acme/profiles/mute", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			r := w.post(create, vars{"i": vars{"body": c.body, "issueId": "ENG-2"}})
			if c.refused {
				r.fails(200, "INPUT_ERROR", "App user not valid")
				return
			}
			id := get[struct {
				CommentCreate struct{ Comment struct{ ID string } }
			}](r).CommentCreate.Comment.ID
			var who []string
			for _, u := range w.Mentions(id) {
				who = append(who, get[struct{ User struct{ DisplayName string } }](w.post(`{ user(id: "`+u+`") { displayName } }`, nil)).User.DisplayName)
			}
			if !slices.Equal(who, c.who) {
				t.Errorf("mentions %v, want %v", who, c.who)
			}
		})
	}
	w.t = t
	if n := len(w.Comments("ENG-2")); n != 7 {
		t.Errorf("%d comments; the refused one must not be there", n)
	}
	// Who can be mentioned is told beforehand.
	w.post(`{ user(id: "`+mute.ID+`") { isMentionable app } }`, nil).want(`{"user":{"isMentionable":false,"app":true}}`)
	if err := w.EditUser(w.ana.ID, func(u *linearsim.User) { u.Active = false }); err != nil {
		t.Fatal(err)
	}
	w.post(`{ user(id: "`+w.ana.ID+`") { isMentionable active guest url } }`, nil).
		want(`{"user":{"isMentionable":false,"active":false,"guest":false,"url":"` + w.url + `/acme/profiles/ana"}}`)
}

// What an app writes has a botActor, under the name that it gave, and in some
// workspaces no user.
func TestCommentsOfAnApp(t *testing.T) {
	w := newWorld(t)
	w.withApp()
	auth := "Bearer " + w.mint("scope=read,write").AccessToken
	const say = `mutation($i: CommentCreateInput!) { commentCreate(input: $i) { comment { user { app } botActor { name userDisplayName } } } }`
	input := vars{"i": vars{"body": "x", "issueId": "ENG-1", "createAsUser": "Roadmap", "displayIconUrl": "https://x.example/i.png"}}
	w.postAs(auth, say, input).want(`{"commentCreate":{"comment":{"user":{"app":true},"botActor":{"name":"alignd","userDisplayName":"Roadmap"}}}}`)
	w.Configure(func(s *linearsim.Settings) { s.AppCommentsWithoutUser = true })
	w.postAs(auth, say, input).want(`{"commentCreate":{"comment":{"user":null,"botActor":{"name":"alignd","userDisplayName":"Roadmap"}}}}`)
	w.post(say, input).fails(200, "INVALID_INPUT", "createAsUser")
	w.post(say, vars{"i": vars{"body": "x", "issueId": "ENG-1"}}).want(`{"commentCreate":{"comment":{"user":{"app":false},"botActor":null}}}`)
}
