create or replace function wa.find_or_create_profile(p_phone text, p_bsuid text)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile public.profiles;
begin
  v_profile := wa.find_profile(p_phone, p_bsuid);

  -- Whoever is being erased just now is somebody new afterwards.
  perform
  from public.profiles as profile
  where profile.user_id = v_profile.user_id and profile.erased_at is null
  for key share;

  if found then
    return v_profile.user_id;
  end if;

  perform wa.lock_identities(array[p_phone], array[p_bsuid]);
  return wa.establish_profile(p_phone, p_bsuid);
end
$$;

comment on function wa.find_or_create_profile is
'The profile of a recipient named by number or BSUID, created when nobody knows it yet.';
