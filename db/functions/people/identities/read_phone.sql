create or replace function wa.read_phone(p_written text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As people write numbers: +34 600 111 222, 0034-600-111-222, (34) 600.111.222.
  return wa.normalize_phone(regexp_replace(regexp_replace(p_written, '[^0-9+]', '', 'g'), '^00', '+'));
end
$$;

comment on function wa.read_phone is
'A number with its country code in any usual spelling, as wa.normalize_phone returns it; null when it is none.';

grant execute on function wa.read_phone to wa_runtime, wa_privacy;
