-- +goose Up
-- The table of the session library; token holds a hash, so a stolen copy of the database logs nobody in.
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- Answers to POST requests that named an Idempotency-Key: the same request again gets the same answer for a day.
CREATE TABLE idempotency (
    username   text NOT NULL,
    key        text NOT NULL,
    request    bytea NOT NULL, -- hash of method, path and body: the key with another request is a mistake
    status     int,            -- null while the first request is under way
    kind       text,           -- content type
    body       bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (username, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at); -- old ones are swept

-- +goose Down
DROP TABLE idempotency, sessions;
