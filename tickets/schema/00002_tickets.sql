-- +goose Up

-- Typing errors are forgiven where the extension can be made. Without the right to make it (or without its files)
-- the search simply finds exact words only.
-- +goose StatementBegin
do $$
begin
    if not exists (select from pg_extension where extname = 'pg_trgm') then
        create extension pg_trgm with schema public;
    end if;
exception when insufficient_privilege or undefined_file or feature_not_supported or invalid_schema_name
    or duplicate_object or unique_violation then -- the last two: somebody else made it at this moment
    raise notice 'pg_trgm is not available, the search does not forgive typing errors: %', sqlerrm;
end $$;
-- +goose StatementEnd

-- Stems of a text, Russian and English. The stemmer leaves "звонок" and "звонки" (настройка and настроек, продавец and
-- продавцы) apart, because the vowel before the last к or ц comes and goes. So that vowel is taken out of every stem,
-- in the text and in the question alike.
-- +goose StatementBegin
create function ticket_words(said text) returns tsvector language sql immutable strict parallel safe as $$
    select regexp_replace(to_tsvector('pg_catalog.russian', translate(said, 'ёЁ', 'еЕ'))::text,
        '([а-я]{2})[оейь]([кц])''', '\1\2''', 'g')::tsvector
$$;
-- +goose StatementEnd

-- What a person typed into the search field, in the same stems. Never an error, whatever it is.
-- +goose StatementBegin
create function ticket_question(typed text) returns tsquery language sql immutable strict parallel safe as $$
    select regexp_replace(websearch_to_tsquery('pg_catalog.russian', translate(typed, 'ёЁ', 'еЕ'))::text,
        '([а-я]{2})[оейь]([кц])''', '\1\2''', 'g')::tsquery
$$;
-- +goose StatementEnd

create sequence ticket_number as bigint start 1001; -- three digits and 0 are never a ticket: callers key the number in

create table tickets (
    number      bigint primary key default nextval('ticket_number') check (number > 1000),
    version     int not null default 1, -- grows with each change by a person, so that nobody overwrites what they have not seen
    subject     text not null check (subject <> '' and length(subject) <= 255),
    titled      boolean not null default false, -- a person wrote the subject; ours says nothing that is worth finding
    description text not null default '' check (length(description) <= 20000),
    state       text not null default 'new'
        check (state in ('new', 'open', 'waiting_customer', 'waiting_vendor', 'solved', 'closed')),
    priority    text not null default 'normal' check (priority in ('urgent', 'high', 'normal', 'low')),
    category    text references categories,
    channel     text not null default 'phone' check (channel ~ '^[a-z]{1,32}$'),
    direction   text not null default 'inbound' check (direction in ('inbound', 'outbound')),
    caller      text not null default '' check (length(caller) <= 80), -- E.164, else the cleaned text, empty for a withheld number
    caller_raw  text not null default '' check (length(caller_raw) <= 80), -- as it came, printable
    caller_name text not null default '' check (length(caller_name) <= 80),
    contact     uuid references contacts,
    line        text not null default '' check (length(line) <= 64),
    queue       text not null default '' check (length(queue) <= 64),
    language    text not null default 'en' check (language ~ '^[a-z]{2}$'),
    assignee    text references users,
    tier        int not null default 1 check (tier between 1 and 3),
    opened_at   timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    due_first_response_at timestamptz,
    first_response_at     timestamptz,
    due_resolution_at     timestamptz,
    solved_at        timestamptz,
    closed_at        timestamptz,
    callback_due_at  timestamptz, -- promised to somebody who left a voicemail
    callback_call    uuid,        -- the call that left it: it cannot be its own callback
    callback_done_at timestamptz check (callback_done_at is null or callback_due_at is not null),
    said        text not null default '', -- all that people wrote in it, for the search
    words       tsvector generated always as (ticket_words(said)) stored,
    check ((state = 'closed') = (closed_at is not null)),
    check (state <> 'solved' or solved_at is not null)
);
alter sequence ticket_number owned by tickets.number;

