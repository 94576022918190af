create or replace function wa.list_names_of_person(p_user_ids uuid[])
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select distinct name.value
    from (
      select ltrim(profile.whatsapp_e164, '+') as value
      from public.profiles as profile
      where profile.user_id = any(p_user_ids)
      union all
      select ltrim(profile.phone_lookup_key, '+')
      from public.profiles as profile
      where profile.user_id = any(p_user_ids)
      union all
      select profile.wa_user_id
      from public.profiles as profile
      where profile.user_id = any(p_user_ids)
      union all
      select ltrim(alias.value, '+')
      from wa.profile_aliases as alias
      where alias.user_id = any(p_user_ids)
    ) as name
    where name.value is not null
    order by name.value
  );
end
$$;

comment on function wa.list_names_of_person is
'What tells a person in a payload of Meta''s: the number, without plus sign and in both forms where there are two, and every BSUID; in one order, so that two readings compare.';

grant execute on function wa.list_names_of_person to wa_privacy;
