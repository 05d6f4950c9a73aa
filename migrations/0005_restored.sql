-- Portable, as 0001: TEXT and BIGINT only.

-- The lives of a community's records that began with a backup.
create table epochs (
    community_id text not null,
    epoch text not null,
    began bigint not null,
    -- Where the log stood then: what was told above it is what the backup did not hold.
    seq bigint not null,
    primary key (community_id, epoch)
);

-- A change that was taken by its receipt.
create table honoured (
    community_id text not null,
    -- Its number now.
    seq bigint not null,
    -- The epoch and the number that it had been told.
    epoch text not null,
    told bigint not null,
    -- Null where it could not be read.
    root text,
    primary key (community_id, seq)
);
create index honoured_by_root on honoured (community_id, root);
