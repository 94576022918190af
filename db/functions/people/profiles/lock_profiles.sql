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
      where profile.wa_user_id = any(p_bsuids)
        or profile.phone_lookup_key = any(array(select wa.phone_lookup_key(phone) from unnest(p_phones) as phone))
        or profile.user_id = any(p_user_ids)
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
