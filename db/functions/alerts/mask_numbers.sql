create or replace function wa.mask_numbers(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select regexp_replace(p_text, '\+?\d[\d ()-]{6,}\d', '***', 'g')
$$;

comment on function wa.mask_numbers(text) is
'A text in which whatever may be a phone number is ***: for what others have written and an alert quotes.';

revoke all on function wa.mask_numbers(text) from public;
grant execute on function wa.mask_numbers(text) to wa_runtime, wa_maintenance;
