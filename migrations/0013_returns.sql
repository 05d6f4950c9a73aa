-- Portable, as 0001: TEXT and BIGINT only.

-- A return is open from a restore until what it lost is back, or somebody closes it: null until then.
alter table epochs add column closed bigint;
update epochs set closed = began;

-- What the backup held of each event: upon this its changes are written anew as they come back. Empty while no return is open.
create table before_restore (
    community_id text not null,
    id text not null,
    root text not null,
    audience text not null,
    seq bigint not null,
    kind text not null,
    body text not null,
    primary key (community_id, id)
);
create index before_restore_by_root on before_restore (community_id, root);

-- Which changes about an event were decided while a return is open, not by a receipt.
create table decided_since (
    community_id text not null,
    seq bigint not null,
    root text not null,
    primary key (community_id, seq)
);
create index decided_since_by_root on decided_since (community_id, root);

-- The number that a party was told with the yes to its change.
alter table changes add column number bigint;
