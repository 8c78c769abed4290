-- +goose Up
create table recordings (
    id           uuid primary key, -- opaque; with started_at it is the key in the storage, fixed before the first byte is stored
    name         text not null unique -- in Asterisk; one row for it, however often it is announced or kept
                 check (name ~ '^[A-Za-z0-9~+*#._-]{1,200}$'), -- it travels in URLs and is a file name in Asterisk: no slash
    call         text not null check (call <> ''), -- a recording of no call would be found by nobody
    kind         text not null check (kind in ('call', 'voicemail')),
    node         text not null, -- whose Asterisk has it: another one would say that there is no such file
    started_at   timestamptz not null,
    state        text not null default 'expected' check (state in ('expected', 'kept', 'cut', 'lost')),

    -- What the stored file is.
    channels     smallint not null default 0 check (channels between 0 and 2),
    bytes        bigint not null default 0,
    seconds      double precision not null default 0 check (seconds >= 0),
    speech       double precision not null default 0 check (speech >= 0),
    missing      double precision not null default 0 check (missing >= 0),
    note         text not null default '',
    sha256       bytea check (length(sha256) = 32),
    peaks        bytea,
    kept_at      timestamptz,

    -- How the work on it stands.
    wall         double precision not null default 0, -- seconds it should last, 0 for unknown; kept here for later attempts
    attempts     integer not null default 0,
    absences     integer not null default 0, -- how often Asterisk said that there is no such file: once may be a start of it
    seen_bytes   bigint not null default -1, -- size when last looked at with an unfinished header: the same twice is not growing
    next_attempt timestamptz not null default now(),
    last_error   text not null default '',
    settled      boolean not null default false, -- nothing is left to do, in Asterisk neither

    -- A stored recording can be proven, and one that is not stored claims nothing.
    check ((state in ('kept', 'cut')) = (sha256 is not null and peaks is not null and kept_at is not null)),
    -- Whole is whole.
    check (state <> 'kept' or missing = 0),
    -- What is expected is worked on until it is kept, cut or lost: nothing is dropped silently.
    check (state <> 'expected' or not settled)
);
create index on recordings (call);
create index on recordings (next_attempt) where not settled;

-- Who listened, and when: privileged acts are proven by rows that nobody changes.
create table recording_plays (
    id        bigint generated always as identity primary key,
    recording uuid not null references recordings,
    who       text not null check (who <> ''),
    at        timestamptz not null default now()
);
create index on recording_plays (recording, at);

-- +goose StatementBegin
create function recording_plays_stay() returns trigger language plpgsql as
$$ begin raise exception 'the log of plays is append-only'; end $$;
-- +goose StatementEnd
create trigger recording_plays_stay before update or delete or truncate on recording_plays
    for each statement execute function recording_plays_stay();
