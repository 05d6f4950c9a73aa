-- Portable, as 0001: TEXT and BIGINT only.

-- When, and by whom, it was said that a shared tablet is the community's own. Tablets of before are taken as that, by nobody:
-- whoever looks after devices is shown them once.
alter table devices add column confirmed bigint;
alter table devices add column confirmed_by text;
update devices set confirmed = enrolled where person_id is null;

-- Every role that somebody ever had: what they never had a right to writes nothing.
create table roles_held (
    community_id text not null,
    person_id text not null,
    role text not null,
    primary key (community_id, person_id, role)
);

-- Out of the log, where each person's record is in every form that it ever had. A name cannot look like a list of roles: its
-- quotation marks are escaped.
insert into roles_held (community_id, person_id, role)
select distinct c.community_id, p.id, roles.role
from records p
join changes c on c.community_id = p.community_id and c.kind = 'person.put' and c.records like '%"id":"' || p.id || '"%'
join (select 'guard' as role union all select 'cleaner' union all select 'gardener' union all select 'technician'
    union all select 'steward' union all select 'supervisor' union all select 'manager' union all select 'organiser'
    union all select 'operator' union all select 'resident') roles
    on c.records like '%"roles":[%"' || roles.role || '"%],"teams":%'
where p.kind = 'person';

-- How the device knew whose it is that it handed over. Null: it did not say.
alter table custody add column identity text;
