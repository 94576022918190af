create or replace function wa.list_flow_problems(p_flow text default null, p_as_declared boolean default false)
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
-- A restored extension's script declares with it off, and the owner of this is no table's.
set row_security = on
as $$
begin
  return query
  select distinct found.flow, found.is_error, found.problem
  from (
    select * from wa.list_state_problems(p_flow)
    union all
    select * from wa.list_text_problems(p_flow, p_as_declared)
    union all
    select * from wa.list_limit_problems(p_flow, p_as_declared)
    union all
    select * from wa.list_step_problems(p_flow)
    union all
    select * from wa.list_merge_problems()
    union all
    select * from wa.list_erasure_problems()
  ) as found (flow, is_error, problem)
  where p_flow is null or found.flow = p_flow
  order by found.flow, found.is_error desc, found.problem;
end
$$;

alter function wa.list_flow_problems owner to wa_runtime;

comment on function wa.list_flow_problems is
'What does not hold together in a flow (null: in any), a sentence each: steps that are missing or do not compile, states that nothing leads to, moves, choices, texts, what WhatsApp would cut, what a merge of two profiles would leave behind, what nobody can be erased from. Not an error is what nobody uses, as far as the sources of steps tell. Texts are those that users read, or with p_as_declared those that flows declared. The flow is null for a table that is no flow''s.';

grant execute on function wa.list_flow_problems to wa_operator_role;
