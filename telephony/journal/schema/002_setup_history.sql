-- +goose Up
-- Who changed which line or queue, when, from what to what. An apply of a file is one change of several things.
CREATE TABLE setup_history (
    change bigint NOT NULL CHECK (change > 0),      -- counts up without gaps: writers take turns
    kind   text NOT NULL CHECK (kind IN ('line', 'queue')),
    name   text NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    who    text NOT NULL CHECK (who <> ''),         -- nobody changes what callers hear without a name
    before jsonb,                                   -- null: it did not exist
    after  jsonb,                                   -- null: it exists no more
    undoes bigint,                                  -- the change whose earlier state this one brought back
    PRIMARY KEY (change, kind, name),
    -- what changed nothing is no change
    CHECK (before IS DISTINCT FROM after)
);

-- History that can be edited proves nothing.
-- +goose StatementBegin
CREATE FUNCTION refuse_rewriting_setup_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'setup_history is only added to';
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON setup_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_setup_history();

-- +goose Down
DROP TABLE setup_history;
DROP FUNCTION refuse_rewriting_setup_history;
