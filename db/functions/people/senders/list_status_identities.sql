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
  -- A probe for each, however many rows the planner expects.
  cross join lateral (
    select
      (
        select profile.user_id from public.profiles as profile
        where profile.phone_lookup_key = wa.phone_lookup_key(pair.phone)
      ) as by_phone,
      (select profile.user_id from public.profiles as profile where profile.wa_user_id = pair.bsuid) as by_bsuid
    offset 0
  ) as known
  where pair.phone is not null
    and pair.bsuid is not null
    and coalesce(known.by_phone, known.by_bsuid) is not null
    and known.by_phone is distinct from known.by_bsuid
  order by pair.seconds, pair.phone, pair.bsuid;
end
$$;

comment on function wa.list_status_identities is
'The pairs of number and BSUID in some statuses that complete or join profiles we have, oldest first, and when they were last said: sending to a known number is how its BSUID becomes known.';
