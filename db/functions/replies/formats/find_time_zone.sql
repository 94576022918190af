create or replace function wa.find_time_zone(p_user_id uuid)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text;
begin
  select profile.metadata ->> 'time_zone' into v_zone
  from public.profiles as profile
  where profile.user_id = p_user_id;

  if v_zone is not null then
    begin
      perform now() at time zone v_zone;
      return v_zone;
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  return wa.get_setting('default_time_zone') #>> '{}';
end
$$;

comment on function wa.find_time_zone is
'The time zone of a person: metadata.time_zone of the profile where it is one, else the setting default_time_zone.';
