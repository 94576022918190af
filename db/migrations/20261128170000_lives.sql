create table wa.lives (
  token text not null,
  began_at timestamptz not null default clock_timestamp(),
  system_identifier bigint not null,
  timeline_id bigint not null,
  database_oid bigint not null,
  left_at timestamptz,
  left_because text,
  constraint lives_pkey primary key (token),
  constraint lives_token_is_hexadecimal check (token ~ '^[0-9a-f]{16}$'),
  constraint lives_end_for_a_reason check ((left_at is null) = (left_because is null))
);

comment on table wa.lives is
'The lives of this database: one from its first claim on, and a further one each time it was restored or copied and an operator let its queue go on. A dump and a base backup carry the rows, but not where they were written: by that a copy knows itself for one.';
comment on column wa.lives.token is
'Part of the callback data of whatever is sent in this life, 16 hexadecimal digits: another database that sends from the same account has none like it.';
comment on column wa.lives.system_identifier is 'Of the cluster; initdb makes it, a base backup keeps it, a dump and pg_upgrade do not.';
comment on column wa.lives.timeline_id is 'Of the write-ahead log; it grows when a server ends its recovery: a restore, or a standby that was promoted.';
comment on column wa.lives.database_oid is 'Of the database in its cluster; a copy made with create database has another one.';
comment on column wa.lives.left_at is 'When the database was found to be restored or copied. Null: this is its life.';
comment on column wa.lives.left_because is 'How that showed.';

create unique index lives_one_is_lived_idx on wa.lives ((left_at is null)) where left_at is null;

comment on index wa.lives_one_is_lived_idx is 'At most one life is not over.';

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'status_of_another_life', 'error',
  'Meta reports on messages that carry our callback data and that this database has not sent.',
  'Another copy of this database sends, or this one lost what it had sent: docs/restore.md.'
);

alter table wa.lives enable row level security;

create policy lives_runtime on wa.lives to wa_runtime using (true) with check (true);
create policy lives_read on wa.lives for select to wa_operator_role using (true);

grant select, insert, update on wa.lives to wa_runtime;
grant select on wa.lives to wa_operator_role;
