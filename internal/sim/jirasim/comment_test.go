package jirasim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCommentsOverREST(t *testing.T) {
	x := newSite(t, Options{})
	before, _ := x.Issue("PAY-2")
	x.clock.pass(time.Hour)
	mark := []any{jsonObject{"key": "alignd", "value": jsonObject{"id": "c-1"}}}
	a := x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": "no goal", "properties": mark}).want(t, 201, `"body":"no goal"`)
	id := a.Body["id"].(string)
	if a.at("author", "accountId") != "557058:bot" || a.Body["properties"] != nil || a.Body["created"] != "2026-11-20T17:00:00.000+0100" {
		t.Errorf("created: %s", a.Text)
	}
	if i, _ := x.Issue("PAY-2"); !i.Updated.After(before.Updated) {
		t.Error("a comment moves updated")
	}
	x.do("GET", "/issue/PAY-2/comment/"+id+"?expand=properties", nil).want(t, 200, `"properties":[{"key":"alignd","value":{"id":"c-1"}}]`)
	x.do("GET", "/comment/"+id+"/properties", nil).want(t, 200, `"key":"alignd"`)
	x.do("GET", "/comment/"+id+"/properties/alignd", nil).want(t, 200, `"value":{"id":"c-1"}`)
	x.do("PUT", "/comment/"+id+"/properties/alignd", jsonObject{"id": "c-2"}).want(t, 200, "")
	x.do("PUT", "/comment/"+id+"/properties/more", true).want(t, 201, "")
	x.do("DELETE", "/comment/"+id+"/properties/more", nil).want(t, 204, "")

	x.clock.pass(time.Hour)
	x.do("PUT", "/issue/PAY-2/comment/"+id, jsonObject{"body": "resolved"}).want(t, 200, `"body":"resolved"`)
	list := x.as(asBot, "POST", "/rest/api/2/comment/list?expand=properties", `{"ids":[`+id+`,999999]}`).want(t, 200, `"total":1`)
	if list.at("values", 0, "body") != "resolved" || list.at("values", 0, "properties", 0, "value", "id") != "c-2" {
		t.Errorf("an edit keeps the properties: %s", list.Text)
	}
	c := x.Comments("PAY-2")[0]
	if c.ID != id || c.Author != "557058:bot" || !c.Updated.After(c.Created) || string(c.Properties["alignd"]) != `{"id":"c-2"}` {
		t.Errorf("as stored: %+v", c)
	}
	x.do("DELETE", "/issue/PAY-2/comment/"+id, nil).want(t, 204, "")
	x.do("GET", "/issue/PAY-2/comment/"+id, nil).want(t, 404, "Can not find a comment for the id: "+id)
	x.do("GET", "/comment/"+id+"/properties", nil).want(t, 404, "Can not find a comment")
}

func TestCommentsOfOthers(t *testing.T) {
	x := newSite(t, Options{})
	c, err := x.AddComment("PAY-2", "ana", "mine")
	if err != nil {
		t.Fatal(err)
	}
	path := "/issue/PAY-2/comment/" + c.ID
	x.do("PUT", path, jsonObject{"body": "yours"}).want(t, 400, "permission")
	x.do("DELETE", path, nil).want(t, 400, "permission")
	x.do("PUT", "/comment/"+c.ID+"/properties/a", 1).want(t, 403, "permission")
	x.as(asNobody, "DELETE", "/rest/api/2"+path, nil).want(t, 405, "")
	x.as(asNobody, "GET", "/rest/api/2"+path, nil).want(t, 404, "")
	if got := x.Comments("PAY-2"); len(got) != 1 || got[0].Body != "mine" {
		t.Errorf("after all that: %+v", got)
	}
	x.as(asAdmin, "PUT", "/rest/api/2"+path, jsonObject{"body": "moderated"}).want(t, 200, "moderated")
	if err := x.DeleteComment("PAY-2", c.ID); err != nil {
		t.Error(err)
	}
	if err := x.DeleteComment("PAY-2", c.ID); err == nil {
		t.Error("deleted twice")
	}
}

func TestCommentBodies(t *testing.T) {
	x := newSite(t, Options{})
	post := func(body any) answer { return x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": body}) }
	post("").want(t, 400, "Comment body can not be empty!")
	post(jsonObject{"type": "doc"}).want(t, 400, "must be a string")
	post(strings.Repeat("x", 32767)).want(t, 201, "")
	post(strings.Repeat("x", 32768)).want(t, 400, `"comment":"The entered text is too long. It exceeds the allowed limit of 32,767 characters."`)
	post(strings.Repeat("😀", 16384)).want(t, 400, "too long") // counted in UTF-16: two each
	x.do("POST", "/issue/PAY-99/comment", jsonObject{"body": "a"}).want(t, 404, "Issue does not exist")
}

// An issue carries its twenty oldest comments only; who needs the newest must ask.
func TestCommentPages(t *testing.T) {
	x := newSite(t, Options{})
	for i := range 25 {
		x.clock.pass(time.Minute)
		if _, err := x.AddComment("PAY-2", "ana", fmt.Sprint("no ", i)); err != nil {
			t.Fatal(err)
		}
	}
	a := x.do("GET", "/issue/PAY-2?fields=comment", nil)
	if cs := a.at("fields", "comment", "comments").([]any); len(cs) != 20 || a.at("fields", "comment", "total") != 25.0 || a.at("fields", "comment", "comments", 0, "body") != "no 0" {
		t.Errorf("embedded: %d of %v", len(cs), a.at("fields", "comment", "total"))
	}
	a = x.do("GET", "/issue/PAY-2/comment?startAt=20&maxResults=3", nil)
	if cs := a.at("comments").([]any); len(cs) != 3 || a.at("comments", 0, "body") != "no 20" || a.at("startAt") != 20.0 || a.at("total") != 25.0 {
		t.Errorf("page: %s", a.Text)
	}
	if a := x.do("GET", "/issue/PAY-2/comment?orderBy=-created&maxResults=1", nil); a.at("comments", 0, "body") != "no 24" {
		t.Errorf("newest first: %s", a.Text)
	}
	x.do("GET", "/issue/PAY-2/comment?orderBy=author", nil).want(t, 400, "orderBy")
}

// In a service desk project a comment is public unless it says otherwise.
func TestServiceDeskComments(t *testing.T) {
	x := newSite(t, Options{})
	x.do("POST", "/issue/WEB-1/comment", jsonObject{"body": "all read this"}).want(t, 201, `"jsdPublic":true`)
	x.do("POST", "/issue/WEB-1/comment", jsonObject{"body": "only we", "properties": []any{
		jsonObject{"key": "sd.public.comment", "value": jsonObject{"internal": true}},
	}}).want(t, 201, `"jsdPublic":false`)
	if cs := x.Comments("WEB-1"); !cs[0].Public() || cs[1].Public() {
		t.Errorf("%+v", cs)
	}
}
