create or replace function wa.get_profile(p_user_id uuid)
returns public.profiles
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile public.profiles;
begin
  select profile.* into v_profile
  from public.profiles as profile
  where profile.user_id = p_user_id;

  if v_profile.merged_into is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.user_id = v_profile.merged_into;
  end if;
  return v_profile;
end
$$;

comment on function wa.get_profile is
'A profile, or the one that took it over; a row of nulls when there is none.';
