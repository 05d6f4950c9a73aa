-- Portable, as 0001: TEXT and BIGINT only.

-- Counts the changes to who gets in and how, people and their PINs: devices ask anew when it is more than they know.
alter table communities add column access bigint not null default 0;
