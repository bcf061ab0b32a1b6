package jirasim

import (
	"strings"
	"testing"
)

// What befalls a Cloud site befalls a Data Center one in the same way.
func TestServerBehavesAsRealOnesDo(t *testing.T) {
	finds := func(x *site, jql string) string {
		t.Helper()
		return x.dc("POST", "/search", jsonObject{"jql": jql + " ORDER BY key ASC", "fields": []string{"summary"}}).want(t, 200, "").keysOf()
	}
	for _, k := range []struct {
		name string
		act  func(*site) error
		want string // what a search of PAY finds then
		read int    // what reading PAY-2 answers
	}{
		{"nothing", func(*site) error { return nil }, "PAY-1 PAY-2 PAY-3 PAY-4", 200},
		{"archived", func(x *site) error { return x.Archive("PAY-2", "adm") }, "PAY-1 PAY-4", 200},
		{"hidden from the bot", func(x *site) error { return x.Hide("PAY-2", "557058:bot") }, "PAY-1 PAY-3 PAY-4", 404},
		{"hidden from all", func(x *site) error { return x.Hide("PAY-2") }, "PAY-1 PAY-3 PAY-4", 404},
		{"moved", func(x *site) error { _, err := x.Move("PAY-2", "WEB"); return err }, "PAY-1 PAY-3 PAY-4", 200},
	} {
		x := newServer(t, DataCenter{})
		must(t, k.act(x))
		if got := finds(x, "project = PAY"); got != k.want {
			t.Errorf("%s: found %s, want %s", k.name, got, k.want)
		}
		if a := x.dc("GET", "/issue/PAY-2", nil); a.Status != k.read {
			t.Errorf("%s: read: %d %s", k.name, a.Status, a.Text)
		}
	}
	x := newServer(t, DataCenter{Public: true})
	_, err := x.Link("Blocks", "PAY-2", "WEB-1", "ana")
	must(t, err)
	x.dc("POST", "/search", jsonObject{"jql": "key = WEB-1", "fields": []string{"issuelinks"}}).want(t, 200, `"inwardIssue"`)
	x.as(asNobody, "GET", "/rest/api/2/issue/WEB-1?fields=issuelinks", nil).want(t, 200, `"key":"PAY-2"`)
	x.dc("POST", "/issue/PAY-4/comment", jsonObject{"body": "[~ana] [~accountid:adm]"}).want(t, 201, "")
	if got := x.lastMail(); got != "comment of PAY-4 by 557058:bot aloud: ana (ana)" {
		t.Errorf("mail: %s", got)
	}
	x.SetRateLimits(RateLimit{Status: 503, Times: 1})
	x.dc("GET", "/myself", nil).want(t, 503, "")
	must(t, x.SetPermission("", "WEB", "BROWSE_PROJECTS", false))
	for name, who := range map[string]signIn{"nobody": asNobody, "the bot": asServerBot} {
		x.as(who, "GET", "/rest/api/2/issue/WEB-1", nil).want(t, 404, "Issue does not exist")
		if a := x.as(who, "GET", "/rest/api/2/project", nil); strings.Contains(a.Text, `"WEB"`) || !strings.Contains(a.Text, `"PAY"`) {
			t.Errorf("%s is shown %s", name, a.Text)
		}
	}
	must(t, x.ArchiveProject("PAY", "adm"))
	x.dc("POST", "/search", jsonObject{"jql": "project = PAY"}).want(t, 400, "The value 'PAY' does not exist for the field 'project'.")
	x.dc("PUT", "/issue/PAY-2", labels(jsonObject{"add": "a"})).want(t, 400, "archived")
	x.dc("POST", "/permissions/check", jsonObject{}).want(t, 404, "null for uri") // only Cloud has it
}
