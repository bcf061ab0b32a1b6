package alignd_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestFloorCatches shows, on small trees, that the checker sees what it is for, and that it leaves
// alone what is allowed: the floor is only worth what it catches.
func TestFloorCatches(t *testing.T) {
	t.Parallel()
	const ours = "github.com/alignd/alignd/"
	imports := func(pkg string, paths ...string) string {
		src := "package " + pkg + "\n"
		for _, p := range paths {
			src += "import _ \"" + p + "\"\n"
		}
		return src
	}

	for _, tc := range []struct {
		name string
		file string
		src  string
		want string // part of the one violation; "" means none
	}{
		{"a room may look down", "mapping/a.go", imports("mapping", ours+"internal/roadmap", "strings"), ""},
		{"a room may not look up", "mapping/a.go", imports("mapping", ours+"internal/store"), "mapping/a.go:2:8: mapping may not import internal/store (it may import: internal/roadmap, config"},
		{"the words know nobody", "internal/roadmap/a.go", imports("roadmap", ours+"config"), "it may import: none of ours"},
		{"the words know no library", "internal/roadmap/a.go", imports("roadmap", "github.com/google/uuid"), "standard library alone"},
		{"trackers do not know each other", "connectors/jira/a.go", imports("jira", ours+"connectors/linear"), "connectors/jira may not import connectors/linear"},
		{"the pass knows a Tracker, not which", "internal/pass/a.go", imports("pass", ours+"connectors/jira"), "internal/pass may not import connectors/jira"},
		{"the page only reads", "internal/web/a.go", imports("web", ours+"connectors"), "internal/web may not import connectors"},
		{"cmd wires everything", "cmd/alignd/a.go", imports("main", ours+"internal/pass", ours+"connectors/jira", "github.com/spf13/cobra"), ""},
		{"not even cmd imports test code", "cmd/alignd/a.go", imports("main", ours+"connectors/connectortest"), "which is for tests"},
		{"a package without a row", "internal/cache/a.go", imports("cache"), "package internal/cache is not in the table"},
		{"an import of a package without a row", "config/a.go", imports("config", ours+"internal/cache"), "config may not import internal/cache"},
		{"a file for another system counts too", "mapping/a_windows.go", "//go:build windows\n\n" + imports("mapping", ours+"internal/plan"), "mapping may not import internal/plan"},

		{"go-jira in its room", "connectors/jira/a.go", imports("jira", "github.com/andygrunwald/go-jira"), ""},
		{"go-jira outside", "internal/pass/a.go", imports("pass", "github.com/andygrunwald/go-jira"), "only: connectors/jira"},
		{"graphql outside", "connectors/jira/a.go", imports("jira", "github.com/shurcooL/graphql/ident"), "only: connectors/linear"},
		{"sqlite outside, in a test too", "internal/pass/a_test.go", imports("pass", "github.com/mattn/go-sqlite3"), "only: internal/store"},
		{"goose outside", "cmd/alignd/a.go", imports("main", "github.com/pressly/goose/v3"), "only: internal/store"},
		{"cron outside", "internal/pass/a.go", imports("pass", "github.com/robfig/cron/v3"), "only: internal/service, config"},
		{"cobra outside", "internal/service/a.go", imports("service", "github.com/spf13/cobra"), "only: cmd/alignd"},
		{"yaml outside", "cmd/alignd/a.go", imports("main", "github.com/goccy/go-yaml/ast"), "only: config"},
		{"expr outside", "mapping/a.go", imports("mapping", "github.com/expr-lang/expr/vm"), "only: config"},
		{"retries outside", "connectors/jira/a.go", imports("jira", "github.com/hashicorp/go-retryablehttp"), "only: internal/transport"},
		{"gqlparser outside", "connectors/linear/a.go", imports("linear", "github.com/vektah/gqlparser/v2"), "only: internal/sim/linearsim"},
		{"gqlparser in a test", "connectors/linear/a_test.go", imports("linear_test", "github.com/vektah/gqlparser/v2/ast"), ""},
		{"a test's library outside a test", "config/a.go", imports("config", "github.com/google/go-cmp/cmp"), "only: _test.go"},
		{"a library like another one", "config/a.go", imports("config", "github.com/expr-lang/exprs"), "not in the table of libraries"},
		{"a test brings up any room", "mapping/a_test.go", imports("mapping_test", ours+"internal/sim", "pgregory.net/rapid"), ""},

		{"init", "config/a.go", "package config\nfunc init() {}", "config/a.go:2:1: init runs"},
		{"a method may be called init", "config/a.go", "package config\ntype t int\nfunc (t) init() {}", ""},
		{"util by folder", "internal/util/a.go", "package strutil", "util says nothing"},
		{"helpers by name", "config/a_test.go", "package helpers_test", "helpers says nothing"},
		{"the clock", "mapping/a.go", "package mapping\nimport \"time\"\nvar t = time.Now()", "mapping may not use time.Now: take a clock"},
		{"the clock under another name", "mapping/a.go", "package mapping\nimport clock \"time\"\nvar now = clock.Now", "may not use time.Now"},
		{"the clock by dot import", "mapping/a.go", "package mapping\nimport . \"time\"\nvar t = Now()", "dot import"},
		{"the clock at the top", "cmd/alignd/a.go", "package main\nimport \"time\"\nvar t = time.Now()", ""},
		{"the clock in the service", "internal/service/a.go", "package service\nimport \"time\"\nvar t = time.Now()", ""},
		{"the clock in a test", "mapping/a_test.go", "package mapping\nimport \"time\"\nvar t = time.Now()", ""},
		{"a Now that is not the clock's", "mapping/a.go", "package mapping\nvar t = in.Now()", ""},
		{"the environment", "config/a.go", "package config\nimport \"os\"\nvar v = os.Getenv(\"A\")", "config may not use os.Getenv"},
		{"the environment in the service", "internal/service/a.go", "package service\nimport \"os\"\nvar v, _ = os.LookupEnv(\"A\")", "may not use os.LookupEnv"},
		{"the exit", "internal/pass/a.go", "package pass\nimport \"os\"\nfunc f() { os.Exit(1) }", "internal/pass may not use os.Exit"},

		{"test data is data", "config/testdata/a.go", "package util", ""},
		{"another module is not ours", "tools/a.go", "package util", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			found, err := alignd().check(fstest.MapFS{
				tc.file:        {Data: []byte(tc.src)},
				"tools/go.mod": {Data: []byte("module github.com/alignd/alignd/tools\n")},
			})
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == "" {
				if len(found) > 0 {
					t.Errorf("this is allowed, and the floor says:\n%s", strings.Join(found, "\n"))
				}
				return
			}
			for _, f := range found {
				if strings.Contains(f, tc.want) {
					return
				}
			}
			t.Errorf("the floor says %q, not that %q", found, tc.want)
		})
	}
}
