create or replace function wa.list_flow_texts(p_as_declared boolean)
returns table (flow text, prefix text, key text, locale text, body text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with declared as (
    select flow.flow, flow.prefix, text.key, text.locale, text.body
    from wa.flows as flow
    cross join lateral jsonb_to_recordset(flow.declared -> 'texts') as text (key text, locale text, body text)
  )

  select declared.flow, declared.prefix, declared.key, declared.locale, declared.body
  from declared
  where p_as_declared
  union all
  select owner.flow, owner.prefix, text.key, text.locale, text.body
  from wa.texts as text
  inner join (select distinct declared.flow, declared.prefix, declared.key from declared) as owner on owner.key = text.key
  where not p_as_declared;
end
$$;

comment on function wa.list_flow_texts is
'The texts of flows that were declared: with p_as_declared as they were, otherwise as users read them, translations that somebody added among them.';
