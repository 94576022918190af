create or replace function wa.list_status_identities(p_statuses jsonb)
returns table (phone text, bsuid text, sent_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with pair as (
    select
      wa.normalize_phone(status ->> 'recipient_id') as phone,
      wa.normalize_bsuid(status ->> 'recipient_user_id') as bsuid,
      max(status ->> 'timestamp') filter (
        where status ->> 'timestamp' ~ '^[0-9]+$' and char_length(status ->> 'timestamp') = 10
      ) as seconds
    from jsonb_array_elements(p_statuses) as status
    where status ? 'recipient_id' and status ? 'recipient_user_id'
      and status ->> 'recipient_type' is distinct from 'group'
    group by 1, 2
  )

  select pair.phone, pair.bsuid, coalesce(to_timestamp(pair.seconds::double precision), now())
  from pair
  left join public.profiles as by_phone on by_phone.phone_lookup_key = wa.phone_lookup_key(pair.phone)
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = pair.bsuid
  where pair.phone is not null
    and pair.bsuid is not null
    and coalesce(by_phone.user_id, by_bsuid.user_id) is not null
    and by_phone.user_id is distinct from by_bsuid.user_id
  order by pair.seconds, pair.phone, pair.bsuid;
end
$$;

comment on function wa.list_status_identities is
'The pairs of number and BSUID in some statuses that complete or join profiles we have, oldest first, and when they were last said: sending to a known number is how its BSUID becomes known.';
