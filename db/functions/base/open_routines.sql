create or replace procedure wa.open_routines(p_names text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_routine record;
begin
  -- Giving a routine to an owner takes that owner's right to create it; close_routines takes the right back.
  grant create on schema public, wa to wa_runtime, wa_basket_owner;
  grant create on schema public to wa_maintenance;

  -- `create or replace` keeps rights, so that one whose grant was deleted from its file would keep it for ever.
  for v_routine in
    select
      routine.oid::regprocedure as signature,
      string_agg(
        distinct case when acl.grantee = 0 then 'public' else quote_ident(acl.grantee::regrole::text) end, ', '
      ) as grantees
    from pg_proc as routine
    cross join lateral aclexplode(routine.proacl) as acl
    where (
      routine.pronamespace = 'wa'::regnamespace
      or (
        routine.pronamespace = 'public'::regnamespace
        and pg_get_userbyid(routine.proowner) in ('wa_runtime', 'wa_basket_owner', 'wa_maintenance')
      )
    )
    and acl.grantee <> routine.proowner
    and (p_names is null or routine.proname = any(p_names))
    group by routine.oid
  loop
    execute format('revoke all on routine %s from %s', v_routine.signature, v_routine.grantees);
  end loop;
end
$$;

comment on procedure wa.open_routines is
'Makes routines ready to be applied anew, all of them or those of p_names: nobody may execute them but by what their files grant, and files may give them to their owners. To be followed by wa.close_routines in the same transaction.';
