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

// Begin writes the intent of a change before it is sent.
func (s *Store) Begin(ctx context.Context, run int64, c roadmap.Change, now time.Time) (seq int64, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
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

// Settle writes the outcome of a change, and with it what is ours on the item
// now, in one transaction. remote is the tracker's id of a comment written.
func (s *Store) Settle(ctx context.Context, seq int64, c roadmap.Change, o Outcome, why, remote string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET settled = ?, outcome = ?, error = ? WHERE seq = ?", ms(now), o, why, seq); err != nil {
			return err
		}
		if o != Done {
			return nil
		}
		return own(ctx, tx, c, remote, now)
	})
}

// Note writes an entry that sends nothing: a skipped change, or one found
// already done (Adopted).
func (s *Store) Note(ctx context.Context, run int64, c roadmap.Change, o Outcome, why string, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := insertEntry(ctx, tx, run, c, o, why, now); err != nil {
			return err
		}
		if o != Adopted {
			return nil
		}
		return own(ctx, tx, c, c.Remote, now)
	})
}

// own records what is ours after a change was made.
func own(ctx context.Context, tx *sql.Tx, c roadmap.Change, remote string, now time.Time) error {
	k := c.Key
	switch c.Action {
	case roadmap.AddLabel:
		if c.Undo {
			return nil // put back as it was found; nobody takes it off again
		}
		if _, err := tx.ExecContext(ctx,
			`INSERT INTO past_label (tracker, id, label, facts, off, flips, loops) VALUES (?, ?, ?, ?, 0, 0, 0)
			 ON CONFLICT DO UPDATE SET flips = flips + (off = 0), loops = loops + (off = 1 AND facts = excluded.facts), facts = excluded.facts, off = 0`,
			k.Tracker, k.ID, c.Value, c.Facts); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO label (tracker, id, label, facts) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts",
			k.Tracker, k.ID, c.Value, c.Facts)
		return err
	case roadmap.RemoveLabel:
		if c.Undo {
			return nil // it stays as if a person had removed it
		}
		if _, err := tx.ExecContext(ctx, "UPDATE past_label SET off = 1 WHERE tracker = ? AND id = ? AND label = ?", k.Tracker, k.ID, c.Value); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM label WHERE tracker = ? AND id = ? AND label = ?", k.Tracker, k.ID, c.Value)
		return err
	case roadmap.CreateComment, roadmap.UpdateComment:
		return ownComment(ctx, tx, c, remote, now)
	}
	return fmt.Errorf("change %s: no such action %q", c.ID, c.Action)
}

