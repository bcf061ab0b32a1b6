package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// Outcome tells what came of a write.
type Outcome string

// Outcomes. Intent and Unknown are open: the tracker is read before anything
// else happens to the item.
const (
	Intent  Outcome = "intent"  // about to be sent; a crash leaves it so
	Unknown Outcome = "unknown" // sent, and no answer came
	Done    Outcome = "done"
	Failed  Outcome = "failed"  // it was not delivered
	Refused Outcome = "refused" // the tracker will not take it: forbidden, or not as it must be
	Skipped Outcome = "skipped" // not sent: the item had changed since it was read
	Adopted Outcome = "adopted" // not sent: found in the tracker after the database was lost
)

// Entry is one line of the ledger.
type Entry struct {
	Seq     int64
	Run     int64
	At      time.Time
	Settled time.Time // zero while it is open
	Outcome Outcome
	Error   string
	Change  roadmap.Change
}

// Begin writes the intent of a change before it is sent. The newest run that may
// write has the lease of the database: an older one, which can only be there where
// the file lock does not hold, is refused.
func (s *Store) Begin(ctx context.Context, run int64, c roadmap.Change, now time.Time) (seq int64, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var newer sql.NullInt64
		if err := tx.QueryRowContext(ctx, "SELECT max(id) FROM run WHERE id > ? AND wrote = 1", run).Scan(&newer); err != nil {
			return err
		}
		if newer.Valid {
			return fmt.Errorf("another alignd has begun run %d on it while run %d was under way, which writes nothing more. Try: one alignd for a database, on a local disk", newer.Int64, run)
		}
		seq, err = insertEntry(ctx, tx, run, c, Intent, "", now)
		return err
	})
	return seq, err
}

func insertEntry(ctx context.Context, tx *sql.Tx, run int64, c roadmap.Change, o Outcome, why string, now time.Time) (int64, error) {
	doc, err := json.Marshal(c)
	if err != nil {
		return 0, fmt.Errorf("change %s: %w", c.ID, err)
	}
	settled := ms(now)
	if o == Intent {
		settled = 0
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO ledger (run, at, settled, tracker, id, outcome, error, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		run, ms(now), settled, c.Key.Tracker, c.Key.ID, o, why, string(doc))
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// SettleVanished settles the adding of a label that the tracker took and that is
// not there: refused, and counted as one that someone else has taken off.
func (s *Store) SettleVanished(ctx context.Context, seq int64, c roadmap.Change, why string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET settled = ?, outcome = ?, error = ? WHERE seq = ?", ms(now), Refused, why, seq); err != nil {
			return err
		}
		return addedAgain(ctx, tx, c)
	})
}

// Written is a comment as it was found after it was written. The zero Written is
// that of a label.
type Written struct {
	Remote   string // the tracker's id of the comment
	Shows    string // see roadmap.OurComment, for these three
	Edited   time.Time
	EditedAt time.Time
}

// Settle writes the outcome of a change, and with it what is ours on the item
// now, in one transaction.
func (s *Store) Settle(ctx context.Context, seq int64, c roadmap.Change, o Outcome, why string, as Written, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET settled = ?, outcome = ?, error = ? WHERE seq = ?", ms(now), o, why, seq); err != nil {
			return err
		}
		if o != Done {
			return nil
		}
		return own(ctx, tx, c, as, now)
	})
}

// Skip writes an entry for a change that was not sent.
func (s *Store) Skip(ctx context.Context, run int64, c roadmap.Change, why string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := insertEntry(ctx, tx, run, c, Skipped, why, now)
		return err
	})
}

// Adopt writes an entry for a change that was found already done, and records
// it as ours.
func (s *Store) Adopt(ctx context.Context, run int64, c roadmap.Change, why string, as Written, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := insertEntry(ctx, tx, run, c, Adopted, why, now); err != nil {
			return err
		}
		return own(ctx, tx, c, as, now)
	})
}

// Refused gives the changes that a tracker refused since a time, by their ID,
// and when; one that was made since is not among them.
func (s *Store) Refused(ctx context.Context, since time.Time) (map[string]time.Time, error) {
	refused := map[string]time.Time{}
	err := s.each(ctx, "SELECT json_extract(doc, '$.ID'), outcome, settled FROM ledger WHERE settled >= ? AND outcome IN ('refused', 'done') ORDER BY seq",
		func(scan func(...any) error) error {
			var id string
			var outcome Outcome
			var settled int64
			if err := scan(&id, &outcome, &settled); err != nil {
				return err
			}
			if delete(refused, id); outcome == Refused {
				refused[id] = at(settled)
			}
			return nil
		}, ms(since))
	return refused, err
}

// OpenEntries reads the ledger's open entries: writes whose outcome is not known.
func (s *Store) OpenEntries(ctx context.Context) ([]Entry, error) {
	return s.entries(ctx, "WHERE outcome IN ('intent', 'unknown') ORDER BY seq")
}

// Log reads the whole ledger, oldest first.
func (s *Store) Log(ctx context.Context) ([]Entry, error) {
	return s.entries(ctx, "ORDER BY seq")
}

func (s *Store) entries(ctx context.Context, where string) ([]Entry, error) {
	var entries []Entry
	err := s.each(ctx, "SELECT seq, run, at, settled, outcome, error, doc FROM ledger "+where, func(scan func(...any) error) error {
		var e Entry
		var begun, settled int64
		var doc []byte
		if err := scan(&e.Seq, &e.Run, &begun, &settled, &e.Outcome, &e.Error, &doc); err != nil {
			return err
		}
		e.At, e.Settled = at(begun), at(settled)
		if err := json.Unmarshal(doc, &e.Change); err != nil {
			return fmt.Errorf("ledger entry %d: %w", e.Seq, err)
		}
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// each runs a query and hands on every row.
func (s *Store) each(ctx context.Context, query string, row func(scan func(...any) error) error, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("database %s: %w", s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return fmt.Errorf("database %s: %w", s.path, err)
		}
	}
	if err := rows.Err(); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("database %s: %w", s.path, err)
	}
	return nil
}
