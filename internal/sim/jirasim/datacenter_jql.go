package jirasim

import (
	"cmp"
	"fmt"
	"strings"
)

// keysByIssue compiles < and > over issues as a server does. The operand is an
// issue that must be there: it is looked up by key, former key or id, and what
// is compared is numbers within the project that it is in now. So key > "PAY-12"
// is about another project once PAY-12 has moved, id > 10012 is about one
// project, and either fails the query once the issue is gone.
func (c *compiler) keysByIssue(k *clause) match {
	if k.values[0].empty || k.values[0].call || len(k.values) > 1 {
		return c.refuse(noOperator(k))
	}
	id, err := c.issueWordDC(k.values[0], k.field)
	if err != nil {
		return c.refuse(err)
	}
	at := c.s.issues[id]
	return func(r *record) bool {
		return r.Project == at.Project && compare(k.op, cmp.Compare(r.keyNum, at.keyNum))
	}
}

// issueWordDC gives the id of an issue that may be seen, named by key or id.
func (c *compiler) issueWordDC(v value, field string) (string, error) {
	if r := c.s.find(v.text); c.visitor.reads() && c.s.visible(c.visitor.user, r) && !v.call {
		return r.ID, nil
	}
	if _, err := parseNum(v.text); err == nil {
		return "", &jqlError{fmt.Sprintf("A value with ID '%s' does not exist for the field '%s'.", v.text, field)}
	}
	return "", &jqlError{fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", v.text, field)}
}

// userWordDC takes a user name, a user key, an e-mail address, a display name or
// currentUser(), and gives the account id.
func (c *compiler) userWordDC(v value, field string) (string, error) {
	if v.call {
		if strings.EqualFold(v.text, "currentUser") && c.visitor.user != nil {
			return c.visitor.user.AccountID, nil
		}
		return "", noFunction(v.text)
	}
	u := c.s.userNamed(v.text)
	if u == nil {
		u = c.s.userKeyed(v.text)
	}
	for _, other := range c.s.users {
		if u == nil && (strings.EqualFold(other.Name, v.text) || (other.Email != "" && strings.EqualFold(other.Email, v.text))) {
			u = other
		}
	}
	if u == nil {
		return "", noValue(v, field)
	}
	return u.AccountID, nil
}

// setFieldDC finds the fields that are other than on Cloud; found is false for
// all the others.
func (c *compiler) setFieldDC(name string, k *clause) (f setField, found bool, err error) {
	issue := func(v value) (string, error) { return c.issueWordDC(v, k.field) }
	user := func(v value) (string, error) { return c.userWordDC(v, k.field) }
	one := func(get func(*record) string) func(*record, []string) []string {
		return func(r *record, buf []string) []string {
			if s := get(r); s != "" {
				buf = append(buf, s)
			}
			return buf
		}
	}
	// to gives the id of the issue that a key leads to, or the key.
	to := func(get func(*Issue) string) func(*record, []string) []string {
		return one(func(r *record) string {
			key := get(&r.Issue)
			if at := c.s.find(key); at != nil {
				return at.ID
			}
			return key
		})
	}
	switch name {
	case "key", "issuekey", "issue", "id":
		return setField{one(func(r *record) string { return r.ID }), issue}, true, nil
	case "workitem", "workitemkey", "worktype":
		return setField{}, true, &jqlError{fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", k.field)}
	case "parent":
		return setField{to(subtaskParent), issue}, true, nil
	case "epic link", "cf[10101]":
		return setField{to(c.s.epicLinkDC), issue}, true, nil
	case "parent link", "cf[10105]":
		return setField{to(c.s.parentLinkDC), issue}, true, nil
	case "epic name", "cf[10102]":
		return setField{one(func(r *record) string { return strings.ToLower(r.EpicName) }), anyWord}, true, nil
	case "epic status", "cf[10103]":
		return setField{one(func(r *record) string { return strings.ToLower(epicStatus(&r.Issue)) }), anyWord}, true, nil
	case "assignee":
		return setField{one(func(r *record) string { return r.Assignee }), user}, true, nil
	case "reporter", "creator":
		return setField{one(func(r *record) string { return r.Reporter }), user}, true, nil
	}
	for _, field := range c.s.fields {
		if !field.listed(c.visitor.user) {
			continue
		}
		byName := name == strings.ToLower(field.Name) || name == "cf["+strings.TrimPrefix(field.ID, "customfield_")+"]"
		if byName && (field.Type == "user" || field.Items == "user") {
			return setField{
				func(r *record, buf []string) []string { return customWords(buf, r.Custom[field.ID]) },
				func(v value) (string, error) {
					id, err := user(v)
					return strings.ToLower(id), err
				},
			}, true, nil
		}
	}
	return setField{}, false, nil
}
