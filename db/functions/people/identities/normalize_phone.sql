create or replace function wa.normalize_phone(p_number text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Counting up to 15 in the pattern would take several times as long.
  return case
    when p_number ~ e'^\\+?[1-9][0-9]+$' and char_length(ltrim(p_number, '+')) between 7 and 15
      then '+' || ltrim(p_number, '+')
  end;
end
$$;

comment on function wa.normalize_phone is
'A wa_id or phone number as profiles.whatsapp_e164 holds it; null when it is none. The digits stay as Meta gave them.';

grant execute on function wa.normalize_phone to wa_runtime, wa_privacy;
