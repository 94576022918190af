create or replace procedure wa.open_routines(p_names text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_routine record;
  v_role name;
  v_is_before_16 boolean;
begin
  -- A role that was restored from a dump does not have whoever migrates for a member. Before 16 whoever may create
  -- roles may change any; from 16 on that takes the admin option, which is brought along by an upgrade if it is there.
  for v_role, v_is_before_16 in
    select role.rolname, server.is_before_16
    from pg_roles as role
    cross join (select current_setting('server_version_num')::integer < 160000 as is_before_16) as server
    where role.rolname in (
      'wa_edge_role', 'wa_notifier_role', 'wa_worker_role', 'wa_reader_role', 'wa_agent_role', 'wa_operator_role',
      'wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy'
    )
    and case
      when server.is_before_16 then not pg_has_role(role.oid, 'member with admin option')
      else role.rolname in ('wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy')
        and not pg_has_role(role.oid, 'set')
    end
  loop
    if v_is_before_16 then
      execute format('grant %I to current_user with admin option', v_role);
    else
      execute format('grant %I to current_user', v_role);
    end if;
  end loop;

  -- Giving a routine to an owner takes that owner's right to create it; close_routines takes the right back.
  grant create on schema public, wa to wa_runtime, wa_basket_owner, wa_privacy;
  grant create on schema public to wa_maintenance;

  -- `create or replace` keeps rights, so that one whose grant was deleted from its file would keep it for ever. What
  -- others were given, by a team or by Supabase's default privileges, is not ours to take.
  for v_routine in
    select routine.oid::regprocedure as signature, string_agg(distinct quote_ident(role.rolname), ', ') as grantees
    from pg_proc as routine
    cross join lateral aclexplode(routine.proacl) as acl
    inner join pg_roles as role on role.oid = acl.grantee
    where (
      routine.pronamespace = 'wa'::regnamespace
      or (
        routine.pronamespace = 'public'::regnamespace
        and pg_get_userbyid(routine.proowner) in ('wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy')
      )
    )
    and acl.grantee <> routine.proowner
    and role.rolname in (
      'wa_edge_role', 'wa_notifier_role', 'wa_worker_role', 'wa_reader_role', 'wa_agent_role', 'wa_operator_role',
      'wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy'
    )
    and (p_names is null or routine.proname = any(p_names))
    group by routine.oid
  loop
    execute format('revoke all on routine %s from %s', v_routine.signature, v_routine.grantees);
  end loop;
end
$$;

comment on procedure wa.open_routines is
'Makes routines ready to be applied anew, all of them or those of p_names: our roles may execute them only by what their files grant, and files may give them to their owners. To be followed by wa.close_routines in the same transaction.';
