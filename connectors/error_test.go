package connectors

import (
	"errors"
	"testing"
)

func TestError(t *testing.T) {
	for says, want := range map[string]string{
		"no such project": "jira: pull: no such project. Try: another",
		"401 Log in.":     "jira: pull: 401 Log in. Try: another", // trackers' own words often end in a stop
		"is this Jira?":   "jira: pull: is this Jira? Try: another",
	} {
		if got := (&Error{Tracker: "jira", Op: "pull", Err: errors.New(says), Try: "another"}).Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
