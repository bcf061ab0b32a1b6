package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/alignd/alignd/internal/store"
)

// version of the program. The commit is read from the build.
const version = "0.1.0"

func newVersionCmd(c *common) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Program, Go and SQLite versions",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						commit = s.Value
					}
				}
			}
			if c.json {
				return c.printJSON(map[string]string{"version": version, "commit": commit, "go": runtime.Version(), "sqlite": store.Version()})
			}
			_, err := fmt.Fprintf(c.out, "alignd %s (commit %s)\n%s %s/%s\nSQLite %s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, store.Version())
			return err
		},
	}
}
