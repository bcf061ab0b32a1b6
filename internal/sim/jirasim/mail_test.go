package jirasim

import (
	"fmt"
	"strings"
	"testing"
)

// lastMail renders the newest notification: act, by whom, loud or silent, to
// whom, and who of them was mentioned.
func (x *site) lastMail() string {
	ms := x.Mails()
	if len(ms) == 0 {
		return "none"
	}
	m := ms[len(ms)-1]
	loud := "silently"
	if m.Notify {
		loud = "aloud"
	}
	return fmt.Sprintf("%s of %s by %s %s: %s (%s)", m.Act, m.Issue, m.By, loud, strings.Join(m.To, " "), strings.Join(m.Mentioned, " "))
}

// PAY-2 is assigned to Ana and was reported by the bot.
func TestWhoGetsMail(t *testing.T) {
	for _, k := range []struct {
		name string
		do   func(x *site)
		want string
	}{
		{"an edit", func(x *site) { x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "new"})) }, "edit of PAY-2 by 557058:bot aloud: ana ()"},
		{"an edit that changes nothing", func(x *site) { x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "ktlo"})) }, "none"},
		{"a refused edit", func(x *site) { x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a b"})) }, "none"},
		{"a property alone", func(x *site) { x.do("PUT", "/issue/PAY-2/properties/a", 1) }, "none"},
		{"a silent edit", func(x *site) {
			x.as(asAdmin, "PUT", "/rest/api/2/issue/PAY-2?notifyUsers=false", labels(jsonObject{"add": "new"}))
		}, "edit of PAY-2 by adm silently:  ()"},
		{"a person's edit", func(x *site) {
			must(x.t, x.Edit("PAY-2", "adm", func(i *Issue) { i.Summary = "x" }))
		}, "edit of PAY-2 by adm aloud: 557058:bot ana ()"},
		{"a comment", func(x *site) { x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": "b"}) }, "comment of PAY-2 by 557058:bot aloud: ana ()"},
		{"a mention", func(x *site) { x.do("POST", "/issue/PAY-4/comment", jsonObject{"body": "ask [~accountid:adm]"}) }, "comment of PAY-4 by 557058:bot aloud: adm (adm)"},
		{"mentions that reach nobody", func(x *site) {
			x.do("POST", "/issue/PAY-4/comment", jsonObject{"body": `[~accountid:old] \[~accountid:adm] {noformat}[~accountid:ana]{noformat} [~accountid:nobody] [~accountid:557058:bot]`})
		}, "comment of PAY-4 by 557058:bot aloud:  ()"},
		{"a mention of who may not see the issue", func(x *site) {
			must(x.t, x.Hide("PAY-4", "ana"))
			x.do("POST", "/issue/PAY-4/comment", jsonObject{"body": "[~accountid:ana]"})
		}, "comment of PAY-4 by 557058:bot aloud:  ()"},
		{"an edit that mentions one more", func(x *site) {
			id := x.do("POST", "/issue/PAY-4/comment", jsonObject{"body": "[~accountid:ana]"}).Body["id"].(string)
			x.do("PUT", "/issue/PAY-4/comment/"+id, jsonObject{"body": "[~accountid:ana] [~accountid:adm]"})
		}, "edit comment of PAY-4 by 557058:bot aloud: adm (adm)"},
		{"a silent edit of a comment", func(x *site) {
			must(x.t, x.SetPermission("557058:bot", "PAY", "ADMINISTER_PROJECTS", true))
			id := x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": "b"}).Body["id"].(string)
			x.do("PUT", "/issue/PAY-2/comment/"+id+"?notifyUsers=false", jsonObject{"body": "[~accountid:adm]"})
		}, "edit comment of PAY-2 by 557058:bot silently:  ()"},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			k.do(x)
			if got := x.lastMail(); got != k.want {
				t.Errorf("got  %s\nwant %s", got, k.want)
			}
			if x.ResetMails(); x.lastMail() != "none" {
				t.Error("not forgotten")
			}
		})
	}
}

// On a request of a service desk the customer reads what is public. Whoever is
// no agent cannot keep anything internal, and is not told so.
func TestInternalCommentsTakeAnAgent(t *testing.T) {
	internal := []any{jsonObject{"key": "sd.public.comment", "value": jsonObject{"internal": true}}}
	for _, k := range []struct {
		name       string
		agent      bool
		properties []any
		public     bool
		mail       string
	}{
		{"an agent, saying nothing", true, nil, true, "carl"},
		{"an agent, internal", true, internal, false, ""},
		{"no agent, saying nothing", false, nil, true, "carl"},
		{"no agent, internal", false, internal, true, "carl"},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			x.AddUser(User{AccountID: "carl", Name: "Carl", Active: true, Type: "customer"})
			must(t, x.Edit("WEB-1", "adm", func(i *Issue) { i.Reporter = "carl" }))
			must(t, x.SetPermission("557058:bot", "WEB", "SERVICEDESK_AGENT", k.agent))
			x.do("GET", "/mypermissions?projectKey=WEB&permissions=SERVICEDESK_AGENT", nil).want(t, 200, fmt.Sprintf(`"havePermission":%v`, k.agent))
			body := jsonObject{"body": "hello"}
			if k.properties != nil {
				body["properties"] = k.properties
			}
			a := x.do("POST", "/issue/WEB-1/comment", body).want(t, 201, fmt.Sprintf(`"jsdPublic":%v`, k.public))
			if got := strings.Join(x.Mails()[len(x.Mails())-1].To, " "); got != k.mail {
				t.Errorf("mail went to %q, want %q", got, k.mail)
			}
			id := a.Body["id"].(string)
			x.do("PUT", "/issue/WEB-1/comment/"+id, body).want(t, 200, fmt.Sprintf(`"jsdPublic":%v`, k.public))
			x.do("PUT", "/comment/"+id+"/properties/sd.public.comment", jsonObject{"internal": true})
			x.do("GET", "/issue/WEB-1/comment/"+id, nil).want(t, 200, fmt.Sprintf(`"jsdPublic":%v`, !k.agent))
			i := x.do("GET", "/issue/WEB-1?fields=project,reporter", nil)
			if i.at("fields", "project", "projectTypeKey") != "service_desk" || i.at("fields", "reporter", "accountType") != "customer" {
				t.Errorf("issue: %s", i.Text)
			}
		})
	}
}
