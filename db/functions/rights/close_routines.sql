create or replace procedure wa.close_routines()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_routine record;
begin
  for v_routine in
    select
      routine.oid::regprocedure as signature,
      routine.proacl is null
      or exists (select from aclexplode(routine.proacl) as acl where acl.grantee = 0) as is_for_everybody,
      (
        select string_agg(quote_ident(role.rolname), ', ')
        from pg_roles as role
        where role.rolname in ('anon', 'authenticated')
          and exists (select from aclexplode(routine.proacl) as acl where acl.grantee = role.oid)
      ) as api_roles,
      routine.pronamespace = 'wa'::regnamespace
      and routine.prokind = 'f'
      and not routine.prosecdef
      and routine.prorettype <> 'trigger'::regtype
      and not exists (
        select from aclexplode(routine.proacl) as acl where acl.grantee not in (0, routine.proowner)
      ) as is_inner
    from wa.list_routines() as ours (oid)
    inner join pg_proc as routine on routine.oid = ours.oid
  loop
    if v_routine.is_for_everybody then
      execute format('revoke all on routine %s from public', v_routine.signature);
    end if;

    -- Supabase's default privileges give every new routine of an exposed schema to these roles by name.
    if v_routine.api_roles is not null then
      execute format('revoke all on routine %s from %s', v_routine.signature, v_routine.api_roles);
    end if;

    if v_routine.is_inner then
      execute format('grant execute on routine %s to wa_runtime', v_routine.signature);
    end if;
  end loop;

  revoke create on schema public, wa from wa_runtime, wa_basket_owner, wa_privacy;
  revoke create on schema public from wa_maintenance;
  -- It makes partitions in wa, which in a business's one schema is where the contract is too.
  grant create on schema wa to wa_maintenance;

  -- A source of a few files, such as a test's, has no place for them.
  if to_regclass('wa.rights') is not null then
    call wa.note_rights();
  end if;
end
$$;

comment on procedure wa.close_routines is
'Ends what wa.open_routines began: takes every routine of ours from everybody and from the API roles anon and authenticated, and lets wa_runtime execute the private functions whose files grant them to nobody else; notes the rights that there are then.';
