-- Portable, as 0001: TEXT and BIGINT only.

-- A logged change that could not be decided. The log keeps its bytes.
create table quarantine (
    community_id text not null,
    -- The change as it came.
    seq bigint not null,
    -- The later entry of the log that decided it, once the rules could.
    decided bigint,
    primary key (community_id, seq)
);

insert into quarantine (community_id, seq)
    select community_id, seq from changes where outcome like '{"is":"quarantined"%';
