-- Portable: TEXT and BIGINT only. Times are milliseconds since 1970 UTC. Every key starts with the community.

create table communities (
    id text not null primary key,
    epoch text not null,
    -- The number of the last change. Whoever writes takes this row first and holds it to the commit.
    seq bigint not null,
    -- 32 bytes in hexadecimal: signs the tags of this community. Never leaves the server.
    signing_key text not null,
    created bigint not null
);

create table records (
    community_id text not null,
    id text not null,
    root text not null,
    kind text not null,
    audience text not null,
    -- The change that wrote it last.
    seq bigint not null,
    body text not null,
    primary key (community_id, id)
);
create index records_by_seq on records (community_id, seq);
create index records_by_root on records (community_id, root);
create index records_by_kind on records (community_id, kind);

-- A record changed its audience: whoever held it for the old one must drop it.
create table departures (
    community_id text not null,
    seq bigint not null,
    id text not null,
    audience text not null,
    primary key (community_id, seq, id)
);

create table lanes (
    community_id text not null,
    id text not null,
    device_id text not null,
    person_id text not null,
    identity text not null,
    last bigint not null,
    opened bigint not null,
    primary key (community_id, id)
);
create index lanes_by_device on lanes (community_id, device_id);

-- Numbers of a lane that its device no longer has and never will.
create table holes (
    community_id text not null,
    lane_id text not null,
    first bigint not null,
    last bigint not null,
    recorded bigint not null,
    primary key (community_id, lane_id, first)
);

create table changes (
    community_id text not null,
    seq bigint not null,
    lane_id text not null,
    n bigint not null,
    id text not null,
    kind text not null,
    -- The bytes that the author's device made.
    envelope text not null,
    -- Null: the server itself.
    person_id text,
    earliest bigint not null,
    best bigint not null,
    latest bigint not null,
    received bigint not null,
    rules bigint not null,
    outcome text not null,
    records text not null,
    primary key (community_id, seq)
);
create unique index changes_by_id on changes (community_id, id);
create unique index changes_by_lane on changes (community_id, lane_id, n);

create table devices (
    community_id text not null,
    id text not null,
    token_hash text not null,
    name text not null,
    -- Null: shared by the staff.
    person_id text,
    enrolled_by text not null,
    enrolled bigint not null,
    seen bigint,
    sealed bigint,
    waiting bigint not null,
    retired bigint,
    primary key (community_id, id)
);
create unique index devices_by_token on devices (token_hash);

create table accounts (
    community_id text not null,
    person_id text not null,
    username text not null,
    password_hash text not null,
    pin_verifier text,
    created bigint not null,
    primary key (community_id, person_id)
);
create unique index accounts_by_username on accounts (username);

create table sessions (
    community_id text not null,
    token_hash text not null,
    person_id text not null,
    created bigint not null,
    expires bigint not null,
    primary key (community_id, token_hash)
);
create unique index sessions_by_token on sessions (token_hash);

-- One-time links for the first set-up: there is no community yet.
create table set_up_links (
    token_hash text not null primary key,
    created bigint not null,
    expires bigint not null,
    used bigint
);
