create or replace function wa.find_number(p_value jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_phone_number_id text;
begin
  if not p_value ?| '{phone_number_id,display_phone_number,entity_id,phone_number}' then
    return null;
  end if;

  select number.phone_number_id into v_phone_number_id
  from wa.numbers as number
  where number.phone_number_id in (p_value ->> 'phone_number_id', p_value ->> 'entity_id')
    -- As Meta writes it: 15550001111, +1 555-000-1111.
    or number.display_number = '+' || nullif(
      regexp_replace(coalesce(p_value ->> 'display_phone_number', p_value ->> 'phone_number'), '[^0-9]', '', 'g'), ''
    )
  order by number.phone_number_id
  limit 1;

  return v_phone_number_id;
end
$$;

comment on function wa.find_number is
'The phone_number_id of the business number that a webhook about the account names, by id or as people dial it; null when it names none of ours.';
