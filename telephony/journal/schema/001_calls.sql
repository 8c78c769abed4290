-- +goose Up
CREATE TABLE calls (
    id          uuid PRIMARY KEY,
    seq         int NOT NULL CHECK (seq > 0),
    snapshot    jsonb NOT NULL,              -- the Call value after step seq
    arrived_at  timestamptz NOT NULL,
    queued_at   timestamptz,
    answered_at timestamptz,
    ended_at    timestamptz,
    settled_at  timestamptz,                 -- its ticket knows how it ended; null: still to be told
    state       text GENERATED ALWAYS AS (snapshot->>'state') STORED,
    line        text GENERATED ALWAYS AS (snapshot->>'line') STORED,
    queue       text GENERATED ALWAYS AS (coalesce(snapshot->>'queue', '')) STORED,
    agent       text GENERATED ALWAYS AS (coalesce(snapshot->>'agent', '')) STORED,
    ticket      bigint GENERATED ALWAYS AS ((snapshot->>'ticket')::bigint) STORED,
    outcome     text GENERATED ALWAYS AS (snapshot->>'outcome') STORED,
    -- the ways in which a call ends are a closed set; reports add up only because of it
    CHECK (outcome IN ('answered', 'abandoned', 'voicemail', 'callback', 'overflow', 'refused', 'failed')),
    -- an ended call says how and when, a living one says neither when
    CHECK ((snapshot->>'state' = 'ended') = (ended_at IS NOT NULL)),
    CHECK (snapshot->>'state' <> 'ended' OR snapshot->>'outcome' IS NOT NULL)
);
CREATE INDEX calls_live ON calls (id) WHERE ended_at IS NULL;
CREATE INDEX calls_unsettled ON calls (id) WHERE settled_at IS NULL AND ended_at IS NOT NULL;
-- there is no such call; asking for one in every round must cost nothing
CREATE INDEX calls_ticketless ON calls (ended_at) WHERE snapshot->'ticket' IS NULL;
CREATE INDEX calls_arrived ON calls (arrived_at DESC, id DESC);
CREATE INDEX calls_ticket ON calls (ticket);

-- The one log of facts: what happened to a call, in order, never edited.
CREATE TABLE call_facts (
    call   uuid NOT NULL,
    seq    int NOT NULL,
    at     timestamptz NOT NULL,
    kind   text NOT NULL,
    event  jsonb NOT NULL,
    writer uuid NOT NULL,                    -- the server process that took the step
    -- two servers that both think they own a call collide here: the second learns that it does not
    PRIMARY KEY (call, seq)
);

CREATE TABLE lines (
    number     text PRIMARY KEY,
    rules      jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE queues (
    name       text PRIMARY KEY,
    settings   jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE queues, lines, call_facts, calls;
