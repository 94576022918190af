create or replace procedure wa.declare_flow(p_flow text, p_declaration json)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_declaration constant jsonb := p_declaration::jsonb;
  v_base jsonb;
  v_rows jsonb;
  v_kept text[];
  v_problems text[] := wa.find_declaration_mistakes(p_flow, v_declaration);
  v_warnings text[];
begin
  if v_problems = '{}' then
    -- Two that declare at once would each keep what the other one wrote.
    perform pg_advisory_xact_lock(hashtextextended('wa.declare_flow', 0));
    v_rows := wa.read_declaration(
      p_flow,
      v_declaration,
      -- jsonb has its members in an order of its own, and the menu shows them in that of the file.
      array(
        select entry.name
        from json_object_keys(p_declaration -> 'entries') with ordinality as entry (name, place)
        order by entry.place
      )
    );
    v_problems := wa.find_conflicts(p_flow, v_rows);

    select flow.declared into v_base
    from wa.flows as flow
    where flow.flow = p_flow;

    insert into wa.flows (flow, prefix, declared)
    values (p_flow, case when p_flow <> 'home' then coalesce(v_declaration ->> 'prefix', p_flow) end, v_rows)
    on conflict (flow) do update
    set prefix = excluded.prefix, declared = excluded.declared, declared_at = excluded.declared_at;

    v_kept := wa.replace_flow_states(p_flow, v_base, v_rows) || wa.replace_flow_rows(v_base, v_rows);

    select
      v_problems || coalesce(array_agg(problem.problem order by problem.problem) filter (where problem.is_error), '{}'),
      array_agg(problem.problem order by problem.problem) filter (where not problem.is_error)
    into v_problems, v_warnings
    from wa.flows as flow
    -- By its row, so that it is asked where that is, as its owner: no other server lets an owner of routines in.
    cross join lateral wa.list_flow_problems(flow.flow, true) as problem
    where flow.flow = p_flow;
  end if;

  if v_problems <> '{}' then
    raise exception using
      errcode = 'WA060',
      message = format(e'the flow %s does not hold together:\n- %s', p_flow, array_to_string(v_problems, e'\n- ')),
      hint = 'The flow is as it was. Correct its declaration, flow.sql, its steps, or a migration that is not applied yet (else add one), and apply it again.';
  end if;

  perform wa.describe_steps(p_flow, v_base -> 'states');

  if v_kept <> '{}' then
    raise warning using
      message = format('flow %s: changed by hand, and kept: %s', p_flow, array_to_string(v_kept, ', ')),
      hint = 'To take what is declared, write the declared value, or insert the declared row again.';
  end if;

  if v_warnings is not null then
    raise warning using
      message = format('flow %s: %s', p_flow, array_to_string(v_warnings, '; ')),
      hint = 'wa-webhook flows check tells them one by one.';
  end if;
end
$$;

comment on procedure wa.declare_flow is
'Makes a flow''s states, moves, entries, rows of the menu and texts what the declaration says, as a whole or not at all. Raises WA060 with all that is wrong. What somebody changed by hand since the last declaration stays, and a warning tells of it. docs/build/adding-a-flow.md has the shape.';
