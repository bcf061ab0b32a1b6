-- +goose Up
-- Every label that we ever added to an item, whether it is ours still or not.
CREATE TABLE past_label (
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  label   TEXT NOT NULL,
  facts   TEXT NOT NULL,             -- for which it was added last
  off     INTEGER NOT NULL,          -- 1: we took it off since
  flips   INTEGER NOT NULL,          -- added again after someone else took it off
  loops   INTEGER NOT NULL,          -- added again for the facts for which we had added it and taken it off
  PRIMARY KEY (tracker, id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO past_label SELECT tracker, id, label, facts, 0, 0, 0 FROM label;

-- When our comment began to speak, whom it has asked since, and what it said
-- when it was taken back (JSON object: rule -> facts;
-- null: it was not).
ALTER TABLE comment ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN undone TEXT NOT NULL DEFAULT 'null';

-- Whom we mentioned, and when.
CREATE TABLE mention (
  tracker TEXT NOT NULL,
  account TEXT NOT NULL,
  at      INTEGER NOT NULL,
  id      TEXT NOT NULL -- the item
) STRICT;
CREATE INDEX mention_at ON mention (at);

-- +goose Down
DROP TABLE mention;
ALTER TABLE comment DROP COLUMN undone;
ALTER TABLE comment DROP COLUMN asked;
ALTER TABLE comment DROP COLUMN begun;
DROP TABLE past_label;
