create or replace function wa.forward_to_desk(p_place public.chat_state, p_content jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind constant text := wa.get_setting('handover_task_kind') #>> '{}';
  v_now constant timestamptz := clock_timestamp();
begin
  if v_kind = '' then
    return;
  end if;

  insert into wa.tasks (
    user_id, phone_number_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at
  )
  select
    profile.user_id,
    nullif(p_place.phone_number_id, ''),
    v_kind,
    jsonb_strip_nulls(
      jsonb_build_object(
        'user_id', profile.user_id,
        'recipient', coalesce(profile.whatsapp_e164, profile.wa_user_id),
        'display_name', profile.display_name,
        'phone_number_id', nullif(p_place.phone_number_id, ''),
        'agent', p_place.handed_over_to,
        'note', p_place.handed_over_for
      )
    ) || jsonb_build_object('message', p_content),
    -- No step waits for what comes of it.
    '',
    wa.get_setting('task_max_attempts')::integer,
    v_now,
    v_now,
    v_now + make_interval(secs => wa.get_setting('task_deadline_seconds')::double precision)
  from public.profiles as profile
  where profile.user_id = p_place.user_id;

  perform pg_notify('wa_tasks', v_kind)
  where pg_notification_queue_usage() < 0.5;
end
$$;

comment on function wa.forward_to_desk is
'Queues a task of the kind that the setting handover_task_kind names (empty: none), so that a help desk outside hears what a user writes to a person: whose conversation it is, who has it, why, and the message as Meta sent it.';
