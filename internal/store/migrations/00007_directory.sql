-- +goose Up
-- Who is who in a tracker, as its connector keeps it from one pass to the next
-- so as to ask only for what has changed. Losing a row costs requests.
CREATE TABLE directory (
  tracker TEXT PRIMARY KEY,
  kept    TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE directory;
