create or replace function wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[] default null)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with locked as (
      select profile.user_id
      from public.profiles as profile
      -- Not one or the other of them: a plan that was made for few profiles would read all, in their order.
      where profile.user_id = any(
        p_user_ids
        || array(select named.user_id from public.profiles as named where named.wa_user_id = any(p_bsuids))
        || array(
          select called.user_id
          from public.profiles as called
          where called.phone_lookup_key = any(array(select wa.phone_lookup_key(phone) from unnest(p_phones) as phone))
        )
      )
      order by profile.user_id
      for no key update
    )

    select array_agg(locked.user_id)
    from locked
  );
end
$$;

comment on function wa.lock_profiles is
'Locks the profiles with these numbers, BSUIDs or ids, in the order of user_id, and returns their ids.';

grant execute on function wa.lock_profiles to wa_runtime, wa_privacy;
