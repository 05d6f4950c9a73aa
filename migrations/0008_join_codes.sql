-- Portable, as 0001: TEXT and BIGINT only.

-- Codes that let somebody ask to join a household, once. Only their digests are kept.
create table join_codes (
    community_id text not null,
    code_hash text not null,
    household_id text not null,
    issued_by text not null,
    issued bigint not null,
    expires bigint not null,
    used bigint,
    primary key (community_id, code_hash)
);

-- Whoever types one in does not say of which community it is.
create unique index join_codes_by_hash on join_codes (code_hash);

-- Who has asked to join a household. Their account opens nothing until a steward has taken them in.
create table joinings (
    community_id text not null,
    person_id text not null,
    household_id text not null,
    name text not null,
    asked bigint not null,
    taken_in bigint,
    declined bigint,
    decided_by text,
    primary key (community_id, person_id)
);

-- The language that somebody chose; that of the community where it is null.
alter table accounts add column language text;
