create or replace function wa.phone_lookup_key(p_phone text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(
    regexp_replace(
      regexp_replace(p_phone, e'^\\+55([1-9][0-9])([6-9][0-9]{7})$', e'+55\\19\\2'),
      e'^\\+521([0-9]{10})$', e'+52\\1'
    ),
    e'^\\+549([0-9]{10})$', e'+54\\1'
  );
end
$$;

comment on function wa.phone_lookup_key is
'One form for the variants of a number: Brazil with the ninth digit, Mexico without the 1, Argentina without the 9. The same expression as profiles.phone_lookup_key.';

grant execute on function wa.phone_lookup_key to wa_runtime, wa_privacy;
