package jirasim

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// found searches a server and gives the keys.
func (x *site) found(q jsonObject) answer {
	x.t.Helper()
	return x.dc("POST", "/search", q)
}

func TestServerSearchPages(t *testing.T) {
	x := newServer(t, DataCenter{MaxResults: 3, Window: 10})
	all := "PAY-1 PAY-2 PAY-3 PAY-4 ROAD-1 WEB-1"
	for _, c := range []struct {
		ask      jsonObject
		keys     string
		size     float64
		says     string
		startsAt float64
	}{
		{jsonObject{}, "PAY-1 PAY-2 PAY-3", 3, "", 0}, // 50 unless said otherwise, and the site gives 3
		{jsonObject{"maxResults": 2}, "PAY-1 PAY-2", 2, "", 0},
		{jsonObject{"maxResults": 2, "startAt": 4}, "ROAD-1 WEB-1", 2, "", 4},
		{jsonObject{"maxResults": 100, "startAt": 3}, "PAY-4 ROAD-1 WEB-1", 3, "", 3},
		{jsonObject{"maxResults": -1, "startAt": 3}, "PAY-4 ROAD-1 WEB-1", 3, "", 3},
		{jsonObject{"startAt": 6}, "", 3, "", 6},
		{jsonObject{"maxResults": 0}, "", 0, "", 0},
		{jsonObject{"startAt": 7}, "", 3, "", 7}, // 10 is just within the window
	} {
		c.ask["jql"] = "order by key" // a server does not mind that nothing is restricted
		a := x.found(c.ask).want(t, 200, c.says)
		if a.keysOf() != c.keys || a.at("maxResults") != c.size || a.at("startAt") != c.startsAt || a.at("total") != 6.0 {
			t.Errorf("%v: %q of %v\nwant %q; %s", c.ask, a.keysOf(), all, c.keys, a.Text)
		}
		if _, there := a.Body["warningMessages"]; there || a.Body["nextPageToken"] != nil || a.Body["isLast"] != nil {
			t.Errorf("%v: %s", c.ask, a.Text)
		}
	}
	for _, c := range []struct {
		ask    any
		status int
		says   string
	}{
		{jsonObject{"startAt": 8}, 500, "Search limit exceeded. We couldn't complete your search because it requests 11 results which exceeded the search platform limit of 10."},
		{jsonObject{"startAt": -1}, 400, "startAt"},
		{jsonObject{"properties": []string{"a"}}, 400, "properties"},
		{jsonObject{"expand": "changelog"}, 400, "expand"},
		{jsonObject{"validateQuery": "strict"}, 400, "validateQuery"},
		{jsonObject{"nextPageToken": "x"}, 400, "nextPageToken"},
		{jsonObject{"jql": "project ="}, 400, "Error in the JQL Query"},
	} {
		x.found(c.ask.(jsonObject)).want(t, c.status, c.says)
	}
	big := newServer(t, DataCenter{})
	big.found(jsonObject{"startAt": 9100, "maxResults": 1000}).want(t, 500, "requests 10,100 results which exceeded the search platform limit of 10,000")
	big.found(jsonObject{"startAt": 9000, "maxResults": 5000}).want(t, 200, `"maxResults":1000`)

	get := x.dc("GET", "/search?"+url.Values{"jql": {"project = PAY order by key"}, "maxResults": {"1"}, "startAt": {"1"}, "fields": {"summary,labels"}, "expand": {"changelog"}}.Encode(), nil).want(t, 200, `"changelog"`)
	if get.keysOf() != "PAY-2" || len(get.at("issues", 0, "fields").(map[string]any)) != 2 {
		t.Errorf("by GET: %s", get.Text)
	}
	x.dc("GET", "/search?startAt=x", nil).want(t, 400, "'startAt' is not a number")
	if a := x.found(jsonObject{"jql": "key = PAY-2"}); a.at("issues", 0, "fields", "summary") == nil || strings.Contains(a.Text, `"comments"`) {
		t.Errorf("navigable fields are what is given when none are named: %s", a.Text)
	}
}

// Pages are cut from what matches at that moment: what changes shifts them.
func TestServerPagesShift(t *testing.T) {
	x := newServer(t, DataCenter{})
	ask := func(start int) string {
		return x.found(jsonObject{"jql": "project = PAY order by updated", "maxResults": 2, "startAt": start}).keysOf()
	}
	if first := ask(0); first != "PAY-1 PAY-2" {
		t.Fatal(first)
	}
	x.clock.pass(time.Hour)
	if _, err := x.AddComment("PAY-1", "ana", "hi"); err != nil {
		t.Fatal(err)
	}
	if second := ask(2); second != "PAY-4 PAY-1" {
		t.Errorf("PAY-3 should have slipped through, found %s", second)
	}
}

