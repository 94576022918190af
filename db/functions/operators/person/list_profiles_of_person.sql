create or replace function wa.list_profiles_of_person(p_user_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select profile.user_id
    from public.profiles as profile
    where profile.user_id = p_user_id or profile.merged_into = p_user_id
    order by profile.user_id
  );
end
$$;

comment on function wa.list_profiles_of_person is
'The profile and those that were merged into it, in the order of user_id.';

grant execute on function wa.list_profiles_of_person to wa_runtime, wa_privacy;
