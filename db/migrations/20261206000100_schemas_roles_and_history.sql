create schema wa;

comment on schema wa is
'Private to wa-webhook: helpers, types and internal tables. The contract with callers is in public.';

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_edge_role') then
    create role wa_edge_role nologin;
    comment on role wa_edge_role is 'The webhook handler: executes its few routines and reaches no table.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_notifier_role') then
    create role wa_notifier_role nologin;
    comment on role wa_notifier_role is 'The notifier: claims and settles notifications and reaches no table.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_worker_role') then
    create role wa_worker_role nologin;
    comment on role wa_worker_role is 'The workers: claim and settle tasks and reach no table.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_agent_role') then
    create role wa_agent_role nologin;
    comment on role wa_agent_role is 'Colleagues who answer users: take conversations over, read, reply, and reach no table.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_reader_role') then
    create role wa_reader_role nologin;
    comment on role wa_reader_role is 'Colleagues who read conversations at the desk, with numbers masked, and reach no table.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_operator_role') then
    create role wa_operator_role nologin;
    comment on role wa_operator_role is 'A person on call: what the runbook''s psql commands need, and no more.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_runtime') then
    create role wa_runtime nologin;
    comment on role wa_runtime is 'Owns the security definer routines; holds the runbook''s table matrix.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_basket_owner') then
    create role wa_basket_owner nologin;
    comment on role wa_basket_owner is 'Owns the basket RPCs, the only way to the basket tables.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_maintenance') then
    create role wa_maintenance nologin;
    comment on role wa_maintenance is 'Owns webhook_logs, so that retention can add and drop its partitions.';
  end if;

  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_privacy') then
    create role wa_privacy nologin;
    comment on role wa_privacy is 'Owns what hands out and erases everything about one person.';
  end if;
end
$$;

-- Giving a routine to an owner takes membership in that owner, which creating a role does not bring by itself.
grant wa_runtime to current_user;
grant wa_basket_owner to current_user;
grant wa_maintenance to current_user;
grant wa_privacy to current_user;

grant usage on schema public
to wa_edge_role, wa_notifier_role, wa_worker_role, wa_agent_role, wa_reader_role, wa_operator_role;
grant usage on schema public, wa to wa_runtime, wa_basket_owner, wa_maintenance, wa_privacy;
grant usage on schema wa to wa_operator_role;

create table wa.applied_migrations (
  component text not null,
  version text not null,
  checksum text not null,
  applied_at timestamptz not null default now(),
  constraint applied_migrations_pkey primary key (component, version),
  constraint applied_migrations_version_is_timestamp check (version ~ '^[0-9]{14}$'),
  constraint applied_migrations_checksum_is_hex check (checksum ~ '^[0-9a-f]{16}$')
);

comment on table wa.applied_migrations is
'Which migration files were applied, and what each contained, so that a later edit of it is found.';
comment on column wa.applied_migrations.component is 'Whose migration it is: wa_webhook, or a flow with a history of its own.';
comment on column wa.applied_migrations.version is 'That of the file''s name: UTC YYYYMMDDHHMMSS.';
comment on column wa.applied_migrations.checksum is 'First 16 hex digits of the file''s SHA-256, lower case.';

alter table wa.applied_migrations enable row level security;
-- An owner is not held by policies. These say who the tables are for, as every other table's do.
create policy applied_migrations_migrate on wa.applied_migrations to current_user using (true) with check (true);
create policy applied_migrations_read on wa.applied_migrations for select to wa_operator_role using (true);
grant select on wa.applied_migrations to wa_operator_role;

create table wa.applied_files (
  component text not null,
  path text not null,
  checksum text not null,
  shape text not null,
  applied_at timestamptz not null default now(),
  constraint applied_files_pkey primary key (component, path),
  constraint applied_files_checksum_is_hex check (checksum ~ '^[0-9a-f]{16}$')
);

comment on table wa.applied_files is
'What each file of a routine contained when it was last applied, so that a changed one is applied again.';
comment on column wa.applied_files.component is 'Whose file it is: wa_webhook, or a flow with a history of its own.';
comment on column wa.applied_files.path is 'Relative to db, for example functions/webhook/wa_dispatch.sql.';
comment on column wa.applied_files.checksum is
'First 16 hex digits of the file''s SHA-256, lower case; all zeros where it is to be applied again.';
comment on column wa.applied_files.shape is
'What create or replace cannot change of the file''s routine: its name, parameters and result. Empty where it makes none.';

alter table wa.applied_files enable row level security;
create policy applied_files_migrate on wa.applied_files to current_user using (true) with check (true);
create policy applied_files_read on wa.applied_files for select to wa_operator_role using (true);
grant select on wa.applied_files to wa_operator_role;
