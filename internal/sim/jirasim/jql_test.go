package jirasim

import (
	"strings"
	"testing"
	"time"
)

// What a query finds on the site of newSite, in the order of the keys. Berlin is
// an hour ahead of the site's clock: PAY-2 was created at 12:00 UTC, 13:00 there.
func TestJQLFinds(t *testing.T) {
	x := newSite(t, Options{})
	pay2 := testDay.Add(3 * time.Hour).UnixMilli()
	ms := func(s string) string { return strings.ReplaceAll(s, "PAY2", itoa(pay2)) }
	for _, c := range []struct{ jql, found string }{
		{"project = PAY", "PAY-1 PAY-2 PAY-3 PAY-4"},
		{"project in (PAY, WEB) and issuetype = Story", "PAY-2 WEB-1"},
		{`project = "Payments" AND type != Bug`, "PAY-1 PAY-2 PAY-3"},
		{"issuetype in (Epic, Initiative)", "PAY-1 ROAD-1"},
		{"project = PAY AND (type = Epic OR type = Bug)", "PAY-1 PAY-4"},
		{"project = PAY OR project = WEB AND type = Bug", "PAY-1 PAY-2 PAY-3 PAY-4"}, // AND binds closer
		{"project = PAY AND NOT (type = Epic OR type = Bug)", "PAY-2 PAY-3"},
		{"project = PAY and ! type = Epic", "PAY-2 PAY-3 PAY-4"},
		{"status = 'In Progress'", "PAY-2"},
		{"statusCategory = Done", "PAY-4"},
		{`statusCategory != "To Do"`, "PAY-2 PAY-4"},
		{"statusCategory in (new, indeterminate) and project = PAY", "PAY-1 PAY-2 PAY-3"},
		{"key = PAY-2", "PAY-2"},
		{"key in (PAY-2, WEB-1)", "PAY-2 WEB-1"},
		{"issuekey > PAY-2 and project = PAY", "PAY-3 PAY-4"},
		{"parent = PAY-1", "PAY-2"},
		{"parent is EMPTY", "PAY-4 ROAD-1 WEB-1"},
		{`"Epic Link" = PAY-1`, "PAY-2"},
		{"cf[10014] is not empty", "PAY-2"},
		{"labels = ktlo", "PAY-2 PAY-4"},
		{"labels != urgent", "PAY-4"},                                                // passes over issues without labels,
		{"NOT labels = urgent", "PAY-4"},                                             // and so does NOT
		{"labels is empty or labels != urgent", "PAY-1 PAY-3 PAY-4 ROAD-1 WEB-1"},    // which is how it is asked for
		{"labels not in (urgent, other)", "PAY-4"},                                   //
		{"component = checkout", "PAY-2"},                                            //
		{"assignee = ana", "PAY-2"},                                                  //
		{"assignee is EMPTY and project = PAY", "PAY-1 PAY-3 PAY-4"},                 //
		{"reporter = currentUser()", "PAY-2"},                                        //
		{`"Product Owner" = ana`, "ROAD-1"},                                          //
		{"'product owner' is empty and project = ROAD", ""},                          //
		{"priority = High", "PAY-2"},                                                 //
		{"sprint in openSprints()", "PAY-2"},                                         //
		{"sprint = 7 or sprint = 'Sprint 7'", "PAY-2"},                               //
		{"summary ~ card", "PAY-2 PAY-3 PAY-4"},                                      //
		{`summary ~ "refused card"`, "PAY-4"},                                        //
		{`summary ~ "fro*"`, "WEB-1"},                                                //
		{"summary !~ card and project = PAY", "PAY-1"},                               //
		{ms("created >= PAY2"), "PAY-2 PAY-3 PAY-4 WEB-1"},                           // epoch milliseconds
		{ms("created > PAY2"), "PAY-3 PAY-4 WEB-1"},                                  //
		{ms("created < PAY2"), "PAY-1 ROAD-1"},                                       //
		{`created >= "2026-11-20 13:00"`, "PAY-2 PAY-3 PAY-4 WEB-1"},                 // Berlin's time
		{`created > "2026/11/20 13:00" AND created <= "2026-11-20 14:00"`, "PAY-3"},  //
		{`updated >= -1h`, "PAY-4 WEB-1"},                                            //
		{`updated >= "-1h 30m" and updated < now()`, "PAY-4"},                        //
		{"due <= 2026-12-31 and due > startOfDay()", "ROAD-1"},                       //
		{"project = PAY && type = Epic || project=WEB", "PAY-1 WEB-1"},               //
		{`project = "\u0050AY" and summary ~ 'card form'`, "PAY-3"},                  //
		{`project = "IF"`, ""},                                                       // a reserved word, quoted
		{"id = PAY-2 or id in (PAY-3)", "PAY-2 PAY-3"},                               //
		{"project = PAY order by created desc", "PAY-4 PAY-3 PAY-2 PAY-1"},           //
		{"project in (PAY, WEB) ORDER BY key DESC", "WEB-1 PAY-4 PAY-3 PAY-2 PAY-1"}, //
		{"project in (PAY, ROAD) ORDER BY project, created desc", "PAY-4 PAY-3 PAY-2 PAY-1 ROAD-1"},
	} {
		jql := c.jql
		if !strings.Contains(strings.ToLower(jql), "order by") {
			jql += " ORDER BY key"
		}
		a := x.do("POST", "/search/jql", jsonObject{"jql": jql})
		if a.Status != 200 || a.keysOf() != c.found {
			t.Errorf("%s\n found %d %q\n want  %q %s", c.jql, a.Status, a.keysOf(), c.found, a.Text)
		}
	}
	// The same by number, which newSite does not know in advance.
	i, _ := x.Issue("PAY-2")
	if a := x.do("POST", "/search/jql", jsonObject{"jql": "id >= " + i.ID + " and project = PAY order by id"}); a.keysOf() != "PAY-2 PAY-3 PAY-4" {
		t.Errorf("by id: %s", a.Text)
	}
}

