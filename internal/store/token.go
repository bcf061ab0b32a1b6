package store

import (
	"context"
	"database/sql"
	"errors"
)

// Token gives what KeepToken kept for a tracker last; "" where that was nothing.
func (s *Store) Token(ctx context.Context, tracker string) (sealed string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT sealed FROM token WHERE tracker = ?", tracker).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return sealed, err
}

// KeepToken keeps a tracker's access token in place of the one before. It is
// sealed already: whoever reads the database cannot use it.
func (s *Store) KeepToken(ctx context.Context, tracker, sealed string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO token (tracker, sealed) VALUES (?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed", tracker, sealed)
	return err
}
