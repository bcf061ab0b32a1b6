package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Cursor gives where a tracker's pull stands, and whether the last one went to
// its end; the empty cursor where there was none.
func (s *Store) Cursor(ctx context.Context, tracker string) (c connectors.Cursor, complete bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT cursor, complete FROM cursor WHERE tracker = ?", tracker).Scan(&c, &complete)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return c, complete, err
}

// PutPage stores a page and the cursor after it, in one transaction.
func (s *Store) PutPage(ctx context.Context, tracker string, p connectors.Page, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := putItems(ctx, tx, p.Items); err != nil {
			return err
		}
		for _, set := range p.Sets {
			if err := putSet(ctx, tx, tracker, set); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO cursor (tracker, cursor, complete, at) VALUES (?, ?, ?, ?)
			 ON CONFLICT DO UPDATE SET cursor = excluded.cursor, complete = excluded.complete, at = excluded.at`,
			tracker, p.Next, !p.More, ms(now))
		return err
	})
}

// PullBroken remembers that a tracker's last pull did not bring everything.
func (s *Store) PullBroken(ctx context.Context, tracker string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE cursor SET complete = 0 WHERE tracker = ?", tracker)
	return err
}

// PutItems stores items that were read directly.
func (s *Store) PutItems(ctx context.Context, items []roadmap.Item) error {
	if len(items) == 0 {
		return nil
	}
	return s.tx(ctx, func(tx *sql.Tx) error { return putItems(ctx, tx, items) })
}

// putItems puts items over what is known of them.
func putItems(ctx context.Context, tx *sql.Tx, items []roadmap.Item) error {
	for _, it := range items {
		if err := putItem(ctx, tx, it); err != nil {
			return fmt.Errorf("item %s: %w", it.Key, err)
		}
	}
	return nil
}

// putItem puts an item over what is known of it. A copy that is older by the
// tracker's clock than the one stored (a search index may lag behind a direct
// read) changes nothing, and neither does the same once more, as most are that a
// pass reads again. A key that an item had before is kept as a former one.
func putItem(ctx context.Context, tx *sql.Tx, it roadmap.Item) error {
	doc, err := json.Marshal(it)
	if err != nil {
		return err
	}
	var updated int64
	var stored []byte
	var lost bool
	switch err := tx.QueryRowContext(ctx, "SELECT updated, doc, gone OR missing FROM item WHERE tracker = ? AND id = ?", it.Key.Tracker, it.Key.ID).Scan(&updated, &stored, &lost); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	case updated > ms(it.Updated), !lost && bytes.Equal(doc, stored):
		return nil
	default:
		var before roadmap.Item
		if err := json.Unmarshal(stored, &before); err != nil {
			return err
		}
		it.Succeed(before)
		if doc, err = json.Marshal(it); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx,
		"INSERT INTO item (tracker, id, updated, doc) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET updated = excluded.updated, doc = excluded.doc, gone = 0, missing = 0",
		it.Key.Tracker, it.Key.ID, ms(it.Updated), string(doc))
	return err
}

// putSet stores a piece of a set; the last piece makes the whole reading hold.
func putSet(ctx context.Context, tx *sql.Tx, tracker string, set connectors.Set) error {
	if set.First {
		if _, err := tx.ExecContext(ctx, "DELETE FROM edge WHERE tracker = ? AND set_name = ? AND staged = 1", tracker, set.Name); err != nil {
			return err
		}
	}
	for _, e := range set.Edges {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO edge (tracker, set_name, staged, from_id, to_id) VALUES (?, ?, 1, ?, ?)",
			tracker, set.Name, e.From.ID, e.To.ID); err != nil {
			return err
		}
	}
	if !set.Last {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM edge WHERE tracker = ? AND set_name = ? AND staged = 0", tracker, set.Name); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE edge SET staged = 0 WHERE tracker = ? AND set_name = ?", tracker, set.Name)
	return err
}

// Items reads every item of the org's trackers that is not gone, and tells which
// of them a pass has missed.
func (s *Store) Items(ctx context.Context) (items []roadmap.Item, missing map[roadmap.Key]bool, err error) {
	missing = map[roadmap.Key]bool{}
	var doc sql.RawBytes
	err = s.each(ctx, "SELECT doc, missing > 0 FROM item WHERE gone = 0", func(scan func(...any) error) error {
		var missed bool
		if err := scan(&doc, &missed); err != nil {
			return err
		}
		var it roadmap.Item
		if err := json.Unmarshal(doc, &it); err != nil {
			return fmt.Errorf("an item cannot be read: %w", err)
		}
		items = append(items, it)
		if missed {
			missing[it.Key] = true
		}
		return nil
	})
	return items, missing, err
}

// Edges reads every set whose reading is complete, by tracker and name.
func (s *Store) Edges(ctx context.Context) (map[string]map[string][]roadmap.Edge, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT tracker, set_name, from_id, to_id FROM edge WHERE staged = 0 ORDER BY tracker, set_name, from_id, to_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	edges := map[string]map[string][]roadmap.Edge{}
	for rows.Next() {
		var tracker, set, from, to string
		if err := rows.Scan(&tracker, &set, &from, &to); err != nil {
			return nil, err
		}
		e := roadmap.Edge{From: roadmap.Key{Tracker: tracker, ID: from}}
		if to != "" {
			e.To = roadmap.Key{Tracker: tracker, ID: to}
		}
		if edges[tracker] == nil {
			edges[tracker] = map[string][]roadmap.Edge{}
		}
		edges[tracker][set] = append(edges[tracker][set], e)
	}
	return edges, rows.Err()
}
