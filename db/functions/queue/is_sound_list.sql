create or replace function wa.is_sound_list(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_interactive constant jsonb := p_payload -> 'interactive';
begin
  if p_payload - '{type,interactive}'::text[] <> '{}'
    or p_payload -> 'type' is distinct from '"interactive"'
    or v_interactive - '{type,body,action}'::text[] <> '{}'
    or v_interactive -> 'type' is distinct from '"list"'
    or not jsonb_path_exists(v_interactive, '$.body.text ? (@ like_regex "\\S")')
    or not jsonb_path_exists(v_interactive, '$.action.button ? (@ like_regex "\\S")')
    or jsonb_path_exists(v_interactive, '$.action.sections[*].title')
    or jsonb_typeof(v_interactive #> '{action,sections}') <> 'array'
    or jsonb_array_length(v_interactive #> '{action,sections}') <> 1
    or jsonb_typeof(v_interactive #> '{action,sections,0,rows}') is distinct from 'array'
    or char_length(v_interactive #>> '{body,text}') > 1024
    or char_length(v_interactive #>> '{action,button}') > 20
  then
    return false;
  end if;

  return (
    select
      count(*) between 1 and 10
      and count(distinct list_row.body ->> 'id') = count(*)
      and bool_and(
        coalesce(
          jsonb_typeof(list_row.body -> 'id') = 'string'
          and jsonb_typeof(list_row.body -> 'title') = 'string'
          and list_row.body ->> 'id' ~ '\S'
          and list_row.body ->> 'title' ~ '\S'
          and char_length(list_row.body ->> 'id') <= 200
          and char_length(list_row.body ->> 'title') <= 24
          and (
            not list_row.body ? 'description'
            or (
              jsonb_typeof(list_row.body -> 'description') = 'string'
              and list_row.body ->> 'description' ~ '\S'
              and char_length(list_row.body ->> 'description') <= 72
            )
          ),
          false
        )
      )
    from jsonb_array_elements(v_interactive #> '{action,sections,0,rows}') as list_row (body)
  );
end
$$;

comment on function wa.is_sound_list(jsonb) is
'Whether a message body is an interactive list of one section without title, header and footer, and within every limit: the menus that most replies are pass with one look. What does not is for wa.find_payload_problem to judge.';

revoke all on function wa.is_sound_list(jsonb) from public;
grant execute on function wa.is_sound_list(jsonb) to wa_runtime;