func TestJQLRefuses(t *testing.T) {
	x := newSite(t, Options{})
	for _, c := range []struct{ jql, says string }{
		{"", "Unbounded JQL queries are not allowed here."},
		{"order by updated", "Unbounded JQL queries are not allowed here."},
		{"project = NOPE", "The value 'NOPE' does not exist for the field 'project'."},
		{"project = SEC", "The value 'SEC' does not exist for the field 'project'."}, // invisible is the same as missing
		{"project in (PAY, NOPE)", "The value 'NOPE' does not exist for the field 'project'."},
		{"flavour = sweet", "Field 'flavour' does not exist or you do not have permission to view it."},
		{"issuetype = Saga", "The value 'Saga' does not exist for the field 'issuetype'."},
		{"status = Nowhere", "The value 'Nowhere' does not exist for the field 'status'."},
		{"statusCategory = Later", "The value 'Later' does not exist"},
		{"key = PAY-99", "An issue with key 'PAY-99' does not exist for field 'key'."},
		{"parent = PAY-99", "An issue with key 'PAY-99' does not exist for field 'parent'."},
		{"labels = 'two words'", "The label 'two words' can’t contain spaces."},
		{"project = IF", "'IF' is a reserved JQL word. You must surround it in quotation marks to use it in a query. (line 1, character 11)"},
		{"project = PAY type = Bug", "Expecting either 'OR' or 'AND' but got 'type'. (line 1, character 15)"},
		{"project = PAY AND", "Expecting a field name before the end of the query."},
		{"project =", "Expecting either a value, list or function before the end of the query."},
		{"project", "Expecting operator before the end of the query."},
		{"project PAY", "Expecting operator but got 'PAY'."},
		{"(project = PAY", "Expecting ')' before the end of the query."},
		{"project = \"PAY", "The quoted string 'PAY' has not been completed."},
		{"project = PAY order by", "Expecting a field name before the end of the query."},
		{"project = PAY order updated", "Expecting 'by' but got 'updated'."},
		{"project = PAY order by mood", "Not able to sort using field 'mood'."},
		{"project ~ PAY", "The operator '~' is not supported by the 'project' field."},
		{"summary = card", "The operator '=' is not supported by the 'summary' field."},
		{"updated >= yesterday", "Date value 'yesterday' for field 'updated' is invalid."},
		{`updated >= "1732877091000"`, "Date value '1732877091000' for field 'updated' is invalid."}, // quoted: not milliseconds
		{"assignee = nobody.known", "The value 'nobody.known' does not exist for the field 'assignee'."},
		{"assignee = membersOf()", "Unable to find JQL function 'membersOf()'."},
		{"status was Done", "not supported"},
		{"project = P@Y", "The character '@' is a reserved JQL character."},
		{"project = PAY order by key,id,created,updated,project,status,summary,due", "7 fields"},
		{strings.Repeat("(", 5000), "nested too deeply"},
	} {
		x.do("POST", "/search/jql", jsonObject{"jql": c.jql}).want(t, 400, strings.Trim(c.says, "\""))
		x.do("POST", "/search/approximate-count", jsonObject{"jql": c.jql}).want(t, 400, c.says)
	}
	two := x.do("POST", "/search/jql", jsonObject{"jql": "project = NOPE and flavour = sweet"})
	if len(two.Body["errorMessages"].([]any)) != 2 {
		t.Errorf("one message each: %s", two.Text)
	}
}

// Whatever is typed, the parser answers or refuses; it does not fall over.
func FuzzJQL(f *testing.F) {
	for _, seed := range []string{"project = PAY", `a ~ "\u00zz"`, "not not x in (", "cf[1] = 'x' order by y desc,", "-15m", "\\"} {
		f.Add(seed)
	}
	s := New(Options{Clock: func() time.Time { return testDay }})
	f.Fuzz(func(t *testing.T, q string) {
		parsed, err := parseJQL(q)
		if err != nil {
			if !strings.Contains(err.Error(), " ") {
				t.Errorf("no words in %q", err)
			}
			return
		}
		s.compile(parsed, visitor{})
	})
}
