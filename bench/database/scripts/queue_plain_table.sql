create schema plain;

create table plain.jobs (
  id bigint generated always as identity primary key,
  payload jsonb not null,
  status text not null default 'queued',
  due_at timestamptz not null default now(),
  sent_at timestamptz
) with (fillfactor = 70);

create index on plain.jobs (due_at, id) where status in ('queued', 'sending');
