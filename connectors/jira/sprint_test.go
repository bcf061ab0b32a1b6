package jira

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// printed prints a sprint as Data Center does.
func printed(state, name, goal string) string {
	return "com.atlassian.greenhopper.service.sprint.Sprint@a88a698[id=1,rapidViewId=1,state=" + state + ",name=" + name +
		",startDate=2018-05-09T06:39:30.147Z,endDate=2018-05-23T06:59:30.147Z,completeDate=<null>,activatedDate=<null>,sequence=1,goal=" + goal + "]"
}

func TestSprintTexts(t *testing.T) {
	for name, tt := range map[string]struct{ text, name, state string }{
		"as a server prints it":       {printed("ACTIVE", "Sample Sprint 2", "<null>"), "Sample Sprint 2", "ACTIVE"},
		"goal before the dates":       {"com.atlassian.greenhopper.service.sprint.Sprint@2d75f6c9[id=54,rapidViewId=75,state=CLOSED,name=4.0 Sprint 7,goal=<null>,startDate=2014-04-05T00:26:27.500Z,endDate=2014-04-26T00:26:00.000Z,completeDate=2014-04-29T13:33:10.513Z,sequence=54]", "4.0 Sprint 7", "CLOSED"},
		"old: id at the end":          {"com.atlassian.greenhopper.service.sprint.Sprint@1[rapidViewId=<null>,state=FUTURE,name=Sprint 1,startDate=<null>,endDate=<null>,completeDate=<null>,id=44]", "Sprint 1", "FUTURE"},
		"comma, brackets and equals":  {printed("ACTIVE", "A, b [c]=d", "<null>"), "A, b [c]=d", "ACTIVE"},
		"a name like a property":      {printed("CLOSED", "x,state=ACTIVE,goal=y", "<null>"), "x,state=ACTIVE,goal=y", "CLOSED"},
		"a name like a date":          {printed("CLOSED", "x,startDate=soon", "<null>"), "x,startDate=soon", "CLOSED"},
		"a goal like a name":          {printed("CLOSED", "x", "no,name=y,state=ACTIVE"), "x", "CLOSED"},
		"no name":                     {"Sprint@1[id=1,state=ACTIVE]", "", ""},
		"not closed":                  {"Sprint@1[id=1,state=ACTIVE,name=x", "", ""},
		"not a sprint":                {"0|i0002v:", "", ""},
		"endless":                     {printed("ACTIVE", strings.Repeat(",goal=", 1000), strings.Repeat(",name=", 300)), "", ""},
		"nothing":                     {"", "", ""},
		"a property that is not ours": {"Sprint@1[id=1,colour=red,name=x]", "", ""},
	} {
		got, ok := parseSprint(tt.text)
		if got.Name != tt.name || got.State != tt.state || ok != (tt.name != "") {
			t.Errorf("%s: %+v, %t", name, got, ok)
		}
	}
}

// FuzzSprint: any name and goal are read as they were written, but for one that
// cannot be told from properties; and no text at all is too much.
func FuzzSprint(f *testing.F) {
	for _, s := range []string{"Sprint 7", "A, b [c]=d", "x,state=ACTIVE", ",", "=", "]", "x,sequence=1,goal=y]", ",goal=", strings.Repeat(",goal=", 500)} {
		f.Add(s, "<null>")
		f.Add("n", s)
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, name, goal string) {
		_, _ = parseSprint(name)
		text := printed("ACTIVE", name, goal)
		s, ok := parseSprint(text)
		plain := func(s string) bool {
			return s != "" && s != "<null>" && utf8.ValidString(s) && !strings.ContainsAny(s, ",=")
		}
		if plain(name) && plain(goal) && len(text) < sprintLongest && (!ok || s.Name != name || s.State != "ACTIVE") {
			t.Errorf("%q was read as %+v, %t", text, s, ok)
		}
		if ok && !strings.Contains(text, "name="+s.Name) {
			t.Errorf("%q was read as %q", text, s.Name)
		}
	})
}
