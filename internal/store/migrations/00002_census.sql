-- +goose Up
-- What a pull never tells: items that are gone. An item is missing since the
-- start of the pass that did not find it, and gone when a later one does not
-- find it either. 0: not missing.
ALTER TABLE item ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_missing ON item (tracker) WHERE missing > 0 AND gone = 0;

-- Which site or workspace a tracker is ('' where it does not say), and when the
-- ids were last counted to the end.
ALTER TABLE cursor ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE cursor ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;

-- A count of ids that is under way.
CREATE TABLE census (
  tracker TEXT NOT NULL,
  place   TEXT NOT NULL,
  id      TEXT NOT NULL,
  PRIMARY KEY (tracker, place, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE census;
ALTER TABLE cursor DROP COLUMN counted;
ALTER TABLE cursor DROP COLUMN site;
DROP INDEX item_missing;
ALTER TABLE item DROP COLUMN missing;
