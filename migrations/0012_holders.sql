-- Portable, as 0001: TEXT and BIGINT only.

-- Teams that have become a contractor's, or have stopped being one, and whose people's work the server has still to give to those
-- who may hold it now. The change that said so last has the number `seq`. The team '' stands for everything that was written for
-- all staff before there was an own staff.
create table holders_to_put (
    community_id text not null,
    team_id text not null,
    seq bigint not null,
    primary key (community_id, team_id)
);
insert into holders_to_put (community_id, team_id, seq) select id, '', seq from communities;
