create or replace procedure wa.revoke_api_access()
language plpgsql
set search_path = ''
as $$
declare
  v_routine record;
begin
  -- Supabase's default privileges give every new routine of an exposed schema to these roles by name.
  for v_routine in
    select routine.oid::regprocedure as signature, role.rolname
    from pg_catalog.pg_proc as routine
    cross join pg_catalog.pg_roles as role
    where routine.pronamespace = 'public'::regnamespace
      and (routine.proname like 'wa\_%' or routine.proname like 'basket\_%')
      and role.rolname in ('anon', 'authenticated')
      and has_function_privilege(role.rolname, routine.oid, 'execute')
  loop
    execute format('revoke all on routine %s from %I', v_routine.signature, v_routine.rolname);
  end loop;
end
$$;

comment on procedure wa.revoke_api_access is
'Takes the routines of the contract from the API roles anon and authenticated, where these exist. The apply script calls it after the routines.';

revoke all on procedure wa.revoke_api_access() from public;
