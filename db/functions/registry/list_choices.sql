create or replace function wa.list_choices(p_flow text)
returns table (flow text, routine text, is_asked boolean, written text, total integer, title_key text)
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
      called.match[1] is not null as is_asked,
      called.match[2] as literal,
      called.match[3] as variable
    from wa.list_step_routines(p_flow) as run
    cross join lateral regexp_matches(
      run.source,
      '[.](?:(ask)[(][[:space:]]*p_chat[[:space:]]*,(?:[^,(){}]*,|(?=[[:space:]]*p_choices))'
      || '|(?:answer|build_choices)[(][[:space:]]*p_chat[[:space:]]*,)(?:[[:space:]]*p_choices[[:space:]]*=>)?'
      || '[[:space:]]*(?:''([^'']*)''(?:::[a-z]+(?:[[][]])?)?|([a-z_0-9]+))[[:space:]]*[,)]',
      'g'
    ) as called (match)
  ),

  listed as (
    select distinct
      call.flow, call.routine, call.prefix, bool_or(call.is_asked) as is_asked,
      btrim(coalesce(call.literal, named.match[1]), e' \n\t') as written
    from call
    -- A variable that holds them.
    left join lateral regexp_matches(
      call.source, '[[:space:]]' || call.variable || '[^;:=]*(?::=|=|default)[[:space:]]*''([[{][^'']*)'''
    ) as named (match) on true
    group by call.flow, call.routine, call.prefix, call.literal, call.variable, named.match[1]
  )

  select listed.flow, listed.routine, listed.is_asked, listed.written, cardinality(listed.written::text[]), choice.title_key
  from listed
  cross join lateral wa.read_choices(
    jsonb_populate_record(null::wa.chat, jsonb_build_object('prefix', listed.prefix)), listed.written::text[]
  ) as choice
  where listed.written ~ '^[{][[:space:]]*[^"{},[:space:]]+[[:space:]]*(,[[:space:]]*[^"{},[:space:]]+[[:space:]]*)*[}]$'
  union all
  select listed.flow, listed.routine, listed.is_asked, listed.written, null, null
  from listed
  -- Objects and arrays of JSON are none.
  where listed.written !~ '^[{]([^"{},]+|[[:space:]]*"[^"]*"[[:space:]]*)(,([^"{},]+|[[:space:]]*"[^"]*"[[:space:]]*))*[}]$';
end
$$;

comment on function wa.list_choices is
'The choices that the steps of a flow (null: of any) ask with or understand, as far as their sources tell: the routine, whether it asks with them, how they are written, how many they are, and the key of each one''s title; the last two are null for what is no list.';
