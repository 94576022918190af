create or replace function wa.normalize_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Counting up to 128 in the pattern would take twenty times as long.
  return case when p_value ~ e'^[A-Z]{2}\\.[A-Za-z0-9]+$' and char_length(p_value) <= 131 then p_value end;
end
$$;

comment on function wa.normalize_bsuid is
'A business-scoped user id as it is; null when the value is none.';

grant execute on function wa.normalize_bsuid to wa_runtime, wa_privacy;
