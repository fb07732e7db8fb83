-- The chassis' own tables, the same in every service's database. Spoken to in SQL only, by chassis itself.

create table streams (  -- the last version given to each key: its row lock puts writers of one key in line
  topic text not null, key text not null, version bigint not null,
  primary key (topic, key));

create table outbox (  -- what has been said and not yet taken by the broker
  seq bigint generated always as identity primary key,
  id uuid not null, topic text not null, key text not null, version bigint not null, type text not null,
  headers text not null,
  payload bytea not null check (octet_length(payload) < 900000),  -- a refused batch breaks the producer
  at timestamptz not null default clock_timestamp());

create table inbox (  -- what a consumer has taken responsibility for, 30 days
  consumer text not null, event_id uuid not null, at timestamptz not null default now(),
  primary key (consumer, event_id));
create index inbox_at on inbox (at);

create table heard (  -- the last version a consumer handled of each key
  consumer text not null, source text not null, topic text not null, key text not null, version bigint not null,
  primary key (consumer, source, topic, key));

create table offsets (  -- where a consumer is, saved with what it did
  consumer text not null, topic text not null, partition int not null, "offset" bigint not null,
  primary key (consumer, topic, partition));

create table parked (  -- what could not be handled, and what waits behind it
  id bigint generated always as identity primary key,
  consumer text not null, source text not null, topic text not null, key text,
  partition int not null, "offset" bigint not null,
  event_id uuid, type text, version bigint,
  headers text not null, payload bytea,
  state text not null check (state in ('failed', 'behind', 'unreadable')),
  error text not null default '', attempts int not null default 0,
  due boolean not null default false, skip boolean not null default false,
  at timestamptz not null default now(),
  unique (consumer, topic, partition, "offset"));
create index parked_key on parked (consumer, source, topic, key, id) where state <> 'unreadable';

create table operations (  -- what an operator did to parked records, and who
  id bigint generated always as identity primary key,
  at timestamptz not null default now(), operator text not null, action text not null, detail text not null);

create table due (  -- what is to be done later, in platform time
  kind text not null, key text not null, at timestamptz not null, payload text not null,
  attempts int not null default 0, error text,
  primary key (kind, key));
create index due_at on due (at) where error is null;
