create or replace function wa.list_choices(p_flow text)
returns table (flow text, routine text, is_asked boolean, total integer, title_key text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with call as (
    select
      run.flow,
      run.routine,
      run.prefix,
      run.source,
      called.match[1] = 'ask' as is_asked,
      coalesce(called.match[2], called.match[3]) as choices
    from wa.list_step_routines(p_flow) as run
    cross join lateral regexp_matches(
      run.source,
      '[.](ask|answer|build_choices)[(][[:space:]]*p_chat[[:space:]]*,(?:[^,(){}]*,)?(?:[[:space:]]*p_choices[[:space:]]*=>)?'
      || '[[:space:]]*(?:''([{][^'']*[}])''|([a-z_0-9]+))[[:space:]]*[,)]',
      'g'
    ) as called (match)
  ),

  listed as (
    select distinct
      call.flow, call.routine, call.prefix, bool_or(call.is_asked) as is_asked,
      case when starts_with(call.choices, '{') then call.choices else named.match[1] end as choices
    from call
    -- A variable that holds them.
    left join lateral regexp_matches(
      call.source, '[[:space:]]' || call.choices || '[^;:=]*(?::=|=|default)[[:space:]]*''([{][^'']*[}])'''
    ) as named (match) on not starts_with(call.choices, '{')
    group by call.flow, call.routine, call.prefix, call.choices, named.match[1]
  )

  select listed.flow, listed.routine, listed.is_asked, cardinality(listed.choices::text[]), choice.title_key
  from listed
  cross join lateral wa.read_choices(
    jsonb_populate_record(null::wa.chat, jsonb_build_object('prefix', listed.prefix)), listed.choices::text[]
  ) as choice
  where listed.choices ~ '^[{][[:space:]]*[^"{},[:space:]]+[[:space:]]*(,[[:space:]]*[^"{},[:space:]]+[[:space:]]*)*[}]$';
end
$$;

comment on function wa.list_choices is
'The choices that the steps of a flow (null: of any) ask with or understand, as far as their sources tell: the routine, whether it asks with them, how many they are, and the key of each one''s title.';
