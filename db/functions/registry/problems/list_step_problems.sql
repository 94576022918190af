create or replace function wa.list_step_problems(p_flow text)
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Files are applied without, in any order: nobody has read the bodies yet.
set check_function_bodies = on
as $$
declare
  v_routine record;
begin
  return query
  select choice.flow, true, format('the choices of %s are no list such as ''{yes,no}'': %s', choice.routine, choice.written)
  from wa.list_choices(p_flow) as choice
  where choice.total is null;

  for v_routine in
    select routine.oid, routine.proname as name, owner.flow
    from pg_proc as routine
    inner join pg_language as language on language.oid = routine.prolang and language.lanname = 'plpgsql'
    cross join lateral (select wa.find_flow_of(routine.proname) as flow) as owner
    where routine.pronamespace in ('wa'::regnamespace, 'public'::regnamespace)
      and owner.flow = coalesce(p_flow, owner.flow)
      -- What types another path would find is not known here.
      and routine.proconfig @> array['search_path=pg_catalog, pg_temp']
      and has_function_privilege(routine.oid, 'execute')
  loop
    begin
      perform plpgsql_validator(v_routine.oid);
    exception
      when others then
        return query select v_routine.flow, true, format('%s does not compile: %s', v_routine.name, sqlerrm);
    end;
  end loop;
end
$$;

comment on function wa.list_step_problems is
'Of wa.list_flow_problems: routines of flows that do not compile, as far as wa_runtime may execute them, and choices of a question that are no list of names.';
