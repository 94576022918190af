create or replace function public.wa_replay_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity',
  max_messages integer default 100,
  even_if_moved_on boolean default false
)
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
set jit = off
as $$
declare
  -- What fails again is received now, and so is not met twice.
  v_before constant timestamptz := least(received_before, now());
  v_message_ids text[] := array[]::text[];
  v_user_ids uuid[] := array[]::uuid[];
  v_event record;
  v_message_id text;
  v_counts jsonb[] := array[]::jsonb[];
  v_moved_on integer := 0;
  v_has_more boolean := false;
begin
  if coalesce(max_messages, 0) not between 1 and 1000 then
    raise exception using
      errcode = 'WA009',
      message = 'one call replays 1 to 1000 messages',
      hint = 'Call it again while has_more is true.';
  end if;

  for v_event in
    select
      event.wa_message_id,
      event.user_id,
      even_if_moved_on
      or not wa.has_moved_on(event.user_id, event.phone_number_id, event.sent_at, event.received_at) as is_in_place
    from public.wa_events as event
    -- Two partial indexes: what failed, and what was kept for a number that is ours by now.
    where (
        event.status = 'failed'
        or (
          event.status = 'ignored'
          and event.payload is not null
          and exists (
            select from wa.numbers as number
            where number.phone_number_id = event.phone_number_id and number.retired_at is null
          )
        )
      )
      and event.received_at >= received_after
      and event.received_at < v_before
      and (error_like is null or event.error like error_like)
    order by event.sent_at, event.wa_message_id
  loop
    if not v_event.is_in_place then
      v_moved_on := v_moved_on + 1;
    elsif cardinality(v_message_ids) = max_messages then
      v_has_more := true;
      exit;
    else
      v_message_ids := v_message_ids || v_event.wa_message_id;
      v_user_ids := v_user_ids || v_event.user_id;
    end if;
  end loop;

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

  foreach v_message_id in array v_message_ids loop
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
  ) || jsonb_build_object('moved_on', v_moved_on, 'has_more', v_has_more);
end
$$;

alter function public.wa_replay_events owner to wa_runtime;

comment on function public.wa_replay_events is
'Processes kept messages again, those that failed and those that came for a number which is ours by now, oldest first by Meta''s clock, each in a subtransaction of its own: those whose error is like a pattern (null: any) and that were received (failed) in a span of time, up to max_messages (1 to 1000) a call. Returns how many were replayed, processed, ignored, invalid_sender and failed again, moved_on (left as they are, since their conversations have moved on; even_if_moved_on replays them too), and has_more: call it again while that is true. Raises WA009 for another max_messages.';

grant execute on function public.wa_replay_events to wa_operator_role;
