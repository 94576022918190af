create or replace function wa.mask_numbers(p_text text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(p_text, e'\\+?\\d[\\d ()-]{6,}\\d', '***', 'g')
$$;

comment on function wa.mask_numbers is
'A text in which whatever may be a phone number is ***: for what others have written and an alert quotes.';

grant execute on function wa.mask_numbers to wa_runtime, wa_maintenance;
