create schema floor;

create table floor.events (
  wa_message_id text primary key,
  user_id uuid not null,
  status text not null,
  received_at timestamptz not null default now()
);

create table floor.states (
  user_id uuid primary key,
  state text not null,
  updated_at timestamptz not null
) with (fillfactor = 80);

create table floor.notifications (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  recipient text not null,
  payload jsonb not null,
  status text not null default 'queued',
  due_at timestamptz not null default now()
);

-- Without it no worker could find what is due.
create index on floor.notifications (due_at, id) where status = 'queued';

create table floor.reply (payload jsonb not null);

create table floor.one_row (id text primary key);
