-- Portable, as 0001: TEXT and BIGINT only.

-- What a device could not send as changes, as it was handed over, until a person has worked through it.
create table custody (
    community_id text not null,
    -- Follows from the device, the key and the content: handed over twice, it is kept once.
    id text not null,
    device_id text not null,
    -- Whose it is, as far as the device knew.
    person_id text,
    -- The published kind of a change, or what else it is.
    kind text not null,
    -- When it was made, by the device's wall clock; for a change its interval.
    saved bigint,
    earliest bigint not null,
    best bigint not null,
    latest bigint not null,
    received bigint not null,
    -- The bytes as a JSON text, for they may hold what PostgreSQL keeps in no text.
    content text not null,
    -- When a person was done with it, and why where it was dismissed.
    settled bigint,
    because text,
    -- The entry of the log that decided it.
    decided bigint,
    primary key (community_id, id)
);
create index custody_by_device on custody (community_id, device_id, settled);

-- What a device vouched for at its last hello: the last number of each lane, as JSON.
alter table devices add column seals text;
-- When its browser was found to have forgotten everything, and how many changes it had reported that never came.
alter table devices add column evicted bigint;
alter table devices add column lost bigint;
