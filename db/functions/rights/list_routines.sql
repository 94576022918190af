create or replace function wa.list_routines()
returns setof oid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select routine.oid
  from pg_proc as routine
  where (
    routine.pronamespace = 'wa'::regnamespace
    or (
      routine.pronamespace = 'public'::regnamespace
      and (
        -- It commits, which a routine with its owner's rights cannot.
        routine.proname = 'wa_retention_purge'
        or pg_get_userbyid(routine.proowner) in ('wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy')
      )
    )
  )
  and not exists (
    select from pg_depend as membership
    where membership.classid = 'pg_proc'::regclass
      and membership.objid = routine.oid
      and membership.deptype = 'e'
      and not exists (
        select from pg_depend as schema
        where schema.classid = 'pg_namespace'::regclass
          and schema.objid = 'wa'::regnamespace
          and schema.refobjid = membership.refobjid
          and schema.deptype = 'e'
      )
  );
end
$$;

comment on function wa.list_routines is
'The routines whose rights the source decides: those of wa, and in public those that belong to a role of ours, as the RPCs of flows do, and wa_retention_purge. What an app or another extension brought is not among them.';
