package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// A process that is killed before the write-ahead log is in use may leave a
// journal that has to be rolled back. The next one does so, and goes on.
func TestOpenAfterACrashWithAHotJournal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "acme.db")
	s, err := Open(t.Context(), path, "acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=DELETE&_cache_size=1")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO item (tracker, id, updated, doc) SELECT 'jira', i, 0, '{}' FROM n`); err != nil {
		t.Fatal(err)
	}
	// As the files stand now, with no process behind them.
	crashed := filepath.Join(t.TempDir(), "acme.db")
	for _, suffix := range []string{"", "-journal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err = Open(t.Context(), crashed, "acme")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if items, _, err := s.Items(t.Context()); err != nil || len(items) != 0 {
		t.Errorf("%d items of a transaction that never ended, error %v", len(items), err)
	}
}
