-- +goose Up
-- Labels that were on an item before we had a reason to put them there (ours = 0):
-- never ours to take off, but a person who does so has said something.
ALTER TABLE label ADD COLUMN ours INTEGER NOT NULL DEFAULT 1;
-- So has one who edits our comment. shows is a hash of its body as it was read last
-- ('': it was not), edited the last edit by then, by the tracker's clock; edited_at is
-- when we noticed that someone else had edited it (0: nobody has); looked when it was
-- read last.
ALTER TABLE comment ADD COLUMN shows TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
-- How often our comment began to speak again after it had said that all is resolved.
ALTER TABLE comment ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE comment DROP COLUMN returns;
ALTER TABLE comment DROP COLUMN looked;
ALTER TABLE comment DROP COLUMN edited_at;
ALTER TABLE comment DROP COLUMN edited;
ALTER TABLE comment DROP COLUMN shows;
DELETE FROM label WHERE ours = 0;
ALTER TABLE label DROP COLUMN ours;
