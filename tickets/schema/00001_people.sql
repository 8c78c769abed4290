-- +goose Up

-- Accounts. The name is part of addresses, Redis keys and channel names, so it is kept to plain letters.
create table users (
    username text primary key check (username ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    name     text not null check (name <> '' and length(name) <= 200),
    role     text not null check (role in ('agent', 'supervisor', 'admin')),
    password text not null check (password like '$argon2id$%'), -- a hash with its own salt and cost, never the word itself
    queues   text[] not null default '{}',
    device   text not null default 'webrtc' check (device ~ '^(webrtc|sip:[A-Za-z0-9._-]{1,64})$'),
    language text not null default 'en' check (language ~ '^[a-z]{2}$'),
    disabled boolean not null default false, -- accounts are disabled, not deleted: the timeline names them for ever
    created  timestamptz not null default now()
);

create table organisations (
    id      uuid primary key,
    name    text not null check (name <> '' and length(name) <= 200),
    created timestamptz not null default now()
);

create table contacts (
    id           uuid primary key,
    name         text not null check (name <> '' and length(name) <= 200),
    email        text not null default '' check (length(email) <= 320),
    language     text not null default '' check (language ~ '^([a-z]{2})?$'), -- empty: not known
    organisation uuid references organisations,
    created      timestamptz not null default now()
);
create index contacts_by_organisation on contacts (organisation);
create index contacts_by_name on contacts (lower(name), id);

-- A number belongs to one contact: a call must find one person, not a choice of them.
create table contact_numbers (
    number  text primary key check (number ~ '^\+[1-9][0-9]{4,14}$'), -- E.164; extensions are not numbers
    contact uuid not null references contacts on delete cascade,
    place   int not null -- order in which the person wants them shown
);
create index contact_numbers_by_contact on contact_numbers (contact, place);

create table contracts (
    id             uuid primary key,
    organisation   uuid not null references organisations,
    title          text not null check (title <> '' and length(title) <= 200),
    priority_step  int not null default 0 check (priority_step between 0 and 10), -- steps of advance in the queue
    first_response int check (first_response > 0), -- seconds; null: the line's own promise counts
    resolution     int check (resolution > 0),     -- seconds
    starts         timestamptz not null default now(),
    ends           timestamptz, -- null: until further notice
    check (ends > starts)
);
create index contracts_by_organisation on contracts (organisation, starts);

-- The contract that counts for a person: of those in force the one with the most priority. A function, because Open asks
-- only when it knows the caller, and a plan that is not entered costs nothing.
-- +goose StatementBegin
create function contract_in_force(person uuid, at timestamptz) returns setof contracts language plpgsql stable strict rows 1 as $$
begin
    return query select k.* from contacts c join contracts k on k.organisation = c.organisation
        where c.id = person and k.starts <= at and (k.ends is null or k.ends > at)
        order by k.priority_step desc, k.starts desc limit 1;
end $$;
-- +goose StatementEnd

create table categories (
    code   text primary key check (code ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    parent text references categories check (parent <> code), -- longer circles are refused by the code that writes
    title  jsonb not null check (title ->> 'en' <> ''), -- by language; English is what is shown when another is missing
    place  int not null default 0
);

create table dispositions (
    queue text not null check (queue <> '' and length(queue) <= 64),
    code  text not null check (code ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    title jsonb not null check (title ->> 'en' <> ''),
    place int not null default 0,
    primary key (queue, code)
);
