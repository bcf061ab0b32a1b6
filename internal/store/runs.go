package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// Run is one pass, as it is remembered.
type Run struct {
	ID                int64
	Started, Finished time.Time // Finished is zero where it runs still, or died
	Wrote             bool      // it was allowed to write
	Complete          bool
	Trouble           string // why it was not complete, or ""
}

// Err gives what was wrong with the run, or nil.
func (r Run) Err() error {
	if r.Trouble == "" {
		return nil
	}
	return errors.New(r.Trouble)
}

// BeginRun remembers that a pass started.
func (s *Store) BeginRun(ctx context.Context, wrote bool, now time.Time) (int64, error) {
	res, err := s.db.ExecContext(ctx, "INSERT INTO run (started, wrote) VALUES (?, ?)", ms(now), wrote)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// EndRun remembers how a pass ended.
func (s *Store) EndRun(ctx context.Context, id int64, complete bool, trouble string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "UPDATE run SET finished = ?, complete = ?, trouble = ? WHERE id = ?", ms(now), complete, trouble, id)
	return err
}

// LastRun gives the newest pass, or the newest that was allowed to write; ok is
// false where there was none. Its Finished is zero where it was broken off.
func (s *Store) LastRun(ctx context.Context, wrote bool) (r Run, ok bool, err error) {
	var started, finished int64
	err = s.db.QueryRowContext(ctx, "SELECT id, started, finished, wrote, complete, trouble FROM run WHERE wrote >= ? ORDER BY id DESC LIMIT 1", wrote).
		Scan(&r.ID, &started, &finished, &r.Wrote, &r.Complete, &r.Trouble)
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, false, nil
	}
	r.Started, r.Finished = at(started), at(finished)
	return r, err == nil, err
}

// Standing keeps since when each finding has been known: new ones get now,
// those that are gone are dropped. keep names items of which nothing may be
// concluded: what stood of them stands.
func (s *Store) Standing(ctx context.Context, findings []roadmap.Finding, keep map[roadmap.Key]bool, now time.Time) error {
	type id struct {
		rule roadmap.Rule
		key  roadmap.Key
	}
	standing := map[id]bool{}
	for _, f := range findings {
		standing[id{f.Rule, f.Key}] = true
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT rule, tracker, id FROM finding")
		if err != nil {
			return err
		}
		defer rows.Close()
		var over []id
		for rows.Next() {
			var f id
			if err := rows.Scan(&f.rule, &f.key.Tracker, &f.key.ID); err != nil {
				return err
			}
			if !standing[f] && !keep[f.key] {
				over = append(over, f)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, f := range over {
			if _, err := tx.ExecContext(ctx, "DELETE FROM finding WHERE rule = ? AND tracker = ? AND id = ?", f.rule, f.key.Tracker, f.key.ID); err != nil {
				return err
			}
		}
		for f := range standing {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO finding (rule, tracker, id, since) VALUES (?, ?, ?, ?)", f.rule, f.key.Tracker, f.key.ID, ms(now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Since gives since when each finding has been known, by rule and item.
func (s *Store) Since(ctx context.Context) (map[roadmap.Rule]map[roadmap.Key]time.Time, error) {
	since := map[roadmap.Rule]map[roadmap.Key]time.Time{}
	err := s.each(ctx, "SELECT rule, tracker, id, since FROM finding", func(scan func(...any) error) error {
		var rule roadmap.Rule
		var k roadmap.Key
		var t int64
		if err := scan(&rule, &k.Tracker, &k.ID, &t); err != nil {
			return err
		}
		if since[rule] == nil {
			since[rule] = map[roadmap.Key]time.Time{}
		}
		since[rule][k] = at(t)
		return nil
	})
	return since, err
}
