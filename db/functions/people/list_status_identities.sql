create or replace function wa.list_status_identities(p_statuses jsonb)
returns table (phone text, bsuid text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with pair as (
    select distinct
      wa.normalize_phone(status ->> 'recipient_id') as phone,
      wa.normalize_bsuid(status ->> 'recipient_user_id') as bsuid
    from jsonb_array_elements(p_statuses) as status
    where status ? 'recipient_id' and status ? 'recipient_user_id'
      and status ->> 'recipient_type' is distinct from 'group'
  )

  select pair.phone, pair.bsuid
  from pair
  left join public.profiles as by_phone on by_phone.phone_lookup_key = wa.phone_lookup_key(pair.phone)
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = pair.bsuid
  where pair.phone is not null
    and pair.bsuid is not null
    and coalesce(by_phone.user_id, by_bsuid.user_id) is not null
    and (by_phone.user_id is distinct from by_bsuid.user_id);
end
$$;

comment on function wa.list_status_identities is
'The pairs of number and BSUID in some statuses that complete or join profiles we have: sending to a known number is how its BSUID becomes known.';
