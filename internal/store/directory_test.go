package store

import "testing"

// A directory outlives the process, each tracker has its own, and a new one
// takes the place of the one before.
func TestDirectoryIsKept(t *testing.T) {
	path := t.TempDir() + "/acme.db"
	for i, want := range []string{"", `{"users":1}`, ""} {
		s, err := Open(t.Context(), path, "acme")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Directory(t.Context(), "eng"); err != nil || got != want {
			t.Errorf("kept %q, %v; want %q", got, err, want)
		}
		if got, err := s.Directory(t.Context(), "ops"); err != nil || got != "" {
			t.Errorf("another tracker has %q, %v", got, err)
		}
		if i < 2 {
			if err := s.KeepDirectory(t.Context(), "eng", []string{`{"users":1}`, ""}[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
