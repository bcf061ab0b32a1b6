package jirasim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// setField finds the field of a clause among those that hold words, the custom
// ones last.
func (c *compiler) setField(name string, k *clause) (setField, error) {
	one := func(get func(*record) string) func(*record, []string) []string {
		return func(r *record, buf []string) []string {
			if s := get(r); s != "" {
				buf = append(buf, s)
			}
			return buf
		}
	}
	table := func(n *names) func(value) (string, error) {
		return func(v value) (string, error) {
			if low, ok := n.resolve(v.text); ok && !v.call {
				return low, nil
			}
			return "", noValue(v, k.field)
		}
	}
	lower := func(get func(*record) string) func(*record, []string) []string {
		return one(func(r *record) string { return strings.ToLower(get(r)) })
	}
	s := c.s
	if s.dc != nil {
		if f, found, err := c.setFieldDC(name, k); found {
			return f, err
		}
	}
	switch name {
	case "project":
		return setField{one(func(r *record) string { return r.Project }), func(v value) (string, error) { return c.projectWord(v, k.field) }}, nil
	case "issuetype", "type", "worktype":
		return setField{lower(func(r *record) string { return r.Type }), table(&s.types)}, nil
	case "status":
		return setField{lower(func(r *record) string { return r.Status }), table(&s.statuses)}, nil
	case "priority":
		return setField{lower(func(r *record) string { return r.Priority }), table(&s.prios)}, nil
	case "statuscategory":
		return setField{one(func(r *record) string { return r.StatusCategory }), func(v value) (string, error) { return categoryWord(v, k.field) }}, nil
	case "resolution":
		return setField{lower(func(r *record) string { return r.Resolution }), anyWord}, nil
	case "key", "issuekey", "issue", "id", "workitem", "workitemkey":
		return setField{one(func(r *record) string { return r.ID }), func(v value) (string, error) { return c.issueWord(v, "key") }}, nil
	case "parent":
		return setField{one(func(r *record) string { return c.parentWord(r) }), func(v value) (string, error) { return c.issueWord(v, "parent") }}, nil
	case "epic link", "epiclink":
		return setField{one(func(r *record) string { return c.epicWord(r) }), func(v value) (string, error) { return c.issueWord(v, "Epic Link") }}, nil
	case "labels":
		return setField{func(r *record, buf []string) []string { return appendLower(buf, r.Labels) }, labelWord}, nil
	case "component":
		return setField{func(r *record, buf []string) []string { return appendLower(buf, r.Components) }, table(&s.parts)}, nil
	case "assignee":
		return setField{one(func(r *record) string { return r.Assignee }), func(v value) (string, error) { return c.userWord(v, k.field) }}, nil
	case "reporter", "creator":
		return setField{one(func(r *record) string { return r.Reporter }), func(v value) (string, error) { return c.userWord(v, k.field) }}, nil
	case "sprint":
		return setField{sprintWords, c.sprintWord}, nil
	}
	var same []string // ids of the custom fields of this name: a clause asks all of them
	for _, f := range s.fields {
		num := strings.TrimPrefix(f.ID, "customfield_")
		if !f.listed(c.visitor.user) {
			continue
		}
		if name == strings.ToLower(f.Name) || name == f.ID || name == "cf["+num+"]" {
			if f.ID == s.epicField {
				return c.setField("epic link", k)
			}
			if f.ID == s.sprintField {
				return c.setField("sprint", k)
			}
			same = append(same, f.ID)
		}
	}
	if len(same) > 0 {
		return setField{func(r *record, buf []string) []string {
			for _, id := range same {
				if s.field(id).shown(c.visitor.user, s.projects[r.Project]) {
					buf = customWords(buf, r.Custom[id])
				}
			}
			return buf
		}, c.customWord}, nil
	}
	return setField{}, &jqlError{fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", k.field)}
}

func parseNum(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

// noValue is the refusal that one unknown project brings upon a whole query.
func noValue(v value, field string) error {
	if v.call {
		return noFunction(v.text)
	}
	return &jqlError{fmt.Sprintf("The value '%s' does not exist for the field '%s'.", v.text, field)}
}

func anyWord(v value) (string, error) { return strings.ToLower(v.text), nil }

// labelWord refuses what cannot be a label
// (github.com/reload/github-security-jira issue 231).
func labelWord(v value) (string, error) {
	if strings.Contains(v.text, " ") {
		return "", &jqlError{fmt.Sprintf("The label '%s' can’t contain spaces.", v.text)}
	}
	return strings.ToLower(v.text), nil
}

// projectWord takes a key, an id or a name of a project that may be seen.
func (c *compiler) projectWord(v value, field string) (string, error) {
	for key, p := range c.s.projects {
		if c.visitor.browses(p) && !v.call && (strings.EqualFold(key, v.text) || p.ID == v.text || strings.EqualFold(p.Name, v.text)) {
			return key, nil
		}
	}
	return "", noValue(v, field)
}

func categoryWord(v value, field string) (string, error) {
	switch strings.ToLower(v.text) {
	case "new", "to do", "2":
		return "new", nil
	case "indeterminate", "in progress", "4":
		return "indeterminate", nil
	case "done", "complete", "3":
		return "done", nil
	case "undefined", "no category", "1":
		return "undefined", nil
	}
	return "", noValue(v, field)
}

// issueWord gives the id of an issue that may be seen. One that may not, or that
// is not there, fails the query.
func (c *compiler) issueWord(v value, field string) (string, error) {
	if r := c.s.find(v.text); c.s.visible(c.visitor.user, r) && !v.call {
		return r.ID, nil
	}
	return "", &jqlError{fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", v.text, field)}
}

// parentWord gives the id of an issue's parent, or the key that leads nowhere.
func (c *compiler) parentWord(r *record) string {
	if p := c.s.parentOf(&r.Issue); p != nil {
		return p.ID
	}
	return r.ParentKey
}

func (c *compiler) epicWord(r *record) string {
	key := c.s.epicLinkOf(&r.Issue)
	if e := c.s.find(key); e != nil {
		return e.ID
	}
	return key
}

// userWord takes an account id, an e-mail address, a display name or
// currentUser().
func (c *compiler) userWord(v value, field string) (string, error) {
	if v.call {
		if strings.EqualFold(v.text, "currentUser") && c.visitor.user != nil {
			return c.visitor.user.AccountID, nil
		}
		return "", noFunction(v.text)
	}
	if c.s.users[v.text] != nil {
		return v.text, nil
	}
	for id, u := range c.s.users {
		if strings.EqualFold(u.Name, v.text) || (u.Email != "" && strings.EqualFold(u.Email, v.text)) {
			return id, nil
		}
	}
	return "", noValue(v, field)
}

// sprintWords gives a sprint as its id, its name and its state.
func sprintWords(r *record, buf []string) []string {
	add := func(sp *Sprint) {
		buf = append(buf, strconv.Itoa(sp.ID), "name "+strings.ToLower(sp.Name), "state "+strings.ToLower(sp.State))
	}
	if r.Sprint != nil {
		add(r.Sprint)
	}
	for i := range r.ClosedSprints {
		add(&r.ClosedSprints[i])
	}
	return buf
}

func (c *compiler) sprintWord(v value) (string, error) {
	if v.call {
		switch strings.ToLower(v.text) {
		case "opensprints":
			return "state active", nil
		case "futuresprints":
			return "state future", nil
		case "closedsprints":
			return "state closed", nil
		}
		return "", noFunction(v.text)
	}
	if _, err := strconv.Atoi(v.text); err == nil && !v.quoted {
		return v.text, nil
	}
	return "name " + strings.ToLower(v.text), nil
}

func (c *compiler) customWord(v value) (string, error) {
	if !v.call {
		return strings.ToLower(v.text), nil
	}
	w, err := c.userWord(v, "")
	return strings.ToLower(w), err
}

func appendLower(buf, words []string) []string {
	for _, w := range words {
		buf = append(buf, strings.ToLower(w))
	}
	return buf
}

// customWords gives the words of a custom field's value as it goes over the
// wire: strings and numbers as they are, objects by their value, name, account
// id and id, lists by their members.
func customWords(buf []string, v any) []string {
	switch v := v.(type) {
	case nil:
	case string:
		if v != "" {
			buf = append(buf, strings.ToLower(v))
		}
	case []string:
		buf = appendLower(buf, v)
	case []any:
		for _, e := range v {
			buf = customWords(buf, e)
		}
	case map[string]any:
		for _, key := range []string{"value", "name", "accountId", "id", "key"} {
			buf = customWords(buf, v[key])
		}
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return buf
		}
		var plain any
		if json.Unmarshal(raw, &plain) == nil {
			if f, ok := plain.(float64); ok {
				return append(buf, strconv.FormatFloat(f, 'f', -1, 64))
			}
			if _, again := plain.(bool); !again {
				return customWords(buf, plain)
			}
		}
		buf = append(buf, strings.ToLower(string(raw)))
	}
	return buf
}

// customText renders a custom field's value for the history, and for telling
// whether it changed.
func customText(v any) string {
	if v == nil {
		return ""
	}
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