-- A fresh call has no words yet: partial indexes keep the opening of tickets cheap.
create index tickets_by_caller on tickets (caller, number) where caller <> '';
create index tickets_by_digits on tickets (reverse(translate(caller, '+', '')) text_pattern_ops) where caller <> ''; -- people type the end of a number
create index tickets_by_contact on tickets (contact, number) where contact is not null;
create index tickets_by_assignee on tickets (assignee, number) where assignee is not null;
create index tickets_by_category on tickets (category, number) where category is not null;
create index tickets_at_work on tickets (number) where state not in ('solved', 'closed'); -- few, and the ones looked at all day
create index tickets_promised on tickets (callback_due_at, number) where callback_due_at is not null and callback_done_at is null;
create index tickets_by_words on tickets using gin (words) where said <> '';

-- Every stem that was ever written: few, whatever the number of tickets. A word with a typing error is looked up here.
create table ticket_vocabulary (word text primary key);

-- +goose StatementBegin
create function ticket_vocabulary_grows() returns trigger language plpgsql as $$
begin
    insert into ticket_vocabulary select word from unnest(tsvector_to_array(new.words)) word
        where length(word) between 3 and 40 order by word -- in order, so that two writers never wait for each other in a circle
        on conflict do nothing;
    return null;
end $$;
-- +goose StatementEnd
create trigger ticket_vocabulary_added after insert on tickets
    for each row when (new.said <> '') execute function ticket_vocabulary_grows();
create trigger ticket_vocabulary_grows after update of said on tickets
    for each row when (new.said <> old.said) execute function ticket_vocabulary_grows();

-- A stem as part of a tsquery, whatever is in it.
create function ticket_quoted(word text) returns text language sql immutable strict parallel safe
    return '''' || replace(replace(word, '\', '\\'), '''', '''''') || '''';

-- The question that was perhaps meant: for each stem typed the three that look most like it. Null when there is no such
-- question, or without pg_trgm.
-- +goose StatementBegin
do $$
declare
    home text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm');
begin
    if home is null then
        create function ticket_meant(typed text) returns tsquery language sql immutable as 'select null::tsquery';
        return;
    end if;
    execute format('create index ticket_vocabulary_by_looks on ticket_vocabulary using gin (word %I.gin_trgm_ops)', home);
    execute format($f$
        create function ticket_meant(typed text) returns tsquery language sql stable strict as $q$
            select case when bool_and(near is not null) then string_agg('(' || near || ')', ' & ')::tsquery end
            from unnest(tsvector_to_array(ticket_words(typed))) stem, lateral (
                select string_agg(ticket_quoted(word), ' | ') as near from (
                    select word from ticket_vocabulary where word operator(%1$I.%%) stem
                    order by %1$I.similarity(word, stem) desc, word limit 3) n) looks
        $q$ $f$, home);
end $$;
-- +goose StatementEnd

-- A call belongs to exactly one ticket: its id is the key, so that the second of two openings at once finds the first.
create table ticket_calls (
    call   uuid primary key,
    ticket bigint not null references tickets,
    at     timestamptz not null default now()
);
create index ticket_calls_by_ticket on ticket_calls (ticket, at);

-- What happened to a ticket, who did it and when. A ticket's opening is its own row and is not repeated here.
create table ticket_timeline (
    id     bigint generated always as identity,
    ticket bigint not null references tickets,
    at     timestamptz not null default now(),
    kind   text not null check (kind ~ '^[a-z_]{1,32}$'),
    actor  text not null default '' check (length(actor) <= 64), -- a username, empty for the system itself
    call   uuid,
    text   text not null default '' check (length(text) <= 20000),
    data   jsonb,
    once   text, -- names what must not be told twice, such as the end of one call
    primary key (ticket, id)
);
create unique index ticket_timeline_once on ticket_timeline (once) where once is not null;

-- Nothing is edited away: customers, agents and supervisors must be able to rely on what the timeline says, so not even
-- our own code can change a row or take one out.
-- +goose StatementBegin
create function ticket_timeline_stays() returns trigger language plpgsql as $$
begin
    raise exception 'the timeline of a ticket is only added to' using errcode = 'restrict_violation';
end $$;
-- +goose StatementEnd
create trigger ticket_timeline_stays before update or delete or truncate on ticket_timeline
    for each statement execute function ticket_timeline_stays();
