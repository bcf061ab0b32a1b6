package store

import (
	"context"
	"database/sql"
	"errors"
)

// Directory gives what KeepDirectory kept for a tracker last; "" where that was
// nothing.
func (s *Store) Directory(ctx context.Context, tracker string) (kept string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT kept FROM directory WHERE tracker = ?", tracker).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return kept, err
}

// KeepDirectory keeps who is who in a tracker in place of what was kept before.
// What it means is the connector's own affair.
func (s *Store) KeepDirectory(ctx context.Context, tracker, kept string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO directory (tracker, kept) VALUES (?, ?) ON CONFLICT DO UPDATE SET kept = excluded.kept", tracker, kept)
	return err
}
