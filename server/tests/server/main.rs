//! The real server on a random port with a fresh database, on SQLite and on PostgreSQL.

mod accounts;
mod bad_requests;
mod buckets;
mod client;
mod databases;
mod decoders;
mod doors;
mod hostile_pictures;
mod https;
mod kills;
mod operate;
mod operator;
mod photo_rights;
mod photos;
mod pictures;
mod postgres;
mod privacy;
mod program;
mod proxies;
mod pull;
mod push;
mod races;
mod rights;
mod tags;
mod together;
mod world;
