package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// Missed remembers that items were not found where they should be, by the pass
// that began at began. It takes two passes to conclude anything: those that an
// earlier pass missed already are gone from now on, and are given. What is gone
// comes back when a page or a fetch brings it again.
func (s *Store) Missed(ctx context.Context, keys []roadmap.Key, began time.Time) (gone []roadmap.Key, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			res, err := tx.ExecContext(ctx, "UPDATE item SET gone = 1 WHERE tracker = ? AND id = ? AND gone = 0 AND missing > 0 AND missing < ?", k.Tracker, k.ID, ms(began))
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n > 0 {
				gone = append(gone, k)
				continue
			}
			if _, err := tx.ExecContext(ctx, "UPDATE item SET missing = ? WHERE tracker = ? AND id = ? AND gone = 0 AND missing = 0", ms(began), k.Tracker, k.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return gone, err
}

// CensusDue reports whether the ids of a tracker are to be counted: nobody has
// for so long, or items in its projects or teams were missed once and the count
// has to confirm it.
func (s *Store) CensusDue(ctx context.Context, tracker string, every time.Duration, now time.Time) (due bool, err error) {
	err = s.db.QueryRowContext(ctx,
		`SELECT coalesce((SELECT counted FROM cursor WHERE tracker = ?1), 0) + ?2 <= ?3
		     OR EXISTS (SELECT 1 FROM item WHERE tracker = ?1 AND missing > 0 AND gone = 0 AND json_extract(doc, '$.in_scope'))`,
		tracker, every.Milliseconds(), ms(now)).Scan(&due)
	return due, err
}

// BeginCount forgets what an earlier count, broken off, has left.
func (s *Store) BeginCount(ctx context.Context, tracker string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM census WHERE tracker = ?", tracker)
	return err
}

// PutCount stores a page of a count.
func (s *Store) PutCount(ctx context.Context, tracker, place string, ids []string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO census (tracker, place, id) VALUES (?, ?, ?)", tracker, place, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Uncounted gives the items known to be in a place that its count does not
// list. In another place's count an item is found too: it has moved. Archived
// ones, which are dropped, are not looked for.
func (s *Store) Uncounted(ctx context.Context, tracker, place string) ([]roadmap.Key, error) {
	return s.keys(ctx, tracker,
		`SELECT id FROM item WHERE tracker = ?1 AND gone = 0 AND id NOT IN (SELECT id FROM census WHERE tracker = ?1)
		   AND json_extract(doc, '$.in_scope') AND json_extract(doc, '$.status') != 'dropped'
		   AND lower(coalesce(json_extract(doc, '$.team'), json_extract(doc, '$.project'), '')) = lower(?2) ORDER BY id`,
		tracker, place)
}

// Unheld gives what the count of a place lists and no pull has brought.
func (s *Store) Unheld(ctx context.Context, tracker, place string) ([]roadmap.Key, error) {
	return s.keys(ctx, tracker,
		`SELECT id FROM census c WHERE tracker = ?1 AND place = ?2
		   AND NOT EXISTS (SELECT 1 FROM item i WHERE i.tracker = ?1 AND i.id = c.id AND i.gone = 0) ORDER BY id`,
		tracker, place)
}

func (s *Store) keys(ctx context.Context, tracker, query string, args ...any) ([]roadmap.Key, error) {
	var keys []roadmap.Key
	err := s.each(ctx, query, func(scan func(...any) error) error {
		k := roadmap.Key{Tracker: tracker}
		if err := scan(&k.ID); err != nil {
			return err
		}
		keys = append(keys, k)
		return nil
	}, args...)
	return keys, err
}

// Counted tells how many ids a count lists in a place.
func (s *Store) Counted(ctx context.Context, tracker, place string) (n int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM census WHERE tracker = ? AND place = ?", tracker, place).Scan(&n)
	return n, err
}

// EndCount ends a count: what it lists is not missing.
func (s *Store) EndCount(ctx context.Context, tracker string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			"UPDATE item SET missing = 0 WHERE tracker = ?1 AND missing > 0 AND gone = 0 AND EXISTS (SELECT 1 FROM census c WHERE c.tracker = ?1 AND c.id = item.id)",
			"DELETE FROM census WHERE tracker = ?1",
			"UPDATE cursor SET counted = ?2 WHERE tracker = ?1",
		} {
			if _, err := tx.ExecContext(ctx, q, tracker, ms(now)); err != nil {
				return err
			}
		}
		return nil
	})
}
