//! The real server on a random port with a fresh database, on SQLite and on PostgreSQL.

mod accounts;
mod client;
mod databases;
mod doors;
mod operator;
mod postgres;
mod privacy;
mod program;
mod pull;
mod push;
mod world;
