create or replace function wa.normalize_parent_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Counting up to 128 in the pattern would take twenty times as long.
  return case when p_value ~ e'^[A-Z]{2}\\.ENT\\.[A-Za-z0-9]+$' and char_length(p_value) <= 135 then p_value end;
end
$$;

comment on function wa.normalize_parent_bsuid is
'A parent business-scoped user id as it is; null when the value is none.';
