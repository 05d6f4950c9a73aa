-- At which device somebody is signed in, where that is known: whoever lost it ends its session with it.
alter table sessions add column device_id text;
