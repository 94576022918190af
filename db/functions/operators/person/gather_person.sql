create or replace function wa.gather_person(p_user_id uuid)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_ids uuid[] := wa.list_profiles_of_person(p_user_id);
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

  return jsonb_build_object(
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

comment on function wa.gather_person is
'Everything about a person, an array of rows by table: profiles (with those that were merged), messages in both directions, and what flows keep. kept_payloads only names those that hold something of this person, since they may hold others'' as well.';

grant execute on function wa.gather_person to wa_privacy;
