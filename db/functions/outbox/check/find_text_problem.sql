create or replace function wa.find_text_problem(p_text jsonb, p_name text, p_limit integer)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_text) is distinct from 'string' then
    return format('%s is missing', p_name);
  elsif p_text #>> '{}' !~ e'\\S' then
    return format('%s is empty', p_name);
  elsif char_length(p_text #>> '{}') > p_limit then
    return format('%s has %s characters; %s are allowed', p_name, char_length(p_text #>> '{}'), p_limit);
  end if;
  return null;
end
$$;

comment on function wa.find_text_problem is
'What is wrong with a required text of limited length, or null.';
