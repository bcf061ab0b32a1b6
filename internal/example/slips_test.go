package example_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/example"
)

// org is what the files of these tests are about.
const org = `org:
  roadmap:
    - {from: jira, jql: project = ROAD, pm: assignee, po: "field:Product Owner"}
    - {from: eng, goals: initiatives}
    - {from: file, goals: [{id: GROW-1, title: Grow}]}
  links: [parent, {issue-link: [contributes to]}, {field: "field:Strategic goal"}]
`

// problemsOf gives what is wrong with a file, without its path.
func problemsOf(t *testing.T, text string) []string {
	t.Helper()
	path := write(t, t.TempDir(), "x.yaml", text)
	_, err := example.Load(path, nil, now)
	if err == nil {
		return nil
	}
	var wrong *config.ProblemsError
	if !errors.As(err, &wrong) {
		t.Fatalf("%T: %v", err, err)
	}
	var all []string
	for _, p := range wrong.Problems {
		all = append(all, strings.TrimPrefix(p.String(), path+":"))
	}
	return all
}

// TestSlips: each line that is wrong is told of, once, with its column and what
// was probably meant.
func TestSlips(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{`jira:PAY-1`, `8:9: want REF TYPE STATUS (as in jira:PAY-1 story todo "A title" parent=jira:PAY-9)`},
		{`PAY-1 story todo`, `8:9: want TRACKER:KEY, as in jira:ABC-1, not "PAY-1"`},
		{`file:GROW-1 story todo`, `8:9: goals of the file stand in the org's file`},
		{`jira:PAY-1 issue todo`, `8:20: jira has no type "issue"; it has bug, epic, initiative, story, subtask, task`},
		{`eng:ENG-1 isue todo`, `8:19: eng has no type "isue"; it has initiative, issue, project, subissue (did you mean "issue"?)`},
		{`eng:ENG-1 issue todo epic-link=jira:PAY-9`, `8:30: there is no attribute "epic-link" of an Issue`},
		{`eng:speed initiative active lead=Ana`, `8:37: there is no attribute "lead" of an Initiative`},
		{`jira:PAY-1 story todo parent=`, `8:31: parent needs a value: parent=VALUE`},
		{`jira:PAY-1 story todo parent=jra:PAY-9`, `8:38: there is no tracker "jra" (did you mean "jira"?)`},
		{`jira:PAY-1 story todo parent=jira:PAY-9,jra:PAY-8`, `8:49: there is no tracker "jra" (did you mean "jira"?)`},
		{`jira:PAY-1 story todo Title`, `8:31: there is no attribute "Title" of a Story`},
		{`jira:PAY-1 story todo blocks=jira:PAY-2`, `8:31: there is no attribute "blocks" of a Story`},
		{`jira:PAY-1 story todo contributes=jira:PAY-2`, `8:31: there is no attribute "contributes" of a Story`},
		{`jira:PAY-1 story todo field:Strategic-goal=GROW-1`, `8:31: the org's file reads no field "Strategic-goal" (did you mean "field:Strategic goal"?)`},
		{`jira:ROAD-1 initiative active goal=2`, `8:39: that roadmap source is not of jira`},
		{`jira:ROAD-1 initiative active goal=9`, `8:44: the org has 3 roadmap sources: write goal=1 for the first`},
		{`jira:PAY-1 story todo created=yesterday`, `8:39: want a date, 2026-12-31, or an age, 5d, not "yesterday"`},
		{`jira:PAY-1 story todo priority=hihg`, `8:40: there is no priority "hihg"; it is urgent, high, medium, low, none (did you mean "high"?)`},
		{`jira:PAY-1 story todo target=soon`, `8:38: not a date; write it as 2026-12-31`},
		{`incomplete jra`, `8:20: there is no tracker "jra" (did you mean "jira"?)`},
	} {
		text := org + "given:\n     - '" + c.given + "'\ncases: {One: {expect: [no stories]}}\n"
		if got := problemsOf(t, text); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s\n have %q\n want %q", c.given, got, c.want)
		}
	}
}

