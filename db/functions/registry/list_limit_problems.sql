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

  -- The choices of a question that a step asks with buttons: titles, in the order of ids or without any.
  choice as materialized (
    select state.flow, state.step_function, literal.position, key.key
    from wa.list_step_routines(p_flow) as run
    inner join wa.flow_states as state on state.state = run.state and state.step_function = run.routine
    cross join lateral regexp_matches(
      run.source, '''([{][[:space:]]*"[^'']*"[[:space:]]*[}]|[[][[:space:]]*"[^'']*"[[:space:]]*[]])''', 'g'
    ) with ordinality as literal (match, position)
    cross join lateral regexp_matches(
      literal.match[1],
      case when starts_with(literal.match[1], '{') then ':[[:space:]]*"([a-z0-9_.]+)"' else '"([a-z0-9_.]+)"' end,
      'g'
    ) as title (match)
    cross join lateral (select wa.name_text(run.prefix, title.match[1]) as key) as key
    where run.source ~ '[a-z0-9_]+[.]ask[(]'
      and run.source !~ 'build_list[(]'
      and key.key in (select text.key from text)
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
      'a button of %s shows 20 characters of %s (%s), which has %s',
      choice.step_function, text.key, text.locale, char_length(text.body)
    )
  from choice
  inner join text on text.key = choice.key and char_length(text.body) > 20
  union all
  select choice.flow, true, format('%s asks with %s buttons, and WhatsApp shows 3', choice.step_function, count(*))
  from choice
  group by choice.flow, choice.step_function, choice.position
  having count(*) > 3;
end
$$;

comment on function wa.list_limit_problems is
'Of wa.list_flow_problems: rows of the menu without a text, and what WhatsApp would cut of them and of the buttons that steps ask with.';
