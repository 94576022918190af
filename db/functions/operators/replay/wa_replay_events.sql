create or replace function public.wa_replay_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity',
  max_messages integer default 100
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  -- What fails again is received now, and so is not met twice.
  v_before constant timestamptz := least(received_before, now());
  v_message_ids text[];
  v_user_ids uuid[];
  v_message_id text;
  v_counts jsonb[] := array[]::jsonb[];
begin
  if coalesce(max_messages, 0) not between 1 and 1000 then
    raise exception using
      errcode = 'WA009',
      message = 'one call replays 1 to 1000 messages',
      hint = 'Call it again while has_more is true.';
  end if;

  select
    array_agg(chosen.wa_message_id order by chosen.sent_at, chosen.wa_message_id),
    array_agg(distinct chosen.user_id)
  into v_message_ids, v_user_ids
  from (
    select event.wa_message_id, event.user_id, event.sent_at
    from public.wa_events as event
    where event.status = 'failed'
      and event.received_at >= received_after
      and event.received_at < v_before
      and (error_like is null or event.error like error_like)
    order by event.sent_at, event.wa_message_id
    limit max_messages
  ) as chosen;

  -- Everybody's locks at once and in dispatch's order: two calls then wait for each other instead of deadlocking.
  perform wa.lock_profiles(
    null,
    null,
    array(
      select coalesce(profile.merged_into, profile.user_id)
      from public.profiles as profile
      where profile.user_id = any(v_user_ids)
    )
  );

  foreach v_message_id in array coalesce(v_message_ids, '{}') loop
    v_counts := array_append(v_counts, wa.replay_failed_event(v_message_id));
  end loop;

  return (
    select jsonb_build_object(
      'replayed', count(*) filter (where answer.counts <> '{}'),
      'processed', coalesce(sum((answer.counts ->> 'processed')::integer), 0),
      'ignored', coalesce(sum((answer.counts ->> 'ignored')::integer), 0),
      'invalid_sender', coalesce(sum((answer.counts ->> 'invalid_sender')::integer), 0),
      'failed', coalesce(sum((answer.counts ->> 'failed')::integer), 0)
    )
    from unnest(v_counts) as answer (counts)
  ) || jsonb_build_object(
    'has_more', exists (
      select from public.wa_events as event
      where event.status = 'failed'
        and event.received_at >= received_after
        and event.received_at < v_before
        and (error_like is null or event.error like error_like)
    )
  );
end
$$;

alter function public.wa_replay_events owner to wa_runtime;

comment on function public.wa_replay_events is
'Processes failed messages again, oldest first by Meta''s clock, each in a subtransaction of its own: those whose error is like a pattern (null: any) and that were received (failed) in a span of time, up to max_messages (1 to 1000) a call. Returns how many were replayed, processed, ignored, invalid_sender and failed again, and has_more: call it again while that is true. Raises WA009 for another max_messages.';

grant execute on function public.wa_replay_events to wa_operator_role;
