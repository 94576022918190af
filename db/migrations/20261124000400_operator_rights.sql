create policy migration_checksums_read on wa.migration_checksums for select to wa_operator_role using (true);
create policy function_sources_read on wa.function_sources for select to wa_operator_role using (true);

grant select on wa.migration_checksums, wa.function_sources to wa_operator_role;

do $$
begin
  -- Versions alone: the statements of a team's other migrations are not the operator's business.
  if exists (
    select
    from pg_catalog.pg_class as history
    where history.oid = to_regclass('supabase_migrations.schema_migrations')
      and pg_has_role(history.relowner, 'usage')
  ) then
    grant usage on schema supabase_migrations to wa_operator_role;
    grant select (version) on supabase_migrations.schema_migrations to wa_operator_role;
  end if;
end
$$;

-- No command of the runbook reads the menu.
alter policy menu_items_read on wa.menu_items to wa_runtime;
revoke select on wa.menu_items from wa_operator_role;
