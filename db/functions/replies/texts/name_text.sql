create or replace function wa.name_text(p_prefix text, p_name text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when p_prefix is null or position('.' in p_name) > 0 then p_name else p_prefix || '.' || p_name end;
end
$$;

comment on function wa.name_text is
'The key of a text in wa.texts: a name without a dot is one of the flow''s own, and is told by its prefix.';
