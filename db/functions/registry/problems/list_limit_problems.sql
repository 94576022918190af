create or replace function wa.list_limit_problems(p_flow text, p_as_declared boolean)
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with text as materialized (
    select * from wa.list_flow_texts(p_as_declared)
  ),

  shown as materialized (
    select state.flow, item.reply_id, part.key, part.most
    from wa.menu_items as item
    inner join wa.flow_entries as entry on entry.kind = item.entry_kind and entry.value = item.reply_id
    inner join wa.flow_states as state on state.state = entry.to_state
    cross join lateral (values (item.title_key, 24), (item.description_key, 72)) as part (key, most)
    where part.key is not null
  ),

  choice as materialized (
    select choice.* from wa.list_choices(p_flow) as choice where choice.is_asked
  )

  select shown.flow, true, format('the menu row %s shows %s, which is no text', shown.reply_id, shown.key)
  from shown
  where shown.key not in (select text.key from wa.texts as text)
  union all
  select
    shown.flow,
    true,
    format(
      'the menu shows %s characters of %s (%s), which has %s', shown.most, text.key, text.locale, char_length(text.body)
    )
  from shown
  inner join text on text.key = shown.key and char_length(text.body) > shown.most
  union all
  select
    choice.flow,
    true,
    format(
      'a %s of %s shows %s characters of %s (%s), which has %s',
      case when choice.total > 3 then 'row' else 'button' end,
      choice.routine, choice.most, text.key, text.locale, char_length(text.body)
    )
  from (
    select asked.*, case when asked.total > 3 then 24 else 20 end as most
    from choice as asked
  ) as choice
  inner join text on text.key = choice.title_key and char_length(text.body) > choice.most
  union all
  select choice.flow, true, format('%s asks with %s choices, and WhatsApp shows 10', choice.routine, choice.total)
  from choice
  where choice.total > 10;
end
$$;

comment on function wa.list_limit_problems is
'Of wa.list_flow_problems: rows of the menu without a text, and what WhatsApp would cut of them and of the choices that steps ask with.';
