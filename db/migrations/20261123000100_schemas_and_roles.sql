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
end
$$;

-- Giving a routine to an owner takes membership in that owner, which creating a role does not bring by itself.
grant wa_runtime to current_user;
grant wa_basket_owner to current_user;
grant wa_maintenance to current_user;

grant usage on schema public to wa_edge_role, wa_notifier_role, wa_operator_role;
grant usage on schema public, wa to wa_runtime, wa_basket_owner, wa_maintenance;

create table wa.migration_checksums (
  version text not null,
  sha256 text not null,
  applied_at timestamptz not null default now(),
  constraint migration_checksums_pkey primary key (version),
  constraint migration_checksums_version_is_timestamp check (version ~ '^[0-9]{14}$'),
  constraint migration_checksums_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$')
);

comment on table wa.migration_checksums is
'What each applied migration file contained, so that a later edit of it is found.';
comment on column wa.migration_checksums.version is 'As in supabase_migrations.schema_migrations: UTC YYYYMMDDHHMMSS.';
comment on column wa.migration_checksums.sha256 is 'SHA-256 of the file, lower-case hex.';

create table wa.function_sources (
  path text not null,
  sha256 text not null,
  applied_at timestamptz not null default now(),
  constraint function_sources_pkey primary key (path),
  constraint function_sources_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$')
);

comment on table wa.function_sources is
'What each routine file contained when it was last applied, so that a changed one is applied again.';
comment on column wa.function_sources.path is 'Relative to db/functions, for example ingress/wa_dispatch.sql.';
comment on column wa.function_sources.sha256 is 'SHA-256 of the file, lower-case hex.';

alter table wa.migration_checksums enable row level security;
alter table wa.function_sources enable row level security;
