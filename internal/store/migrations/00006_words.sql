-- +goose Up
-- Labels that were on an item before we had a reason to put them there (ours = 0):
-- never ours to take off, but a person who does so has said something. So
-- has one who edits our comment: edit is the tracker's own word for its state
-- after we wrote it, edited_at when we noticed that it is another one (0: it is not).
ALTER TABLE label ADD COLUMN ours INTEGER NOT NULL DEFAULT 1;
ALTER TABLE comment ADD COLUMN edit TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;
-- How often our comment began to speak again after it had said that all is resolved.
ALTER TABLE comment ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE comment DROP COLUMN returns;
ALTER TABLE comment DROP COLUMN edited_at;
ALTER TABLE comment DROP COLUMN edit;
DELETE FROM label WHERE ours = 0;
ALTER TABLE label DROP COLUMN ours;