// TestExpectationSlips: the same of what is expected.
func TestExpectationSlips(t *testing.T) {
	for _, c := range []struct{ expect, want string }{
		{`jira:PAY-1`, `9: what is expected of it? (a comma ends a line of a list in [ ])`},
		{`jira:PAY-1 linked jira:ROAD-1, file:GROW-1`, `40: too many words (write them with commas and no spaces: GOAL,GOAL)`},
		{`jira:PAY-1 linked jira:ROAD-1 file:GROW-1`, `39: too many words (write them with commas and no spaces: GOAL,GOAL)`},
		{`no finding`, `12: want no stories or no findings (did you mean "findings"?)`},
		{`finding story-without-goal`, `17: want finding RULE REF`},
		{`finding goal-without-po jira:ROAD-1`, `17: goal-without-po is none of the rules that this document compares (add it to them)`},
		{`finding story-without-goal jira:PAY-2`, `36: no line gives jira:PAY-2 (did you mean "jira:PAY-1"?)`},
		{`goal jira:ROAD-1 opn=1`, `26: a goal has no "opn"; it has done, open, pm, po, status (did you mean "open"?)`},
		{`says jira:PAY-1`, `14: want says REF | WORDS`},
		{`resolved story-without-goal jira:PAY-1`, `9: want resolved RULE REF | WORDS`},
		{`same jira:ROAD-1 pn file:GROW-1 po`, `26: want pm or po, not "pn"`},
		{`goals jira:ROAD-1, file:GROW-2`, `28: no line gives file:GROW-2 (did you mean "file:GROW-1"?)`},
		{`find PAY-1`, `14: want find NAME is REF, or find NAME fails: WORDS`},
		{`saying jira:PAY-1 | x`, `9: what is expected begins with a ref, or one of different, find, finding, goal, goals, no, not-tried, path, resolved, same, says, silent, tried, why`},
	} {
		text := org + `rules: [story-without-goal]
given: [jira:PAY-1 story todo, jira:ROAD-1 initiative active goal]
cases:
  One:
    expect: |
        ` + c.expect + "\n"
		want := "12:" + c.want
		if got := problemsOf(t, text); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s\n have %q\n want %q", c.expect, got, want)
		}
	}
}

// TestFileSlips: what is wrong with the file around the lines.
func TestFileSlips(t *testing.T) {
	cases := "cases: {One: {expect: [no stories]}}\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ` the file is empty (see docs/examples.md for the shortest useful one)`},
		{"no org", cases, `1:1: the key "org" is missing (org: acme.yaml, or name the org's file: -c acme.yaml)`},
		{"no cases", org, `1:1: the key "cases" is missing (cases: {A sentence: {given: [...], expect: [...]}})`},
		{"no case", org + "cases: {}", `7:1: cases: needs at least one case`},
		{"a slip of a key", org + "case: {}\n" + cases, `7:1: unknown key "case" (did you mean "cases"?)`},
		{"a slip in the org", strings.Replace(org, "  links:", "  lniks:", 1) + cases, `6:3: unknown key "lniks" (did you mean "links"?)`},
		{"an org's file that is not there", "org: none.yaml\n" + cases, `no such file (is the path right?)`},
		{"two cases of one name", org + "cases:\n  One: {expect: [no stories]}\n  One: {expect: [no stories]}\n", `9:3: cases: the key is given twice, first on line 8 (keep one of them)`},
		{"an empty list", org + "cases: {One: {expect: []}}", `7:23: expect: needs at least one line`},
		{"only remarks", org + "cases:\n  One:\n    expect: |\n      # nothing\n      # at all\n", `9:13: expect: needs at least one line`},
		{"a colon", org + "cases:\n  One:\n    expect:\n      - jira:PAY-1 is no story: it is done\n", `10:9: expect: must be a line; one that holds ": " is read as a key with a value (put it in quotes, or the lines in a block: expect: |)`},
		{"no time", org + "at: noon\n" + cases, `7:5: at: not a date or a time; write it as 2026-12-31 or 2026-12-31T12:00:00Z`},
	} {
		got := problemsOf(t, c.text)
		if len(got) != 1 || got[0] != c.want && !strings.HasSuffix(got[0], c.want) {
			t.Errorf("%s\n have %q\n want %q", c.name, got, c.want)
		}
	}
}

// FuzzLoad: whatever stands in a file, it is read or told of, and what was read
// runs.
func FuzzLoad(f *testing.F) {
	f.Add("given: [jira:PAY-1 story todo parent=jira:PAY-1]\ncases: {A: {expect: [jira:PAY-1 unlinked]}}\n")
	f.Add("cases:\n  A:\n    given: |\n      eng:ENG-1 issue todo sprint=\"Cycle 12\"(inactive) labels=a,\"b c\"\n    expect: |\n      tried eng:ENG-1 | x\n      goal file:GROW-1 pm=- open=0\n      same file:GROW-1 pm file:GROW-1 po\n      path eng:ENG-1 > a > b\n")
	f.Add("given: [jira:ROAD-1 initiative active goal assignee=Ana(id:1 app), jira:PAY-1 story todo field:Strategic goal=\"= (\"]\ncases: {A: {expect: [find PAY-1 is jira:PAY-1, no findings, not-tried jira:PAY-1]}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := example.Load(write(t, t.TempDir(), "x.yaml", org+text), nil, now)
		var wrong *config.ProblemsError
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, c := range cases {
			c.Run()
		}
	})
}
