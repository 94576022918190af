create or replace function wa.is_pattern(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return length(p_text) <= 200 and p_text !~ e'\\\\[1-9]' and ('' ~ p_text) is not null;
exception
  when invalid_regular_expression then
    return false;
end
$$;

comment on function wa.is_pattern is
'Whether a text is a regular expression that a rule may have: at most 200 characters, and no back-reference, whose time has no bound.';
