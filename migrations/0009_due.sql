-- Portable, as 0001: TEXT and BIGINT only.

-- Households that have moved out and whose places at coming events the server has still to give back.
create table places_to_give_back (
    community_id text not null,
    household_id text not null,
    primary key (community_id, household_id)
);

-- Which of a household's calendar addresses holds: a new one makes the former void.
create table calendar_feeds (
    community_id text not null,
    household_id text not null,
    issue bigint not null,
    primary key (community_id, household_id)
);
