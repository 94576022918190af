create or replace function public.wa_export_profile(who text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_user_id uuid := wa.find_person(who);
  v_user_ids uuid[] := wa.list_profiles_of_person(v_user_id);
  v_pattern constant text := wa.match_names(wa.list_names_of_person(v_user_ids));
  v_table record;
  v_rows jsonb;
  v_tables jsonb := '{}'::jsonb;
begin
  for v_table in
    select * from wa.list_tables_about_people()
  loop
    raise debug '%', jsonb_build_object('event', 'PERSON_TABLE_BEGUN', 'level', 'debug', 'table', v_table.table_name);
    if v_table.export_rule is not null then
      execute format('select %s($1)', v_table.export_rule) into v_rows using v_user_ids;
    elsif v_table.erase_rule is not null and not has_table_privilege('wa_privacy', v_table.relation, 'select') then
      v_rows := '[]';
    else
      execute format(
        'select coalesce(jsonb_agg(to_jsonb(one)), ''[]'') from %s as one where %s',
        v_table.relation,
        (select string_agg(format('%I = any($1)', name), ' or ') from unnest(v_table.columns) as name)
      ) into v_rows using v_user_ids;
    end if;
    v_tables := v_tables || jsonb_build_object(v_table.table_name, v_rows);
  end loop;

  -- What was kept for a number that is not ours has made nobody known.
  v_tables := v_tables || jsonb_build_object(
    'wa_events',
    v_tables -> 'wa_events' || (
      select coalesce(jsonb_agg(to_jsonb(event)), '[]')
      from public.wa_events as event
      where event.user_id is null
        and event.payload::text ~ v_pattern
    )
  );

  perform wa.emit_event('PERSON_EXPORTED', jsonb_build_object('user_id', v_user_id));
  return jsonb_build_object(
    'exported_at', now(),
    'profiles', (
      select jsonb_agg(to_jsonb(profile) order by profile.created_at)
      from public.profiles as profile
      where profile.user_id = any(v_user_ids)
    ),
    'kept_payloads', (
      select coalesce(
        jsonb_agg(jsonb_build_object('received_at', kept.received_at, 'reason', kept.reason, 'id', kept.id)), '[]'
      )
      from wa.kept_payloads as kept
      where encode(kept.body, 'escape') ~ v_pattern
    )
  ) || v_tables;
end
$$;

alter function public.wa_export_profile owner to wa_privacy;

comment on function public.wa_export_profile is
'Everything about the person whom a number, a BSUID or a user_id names, by table: profiles (with those that were merged), messages in both directions, and what flows keep. kept_payloads only names those that hold something of this person, since they may hold others'' as well. Raises WA043 when there is nobody.';

grant execute on function public.wa_export_profile to wa_operator_role;
