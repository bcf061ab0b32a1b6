package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// lockWait is how long a pass waits for another process to end its own: a
// person's `alignd plan` beside the service should wait for a short pass, and
// be told of a long one.
const lockWait = 30 * time.Second

// Lock keeps every other process (and every other pass of this one) from making
// a pass on this database until release is called. The system lets go of it
// when the process dies, however it dies.
func (s *Store) Lock(ctx context.Context) (release func(), err error) {
	lock := flock.New(s.path + ".lock")
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := lock.TryLockContext(wait, 50*time.Millisecond); err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("another alignd has been at work on it for %s. Try: again when it is done, or stop it", lockWait)
		}
		return nil, fmt.Errorf("database %s: %w", s.path, err)
	}
	// Closing the file, which Unlock does first, lets go of the lock in any case.
	return func() { _ = lock.Unlock() }, nil
}
