create or replace function wa.note_marketing_preferences(p_rest jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_resumed uuid[];
begin
  with stated as (
    select distinct on (profile.user_id)
      profile.user_id,
      preference.body ->> 'value' = 'stop' as is_stopped,
      case
        when preference.body ->> 'timestamp' ~ '^[0-9]{1,11}$'
          then to_timestamp((preference.body ->> 'timestamp')::double precision)
        else v_now
      end as changed_at
    from jsonb_path_query(
      p_rest,
      '$[*] ? (@.field == "user_preferences").body.user_preferences[*]
        ? (@.category == "marketing_messages" && (@.value == "stop" || @.value == "resume"))'
    ) with ordinality as preference (body, position)
    cross join lateral wa.find_profile(
      wa.normalize_phone(preference.body ->> 'wa_id'),
      wa.normalize_bsuid(preference.body ->> 'user_id'),
      wa.normalize_parent_bsuid(preference.body ->> 'parent_user_id')
    ) as profile
    -- Nothing was sent to somebody unknown, and Meta refuses them marketing anyway.
    where profile.user_id is not null
    order by profile.user_id asc, changed_at desc, preference.position desc
  ),

  kept as (
    insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
    select stated.user_id, stated.is_stopped, stated.changed_at
    from stated
    order by stated.user_id
    on conflict (user_id) do update
    set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at
    where excluded.changed_at >= preference.changed_at
    returning preference.user_id, preference.is_stopped
  )

  select array_agg(kept.user_id) filter (where not kept.is_stopped) into v_resumed
  from kept;

  delete from wa.recipient_blocks as block
  where block.user_id = any(v_resumed) and block.error_code = '131050';
end
$$;

comment on function wa.note_marketing_preferences is
'Keeps which users have told Meta to stop or resume marketing messages. Resuming also ends the blocks that Meta''s refusals (131050) had set.';
