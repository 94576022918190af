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
  v_again jsonb;
  v_count integer;
begin
  with again as (
    update wa.media as media
    set status = 'wanted', problem = null
    from wa.media_objects as object
    where object.id = media.object_id and media.status = 'failed' and media.received_at > v_now - c_life
    returning
      media.id, media.user_id, media.phone_number_id, media.kind, media.media_id, media.declared_type,
      media.received_at, object.sha256, object.key
  )

  select jsonb_agg(to_jsonb(again)) into v_again
  from again;

  insert into wa.tasks (
    user_id, phone_number_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at
  )
  select
    again.user_id,
    again.phone_number_id,
    'media.fetch',
    wa.describe_wanted_media(
      again.id,
      again.kind,
      again.media_id,
      again.phone_number_id,
      again.declared_type,
      jsonb_populate_record(null::wa.media_objects, jsonb_build_object('sha256', again.sha256, 'key', again.key))
    ),
    '',
    wa.get_setting('task_max_attempts')::integer,
    v_now,
    v_now,
    again.received_at + c_life
  from jsonb_to_recordset(v_again) as again (
    id bigint, user_id uuid, phone_number_id text, kind text, media_id text, declared_type text,
    received_at timestamptz, sha256 text, key text
  );

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
