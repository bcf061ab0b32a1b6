-- +goose Up
-- Times are integer milliseconds since 1970 UTC. doc columns hold JSON of this
-- program's own types.

-- Whose database this is.
CREATE TABLE org (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL
) STRICT;

-- Everything that was pulled, under its identity for life.
CREATE TABLE item (
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  updated INTEGER NOT NULL,          -- by the tracker's clock: an older copy never replaces a newer
  gone    INTEGER NOT NULL DEFAULT 0, -- 1: was not there when it was read directly
  doc     TEXT NOT NULL,
  PRIMARY KEY (tracker, id)
) STRICT, WITHOUT ROWID;

-- Relations that trackers are read whole for. A reading is staged until its last
-- piece has come; then it replaces the one before.
CREATE TABLE edge (
  tracker    TEXT NOT NULL,
  set_name   TEXT NOT NULL,
  staged     INTEGER NOT NULL,
  from_id    TEXT NOT NULL,
  to_id      TEXT NOT NULL,
  PRIMARY KEY (tracker, set_name, staged, from_id, to_id)
) STRICT, WITHOUT ROWID;

-- Where each tracker's pull stands.
CREATE TABLE cursor (
  tracker  TEXT PRIMARY KEY,
  cursor   TEXT NOT NULL,
  complete INTEGER NOT NULL, -- 1: the last pull went to its end
  at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every pass, for `readyz`, for catching up a missed one, and for the log.
CREATE TABLE run (
  id       INTEGER PRIMARY KEY,
  started  INTEGER NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0, -- 0: it runs, or it died
  wrote    INTEGER NOT NULL,           -- 1: it was allowed to write
  complete INTEGER NOT NULL DEFAULT 0,
  trouble  TEXT NOT NULL DEFAULT ''
) STRICT;

-- What does not hold now, and since when we know.
CREATE TABLE finding (
  rule    TEXT NOT NULL,
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  since   INTEGER NOT NULL,
  PRIMARY KEY (rule, tracker, id)
) STRICT, WITHOUT ROWID;

-- Every write: the intent before, the outcome after.
CREATE TABLE ledger (
  seq     INTEGER PRIMARY KEY,
  run     INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0,
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  outcome TEXT NOT NULL, -- intent, unknown, done, failed, skipped, adopted
  error   TEXT NOT NULL DEFAULT '',
  doc     TEXT NOT NULL  -- the change
) STRICT;
CREATE INDEX ledger_open ON ledger (outcome) WHERE outcome IN ('intent', 'unknown');

-- Labels that we added and did not remove.
CREATE TABLE label (
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  label   TEXT NOT NULL,
  facts   TEXT NOT NULL,
  PRIMARY KEY (tracker, id, label)
) STRICT, WITHOUT ROWID;

-- Our one comment on an item. An empty our_id says that it was looked for and
-- there is none.
CREATE TABLE comment (
  tracker TEXT NOT NULL,
  id      TEXT NOT NULL,
  n       INTEGER NOT NULL,
  our_id  TEXT NOT NULL,
  remote  TEXT NOT NULL,
  rules   TEXT NOT NULL,               -- JSON object: rule -> facts
  text    TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,  -- 1: by a person
  PRIMARY KEY (tracker, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE comment;
DROP TABLE label;
DROP TABLE ledger;
DROP TABLE finding;
DROP TABLE run;
DROP TABLE cursor;
DROP TABLE edge;
DROP TABLE item;
DROP TABLE org;
