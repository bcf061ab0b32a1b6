package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/alignd/alignd/internal/roadmap"
)

// ErrOtherSite is wrapped by the error for a site or workspace that is not the
// one whose items the database holds under the tracker's name.
var ErrOtherSite = errors.New("another site answers")

// AtSite remembers, the first time, which site a tracker's items are of, and
// refuses another one from then on: ids of two sites may be the same, and what
// we wrote on one must not be looked for on the other. "" says nothing.
func (s *Store) AtSite(ctx context.Context, tracker, site string) error {
	if site == "" {
		return nil
	}
	var before string
	err := s.db.QueryRowContext(ctx, "SELECT site FROM cursor WHERE tracker = ?", tracker).Scan(&before)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && before == "":
		return s.MoveSite(ctx, tracker, site)
	case err == nil && before != site:
		return fmt.Errorf("%s: %w: the database holds the items of %s, and this is %s", tracker, ErrOtherSite, before, site)
	}
	return err
}

// MoveSite remembers that a tracker's items are of this site from now on.
func (s *Store) MoveSite(ctx context.Context, tracker, site string) error {
	_, err := s.db.ExecContext(ctx,
		`INSERT INTO cursor (tracker, cursor, complete, at, site) VALUES (?, '', 0, 0, ?)
		 ON CONFLICT DO UPDATE SET site = excluded.site`, tracker, site)
	return err
}

// Newest reads up to n items of a tracker that are not gone, the newest made
// first.
func (s *Store) Newest(ctx context.Context, tracker string, n int) (items []roadmap.Item, err error) {
	rows, err := s.db.QueryContext(ctx,
		"SELECT doc FROM item WHERE tracker = ? AND gone = 0 ORDER BY json_extract(doc, '$.created') DESC, id LIMIT ?", tracker, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var doc sql.RawBytes
		var it roadmap.Item
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(doc, &it); err != nil {
			return nil, fmt.Errorf("an item cannot be read: %w", err)
		}
		items = append(items, it)
	}
	return items, rows.Err()
}
