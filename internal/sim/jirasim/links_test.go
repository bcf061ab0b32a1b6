package jirasim

import (
	"testing"
	"time"
)

// Which of inwardIssue and outwardIssue is there tells who blocks whom.
func TestLinksReadTheSameFromEveryDoor(t *testing.T) {
	x := newSite(t, Options{})
	x.clock.pass(time.Hour)
	id, err := x.Link("blocks", "PAY-2", "WEB-1", "ana")
	must(t, err)
	for _, key := range []string{"PAY-2", "WEB-1"} {
		if i, _ := x.Issue(key); !i.Updated.Equal(x.now()) {
			t.Errorf("a link moves updated of %s", key)
		}
	}
	for name, read := range map[string]func(key string) answer{
		"search": func(key string) answer {
			return x.do("POST", "/search/jql", jsonObject{"jql": "key = " + key, "fields": []string{"issuelinks"}})
		},
		"bulkfetch": func(key string) answer {
			return x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{key}})
		},
	} {
		from, to := read("PAY-2"), read("WEB-1")
		if from.at("issues", 0, "fields", "issuelinks", 0, "outwardIssue", "key") != "WEB-1" || from.at("issues", 0, "fields", "issuelinks", 0, "inwardIssue") != nil {
			t.Errorf("%s of what blocks: %s", name, from.Text)
		}
		if to.at("issues", 0, "fields", "issuelinks", 0, "inwardIssue", "fields", "summary") != "Pay by card" || to.at("issues", 0, "fields", "issuelinks", 0, "type", "inward") != "is blocked by" {
			t.Errorf("%s of what is blocked: %s", name, to.Text)
		}
	}
	one := x.do("GET", "/issue/WEB-1", nil)
	if one.at("fields", "issuelinks", 0, "id") != id || one.at("fields", "issuelinks", 0, "inwardIssue", "key") != "PAY-2" {
		t.Errorf("issue: %s", one.Text)
	}
	x.AddLinkType(LinkType{ID: "10000", Name: "Hindert", Inward: "wird gehindert von", Outward: "hindert"})
	x.do("GET", "/issue/WEB-1?fields=issuelinks", nil).want(t, 200, `"name":"Hindert"`)
	x.do("GET", "/issueLinkType", nil).want(t, 200, `"inward":"wird gehindert von"`)

	x.clock.pass(time.Hour)
	must(t, x.Unlink(id, "ana"))
	for _, key := range []string{"PAY-2", "WEB-1"} {
		if i, _ := x.Issue(key); !i.Updated.Equal(x.now()) {
			t.Errorf("a link that goes moves updated of %s", key)
		}
		x.do("GET", "/issue/"+key+"?fields=issuelinks", nil).want(t, 200, `"issuelinks":[]`)
	}
	if x.Unlink(id, "ana") == nil {
		t.Error("unlinked twice")
	}
}

func TestLinksOverREST(t *testing.T) {
	x := newSite(t, Options{})
	ask := func(from, to, typ string) jsonObject {
		return jsonObject{"type": jsonObject{"name": typ}, "inwardIssue": jsonObject{"key": from}, "outwardIssue": jsonObject{"key": to}, "comment": jsonObject{"body": "linked"}}
	}
	x.do("POST", "/issueLink", ask("PAY-2", "WEB-1", "Blocks")).want(t, 201, "")
	a := x.do("GET", "/issue/PAY-2?fields=issuelinks", nil)
	if a.at("fields", "issuelinks", 0, "outwardIssue", "key") != "WEB-1" {
		t.Fatalf("PAY-2 blocks WEB-1: %s", a.Text)
	}
	x.do("POST", "/issueLink", ask("PAY-2", "WEB-1", "Blocks")).want(t, 201, "") // says created, and only the comment is
	if got := x.do("GET", "/issue/PAY-2?fields=issuelinks", nil).at("fields", "issuelinks").([]any); len(got) != 1 {
		t.Errorf("links: %v", got)
	}
	if cs := x.Comments("WEB-1"); len(cs) != 2 {
		t.Errorf("comments: %+v", cs)
	}
	id, _ := a.at("fields", "issuelinks", 0, "id").(string)
	x.do("GET", "/issueLink/"+id, nil).want(t, 200, `"inwardIssue"`)
	x.do("POST", "/issueLink", ask("PAY-2", "WEB-1", "Eats")).want(t, 404, "No issue link type with name 'Eats' found.")
	x.do("POST", "/issueLink", ask("PAY-2", "PAY-2", "Blocks")).want(t, 400, "itself")
	x.do("POST", "/issueLink", ask("PAY-2", "PAY-99", "Blocks")).want(t, 404, "Issue does not exist")
	x.SetIssueLimits(IssueLimits{Links: 1})
	x.do("POST", "/issueLink", ask("PAY-2", "PAY-4", "Blocks")).want(t, 413, "limit of 1 links")
	must(t, x.Hide("WEB-1", "557058:bot"))
	x.do("GET", "/issueLink/"+id, nil).want(t, 404, "No issue link")
	x.do("GET", "/issue/PAY-2?fields=issuelinks", nil).want(t, 200, `"issuelinks":[]`)
	must(t, x.Show("WEB-1"))
	x.do("DELETE", "/issueLink/"+id, nil).want(t, 204, "")
	x.do("DELETE", "/issueLink/"+id, nil).want(t, 404, "No issue link")
	x.do("DELETE", "/issueLink/x", nil).want(t, 400, "invalid")
}

// A deleted issue leaves no link behind it.
func TestALinkToADeletedIssue(t *testing.T) {
	x := newSite(t, Options{})
	_, err := x.Link("Relates", "PAY-2", "WEB-1", "ana")
	must(t, err)
	must(t, x.Delete("WEB-1"))
	x.do("GET", "/issue/PAY-2?fields=issuelinks", nil).want(t, 200, `"issuelinks":[]`)
}

func TestRemoteLinksAreNoIssueLinks(t *testing.T) {
	x := newSite(t, Options{})
	_, err := x.AddRemoteLink("PAY-2", "ana", RemoteLink{GlobalID: "doc=1", URL: "https://docs.example/1", Title: "Paper"})
	must(t, err)
	x.do("GET", "/issue/PAY-2?fields=issuelinks", nil).want(t, 200, `"issuelinks":[]`)
	x.do("GET", "/issue/PAY-2/remotelink", nil).want(t, 200, `"title":"Paper"`)
	x.do("GET", "/issue/PAY-2/remotelink?globalId=doc=1", nil).want(t, 200, `"globalId":"doc=1"`)
	x.do("GET", "/issue/PAY-2/remotelink?globalId=doc=2", nil).want(t, 404, "doc=2")
	body := func(id, title string) jsonObject {
		return jsonObject{"globalId": id, "object": jsonObject{"url": "https://docs.example/2", "title": title}}
	}
	x.do("POST", "/issue/PAY-2/remotelink", body("doc=2", "Other")).want(t, 201, `"id"`)
	x.do("POST", "/issue/PAY-2/remotelink", body("doc=2", "Other, renamed")).want(t, 200, `"id"`)
	a := x.do("GET", "/issue/PAY-2/remotelink?globalId=doc=2", nil).want(t, 200, "")
	if a.at("object", "title") != "Other, renamed" {
		t.Errorf("the same globalId takes the place: %s", a.Text)
	}
	x.do("POST", "/issue/PAY-2/remotelink", body("", "")).want(t, 400, "title")
	if _, err := x.AddRemoteLink("PAY-2", "ana", RemoteLink{URL: "nowhere"}); err == nil {
		t.Error("a link without a host was taken")
	}
}
