-- +goose Up
-- When we noticed that someone else had taken our label off, or deleted our
-- comment. 0: nobody has, or it was before this was kept.
ALTER TABLE label ADD COLUMN off_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE comment DROP COLUMN deleted_at;
ALTER TABLE label DROP COLUMN off_at;
