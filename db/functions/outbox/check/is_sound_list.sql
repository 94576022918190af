create or replace function wa.is_sound_list(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows jsonb;
  v_row jsonb;
begin
  -- Expressions and not a query: PL/pgSQL evaluates them without starting the executor.
  if p_payload - '{type,interactive}'::text[] = '{}'
    and p_payload @@ '$.type == "interactive" && $.interactive.type() == "object"'
    and (p_payload -> 'interactive') - '{type,body,action}'::text[] = '{}'
    and char_length(p_payload #>> '{interactive,body,text}') <= 1024
    and char_length(p_payload #>> '{interactive,action,button}') <= 20
    and p_payload @@ e'
      $.interactive.type == "list"
      && $.interactive.body.text like_regex "\\\\S"
      && $.interactive.action.button like_regex "\\\\S"
      && !exists($.interactive.action.sections[*].title)
      && $.interactive.action.sections.type() == "array" && $.interactive.action.sections.size() == 1
      && $.interactive.action.sections[0].rows.type() == "array"
    '
  then
    v_rows := p_payload #> '{interactive,action,sections,0,rows}';
  end if;

  if v_rows is null or jsonb_array_length(v_rows) not between 1 and 10 then
    return false;
  end if;

  for v_position in 0..jsonb_array_length(v_rows) - 1 loop
    v_row := v_rows -> v_position;

    if not coalesce(
      jsonb_typeof(v_row -> 'id') = 'string'
      and jsonb_typeof(v_row -> 'title') = 'string'
      and v_row ->> 'id' ~ e'\\S'
      and v_row ->> 'title' ~ e'\\S'
      and char_length(v_row ->> 'id') <= 200
      and char_length(v_row ->> 'title') <= 24
      and (
        not v_row ? 'description'
        or (
          jsonb_typeof(v_row -> 'description') = 'string'
          and v_row ->> 'description' ~ e'\\S'
          and char_length(v_row ->> 'description') <= 72
        )
      ),
      false
    ) then
      return false;
    end if;
  end loop;

  -- No two rows have one id.
  return not v_rows @@ '
    $[0].id == $[1 to last].id || $[1].id == $[2 to last].id || $[2].id == $[3 to last].id
    || $[3].id == $[4 to last].id || $[4].id == $[5 to last].id || $[5].id == $[6 to last].id
    || $[6].id == $[7 to last].id || $[7].id == $[8 to last].id || $[8].id == $[9 to last].id
  ';
end
$$;

comment on function wa.is_sound_list is
'Whether a message body is an interactive list of one section without title, header and footer, and within every limit: the menus that most replies are pass with one look. What does not is for wa.find_payload_problem to judge.';
