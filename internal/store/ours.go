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

// own records what is ours after a change was made.
func own(ctx context.Context, tx *sql.Tx, c roadmap.Change, as Written, now time.Time) error {
	k := c.Key
	switch c.Action {
	case roadmap.AddLabel:
		if c.Undo {
			return nil // put back as it was found; nobody takes it off again
		}
		if err := addedAgain(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO label (tracker, id, label, facts) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts, off_at = 0, ours = 1",
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
		return ownComment(ctx, tx, c, as, now)
	}
	return fmt.Errorf("change %s: no such action %q", c.ID, c.Action)
}

// addedAgain counts how often a label was added, and what became of it before.
func addedAgain(ctx context.Context, tx *sql.Tx, c roadmap.Change) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO past_label (tracker, id, label, facts, off, flips, loops) VALUES (?, ?, ?, ?, 0, 0, 0)
		 ON CONFLICT DO UPDATE SET flips = flips + (off = 0), loops = loops + (off = 1 AND facts = excluded.facts), facts = excluded.facts, off = 0`,
		c.Key.Tracker, c.Key.ID, c.Value, c.Facts)
	return err
}

// ownComment records our comment as it stands after a change.
func ownComment(ctx context.Context, tx *sql.Tx, c roadmap.Change, as Written, now time.Time) error {
	if as.Remote == "" {
		as.Remote = c.Remote
	}
	says := c.RuleFacts
	if says == nil {
		says = map[roadmap.Rule]string{}
	}
	rules, err := json.Marshal(says)
	if err != nil {
		return err
	}
	undone, err := json.Marshal(c.Undone) // null where nothing is taken back
	if err != nil {
		return err
	}
	n := 0
	for i := range roadmap.CommentLives {
		if roadmap.CommentID(c.Mark.Org, c.Key, i) == c.Mark.ID {
			n = i
		}
	}
	var before string // "": there was none
	err = tx.QueryRowContext(ctx, "SELECT rules FROM comment WHERE tracker = ? AND id = ? AND our_id = ? AND deleted = 0", c.Key.Tracker, c.Key.ID, c.Mark.ID).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if _, err = tx.ExecContext(ctx,
		`INSERT INTO comment (tracker, id, n, our_id, remote, rules, text, undone, begun, shows, edited, edited_at, looked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT DO UPDATE SET n = excluded.n, our_id = excluded.our_id, remote = excluded.remote, rules = excluded.rules, text = excluded.text, undone = excluded.undone,
			begun = CASE edited_at WHEN 0 THEN begun ELSE excluded.begun END, -- who had edited it is not asked at once
			deleted = 0, deleted_at = 0, shows = excluded.shows, edited = excluded.edited, edited_at = excluded.edited_at, looked = excluded.looked`,
		c.Key.Tracker, c.Key.ID, n, c.Mark.ID, as.Remote, string(rules), c.Value, string(undone), ms(now), as.Shows, ms(as.Edited), ms(as.EditedAt), ms(now)); err != nil {
		return err
	}
	if silent := before == "" || before == "{}"; silent && !c.Undo { // it begins to speak
		if _, err := tx.ExecContext(ctx, "UPDATE comment SET begun = ?, asked = '', returns = returns + ? WHERE tracker = ? AND id = ?",
			ms(now), before == "{}" && len(says) > 0, c.Key.Tracker, c.Key.ID); err != nil {
			return err
		}
	}
	if c.Asks == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "UPDATE comment SET asked = ? WHERE tracker = ? AND id = ?", c.Asks, c.Key.Tracker, c.Key.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO mention (tracker, account, at, id) VALUES (?, ?, ?, ?)", c.Key.Tracker, c.Asks, ms(now), c.Key.ID)
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
			if err := own(ctx, tx, c, Written{Remote: c.Mark.ID}, now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE comment SET deleted = 1, deleted_at = ? WHERE tracker = ? AND id = ?", ms(now), c.Key.Tracker, c.Key.ID)
		return err
	})
}

// LookedAt remembers what was found where our comment should be: when someone
// else has edited it, or since when it is missing.
func (s *Store) LookedAt(ctx context.Context, k roadmap.Key, c roadmap.OurComment) error {
	_, err := s.db.ExecContext(ctx, "UPDATE comment SET looked = ?, deleted_at = ?, shows = ?, edited = ?, edited_at = ? WHERE tracker = ? AND id = ? AND deleted = 0",
		ms(c.Looked), ms(c.DeletedAt), c.Shows, ms(c.Edited), ms(c.EditedAt), k.Tracker, k.ID)
	return err
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

// See remembers that a label that is not ours stands on an item, and for which
// facts: a person who takes it off from now on has seen these.
func (s *Store) See(ctx context.Context, k roadmap.Key, label, facts string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO label (tracker, id, label, facts, ours) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET facts = excluded.facts WHERE ours = 0",
		k.Tracker, k.ID, label, facts)
	return err
}

// Forget drops a label from what is ours or was seen: its rule holds again and,
// where it was ours, a person has removed it already.
func (s *Store) Forget(ctx context.Context, k roadmap.Key, label string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM label WHERE tracker = ? AND id = ? AND label = ?", k.Tracker, k.ID, label)
	return err
}

// Ours reads what is ours on every item, and which items were searched for
// comments of ours already.
func (s *Store) Ours(ctx context.Context) (ours map[roadmap.Key]roadmap.Ours, searched map[roadmap.Key]bool, err error) {
	ours, searched = map[roadmap.Key]roadmap.Ours{}, map[roadmap.Key]bool{}
	err = s.each(ctx, "SELECT tracker, id, label, facts, off_at, ours FROM label", func(scan func(...any) error) error {
		var k roadmap.Key
		var label, facts string
		var off int64
		var is bool
		if err := scan(&k.Tracker, &k.ID, &label, &facts, &off, &is); err != nil {
			return err
		}
		o := ours[k]
		if is {
			if o.Labels == nil {
				o.Labels = map[string]roadmap.OurLabel{}
			}
			o.Labels[label] = roadmap.OurLabel{Facts: facts, Off: at(off)}
		} else {
			if o.Seen == nil {
				o.Seen = map[string]roadmap.SeenLabel{}
			}
			o.Seen[label] = roadmap.SeenLabel{Facts: facts, Off: at(off)}
		}
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
	err = s.each(ctx, "SELECT tracker, id, n, our_id, remote, rules, text, deleted, deleted_at, shows, edited, edited_at, looked, begun, returns, asked, undone FROM comment", func(scan func(...any) error) error {
		var k roadmap.Key
		var c roadmap.OurComment
		var rules, undone []byte
		var gone, edited, noticed, looked, begun int64
		if err := scan(&k.Tracker, &k.ID, &c.N, &c.ID, &c.Remote, &rules, &c.Text, &c.Deleted, &gone, &c.Shows, &edited, &noticed, &looked, &begun, &c.Returns, &c.Asked, &undone); err != nil {
			return err
		}
		c.DeletedAt, c.Edited, c.EditedAt, c.Looked, c.Begun = at(gone), at(edited), at(noticed), at(looked), at(begun)
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

// TakenOff remembers when it was noticed that someone else had taken a label of
// ours off; the zero time: it is there again.
func (s *Store) TakenOff(ctx context.Context, k roadmap.Key, label string, noticed time.Time) error {
	_, err := s.db.ExecContext(ctx, "UPDATE label SET off_at = ? WHERE tracker = ? AND id = ? AND label = ?", ms(noticed), k.Tracker, k.ID, label)
	return err
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
