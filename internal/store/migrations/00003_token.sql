-- +goose Up
-- Access tokens that a tracker gave us, sealed by the connector under the org's
-- own secret: the database alone gives nobody access.
CREATE TABLE token (
  tracker TEXT PRIMARY KEY,
  sealed  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE token;
