create or replace function public.wa_media_retry()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  -- Meta knows them for no longer.
  c_life constant interval := interval '7 days';
  v_now constant timestamptz := clock_timestamp();
  v_count integer;
begin
  with again as (
    update wa.media as media
    set status = 'wanted', problem = null
    where media.status = 'failed' and media.received_at > v_now - c_life
    returning media.*
  )

  insert into wa.tasks (
    user_id, phone_number_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at
  )
  select
    again.user_id,
    again.phone_number_id,
    'media.fetch',
    wa.describe_wanted_media(again.id, again.kind, again.media_id, again.phone_number_id, again.declared_type, object),
    '',
    wa.get_setting('task_max_attempts')::integer,
    v_now,
    v_now,
    again.received_at + c_life
  from again
  inner join wa.media_objects as object on object.id = again.object_id;

  get diagnostics v_count = row_count;
  perform pg_notify('wa_tasks', 'media.fetch')
  where v_count > 0 and pg_notification_queue_usage() < 0.5;
  return v_count;
end
$$;

alter function public.wa_media_retry owner to wa_runtime;

comment on function public.wa_media_retry is
'Has workers try again to fetch the media that failed and that Meta may still have, those of the last seven days, and returns how many. For after a token that was revoked, or a store that was away for long.';

grant execute on function public.wa_media_retry to wa_operator_role;
