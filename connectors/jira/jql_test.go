package jira

import (
	"testing"
)

func TestWithoutOrder(t *testing.T) {
	for in, want := range map[string]string{
		"project = A":                                   "project = A",
		"project = A ORDER BY rank":                     "project = A",
		"project = A order  by updated desc, key":       "project = A",
		`summary ~ "order by mail"`:                     `summary ~ "order by mail"`,
		`summary ~ 'a \' order by b'`:                   `summary ~ 'a \' order by b'`,
		`summary ~ "order by mail" ORDER BY key`:        `summary ~ "order by mail"`,
		"(project = A)ORDER BY key":                     "(project = A)",
		"orderby = 1 AND border by = 2":                 "orderby = 1 AND border by = 2",
		"ORDER BY key":                                  "",
		"  ":                                            "",
		"labels = order AND component = by ORDER\tBY x": "labels = order AND component = by",
	} {
		if got := withoutOrder(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}
