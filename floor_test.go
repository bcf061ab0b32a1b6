// Package alignd_test holds the walls of the house: which package may import which of ours, which
// library stays in which room, and what no package does. It reads the files themselves, because
// what `go list` remembers of a package can hide a violation that was just written.
package alignd_test

import (
	"os"
	"strings"
	"testing"
)

// alignd is the plan of this repository. A new package gets a row here, a new library gets its
// border here, and a reviewer who sees this file change is looking at a change of the architecture.
func alignd() house {
	return house{
		module: "github.com/alignd/alignd",

		// What each package may import of ours. Imports go down only.
		rooms: map[string][]string{
			".":                      {},                   // this test
			"internal/roadmap":       {},                   // the words: nothing below them
			"config":                 {"internal/roadmap"}, // the file names the same ways, fields and statuses
			"internal/transport":     {},
			"connectors":             {"internal/roadmap"},
			"connectors/jira":        {"connectors", "internal/roadmap", "config", "internal/transport"},
			"connectors/linear":      {"connectors", "internal/roadmap", "config", "internal/transport"},
			"mapping":                {"internal/roadmap", "config"},
			"internal/example":       {"internal/roadmap", "config", "mapping"}, // judged as a pass judges, with no tracker
			"internal/plan":          {"internal/roadmap", "config"},
			"internal/store":         {"internal/roadmap", "connectors"},
			"internal/pass":          {"internal/roadmap", "config", "connectors", "mapping", "internal/plan", "internal/store"}, // a Tracker, never which one
			"internal/report":        {"internal/roadmap", "config", "mapping", "internal/plan", "internal/pass", "internal/store"},
			"internal/service":       {"internal/pass", "internal/store", "config"},
			"internal/web":           {"internal/store", "internal/roadmap"},
			"internal/sim":           {"internal/roadmap", "internal/sim/jirasim", "internal/sim/linearsim"},
			"internal/sim/jirasim":   {"internal/roadmap"},
			"internal/sim/linearsim": {"internal/roadmap"},
			"connectors/connectortest": {
				"connectors", "internal/roadmap", "config",
				"internal/sim", "internal/sim/jirasim", "internal/sim/linearsim",
			},
			"internal/life": {}, // tests only, of all rooms together
			"cmd/alignd":    {everyRoom},
		},

		// Where each library may be imported, its subpackages with it: a library's types stay in its
		// room, and what leaves is ours. inTests is the tests of every room.
		libraries: map[string][]string{
			"github.com/andygrunwald/go-jira":       {"connectors/jira"},
			"github.com/shurcooL/graphql":           {"connectors/linear"},
			"github.com/vektah/gqlparser/v2":        {"internal/sim/linearsim", inTests},
			"github.com/hashicorp/go-retryablehttp": {"internal/transport"},
			"golang.org/x/time":                     {"internal/transport"},
			"github.com/mattn/go-sqlite3":           {"internal/store", "internal/life"}, // life: a process that dies at a commit
			"github.com/pressly/goose/v3":           {"internal/store"},
			"github.com/gofrs/flock":                {"internal/store"},
			"github.com/goccy/go-yaml":              {"config"},
			"github.com/expr-lang/expr":             {"config"},
			"github.com/robfig/cron/v3":             {"internal/service", "config"}, // config: is the line a schedule?
			"github.com/spf13/cobra":                {"cmd/alignd"},
			"github.com/spf13/pflag":                {"cmd/alignd"},
			"golang.org/x/term":                     {"cmd/alignd"},
			"github.com/agnivade/levenshtein":       {everyRoom}, // strings in, a number out
			"github.com/getkin/kin-openapi":         {inTests},
			"github.com/chromedp/chromedp":          {inTests},
			"github.com/chromedp/cdproto":           {inTests},
			"github.com/google/go-cmp":              {inTests},
			"github.com/rogpeppe/go-internal":       {inTests},
			"github.com/santhosh-tekuri/jsonschema": {inTests}, // is what `check --schema` prints a schema?
			"pgregory.net/rapid":                    {inTests},
		},

		bare: []string{"internal/roadmap"},

		// Packages whose files are test code although their names do not end in _test.go.
		forTests: []string{"connectors/connectortest"},

		// What only some rooms may call. Tests may: they measure, and set up a machine.
		calls: []call{
			{"time", []string{"Now", "Since", "Until"}, []string{"cmd/", "internal/service"}, "take a clock: now func() time.Time"},
			{"os", []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, []string{"cmd/"}, "take the value, or a getenv, from cmd"},
			{"os", []string{"Exit"}, []string{"cmd/"}, "return an error"},
			{"log", []string{"Fatal", "Fatalf", "Fatalln"}, []string{"cmd/"}, "return an error"},
			{"context", []string{"WithValue"}, nil, "pass it as an argument"},
		},

		// Names that say nothing of what is inside.
		badNames: []string{"util", "utils", "common", "helper", "helpers", "types", "manager", "misc"},
	}
}

func TestFloor(t *testing.T) {
	t.Parallel()
	violations, err := alignd().check(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(violations) > 0 {
		t.Errorf("the walls of the house (floor_test.go) do not hold:\n%s", strings.Join(violations, "\n"))
	}
}
