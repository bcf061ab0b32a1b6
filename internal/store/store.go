// Package store keeps what alignd knows and what it did: one SQLite file per
// org with items, cursors, findings, the ledger of writes, and what is ours in
// the trackers. It is concrete and real; tests use it on a real file.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is one org's database. It is safe for use by several goroutines; writes
// go through one connection.
type Store struct {
	db   *sql.DB
	path string
}

// Open opens an org's database, makes it where there is none, and brings it up
// to date. It refuses a file that is not a database, is broken, belongs to
// another org, or was written by a newer alignd; it never overwrites one.
func Open(ctx context.Context, path, org string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	// The file holds titles and names of the org: for its owner only.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w. Try: --data with a folder that may be written to", path, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	err = recognise(ctx, path, "ro")
	var se sqlite3.Error
	if errors.As(err, &se) && (se.Code == sqlite3.ErrReadonly || se.Code == sqlite3.ErrCantOpen) {
		// Its last user was killed in the middle of a transaction, which only one
		// that may write can roll back.
		err = recognise(ctx, path, "rw")
	}
	if err != nil {
		return nil, refuse(path, err)
	}
	db, err := sql.Open("sqlite3", dsn(path, url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"}, // the ledger's promise outlives a power cut
		"_busy_timeout": {"5000"},
		"_foreign_keys": {"on"},
		"_txlock":       {"immediate"},
		// A pass asks the same few dozen things again and again; half of the time
		// in SQLite went into reading them anew.
		"_stmt_cache_size": {"64"},
	}))
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db, path: path}
	if err := s.prepare(ctx, org); err != nil {
		return nil, errors.Join(refuse(path, err), db.Close())
	}
	return s, nil
}

// dsn puts the pragmas where every connection gets them: the write-ahead log,
// waiting up to five seconds for another writer, and transactions that take the
// write lock at once, so that two processes queue instead of failing half way.
func dsn(path string, pragmas url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: pragmas.Encode()}).String()
}

// recognise refuses a database that another program made, before anything in
// the file changes: asking for the write-ahead log would be a change already.
// An empty file is nobody's. mode is SQLite's: ro or rw.
func recognise(ctx context.Context, path, mode string) (err error) {
	db, err := sql.Open("sqlite3", dsn(path, url.Values{"mode": {mode}, "_busy_timeout": {"5000"}}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var table string
	err = db.QueryRowContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table'
		AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version') LIMIT 1`).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("it is not alignd's: it holds a table %q of another program. Try: another store: in the org's file", table)
}

func (s *Store) prepare(ctx context.Context, org string) error {
	var mode string
	if err := s.db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q, not wal: is it on a network file system?", mode)
	}
	var check string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil {
		return err
	}
	if check != "ok" {
		return errBroken{check}
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.db, dir)
	if err != nil {
		return err
	}
	if err := s.migrate(ctx, provider); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "INSERT OR IGNORE INTO org (one, name) VALUES (1, ?)", org); err != nil {
		return err
	}
	var owner string
	if err := s.db.QueryRowContext(ctx, "SELECT name FROM org").Scan(&owner); err != nil {
		return err
	}
	if owner != org {
		return fmt.Errorf("it belongs to org %q, not %q. Try: another store: in the org's file", owner, org)
	}
	return nil
}

// migrate brings the schema up to date. Only one process does so at a time, and
// none while a pass is at work; a database that is up to date waits for nobody.
func (s *Store) migrate(ctx context.Context, provider *goose.Provider) error {
	sources := provider.ListSources()
	want := sources[len(sources)-1].Version
	have, err := s.schema(ctx)
	if err != nil || have == want {
		return err
	}
	if have > want {
		return fmt.Errorf("it was written by a newer alignd (schema %d, this one knows %d). Try: that version of alignd", have, want)
	}
	release, err := s.Lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	_, err = provider.Up(ctx)
	return err
}

// schema gives the version of the schema that the file has; 0: none yet.
func (s *Store) schema(ctx context.Context) (version int64, err error) {
	var tables int
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'").Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = s.db.QueryRowContext(ctx, "SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, err
}

// errBroken is SQLite's own word on what is wrong with a file.
type errBroken struct{ check string }

func (e errBroken) Error() string { return "it is damaged: " + e.check }

// refuse words why a database is not used.
func refuse(path string, err error) error {
	var broken errBroken
	var se sqlite3.Error
	if errors.As(err, &broken) || errors.As(err, &se) && (se.Code == sqlite3.ErrNotADB || se.Code == sqlite3.ErrCorrupt) {
		return fmt.Errorf("database %s: %w. It was left as it is. Try: restore a backup, or move the file away: the next pass makes a new one and finds its own comments again", path, err)
	}
	return fmt.Errorf("database %s: %w", path, err)
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Path gives the file.
func (s *Store) Path() string { return s.path }

// tx runs f in one transaction.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("database %s: %w", s.path, err)
	}
	if err := f(tx); err != nil {
		return errors.Join(fmt.Errorf("database %s: %w", s.path, err), ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("database %s: %w", s.path, err)
	}
	return nil
}

// ignoreDone drops the complaint that a transaction was over already, which is
// what a cancelled context makes of it.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// ms and at convert times; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Version gives the version of SQLite that is built in.
func Version() string {
	v, _, _ := sqlite3.Version()
	return v
}
