-- Portable, as 0001: TEXT and BIGINT only.

-- Who is a member of which household now: what the households' records say, ready to be asked at each pull.
create table household_members (
    community_id text not null,
    person_id text not null,
    household_id text not null,
    primary key (community_id, person_id, household_id)
);

create index household_members_by_household on household_members (community_id, household_id);
