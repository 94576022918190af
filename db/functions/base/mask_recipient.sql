create or replace function wa.mask_recipient(p_recipient text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(p_recipient, 4) || '***' || right(p_recipient, 2);
end
$$;

comment on function wa.mask_recipient is
'A phone number, BSUID or group id as logs may show it: enough to recognise, too little to dial.';

grant execute on function wa.mask_recipient to wa_runtime, wa_privacy;
