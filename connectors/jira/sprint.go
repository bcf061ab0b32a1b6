package jira

import (
	"encoding/json"
	"regexp"
	"strings"
)

// sprint gives the sprint that counts: the active one, else the next, else the
// last one that was closed. An issue keeps every sprint that it has been in.
func sprint(f fieldMap, field string) (name string, active bool) {
	var all []json.RawMessage
	if field == "" || !f.read(field, &all) {
		return "", false
	}
	rank := 0
	for _, raw := range all {
		s, ok := readSprint(raw)
		if !ok {
			continue
		}
		switch strings.ToLower(s.State) {
		case "active":
			return clean(s.Name), true
		case "future":
			if rank < 2 {
				name, rank = clean(s.Name), 2
			}
		default:
			if rank < 2 {
				name, rank = clean(s.Name), 1
			}
		}
	}
	return name, false
}

// readSprint reads a sprint as Cloud gives it, an object, or as Data Center does,
// a text.
func readSprint(raw json.RawMessage) (s wireSprint, ok bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return parseSprint(text)
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// sprintKeys are the properties that Data Center prints of a sprint, with the
// form of the values that have one. Which are printed, and in what order, has
// changed over the years; nil: free text.
var sprintKeys = map[string]*regexp.Regexp{
	"id": sprintNumber, "rapidViewId": sprintNumber, "sequence": sprintNumber, "incompleteIssuesDestinationId": sprintNumber,
	"state":     regexp.MustCompile(`^([A-Z]+|<null>)$`),
	"startDate": sprintDate, "endDate": sprintDate, "completeDate": sprintDate, "activatedDate": sprintDate,
	"autoStartStop": sprintFlag, "synced": sprintFlag, "closed": sprintFlag,
	"name": nil, "goal": nil,
}

var (
	sprintNumber = regexp.MustCompile(`^(-?\d+|<null>)$`)
	sprintDate   = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:?\d\d)|<null>)$`)
	sprintFlag   = regexp.MustCompile(`^(true|false|<null>)$`)
)

// parseSprint reads what Java prints of a sprint:
//
//	com.atlassian.greenhopper.service.sprint.Sprint@a88a698[id=1,state=ACTIVE,name=One, two [x]=y,startDate=<null>,goal=<null>]
//
// Nothing in a name or a goal is escaped. So a value is taken to end at the first
// place after which the rest is a list of properties, each at most once and of
// its own form; and a name or a goal that would swallow a property with a date
// is none.
func parseSprint(text string) (s wireSprint, ok bool) {
	_, body, found := strings.Cut(text, "[")
	if body, ok = strings.CutSuffix(body, "]"); !found || !ok || len(body) > sprintLongest {
		return s, false
	}
	p := sprintParser{values: map[string]string{}, tries: sprintTries}
	if !p.rest(body) {
		return s, false
	}
	if s.Name = p.values["name"]; s.Name == "" || s.Name == "<null>" {
		return wireSprint{}, false
	}
	s.State = p.values["state"]
	return s, true
}

// What a sprint's text may cost: longer ones, and ones more ambiguous, are no
// sprints. Jira takes names of 30 characters, and goals of a few hundred.
const (
	sprintLongest = 8192
	sprintTries   = 2000
)

// dated reports whether the text goes on with a date that was not read yet.
func (p *sprintParser) dated(s string) bool {
	key, value, _ := strings.Cut(s, "=")
	value, _, _ = strings.Cut(value, ",")
	_, read := p.values[key]
	return strings.HasSuffix(key, "Date") && !read && sprintKeys[key] != nil && sprintKeys[key].MatchString(value)
}

type sprintParser struct {
	values map[string]string
	tries  int
}

// rest reads what is left of the text and tells whether it is a list of
// properties.
func (p *sprintParser) rest(s string) bool {
	key, s, found := strings.Cut(s, "=")
	form, known := sprintKeys[key]
	if _, twice := p.values[key]; !found || !known || twice {
		return false
	}
	for end := 0; p.tries > 0; end++ {
		comma := strings.IndexByte(s[end:], ',')
		last := comma < 0
		if end += comma; last {
			end = len(s)
		}
		p.tries--
		if form == nil || form.MatchString(s[:end]) {
			p.values[key] = s[:end]
			if last || p.rest(s[end+1:]) {
				return true
			}
			delete(p.values, key)
		}
		if last || form == nil && p.dated(s[end+1:]) {
			return false
		}
	}
	return false
}