func TestServerJQL(t *testing.T) {
	x := newServer(t, DataCenter{})
	id := func(key string) string { i, _ := x.Issue(key); return i.ID }
	pay3, gone := id("PAY-3"), x.add(Issue{Project: "PAY", Summary: "soon gone"})
	if err := x.Delete(gone.Key); err != nil {
		t.Fatal(err)
	}
	x.AddProject(Project{Key: "OPS", Name: "Operations"})
	x.add(Issue{Project: "OPS", Summary: "first"})
	x.add(Issue{Project: "OPS", Summary: "was in PAY"})
	x.add(Issue{Project: "PAY", Summary: "moves"}) // PAY-6
	moved, err := x.Move("PAY-6", "OPS")
	if err != nil || moved != "OPS-3" {
		t.Fatal(moved, err)
	}
	x.add(Issue{Project: "OPS", Summary: "after"})
	x.add(Issue{Project: "SEC", Summary: "unseen"})
	for _, c := range []struct{ jql, want string }{
		{`key > "PAY-2"`, "PAY-3 PAY-4"},
		{"key <= PAY-2", "PAY-1 PAY-2"},
		{"project in (PAY, OPS) and key > PAY-2", "PAY-3 PAY-4"}, // within the project of PAY-2
		{"key > PAY-6", "OPS-4"},                                 // PAY-6 is OPS-3 by now: not a word of PAY
		{"project = PAY and key > PAY-6", ""},
		{"key = PAY-6", "OPS-3"},
		{"id > " + pay3, "PAY-4"}, // an id is looked up too, and numbers in its project count
		{"id >= " + pay3, "PAY-3 PAY-4"},
		{"id in (PAY-2, " + pay3 + ")", "PAY-2 PAY-3"},
		{"parent = PAY-2", "PAY-3"},
		{"parent = PAY-1", ""}, // membership of an epic is no parent
		{`"Epic Link" = PAY-1`, "PAY-2"},
		{"cf[10101] = PAY-1", "PAY-2"},
		{`"Parent Link" = ROAD-1`, "PAY-1"},
		{`"Epic Name" = checkout`, ""}, // the name that is shown is the summary's, none is set
		{"assignee = ana", "PAY-2"},
		{"reporter = JIRAUSER10100", "PAY-2"},
		{"reporter = currentUser()", "PAY-2"},
		{`"Product Owner" = ana`, "ROAD-1"},
		{"sprint in openSprints()", "PAY-2"},
	} {
		a := x.found(jsonObject{"jql": c.jql + " ORDER BY key"})
		if a.Status != 200 || a.keysOf() != c.want {
			t.Errorf("%s\n found %d %q %s\n want  %q", c.jql, a.Status, a.keysOf(), a.Text, c.want)
		}
	}
	for _, c := range []struct{ jql, found, says string }{
		{"project = NOPE", "", "The value 'NOPE' does not exist for the field 'project'."},
		{"project in (SEC, WEB)", "WEB-1", "The value 'SEC' does not exist for the field 'project'."},
		{`key > "PAY-99"`, "", "An issue with key 'PAY-99' does not exist for field 'key'."},
		{"key > SEC-1", "", "An issue with key 'SEC-1' does not exist for field 'key'."},
		{"id > " + gone.ID, "", "A value with ID '" + gone.ID + "' does not exist for the field 'id'."},
		{"id in (PAY-2, " + gone.ID + ")", "PAY-2", "A value with ID '" + gone.ID + "' does not exist for the field 'id'."},
		{"key in (PAY-1, PAY-5, PAY-98)", "PAY-1", "An issue with key 'PAY-98' does not exist for field 'key'."},
		{`"Epic Link" in (PAY-1, GONE-1)`, "PAY-2", "An issue with key 'GONE-1' does not exist for field 'Epic Link'."},
		{"workitem = PAY-1", "", "Field 'workitem' does not exist or you do not have permission to view it."},
	} {
		x.found(jsonObject{"jql": c.jql}).want(t, 400, c.says)
		x.found(jsonObject{"jql": c.jql, "validateQuery": true}).want(t, 400, c.says)
		a := x.found(jsonObject{"jql": c.jql, "validateQuery": false}).want(t, 200, "warningMessages")
		if a.keysOf() != c.found || !strings.Contains(fmt.Sprint(a.Body["warningMessages"]), c.says) {
			t.Errorf("%s, not validated: %q, warnings %v", c.jql, a.keysOf(), a.Body["warningMessages"])
		}
		x.dc("GET", "/search?"+url.Values{"jql": {c.jql}, "validateQuery": {"false"}}.Encode(), nil).want(t, 200, "warningMessages")
	}
	x.found(jsonObject{"jql": "project = PAY order by key,id,created,updated,project,status,summary,due"}).want(t, 200, "")
}

