package jirasim

import (
	"strconv"
	"strings"
)

// names numbers the things that Jira keeps site-wide tables of: issue types,
// statuses, priorities, components. A name is known by any spelling of its case.
type names struct {
	ids  map[string]string // lower-case name -> id
	used map[string]string // id -> name as first met
	next int
}

func newNames(first int, known ...string) names {
	n := names{ids: map[string]string{}, used: map[string]string{}, next: first}
	for _, name := range known {
		n.add(name, "")
	}
	return n
}

// add makes a name known. A wanted id is taken where it is free; a name that
// is known keeps the id it has.
func (n *names) add(name, wanted string) {
	low := strings.ToLower(name)
	if _, ok := n.ids[low]; ok || name == "" {
		return
	}
	if _, taken := n.used[wanted]; taken || wanted == "" {
		for {
			wanted = strconv.Itoa(n.next)
			n.next++
			if _, taken := n.used[wanted]; !taken {
				break
			}
		}
	}
	n.ids[low] = wanted
	n.used[wanted] = name
}

// id gives the id of a name, "" for one that is not known.
func (n *names) id(name string) string { return n.ids[strings.ToLower(name)] }

// resolve gives the lower-case name for a name or an id.
func (n *names) resolve(nameOrID string) (string, bool) {
	low := strings.ToLower(nameOrID)
	if _, ok := n.ids[low]; ok {
		return low, true
	}
	name, ok := n.used[nameOrID]
	return strings.ToLower(name), ok
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