// ownComment records our comment as it stands after a change.
func ownComment(ctx context.Context, tx *sql.Tx, c roadmap.Change, remote string, now time.Time) error {
	if remote == "" {
		remote = c.Remote
	}
	rules, err := json.Marshal(c.RuleFacts)
	if err != nil {
		return err
	}
	if c.RuleFacts == nil {
		rules = []byte("{}")
	}
	n := 0
	for i := range roadmap.CommentLives {
		if roadmap.CommentID(c.Mark.Org, c.Key, i) == c.Mark.ID {
			n = i
		}
	}
	var before string
	err = tx.QueryRowContext(ctx, "SELECT rules FROM comment WHERE tracker = ? AND id = ? AND our_id = ? AND deleted = 0", c.Key.Tracker, c.Key.ID, c.Mark.ID).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO comment (tracker, id, n, our_id, remote, rules, text, begun) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT DO UPDATE SET n = excluded.n, our_id = excluded.our_id, remote = excluded.remote, rules = excluded.rules, text = excluded.text, deleted = 0`,
		c.Key.Tracker, c.Key.ID, n, c.Mark.ID, remote, string(rules), c.Value, ms(now))
	if err == nil {
		var undone []byte // null where nothing is taken back
		if undone, err = json.Marshal(c.Undone); err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE comment SET undone = ? WHERE tracker = ? AND id = ?", string(undone), c.Key.Tracker, c.Key.ID)
		}
	}
	if err == nil && (before == "" || before == "{}") && !c.Undo {
		_, err = tx.ExecContext(ctx, "UPDATE comment SET begun = ?, asked = '' WHERE tracker = ? AND id = ?", ms(now), c.Key.Tracker, c.Key.ID)
	}
	if err == nil && c.Asks != "" {
		if _, err = tx.ExecContext(ctx, "UPDATE comment SET asked = ? WHERE tracker = ? AND id = ?", c.Asks, c.Key.Tracker, c.Key.ID); err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO mention (tracker, account, at, id) VALUES (?, ?, ?, ?)", c.Key.Tracker, c.Asks, ms(now), c.Key.ID)
		}
	}
	return err
}

// Redone forgets what our comment said when a run was taken back: the facts have
// changed since.
func (s *Store) Redone(ctx context.Context, k roadmap.Key) error {
	_, err := s.db.ExecContext(ctx, "UPDATE comment SET undone = 'null' WHERE tracker = ? AND id = ?", k.Tracker, k.ID)
	return err
}

// Mentions counts how often each account was mentioned since a time; the key's
// ID is the account.
func (s *Store) Mentions(ctx context.Context, since time.Time) (map[roadmap.Key]int, error) {
	counts := map[roadmap.Key]int{}
	err := s.each(ctx, "SELECT tracker, account, count(*) FROM mention WHERE at > ? GROUP BY tracker, account", func(scan func(...any) error) error {
		var k roadmap.Key
		var n int
		err := scan(&k.Tracker, &k.ID, &n)
		counts[k] = n
		return err
	}, ms(since))
	return counts, err
}

// CommentDeleted remembers that a person deleted the comment that a change was
// to edit, or was to write again after the database was lost.
func (s *Store) CommentDeleted(ctx context.Context, c roadmap.Change, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if c.Action == roadmap.CreateComment {
			if err := own(ctx, tx, c, c.Mark.ID, now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE comment SET deleted = 1 WHERE tracker = ? AND id = ?", c.Key.Tracker, c.Key.ID)
		return err
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

// LookedFor remembers that items were searched for comments of ours and have
// none, so that they are not searched again.
func (s *Store) LookedFor(ctx context.Context, keys []roadmap.Key) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO comment (tracker, id, n, our_id, remote, rules, text) VALUES (?, ?, 0, '', '', '{}', '')", k.Tracker, k.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget drops a label from what is ours: its rule holds again and a person has
// removed it already.
func (s *Store) Forget(ctx context.Context, k roadmap.Key, label string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM label WHERE tracker = ? AND id = ? AND label = ?", k.Tracker, k.ID, label)
	return err
}

// Ours reads what is ours on every item, and which items were searched for
// comments of ours already.
func (s *Store) Ours(ctx context.Context) (ours map[roadmap.Key]roadmap.Ours, searched map[roadmap.Key]bool, err error) {
	ours, searched = map[roadmap.Key]roadmap.Ours{}, map[roadmap.Key]bool{}
	err = s.each(ctx, "SELECT tracker, id, label, facts FROM label", func(scan func(...any) error) error {
		var k roadmap.Key
		var label, facts string
		if err := scan(&k.Tracker, &k.ID, &label, &facts); err != nil {
			return err
		}
		o := ours[k]
		if o.Labels == nil {
			o.Labels = map[string]roadmap.OurLabel{}
		}
		o.Labels[label] = roadmap.OurLabel{Facts: facts}
		ours[k] = o
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = s.each(ctx, "SELECT tracker, id, label, facts, off, flips, loops FROM past_label", func(scan func(...any) error) error {
		var k roadmap.Key
		var label string
		var past roadmap.PastLabel
		if err := scan(&k.Tracker, &k.ID, &label, &past.Facts, &past.Off, &past.Flips, &past.Loops); err != nil {
			return err
		}
		o := ours[k]
		if o.Past == nil {
			o.Past = map[string]roadmap.PastLabel{}
		}
		o.Past[label] = past
		ours[k] = o
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = s.each(ctx, "SELECT tracker, id, n, our_id, remote, rules, text, deleted, begun, asked, undone FROM comment", func(scan func(...any) error) error {
		var k roadmap.Key
		var c roadmap.OurComment
		var rules, undone []byte
		var begun int64
		if err := scan(&k.Tracker, &k.ID, &c.N, &c.ID, &c.Remote, &rules, &c.Text, &c.Deleted, &begun, &c.Asked, &undone); err != nil {
			return err
		}
		c.Begun = at(begun)
		searched[k] = true
		if c.ID == "" {
			return nil
		}
		if err := errors.Join(json.Unmarshal(rules, &c.Rules), json.Unmarshal(undone, &c.Undone)); err != nil {
			return fmt.Errorf("comment on %s: %w", k, err)
		}
		o := ours[k]
		o.Comment = &c
		ours[k] = o
		return nil
	})
	return ours, searched, err
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

// Restate updates the facts for which a label of ours stands: a person who
// removes it from now on has seen these.
func (s *Store) Restate(ctx context.Context, k roadmap.Key, label, facts string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE label SET facts = ? WHERE tracker = ? AND id = ? AND label = ?", facts, k.Tracker, k.ID, label)
	return err
}

// RestateComment updates the facts for which our comment stands, where it goes
// on saying the same: a person who deletes it from now on has seen these.
func (s *Store) RestateComment(ctx context.Context, k roadmap.Key, rules map[roadmap.Rule]string) error {
	doc, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, "UPDATE comment SET rules = ? WHERE tracker = ? AND id = ? AND our_id != ''", string(doc), k.Tracker, k.ID)
	return err
}
