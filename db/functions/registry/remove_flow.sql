create or replace procedure wa.remove_flow(p_flow text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_needed text[];
  v_base jsonb;
  v_prefix text;
begin
  if p_flow = 'home' then
    raise exception using
      errcode = 'WA061',
      message = 'the flow home stays: every other one begins and ends there',
      hint = 'Change what it says in wa.texts, and what it offers in wa.menu_items.';
  end if;

  v_needed := wa.find_conflicts(
    p_flow, '{"states": [], "moves": [], "entries": [], "menu": [], "texts": []}'
  ) || array(
    select format('the menu row %s shows its text %s', item.reply_id, text.key)
    from wa.flows as flow
    cross join lateral jsonb_to_recordset(flow.declared -> 'texts') as text (key text, locale text)
    inner join wa.menu_items as item on text.key in (item.title_key, item.description_key)
    inner join wa.flow_entries as entry on entry.kind = item.entry_kind and entry.value = item.reply_id
    inner join wa.flow_states as state on state.state = entry.to_state and state.flow <> p_flow
    where flow.flow = p_flow
  );

  if v_needed <> '{}' then
    raise exception using
      errcode = 'WA061',
      message = format(e'the flow %s is needed:\n- %s', p_flow, array_to_string(v_needed, e'\n- ')),
      hint = 'Change or remove what needs it first.';
  end if;

  select flow.declared, flow.prefix into v_base, v_prefix
  from wa.flows as flow
  where flow.flow = p_flow;

  perform wa.replace_flow_states(
    p_flow, v_base, '{"states": [], "moves": [], "entries": [], "menu": [], "texts": []}'
  );

  delete from wa.document_fields as rule
  using jsonb_to_recordset(v_base -> 'fields') as declared (document text)
  where rule.document = declared.document;

  delete from wa.flows as flow
  where flow.flow = p_flow;

  -- Its own texts go as they are, whoever worded them: by their names, for rows of before declarations say no more.
  delete from wa.texts as text
  where (starts_with(text.key, v_prefix || '.') or starts_with(text.key, 'menu.' || v_prefix))
    and not exists (
      select from wa.flows as flow
      cross join lateral jsonb_to_recordset(flow.declared -> 'texts') as declared (key text)
      where declared.key = text.key
    );
end
$$;

comment on procedure wa.remove_flow is
'Takes a flow out: whoever is in it goes home, and its states, moves, entries, rows of the menu, texts and rules for documents go. Its tables and routines stay. Raises WA061 where another flow needs it. Does nothing where there is no such flow.';