// Times go out in the zone of who asks and quoted ones come in there; a number
// without quotes is the same moment for all. Both products, zones from end to
// end of the world, a day in the middle of the year and one beside it.
func TestTimesInTheAskersZone(t *testing.T) {
	winter := time.Date(2026, 11, 20, 9, 30, 15, 0, time.UTC)
	summer := time.Date(2026, 7, 1, 23, 59, 30, 0, time.UTC)
	fallBack := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // Berlin's clocks show 02:30 twice that night, this is the first
	for _, zone := range []struct{ name, winter, summer string }{
		{"", "2026-11-20T09:30:15.000+0000", "2026-07-01T23:59:30.000+0000"},
		{"Pacific/Pago_Pago", "2026-11-19T22:30:15.000-1100", "2026-07-01T12:59:30.000-1100"},
		{"Asia/Kathmandu", "2026-11-20T15:15:15.000+0545", "2026-07-02T05:44:30.000+0545"},
		{"Pacific/Kiritimati", "2026-11-20T23:30:15.000+1400", "2026-07-02T13:59:30.000+1400"},
		{"Europe/Berlin", "2026-11-20T10:30:15.000+0100", "2026-07-02T01:59:30.000+0200"},
		{"America/New_York", "2026-11-20T04:30:15.000-0500", "2026-07-01T19:59:30.000-0400"},
	} {
		for _, d := range []*DataCenter{nil, {}} {
			x := newSite(t, Options{DataCenter: d})
			x.AddUser(User{AccountID: "557058:bot", Name: "Bot", Active: true, TimeZone: zone.name})
			for _, at := range []time.Time{winter, summer, fallBack} {
				x.add(Issue{Project: "IF", Summary: "at " + at.String(), Created: at})
			}
			search := func(jql string) answer {
				if d == nil {
					return x.do("POST", "/search/jql", jsonObject{"jql": jql, "fields": []string{"created"}})
				}
				return x.as(asBot, "POST", "/rest/api/2/search", jsonObject{"jql": jql, "fields": []string{"created"}})
			}
			a := search("project = 'IF' and key in (IF-1, IF-2) order by key").want(t, 200, "")
			if w, s := a.at("issues", 0, "fields", "created"), a.at("issues", 1, "fields", "created"); w != zone.winter || s != zone.summer {
				t.Errorf("%s: created %v and %v, want %s and %s", zone.name, w, s, zone.winter, zone.summer)
			}
			for key, at := range map[string]time.Time{"IF-1": winter, "IF-2": summer} {
				in, err := time.LoadLocation(zone.name)
				if err != nil {
					t.Fatal(err)
				}
				local := at.In(in)
				minute, next := local.Format("2006-01-02 15:04"), local.Add(time.Minute).Format("2006/01/02 15:04")
				for jql, want := range map[string]string{
					fmt.Sprintf(`created >= "%s" and created < "%s"`, minute, next):                   key,
					fmt.Sprintf(`created >= "%s" and created < "%s"`, next, next):                     "",
					fmt.Sprintf("created >= %d and created <= %d", at.UnixMilli(), at.UnixMilli()):    key,
					fmt.Sprintf("created > %d and created < %d", at.UnixMilli(), at.UnixMilli()+1000): "",
				} {
					if got := search("project = 'IF' and "+jql).want(t, 200, "").keysOf(); got != want {
						t.Errorf("%s, %s: found %q, want %q", zone.name, jql, got, want)
					}
				}
			}
			if got := search(fmt.Sprintf("project = 'IF' and created = %d", fallBack.UnixMilli())).keysOf(); got != "IF-3" {
				t.Errorf("%s: in the hour that comes twice: %q", zone.name, got)
			}
			now, err := time.Parse("2006-01-02T15:04:05.000-0700", fmt.Sprint(x.as(asBot, "GET", "/rest/api/2/serverInfo", nil).at("serverTime")))
			if err != nil || !now.Equal(x.clock.now()) || !strings.HasSuffix(zone.winter, now.Format("-0700")) {
				t.Errorf("%s: serverTime %v, %v", zone.name, now, err)
			}
		}
	}
}
