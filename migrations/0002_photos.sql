-- Portable, as 0001: TEXT and BIGINT only.

-- A photo whose bytes were verified and are kept. Its bytes are not here.
create table photos (
    community_id text not null,
    -- SHA-256 of its bytes, in hexadecimal.
    hash text not null,
    bytes bigint not null,
    width bigint not null,
    height bigint not null,
    received bigint not null,
    -- The one that put it first.
    device_id text not null,
    primary key (community_id, hash)
);
create index photos_by_device on photos (community_id, device_id);

-- A record uses a photo, whether it has arrived or not: who may see the record may see the photo.
create table photo_uses (
    community_id text not null,
    hash text not null,
    record_id text not null,
    -- The change that named it first.
    seq bigint not null,
    primary key (community_id, hash, record_id)
);
create index photo_uses_by_record on photo_uses (community_id, record_id);
